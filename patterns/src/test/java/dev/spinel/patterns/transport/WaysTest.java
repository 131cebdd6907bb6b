package dev.spinel.patterns.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.patterns.testing.EventLog;
import dev.spinel.patterns.testing.ManualScheduler;
import dev.spinel.patterns.testing.ScriptedTransport;
import dev.spinel.patterns.transport.Operation.Retry;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which way operations take, what is asked for that, and what happens when the server turns out to lack it. */
class WaysTest {
    private static final Script SCRIPT = FunctionLibrary.scripts().get(0);
    private static final Operation<Boolean> NEVER =
            new Operation<>("test.never", SCRIPT, Retry.NEVER, (reply, repeated) -> repeated);
    private static final Operation<Boolean> IDEMPOTENT =
            new Operation<>("test.idempotent", SCRIPT, Retry.IDEMPOTENT, (reply, repeated) -> repeated);
    private static final Operation<Boolean> NATIVE = NEVER.withCommand(NativeCommand.LOCK_RENEW);
    private static final Reply ONE = new Reply.Int(1);
    private static final Reply NO_LIBRARY = new Reply.Items(List.of());
    private static final TransportException NO_REPLY = TransportException.noReply(new IOException("reset"));

    private final ScriptedTransport transport = new ScriptedTransport();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final EventLog events = new EventLog();
    private final List<String> ended = new ArrayList<>();

    private PatternRuntime runtime = runtime(Way.values());
    private int seen;

    private PatternRuntime runtime(Way... ways) {
        return PatternRuntime.builder(transport)
                .ways(ways[0], ways)
                .scheduler(scheduler)
                .retryPolicy(new RetryPolicy(2, Duration.ofMillis(1), Duration.ofMillis(1)))
                .listener(new PatternListener() {
                    @Override
                    public void operationEnded(String operation, Outcome outcome, int attempts, Duration elapsed) {
                        ended.add(outcome + " " + attempts);
                    }

                    @Override
                    public void event(String event, String subject) {
                        events.event(event, subject);
                    }
                })
                .build();
    }

    private static Reply bulk(String text) {
        return new Reply.Bulk(text.getBytes(UTF_8));
    }

    private static Reply error(String message) {
        return new Reply.Failure(message);
    }

    /** The answer of a server that has these of the commands. */
    private static Reply info(NativeCommand... present) {
        return new Reply.Items(Arrays.stream(NativeCommand.values())
                .map(command -> Arrays.asList(present).contains(command)
                        ? new Reply.Items(List.of(bulk(command.wireName()), new Reply.Int(-3)))
                        : (Reply) new Reply.Null())
                .toList());
    }

    /** The answer of a server whose library has the function of this script and another one. */
    private static Reply library(Script script) {
        Reply description = new Reply.Null();
        Reply flags = new Reply.Items(List.of());
        List<Reply> functions = new ArrayList<>();
        for (String name : List.of("lock_other_00000000", script.function())) {
            functions.add(new Reply.Items(
                    List.of(bulk("name"), bulk(name), bulk("description"), description, bulk("flags"), flags)));
        }
        return new Reply.Items(List.of(new Reply.Items(List.of(
                bulk("library_name"),
                bulk("spinel_patterns"),
                bulk("engine"),
                bulk("LUA"),
                bulk("functions"),
                new Reply.Items(functions)))));
    }

    /** Runs an operation, with its retries, and returns the names of the commands that were sent for it. */
    private List<String> run(Operation<Boolean> operation) {
        start(operation);
        scheduler.advance(Duration.ofMillis(2));
        return sent();
    }

    private CompletableFuture<Boolean> start(Operation<Boolean> operation) {
        return runtime.run(operation, List.of("k", "l"), new Arguments().add("a"))
                .toCompletableFuture();
    }

    private List<String> sent() {
        List<String> all = transport.commands();
        List<String> news = all.subList(seen, all.size());
        seen = all.size();
        return news;
    }

    /** Has the runtime ask a server that has what the answers tell. */
    private void ask(Reply info, Reply library) {
        transport.reply(ONE).reply(info).reply(library);
        assertThat(run(IDEMPOTENT)).containsExactly("EVALSHA", "COMMAND", "FUNCTION");
        ended.clear();
    }

    private void assertLastArguments(String... expected) {
        assertThat(transport.lastCommand().arguments())
                .extracting(argument -> new String(argument, UTF_8))
                .containsExactly(expected);
        assertThat(transport.lastCommand().routingKey()).asString(UTF_8).isEqualTo("k");
    }

    @Test
    void beforeTheAnswer_scriptsRun_andNothingIsAskedAgain() {
        transport.reply(ONE);
        CompletableFuture<Reply> info = transport.hold();
        CompletableFuture<Reply> library = transport.hold();
        assertThat(run(NATIVE)).containsExactly("EVALSHA", "COMMAND", "FUNCTION");
        info.complete(info(NativeCommand.LOCK_RENEW));
        scheduler.advance(Duration.ofSeconds(5));
        transport.reply(ONE);
        assertThat(run(NATIVE)).containsExactly("EVALSHA");
        library.complete(NO_LIBRARY);
        transport.reply(ONE);
        assertThat(run(NATIVE)).containsExactly("LOCK.RENEW");
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void theFirstWayThatTheServerHas_isTaken() {
        ask(info(NativeCommand.LOCK_ACQUIRE, NativeCommand.LOCK_RENEW), library(SCRIPT));
        transport.reply(ONE).reply(ONE).reply(ONE).reply(ONE);
        assertThat(run(NATIVE)).containsExactly("LOCK.RENEW");
        assertThat(run(NEVER.withCommand(NativeCommand.LOCK_RELEASE))).containsExactly("FCALL");
        assertThat(run(NEVER)).containsExactly("FCALL");
        Operation<Boolean> another = new Operation<>(
                "test.other", FunctionLibrary.scripts().get(1), Retry.NEVER, (reply, repeated) -> repeated);
        assertThat(run(another)).containsExactly("EVALSHA");
        assertThat(ended).hasSize(4).containsOnly("COMPLETED 1");
    }

    @Test
    void allWays_takeTheSameArguments() {
        ask(info(NativeCommand.LOCK_RENEW), library(SCRIPT));
        transport.reply(ONE).reply(ONE);
        run(NATIVE);
        assertLastArguments("2", "k", "l", "a");
        run(NEVER);
        assertLastArguments(SCRIPT.function(), "2", "k", "l", "a");
        runtime = runtime(Way.SCRIPT);
        transport.reply(error("NOSCRIPT No matching script.")).reply(ONE);
        run(NEVER);
        assertLastArguments(new String(SCRIPT.body(), UTF_8), "2", "k", "l", "a");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ERR unknown command 'LOCK.RENEW', with args beginning with: '2' 'k' ",
                "ERR unknown command `LOCK.RENEW`, with args beginning with: `2`, `k`, ",
                "NOPERM this user has no permissions to run the 'lock.renew' command",
                "NOPERM User app has no permissions to run the 'lock.renew' command",
                "NOPERM this user has no permissions to access one of the channels used as arguments",
            })
    void aCommandThatIsMissing_isFollowedByTheScript_withinTheAttempt(String message) {
        ask(info(NativeCommand.LOCK_RENEW), library(SCRIPT));
        transport.reply(error(message)).reply(ONE);
        assertThat(run(NATIVE)).containsExactly("LOCK.RENEW", "EVALSHA");
        assertLastArguments(new String(SCRIPT.sha1(), UTF_8), "2", "k", "l", "a");
        assertThat(ended).containsExactly("COMPLETED 1");
        assertThat(events.all()).containsExactly(new EventLog.Event("runtime.fellBack", "test.never"));
        transport.reply(ONE);
        assertThat(run(NATIVE)).containsExactly("FCALL");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ERR Function not found",
                "ERR unknown command 'FCALL', with args beginning with: 'f' ",
                "NOPERM this user has no permissions to run the 'fcall' command",
            })
    void aFunctionThatIsMissing_isFollowedByTheScript_andAskedForOnceASecond(String message) {
        ask(info(), library(SCRIPT));
        transport
                .reply(error(message))
                .reply(error("NOSCRIPT No matching script."))
                .reply(ONE);
        assertThat(run(NEVER)).containsExactly("FCALL", "EVALSHA", "EVAL");
        assertThat(ended).containsExactly("COMPLETED 1");
        transport.reply(ONE);
        assertThat(run(NEVER)).containsExactly("EVALSHA");
        scheduler.advance(Duration.ofSeconds(1));
        transport.reply(ONE).reply(info()).reply(library(SCRIPT));
        assertThat(run(NEVER)).containsExactly("EVALSHA", "COMMAND", "FUNCTION");
        transport.reply(error(message)).reply(ONE);
        assertThat(run(NEVER)).containsExactly("FCALL", "EVALSHA");
        transport.reply(ONE);
        assertThat(run(NEVER)).containsExactly("EVALSHA");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "NOPERM ACL failure in script: User app has no permissions to run the 'publish' command script: f, on @user_function:9.",
                "NOPERM this user has no permissions to access one of the keys used as arguments",
                "NOPERM this user has no permissions to access one of the channels used as arguments",
                "ERR user_function:3: Script attempted to access nonexistent global variable 'x'",
                "OOM command not allowed when used memory > 'maxmemory'. script: f, on @user_function:9.",
            })
    void whatFailsWithin_orFailsInAnyWay_isNotRunAgain(String message) {
        ask(info(), library(SCRIPT));
        transport.reply(error(message));
        CompletableFuture<Boolean> result = start(NEVER);
        assertThat(sent()).containsExactly("FCALL");
        assertThatThrownBy(result::get).hasCauseInstanceOf(PatternException.ServerError.class);
        transport.reply(ONE);
        assertThat(run(NEVER)).containsExactly("FCALL");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "OOM allow-oom flag is not set on the script, can not run it when used memory > 'maxmemory'",
                "READONLY You can't write against a read only replica.",
                "MISCONF Redis is configured to save RDB snapshots, but it's currently unable to persist to disk.",
                "NOREPLICAS Not enough good replicas to write.",
            })
    void aFunctionThatIsRefusedAsAWhole_isFollowedByTheScript_andUsedAgain(String message) {
        ask(info(), library(SCRIPT));
        transport.reply(error(message)).reply(ONE);
        assertThat(run(NEVER)).containsExactly("FCALL", "EVALSHA");
        assertThat(events.all()).isEmpty();
        scheduler.advance(Duration.ofSeconds(1));
        transport.reply(ONE);
        assertThat(run(NEVER)).containsExactly("FCALL");
    }

    @Test
    void aLostReply_isTriedAgainOnlyIfHarmless_andToldToTheDecoder() {
        ask(info(NativeCommand.LOCK_RENEW), library(SCRIPT));
        transport.fail(NO_REPLY).reply(error("ERR Function not found")).reply(ONE);
        CompletableFuture<Boolean> repeated = start(IDEMPOTENT);
        scheduler.advance(Duration.ofMillis(2));
        assertThat(sent()).containsExactly("FCALL", "FCALL", "EVALSHA");
        assertThat(repeated).isCompletedWithValue(true);

        transport.fail(NO_REPLY);
        assertThat(run(NATIVE)).containsExactly("LOCK.RENEW");
        assertThat(ended).containsExactly("COMPLETED 2", "UNKNOWN 1");
    }

    @Test
    void passingErrors_areTriedAgain_inTheSameWay() {
        ask(info(NativeCommand.LOCK_RENEW), NO_LIBRARY);
        transport.reply(error("LOADING Redis is loading the dataset in memory")).reply(ONE);
        assertThat(run(NATIVE)).containsExactly("LOCK.RENEW", "LOCK.RENEW");
        assertThat(ended).containsExactly("COMPLETED 2");
    }

    @Test
    void aCommandThatIsRefusedAsAWhole_isReplacedByTheScript_onceOnly() {
        ask(info(NativeCommand.LOCK_RENEW), NO_LIBRARY);
        transport
                .reply(error("OOM command not allowed when used memory > 'maxmemory'."))
                .reply(ONE);
        assertThat(run(NATIVE)).containsExactly("LOCK.RENEW", "EVALSHA");
        transport.reply(ONE);
        assertThat(run(NATIVE)).containsExactly("LOCK.RENEW");
    }

    /** It is served while memory is short: its script would find no memory in the midst of what it does. */
    @Test
    void anExchangeWithoutMemory_isNotReplacedByTheScript() {
        Operation<Boolean> exchange = NATIVE.withCommand(NativeCommand.QUEUE_EXCHANGE);
        ask(info(NativeCommand.QUEUE_EXCHANGE), NO_LIBRARY);
        transport.reply(error("OOM command not allowed when used memory > 'maxmemory'."));
        CompletableFuture<Boolean> result = start(exchange);
        assertThat(sent()).containsExactly("QUEUE.EXCHANGE");
        assertThatThrownBy(result::get).hasCauseInstanceOf(PatternException.ServerError.class);
        transport
                .reply(error("READONLY You can't write against a read only replica."))
                .reply(ONE);
        assertThat(run(exchange)).containsExactly("QUEUE.EXCHANGE", "EVALSHA");
    }

    @Test
    void aServerThatCannotTell_runsScripts_andIsLeftAlone() {
        ask(
                error("NOPERM this user has no permissions to run the 'command|info' command"),
                error("ERR unknown command 'FUNCTION', with args beginning with: 'LIST' "));
        scheduler.advance(Duration.ofSeconds(5));
        transport.reply(ONE);
        assertThat(run(NATIVE)).containsExactly("EVALSHA");
    }

    @Test
    void aQuestionWithoutAnAnswer_isAskedAgain_laterEachTime() {
        transport.reply(ONE).fail(NO_REPLY).reply(error("LOADING Redis is loading the dataset in memory"));
        assertThat(run(NEVER)).hasSize(3);
        scheduler.advance(Duration.ofSeconds(1));
        transport.reply(ONE);
        assertThat(run(NEVER)).containsExactly("EVALSHA");
        scheduler.advance(Duration.ofSeconds(1));
        transport.reply(ONE).reply(info()).reply(error("LOADING Redis is loading the dataset in memory"));
        assertThat(run(NEVER)).containsExactly("EVALSHA", "COMMAND", "FUNCTION");
        scheduler.advance(Duration.ofSeconds(3));
        transport.reply(ONE);
        assertThat(run(NEVER)).containsExactly("EVALSHA");
        scheduler.advance(Duration.ofSeconds(1));
        transport.reply(ONE).reply(info()).reply(library(SCRIPT));
        assertThat(run(NEVER)).containsExactly("EVALSHA", "COMMAND", "FUNCTION");
        transport.reply(ONE);
        assertThat(run(NEVER)).containsExactly("FCALL");
    }

    @Test
    void anUnknownScript_isASignOfAnotherServer_whichIsAsked() {
        ask(info(), NO_LIBRARY);
        scheduler.advance(Duration.ofSeconds(1));
        transport
                .reply(error("NOSCRIPT No matching script."))
                .reply(ONE)
                .reply(info())
                .reply(library(SCRIPT));
        assertThat(run(NEVER)).containsExactly("EVALSHA", "EVAL", "COMMAND", "FUNCTION");
        transport.reply(ONE);
        assertThat(run(NEVER)).containsExactly("FCALL");
    }

    @Test
    void aLibraryThatIsLoadedLater_isFoundWithinAMinute() {
        ask(info(), NO_LIBRARY);
        scheduler.advance(Duration.ofSeconds(59));
        transport.reply(ONE);
        assertThat(run(NEVER)).containsExactly("EVALSHA");
        scheduler.advance(Duration.ofSeconds(1));
        transport.reply(ONE).reply(info()).reply(library(SCRIPT));
        assertThat(run(NEVER)).containsExactly("EVALSHA", "COMMAND", "FUNCTION");
        scheduler.advance(Duration.ofMinutes(5));
        transport.reply(ONE);
        assertThat(run(NEVER)).containsExactly("FCALL");
    }

    @Test
    void aLibraryOfThisVersion_thatReplacesAnother_isFoundWithinAMinute() {
        ask(info(), library(FunctionLibrary.scripts().get(1)));
        scheduler.advance(Duration.ofMinutes(1));
        transport.reply(ONE).reply(info()).reply(library(SCRIPT));
        assertThat(run(NEVER)).containsExactly("EVALSHA", "COMMAND", "FUNCTION");
        scheduler.advance(Duration.ofMinutes(5));
        transport.reply(ONE);
        assertThat(run(NEVER)).containsExactly("FCALL");
    }

    @Test
    void onlyWhatIsAllowed_isAskedFor() {
        runtime = runtime(Way.FUNCTION);
        transport.reply(ONE).reply(library(SCRIPT));
        assertThat(run(NATIVE)).containsExactly("EVALSHA", "FUNCTION");
        runtime = runtime(Way.COMMAND);
        transport.reply(ONE).reply(info());
        assertThat(run(NATIVE)).containsExactly("EVALSHA", "COMMAND");
        runtime = runtime(Way.SCRIPT);
        transport.reply(error("NOSCRIPT No matching script.")).reply(ONE);
        assertThat(run(NATIVE)).containsExactly("EVALSHA", "EVAL");
        scheduler.advance(Duration.ofSeconds(1));
        transport.reply(ONE);
        assertThat(run(NATIVE)).containsExactly("EVALSHA");
    }

    /** The question is nobody's business. */
    @Test
    void anErrorInPlaceOfTheQuestion_harmsNoOperation() {
        RedisTransport poor = new RedisTransport() {
            @Override
            public CompletionStage<Reply> send(Command command) {
                if (command.name().startsWith("EVAL")) {
                    return CompletableFuture.completedFuture(ONE);
                }
                throw new OutOfMemoryError("unable to create native thread");
            }

            @Override
            public ChannelSession openChannels(ChannelListener listener) {
                throw new IllegalStateException("No channels here");
            }

            @Override
            public void close() {}
        };
        assertThat(PatternRuntime.over(poor)
                        .run(NATIVE, List.of("k"), new Arguments())
                        .toCompletableFuture())
                .isCompletedWithValue(false);
    }
}

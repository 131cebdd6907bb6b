package dev.spinel.patterns.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.patterns.testing.EventLog;
import dev.spinel.patterns.testing.ManualScheduler;
import dev.spinel.patterns.testing.ScriptedTransport;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.PatternListener.Outcome;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** How operations are run, repeated and given up, step by step on a clock that stands still. */
class PatternRuntimeTest {
    private static final Script SCRIPT = Script.of("return 1");
    private static final Operation<Boolean> IDEMPOTENT =
            new Operation<>("test.idempotent", SCRIPT, Retry.IDEMPOTENT, (reply, repeated) -> repeated);
    private static final Operation<Boolean> NEVER =
            new Operation<>("test.never", SCRIPT, Retry.NEVER, (reply, repeated) -> repeated);
    private static final Reply ONE = new Reply.Int(1);
    private static final TransportException NOT_SENT = TransportException.notSent(new IOException("refused"));
    private static final TransportException NO_REPLY = TransportException.noReply(new IOException("reset"));

    private final ScriptedTransport transport = new ScriptedTransport();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final List<String> ended = new ArrayList<>();
    private final PatternRuntime runtime = PatternRuntime.builder(transport)
            .ways(Way.SCRIPT)
            .scheduler(scheduler)
            .retryPolicy(new RetryPolicy(3, Duration.ofMillis(10), Duration.ofMillis(15)))
            .listener(new PatternListener() {
                @Override
                public void operationEnded(String operation, Outcome outcome, int attempts, Duration elapsed) {
                    ended.add(operation + ' ' + outcome + ' ' + attempts);
                }

                @Override
                public void failed(String event, String subject, Throwable cause) {
                    ended.add(event + ' ' + subject + ' ' + cause.getMessage());
                }
            })
            .build();

    private CompletableFuture<Boolean> run(Operation<Boolean> operation) {
        CompletableFuture<Boolean> result =
                runtime.run(operation, List.of("k"), new Arguments().add("a")).toCompletableFuture();
        scheduler.advance(Duration.ofSeconds(1));
        return result;
    }

    @Test
    void aKnownScript_isOneCommand() {
        transport.reply(ONE);
        assertThat(run(IDEMPOTENT)).isCompletedWithValue(false);
        assertThat(transport.commands()).containsExactly("EVALSHA");
        assertThat(ended).containsExactly("test.idempotent COMPLETED 1");
    }

    @Test
    void onlyCommandsOfSyncForms_haveACallerThatWaits() {
        transport.reply(ONE).reply(ONE).reply(ONE);
        assertThat(runtime.<Boolean>call(() -> run(IDEMPOTENT))).isFalse();
        assertThat(transport.lastCommand().callerWaits()).isTrue();

        assertThat(PatternRuntime.<Boolean>await(run(IDEMPOTENT))).isFalse();
        assertThat(transport.lastCommand().callerWaits()).isFalse();

        assertThatThrownBy(() -> runtime.start(() -> {
                    throw new IllegalStateException("bad arguments");
                }))
                .hasMessage("bad arguments");
        assertThat(run(IDEMPOTENT)).isCompletedWithValue(false);
        assertThat(transport.lastCommand().callerWaits()).isFalse();
    }

    /** It may be the business of others, without an end. */
    @Test
    void whatFollowsFromTheReplyOfASyncForm_hasNoCallerThatWaits() {
        transport.reply(ONE).reply(ONE);
        runtime.call(
                () -> runtime.run(IDEMPOTENT, List.of("k"), new Arguments()).thenCompose(done -> {
                    assertThat(transport.lastCommand().callerWaits()).isTrue();
                    return runtime.run(IDEMPOTENT, List.of("k"), new Arguments());
                }));
        assertThat(transport.lastCommand().callerWaits()).isFalse();

        transport.fail(NOT_SENT).reply(ONE);
        runtime.<Boolean>call(() -> run(IDEMPOTENT));
        assertThat(transport.commands()).hasSize(4);
        assertThat(transport.lastCommand().callerWaits()).isFalse();
    }

    @Test
    void anUnknownScript_isSentAsText() {
        transport.reply(new Reply.Failure("NOSCRIPT No matching script.")).reply(ONE);
        assertThat(run(NEVER)).isCompletedWithValue(false);
        assertThat(transport.commands()).containsExactly("EVALSHA", "EVAL");
    }

    @Test
    void whatWasNotSent_isTriedAgain_whateverItsClass() {
        transport.fail(NOT_SENT).fail(NOT_SENT).reply(ONE);
        assertThat(run(NEVER)).isCompletedWithValue(false);
        assertThat(ended).containsExactly("test.never COMPLETED 3");
    }

    @Test
    void passingErrors_areTriedAgain() {
        transport
                .reply(new Reply.Failure("LOADING Redis is loading the dataset in memory"))
                .reply(new Reply.Failure("READONLY You can't write against a read only replica."))
                .reply(ONE);
        assertThat(run(NEVER)).isCompletedWithValue(false);
    }

    @Test
    void aLostReply_isTriedAgainOnlyIfHarmless() {
        transport.fail(NO_REPLY).reply(ONE);
        assertThat(run(IDEMPOTENT)).isCompletedWithValue(true);

        transport.fail(NO_REPLY);
        assertFails(run(NEVER), PatternException.UnknownOutcome.class);
        assertThat(ended).containsExactly("test.idempotent COMPLETED 2", "test.never UNKNOWN 1");
    }

    @Test
    void anAcknowledgement_isAskedForWithEachCommand() {
        ReplicaAcknowledgement wanted = new ReplicaAcknowledgement(1, Duration.ofMillis(500));
        transport
                .fail(NO_REPLY)
                .reply(new Reply.Failure("NOSCRIPT No matching script."))
                .reply(ONE);
        CompletableFuture<Boolean> result =
                runtime.run(IDEMPOTENT, List.of("k"), new Arguments(), wanted).toCompletableFuture();
        assertThat(transport.lastCommand().acknowledgement()).isSameAs(wanted);
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(result).isCompletedWithValue(true);
        assertThat(transport.commands()).containsExactly("EVALSHA", "EVALSHA", "EVAL");
        assertThat(transport.lastCommand().acknowledgement()).isSameAs(wanted);

        transport.reply(ONE);
        assertThat(run(IDEMPOTENT)).isCompleted();
        assertThat(transport.lastCommand().acknowledgement()).isNull();
    }

    @Test
    void whatTooFewReplicasAcknowledged_isUnknown_andNotTriedAgain() {
        transport.fail(TransportException.notAcknowledged("0 of 1 replicas acknowledged it within 500 ms"));
        CompletableFuture<Boolean> result = run(IDEMPOTENT);
        assertThat(transport.commands()).containsExactly("EVALSHA");
        assertThatThrownBy(() -> PatternRuntime.await(result))
                .isInstanceOf(PatternException.UnknownOutcome.class)
                .hasMessage(
                        "test.idempotent ran, but a failover may undo it: 0 of 1 replicas acknowledged it within 500 ms");
        assertThat(ended).containsExactly("test.idempotent UNKNOWN 1");
    }

    @Test
    void attemptsAreBounded_andTheWorstThatMayHaveHappenedIsReported() {
        transport.fail(NOT_SENT).fail(NOT_SENT).fail(NOT_SENT);
        assertFails(run(NEVER), PatternException.Unavailable.class);

        transport.fail(NO_REPLY).fail(NOT_SENT).fail(NOT_SENT);
        assertFails(run(IDEMPOTENT), PatternException.UnknownOutcome.class);
        assertThat(ended).containsExactly("test.never UNAVAILABLE 3", "test.idempotent UNKNOWN 3");
    }

    @Test
    void noAttemptBegins_laterThanThePolicyAllows() {
        CompletableFuture<Reply> hung = transport.hold();
        CompletableFuture<Boolean> result = run(IDEMPOTENT);
        scheduler.advance(Duration.ofSeconds(4));
        hung.completeExceptionally(NO_REPLY);
        scheduler.advance(Duration.ofSeconds(1));
        assertFails(result, PatternException.UnknownOutcome.class);
        assertThat(transport.commands()).hasSize(1);
        assertThat(ended).containsExactly("test.idempotent UNKNOWN 1");
    }

    @Test
    void aPolicy_hasTimesThatEnd() {
        Duration day = Duration.ofDays(1);
        assertThat(new RetryPolicy(2, day, day, day).giveUpAfter()).isEqualTo(day);
        Duration longer = Duration.ofDays(200_000);
        assertThatIllegalArgumentException().isThrownBy(() -> new RetryPolicy(2, Duration.ofMillis(20), longer));
        assertThatIllegalArgumentException().isThrownBy(() -> new RetryPolicy(2, day, day, longer));
        assertThatIllegalArgumentException().isThrownBy(() -> new RetryPolicy(2, day, day, Duration.ZERO));
    }

    @Test
    void otherErrors_areFinal() {
        transport.reply(new Reply.Failure("NOPERM this user has no permissions to run the 'evalsha' command"));
        assertFails(run(IDEMPOTENT), PatternException.ServerError.class);
        assertThat(ended).containsExactly("test.idempotent FAILED 1");
    }

    @Test
    void anError_afterALostReply_leavesTheOutcomeUnknown() {
        transport.fail(NO_REPLY).reply(new Reply.Failure("OOM command not allowed when used memory > 'maxmemory'."));
        CompletableFuture<Boolean> result = run(IDEMPOTENT);
        assertThatThrownBy(() -> PatternRuntime.await(result))
                .isInstanceOf(PatternException.UnknownOutcome.class)
                .hasCauseInstanceOf(PatternException.ServerError.class)
                .hasMessageContaining("OOM");
        assertThat(ended).containsExactly("test.idempotent UNKNOWN 2");
    }

    @Test
    void delaysGrow_andStayWithinTheirBounds() {
        transport.fail(NOT_SENT).fail(NOT_SENT).reply(ONE);
        CompletableFuture<Boolean> result =
                runtime.run(NEVER, List.of("k"), new Arguments()).toCompletableFuture();
        scheduler.advance(Duration.ofMillis(4));
        assertThat(transport.commands()).hasSize(1);
        scheduler.advance(Duration.ofMillis(6));
        assertThat(transport.commands()).hasSize(2);
        scheduler.advance(Duration.ofMillis(2));
        assertThat(result).isNotDone();
        scheduler.advance(Duration.ofMillis(13));
        assertThat(result).isDone();
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void await_throwsThePatternExceptionItself() {
        transport.fail(NO_REPLY);
        assertThatThrownBy(() -> PatternRuntime.await(runtime.run(NEVER, List.of("k"), new Arguments())))
                .isInstanceOf(PatternException.UnknownOutcome.class)
                .hasMessageContaining("test.never may have run or not");
    }

    @Test
    void aListenerThatFails_harmsNothing() {
        PatternRuntime fragile = PatternRuntime.builder(transport)
                .ways(Way.SCRIPT)
                .listener(new PatternListener() {
                    @Override
                    public void operationEnded(String operation, Outcome outcome, int attempts, Duration elapsed) {
                        throw new IllegalStateException("for the test");
                    }
                })
                .build();
        transport.reply(ONE);
        assertThat(PatternRuntime.await(fragile.run(NEVER, List.of("k"), new Arguments())))
                .isFalse();
    }

    @Test
    void aFailure_isToldWithItsCause_unwrapped_orCountsAsAnEvent() {
        EventLog log = new EventLog();
        IOException cause = new IOException("for the test");
        PatternRuntime.builder(transport)
                .listener(log)
                .build()
                .listener()
                .failed("queue.exchangeFailed", "q", new CompletionException(cause));
        assertThat(log.cause("queue.exchangeFailed")).isSameAs(cause);

        List<String> counted = new ArrayList<>();
        PatternListener counting = new PatternListener() {
            @Override
            public void event(String event, String subject) {
                counted.add(event + ' ' + subject);
            }
        };
        counting.failed("queue.exchangeFailed", "q", cause);
        assertThat(counted).containsExactly("queue.exchangeFailed q");
    }

    @Test
    void anErrorOfAListenerOrADecoder_leavesNoOperationWithoutAnEnd() {
        PatternRuntime fragile = PatternRuntime.builder(transport)
                .ways(Way.SCRIPT)
                .listener(new PatternListener() {
                    @Override
                    public void operationEnded(String operation, Outcome outcome, int attempts, Duration elapsed) {
                        throw new AssertionError("for the test");
                    }
                })
                .build();
        transport.reply(ONE).reply(ONE);
        assertThat(fragile.run(NEVER, List.of("k"), new Arguments()).toCompletableFuture())
                .isCompletedWithValue(false);
        Operation<Boolean> unreadable = new Operation<>("test.unreadable", SCRIPT, Retry.NEVER, (reply, repeated) -> {
            throw new AssertionError("for the test");
        });
        assertThat(fragile.run(unreadable, List.of("k"), new Arguments()).toCompletableFuture())
                .isCompletedExceptionally();
    }

    @Test
    void aSchedulerThatWasShutDown_leavesNoOperationWithoutAnEnd() {
        PatternRuntime shutDown = PatternRuntime.builder(transport)
                .ways(Way.SCRIPT)
                .scheduler(new Scheduler() {
                    @Override
                    public long nanoTime() {
                        return 0;
                    }

                    @Override
                    public Task schedule(Duration delay, Runnable task) {
                        throw new RejectedExecutionException("shut down");
                    }
                })
                .build();
        transport.fail(TransportException.notSent(new IOException("refused")));
        assertFails(
                shutDown.run(NEVER, List.of("k"), new Arguments()).toCompletableFuture(),
                PatternException.Unavailable.class);
    }

    /** Remembers what it is told of a channel. */
    private static final class Hearing implements RedisTransport.ChannelListener {
        private final List<String> heard = new ArrayList<>();

        @Override
        public void message(String channel, String message) {
            heard.add(message);
        }

        @Override
        public void subscribed(String channel) {
            heard.add("subscribed");
        }
    }

    @Test
    void aConfirmation_isToldOnce_toWhoeverListensByThen_andToWhoComesLater() {
        Hearing first = new Hearing();
        Hearing second = new Hearing();
        Hearing late = new Hearing();
        runtime.subscribe("c", first);
        runtime.subscribe("c", second);
        assertThat(transport.subscriptions()).containsExactly("+c");
        transport.channelListener().subscribed("c");
        runtime.subscribe("c", late);
        transport.channelListener().message("c", "m");
        scheduler.advance(Duration.ZERO);
        assertThat(first.heard).containsExactly("subscribed", "m");
        assertThat(second.heard).containsExactly("subscribed", "m");
        assertThat(late.heard).containsExactly("m", "subscribed");
        assertThat(transport.subscriptions()).containsExactly("+c");
        transport.channelListener().subscribed("c");
        assertThat(first.heard).as("after a reconnect").hasSize(3);
        assertThat(late.heard).hasSize(3);
    }

    /** As if they had been confirmed in that order: a topic asks for its position when its second channel takes effect. */
    @Test
    void whoComesLate_isToldWhenAllChannelsBeforeAreConfirmed() {
        runtime.subscribe("c", new Hearing());
        transport.channelListener().subscribed("c");
        runtime.subscribe("own", new Hearing());
        Hearing late = new Hearing();
        runtime.subscribe("c", late);
        scheduler.advance(Duration.ZERO);
        assertThat(late.heard).isEmpty();
        transport.channelListener().subscribed("own");
        assertThat(late.heard).containsExactly("subscribed");
    }

    @Test
    void whoComesLate_isTold_alsoIfAChannelBeforeIsRefusedThatNobodyWantsAnyMore() {
        runtime.subscribe("c", new Hearing());
        transport.channelListener().subscribed("c");
        Scheduler.Task own = runtime.subscribe("own", new Hearing());
        Hearing late = new Hearing();
        runtime.subscribe("c", late);
        scheduler.advance(Duration.ZERO);
        own.cancel();
        transport.channelListener().refused("own", new IllegalStateException("NOPERM"));
        assertThat(late.heard).containsExactly("subscribed");
        assertThat(ended).isEmpty();
    }

    @Test
    void aRefusedChannel_isTold_andTriedAgainWithTheNextListener() {
        runtime.subscribe("c", new Hearing());
        transport.channelListener().refused("c", new IllegalStateException("NOPERM"));
        assertThat(ended).containsExactly("runtime.channelRefused c NOPERM");
        Hearing second = new Hearing();
        runtime.subscribe("c", second);
        assertThat(transport.subscriptions()).containsExactly("+c", "+c");
        transport.channelListener().subscribed("c");
        assertThat(second.heard).containsExactly("subscribed");
    }

    @Test
    void aRefusedChannel_isAskedForAgain_untilItTakesEffectOrNobodyWantsIt() {
        Hearing first = new Hearing();
        runtime.subscribe("c", first);
        Scheduler.Task other = runtime.subscribe("d", new Hearing());
        transport.channelListener().refused("c", new IllegalStateException("NOPERM"));
        transport.channelListener().refused("d", new IllegalStateException("BUSY"));
        other.cancel();
        scheduler.advance(Duration.ofSeconds(4));
        assertThat(transport.subscriptions()).containsExactly("+c", "+d", "-d");
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(transport.subscriptions()).endsWith("-d", "+c");
        transport.channelListener().refused("c", new IllegalStateException("NOPERM"));
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(transport.subscriptions()).endsWith("-d", "+c", "+c");
        assertThat(ended).containsExactly("runtime.channelRefused c NOPERM", "runtime.channelRefused d BUSY");
        transport.channelListener().subscribed("c");
        assertThat(first.heard).containsExactly("subscribed");
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(transport.subscriptions()).endsWith("-d", "+c", "+c");
        transport.channelListener().refused("c", new IllegalStateException("NOPERM"));
        runtime.close();
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(transport.subscriptions()).endsWith("-d", "+c", "+c", "closed");
    }

    @Test
    void aChannelListenerThatFails_isTold_andHarmsNoOther() {
        Hearing other = new Hearing();
        runtime.subscribe("c", RedisTransport.ChannelListener.signalling(() -> {
            throw new AssertionError("for the test");
        }));
        runtime.subscribe("c", other);
        transport.channelListener().message("c", "m");
        assertThat(other.heard).containsExactly("m");
        assertThat(ended).containsExactly("runtime.channelListenerFailed c for the test");
    }

    @Test
    void afterItsEnd_nothingIsSent() {
        transport.fail(NOT_SENT);
        CompletableFuture<Boolean> begun =
                runtime.run(NEVER, List.of("k"), new Arguments()).toCompletableFuture();
        runtime.close();
        scheduler.advance(Duration.ofSeconds(1));
        assertFails(begun, PatternException.Unavailable.class);
        assertFails(run(IDEMPOTENT), PatternException.Unavailable.class);
        runtime.subscribe("c", new Hearing());
        assertThat(transport.commands()).hasSize(1);
        assertThat(transport.subscriptions()).isEmpty();
    }

    @Test
    void anOperationWithoutKeys_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> runtime.run(NEVER, List.of(), new Arguments()));
    }

    private static void assertFails(CompletableFuture<Boolean> result, Class<? extends PatternException> with) {
        assertThat(result).isCompletedExceptionally();
        assertThatThrownBy(result::get).hasCauseInstanceOf(with);
    }
}

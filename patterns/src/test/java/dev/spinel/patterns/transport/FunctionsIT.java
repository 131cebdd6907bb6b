package dev.spinel.patterns.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.analytics.Window;
import dev.spinel.patterns.analytics.WindowedCounter;
import dev.spinel.patterns.leaderboard.Leaderboard;
import dev.spinel.patterns.leaderboard.Standing;
import dev.spinel.patterns.lock.Lease;
import dev.spinel.patterns.lock.Locks;
import dev.spinel.patterns.lock.ReleaseResult;
import dev.spinel.patterns.queue.Delivery;
import dev.spinel.patterns.queue.Message;
import dev.spinel.patterns.queue.QueueEngine;
import dev.spinel.patterns.queue.QueueStats;
import dev.spinel.patterns.queue.WorkQueue;
import dev.spinel.patterns.ratelimit.Limit;
import dev.spinel.patterns.ratelimit.RateLimiter;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.EventLog;
import dev.spinel.patterns.testing.RecordingTransport;
import dev.spinel.patterns.testing.RedisServer;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.EnumSource;

/** Operations by functions, on a server whose library comes, goes, is forbidden, is an older one, or is there after a restart. */
@ParameterizedClass
@EnumSource(
        value = ClientKind.class,
        names = {"LETTUCE", "JEDIS"})
@Tag("redis-server")
class FunctionsIT {
    private final ClientKind client;
    private final EventLog events = new EventLog();

    private RedisServer server;
    private RedisClient inspector;
    private RedisCommands<String, String> redis;
    private RecordingTransport transport;
    private PatternRuntime runtime;
    /** Another application, which only knows scripts. */
    private PatternRuntime scripts;

    FunctionsIT(ClientKind client) {
        this.client = client;
    }

    @BeforeEach
    void start() {
        server = RedisServer.start("--appendonly", "yes");
        inspector = RedisClient.create(server.uri());
        redis = inspector.connect().sync();
        redis.functionLoad(FunctionLibrary.text(), true);
        transport = new RecordingTransport(client.connect(server.port()));
        runtime = PatternRuntime.builder(transport)
                .ways(Way.FUNCTION)
                .listener(events)
                .build();
        scripts = PatternRuntime.builder(client.connect(server.port()))
                .ways(Way.SCRIPT)
                .build();
    }

    @AfterEach
    void stop() {
        scripts.close();
        runtime.close();
        inspector.shutdown();
        server.close();
    }

    /** Waits until the runtime knows what the server has, and forgets what was sent before. */
    private void awaitFunctions() {
        await().until(() -> {
            transport.takeCommands();
            count();
            return transport.takeCommands().contains("FCALL");
        });
    }

    /** A short operation. */
    private void count() {
        WindowedCounter.of(runtime, "c", Window.of(60, Duration.ofSeconds(1))).add("n", 1);
    }

    /** Which of FCALL, EVALSHA and EVAL the server has executed since its statistics began. */
    private List<String> executed() {
        String statistics = redis.info("commandstats");
        return Stream.of("fcall", "evalsha", "eval")
                .filter(name -> statistics.contains("cmdstat_" + name + ":"))
                .toList();
    }

    @Test
    void recipes_runAsFunctions_inOneRoundTripEach() {
        awaitFunctions();
        redis.configResetstat();

        Lease lease = Locks.over(runtime).lock("l").tryAcquire().orElseThrow();
        assertThat(lease.release()).isEqualTo(ReleaseResult.RELEASED);
        assertThat(transport.takeCommands()).containsExactly("FCALL", "FCALL");

        RateLimiter limiter = RateLimiter.builder(runtime)
                .name("r")
                .limits(Limit.Gcra.of("g", 2, Duration.ofHours(1)), Limit.FixedWindow.of("w", 5, Duration.ofDays(1)))
                .build();
        assertThat(Stream.generate(() -> limiter.tryAcquire("k").allowed()).limit(3))
                .containsExactly(true, true, false);
        assertThat(transport.takeCommands()).hasSize(3).containsOnly("FCALL");

        for (QueueEngine engine : QueueEngine.values()) {
            WorkQueue queue =
                    WorkQueue.builder(runtime, "q" + engine).engine(engine).build();
            queue.enqueue(Message.of("m"));
            assertThat(queue.claim(2)).extracting(Delivery::text).containsExactly("m");
            assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 1, 0));
            assertThat(transport.takeCommands()).hasSize(3).containsOnly("FCALL");
        }

        Leaderboard board = Leaderboard.builder(runtime, "b").build();
        board.add("ann", 25);
        assertThat(board.add("bob", 30).standing().rank()).isOne();
        assertThat(board.top(5).standings()).extracting(Standing::member).containsExactly("bob", "ann");
        assertThat(transport.takeCommands()).hasSize(3).containsOnly("FCALL");

        assertThat(executed()).containsExactly("fcall");
    }

    @Test
    void functionsAndScripts_mix() {
        awaitFunctions();
        Locks mine = Locks.over(runtime);
        Locks theirs = Locks.over(scripts);
        Lease first = mine.lock("l").tryAcquire().orElseThrow();
        assertThat(theirs.lock("l").tryAcquire()).isEmpty();
        first.release();
        Lease second = theirs.lock("l").tryAcquire().orElseThrow();
        assertThat(second.fence()).isGreaterThan(first.fence());
        assertThat(mine.lock("l").tryAcquire()).isEmpty();
        second.release();
        assertThat(mine.lock("l").tryAcquire()).isPresent();
    }

    @Test
    void aLibraryThatGoes_isReplacedByScripts_untilItIsBack() {
        awaitFunctions();
        server.call("FUNCTION DELETE spinel_patterns");
        count();
        assertThat(transport.takeCommands()).startsWith("FCALL", "EVALSHA");
        assertThat(events.all()).containsExactly(new EventLog.Event("runtime.fellBack", "counter.add"));
        count();
        assertThat(transport.takeCommands()).startsWith("EVALSHA").doesNotContain("FCALL");
        redis.functionLoad(FunctionLibrary.text(), true);
        awaitFunctions();
        count();
        assertThat(transport.takeCommands()).containsExactly("FCALL");
    }

    @Test
    void aRestartedServer_hasTheLibrary_andNeedsNoScript() {
        awaitFunctions();
        server.kill();
        server.startAgain();
        await().ignoreExceptionsInstanceOf(PatternException.class).untilAsserted(this::count);
        await().ignoreExceptions().untilAsserted(() -> assertThat(executed()).containsExactly("fcall"));
        assertThat(events.all()).isEmpty();
    }

    @Test
    void functionsThatAreForbidden_areReplacedByScripts() {
        awaitFunctions();
        server.call("ACL SETUSER default -fcall");
        count();
        assertThat(transport.takeCommands()).startsWith("FCALL", "EVALSHA");
        count();
        assertThat(transport.takeCommands()).startsWith("EVALSHA").doesNotContain("FCALL");
    }

    @Test
    void whereAskingIsForbidden_scriptsRun() {
        server.call("ACL SETUSER default -function");
        count();
        await().until(() -> transport.takeCommands().contains("FUNCTION"));
        count();
        assertThat(transport.takeCommands()).contains("EVALSHA").doesNotContain("FCALL");
    }

    /** A newer application has changed a script: it runs its own, and what is the same as a function. */
    @Test
    void anOlderLibrary_isUsedAsFarAsItIsTheSame() {
        redis.functionLoad(
                FunctionLibrary.text().replaceAll("lock_acquire_mutex_[0-9a-f]{8}", "lock_acquire_mutex_00000000"),
                true);
        awaitFunctions();
        Lease lease = Locks.over(runtime).lock("l").tryAcquire().orElseThrow();
        assertThat(transport.takeCommands()).startsWith("EVALSHA").doesNotContain("FCALL");
        lease.release();
        assertThat(transport.takeCommands()).containsExactly("FCALL");
        assertThat(events.all()).isEmpty();
    }

    /** The server refuses functions as a whole then, scripts only what needs memory. */
    @Test
    void withoutMemory_locksAreReleased_andNothingIsAdded() {
        awaitFunctions();
        Lease lease = Locks.over(runtime).lock("l").tryAcquire().orElseThrow();
        redis.configSet("maxmemory", "1");
        assertThat(lease.release()).isEqualTo(ReleaseResult.RELEASED);
        assertThatThrownBy(this::count)
                .isInstanceOf(PatternException.ServerError.class)
                .hasMessageContaining("OOM");
        redis.configSet("maxmemory", "0");
        transport.takeCommands();
        count();
        assertThat(transport.takeCommands()).containsExactly("FCALL");
    }

    @Test
    void theLibrary_isLoadedFromTheShell() throws Exception {
        server.call("FUNCTION DELETE spinel_patterns");
        Path classes = Path.of(FunctionLibrary.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        Path java = Path.of(System.getProperty("java.home"), "bin", "java");
        Process shell = new ProcessBuilder(
                        "sh",
                        "-c",
                        java + " -cp " + classes + " dev.spinel.patterns.transport.FunctionLibrary | redis-cli -p "
                                + server.port() + " -x FUNCTION LOAD REPLACE")
                .redirectErrorStream(true)
                .start();
        assertThat(new String(shell.getInputStream().readAllBytes(), UTF_8)).contains("spinel_patterns");
        assertThat(shell.waitFor()).isZero();
        awaitFunctions();
    }
}

package dev.spinel.patterns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.lettuce.LettuceTransport;
import dev.spinel.patterns.lock.DistributedLock;
import dev.spinel.patterns.lock.Lease;
import dev.spinel.patterns.lock.Locks;
import dev.spinel.patterns.lock.ReleaseResult;
import dev.spinel.patterns.queue.Delivery;
import dev.spinel.patterns.queue.Message;
import dev.spinel.patterns.queue.QueueEngine;
import dev.spinel.patterns.queue.QueueStats;
import dev.spinel.patterns.queue.WorkQueue;
import dev.spinel.patterns.testing.RecordingTransport;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.FunctionLibrary;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Way;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Operations by functions on a cluster of two nodes, of which each has the library or not. */
@Tag("redis-server")
class ClusterFunctionsIT {
    /** Names whose keys are on both nodes. */
    private static final List<String> NAMES =
            Stream.iterate(0, n -> n + 1).limit(8).map(n -> "n" + n).toList();

    private RedisServer one;
    private RedisServer two;
    private RecordingTransport transport;
    private PatternRuntime runtime;

    @BeforeEach
    void start() {
        one = RedisServer.start("--cluster-enabled", "yes");
        two = RedisServer.start("--cluster-enabled", "yes");
        one.call("CLUSTER ADDSLOTSRANGE 0 8191");
        two.call("CLUSTER ADDSLOTSRANGE 8192 16383");
        one.call("CLUSTER MEET 127.0.0.1 " + two.port());
        await().until(() ->
                Stream.of(one, two).allMatch(node -> node.call("CLUSTER INFO").contains("cluster_state:ok")));
        transport = new RecordingTransport(LettuceTransport.connectToCluster(RedisURI.create(one.uri())));
        runtime = PatternRuntime.builder(transport).ways(Way.FUNCTION).build();
    }

    @AfterEach
    void stop() {
        runtime.close();
        one.close();
        two.close();
    }

    /** As an operator does, who has to do it for each primary. */
    private static void load(RedisServer node) {
        RedisClient client = RedisClient.create(node.uri());
        try {
            client.connect().sync().functionLoad(FunctionLibrary.text());
        } finally {
            client.shutdown();
        }
    }

    private void awaitFunctions() {
        WorkQueue queue = WorkQueue.builder(runtime, "any").build();
        await().until(() -> {
            transport.takeCommands();
            queue.stats();
            return transport.takeCommands().contains("FCALL");
        });
    }

    private static List<String> executed(RedisServer node) {
        String statistics = node.call("INFO commandstats");
        return Stream.of("fcall", "evalsha", "eval")
                .filter(name -> statistics.contains("cmdstat_" + name + ":"))
                .toList();
    }

    @Test
    void locksAndQueues_runAsFunctions_onEachNode() throws InterruptedException {
        load(one);
        load(two);
        awaitFunctions();
        one.call("CONFIG RESETSTAT");
        two.call("CONFIG RESETSTAT");
        useLocksAndQueues();
        assertThat(executed(one)).containsExactly("fcall");
        assertThat(executed(two)).containsExactly("fcall");
    }

    /** Within the attempt, so that nobody notices. */
    @Test
    void aNodeWithoutTheLibrary_runsScripts() throws InterruptedException {
        load(one);
        load(two);
        awaitFunctions();
        two.call("FUNCTION FLUSH");
        two.call("CONFIG RESETSTAT");
        useLocksAndQueues();
        assertThat(executed(two)).contains("evalsha");
    }

    private void useLocksAndQueues() throws InterruptedException {
        Locks locks = Locks.over(runtime);
        for (String name : NAMES) {
            for (DistributedLock lock : List.of(
                    locks.fairLock(name),
                    locks.readWriteLock(name).read(),
                    locks.readWriteLock(name).write())) {
                Lease lease = lock.acquire();
                CompletableFuture<Lease> waiter = lock.acquireAsync().toCompletableFuture();
                assertThat(lease.release()).isEqualTo(ReleaseResult.RELEASED);
                assertThat(waiter.join().release()).isEqualTo(ReleaseResult.RELEASED);
            }
            for (QueueEngine engine : QueueEngine.values()) {
                WorkQueue queue =
                        WorkQueue.builder(runtime, name).engine(engine).build();
                queue.enqueueAll(List.of(Message.of("a").withKey("k"), Message.of("b")));
                List<Delivery> deliveries = queue.claim(2);
                assertThat(deliveries).extracting(Delivery::text).containsExactly("a", "b");
                assertThat(queue.settle(deliveries.get(0).acknowledge())).isTrue();
                assertThat(queue.settle(deliveries.get(1).reject("for the test")))
                        .isTrue();
                assertThat(queue.redrive(List.of(deliveries.get(1).id()))).isOne();
                assertThat(queue.stats()).isEqualTo(new QueueStats(1, 0, 0, 0));
            }
        }
    }
}

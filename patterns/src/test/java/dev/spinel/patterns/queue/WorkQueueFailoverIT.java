package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.FaultProxy;
import dev.spinel.patterns.testing.RecordingTransport;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Way;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What becomes of messages when the server fails over to a replica that lacks the last writes. */
@Tag("redis-server")
class WorkQueueFailoverIT {
    /** As many as the pool of the Jedis client has connections. */
    private static final int PRODUCERS = 8;

    private static final int ACKNOWLEDGED = 2000;
    private static final int UNKNOWN = 200;
    private static final Duration PATIENT = Duration.ofSeconds(10);
    /** Of the transport: longer than replicas have. */
    private static final Duration TIMEOUT = PATIENT.plusSeconds(5);

    private static RedisServer startPrimary() {
        RedisServer primary = RedisServer.start("--repl-diskless-sync-delay", "0");
        try {
            primary.assumeReplication();
        } catch (RuntimeException skipped) {
            primary.close();
            throw skipped;
        }
        return primary;
    }

    private static WorkQueue queue(PatternRuntime runtime, QueueEngine engine, Duration timeout) {
        return WorkQueue.builder(runtime, "mails")
                .engine(engine)
                .replicas(1, timeout)
                .build();
    }

    @ParameterizedTest
    @CsvSource({"LETTUCE, SORTED_SETS", "JEDIS, STREAM"})
    void Q8_aFailoverThatLosesTheTail_losesNothingAcknowledged_andTheRestIsRetried(
            ClientKind client, QueueEngine engine) throws IOException, InterruptedException {
        Enqueues enqueues = new Enqueues();
        try (RedisServer primary = startPrimary();
                FaultProxy link = new FaultProxy(primary.port());
                RedisServer replica = RedisServer.startReplicaOf(link.port())) {
            try (PatternRuntime runtime = PatternRuntime.over(client.connect(primary.port(), TIMEOUT))) {
                enqueues.start(queue(runtime, engine, Duration.ofMillis(50)));
                await().atMost(PATIENT.multipliedBy(3)).until(() -> enqueues.acknowledged.size() >= ACKNOWLEDGED);
                link.cut(true);
                int before = enqueues.unknown.size();
                await().until(() -> enqueues.unknown.size() >= before + UNKNOWN);
                primary.kill();
                enqueues.stop();
            }
            assertThat(replica.call("REPLICAOF NO ONE")).startsWith("+OK");
            assertThat(replica.call("CONFIG SET repl-diskless-sync-delay 0")).startsWith("+OK");

            try (RedisServer next = RedisServer.startReplicaOf(replica.port());
                    PatternRuntime runtime = PatternRuntime.over(client.connect(replica.port(), TIMEOUT))) {
                WorkQueue queue = queue(runtime, engine, PATIENT);
                long survived = queue.stats().ready();
                long lost = enqueues.acknowledged.size() + enqueues.unknown.size() - survived;
                assertThat(lost).as("messages of the lost tail").isBetween(1L, (long) enqueues.unknown.size());

                assertThat(enqueues.retry(queue)).isEqualTo(lost);
                Set<String> expected = new HashSet<>(enqueues.acknowledged);
                expected.addAll(enqueues.unknown);
                List<String> delivered = deliverAll(queue);
                assertThat(new HashSet<>(delivered)).isEqualTo(expected);
                assertThat(delivered).hasSameSizeAs(expected);
                assertThat(next.call("INFO replication")).contains("master_link_status:up");
            }
        }
    }

    @ParameterizedTest
    @CsvSource({"LETTUCE, STREAM", "JEDIS, SORTED_SETS"})
    void Q8_anEnqueueThatNoReplicaAcknowledges_isUnknown_andAskedAgainItIsTheSameMessage(
            ClientKind client, QueueEngine engine) {
        RecordingTransport transport;
        try (RedisServer primary = startPrimary();
                RedisServer replica = RedisServer.startReplicaOf(primary.port())) {
            transport = new RecordingTransport(client.connect(primary.port(), TIMEOUT));
            try (PatternRuntime runtime =
                    PatternRuntime.builder(transport).ways(Way.SCRIPT).build()) {
                WorkQueue patient = queue(runtime, engine, PATIENT);
                WorkQueue queue = queue(runtime, engine, Duration.ofMillis(100));
                assertThat(patient.enqueue(Message.of("a"))).isEqualTo(new Enqueued(Enqueued.Status.NEW, 1));
                transport.takeCommands();

                replica.pause();
                Message message = Message.of("b").withKey("b");
                for (int attempt = 1; attempt <= 2; attempt++) {
                    assertThatThrownBy(() -> queue.enqueue(message))
                            .isInstanceOf(PatternException.UnknownOutcome.class)
                            .hasMessage("queue.enqueue ran, but a failover may undo it:"
                                    + " 0 of 1 replicas acknowledged it within 100 ms");
                    assertThat(transport.takeCommands()).containsExactly("EVALSHA");
                }
                replica.resume();

                assertThat(patient.enqueue(message)).isEqualTo(new Enqueued(Enqueued.Status.DUPLICATE, 2));
                assertThat(transport.takeCommands()).containsExactly("EVALSHA");
                assertThat(deliverAll(queue)).containsExactly("a", "b");
            }
        }
    }

    /** Claims and acknowledges until nothing is left. */
    private static List<String> deliverAll(WorkQueue queue) {
        List<String> delivered = new ArrayList<>();
        Exchange exchange = queue.exchange(List.of(), 1000);
        while (!exchange.deliveries().isEmpty()) {
            delivered.addAll(WorkQueueFixture.texts(exchange.deliveries()));
            exchange = queue.exchange(WorkQueueFixture.acknowledgements(exchange.deliveries()), 1000);
        }
        return delivered;
    }

    /** Threads that enqueue messages, each with its text as its key, and remember what they are told. */
    private static final class Enqueues {
        final Set<String> acknowledged = ConcurrentHashMap.newKeySet();
        final Set<String> unknown = ConcurrentHashMap.newKeySet();
        private final ExecutorService producers = Executors.newFixedThreadPool(PRODUCERS);
        private volatile boolean stopped;

        void start(WorkQueue queue) {
            for (int producer = 0; producer < PRODUCERS; producer++) {
                String prefix = "p" + producer + " m";
                producers.execute(() -> produce(queue, prefix));
            }
        }

        private void produce(WorkQueue queue, String prefix) {
            for (int i = 0; !stopped; i++) {
                String text = prefix + i;
                try {
                    queue.enqueue(Message.of(text).withKey(text));
                    acknowledged.add(text);
                } catch (PatternException.UnknownOutcome e) {
                    unknown.add(text);
                } catch (PatternException.Unavailable e) {
                    // It is not enqueued, so that it must not be delivered.
                    continue;
                }
            }
        }

        void stop() throws InterruptedException {
            stopped = true;
            producers.shutdown();
            assertThat(producers.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
        }

        /** Enqueues again what is unknown; returns how many messages of it were new. */
        long retry(WorkQueue queue) {
            return unknown.stream()
                    .map(text -> queue.enqueue(Message.of(text).withKey(text)))
                    .filter(enqueued -> enqueued.status() == Enqueued.Status.NEW)
                    .count();
        }
    }
}

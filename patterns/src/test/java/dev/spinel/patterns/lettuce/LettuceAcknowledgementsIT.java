package dev.spinel.patterns.lettuce;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.queue.Enqueued;
import dev.spinel.patterns.queue.Message;
import dev.spinel.patterns.queue.WorkQueue;
import dev.spinel.patterns.testing.FaultProxy;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Way;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** How commands that wait for replicas share a connection, on a server that has no replica. */
@Tag("redis-server")
class LettuceAcknowledgementsIT {
    private static final Duration TIMEOUT = Duration.ofMillis(200);

    private RedisServer server;
    private FaultProxy proxy;
    private PatternRuntime runtime;

    @BeforeEach
    void start() {
        server = RedisServer.start();
        proxy = new FaultProxy(server.port());
        runtime = PatternRuntime.builder(LettuceTransport.connect(proxy.uri()))
                .ways(Way.SCRIPT)
                .build();
        WorkQueue.builder(runtime, "other").build().enqueue(Message.of("loads the script"));
    }

    @AfterEach
    void stop() throws IOException {
        runtime.close();
        proxy.close();
        server.close();
    }

    private WorkQueue queue(String name, Duration timeout) {
        return WorkQueue.builder(runtime, name).replicas(1, timeout).build();
    }

    /** How often the server waited for replicas. */
    private long waits() {
        return server.call("INFO commandstats")
                .lines()
                .filter(line -> line.startsWith("cmdstat_wait:calls="))
                .map(line -> line.substring(line.indexOf('=') + 1, line.indexOf(',')))
                .mapToLong(Long::parseLong)
                .sum();
    }

    private static void assertUnknown(CompletableFuture<Enqueued> enqueued) {
        assertThatThrownBy(() -> PatternRuntime.await(enqueued))
                .isInstanceOf(PatternException.UnknownOutcome.class)
                .hasMessageContaining("0 of 1 replicas");
    }

    @Test
    void whatComesWhileOthersWait_waitsOnce_forAllTogether() {
        WorkQueue one = queue("one", TIMEOUT);
        WorkQueue two = queue("two", TIMEOUT);
        long start = System.nanoTime();
        List<CompletableFuture<Enqueued>> enqueued = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            Message message = Message.of("m" + i).withKey("m" + i);
            enqueued.add(one.enqueueAsync(message).toCompletableFuture());
            enqueued.add(two.enqueueAsync(message).toCompletableFuture());
        }
        enqueued.forEach(LettuceAcknowledgementsIT::assertUnknown);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(TIMEOUT);
        assertThat(waits()).isBetween(1L, 5L);
        assertThat(one.stats().ready()).isEqualTo(100);
    }

    @Test
    void differentTimeouts_areKept() {
        CompletableFuture<Enqueued> first =
                queue("one", TIMEOUT).enqueueAsync(Message.of("a")).toCompletableFuture();
        CompletableFuture<Enqueued> longer = queue("two", Duration.ofSeconds(1))
                .enqueueAsync(Message.of("a"))
                .toCompletableFuture();
        CompletableFuture<Enqueued> shorter =
                queue("one", TIMEOUT).enqueueAsync(Message.of("b")).toCompletableFuture();
        assertUnknown(first);
        assertThat(shorter).isNotDone();
        assertThatThrownBy(() -> PatternRuntime.await(longer)).hasMessageContaining("within 1000 ms");
        assertThatThrownBy(() -> PatternRuntime.await(shorter)).hasMessageContaining("within 200 ms");
        assertThat(waits()).isEqualTo(3);
    }

    @Test
    void othersOfTheTransport_areNotHeldUp() {
        CompletableFuture<Enqueued> waiting = queue("one", Duration.ofSeconds(3))
                .enqueueAsync(Message.of("a"))
                .toCompletableFuture();
        WorkQueue other = WorkQueue.builder(runtime, "other").build();
        for (int i = 0; i < 10; i++) {
            other.enqueue(Message.of("m" + i));
        }
        assertThat(waiting).isNotDone();
    }

    @Test
    void aSilentConnection_isMadeAgain() throws IOException {
        try (PatternRuntime brief = PatternRuntime.over(LettuceTransport.connect(proxy.uri() + "?timeout=600ms"))) {
            WorkQueue queue =
                    WorkQueue.builder(brief, "one").replicas(1, TIMEOUT).build();
            assertUnknown(queue.enqueueAsync(Message.of("a")).toCompletableFuture());
            proxy.silence();
            assertThatThrownBy(() -> queue.enqueue(Message.of("b")))
                    .isInstanceOf(PatternException.UnknownOutcome.class)
                    .hasMessageContaining("may have run or not");
            assertUnknown(queue.enqueueAsync(Message.of("c")).toCompletableFuture());
        }
    }

    @Test
    void aBrokenConnection_isMadeAgain_andWhatWaitsIsUnknown() throws Exception {
        WorkQueue queue = queue("one", TIMEOUT);
        assertUnknown(queue.enqueueAsync(Message.of("a")).toCompletableFuture());
        CompletableFuture<Enqueued> cutOff = queue("two", Duration.ofSeconds(3))
                .enqueueAsync(Message.of("b"))
                .toCompletableFuture();
        await().until(() -> server.call("CLIENT LIST").contains("cmd=wait"));
        proxy.cut(false);
        assertThatThrownBy(() -> cutOff.get(2, TimeUnit.SECONDS))
                .hasCauseInstanceOf(PatternException.UnknownOutcome.class)
                .hasMessageContaining("may have run or not");
        assertUnknown(queue.enqueueAsync(Message.of("c").withKey("c")).toCompletableFuture());
    }
}

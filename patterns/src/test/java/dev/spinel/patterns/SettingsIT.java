package dev.spinel.patterns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.spinel.patterns.cache.CacheAside;
import dev.spinel.patterns.lock.Locks;
import dev.spinel.patterns.queue.WorkQueue;
import dev.spinel.patterns.ratelimit.Limit;
import dev.spinel.patterns.ratelimit.RateLimiter;
import dev.spinel.patterns.session.SessionReaper;
import dev.spinel.patterns.session.SessionStore;
import dev.spinel.patterns.stream.EventStream;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.FaultProxy;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.transport.Codec;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RedisTransport;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

/** What recipes refuse when they are built, as the connection does not suit it. */
class SettingsIT extends RecipeFixture {
    private static final Duration TRIP = Duration.ofMillis(150);

    SettingsIT(ClientKind client) {
        super(client);
    }

    /** Builds every recipe that has leases, with this one. */
    private Map<String, ThrowingCallable> withLease(PatternRuntime over, Duration lease) {
        SessionStore<String> store =
                SessionStore.builder(over, name, Codec.utf8()).lanes(1).build();
        Map<String, ThrowingCallable> builds = new LinkedHashMap<>();
        builds.put("Locks 'l'", () -> Locks.builder(over)
                .name("l")
                .lease(lease)
                .maxHold(Duration.ofHours(1))
                .build());
        builds.put("Queue 'q'", () -> WorkQueue.builder(over, "q").lease(lease).build());
        builds.put("Limiter 'r': limit 'p'", () -> RateLimiter.builder(over)
                .name("r")
                .limits(Limit.Concurrency.of("p", 5, lease))
                .build());
        builds.put("Limiter 'r'", () -> RateLimiter.builder(over)
                .name("r")
                .limits(Limit.Gcra.of("g", 1000, Duration.ofHours(1)))
                .tokenLease(5, lease)
                .build());
        builds.put("Cache 'c'", () -> CacheAside.builder(
                        over, "c", Codec.utf8(), key -> CompletableFuture.completedFuture(Optional.of(key)))
                .lease(lease)
                .maxWait(Duration.ofHours(1))
                .build());
        builds.put("Reaper of '" + name + '\'', () -> SessionReaper.builder(store, Runnable::run, expired -> {})
                .interval(lease.dividedBy(3))
                .lease(lease)
                .start()
                .close());
        builds.put("Stream '" + name + '\'', () -> EventStream.of(over, name)
                .consumer("g", Runnable::run, entry -> {})
                .lease(lease)
                .start()
                .close());
        return builds;
    }

    private void overASlowConnection(Consumer<PatternRuntime> test) throws IOException {
        client.assumeSockets();
        try (FaultProxy slow = new FaultProxy(server.port())) {
            slow.delayReplies(TRIP);
            try (PatternRuntime over = PatternRuntime.over(client.connect(slow.port()))) {
                test.accept(over);
            }
        }
    }

    @Test
    void aLeaseThatIsShorterThanTheRoundTrip_isRefused() throws IOException {
        overASlowConnection(over -> {
            withLease(over, Duration.ofMillis(100))
                    .forEach(
                            (owner, build) -> assertThatIllegalArgumentException()
                                    .as(owner)
                                    .isThrownBy(build)
                                    .withMessageMatching(
                                            "(?s)" + owner
                                                    + ": a lease is longer than a round trip to the server, which took PT0\\.\\d+S, not PT0\\.1S"));
            withLease(over, Duration.ofSeconds(10))
                    .forEach((owner, build) -> assertThatCode(build).as(owner).doesNotThrowAnyException());
        });
    }

    @Test
    void theSameLeaseIsTaken_whereTheServerIsNear() {
        withLease(other, Duration.ofMillis(100))
                .forEach((owner, build) -> assertThatCode(build).as(owner).doesNotThrowAnyException());
    }

    /** What is not known speaks against nothing: an application starts while its server is away. */
    @Test
    void withoutAServer_nothingIsRefused() {
        proxy.cut(true);
        assertThatCode(() ->
                        Locks.builder(runtime).lease(Duration.ofMillis(100)).build())
                .doesNotThrowAnyException();
    }

    @Test
    void replicasHaveLessTime_thanTheTransportWaits() {
        try (RedisTransport connected = client.connect(server.port(), Duration.ofMillis(700))) {
            if (!connected.waitsForReplicas()) {
                assertThat(client.usesSockets()).isFalse();
                return;
            }
            PatternRuntime over = PatternRuntime.over(connected);
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Locks.builder(over)
                            .replicas(1, Duration.ofMillis(700))
                            .build())
                    .withMessage(
                            "Locks 'lock': replicas have less time to acknowledge than the transport waits for replies,"
                                    + " which is PT0.7S, not PT0.7S");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> WorkQueue.builder(over, "q")
                            .replicas(1, Duration.ofSeconds(1))
                            .build())
                    .withMessage(
                            "Queue 'q': replicas have less time to acknowledge than the transport waits for replies,"
                                    + " which is PT0.7S, not PT1S");
            assertThat(Locks.builder(over).replicas(1, Duration.ofMillis(699)).build())
                    .isNotNull();
        }
    }
}

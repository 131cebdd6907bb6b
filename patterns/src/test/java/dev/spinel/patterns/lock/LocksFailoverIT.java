package dev.spinel.patterns.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.EventLog;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What becomes of locks that replicas acknowledge when the server fails over to one. */
@Tag("redis-server")
class LocksFailoverIT {
    private static final Duration PATIENT = Duration.ofSeconds(10);
    /** Of the transport: longer than replicas have. */
    private static final Duration TIMEOUT = PATIENT.plusSeconds(5);

    private static final Duration BRIEF = Duration.ofMillis(150);

    private static Locks.Builder locks(PatternRuntime runtime, Duration timeout) {
        return Locks.builder(runtime).replicas(1, timeout);
    }

    @ParameterizedTest
    @EnumSource(names = {"LETTUCE", "JEDIS"})
    void whatAReplicaAcknowledged_isHeldAfterAFailover_andNothingElseIsGranted(ClientKind client) {
        try (RedisServer primary = RedisServer.start("--repl-diskless-sync-delay", "0")) {
            primary.assumeReplication();
            try (RedisServer replica = RedisServer.startReplicaOf(primary.port())) {
                EventLog events = new EventLog();
                try (PatternRuntime runtime = PatternRuntime.builder(client.connect(primary.port(), TIMEOUT))
                        .listener(events)
                        .build()) {
                    locks(runtime, PATIENT).build().lock("held").tryAcquire().orElseThrow();
                    Lease renewed = locks(runtime, BRIEF)
                            .lease(Duration.ofMillis(900))
                            .build()
                            .lock("renewed")
                            .tryAcquire()
                            .orElseThrow();
                    replica.pause();
                    for (DistributedLock refused : new DistributedLock[] {
                        locks(runtime, BRIEF).build().lock("refused"),
                        locks(runtime, BRIEF).build().fairLock("refused"),
                    }) {
                        assertThatThrownBy(refused::tryAcquire).isInstanceOf(PatternException.UnknownOutcome.class);
                        assertThatThrownBy(refused::acquire).isInstanceOf(PatternException.UnknownOutcome.class);
                    }
                    await().untilAsserted(() ->
                            assertThat(primary.call("KEYS *:refused")).startsWith("*0"));
                    await().until(() -> events.count("lock.renewalFailed") > 0);
                    assertThat(renewed.lost().toCompletableFuture())
                            .succeedsWithin(Duration.ofSeconds(3))
                            .isEqualTo(LossReason.EXPIRED);
                    replica.resume();
                    primary.kill();
                }
                assertThat(replica.call("REPLICAOF NO ONE")).startsWith("+OK");
                try (PatternRuntime runtime = PatternRuntime.over(client.connect(replica.port(), TIMEOUT))) {
                    assertThat(Locks.over(runtime).lock("held").tryAcquire()).isEmpty();
                }
            }
        }
    }
}

package dev.spinel.patterns.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.spinel.patterns.testing.ManualScheduler;
import dev.spinel.patterns.testing.ScriptedTransport;
import dev.spinel.patterns.transport.PatternListener;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.RetryPolicy;
import dev.spinel.patterns.transport.TransportException;
import dev.spinel.patterns.transport.Way;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The life of a lease, step by step on a clock that stands still. */
class LeaseTest {
    private static final Reply YES = new Reply.Int(1);
    private static final Reply NO = new Reply.Int(0);
    private static final Reply GRANTED = new Reply.Items(List.of(YES, new Reply.Int(42)));
    private static final TransportException NO_REPLY = TransportException.noReply(new IOException("reset"));

    private final ScriptedTransport transport = new ScriptedTransport();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final List<String> events = new ArrayList<>();
    private final PatternRuntime runtime = PatternRuntime.builder(transport)
            .ways(Way.SCRIPT)
            .scheduler(scheduler)
            .retryPolicy(new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1)))
            .listener(new PatternListener() {
                @Override
                public void event(String event, String subject) {
                    events.add(event);
                }
            })
            .build();
    private Lease lease;
    private CompletableFuture<LossReason> lost;

    @BeforeEach
    void acquire() {
        transport.reply(GRANTED);
        lease = Locks.builder(runtime)
                .lease(Duration.ofSeconds(30))
                .maxHold(Duration.ofSeconds(55))
                .build()
                .lock("l")
                .tryAcquire()
                .orElseThrow();
        lost = lease.lost().toCompletableFuture();
    }

    @Test
    void aGrant_isValidForALittleLessThanTheLease() {
        assertThat(lease.fence()).isEqualTo(42);
        assertThat(lease.remaining()).isEqualTo(Duration.ofMillis(29_398));
    }

    @Test
    void renewal_startsAnewFromWhenItWasAsked() {
        scheduler.advance(Duration.ofMillis(9_999));
        assertThat(transport.commands()).hasSize(1);
        transport.reply(YES);
        scheduler.advance(Duration.ofMillis(1));
        assertThat(transport.commands()).hasSize(2);
        assertThat(lease.remaining()).isEqualTo(Duration.ofMillis(29_398));
        assertThat(lost).isNotDone();
    }

    @Test
    void renewals_endAtTheBound() {
        transport.reply(YES).reply(YES).reply(YES);
        scheduler.advance(Duration.ofSeconds(30));
        // 25 seconds are left of the bound, so that the last renewal asked for no more.
        assertThat(transport.commands()).hasSize(4);
        assertThat(lease.remaining()).isEqualTo(Duration.ofMillis(24_498));
        scheduler.advance(Duration.ofMillis(24_497));
        assertThat(lost).isNotDone();
        scheduler.advance(Duration.ofMillis(1));
        assertThat(lost).isCompletedWithValue(LossReason.EXPIRED);
        assertThat(lease.isValid()).isFalse();
        assertThat(events).containsExactly("lock.lost");
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void aServerThatKnowsNothingOfIt_isALossAtOnce() {
        transport.reply(NO);
        scheduler.advance(Duration.ofSeconds(10));
        assertThat(lost).isCompletedWithValue(LossReason.GONE);
        assertThat(lease.isValid()).isFalse();
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void lost_isOneStage_howeverOftenItIsAskedFor() {
        CompletionStage<LossReason> stage = lease.lost();
        assertThat(lease.lost() == stage).isTrue();
    }

    @Test
    void aServerThatIsAway_isTriedUntilTheLeaseEnds() {
        for (int i = 0; i < 13; i++) {
            transport.fail(NO_REPLY);
        }
        scheduler.advance(Duration.ofMillis(29_397));
        assertThat(lost).isNotDone();
        scheduler.advance(Duration.ofMillis(1));
        assertThat(lost).isCompletedWithValue(LossReason.EXPIRED);
        assertThat(events.subList(0, 13)).containsOnly("lock.renewalFailed");
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void aServerThatComesBack_keepsIt() {
        transport.fail(NO_REPLY).fail(NO_REPLY).reply(YES);
        scheduler.advance(Duration.ofMillis(13_000));
        assertThat(lease.remaining()).isEqualTo(Duration.ofMillis(29_398));
        assertThat(lost).isNotDone();
    }

    @Test
    void release_stopsEverything_andIsIdempotent() {
        transport.reply(YES);
        assertThat(lease.release()).isEqualTo(ReleaseResult.RELEASED);
        assertThat(lease.release()).isEqualTo(ReleaseResult.RELEASED);
        assertThat(transport.commands()).hasSize(2);
        assertThat(lease.isValid()).isFalse();
        assertThat(scheduler.waiting()).isZero();
        assertThat(lost).isNotDone();
    }

    @Test
    void releaseOfWhatTheServerDoesNotKnow_isALoss() {
        transport.reply(NO);
        assertThat(lease.release()).isEqualTo(ReleaseResult.LOST);
        assertThat(lost).isCompletedWithValue(LossReason.GONE);
        assertThat(events).containsExactly("lock.lost");
    }

    @Test
    void aLeaseThatIsReleasedInTime_isNotLost() {
        transport.reply(YES);
        assertThat(lease.release()).isEqualTo(ReleaseResult.RELEASED);
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(lost).isNotDone();
        assertThat(events).isEmpty();
    }

    /** As of a process that was paused, before its timers come to it. */
    @Test
    void aReleaseThatComesTooLate_tellsTheLoss() {
        scheduler.pause(Duration.ofSeconds(31));
        transport.reply(NO);
        assertThat(lease.release()).isEqualTo(ReleaseResult.LOST);
        assertThat(lost).isCompletedWithValue(LossReason.EXPIRED);
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(events).containsExactly("lock.lost");
    }

    @Test
    void aReleaseOnWhoseWayTheLeaseEnds_tellsTheLoss() {
        CompletableFuture<Reply> answer = transport.hold();
        CompletionStage<ReleaseResult> release = lease.releaseAsync();
        scheduler.advance(Duration.ofSeconds(31));
        assertThat(lost).isNotDone();
        answer.complete(NO);
        assertThat(release).isCompletedWithValue(ReleaseResult.LOST);
        assertThat(lost).isCompletedWithValue(LossReason.EXPIRED);
    }

    @Test
    void close_toleratesAServerThatIsAway() {
        transport.fail(NO_REPLY);
        lease.close();
        assertThat(events).containsExactly("lock.releaseFailed");
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void settingsThatMakeNoSense_areRefused() {
        assertRefused(Locks.builder(runtime).lease(Duration.ofMillis(99)), "lease is between PT0.1S");
        assertRefused(
                Locks.builder(runtime).lease(Duration.ofSeconds(30)).maxHold(Duration.ofSeconds(29)),
                "maxHold is between PT30S");
        assertRefused(Locks.builder(runtime).pollInterval(Duration.ZERO), "pollInterval");
        assertRefused(Locks.builder(runtime).name("{a}"), "no braces");
        assertRefused(
                Locks.builder(runtime).replicas(1, Duration.ofMillis(500)),
                "'lock': its transport does not wait for replicas");
        assertRefused(
                Locks.builder(runtime).lease(Duration.ofSeconds(1)).replicas(1, Duration.ofSeconds(1)),
                "'lock': replicas have less time to acknowledge than a lease lasts, which is PT1S, not PT1S");
        Locks locks = Locks.over(runtime);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> locks.semaphore("s", 0))
                .withMessageContaining("at least one permit");
    }

    private static void assertRefused(Locks.Builder builder, String reason) {
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining(reason);
    }

    @Test
    void renewals_areNoMore_onceTheLeaseEndsWithTheBound() {
        transport.reply(GRANTED).reply(YES).reply(YES);
        Lease brief = Locks.builder(runtime)
                .lease(Duration.ofSeconds(1))
                .maxHold(Duration.ofMillis(1_500))
                .build()
                .lock("l")
                .tryAcquire()
                .orElseThrow();
        scheduler.advance(Duration.ofSeconds(2));
        assertThat(brief.isValid()).isFalse();
        assertThat(transport.commands()).hasSize(4);
        assertThat(events).containsExactly("lock.lost");
    }

    @Test
    void aBoundOfTheLease_isNoRenewal_inFractionsOfMillisecondsToo() {
        transport.reply(GRANTED);
        Duration length = Duration.ofNanos(1_000_500_000);
        Locks locks = Locks.builder(runtime).lease(length).maxHold(length).build();
        assertThat(locks.lock("l").tryAcquire()).isPresent();
        scheduler.advance(Duration.ofSeconds(2));
        assertThat(transport.commands()).hasSize(2);
    }

    @Test
    void whoCancelsTheStageOfARelease_endsNobodyElses() {
        CompletableFuture<Reply> answer = transport.hold();
        lease.releaseAsync().toCompletableFuture().cancel(false);
        CompletableFuture<ReleaseResult> second = lease.releaseAsync().toCompletableFuture();
        second.orTimeout(1, TimeUnit.HOURS);
        answer.complete(YES);
        assertThat(second).isCompletedWithValue(ReleaseResult.RELEASED);
        assertThat(lease.release()).isEqualTo(ReleaseResult.RELEASED);
    }
}

package dev.spinel.patterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.ratelimit.Limit.Concurrency;
import dev.spinel.patterns.ratelimit.Limit.Gcra;
import dev.spinel.patterns.testing.StepByStep;
import dev.spinel.patterns.transport.Reply;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** When a limiter answers itself that a cost does not fit. */
class LocalDenialsTest extends StepByStep {
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Gcra GCRA = Gcra.of("api", 5, SECOND);
    private static final Concurrency OPEN = Concurrency.of("open", 5, SECOND);

    private RateLimiter limiter(Limit... limits) {
        return RateLimiter.builder(runtime).limits(limits).denyLocally(SECOND).build();
    }

    /** Lines up a decision: for each limit after how many milliseconds the cost fits, -1 for never. */
    private void reply(int... retryMillis) {
        boolean denied = false;
        Reply[] values = new Reply[3 + 3 * retryMillis.length];
        for (int i = 0; i < retryMillis.length; i++) {
            denied |= retryMillis[i] != 0;
            values[3 + 3 * i] = new Reply.Int(2);
            values[4 + 3 * i] = new Reply.Int(retryMillis[i] * 1000L);
            values[5 + 3 * i] = new Reply.Int(2_000_000);
        }
        values[0] = new Reply.Int(denied ? 0 : 1);
        values[1] = new Reply.Int(0);
        values[2] = new Reply.Int(0);
        transport.reply(new Reply.Items(List.of(values)));
    }

    private int sent() {
        return transport.commands().size();
    }

    @Test
    void whatWasDenied_isDeniedHere_untilTheTimeThatTheServerTold() {
        RateLimiter limiter = limiter(GCRA);
        reply(300);
        assertThat(limiter.tryAcquire("k").allowed()).isFalse();
        scheduler.advance(Duration.ofMillis(299));
        Decision.Limited again = (Decision.Limited) limiter.tryAcquire("k");
        assertThat(again.retryAfter()).isEqualTo(Duration.ofMillis(1));
        assertThat(again.states())
                .containsExactly(new LimitState(GCRA, 2, Duration.ofMillis(1), Duration.ofMillis(1701), false));
        assertThat(again.degraded()).isFalse();
        assertThat(sent()).isOne();
        assertThat(events.count("ratelimit.limited")).isEqualTo(2);
        scheduler.advance(Duration.ofMillis(1));
        reply(0);
        assertThat(limiter.tryAcquire("k").allowed()).isTrue();
        assertThat(sent()).isEqualTo(2);
    }

    @Test
    void aDenial_isKeptNoLongerThanItMay() {
        RateLimiter limiter = limiter(GCRA);
        reply(60_000);
        limiter.tryAcquire("k");
        scheduler.advance(Duration.ofMillis(999));
        assertThat(((Decision.Limited) limiter.tryAcquire("k")).retryAfter()).isEqualTo(Duration.ofMillis(59_001));
        scheduler.advance(Duration.ofMillis(1));
        reply(59_000);
        limiter.tryAcquire("k");
        assertThat(sent()).isEqualTo(2);
    }

    @Test
    void whatNeverFits_doesNotHere() {
        RateLimiter limiter = limiter(GCRA);
        reply(-1);
        limiter.tryAcquire("k");
        assertThat(((Decision.Limited) limiter.tryAcquire("k")).neverFits()).isTrue();
        assertThat(sent()).isOne();
    }

    @Test
    void otherKeys_costs_andRequestsWithAnId_areAsked() {
        RateLimiter limiter = limiter(GCRA);
        reply(300);
        limiter.tryAcquire("k");
        for (RateLimitRequest request : List.of(
                RateLimitRequest.of("other"),
                RateLimitRequest.of("k").withCost(2),
                RateLimitRequest.of("k").withId("1"))) {
            reply(0);
            assertThat(limiter.tryAcquire(request).allowed()).isTrue();
        }
        assertThat(sent()).isEqualTo(4);
    }

    @Test
    void aConcurrencyLimit_isAsked_asPermitsAreReleasedAtAnyTime() {
        RateLimiter limiter = limiter(GCRA, OPEN);
        reply(0, 300);
        limiter.tryAcquire("k");
        reply(200, 300);
        limiter.tryAcquire("k");
        assertThat(sent()).isEqualTo(2);
        scheduler.advance(Duration.ofMillis(199)); // the other limit denies until then
        assertThat(((Decision.Limited) limiter.tryAcquire("k")).retryAfter()).isEqualTo(Duration.ofMillis(101));
        scheduler.advance(Duration.ofMillis(1));
        reply(0, 100);
        limiter.tryAcquire("k");
        assertThat(sent()).isEqualTo(3);
    }

    @Test
    void aRefund_isNoticed() {
        RateLimiter limiter = limiter(GCRA);
        reply(300);
        limiter.tryAcquire("k");
        transport.reply(new Reply.Int(1));
        assertThat(limiter.refund(new Grant("k", 1, "token", 0))).isTrue();
        reply(0);
        assertThat(limiter.tryAcquire("k").allowed()).isTrue();
    }

    @Test
    void keys_areBounded() {
        RateLimiter limiter = limiter(GCRA);
        for (int i = 0; i < 10_001; i++) {
            reply(300);
            limiter.tryAcquire("k" + i);
        }
        limiter.tryAcquire("k9999");
        assertThat(sent()).isEqualTo(10_001);
        reply(300);
        limiter.tryAcquire("k10000"); // not kept
        assertThat(sent()).isEqualTo(10_002);
        scheduler.advance(SECOND);
        reply(300);
        limiter.tryAcquire("new");
        limiter.tryAcquire("new");
        assertThat(sent()).isEqualTo(10_003);
    }

    @Test
    void denialsThatAreOver_makeRoom_howeverLongOthersMayBeKept() {
        RateLimiter limiter = RateLimiter.builder(runtime)
                .limits(GCRA)
                .denyLocally(Duration.ofHours(1))
                .build();
        for (int i = 0; i < 10_001; i++) {
            reply(200);
            limiter.tryAcquire("k" + i);
        }
        scheduler.advance(SECOND);
        reply(200);
        limiter.tryAcquire("new");
        limiter.tryAcquire("new");
        assertThat(sent()).isEqualTo(10_002);
    }

    @Test
    void whatIsDeniedByTheFailureMode_isNotKept() {
        RateLimiter limiter = RateLimiter.builder(runtime)
                .limits(GCRA)
                .onFailure(FailureMode.CLOSED)
                .denyLocally(SECOND)
                .build();
        transport.reply(new Reply.Failure("ERR for the test"));
        assertThat(limiter.tryAcquire("k").degraded()).isTrue();
        reply(0);
        assertThat(limiter.tryAcquire("k"))
                .isInstanceOfSatisfying(Decision.Allowed.class, allowed -> assertThat(allowed.grant())
                        .isNotEqualTo(Optional.empty()));
    }
}

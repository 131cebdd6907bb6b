package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.queue.QueueSchedules.ServerTime;
import dev.spinel.patterns.queue.SchedulePlan.Upcoming;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is planned for a schedule, from what the server tells. */
class SchedulePlanTest {
    private static final String HOURLY = "0 * * * *";

    private static long at(String time) {
        return ServerTime.micros(Instant.parse("2026-01-01T" + time + "Z"));
    }

    private static Upcoming schedule(String state, Misfire misfire, String cron, long due) {
        String rule = misfire.most() + ":" + misfire.maxAge().toMillis();
        return new Upcoming("s", String.join("\n", "t", state, rule, cron, "UTC", "0", ""), due);
    }

    private static SchedulePlan plan(Misfire misfire, String due, String now) {
        return SchedulePlan.of(schedule("set", misfire, HOURLY, at(due)), at(now), 0);
    }

    @Test
    void whatIsDue_hasItsMessage_whateverTheRule() {
        for (Misfire misfire : List.of(Misfire.skip(), Misfire.fireOnce(), Misfire.fireAll(3))) {
            SchedulePlan plan = plan(misfire, "09:00:00", "09:00:00.000100");
            assertThat(plan.times()).containsExactly(at("09:00:00"));
            assertThat(plan.next()).isEqualTo(at("10:00:00"));
            assertThat(plan.until()).isEqualTo(at("09:59:59.999999"));
            assertThat(plan.missed()).isFalse();
        }
    }

    @Test
    void Q11_skip_leavesOutWhatIsLate() {
        assertThat(plan(Misfire.skip(), "09:00:00", "09:01:00").times()).containsExactly(at("09:00:00"));
        SchedulePlan late = plan(Misfire.skip(), "09:00:00", "09:01:01");
        assertThat(late.times()).isEmpty();
        assertThat(late.missed()).isTrue();
        assertThat(late.next()).isEqualTo(at("10:00:00"));
        SchedulePlan onTimeAgain = plan(Misfire.skip(), "09:00:00", "12:00:30");
        assertThat(onTimeAgain.times()).containsExactly(at("12:00:00"));
        assertThat(onTimeAgain.missed()).isTrue();
    }

    @Test
    void Q11_fireOnce_hasTheLatest() {
        SchedulePlan plan = plan(Misfire.fireOnce(), "09:00:00", "12:30:00");
        assertThat(plan.times()).containsExactly(at("12:00:00"));
        assertThat(plan.missed()).isTrue();
        assertThat(plan.next()).isEqualTo(at("13:00:00"));
    }

    @Test
    void Q11_fireAll_hasTheLatestUpToItsBound() {
        assertThat(plan(Misfire.fireAll(9), "09:00:00", "12:30:00"))
                .returns(false, SchedulePlan::missed)
                .returns(List.of(at("09:00:00"), at("10:00:00"), at("11:00:00"), at("12:00:00")), SchedulePlan::times);
        assertThat(plan(Misfire.fireAll(2), "09:00:00", "12:30:00"))
                .returns(true, SchedulePlan::missed)
                .returns(List.of(at("11:00:00"), at("12:00:00")), SchedulePlan::times);
    }

    @Test
    void aFullQueue_boundsIt() {
        Upcoming schedule = schedule("set", Misfire.fireAll(9), HOURLY, at("09:00:00"));
        assertThat(SchedulePlan.of(schedule, at("12:30:00"), 2).times())
                .containsExactly(at("11:00:00"), at("12:00:00"));
    }

    @Test
    void aNewSchedule_countsFromWhenItWasPut() {
        Upcoming fresh = schedule("new", Misfire.fireAll(9), HOURLY, at("09:00:00"));
        assertThat(fresh.isDue(at("08:00:00"))).isTrue();
        SchedulePlan plan = SchedulePlan.of(fresh, at("09:00:00.5"), 0);
        assertThat(plan.times()).isEmpty();
        assertThat(plan.missed()).isFalse();
        assertThat(plan.next()).isEqualTo(at("10:00:00"));
        assertThat(SchedulePlan.of(fresh, at("11:00:00"), 0).times()).containsExactly(at("10:00:00"), at("11:00:00"));
        // The server's clock was set back.
        assertThat(SchedulePlan.of(fresh, at("07:30:00"), 0))
                .returns(List.of(), SchedulePlan::times)
                .returns(at("08:00:00"), SchedulePlan::next);
    }

    @Test
    void aPlanAhead_holdsUntilTheNextTime_orUntilItIsTooLate() {
        SchedulePlan plan = SchedulePlan.ahead(schedule("set", Misfire.fireOnce(), HOURLY, at("09:00:00")));
        assertThat(plan.times()).containsExactly(at("09:00:00"));
        assertThat(plan.until()).isEqualTo(at("09:59:59.999999"));
        assertThat(plan.next()).isEqualTo(at("10:00:00"));
        assertThat(SchedulePlan.ahead(schedule("set", Misfire.skip(), HOURLY, at("09:00:00")))
                        .until())
                .isEqualTo(at("09:01:00"));
    }

    /** Each second of the years before, and of a month long ago. */
    @ParameterizedTest
    @CsvSource({
        "* * * * * *, 2026-01-01T00:00:02.5Z, 2026-01-01T00:00:02Z",
        "* * * * 1 *, 2025-12-20T00:00:00Z, 2025-01-31T23:59:59Z"
    })
    void yearsOfEverySecond_takeNoLongerThanTheLastFew(String cron, Instant now, Instant last) {
        long due = ServerTime.micros(Instant.parse("2021-01-01T00:00:00Z"));
        Upcoming schedule = schedule("set", Misfire.fireAll(3), cron, due);
        long start = System.nanoTime();
        SchedulePlan plan = SchedulePlan.of(schedule, ServerTime.micros(now), 0);
        assertThat(System.nanoTime() - start).isLessThan(500_000_000L);
        assertThat(plan.times())
                .containsExactly(
                        ServerTime.micros(last.minusSeconds(2)),
                        ServerTime.micros(last.minusSeconds(1)),
                        ServerTime.micros(last));
        assertThat(plan.missed()).isTrue();
    }

    @Test
    void serverTime_isMicrosecondsSince2020() {
        assertThat(ServerTime.instant(0)).isEqualTo(Instant.parse("2020-01-01T00:00:00Z"));
        assertThat(ServerTime.instant(-1)).isEqualTo(Instant.parse("2019-12-31T23:59:59.999999Z"));
        assertThat(ServerTime.micros(ServerTime.instant(123_456_789_012_345L))).isEqualTo(123_456_789_012_345L);
    }
}

package dev.spinel.engine.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class EngineClockTest {
    private static final long START_NANOS = 1_700_000_000_000L * 1_000_000;

    private long unixNanos = START_NANOS + 999_900;
    private long steadyNanos = 5_000;
    private final EngineClock clock = new EngineClock(() -> unixNanos / 1_000, this::readSteadyNanos);
    private long heldUpNanos;

    private long readSteadyNanos() {
        pass(heldUpNanos);
        return steadyNanos;
    }

    private void pass(long nanos) {
        unixNanos += nanos;
        steadyNanos += nanos;
    }

    @Test
    void anchor_keepsTheLookThatWasCutLeast() {
        pass(100);
        clock.update();
        assertThat(clock.nowMillis()).as("before").isEqualTo(START_NANOS / 1_000_000);
        clock.anchor();
        assertThat(clock.nowMillis()).as("on the millisecond").isEqualTo(START_NANOS / 1_000_000 + 1);
        pass(1_999_900);
        clock.anchor();
        pass(100);
        clock.update();
        assertThat(clock.nowMillis()).as("later").isEqualTo(START_NANOS / 1_000_000 + 3);
    }

    @Test
    void nowMicros_tellsApartWhatHappensWithinAMillisecond() {
        long before = clock.nowMicros();
        pass(7_000);
        assertThat(clock.nowMicros()).isEqualTo(before);
        clock.update();
        assertThat(clock.nowMicros()).isEqualTo(before + 7);
        assertThat(clock.nowMicros() / 1000).isEqualTo(clock.nowMillis());
    }

    @Test
    void unixTimeSetBack_followed() {
        pass(1_000);
        clock.anchor();
        unixNanos -= 3_600_000_000_000L;
        clock.anchor();
        assertThat(clock.nowMillis()).isEqualTo(unixNanos / 1_000_000);
    }

    @Test
    void unixTimeSetForward_followed() {
        unixNanos += 3_600_000_000_000L;
        clock.anchor();
        assertThat(clock.nowMillis()).isEqualTo(unixNanos / 1_000_000);
    }

    @Test
    void unixTimeThatWasSet_isNoticedInTheMidstOfACommand() {
        for (long step : new long[] {-3_600_000_000_000L, 7_200_000_000_000L, -3_000_000L}) {
            unixNanos += step;
            assertThat(clock.readMicros()).isEqualTo(unixNanos / 1_000);
            assertThat(clock.nowMillis()).isEqualTo(unixNanos / 1_000_000);
        }
    }

    @Test
    void timeThatPassesInTheMidstOfACommand_leavesItsTimeAsItIs() {
        pass(5_000_000);
        assertThat(clock.readMicros()).isEqualTo(unixNanos / 1_000);
        assertThat(clock.nowMillis()).isEqualTo(START_NANOS / 1_000_000);
    }

    @Test
    void threadHeldUpDuringTheLook_ignored() {
        heldUpNanos = 30_000_000;
        clock.anchor();
        heldUpNanos = 0;
        assertThat(clock.nowMillis()).isEqualTo((unixNanos - 999_900) / 1_000_000);
    }
}

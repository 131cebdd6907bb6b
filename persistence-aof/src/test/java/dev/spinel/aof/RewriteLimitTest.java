package dev.spinel.aof;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RewriteLimitTest {
    private static final long MINUTE = 60_000;
    private static final long NOW = 1_700_000_000_000L;

    private final RewriteLimit limit = new RewriteLimit();

    private int fail() {
        limit.failed();
        return limit.start(NOW);
    }

    @Test
    void twoFailures_noWait() {
        assertThat(fail()).isZero();
        assertThat(fail()).isZero();
        assertThat(limit.holds(NOW)).isFalse();
        assertThat(limit.failures()).isEqualTo(2);
    }

    @Test
    void moreFailures_waitDoublesUpToAnHour() {
        fail();
        fail();
        assertThat(fail()).isEqualTo(1);
        assertThat(limit.holds(NOW + MINUTE - 1)).isTrue();
        assertThat(limit.holds(NOW + MINUTE)).isFalse();
        assertThat(fail()).isEqualTo(2);
        assertThat(fail()).isEqualTo(4);
        for (int minutes : new int[] {8, 16, 32, 60, 60}) {
            assertThat(fail()).isEqualTo(minutes);
        }
        assertThat(limit.holds(NOW + 60 * MINUTE - 1)).isTrue();
    }

    @Test
    void reset_startsAnew() {
        fail();
        fail();
        fail();
        limit.reset();
        assertThat(limit.holds(NOW)).isFalse();
        assertThat(limit.failures()).isZero();
        assertThat(fail()).isZero();
    }
}

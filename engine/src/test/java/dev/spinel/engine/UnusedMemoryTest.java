package dev.spinel.engine;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class UnusedMemoryTest {
    private static final long MIB = 1L << 20;

    private int releases;
    private long nowMillis;
    private final UnusedMemory memory = new UnusedMemory(() -> releases++);

    private void look(long usedMib) {
        nowMillis += 10_000;
        memory.look(usedMib * MIB, nowMillis);
    }

    @Test
    void muchLessThanBefore_isReleasedOnce() {
        look(1000);
        look(300);
        look(300);
        assertThat(releases).isEqualTo(1);
        look(200);
        assertThat(releases).isEqualTo(2);
    }

    @Test
    void littleLessThanBefore_isNot() {
        look(1000);
        look(700);
        look(60);
        look(1);
        assertThat(releases).isEqualTo(1);
    }

    @Test
    void looksTooSoon_onlyRemember() {
        look(1000);
        memory.look(1, nowMillis + 9_999);
        assertThat(releases).isZero();
        memory.look(1, nowMillis + 10_000);
        assertThat(releases).isEqualTo(1);
    }
}

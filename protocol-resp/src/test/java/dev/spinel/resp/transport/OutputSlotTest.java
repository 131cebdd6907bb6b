package dev.spinel.resp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class OutputSlotTest {
    private final OutputSlot slot = new OutputSlot();

    @Test
    void slotThatNobodyAwaits_isFreedSilently() {
        assertThat(slot.take()).isTrue();
        assertThat(slot.free()).isFalse();
        assertThat(slot.take()).isTrue();
    }

    @Test
    void takenSlot_isRefused_andItsReleaseTold() {
        slot.take();
        assertThat(slot.take()).isFalse();
        assertThat(slot.take()).isFalse();
        assertThat(slot.free()).isTrue();
        assertThat(slot.take()).isTrue();
        assertThat(slot.free()).isFalse();
    }

    @Test
    void twoThreads_neverMissARelease() throws Exception {
        int rounds = 200_000;
        Semaphore handedOver = new Semaphore(0);
        Semaphore told = new Semaphore(0);
        Thread loop = new Thread(() -> {
            for (int i = 0; i < rounds; i++) {
                handedOver.acquireUninterruptibly();
                if (slot.free()) {
                    told.release();
                }
            }
        });
        loop.start();
        for (int i = 0; i < rounds; i++) {
            if (!slot.take()) {
                assertThat(told.tryAcquire(10, TimeUnit.SECONDS))
                        .as("told in round %d", i)
                        .isTrue();
                assertThat(slot.take()).isTrue();
            }
            handedOver.release();
        }
        loop.join(10_000);
        assertThat(told.availablePermits()).isZero();
    }
}

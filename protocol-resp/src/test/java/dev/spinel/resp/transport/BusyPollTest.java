package dev.spinel.resp.transport;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BusyPollTest {
    private final BusyPoll busyPoll = new BusyPoll();

    @Test
    void pays_asLongAsFourOfFiveLooksFind() {
        for (int look = 0; look < 10_000; look++) {
            assertThat(busyPoll.pays()).as("look %d", look).isTrue();
            busyPoll.looked(look % 5 != 4);
        }
    }

    @Test
    void pays_rarelyWhenLooksAreVain() {
        assertThat(looksOf(10_000, false)).isBetween(100, 200);
    }

    @Test
    void pays_againSoonAfterInputReturns() {
        looksOf(10_000, false);

        assertThat(looksOf(200, true)).isGreaterThan(100);
    }

    private int looksOf(int polls, boolean found) {
        int looks = 0;
        for (int poll = 0; poll < polls; poll++) {
            if (busyPoll.pays()) {
                looks++;
                busyPoll.looked(found);
            }
        }
        return looks;
    }
}

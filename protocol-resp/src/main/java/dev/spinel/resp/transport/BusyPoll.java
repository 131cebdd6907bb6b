package dev.spinel.resp.transport;

/**
 * Whether it pays to look for input again and again before the thread sleeps ({@code busy-poll-usec}).
 *
 * <p>Who sends to a sleeping thread pays for waking it, several microseconds that a client under load lacks for its next request.
 * So while input keeps coming, the thread stays awake for the short time until the next. It pays as long as at least four of
 * five looks find something; after too many vain ones the thread sleeps at once, and tries again every {@value #PAUSE} polls. A
 * server with little to do therefore spends nothing worth measuring.
 *
 * <p>Loop thread only.
 */
final class BusyPoll {
    private static final int MAX_CREDIT = 16;
    private static final int COST_OF_VAIN_LOOK = 4;
    private static final int PAUSE = 64;

    private int credit;
    private int pause;

    /** Whether the coming poll shall look busily. */
    boolean pays() {
        if (pause > 0) {
            pause--;
            return false;
        }
        return true;
    }

    /** Takes what came of a busy look. */
    void looked(boolean found) {
        if (found) {
            credit = Math.min(MAX_CREDIT, credit + 1);
            return;
        }
        credit -= COST_OF_VAIN_LOOK;
        if (credit < 0) {
            credit = 0;
            pause = PAUSE;
        }
    }
}

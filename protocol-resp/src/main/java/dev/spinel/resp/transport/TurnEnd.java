package dev.spinel.resp.transport;

import org.jspecify.annotations.Nullable;

/**
 * What the engine tells a connection's I/O loop at the end of a turn.
 *
 * <p>Made by the engine's thread, run by the loop's.
 */
final class TurnEnd implements Runnable {
    private final ThreadedSocket<?> socket;
    private final byte @Nullable [] replies;
    private final int length;
    private final boolean batchDone;
    private final boolean suspended;
    private final boolean close;

    /**
     * @param replies an array that starts with bytes to send, or null
     * @param length how many bytes
     * @param batchDone whether the batch has been executed and belongs to the loop again
     * @param suspended whether the client can execute nothing at present, so that its batch stays
     * @param close whether the connection ends once everything has been sent
     */
    TurnEnd(
            ThreadedSocket<?> socket,
            byte @Nullable [] replies,
            int length,
            boolean batchDone,
            boolean suspended,
            boolean close) {
        this.socket = socket;
        this.replies = replies;
        this.length = length;
        this.batchDone = batchDone;
        this.suspended = suspended;
        this.close = close;
    }

    @Override
    public void run() {
        socket.endTurn(this);
    }

    byte @Nullable [] replies() {
        return replies;
    }

    int length() {
        return length;
    }

    boolean batchDone() {
        return batchDone;
    }

    boolean suspended() {
        return suspended;
    }

    boolean close() {
        return close;
    }
}

package dev.spinel.engine.loop;

/**
 * The duty cycle of the thread that owns all data: poll input and execute requests, do what is due, flush output.
 *
 * <p>{@link #run} is the engine thread; {@link #stop} may be called by any thread.
 */
public final class EngineLoop implements Runnable {
    private final IoPump pump;
    private final Turn turn;
    private volatile boolean stopped;

    /** What the engine does between polling and flushing. */
    @FunctionalInterface
    public interface Turn {
        /** Ends the turn's work; returns how many nanoseconds the next poll may wait, 0 for not at all. */
        long end();
    }

    public EngineLoop(IoPump pump, Turn turn) {
        this.pump = pump;
        this.turn = turn;
    }

    @Override
    public void run() {
        while (!stopped) {
            long waitNanos = turn.end();
            pump.flush();
            if (!stopped) {
                pump.poll(waitNanos);
            }
        }
        pump.flush();
    }

    /** Has {@link #run} return after the current turn. */
    public void stop() {
        stopped = true;
        pump.wakeUp();
    }
}

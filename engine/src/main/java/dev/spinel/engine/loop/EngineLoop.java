package dev.spinel.engine.loop;

/**
 * The duty cycle of the thread that owns all data: poll input and execute requests, do what is due, flush output, do what
 * can wait.
 *
 * <p>{@link #run} is the engine thread; {@link #stop} may be called by any thread.
 */
public final class EngineLoop implements Runnable {
    private final IoPump pump;
    private final Turn turn;
    private volatile boolean stopped;

    /** What the engine does beside executing requests. */
    public interface Turn {
        /** Ends the turn's work before replies leave; returns for how many nanoseconds there is nothing more to do. */
        long end();

        /** Has the changes written down of which replies tell that leave within a command. */
        void writeChanges();

        /** Does what no reply waits for, once all have left; returns as {@link #end}. */
        long afterReplies();
    }

    public EngineLoop(IoPump pump, Turn turn) {
        this.pump = pump;
        this.turn = turn;
    }

    @Override
    public void run() {
        // The replies of the turn in which it stops stay: they would tell of changes that nobody writes down any more.
        while (!stopped) {
            long waitNanos = turn.end();
            pump.flush();
            if (!stopped) {
                pump.poll(Math.min(waitNanos, turn.afterReplies()));
            }
        }
    }

    /**
     * Polls and flushes within a command that takes long; engine thread.
     *
     * @throws LoopStoppedException when the loop is to end, so that the command ends where it is
     */
    public void serveOthers() {
        pump.poll(0);
        turn.writeChanges();
        pump.flush();
        if (stopped) {
            throw new LoopStoppedException();
        }
    }

    /** Has {@link #run} return after the current turn, and what {@link #serveOthers} serves within end early. */
    public void stop() {
        stopped = true;
        pump.wakeUp();
    }
}

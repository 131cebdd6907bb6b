package dev.spinel.engine.loop;

/**
 * The input and output of the engine thread, implemented by a transport.
 *
 * <p>{@link #poll} and {@link #flush} on the engine thread only.
 */
public interface IoPump {
    /**
     * Waits for input at most {@code maxWaitNanos} (0: does not wait), reads what is there and executes the requests.
     */
    void poll(long maxWaitNanos);

    /** Hands everything written in this turn to the operating system. */
    void flush();

    /** Ends a wait of {@link #poll}; any thread. */
    void wakeUp();
}

package dev.spinel.patterns.transport;

import static java.util.Objects.requireNonNull;

/**
 * One atomic step of a recipe on the server: a name for errors and metrics, the script that performs it, what may be done
 * when its reply is lost, and how its reply reads. Native commands and functions, where a server has them, become further
 * ways to run the same operation.
 *
 * @param name what listeners and messages call it, such as {@code lock.acquire}
 */
public record Operation<R>(String name, Script script, Retry retry, Decoder<R> decoder) {
    /** Requires all parts. */
    public Operation {
        requireNonNull(name, "name");
        requireNonNull(script, "script");
        requireNonNull(retry, "retry");
        requireNonNull(decoder, "decoder");
    }

    /** What may be done when the reply of a command was lost, so that it may have run. */
    public enum Retry {
        /** Running it twice is the same as once, either by nature or because its arguments carry a token. */
        IDEMPOTENT,
        /** Running it twice would count twice: the outcome is reported as unknown. */
        NEVER
    }

    /** Turns a reply into a result. */
    @FunctionalInterface
    public interface Decoder<R> {
        /**
         * Reads a reply that is not an error.
         *
         * @param repeated whether an earlier attempt may have run, so that this reply may be that of a second run
         */
        R decode(Reply reply, boolean repeated);
    }
}

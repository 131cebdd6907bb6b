package dev.spinel.patterns.transport;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One atomic step of a recipe on the server: a name for errors and metrics, the script that performs it, what may be done
 * when its reply is lost, and how its reply reads. It may run in each {@link Way} that the server has: by a command where there is one
 * for it, by the script's function, and always by the script itself; keys, arguments and reply are the same.
 *
 * @param name what listeners and messages call it, such as {@code lock.acquire}
 * @param command what some servers have in place of the script, or null if none has
 */
public record Operation<R>(
        String name, @Nullable NativeCommand command, Script script, Retry retry, Decoder<R> decoder) {
    /** Requires all parts but the command. */
    public Operation {
        requireNonNull(name, "name");
        requireNonNull(script, "script");
        requireNonNull(retry, "retry");
        requireNonNull(decoder, "decoder");
    }

    /** An operation that no server has a command for. */
    public Operation(String name, Script script, Retry retry, Decoder<R> decoder) {
        this(name, null, script, retry, decoder);
    }

    /** This operation, on servers that have the command by that. */
    public Operation<R> withCommand(NativeCommand value) {
        return new Operation<>(name, value, script, retry, decoder);
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

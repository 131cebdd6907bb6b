package dev.spinel.engine.memory;

import java.io.Serial;

/**
 * The refusal of an {@link Arena} to reserve more memory, because of its limit or of the heap's. The arena is unchanged
 * and stays usable. Carries no stack trace, as it is an expected answer to a write rather than a defect.
 */
public final class ArenaExhaustedException extends RuntimeException {
    @Serial
    private static final long serialVersionUID = 1L;

    ArenaExhaustedException(String message) {
        super(message, null, false, false);
    }
}

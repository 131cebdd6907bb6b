package dev.spinel.engine.loop;

/** Ends a command that takes long because the engine stops. Without a stack trace. */
public final class LoopStoppedException extends RuntimeException {
    private static final long serialVersionUID = 1;

    LoopStoppedException() {
        super("the server stops while the command runs", null, false, false);
    }
}

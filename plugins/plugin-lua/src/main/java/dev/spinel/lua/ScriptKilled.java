package dev.spinel.lua;

/** Ends a script whatever it catches. Without a stack trace. */
final class ScriptKilled extends RuntimeException {
    private static final long serialVersionUID = 1;

    ScriptKilled(String message) {
        super(message, null, false, false);
    }
}

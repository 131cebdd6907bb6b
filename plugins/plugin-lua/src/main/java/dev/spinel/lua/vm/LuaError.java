package dev.spinel.lua.vm;

import org.jspecify.annotations.Nullable;

/** An error that a script raised or met, which {@code pcall} catches; any value may be one. Without a stack trace. */
public final class LuaError extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient @Nullable Object value;
    private transient String chunk = "";
    private transient int line;

    public LuaError(@Nullable Object value) {
        super(null, null, false, false);
        this.value = value;
    }

    public LuaError(String message) {
        this(LuaString.of(message));
    }

    /** Notes where it was raised, unless that is known. */
    void locate(String where, int lineThere) {
        if (line == 0) {
            chunk = where;
            line = lineThere;
        }
    }

    /** The source text in which it was raised, empty if not known. */
    public String chunk() {
        return chunk;
    }

    /** The line at which it was raised, 0 if not known. */
    public int line() {
        return line;
    }

    /** The error value. */
    public @Nullable Object value() {
        return value;
    }

    @Override
    public String getMessage() {
        return value instanceof LuaString text ? text.toString() : "(error object is not a string)";
    }
}

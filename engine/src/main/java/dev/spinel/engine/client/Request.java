package dev.spinel.engine.client;

import dev.spinel.api.data.Bytes;

/** A request kept for later: queued, blocked or paused. Engine thread only. */
public final class Request {
    private final Bytes[] args;

    private Request(Bytes[] args) {
        this.args = args;
    }

    /** A copy of a request that stays valid. */
    public static Request copyOf(Bytes[] args, int argCount) {
        Bytes[] copies = new Bytes[argCount];
        for (int i = 0; i < argCount; i++) {
            copies[i] = args[i].copy();
        }
        return new Request(copies);
    }

    /** The arguments, the command name first; not to be changed. */
    public Bytes[] args() {
        return args;
    }

    /** Number of arguments. */
    public int argCount() {
        return args.length;
    }

    /** Bytes of all arguments. */
    public long bytes() {
        long bytes = 0;
        for (Bytes arg : args) {
            bytes += arg.length();
        }
        return bytes;
    }
}

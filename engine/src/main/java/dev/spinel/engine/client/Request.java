package dev.spinel.engine.client;

import dev.spinel.api.data.Bytes;

/** A request kept for later: queued, blocked or paused. Engine thread only. */
public final class Request {
    /** A request without arguments: itself, its array, its place in a queue. */
    private static final int OBJECT_BYTES = 48;
    /** An argument without its bytes: the view, the header of its array, its place in the array of arguments. */
    private static final int ARGUMENT_BYTES = 56;

    private final Bytes[] args;

    private Request(Bytes[] args) {
        this.args = args;
    }

    static Request copyOf(Bytes[] args, int argCount) {
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

    /** About how many bytes of the heap it takes. */
    public long heapBytes() {
        return heapBytes(args, args.length);
    }

    /** About how many bytes of the heap a copy of a request takes. */
    static long heapBytes(Bytes[] args, int argCount) {
        long bytes = OBJECT_BYTES;
        for (int i = 0; i < argCount; i++) {
            bytes += ARGUMENT_BYTES + args[i].length();
        }
        return bytes;
    }
}

package dev.spinel.engine.client;

import dev.spinel.api.data.Bytes;
import java.util.ArrayList;
import java.util.List;

/** The commands that a client queued since MULTI. Engine thread only. */
public final class Transaction {
    private final List<Bytes[]> requests = new ArrayList<>();
    private long bytes;

    /** Queues a copy of a request. */
    public void add(Bytes[] args, int argCount) {
        Bytes[] request = copy(args, argCount);
        requests.add(request);
        for (Bytes arg : request) {
            bytes += arg.length();
        }
    }

    /** A copy of a request that stays valid. */
    public static Bytes[] copy(Bytes[] args, int argCount) {
        Bytes[] copies = new Bytes[argCount];
        for (int i = 0; i < argCount; i++) {
            copies[i] = args[i].copy();
        }
        return copies;
    }

    public List<Bytes[]> requests() {
        return requests;
    }

    /** Bytes of the arguments of all queued commands. */
    public long bytes() {
        return bytes;
    }
}

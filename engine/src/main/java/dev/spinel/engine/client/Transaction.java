package dev.spinel.engine.client;

import dev.spinel.api.data.Bytes;
import java.util.ArrayList;
import java.util.List;

/** The commands that a client queued since MULTI. Engine thread only. */
public final class Transaction {
    private final List<Request> requests = new ArrayList<>();
    private long bytes;

    /** Queues a copy of a request. */
    public void add(Bytes[] args, int argCount) {
        Request request = Request.copyOf(args, argCount);
        requests.add(request);
        bytes += request.bytes();
    }

    public List<Request> requests() {
        return requests;
    }

    /** Bytes of the arguments of all queued commands. */
    public long bytes() {
        return bytes;
    }
}

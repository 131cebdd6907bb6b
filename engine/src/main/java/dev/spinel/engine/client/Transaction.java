package dev.spinel.engine.client;

import dev.spinel.api.data.Bytes;
import java.util.ArrayList;
import java.util.List;

/** The commands that a client queued since MULTI. Engine thread only. */
public final class Transaction {
    private final List<Request> requests = new ArrayList<>();
    private long bytes;
    private int gateMask;

    /** Queues a copy of a request, with the states that concern its command. */
    public void add(Bytes[] args, int argCount, int commandGateMask) {
        gateMask |= commandGateMask;
        Request request = Request.copyOf(args, argCount);
        requests.add(request);
        bytes += request.bytes();
    }

    public List<Request> requests() {
        return requests;
    }

    /** The states that concern any of the queued commands. */
    public int gateMask() {
        return gateMask;
    }

    /** Bytes of the arguments of all queued commands. */
    public long bytes() {
        return bytes;
    }
}

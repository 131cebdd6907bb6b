package dev.spinel.engine.client;

import dev.spinel.api.data.Bytes;
import java.util.ArrayList;
import java.util.List;

/** The commands that a client queued since MULTI. Engine thread only. */
public final class Transaction {
    private final KeptRequests kept;
    private final List<Request> requests = new ArrayList<>();
    private long bytes;
    private int gateMask;

    public Transaction(KeptRequests kept) {
        this.kept = kept;
    }

    /** Queues a copy of a request, with the states that concern its command. */
    public void add(Bytes[] args, int argCount, int commandGateMask) {
        gateMask |= commandGateMask;
        Request request = kept.keep(args, argCount);
        requests.add(request);
        bytes += request.heapBytes();
    }

    public List<Request> requests() {
        return requests;
    }

    /** The states that concern any of the queued commands. */
    public int gateMask() {
        return gateMask;
    }

    /** About how many bytes of the heap the queued commands take. */
    public long bytes() {
        return bytes;
    }
}

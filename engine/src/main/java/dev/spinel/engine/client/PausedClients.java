package dev.spinel.engine.client;

import dev.spinel.api.data.Bytes;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/** CLIENT PAUSE: until when commands wait, and the requests that do. Engine thread only. */
public final class PausedClients {
    private final List<Waiting> waiting = new ArrayList<>();
    /** Those that waited for a pause that has ended. */
    private final Queue<Waiting> released = new ArrayDeque<>();

    private final KeptRequests kept;
    private final PauseListener listener;
    private long endMillis;
    private boolean all;

    /** A request that waits for the end of the pause. */
    public record Waiting(Client client, Request request) {}

    /** Learns which commands wait from now on. */
    @FunctionalInterface
    public interface PauseListener {
        void paused(boolean all, boolean writes);
    }

    public PausedClients(KeptRequests kept, PauseListener listener) {
        this.kept = kept;
        this.listener = listener;
    }

    /** Pauses until a time, or longer if a pause is in force; a stricter pause is not weakened. */
    public void pause(boolean allCommands, long untilMillis) {
        all |= allCommands;
        endMillis = Math.max(endMillis, untilMillis);
        listener.paused(all, true);
    }

    /** Number of requests that wait, each of another client. */
    public int count() {
        return waiting.size() + released.size();
    }

    /** About how many bytes of the heap the requests take that wait. */
    public long heapBytes() {
        long bytes = 0;
        for (Waiting request : waiting) {
            bytes += request.request.heapBytes();
        }
        for (Waiting request : released) {
            bytes += request.request.heapBytes();
        }
        return bytes;
    }

    /** Whether a pause is in force. */
    public boolean isPaused() {
        return endMillis != 0;
    }

    /** Unix time of the end of the pause, {@link Long#MAX_VALUE} without. */
    public long endMillis() {
        return isPaused() ? endMillis : Long.MAX_VALUE;
    }

    /** Keeps a request until the end of the pause. */
    public void add(Client client, Bytes[] args, int argCount) {
        client.set(ClientFlag.PAUSED, true);
        waiting.add(new Waiting(client, kept.keep(args, argCount)));
    }

    /** Forgets the request of a client that is gone. */
    public void disconnect(Client client) {
        if (client.is(ClientFlag.PAUSED)) {
            waiting.removeIf(request -> request.client == client);
            released.removeIf(request -> request.client == client);
        }
    }

    /** Ends the pause, if one is in force; the requests that waited are to be executed at the end of the turn. */
    public void end() {
        endMillis = 0;
        all = false;
        listener.paused(false, false);
        released.addAll(waiting);
        waiting.clear();
    }

    /** Takes out the first request that waits no longer, for execution; null if there is none. */
    public @Nullable Waiting nextReleased() {
        Waiting next = released.poll();
        if (next != null) {
            next.client.set(ClientFlag.PAUSED, false);
        }
        return next;
    }
}

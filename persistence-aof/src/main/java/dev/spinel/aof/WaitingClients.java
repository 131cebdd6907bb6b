package dev.spinel.aof;

import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;

/** The clients that wait in WAITAOF, which a position of the log or their time lets go. Engine thread only. */
final class WaitingClients {
    private final List<Waiting> waiting = new ArrayList<>();

    private record Waiting(Client client, long position, boolean needsReplicas, long deadlineMillis) {}

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    /**
     * Has a client wait.
     *
     * @param position what has to be synced
     * @param needsReplicas whether that is not enough, so that only the time ends the wait, since there are no replicas
     * @param deadlineMillis Unix time, 0 for never
     */
    void add(Client client, long position, boolean needsReplicas, long deadlineMillis) {
        client.set(ClientFlag.BLOCKED, true);
        waiting.add(new Waiting(client, position, needsReplicas, deadlineMillis));
    }

    /**
     * Answers those whose wait is over.
     *
     * @param synced the position up to which the log is synced
     */
    void serve(long synced, long nowMillis) {
        for (Iterator<Waiting> i = waiting.iterator(); i.hasNext(); ) {
            Waiting next = i.next();
            boolean isSynced = next.position <= synced;
            if ((isSynced && !next.needsReplicas) || (next.deadlineMillis != 0 && next.deadlineMillis <= nowMillis)) {
                i.remove();
                next.client.reply().array(2);
                next.client.reply().integer(isSynced ? 1 : 0);
                next.client.reply().integer(0);
                release(next.client);
            }
        }
    }

    /** Answers all of them an error. */
    void fail(String error) {
        List<Waiting> all = List.copyOf(waiting);
        waiting.clear();
        for (Waiting next : all) {
            next.client.reply().error(error);
            release(next.client);
        }
    }

    private static void release(Client client) {
        client.set(ClientFlag.BLOCKED, false);
        client.connection().resume();
    }

    /** Unix time at which the next wait ends, {@link Long#MAX_VALUE} for never. */
    long nextDeadlineMillis() {
        long next = Long.MAX_VALUE;
        for (Waiting one : waiting) {
            if (one.deadlineMillis != 0) {
                next = Math.min(next, one.deadlineMillis);
            }
        }
        return next;
    }
}

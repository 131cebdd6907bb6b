package dev.spinel.engine.blocking;

import dev.spinel.api.command.Call.TimeoutReply;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ValueType;
import dev.spinel.engine.client.Blocked;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.ClientLimits;
import dev.spinel.engine.client.CommandRunner;
import dev.spinel.engine.keyspace.Database;
import dev.spinel.engine.keyspace.Keyspaces;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The clients that wait for a key or a time, and the keys that became ready for them.
 *
 * <p>Engine thread only.
 */
public final class BlockedClients {
    /*
     * A blocked command runs again as a whole when one of its keys gets a value of the right type, in the order in which
     * the clients blocked; if it blocks again it keeps its place in all queues. So no command needs a second
     * implementation for being served. Keys become ready while commands run and are served between commands, after a
     * transaction as a whole. Serving may make further keys ready (BLMOVE), hence the outer loop; it must not nest, or
     * two clients that move an element in a circle would serve each other for ever.
     *
     * A command may also wait for a time at which there is more to be had of a key (XREADGROUP with CLAIM). The key counts as
     * ready then; while clients are paused no time comes, since what runs again may write.
     *
     * A command that blocks though a key has a value of its type waits for more than there is: it alone runs again at
     * each change of the key too. The others must not, since a value that replaces one of another type serves nobody in
     * Redis.
     *
     * Many may wait for one key. What a change costs depends on those that it concerns: serving looks at those that wait for
     * the type of the value only, and ends when the value is gone.
     */
    private static final Comparator<Client> FIRST_BLOCKED_FIRST = Comparator.comparingLong(Client::blockingOrder);

    private final ClientLimits limits;
    private final Map<DatabaseKey, Waiters> waiting = new HashMap<>();
    private final TreeSet<Deadline> deadlines =
            new TreeSet<>(Comparator.comparingLong(Deadline::millis).thenComparingLong(d -> d.client.id()));
    /** Keys that are going to be ready, of those that clients wait for; each once. */
    private final TreeSet<ReadyTime> readyTimes = new TreeSet<>(Comparator.comparingLong(ReadyTime::millis)
            .thenComparingInt(time -> time.key.database)
            .thenComparing(time -> time.key.key));

    private Set<DatabaseKey> ready = new LinkedHashSet<>();
    private int count;
    /** Number of clients in all {@link Waiters#watching}, those that watch several keys once for each. */
    private int watchingCount;

    private long blockedBefore;
    private boolean serving;
    private boolean paused;

    /** @param limits closes a client that cannot be answered */
    public BlockedClients(ClientLimits limits) {
        this.limits = limits;
    }

    private record DatabaseKey(int database, Bytes key) {}

    private record Deadline(long millis, Client client) {}

    private record ReadyTime(long millis, DatabaseKey key) {}

    /** The clients that wait for one key. */
    private static final class Waiters {
        /** By the type that the key must have, the first that blocked first. */
        private final Map<ValueType<?>, NavigableSet<Client>> queues = new HashMap<>(2);
        /** Those that each change concerns: they wait for more than there is, or fail when there is none. */
        private final Set<Client> watching = new LinkedHashSet<>(0);
        /** When the key is going to be ready, as far as is known. */
        private @Nullable ReadyTime readyTime;

        NavigableSet<Client> queue(@Nullable ValueType<?> type) {
            return queues.getOrDefault(type, Collections.emptyNavigableSet());
        }

        void add(Client client, ValueType<?> type) {
            queues.computeIfAbsent(type, t -> new TreeSet<>(FIRST_BLOCKED_FIRST))
                    .add(client);
        }

        void remove(Client client, ValueType<?> type) {
            NavigableSet<Client> queue = queues.get(type);
            if (queue != null && queue.remove(client) && queue.isEmpty()) {
                queues.remove(type);
            }
        }
    }

    /** Number of blocked clients. */
    public int count() {
        return count;
    }

    /** Number of blocked clients that wait for a time at most. */
    public int deadlineCount() {
        return deadlines.size();
    }

    /** Number of keys that clients wait for. */
    public int keyCount() {
        return waiting.size();
    }

    /** Has a client wait. It must not be blocked. */
    public void block(Client client, Blocked blocked) {
        client.blocked(blocked);
        client.blockingOrder(blockedBefore++);
        count++;
        for (Bytes key : blocked.keys()) {
            waiting.computeIfAbsent(new DatabaseKey(blocked.database(), key), k -> new Waiters())
                    .add(client, blocked.type());
        }
        if (blocked.onAbsence() != null) {
            watch(client, blocked);
        }
        if (blocked.deadlineMillis() != 0) {
            deadlines.add(new Deadline(blocked.deadlineMillis(), client));
        }
    }

    /** Tells that a key got a value, or another one. */
    public void keyReady(int database, Bytes key) {
        if (!waiting.isEmpty() && waiting.containsKey(new DatabaseKey(database, key))) {
            ready.add(new DatabaseKey(database, key.copy()));
        }
    }

    /** Tells that a key will be as good as ready at a time. */
    public void keyReadyAt(int database, Bytes key, long unixMillis) {
        Waiters waiters = waiting.get(new DatabaseKey(database, key));
        if (waiters == null || (waiters.readyTime != null && waiters.readyTime.millis <= unixMillis)) {
            return;
        }
        forgetTime(waiters);
        waiters.readyTime = new ReadyTime(unixMillis, new DatabaseKey(database, key.copy()));
        readyTimes.add(waiters.readyTime);
    }

    private void forgetTime(Waiters waiters) {
        if (waiters.readyTime != null) {
            readyTimes.remove(waiters.readyTime);
            waiters.readyTime = null;
        }
    }

    /** Tells that the value of a key changed. */
    public void keyChanged(int database, Bytes key) {
        if (watchingCount > 0) {
            Waiters waiters = waiting.get(new DatabaseKey(database, key));
            if (waiters != null && !waiters.watching.isEmpty()) {
                ready.add(new DatabaseKey(database, key.copy()));
            }
        }
    }

    /** Has a client that is blocked wait for changes of values that are there already. */
    public void waitForMore(Client client) {
        Blocked blocked = client.blocked();
        if (blocked != null) {
            watch(client, blocked);
        }
    }

    private void watch(Client client, Blocked blocked) {
        for (Bytes key : blocked.keys()) {
            Waiters waiters = waiting.get(new DatabaseKey(blocked.database(), key));
            if (waiters != null && waiters.watching.add(client)) {
                watchingCount++;
            }
        }
    }

    /**
     * Tells that a database has other contents now. Which keys are there is looked up when their clients are served: one that
     * has expired must not go before the command that tells this has been logged.
     */
    public void databaseReplaced(int database) {
        for (DatabaseKey id : waiting.keySet()) {
            if (id.database == database) {
                ready.add(id);
            }
        }
    }

    /** Whether {@link #serve} has something to do. */
    public boolean hasReady() {
        return !ready.isEmpty();
    }

    /** Runs the commands of clients whose keys became ready; does nothing while that is going on already. */
    public void serve(Keyspaces keyspaces, CommandRunner runner) {
        if (serving) {
            return;
        }
        serving = true;
        try {
            serveAll(keyspaces, runner);
        } finally {
            serving = false;
        }
    }

    private void serveAll(Keyspaces keyspaces, CommandRunner runner) {
        while (!ready.isEmpty()) {
            Set<DatabaseKey> keys = ready;
            ready = new LinkedHashSet<>();
            for (DatabaseKey id : keys) {
                Waiters waiters = waiting.get(id);
                if (waiters != null) {
                    serve(keyspaces.get(id.database), id.key, waiters, runner);
                    failForAbsence(keyspaces.get(id.database), id.key, waiters);
                }
            }
        }
    }

    private void serve(Database database, Bytes key, Waiters waiters, CommandRunner runner) {
        ValueType<?> type = database.typeOf(key);
        NavigableSet<Client> queue = waiters.queue(type);
        Client next = queue.isEmpty() ? null : queue.first();
        while (next != null && database.typeOf(key) == type) {
            retry(next, Objects.requireNonNull(next.blocked()), runner);
            next = queue.higher(next);
        }
    }

    private void failForAbsence(Database database, Bytes key, Waiters waiters) {
        for (Client client : List.copyOf(waiters.watching)) {
            Blocked blocked = client.blocked();
            if (blocked != null && blocked.onAbsence() != null && blocked.type() != database.typeOf(key)) {
                fail(client, blocked.onAbsence());
            }
        }
    }

    private void retry(Client client, Blocked blocked, CommandRunner runner) {
        client.set(ClientFlag.RETRYING, true);
        client.set(ClientFlag.BLOCKED, false);
        try {
            runner.run(client, blocked.request().args(), blocked.request().argCount());
        } finally {
            client.set(ClientFlag.RETRYING, false);
            if (!client.is(ClientFlag.BLOCKED)) {
                forget(client, blocked);
                client.connection().resume();
            }
        }
    }

    private void forget(Client client, Blocked blocked) {
        for (Bytes key : blocked.keys()) {
            DatabaseKey id = new DatabaseKey(blocked.database(), key);
            Waiters waiters = waiting.get(id);
            if (waiters == null) {
                // The key was named twice.
                continue;
            }
            waiters.remove(client, blocked.type());
            if (waiters.watching.remove(client)) {
                watchingCount--;
            }
            if (waiters.queues.isEmpty()) {
                forgetTime(waiters);
                waiting.remove(id);
            }
        }
        if (blocked.deadlineMillis() != 0) {
            deadlines.remove(new Deadline(blocked.deadlineMillis(), client));
        }
        client.blocked(null);
        count--;
    }

    /** Forgets a client that is gone. */
    public void disconnect(Client client) {
        Blocked blocked = client.blocked();
        if (blocked != null) {
            forget(client, blocked);
        }
    }

    /** Answers a blocked client as if its time were over, or what it waited for were there. */
    public void timeOut(Client client) {
        Blocked blocked = client.blocked();
        if (blocked != null) {
            Consumer<Client> reply = blocked.answer();
            answer(client, blocked, reply != null ? reply : timedOut -> replyTimedOut(timedOut, blocked.onTimeout()));
        }
    }

    /** Answers a blocked client an error. */
    public void fail(Client client, String message) {
        Blocked blocked = client.blocked();
        if (blocked != null) {
            answer(client, blocked, failed -> failed.reply().error(message));
        }
    }

    private void answer(Client client, Blocked blocked, Consumer<Client> reply) {
        int mark = client.connection().mark();
        limits.replyOrClose(client, reply);
        forget(client, blocked);
        client.endReply(mark, false);
        client.connection().resume();
    }

    /** Writes what a client is answered that may not block. */
    public static void replyDenied(Client client, TimeoutReply reply) {
        if (reply == TimeoutReply.NIL_IF_DENIED) {
            client.reply().nil();
        } else {
            replyTimedOut(client, reply);
        }
    }

    private static void replyTimedOut(Client client, TimeoutReply reply) {
        switch (reply) {
            case NIL -> client.reply().nil();
            case NIL_ARRAY, NIL_IF_DENIED -> client.reply().nilArray();
            case ZERO -> client.reply().integer(0);
        }
    }

    /** Answers the clients whose time is over, and finds the keys ready whose time has come. */
    public void timeOut(long nowMillis) {
        while (!deadlines.isEmpty() && deadlines.first().millis <= nowMillis) {
            timeOut(deadlines.first().client);
        }
        while (nextReadyMillis() <= nowMillis) {
            DatabaseKey key = readyTimes.first().key;
            forgetTime(Objects.requireNonNull(waiting.get(key), "clients that wait for a key with a time"));
            ready.add(key);
        }
    }

    /** Unix time of the next {@link #timeOut}, {@link Long#MAX_VALUE} without. */
    public long nextDeadlineMillis() {
        long deadline = deadlines.isEmpty() ? Long.MAX_VALUE : deadlines.first().millis;
        return Math.min(deadline, nextReadyMillis());
    }

    private long nextReadyMillis() {
        return paused || readyTimes.isEmpty() ? Long.MAX_VALUE : readyTimes.first().millis;
    }

    /** Sets whether commands that write wait: keys whose time comes meanwhile are found ready when they do no longer. */
    public void paused(boolean writes) {
        paused = writes;
    }
}

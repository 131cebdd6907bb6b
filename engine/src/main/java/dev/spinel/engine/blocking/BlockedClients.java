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
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;

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
     * A command that blocks though a key has a value of its type waits for more than there is: it alone runs again at
     * each change of the key too. The others must not, since a value that replaces one of another type serves nobody in
     * Redis.
     */
    private final ClientLimits limits;
    private final Map<DatabaseKey, Set<Client>> waiting = new HashMap<>();
    private final TreeSet<Deadline> deadlines =
            new TreeSet<>(Comparator.comparingLong(Deadline::millis).thenComparingLong(d -> d.client.id()));
    private final Set<Client> waitingForMore = new HashSet<>();
    private Set<DatabaseKey> ready = new LinkedHashSet<>();
    private int count;
    private boolean serving;

    /** @param limits closes a client that cannot be answered */
    public BlockedClients(ClientLimits limits) {
        this.limits = limits;
    }

    private record DatabaseKey(int database, Bytes key) {}

    private record Deadline(long millis, Client client) {}

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
        count++;
        for (Bytes key : blocked.keys()) {
            waiting.computeIfAbsent(new DatabaseKey(blocked.database(), key), k -> new LinkedHashSet<>())
                    .add(client);
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

    /** Tells that the value of a key changed. */
    public void keyChanged(int database, Bytes key) {
        if (!waitingForMore.isEmpty()) {
            Set<Client> clients = waiting.get(new DatabaseKey(database, key));
            if (clients != null && !Collections.disjoint(clients, waitingForMore)) {
                ready.add(new DatabaseKey(database, key.copy()));
            }
        }
    }

    /** Has a client, when it blocks or does so again, wait for changes of values that are there already. */
    public void waitForMore(Client client) {
        waitingForMore.add(client);
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
                Set<Client> clients = waiting.get(id);
                if (clients != null) {
                    serve(keyspaces.get(id.database), id, List.copyOf(clients), runner);
                }
            }
        }
    }

    private void serve(Database database, DatabaseKey id, List<Client> clients, CommandRunner runner) {
        for (Client client : clients) {
            ValueType<?> type = database.typeOf(id.key);
            Blocked blocked = client.blocked();
            if (blocked == null) {
                continue;
            }
            if (blocked.type() == type) {
                retry(client, blocked, runner);
            } else if (blocked.onAbsence() != null) {
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
            Set<Client> clients = waiting.get(id);
            if (clients != null && clients.remove(client) && clients.isEmpty()) {
                waiting.remove(id);
            }
        }
        if (blocked.deadlineMillis() != 0) {
            deadlines.remove(new Deadline(blocked.deadlineMillis(), client));
        }
        waitingForMore.remove(client);
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

    /** Answers the clients whose time is over. */
    public void timeOut(long nowMillis) {
        while (!deadlines.isEmpty() && deadlines.first().millis <= nowMillis) {
            timeOut(deadlines.first().client);
        }
    }

    /** Unix time of the next {@link #timeOut}, {@link Long#MAX_VALUE} without. */
    public long nextDeadlineMillis() {
        return deadlines.isEmpty() ? Long.MAX_VALUE : deadlines.first().millis;
    }
}

package dev.spinel.engine.tracking;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.ClientRegistry;
import dev.spinel.engine.client.KeptRequests;
import dev.spinel.engine.client.TrackingState;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Remembers which clients may cache which keys, and tells them when a key changes.
 *
 * <p>Engine thread only. Callers ask {@link #isOn} first: without a tracking client there is nothing to do.
 */
public final class ClientTracking {
    /*
     * Two tables. One has the ids of the clients that read a key, by key: whoever is told of a change is forgotten with the
     * key until it reads it again. The other has the prefixes of the clients in broadcast mode, with the keys that changed
     * in this turn: these are told once at its end.
     *
     * An id may outlive its client or its tracking; that shows when the key changes. When the table is full, the keys
     * that have been in it for the longest time are given up, and their clients are told as if they had changed: some each
     * turn because of their number, as many as have to go because of the heap.
     *
     * While a command runs its reply is under way, on the caller's connection at least, so what is to be told waits
     * until the reply is complete.
     */
    private static final Bytes CHANNEL = Bytes.of("__redis__:invalidate");

    /** How many keys a turn gives up at most because the table is full. */
    private static final int MAX_GIVEN_UP = 1000;

    /** What a key in the table takes of the heap beside its bytes, with the id of its first reader. */
    private static final long KEY_BYTES = 176;

    /** What a prefix takes of the heap beside its bytes, here and with its client. */
    private static final long PREFIX_BYTES = 448;

    /** Stands for the client that changed a key when it was none, or several. */
    private static final Long NOBODY = 0L;

    private final ClientRegistry clients;
    private final KeptRequests kept;
    private final long maxBytes;
    private final Map<Bytes, Readers> readers = new LinkedHashMap<>();
    private final Map<Bytes, Prefix> prefixes = new LinkedHashMap<>();
    private final List<Message> waiting = new ArrayList<>();
    private long maxKeys;
    private long tableBytes;
    private int trackingClients;
    private long items;
    private @Nullable Client caller;

    /** The clients that read a key, by id in ascending order. */
    private static final class Readers {
        private long[] ids = new long[2];
        private int count;

        boolean add(long id) {
            int place = Arrays.binarySearch(ids, 0, count, id);
            if (place >= 0) {
                return false;
            }
            if (count == ids.length) {
                ids = Arrays.copyOf(ids, 2 * count);
            }
            int at = -place - 1;
            System.arraycopy(ids, at, ids, at + 1, count - at);
            ids[at] = id;
            count++;
            return true;
        }
    }

    /** A prefix that is broadcast: to whom, and which keys changed in this turn, each with the client that changed it. */
    private static final class Prefix {
        private final Set<Client> clients = new LinkedHashSet<>();
        private final Map<Bytes, Long> changed = new LinkedHashMap<>();

        /** What several clients changed counts as changed by nobody, so that each of them is told. */
        void changed(Bytes key, long origin) {
            changed.merge(key.copy(), origin, (before, now) -> before.equals(now) ? now : NOBODY);
        }
    }

    /** Keys that changed for a client; null for all keys. */
    private record Message(Client client, @Nullable List<Bytes> keys) {}

    /**
     * Makes tables without keys.
     *
     * @param kept counts the prefixes
     * @param maxBytes how much of the heap keys may take at the end of a turn
     */
    public ClientTracking(ClientRegistry clients, KeptRequests kept, long maxBytes) {
        this.clients = clients;
        this.kept = kept;
        this.maxBytes = maxBytes;
    }

    /** Sets how many keys are remembered at most ({@code tracking-table-max-keys}); 0 for any number. */
    public void maxKeys(long count) {
        maxKeys = count;
    }

    /** Whether any client tracks keys. */
    public boolean isOn() {
        return trackingClients > 0;
    }

    /** Number of clients that track keys. */
    public int clientCount() {
        return trackingClients;
    }

    /** Number of keys that clients are known to have read. */
    public int keyCount() {
        return readers.size();
    }

    /** Number of pairs of such a key and a client. */
    public long itemCount() {
        return items;
    }

    /** What the table of keys takes of the heap, in bytes. */
    public long heapBytes() {
        return tableBytes;
    }

    /** Number of prefixes in broadcast mode. */
    public int prefixCount() {
        return prefixes.size();
    }

    /**
     * Has a client track keys from now on, in another way than before perhaps. In broadcast mode the prefixes of before stay.
     *
     * @param newPrefixes what keys begin with, in broadcast mode; none means all keys
     * @throws CommandException {@code -OOM} if there is no room for the prefixes
     */
    public void enable(Client client, TrackingState state, List<Bytes> newPrefixes) {
        long bytes = 0;
        for (Bytes prefix : newPrefixes) {
            bytes += heapBytes(prefix);
        }
        kept.requireRoom(client, bytes);
        TrackingState before = client.tracking();
        if (before == null) {
            trackingClients++;
        } else {
            state.prefixes().addAll(before.prefixes());
        }
        client.tracking(state);
        if (state.isBroadcast()) {
            for (Bytes prefix : newPrefixes.isEmpty() ? List.of(Bytes.of("")) : newPrefixes) {
                if (state.prefixes().add(prefix)) {
                    kept.keep(client, heapBytes(prefix));
                    prefixes.computeIfAbsent(prefix, k -> new Prefix()).clients.add(client);
                }
            }
        }
    }

    /** Has a client track nothing. */
    public void disable(Client client) {
        TrackingState state = client.tracking();
        if (state == null) {
            return;
        }
        for (Bytes name : state.prefixes()) {
            kept.give(client, heapBytes(name));
            Prefix prefix = prefixes.get(name);
            if (prefix != null && prefix.clients.remove(client) && prefix.clients.isEmpty()) {
                prefixes.remove(name);
            }
        }
        client.tracking(null);
        trackingClients--;
        if (trackingClients == 0) {
            forgetKeys();
        }
    }

    private static long heapBytes(Bytes prefix) {
        return PREFIX_BYTES + prefix.length();
    }

    private void forgetKeys() {
        readers.clear();
        items = 0;
        tableBytes = 0;
    }

    /** A command starts: what clients are to be told waits until {@link #finish}. */
    public void begin(Client client) {
        caller = client;
    }

    /** The command that began has replied. */
    public void finish() {
        caller = null;
        for (Message message : waiting) {
            send(message.client, message.keys);
        }
        waiting.clear();
    }

    /** A client has read a key, or found that it does not exist. */
    public void read(Client client, Bytes key) {
        Readers known = readers.get(key);
        if (known == null) {
            known = new Readers();
            readers.put(key.copy(), known);
            tableBytes += KEY_BYTES + key.length();
        }
        if (known.add(client.id())) {
            items++;
            tableBytes += Long.BYTES;
        }
    }

    /** A command has changed a key. */
    public void changed(Bytes key) {
        invalidate(key, caller);
    }

    /** A key has gone that no client removed: it expired or was evicted. */
    public void vanished(Bytes key) {
        invalidate(key, null);
    }

    private void invalidate(Bytes key, @Nullable Client origin) {
        for (Map.Entry<Bytes, Prefix> entry : prefixes.entrySet()) {
            if (startsWith(key, entry.getKey())) {
                entry.getValue().changed(key, origin == null ? NOBODY : origin.id());
            }
        }
        Readers known = readers.remove(key);
        if (known != null) {
            tell(known, key.copy(), origin);
        }
    }

    private void tell(Readers known, Bytes key, @Nullable Client origin) {
        items -= known.count;
        tableBytes -= KEY_BYTES + key.length() + (long) known.count * Long.BYTES;
        List<Bytes> keys = List.of(key);
        for (int i = 0; i < known.count; i++) {
            Client client = clients.get(known.ids[i]);
            TrackingState state = client == null ? null : client.tracking();
            if (client != null && state != null && !state.isBroadcast() && (client != origin || !state.noLoop())) {
                deliver(client, keys);
            }
        }
    }

    /** Whether a key begins with a prefix. */
    public static boolean startsWith(Bytes key, Bytes prefix) {
        int length = prefix.length();
        return key.length() >= length
                && Arrays.equals(
                        key.array(),
                        key.offset(),
                        key.offset() + length,
                        prefix.array(),
                        prefix.offset(),
                        prefix.offset() + length);
    }

    /** All keys of a database are gone. O(number of clients). */
    public void flushed() {
        if (isOn()) {
            for (Client client : clients.all()) {
                if (client.tracking() != null) {
                    deliver(client, null);
                }
            }
            forgetKeys();
        }
    }

    /** Ends a turn: tells what changed in it in broadcast mode, and makes room in the table. */
    public void endTurn() {
        for (Prefix prefix : prefixes.values()) {
            if (!prefix.changed.isEmpty()) {
                for (Client client : prefix.clients) {
                    broadcast(client, prefix.changed);
                }
                prefix.changed.clear();
            }
        }
        giveUpKeys();
    }

    private void broadcast(Client client, Map<Bytes, Long> changed) {
        TrackingState state = client.tracking();
        List<Bytes> keys = new ArrayList<>(changed.size());
        for (Map.Entry<Bytes, Long> entry : changed.entrySet()) {
            if (state != null && (!state.noLoop() || entry.getValue() != client.id())) {
                keys.add(entry.getKey());
            }
        }
        if (!keys.isEmpty()) {
            send(client, keys);
        }
    }

    private void giveUpKeys() {
        Iterator<Map.Entry<Bytes, Readers>> oldest = readers.entrySet().iterator();
        for (int i = 0; tableBytes > maxBytes || (i < MAX_GIVEN_UP && maxKeys > 0 && readers.size() > maxKeys); i++) {
            Map.Entry<Bytes, Readers> entry = oldest.next();
            Bytes key = entry.getKey();
            Readers known = entry.getValue();
            oldest.remove();
            tell(known, key, null);
        }
    }

    private void deliver(Client client, @Nullable List<Bytes> keys) {
        if (caller == null) {
            send(client, keys);
        } else {
            waiting.add(new Message(client, keys));
        }
    }

    private void send(Client client, @Nullable List<Bytes> keys) {
        TrackingState state = client.tracking();
        if (state == null) {
            return;
        }
        long redirectId = state.redirectId();
        Client receiver = redirectId == 0 ? client : clients.get(redirectId);
        if (receiver == null || receiver.is(ClientFlag.CLOSE_AFTER_REPLY)) {
            state.redirectBroken(true);
            tellBroken(client, redirectId);
            return;
        }
        try {
            write(receiver, redirectId != 0, keys);
        } catch (CommandException noRoom) {
            // What is half written goes with the connection.
            receiver.connection().close();
        }
    }

    private static void tellBroken(Client client, long redirectId) {
        if (client.protocol() == 2) {
            return;
        }
        try {
            ReplyWriter reply = client.reply();
            reply.push(2);
            reply.bulk("tracking-redir-broken");
            reply.integer(redirectId);
        } catch (CommandException noRoom) {
            client.connection().close();
        }
    }

    private static void write(Client receiver, boolean redirected, @Nullable List<Bytes> keys) {
        ReplyWriter reply = receiver.reply();
        if (receiver.protocol() == 3) {
            reply.push(2);
            reply.bulk("invalidate");
        } else if (redirected && receiver.is(ClientFlag.SUBSCRIBED)) {
            reply.push(3);
            reply.bulk("message");
            reply.bulk(CHANNEL);
        } else {
            // A client of RESP2 can take messages only while it has subscriptions.
            return;
        }
        if (keys == null) {
            reply.nil();
        } else {
            reply.array(keys.size());
            for (Bytes key : keys) {
                reply.bulk(key);
            }
        }
    }
}

package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamGroup;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.ValueInput;
import dev.spinel.engine.dataset.SavedValue;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A consumer group with its pending entries in tables of numbers, once for all and once by consumer. */
final class PendingGroup implements StreamGroup {
    private static final int CONSUMER = 0;
    private static final int DELIVERED = 1;
    private static final int DELIVERIES = 2;

    private static final long OBJECT_BYTES = 120;

    private final Bytes name;
    private final IdTable pending = new IdTable(3);
    private final TreeMap<Bytes, Reader> consumers = new TreeMap<>();
    /** The consumers by the number that a pending entry has for its own. */
    private final List<@Nullable Reader> byNumber = new ArrayList<>();

    private StreamId lastId;
    private long entriesRead;

    PendingGroup(Bytes name, StreamId lastId, long entriesRead) {
        this.name = name;
        this.lastId = lastId;
        this.entriesRead = entriesRead;
    }

    private static final class Reader implements Consumer {
        private final Bytes name;
        private final int number;
        private final IdTable pending = new IdTable(0);
        private long seenMillis;
        private long activeMillis = -1;

        Reader(Bytes name, int number, long seenMillis) {
            this.name = name;
            this.number = number;
            this.seenMillis = seenMillis;
        }

        @Override
        public Bytes name() {
            return name;
        }

        @Override
        public long pendingCount() {
            return pending.size();
        }

        @Override
        public long seenMillis() {
            return seenMillis;
        }

        @Override
        public void seenMillis(long unixMillis) {
            seenMillis = unixMillis;
        }

        @Override
        public long activeMillis() {
            return activeMillis;
        }

        @Override
        public void activeMillis(long unixMillis) {
            activeMillis = unixMillis;
        }
    }

    long heapBytes() {
        long bytes = OBJECT_BYTES + name.length() + pending.heapBytes();
        for (Reader reader : consumers.values()) {
            bytes += OBJECT_BYTES + reader.name.length() + reader.pending.heapBytes();
        }
        return bytes;
    }

    @Override
    public Bytes name() {
        return name;
    }

    @Override
    public StreamId lastId() {
        return lastId;
    }

    @Override
    public void lastId(StreamId id) {
        lastId = id;
    }

    @Override
    public long entriesRead() {
        return entriesRead;
    }

    @Override
    public void entriesRead(long entries) {
        entriesRead = entries;
    }

    @Override
    public long pendingCount() {
        return pending.size();
    }

    @Override
    public @Nullable Consumer consumer(Bytes consumerName) {
        return consumers.get(consumerName);
    }

    @Override
    public Consumer createConsumer(Bytes consumerName, long nowMillis) {
        int number = byNumber.indexOf(null);
        if (number < 0) {
            number = byNumber.size();
            byNumber.add(null);
        }
        Reader created = new Reader(consumerName.copy(), number, nowMillis);
        byNumber.set(number, created);
        consumers.put(created.name, created);
        return created;
    }

    @Override
    public long removeConsumer(Consumer consumer) {
        Reader removed = (Reader) consumer;
        IdTable ids = removed.pending;
        for (long at = ids.first(); at != IdTable.NONE; at = ids.next(at)) {
            pending.remove(pending.find(ids.millis(at), ids.sequence(at)));
        }
        consumers.remove(removed.name);
        byNumber.set(removed.number, null);
        return ids.size();
    }

    @Override
    public Collection<? extends Consumer> consumers() {
        return consumers.values();
    }

    private Reader owner(long position) {
        return Objects.requireNonNull(byNumber.get((int) pending.get(position, CONSUMER)), "consumer");
    }

    @Override
    public boolean acknowledge(StreamId id) {
        long position = pending.find(id.millis(), id.sequence());
        if (position == IdTable.NONE) {
            return false;
        }
        IdTable owned = owner(position).pending;
        owned.remove(owned.find(id.millis(), id.sequence()));
        pending.remove(position);
        return true;
    }

    @Override
    public void deliver(StreamId id, Consumer consumer, long deliveredMillis, long deliveries) {
        Reader reader = (Reader) consumer;
        long position = pending.find(id.millis(), id.sequence());
        if (position == IdTable.NONE) {
            position = pending.insert(id.millis(), id.sequence());
            reader.pending.insert(id.millis(), id.sequence());
        } else if (owner(position) != reader) {
            IdTable owned = owner(position).pending;
            owned.remove(owned.find(id.millis(), id.sequence()));
            reader.pending.insert(id.millis(), id.sequence());
        }
        pending.set(position, CONSUMER, reader.number);
        pending.set(position, DELIVERED, deliveredMillis);
        pending.set(position, DELIVERIES, deliveries);
    }

    @Override
    public Pending pending(StreamId from, @Nullable Consumer consumer) {
        return new Walk(from, consumer == null ? pending : ((Reader) consumer).pending);
    }

    /** Writes the group in the order of {@link LargeStream#tell}. */
    void save(SavedValue state) {
        state.writeBytes(name);
        state.writeLong(lastId.millis());
        state.writeLong(lastId.sequence());
        state.writeLong(entriesRead);
        state.writeLong(pending.size());
        for (long at = pending.first(); at != IdTable.NONE; at = pending.next(at)) {
            state.writeLong(pending.millis(at));
            state.writeLong(pending.sequence(at));
            state.writeLong(pending.get(at, DELIVERED));
            state.writeLong(pending.get(at, DELIVERIES));
        }
        state.writeLong(consumers.size());
        for (Reader reader : consumers.values()) {
            state.writeBytes(reader.name);
            state.writeLong(reader.seenMillis);
            state.writeLong(reader.activeMillis);
            state.writeLong(reader.pending.size());
            IdTable ids = reader.pending;
            for (long at = ids.first(); at != IdTable.NONE; at = ids.next(at)) {
                state.writeLong(ids.millis(at));
                state.writeLong(ids.sequence(at));
            }
        }
    }

    /** Reads what {@link #save} wrote after the head of the group; false if it makes no sense. */
    boolean load(ValueInput state) {
        long entries = state.readLong();
        for (long i = 0; i < entries; i++) {
            long millis = state.readLong();
            long sequence = state.readLong();
            if (pending.find(millis, sequence) != IdTable.NONE) {
                return false;
            }
            long position = pending.insert(millis, sequence);
            pending.set(position, CONSUMER, -1);
            pending.set(position, DELIVERED, state.readLong());
            pending.set(position, DELIVERIES, state.readLong());
        }
        long owned = 0;
        long readers = state.readLong();
        for (long i = 0; i < readers; i++) {
            Bytes readerName = state.readBytes();
            if (consumers.containsKey(readerName)) {
                return false;
            }
            Reader reader = (Reader) createConsumer(readerName, state.readLong());
            reader.activeMillis = state.readLong();
            long ids = state.readLong();
            for (long j = 0; j < ids; j++) {
                long millis = state.readLong();
                long sequence = state.readLong();
                long position = pending.find(millis, sequence);
                if (position == IdTable.NONE || pending.get(position, CONSUMER) != -1) {
                    return false;
                }
                pending.set(position, CONSUMER, reader.number);
                reader.pending.insert(millis, sequence);
            }
            owned += ids;
        }
        return owned == entries;
    }

    private final class Walk implements Pending {
        private final IdTable ids;
        private @Nullable StreamId next;
        private StreamId id = StreamId.MIN;

        Walk(StreamId from, IdTable ids) {
            this.next = from;
            this.ids = ids;
        }

        @Override
        public boolean next() {
            long position = next == null ? IdTable.NONE : ids.ceiling(next.millis(), next.sequence());
            if (position == IdTable.NONE) {
                return false;
            }
            id = new StreamId(ids.millis(position), ids.sequence(position));
            next = id.next();
            return true;
        }

        private long position() {
            return pending.find(id.millis(), id.sequence());
        }

        @Override
        public StreamId id() {
            return id;
        }

        @Override
        public Consumer consumer() {
            return owner(position());
        }

        @Override
        public long deliveredMillis() {
            return pending.get(position(), DELIVERED);
        }

        @Override
        public long deliveries() {
            return pending.get(position(), DELIVERIES);
        }
    }
}

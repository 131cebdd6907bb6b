package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamGroup;
import dev.spinel.api.data.StreamId;
import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;
import java.util.AbstractCollection;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.PriorityQueue;
import java.util.TreeMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** A consumer group with its pending entries in tables of numbers, once for all and once by consumer. */
final class PendingGroup implements StreamGroup {
    /*
     * Entries that were released are those of the consumer without a name, delivered at 0: so that files, logs and servers
     * that know no XNACK need no word for them. In place of the 0 their rows have a negative number, which grows from one
     * released to the next: their order.
     *
     * Nothing is sorted by the time of delivery. Who looks for entries that are idle walks over the table, unless a time
     * before which nothing was delivered says that there are none. A walk that is asked for some of many finds more of them
     * than it tells, those that go first, and keeps these for the next ones. They are the first as long as nothing is delivered
     * at a time before theirs; those among them that were delivered anew or are not pending any more are passed over.
     */
    private static final int CONSUMER = 0;
    private static final int DELIVERED = 1;
    private static final int DELIVERIES = 2;

    /** The number of the consumer of an entry that has none yet, while a group is loaded. */
    private static final int NOT_YET = -1;

    /** Of a group on the heap beside its name and its table, with what its stream has for it. */
    private static final long OBJECT_BYTES = 304;

    /** How many idle entries a walk finds at most beyond what it is asked for, for each that it tells and in all. */
    private static final int FIRST_IDLE_PER_TOLD = 32;

    private static final int MAX_FIRST_IDLE = 4096;

    /** Of an idle entry that is kept, with its ID. */
    private static final long IDLE_ENTRY_BYTES = 64;

    private static final IdleEntry[] NO_ENTRIES = {};

    /** Of a consumer, with what its group has for it. */
    private static final long READER_BYTES = 128;

    private final Bytes name;
    private final HeapSum heap;
    private final IdTable pending;
    private final TreeMap<Bytes, Reader> consumers = new TreeMap<>();

    /** The consumers by the number that a pending entry has for its own. */
    private final List<@Nullable Reader> byNumber = new ArrayList<>();

    /** Numbers that no consumer has any more. */
    private int[] freeNumbers = new int[4];

    private int freeCount;
    private StreamId lastId;
    private long entriesRead;
    /** The consumer that has what was released. */
    private @Nullable Reader nobody;

    private long releases;
    /** No pending entry was delivered before, except some that were removed from the stream. */
    private long earliestDelivered = Long.MAX_VALUE;

    /** Entries that go before all others that are idle, from {@link #firstIdleAt} on; some may be so no more. */
    private IdleEntry[] firstIdle = NO_ENTRIES;

    private int firstIdleAt;

    /** @param heap is told of what the group takes, until {@link #leave} */
    PendingGroup(Bytes name, StreamId lastId, long entriesRead, HeapSum heap) {
        this.name = name;
        this.heap = heap;
        this.lastId = lastId;
        this.entriesRead = entriesRead;
        this.pending = new IdTable(3, heap);
        heap.add(ownBytes());
    }

    private PendingGroup(PendingGroup source, HeapSum heap) {
        this.name = source.name;
        this.heap = heap;
        this.lastId = source.lastId;
        this.entriesRead = source.entriesRead;
        this.pending = source.pending.copy(heap);
        this.byNumber.addAll(Collections.nCopies(source.byNumber.size(), null));
        this.freeNumbers = source.freeNumbers.clone();
        this.freeCount = source.freeCount;
        this.releases = source.releases;
        this.earliestDelivered = source.earliestDelivered;
        heap.add(ownBytes());
    }

    private static final class Reader implements Consumer {
        private final Bytes name;
        private final int number;
        private final IdTable pending;
        private long seenMillis;

        Reader(Bytes name, int number, long seenMillis, HeapSum heap) {
            this.name = name;
            this.number = number;
            this.seenMillis = seenMillis;
            this.pending = new IdTable(0, heap);
        }

        Reader(Reader source, HeapSum heap) {
            this.name = source.name;
            this.number = source.number;
            this.pending = source.pending.copy(heap);
            this.seenMillis = source.seenMillis;
        }

        private long ownBytes() {
            return READER_BYTES + name.length();
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
    }

    private long ownBytes() {
        return OBJECT_BYTES + name.length();
    }

    /** Takes the group, which is not used any more, out of the sum that it was made with. */
    void leave() {
        heap.add(-ownBytes());
        firstIdle(NO_ENTRIES);
        pending.leave();
        consumers.values().forEach(this::leave);
    }

    private void leave(Reader reader) {
        heap.add(-reader.ownBytes());
        reader.pending.leave();
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
    public StreamId firstPendingId() {
        return idAt(pending.first());
    }

    @Override
    public StreamId lastPendingId() {
        return idAt(pending.last());
    }

    private StreamId idAt(long position) {
        return position == IdTable.NONE
                ? StreamId.MIN
                : new StreamId(pending.millis(position), pending.sequence(position));
    }

    @Override
    public @Nullable Consumer consumer(Bytes consumerName) {
        return consumers.get(consumerName);
    }

    @Override
    public Consumer createConsumer(Bytes consumerName, long nowMillis) {
        if (freeCount == 0) {
            byNumber.add(null);
            free(byNumber.size() - 1);
        }
        Reader created = new Reader(consumerName.copy(), freeNumbers[freeCount - 1], nowMillis, heap);
        add(created);
        freeCount--;
        heap.add(created.ownBytes());
        return created;
    }

    private void add(Reader reader) {
        consumers.put(reader.name, reader);
        byNumber.set(reader.number, reader);
        if (reader.name.isEmpty()) {
            nobody = reader;
        }
    }

    private void free(int number) {
        if (freeCount == freeNumbers.length) {
            freeNumbers = Arrays.copyOf(freeNumbers, 2 * freeCount);
        }
        freeNumbers[freeCount++] = number;
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
        free(removed.number);
        if (removed == nobody) {
            nobody = null;
        }
        leave(removed);
        return ids.size();
    }

    @Override
    public Collection<? extends Consumer> consumers() {
        return nobody == null ? consumers.values() : new Named(nobody.name);
    }

    /** The consumers that have a name, when there is one that has none: the first one. */
    private final class Named extends AbstractCollection<Reader> {
        private final Bytes noName;

        Named(Bytes noName) {
            this.noName = noName;
        }

        @Override
        public Iterator<Reader> iterator() {
            return consumers.tailMap(noName, false).values().iterator();
        }

        /** O(1), as that of a part of a map is not. */
        @Override
        public int size() {
            return consumers.size() - 1;
        }
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
    public boolean isPending(StreamId id) {
        return pending.find(id.millis(), id.sequence()) != IdTable.NONE;
    }

    @Override
    public void deliver(StreamId id, Consumer consumer, long deliveredMillis, long deliveries) {
        Reader reader = (Reader) consumer;
        long position = pending.find(id.millis(), id.sequence());
        if (position == IdTable.NONE) {
            position = insert(id, reader);
        }
        delivered(position, reader, deliveredMillis);
        pending.set(position, DELIVERIES, deliveries);
        if (owner(position) != reader) {
            move(id, position, reader);
        }
    }

    private void delivered(long position, Reader reader, long millis) {
        long delivered = millis == 0 && reader == nobody ? Long.MIN_VALUE + releases++ : millis;
        pending.set(position, DELIVERED, delivered);
        earliestDelivered = Math.min(earliestDelivered, delivered);
        if (firstIdle.length > 0 && delivered <= firstIdle[firstIdle.length - 1].delivered) {
            firstIdle(NO_ENTRIES);
        }
    }

    private long deliveredMillis(long position) {
        return Math.max(0, pending.get(position, DELIVERED));
    }

    @Override
    public void release(StreamId id, long deliveries) {
        deliver(id, nobody == null ? createConsumer(new Bytes(), 0) : nobody, 0, deliveries);
    }

    @Override
    public long releasedCount() {
        return nobody == null ? -1 : nobody.pending.size();
    }

    private record IdleEntry(StreamId id, long delivered) implements Comparable<IdleEntry> {
        @Override
        public int compareTo(IdleEntry other) {
            int order = Long.compare(delivered, other.delivered);
            return order != 0 ? order : id.compareTo(other.id);
        }
    }

    @Override
    public Idle idle(StreamId from, long deliveredUntil, long limit, Predicate<StreamId> filter) {
        if (earliestDelivered > deliveredUntil) {
            return new Idle(List.of(), earliestDelivered);
        }
        StreamId[] known = firstIdle(deliveredUntil, limit, filter);
        if (known != null) {
            return new Idle(List.of(known), Long.MIN_VALUE);
        }
        long most = limit < MAX_FIRST_IDLE ? Math.min(MAX_FIRST_IDLE, FIRST_IDLE_PER_TOLD * limit) : limit;
        // The one that goes first when there is a better one.
        PriorityQueue<IdleEntry> found = new PriorityQueue<>(Comparator.reverseOrder());
        long next = Long.MAX_VALUE;
        long earliest = Long.MAX_VALUE;
        long at = pending.ceiling(from.millis(), from.sequence());
        for (; at != IdTable.NONE; at = pending.next(at)) {
            long delivered = pending.get(at, DELIVERED);
            if (delivered > deliveredUntil) {
                next = Math.min(next, delivered);
                continue;
            }
            IdleEntry last = found.peek();
            boolean isFull = last != null && found.size() >= most;
            if (!isFull || delivered < last.delivered) {
                if (!filter.test(idAt(at))) {
                    // Gone from the stream: is not looked for again.
                    continue;
                }
                if (isFull) {
                    found.poll();
                }
                found.add(new IdleEntry(idAt(at), delivered));
            }
            earliest = Math.min(earliest, delivered);
        }
        earliestDelivered = Math.min(earliest, next);
        IdleEntry[] entries = new IdleEntry[found.size()];
        for (int i = entries.length - 1; i >= 0; i--) {
            entries[i] = found.remove();
        }
        int told = (int) Math.min(limit, entries.length);
        firstIdle(told < entries.length ? entries : NO_ENTRIES);
        StreamId[] ids = new StreamId[told];
        Arrays.setAll(ids, i -> entries[i].id);
        return new Idle(List.of(ids), next);
    }

    private void firstIdle(IdleEntry[] entries) {
        heap.add((entries.length - firstIdle.length) * IDLE_ENTRY_BYTES);
        firstIdle = entries;
        firstIdleAt = 0;
    }

    /** The idle entries that go first, as far as they are known; null if they are not, or fewer than asked for. */
    private StreamId @Nullable [] firstIdle(long deliveredUntil, long limit, Predicate<StreamId> filter) {
        while (firstIdleAt < firstIdle.length && !isAsFound(firstIdle[firstIdleAt])) {
            firstIdleAt++;
        }
        if (limit > firstIdle.length - firstIdleAt) {
            return null;
        }
        StreamId[] ids = new StreamId[(int) limit];
        int count = 0;
        for (int i = firstIdleAt; i < firstIdle.length && count < limit; i++) {
            IdleEntry entry = firstIdle[i];
            if (entry.delivered > deliveredUntil) {
                return null;
            }
            if (isAsFound(entry) && filter.test(entry.id)) {
                ids[count++] = entry.id;
            }
        }
        return count < limit ? null : ids;
    }

    private boolean isAsFound(IdleEntry entry) {
        long position = pending.find(entry.id.millis(), entry.id.sequence());
        return position != IdTable.NONE && pending.get(position, DELIVERED) == entry.delivered;
    }

    /** Tells that entries may be in the stream again that {@link #idle} has found to be gone. */
    void entriesMayReturn() {
        earliestDelivered = Long.MIN_VALUE;
        firstIdle(NO_ENTRIES);
    }

    /** Adds an entry to both tables, or to none of them if there is no memory. */
    private long insert(StreamId id, Reader reader) {
        IdTable owned = reader.pending;
        owned.insert(id.millis(), id.sequence());
        try {
            long position = pending.insert(id.millis(), id.sequence());
            pending.set(position, CONSUMER, reader.number);
            return position;
        } catch (OutOfMemoryError e) {
            owned.remove(owned.find(id.millis(), id.sequence()));
            throw e;
        }
    }

    /** Gives an entry, whose row was just changed, to another consumer, or leaves it where it is if there is no memory. */
    private void move(StreamId id, long position, Reader to) {
        IdTable from = owner(position).pending;
        long at = from.find(id.millis(), id.sequence());
        from.makeOwn(at);
        to.pending.insert(id.millis(), id.sequence());
        pending.set(position, CONSUMER, to.number);
        from.remove(at);
    }

    @Override
    public Pending pending(StreamId from, @Nullable Consumer consumer) {
        return new Walk(from, consumer == null ? pending : ((Reader) consumer).pending);
    }

    /** Adds a pending entry that has no consumer yet; false if it is there already. */
    boolean loadPending(long millis, long sequence, long deliveredMillis, long deliveries) {
        if (pending.find(millis, sequence) != IdTable.NONE) {
            return false;
        }
        long position = pending.insert(millis, sequence);
        pending.set(position, CONSUMER, NOT_YET);
        pending.set(position, DELIVERED, deliveredMillis);
        pending.set(position, DELIVERIES, deliveries);
        return true;
    }

    /** Gives a pending entry that has no consumer to one; false if there is none such. */
    boolean loadOwner(long millis, long sequence, Consumer consumer) {
        Reader reader = (Reader) consumer;
        long position = pending.find(millis, sequence);
        if (position == IdTable.NONE || pending.get(position, CONSUMER) != NOT_YET) {
            return false;
        }
        pending.set(position, CONSUMER, reader.number);
        delivered(position, reader, pending.get(position, DELIVERED));
        reader.pending.insert(millis, sequence);
        return true;
    }

    /** A group with the same content; pending entries share their memory until one of both changes. */
    PendingGroup copy(HeapSum heapOfCopy) {
        PendingGroup copy = new PendingGroup(this, heapOfCopy);
        for (Reader reader : consumers.values()) {
            Reader copied = new Reader(reader, heapOfCopy);
            copy.add(copied);
            heapOfCopy.add(copied.ownBytes());
        }
        return copy;
    }

    /** Tells a group, which must not change until then, in pieces. */
    static final class Telling {
        private final PendingGroup group;
        private final ValueSink sink;
        private final Iterator<Reader> readers;
        private long pendingAt;
        private @Nullable IdTable owned;
        private long ownedAt = IdTable.NONE;

        /** Starts, with what comes before the pending entries. */
        Telling(PendingGroup group, ValueSink sink) throws IOException {
            this.group = group;
            this.sink = sink;
            readers = group.consumers.values().iterator();
            pendingAt = group.pending.first();
            sink.streamGroup(group.name, group.lastId, group.entriesRead, group.pending.size());
            endOfPending();
        }

        private void endOfPending() throws IOException {
            if (pendingAt == IdTable.NONE) {
                sink.streamConsumers(group.consumers.size());
            }
        }

        /** Tells one pending entry, or one consumer, or one entry of a consumer; false when nothing is left. */
        boolean advance() throws IOException {
            if (pendingAt != IdTable.NONE) {
                IdTable table = group.pending;
                sink.streamPending(
                        table.millis(pendingAt),
                        table.sequence(pendingAt),
                        group.deliveredMillis(pendingAt),
                        table.get(pendingAt, DELIVERIES));
                pendingAt = table.next(pendingAt);
                endOfPending();
                return true;
            }
            if (owned != null && ownedAt != IdTable.NONE) {
                sink.streamOwned(owned.millis(ownedAt), owned.sequence(ownedAt));
                ownedAt = owned.next(ownedAt);
                return true;
            }
            if (!readers.hasNext()) {
                return false;
            }
            Reader reader = readers.next();
            sink.streamConsumer(reader.name, reader.seenMillis, reader.pending.size());
            owned = reader.pending;
            ownedAt = owned.first();
            return true;
        }
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
            return PendingGroup.this.deliveredMillis(position());
        }

        @Override
        public long deliveries() {
            return pending.get(position(), DELIVERIES);
        }
    }
}

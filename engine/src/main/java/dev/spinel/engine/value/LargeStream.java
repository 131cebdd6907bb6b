package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.StreamGroup;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamValue;
import dev.spinel.engine.dataset.StreamState;
import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.ArenaExhaustedException;
import java.io.IOException;
import java.util.Collection;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The nodes of a stream in the arena, their index by ID, and the groups. Engine thread only. */
final class LargeStream implements LargeValue {
    /*
     * The index has a node (StreamNode) under the ID of its first entry. The block of a node has room for longer numbers of
     * live and deleted entries, so that a deletion needs no memory.
     *
     * The IDs of live entries ascend, from node to node, too, and entries behind a live one, deleted or not, have greater
     * IDs than it; but XSETID makes it possible to use the ID of a deleted entry again. So nodes of Redis may have live
     * entries with smaller IDs than their own.
     *
     * While a cut is told (StreamCut), a node that it still needs is copied before it changes. Which ones these are tells a
     * number in the row of each node: that of the last cut which does not need it.
     */
    /** Redis, too, frees so many nodes at once. */
    private static final int MAX_SMALL_NODES = 64;

    private static final int ADDRESS = 0;
    private static final int BLOCK_BYTES = 1;

    /** Number of the last cut that does not need the node, since it came later or was told. */
    static final int CUT = 2;

    private static final int NODES_PER_PIECE = 128;
    private static final long OBJECT_BYTES = 224;

    private final Arena arena;
    private final EncodingLimits limits;
    private final HeapSum heap;
    private final IdTable nodes;
    private final TreeMap<Bytes, PendingGroup> groups = new TreeMap<>();
    /** Whether a node may have a live entry with a smaller ID than its own. */
    private boolean hasIdsBehind;

    private long size;
    private long blockBytes;
    private StreamId lastId = StreamId.MIN;
    private StreamId maxDeletedId = StreamId.MIN;
    /** Entries up to this ID may be added though others with the same IDs were removed, and are pending. */
    private StreamId mayReturnUntil = StreamId.MIN;

    private long entriesAdded;
    private final Bytes nodeView = new Bytes();
    private @Nullable StreamCut cut;
    private long cuts;
    private @Nullable ProducerRecords producers;

    LargeStream(ValueContext context) {
        this.arena = context.arena;
        this.limits = context.limits;
        this.heap = new HeapSum(context.large);
        this.nodes = new IdTable(3, heap);
    }

    long size() {
        return size;
    }

    long nodes() {
        return nodes.size();
    }

    StreamId lastId() {
        return lastId;
    }

    void lastId(StreamId id) {
        if (id.compareTo(lastId) < 0) {
            mayReturn(lastId);
        }
        lastId = id;
    }

    /** Tells that an entry up to an ID may be added though one with the same ID was removed, and is pending. */
    void mayReturn(StreamId id) {
        mayReturnUntil = id.compareTo(mayReturnUntil) > 0 ? id : mayReturnUntil;
    }

    StreamId maxDeletedId() {
        return maxDeletedId;
    }

    void maxDeletedId(StreamId id) {
        maxDeletedId = id;
    }

    long entriesAdded() {
        return entriesAdded;
    }

    void entriesAdded(long entries) {
        entriesAdded = entries;
    }

    /** Bytes in the arena and on the heap. */
    long memoryBytes() {
        return blockBytes + heapBytes();
    }

    @Override
    public long heapBytes() {
        return OBJECT_BYTES + heap.bytes();
    }

    StreamId firstId() {
        Walk walk = new Walk(StreamId.MIN, StreamId.MAX, false);
        return walk.next() ? walk.id() : StreamId.MIN;
    }

    Collection<? extends StreamGroup> groups() {
        return groups.values();
    }

    @Nullable
    StreamGroup group(Bytes name) {
        return groups.get(name);
    }

    PendingGroup createGroup(Bytes name, StreamId id, long entriesRead) {
        PendingGroup group = new PendingGroup(name.copy(), id, entriesRead, heap);
        groups.put(group.name(), group);
        return group;
    }

    boolean removeGroup(Bytes name) {
        PendingGroup removed = groups.remove(name);
        if (removed == null) {
            return false;
        }
        removed.leave();
        return true;
    }

    @Nullable
    ProducerRecords producers() {
        return producers;
    }

    ProducerRecords makeProducers() {
        ProducerRecords made = producers == null ? new ProducerRecords(limits, heap) : producers;
        producers = made;
        return made;
    }

    StreamValue.Cursor cursor(StreamId from, StreamId to, boolean reversed) {
        return new Walk(from, to, reversed);
    }

    private StreamId idOf(long node) {
        return new StreamId(nodes.millis(node), nodes.sequence(node));
    }

    private byte[] array(long node) {
        return arena.chunk(nodes.get(node, ADDRESS));
    }

    private int start(long node) {
        return arena.offset(nodes.get(node, ADDRESS));
    }

    /** Number of live entries of a node. */
    private long live(long node) {
        return Listpack.integer(array(node), Listpack.first(start(node)));
    }

    // Changes.

    /** Adds an entry as {@link StreamValue#append}. */
    void append(StreamId id, Bytes[] strings, int first, int count) {
        long stringBytes = 0;
        for (int i = first; i < first + count; i++) {
            stringBytes += strings[i].length();
        }
        long node = nodes.last();
        while (node != IdTable.NONE && idOf(node).compareTo(id) >= 0 && live(node) == 0) {
            // XSETID has set the last ID back.
            removeNode(node);
            node = nodes.last();
        }
        if (node != IdTable.NONE && idOf(node).compareTo(id) >= 0) {
            // A node of its own would come before this one, whose live entries have smaller IDs.
            hasIdsBehind = true;
        } else if (node == IdTable.NONE || isFull(node, stringBytes)) {
            if (node != IdTable.NONE) {
                byte[] array = array(node);
                int start = start(node);
                resize(node, Listpack.totalBytes(array, start) + StreamNode.growthOfCounts(array, start, 0));
            }
            node = addNode(id, strings, first, count);
        }
        appendTo(node, id, strings, first, count);
        size++;
        entriesAdded++;
        lastId = id;
        if (id.compareTo(mayReturnUntil) <= 0) {
            groups.values().forEach(PendingGroup::entriesMayReturn);
        }
    }

    private boolean isFull(long node, long addedBytes) {
        byte[] array = array(node);
        int start = start(node);
        long maxBytes = limits.streamNodeMaxBytes == 0
                ? Listpack.MAX_BYTES
                : Math.min(limits.streamNodeMaxBytes, Listpack.MAX_BYTES);
        if (Listpack.totalBytes(array, start) + addedBytes >= maxBytes) {
            return true;
        }
        int live = Listpack.first(start);
        long entries = Listpack.integer(array, live) + Listpack.integer(array, Listpack.next(array, live));
        return limits.streamNodeMaxEntries != 0 && entries >= limits.streamNodeMaxEntries;
    }

    private long addNode(StreamId id, Bytes[] strings, int first, int count) {
        int bytes = Listpack.EMPTY_BYTES + 3 * Listpack.entryBytes(0) + Listpack.entryBytes(count / 2);
        for (int i = first; i < first + count; i += 2) {
            bytes += Listpack.entryBytes(strings[i]);
        }
        int block = Arena.roundUp(bytes + StreamNode.entryBytes(id, id, strings, first, count, true));
        long address = arena.allocate(block);
        byte[] array = arena.chunk(address);
        int start = arena.offset(address);
        Listpack.init(array, start);
        Listpack.append(array, start, 0);
        Listpack.append(array, start, 0);
        Listpack.append(array, start, count / 2);
        for (int i = first; i < first + count; i += 2) {
            Listpack.append(array, start, strings[i]);
        }
        Listpack.append(array, start, 0);
        return index(id, address, block);
    }

    private long index(StreamId id, long address, int block) {
        long node = nodes.insert(id.millis(), id.sequence());
        nodes.set(node, ADDRESS, address);
        nodes.set(node, BLOCK_BYTES, block);
        nodes.set(node, CUT, cuts);
        blockBytes += block;
        return node;
    }

    private void appendTo(long node, StreamId id, Bytes[] strings, int first, int count) {
        StreamId master = idOf(node);
        beforeChange(node);
        boolean same = StreamNode.hasFields(array(node), start(node), strings, first, count);
        ensure(
                node,
                StreamNode.entryBytes(id, master, strings, first, count, same)
                        + StreamNode.growthOfCounts(array(node), start(node), 1));
        byte[] array = array(node);
        int start = start(node);
        Listpack.append(array, start, same ? ValueSink.STREAM_ENTRY_SAME_FIELDS : 0);
        Listpack.append(array, start, id.millis() - master.millis());
        Listpack.append(array, start, id.sequence() - master.sequence());
        int fields = count / 2;
        if (!same) {
            Listpack.append(array, start, fields);
        }
        for (int i = first + (same ? 1 : 0); i < first + count; i += same ? 2 : 1) {
            Listpack.append(array, start, strings[i]);
        }
        Listpack.append(array, start, same ? fields + StreamNode.FIXED_PARTS : 2 * fields + StreamNode.FIXED_PARTS + 1);
        int live = Listpack.first(start);
        Listpack.replace(array, start, live, Listpack.integer(array, live) + 1);
    }

    /** Makes room for more bytes at the end of a node. */
    private void ensure(long node, int added) {
        int total = Listpack.totalBytes(array(node), start(node));
        int needed = Math.addExact(total, added);
        if (needed > nodes.get(node, BLOCK_BYTES)) {
            resize(node, Math.max(needed, total + total / 4));
        }
    }

    private void resize(long node, int bytes) {
        int oldBlock = (int) nodes.get(node, BLOCK_BYTES);
        int block = Arena.roundUp(bytes);
        if (block == oldBlock) {
            return;
        }
        long old = nodes.get(node, ADDRESS);
        long address = arena.allocate(block);
        byte[] source = arena.chunk(old);
        int from = arena.offset(old);
        System.arraycopy(source, from, arena.chunk(address), arena.offset(address), Listpack.totalBytes(source, from));
        arena.free(old, oldBlock);
        nodes.set(node, ADDRESS, address);
        nodes.set(node, BLOCK_BYTES, block);
        blockBytes += block - oldBlock;
    }

    private void removeNode(long node) {
        beforeChange(node);
        int block = (int) nodes.get(node, BLOCK_BYTES);
        arena.free(nodes.get(node, ADDRESS), block);
        blockBytes -= block;
        nodes.remove(node);
    }

    /** Removes an entry; false when there is none. */
    boolean delete(StreamId id) {
        Walk walk = new Walk(id, id, false);
        if (!walk.next()) {
            return false;
        }
        walk.markDeleted();
        if (countDeleted(walk.node, 1) == 0) {
            removeNode(walk.node);
        }
        return true;
    }

    /** Counts entries of a node that were marked as deleted; returns how many live ones are left. */
    private long countDeleted(long node, int entries) {
        size -= entries;
        byte[] array = array(node);
        int start = start(node);
        int live = Listpack.first(start);
        long left = Listpack.integer(array, live) - entries;
        Listpack.replace(array, start, live, left);
        int deleted = Listpack.next(array, live);
        Listpack.replace(array, start, deleted, Listpack.integer(array, deleted) + entries);
        return left;
    }

    /** Removes the oldest entries as {@link StreamValue#trimToSize}. */
    long trimToSize(long maxSize, boolean wholeNodes, long limit) {
        return trim(maxSize, null, wholeNodes, limit);
    }

    /** Removes the oldest entries as {@link StreamValue#trimBelow}. */
    long trimBelow(StreamId minId, boolean wholeNodes, long limit) {
        return trim(0, minId, wholeNodes, limit);
    }

    private long trim(long maxSize, @Nullable StreamId minId, boolean wholeNodes, long limit) {
        long removed = 0;
        while (size > 0 && (minId != null || size > maxSize)) {
            long node = nodes.first();
            long live = live(node);
            if (limit != 0 && removed + live > limit) {
                break;
            }
            if (isTrimmedWhole(node, size - live, maxSize, minId)) {
                removeNode(node);
                size -= live;
                removed += live;
            } else {
                return wholeNodes ? removed : removed + trimFirstNode(maxSize, minId);
            }
        }
        return removed;
    }

    /** How many entries go with the first nodes when those are trimmed that need not be changed. */
    long trimmable(long maxSize, @Nullable StreamId minId, long limit) {
        long found = 0;
        long node = nodes.first();
        while (found < size && (minId != null || size - found > maxSize)) {
            long live = live(node);
            boolean isOverLimit = limit != 0 && found + live > limit;
            if (isOverLimit || !isTrimmedWhole(node, size - found - live, maxSize, minId)) {
                break;
            }
            found += live;
            node = nodes.next(node);
        }
        return found;
    }

    /** Whether a node has none of the entries that stay, of which so many come behind it. */
    private boolean isTrimmedWhole(long node, long sizeBehind, long maxSize, @Nullable StreamId minId) {
        return minId == null ? sizeBehind >= maxSize : lastOf(node).compareTo(minId) < 0;
    }

    private int trimFirstNode(long maxSize, @Nullable StreamId minId) {
        long node = nodes.first();
        Walk walk = new Walk(StreamId.MIN, StreamId.MAX, false);
        int removed = 0;
        while ((minId != null || size - removed > maxSize) && walk.next() && walk.node == node) {
            if (minId != null && walk.id().compareTo(minId) >= 0) {
                break;
            }
            walk.markDeleted();
            removed++;
        }
        if (removed > 0) {
            // Without live entries, the node stays as in Redis if its last entry, which is deleted, is none of those to
            // trim.
            countDeleted(node, removed);
        }
        return removed;
    }

    /** ID of the last entry of a node, a deleted one included. */
    private StreamId lastOf(long node) {
        byte[] array = array(node);
        int entry = StreamNode.entryBefore(array, start(node), Listpack.end(array, start(node)));
        return idAt(node, array, entry);
    }

    // Walks.

    private StreamId idAt(long node, byte[] array, int entry) {
        int millis = Listpack.next(array, entry);
        return new StreamId(
                nodes.millis(node) + Listpack.integer(array, millis),
                nodes.sequence(node) + Listpack.integer(array, Listpack.next(array, millis)));
    }

    private final class Walk implements StreamValue.Cursor {
        private final StreamId from;
        private final StreamId to;
        private final boolean reversed;
        private final Bytes view = new Bytes();
        private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];
        private long node;
        /** Where the next entry begins, or, towards the head, ends; from the start of the node. */
        private int distance;

        private int entry;
        private StreamId id = StreamId.MIN;

        Walk(StreamId from, StreamId to, boolean reversed) {
            this.from = from;
            this.to = to;
            this.reversed = reversed;
            node = firstNode();
            enter();
        }

        private long firstNode() {
            if (hasIdsBehind) {
                return reversed ? nodes.last() : nodes.first();
            }
            StreamId begin = reversed ? to : from;
            long floor = nodes.floor(begin.millis(), begin.sequence());
            return floor == IdTable.NONE && !reversed ? nodes.first() : floor;
        }

        private void enter() {
            if (node != IdTable.NONE) {
                byte[] array = array(node);
                int start = start(node);
                distance = (reversed ? Listpack.end(array, start) : StreamNode.firstEntry(array, start)) - start;
            }
        }

        @Override
        public boolean next() {
            while (node != IdTable.NONE) {
                byte[] array = array(node);
                int start = start(node);
                if (!step(array, start)) {
                    node = reversed ? nodes.previous(node) : nodes.next(node);
                    enter();
                    continue;
                }
                if ((Listpack.integer(array, start + entry) & ValueSink.STREAM_ENTRY_DELETED) != 0) {
                    // Its ID says nothing: XSETID makes it possible to use it again.
                    continue;
                }
                id = idAt(node, array, start + entry);
                if (reversed ? id.compareTo(from) < 0 : id.compareTo(to) > 0) {
                    node = IdTable.NONE;
                } else if (reversed ? id.compareTo(to) <= 0 : id.compareTo(from) >= 0) {
                    return true;
                }
            }
            return false;
        }

        /** Moves to the next entry of the node, live or not; false if there is none. */
        private boolean step(byte[] array, int start) {
            if (reversed) {
                if (start + distance == StreamNode.firstEntry(array, start)) {
                    return false;
                }
                distance = StreamNode.entryBefore(array, start, start + distance) - start;
                entry = distance;
                return true;
            }
            if (Listpack.isEnd(array, start + distance)) {
                return false;
            }
            entry = distance;
            distance = Listpack.next(array, stringsEnd(array, start)) - start;
            return true;
        }

        /** Position of the count of parts that ends the entry. */
        private int stringsEnd(byte[] array, int start) {
            int at = Listpack.skip(array, start + entry, StreamNode.FIXED_PARTS);
            if (isSameFields(array, start)) {
                return Listpack.skip(array, at, fields());
            }
            return Listpack.skip(array, at, 1 + 2 * fields());
        }

        private boolean isSameFields(byte[] array, int start) {
            return (Listpack.integer(array, start + entry) & ValueSink.STREAM_ENTRY_SAME_FIELDS) != 0;
        }

        @Override
        public StreamId id() {
            return id;
        }

        @Override
        public int fields() {
            byte[] array = array(node);
            int start = start(node);
            int count = isSameFields(array, start)
                    ? Listpack.skip(array, Listpack.first(start), StreamNode.MASTER_FIELDS)
                    : Listpack.skip(array, start + entry, StreamNode.FIXED_PARTS);
            return (int) Listpack.integer(array, count);
        }

        @Override
        public void strings(Consumer<Bytes> receiver) {
            byte[] array = array(node);
            int start = start(node);
            int at = Listpack.skip(array, start + entry, StreamNode.FIXED_PARTS);
            if (isSameFields(array, start)) {
                int field = Listpack.skip(array, Listpack.first(start), StreamNode.MASTER_FIELDS);
                for (int left = fields(); left > 0; left--) {
                    field = Listpack.next(array, field);
                    show(array, field, receiver);
                    show(array, at, receiver);
                    at = Listpack.next(array, at);
                }
            } else {
                for (int left = 2 * fields(); left > 0; left--) {
                    at = Listpack.next(array, at);
                    show(array, at, receiver);
                }
            }
        }

        private void show(byte[] array, int position, Consumer<Bytes> receiver) {
            Listpack.view(array, position, view, digits);
            receiver.accept(view);
        }

        /** Sets the flag of the entry. */
        void markDeleted() {
            beforeChange(node);
            byte[] array = array(node);
            int start = start(node);
            long flags = Listpack.integer(array, start + entry);
            Listpack.replace(array, start, start + entry, flags | ValueSink.STREAM_ENTRY_DELETED);
        }
    }

    // All of it.

    @Override
    public void tell(ValueSink sink) throws IOException {
        start(sink);
        for (long node = nodes.first(); node != IdTable.NONE; node = nodes.next(node)) {
            tellNode(node, sink);
        }
        sink.streamState(state());
        for (PendingGroup group : groups.values()) {
            PendingGroup.Telling telling = new PendingGroup.Telling(group, sink);
            while (telling.advance()) {}
        }
    }

    private void start(ValueSink sink) throws IOException {
        if (producers != null) {
            producers.tell(sink);
        }
        sink.stream(nodes.size());
    }

    /** Tells the listpack of a node. */
    void tellNode(long node, ValueSink sink) throws IOException {
        view(node);
        sink.streamNode(nodes.millis(node), nodes.sequence(node), nodeView);
    }

    private void view(long node) {
        byte[] array = array(node);
        int start = start(node);
        nodeView.set(array, start, Listpack.totalBytes(array, start));
    }

    /** What the stream is beside its entries. */
    StreamState state() {
        return new StreamState(size, lastId, firstId(), maxDeletedId, entriesAdded, groups.size());
    }

    @Override
    public boolean startCut(ValueSink sink) throws IOException {
        start(sink);
        cut = new StreamCut(this, nodes, ++cuts, heap, sink);
        // What copies of groups take is not counted: they share nearly all of it.
        HeapSum uncounted = new HeapSum();
        for (PendingGroup group : groups.values()) {
            cut.addGroup(group.copy(uncounted));
        }
        return true;
    }

    @Override
    public boolean advanceCut(int elements) throws IOException {
        boolean over = Objects.requireNonNull(cut, "cut").advance(elements);
        if (over) {
            cut = null;
        }
        return over;
    }

    /** Keeps a node that is about to change or to be removed if it belongs to what is left of a cut. */
    private void beforeChange(long node) {
        if (cut != null && nodes.get(node, CUT) != cuts) {
            view(node);
            cut.keep(idOf(node), nodeView.copy());
            nodes.set(node, CUT, cuts);
        }
    }

    /** Adds a node that comes from outside; false, and nothing happened, if it is none or not the next one. */
    boolean loadNode(StreamId id, Bytes listpack) {
        long last = nodes.last();
        if (last != IdTable.NONE && idOf(last).compareTo(id) >= 0) {
            return false;
        }
        // Until the state is loaded, the last ID is that of the last live entry.
        StreamNodeCheck check = StreamNodeCheck.of(id, listpack, lastId);
        if (check == null) {
            return false;
        }
        addNode(id, listpack);
        lastId = check.lastLiveId();
        hasIdsBehind |= check.hasIdsBehind();
        return true;
    }

    private void addNode(StreamId id, Bytes listpack) {
        byte[] source = listpack.array();
        int from = listpack.offset();
        int block = Arena.roundUp(listpack.length() + StreamNode.growthOfCounts(source, from, 0));
        long address = arena.allocate(block);
        System.arraycopy(source, from, arena.chunk(address), arena.offset(address), listpack.length());
        index(id, address, block);
        size += Listpack.integer(arena.chunk(address), Listpack.first(arena.offset(address)));
    }

    /** Takes what {@link #state} was; false, and nothing happened, if it does not fit the nodes. */
    boolean loadState(StreamState state) {
        if (state.size() != size || lastId.compareTo(state.lastId()) > 0 || state.entriesAdded() < 0) {
            return false;
        }
        lastId = state.lastId();
        maxDeletedId = state.maxDeletedId();
        entriesAdded = state.entriesAdded();
        return true;
    }

    /** Makes this stream, which is empty, a copy of another one, and remains without memory if there is not enough. */
    void copyFrom(LargeStream source) {
        try {
            Bytes listpack = new Bytes();
            for (long node = source.nodes.first(); node != IdTable.NONE; node = source.nodes.next(node)) {
                byte[] array = source.array(node);
                int start = source.start(node);
                listpack.set(array, start, Listpack.totalBytes(array, start));
                addNode(new StreamId(source.nodes.millis(node), source.nodes.sequence(node)), listpack);
            }
            for (PendingGroup group : source.groups.values()) {
                groups.put(group.name(), group.copy(heap));
            }
            producers = source.producers == null ? null : new ProducerRecords(source.producers, heap);
        } catch (ArenaExhaustedException | OutOfMemoryError e) {
            release();
            throw e;
        }
        hasIdsBehind = source.hasIdsBehind;
        lastId = source.lastId;
        mayReturnUntil = source.mayReturnUntil;
        maxDeletedId = source.maxDeletedId;
        entriesAdded = source.entriesAdded;
    }

    @Override
    public boolean isSmall() {
        return nodes() <= MAX_SMALL_NODES;
    }

    @Override
    public boolean releasePiece() {
        for (int i = 0; i < NODES_PER_PIECE && nodes.size() > 0; i++) {
            removeNode(nodes.last());
        }
        return nodes.size() == 0;
    }
}

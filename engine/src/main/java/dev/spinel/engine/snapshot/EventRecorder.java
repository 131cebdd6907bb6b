package dev.spinel.engine.snapshot;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.SavedValue;
import dev.spinel.engine.dataset.StreamState;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;

/**
 * Writes what a sink is told into chunks of bytes, for {@link EventPlayer} to tell another sink on another thread.
 *
 * <p>Used by one thread; chunks that are taken out are not written to any more.
 */
class EventRecorder implements DatasetSink {
    /*
     *   event   | number of the method | arguments |
     *   numbers in groups of seven bits, see write(long); bytes after their length
     *
     * An event never crosses the end of a chunk; one that is too long gets a chunk of its own. A string of megabytes ends
     * its chunk and is beside it in pieces, which the heap has room for where it has none for an array of that length. A
     * recorder starts with a small chunk, since there may be one for each large collection that is being changed.
     */

    static final byte KEY = 0;
    static final byte STRING = 1;
    static final byte INTEGER = 2;
    static final byte LIST = 3;
    static final byte LIST_PAGE = 4;
    static final byte LIST_ELEMENT = 5;
    static final byte INTSET = 6;
    static final byte SET_PACKED = 7;
    static final byte SET = 8;
    static final byte MEMBER = 9;
    static final byte HASH_PACKED = 10;
    static final byte HASH = 11;
    static final byte FIELD = 12;
    static final byte SORTED_SET_PACKED = 13;
    static final byte SORTED_SET = 14;
    static final byte SCORED = 15;
    static final byte CUSTOM = 16;
    static final byte LIBRARY = 17;
    static final byte EXPIRING_FIELDS = 18;
    static final byte EXPIRING_HASH_PACKED = 19;
    static final byte EXPIRING_HASH = 20;
    static final byte EXPIRING_FIELD = 21;
    static final byte STREAM = 22;
    static final byte STREAM_NODE = 23;
    static final byte STREAM_STATE = 24;
    static final byte STREAM_GROUP = 25;
    static final byte STREAM_PENDING = 26;
    static final byte STREAM_CONSUMERS = 27;
    static final byte STREAM_CONSUMER = 28;
    static final byte STREAM_OWNED = 29;
    static final byte LONG_STRING = 30;
    static final byte EXPECTED_KEYS = 31;
    static final byte STREAM_PRODUCERS = 32;

    /** What a number takes at most. */
    private static final int NUMBER_BYTES = 10;

    private static final int FIRST_CHUNK_BYTES = 1 << 10;
    private static final int PIECE_BYTES = 256 << 10;
    private static final byte[][] NO_PIECES = {};

    /** A string that is longer is recorded in pieces. */
    static final int MAX_WHOLE_STRING_BYTES = 4 << 20;

    private final Deque<Chunk> full = new ArrayDeque<>();
    private final ChunkMemory memory;
    private final int maxWholeStringBytes;
    private byte[] bytes;
    private int at;
    /** Whether nothing that is told is of use any more. */
    private boolean isDropping;

    /** A run of events, the last of which may have a string in pieces. */
    static final class Chunk {
        private final byte[] bytes;
        private final int length;
        private final byte[][] pieces;

        Chunk(byte[] bytes, int length) {
            this(bytes, length, NO_PIECES);
        }

        Chunk(byte[] bytes, int length, byte[][] pieces) {
            this.bytes = bytes;
            this.length = length;
            this.pieces = pieces;
        }

        byte[] bytes() {
            return bytes;
        }

        int length() {
            return length;
        }

        byte[][] pieces() {
            return pieces;
        }

        /** Bytes of events and pieces. */
        long totalBytes() {
            long total = length;
            for (byte[] piece : pieces) {
                total += piece.length;
            }
            return total;
        }

        /** Gives back what it consists of. */
        void release(ChunkMemory memory) {
            memory.give(bytes);
            for (byte[] piece : pieces) {
                memory.give(piece);
            }
        }
    }

    /** @param maxWholeStringBytes how long a string may be that is recorded in one piece */
    EventRecorder(ChunkMemory memory, int maxWholeStringBytes) {
        this.memory = memory;
        this.maxWholeStringBytes = maxWholeStringBytes;
        this.bytes = memory.take(FIRST_CHUNK_BYTES);
    }

    /** Forgets what was recorded, and records nothing any more. */
    void drop() {
        isDropping = true;
        full.forEach(chunk -> chunk.release(memory));
        full.clear();
        at = 0;
    }

    /** Takes a chunk that is full; it is kept until it is taken out. */
    void full(Chunk chunk) {
        full.add(chunk);
    }

    /** Takes out the next full chunk, or null. */
    @Nullable
    Chunk takeFull() {
        return full.poll();
    }

    /** Takes out everything that was recorded. */
    Deque<Chunk> takeAll() {
        seal();
        Deque<Chunk> all = new ArrayDeque<>(full);
        full.clear();
        return all;
    }

    /** Gives the array back; nothing is recorded after this. */
    void release() {
        memory.give(bytes);
    }

    /** Adds what another recorder was told, which was a whole key. */
    void append(Chunk chunk) {
        seal();
        full(chunk);
    }

    /** Has what was recorded since the last full chunk be one, too. */
    final void seal() {
        if (at > 0) {
            full(new Chunk(bytes, at));
            bytes = memory.take();
            at = 0;
        }
    }

    private void start(byte event, int argumentBytes) {
        int needed = Math.addExact(1 + at, argumentBytes);
        if (needed > bytes.length) {
            makeRoom(needed);
        }
        bytes[at++] = event;
    }

    /** Has the event fit into the array; one that is dropped does without its strings. */
    private void makeRoom(int needed) {
        int alone = needed - at;
        if (!isDropping && !memory.hasRoom(alone)) {
            drop();
        }
        if (isDropping) {
            at = 0;
        } else if (needed <= ChunkMemory.CHUNK_BYTES) {
            replaceBytes(Math.min(ChunkMemory.CHUNK_BYTES, Math.max(needed, 4 * bytes.length)));
        } else {
            seal();
            if (alone > bytes.length) {
                replaceBytes(alone);
            }
        }
    }

    private void replaceBytes(int size) {
        byte[] larger = memory.take(size);
        System.arraycopy(bytes, 0, larger, 0, at);
        memory.give(bytes);
        bytes = larger;
    }

    /**
     * Appends a number in groups of seven bits, the sign last: most are small, or -1. Plain stores, since a VarHandle is
     * slow until it is compiled, and slower still if a thread that plays needs the same one.
     */
    private void write(long value) {
        long rest = (value << 1) ^ (value >> 63);
        while ((rest & ~0x7fL) != 0) {
            bytes[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        bytes[at++] = (byte) rest;
    }

    private void write(Bytes value) {
        int length = isDropping ? 0 : value.length();
        write(length);
        System.arraycopy(value.array(), value.offset(), bytes, at, length);
        at += length;
    }

    private static int sizeOf(Bytes value) {
        return NUMBER_BYTES + value.length();
    }

    @Override
    public void key(int database, Bytes key, long expiresAtMillis, long use) {
        start(KEY, NUMBER_BYTES + sizeOf(key) + 2 * NUMBER_BYTES);
        write(database);
        write(key);
        write(expiresAtMillis);
        write(use);
    }

    @Override
    public void expectKeys(int database, long keys, long expiring) {
        start(EXPECTED_KEYS, NUMBER_BYTES + 2 * NUMBER_BYTES);
        write(database);
        write(keys);
        write(expiring);
    }

    @Override
    public void announceExpiringFields() {
        start(EXPIRING_FIELDS, 0);
    }

    @Override
    public void library(Bytes code) {
        bytes(LIBRARY, code);
    }

    @Override
    public void string(Bytes value) {
        if (value.length() <= maxWholeStringBytes) {
            bytes(STRING, value);
        } else {
            recordInPieces(value);
        }
    }

    private void recordInPieces(Bytes value) {
        start(LONG_STRING, 0);
        if (!isDropping && !memory.hasRoom(value.length())) {
            drop();
        }
        if (isDropping) {
            return;
        }
        byte[][] pieces = new byte[(value.length() + PIECE_BYTES - 1) / PIECE_BYTES][];
        for (int i = 0; i < pieces.length; i++) {
            int done = i * PIECE_BYTES;
            pieces[i] = memory.take(Math.min(PIECE_BYTES, value.length() - done));
            System.arraycopy(value.array(), value.offset() + done, pieces[i], 0, pieces[i].length);
        }
        full(new Chunk(bytes, at, pieces));
        bytes = memory.take();
        at = 0;
    }

    private void bytes(byte event, Bytes value) {
        start(event, sizeOf(value));
        write(value);
    }

    @Override
    public void integer(long value) {
        number(INTEGER, value);
    }

    private void number(byte event, long value) {
        start(event, NUMBER_BYTES);
        write(value);
    }

    @Override
    public void list(long parts) {
        number(LIST, parts);
    }

    @Override
    public void listPage(Bytes listpack) {
        bytes(LIST_PAGE, listpack);
    }

    @Override
    public void listElement(Bytes element) {
        bytes(LIST_ELEMENT, element);
    }

    @Override
    public void intset(Bytes intset) {
        bytes(INTSET, intset);
    }

    @Override
    public void set(Bytes listpack) {
        bytes(SET_PACKED, listpack);
    }

    @Override
    public void set(long members) {
        number(SET, members);
    }

    @Override
    public void member(Bytes member) {
        bytes(MEMBER, member);
    }

    @Override
    public void hash(Bytes listpack) {
        bytes(HASH_PACKED, listpack);
    }

    @Override
    public void hash(long fields) {
        number(HASH, fields);
    }

    @Override
    public void field(Bytes field, Bytes value) {
        start(FIELD, Math.addExact(sizeOf(field), sizeOf(value)));
        write(field);
        write(value);
    }

    @Override
    public void expiringHash(Bytes listpack) {
        bytes(EXPIRING_HASH_PACKED, listpack);
    }

    @Override
    public void expiringHash(long fields, long earliestMillis) {
        start(EXPIRING_HASH, 2 * NUMBER_BYTES);
        write(fields);
        write(earliestMillis);
    }

    @Override
    public void expiringField(Bytes field, Bytes value, long expiresAtMillis) {
        start(EXPIRING_FIELD, Math.addExact(sizeOf(field) + NUMBER_BYTES, sizeOf(value)));
        write(field);
        write(value);
        write(expiresAtMillis);
    }

    @Override
    public void sortedSet(Bytes listpack) {
        bytes(SORTED_SET_PACKED, listpack);
    }

    @Override
    public void sortedSet(long members) {
        number(SORTED_SET, members);
    }

    @Override
    public void scored(Bytes member, double score) {
        start(SCORED, sizeOf(member) + NUMBER_BYTES);
        write(member);
        write(Double.doubleToRawLongBits(score));
    }

    @Override
    public void streamProducers(SavedValue producers) {
        Bytes saved = Bytes.of(producers.toByteArray());
        start(STREAM_PRODUCERS, sizeOf(saved));
        write(saved);
    }

    @Override
    public void stream(long nodes) {
        number(STREAM, nodes);
    }

    @Override
    public void streamNode(long millis, long sequence, Bytes listpack) {
        start(STREAM_NODE, Math.addExact(2 * NUMBER_BYTES, sizeOf(listpack)));
        write(millis);
        write(sequence);
        write(listpack);
    }

    @Override
    public void streamState(StreamState state) {
        start(STREAM_STATE, 9 * NUMBER_BYTES);
        write(state.size());
        writeId(state.lastId());
        writeId(state.firstId());
        writeId(state.maxDeletedId());
        write(state.entriesAdded());
        write(state.groups());
    }

    private void writeId(StreamId id) {
        write(id.millis());
        write(id.sequence());
    }

    @Override
    public void streamGroup(Bytes name, StreamId lastId, long entriesRead, long pending) {
        start(STREAM_GROUP, Math.addExact(sizeOf(name), 4 * NUMBER_BYTES));
        write(name);
        writeId(lastId);
        write(entriesRead);
        write(pending);
    }

    @Override
    public void streamPending(long millis, long sequence, long deliveredMillis, long deliveries) {
        start(STREAM_PENDING, 4 * NUMBER_BYTES);
        write(millis);
        write(sequence);
        write(deliveredMillis);
        write(deliveries);
    }

    @Override
    public void streamConsumers(long consumers) {
        number(STREAM_CONSUMERS, consumers);
    }

    @Override
    public void streamConsumer(Bytes name, long seenMillis, long pending) {
        start(STREAM_CONSUMER, Math.addExact(sizeOf(name), 2 * NUMBER_BYTES));
        write(name);
        write(seenMillis);
        write(pending);
    }

    @Override
    public void streamOwned(long millis, long sequence) {
        start(STREAM_OWNED, 2 * NUMBER_BYTES);
        write(millis);
        write(sequence);
    }

    @Override
    public void custom(String typeName, int version, SavedValue value) {
        Bytes name = Bytes.of(typeName);
        Bytes saved = Bytes.of(value.toByteArray());
        start(CUSTOM, Math.addExact(sizeOf(name) + NUMBER_BYTES, sizeOf(saved)));
        write(name);
        write(version);
        write(saved);
    }
}

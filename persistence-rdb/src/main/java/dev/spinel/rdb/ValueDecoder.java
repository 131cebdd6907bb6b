package dev.spinel.rdb;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.StreamGroup;
import dev.spinel.api.data.StreamId;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.SavedValue;
import dev.spinel.engine.dataset.StreamState;
import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads values in all encodings that Redis up to 8.0 and Valkey up to 9 write. One thread.
 *
 * <p>Strings, listpacks and intsets are handed on as they are; everything older is taken apart here. What a value is made of is
 * checked as far as taking it apart needs; the rest is up to the sink.
 */
final class ValueDecoder {
    private static final int STREAM_ID_BYTES = 16;
    private static final int INTSET_HEADER_BYTES = 8;
    private static final int INTSET_COUNT_OFFSET = 4;
    private static final int LISTPACK_HEADER_BYTES = 7;
    private static final int LISTPACK_COUNT_OFFSET = 4;
    private static final int OLD_SCORE_NAN = 253;
    private static final int OLD_SCORE_POSITIVE_INFINITY = 254;
    private static final int OLD_SCORE_NEGATIVE_INFINITY = 255;

    private static final VarHandle BIG_ENDIAN_LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final RdbInput in;
    private final RdbString first = new RdbString();
    private final RdbString second = new RdbString();
    /** Room for the longest score that is text. */
    private final byte[] scoreText = new byte[256];

    private final ZiplistCursor ziplists = new ZiplistCursor();
    private final ZipmapCursor zipmaps = new ZipmapCursor();
    private final ListpackBuilder builder = new ListpackBuilder();

    /** What {@link #readNode} read: an element or a listpack. */
    private Bytes node = new Bytes();

    private boolean nodeIsElement;

    ValueDecoder(RdbInput in) {
        this.in = in;
    }

    /** Whoever wants a value. */
    interface Receiver {
        /** A value begins, of which at least the first element can be read; returns what takes it. */
        ValueSink begin() throws IOException;

        /** The value has been read, but it is, or has in it, what the server cannot hold. */
        void unsupported(String what) throws IOException;
    }

    /**
     * Reads a value.
     *
     * @param valkey whether the types are those of Valkey
     * @return false if it is an empty collection, as old versions of Redis could leave behind; the receiver then hears nothing
     */
    boolean read(int type, boolean valkey, Receiver receiver) throws IOException {
        if (!RdbType.isValue(type, valkey)) {
            throw new InvalidDatasetException("Unknown RDB encoding type " + type);
        }
        return switch (type) {
            case RdbType.STRING -> readString(receiver);
            case RdbType.LIST -> readList(receiver);
            case RdbType.SET -> readSet(receiver);
            case RdbType.ZSET -> readSortedSet(receiver, true);
            case RdbType.ZSET_2 -> readSortedSet(receiver, false);
            case RdbType.HASH -> readHash(receiver);
            case RdbType.HASH_ZIPMAP -> readPackedHash(receiver, zipmaps);
            case RdbType.HASH_ZIPLIST -> readPackedHash(receiver, ziplists);
            case RdbType.LIST_ZIPLIST -> readZiplistList(receiver);
            case RdbType.ZSET_ZIPLIST -> readZiplistSortedSet(receiver);
            case RdbType.SET_INTSET -> readIntset(receiver);
            case RdbType.LIST_QUICKLIST -> readQuicklist(receiver, false);
            case RdbType.LIST_QUICKLIST_2 -> readQuicklist(receiver, true);
            case RdbType.HASH_LISTPACK -> {
                boolean filled = readListpack();
                if (filled) {
                    receiver.begin().hash(first.view());
                }
                yield filled;
            }
            case RdbType.ZSET_LISTPACK -> {
                boolean filled = readListpack();
                if (filled) {
                    receiver.begin().sortedSet(first.view());
                }
                yield filled;
            }
            case RdbType.SET_LISTPACK -> {
                boolean filled = readListpack();
                if (filled) {
                    receiver.begin().set(first.view());
                }
                yield filled;
            }
            case RdbType.STREAM_LISTPACKS -> readStream(receiver, 1);
            case RdbType.STREAM_LISTPACKS_2 -> readStream(receiver, 2);
            case RdbType.STREAM_LISTPACKS_3 -> readStream(receiver, 3);
            case RdbType.HASH_2 -> valkey ? readValkeyExpiringHash(receiver) : readExpiringHash(receiver, false);
            case RdbType.HASH_METADATA -> readExpiringHash(receiver, true);
            case RdbType.HASH_LISTPACK_EX_PRE_GA -> readExpiringListpack(receiver, false);
            case RdbType.HASH_LISTPACK_EX -> readExpiringListpack(receiver, true);
            case RdbType.MODULE_2 -> readModuleValue(receiver);
            case RdbType.MODULE_PRE_GA -> throw new InvalidDatasetException("Pre-release module format not supported");
            default -> throw new IllegalStateException("type " + type);
        };
    }

    private boolean readString(Receiver receiver) throws IOException {
        if (in.readStringOrInteger(first)) {
            receiver.begin().integer(in.lastInteger());
        } else {
            receiver.begin().string(first.view());
        }
        return true;
    }

    private boolean readList(Receiver receiver) throws IOException {
        long count = in.readCount();
        if (count == 0) {
            return false;
        }
        in.readString(first);
        ValueSink sink = receiver.begin();
        sink.list(count);
        sink.listElement(first.view());
        for (long i = 1; i < count; i++) {
            in.readString(first);
            sink.listElement(first.view());
        }
        return true;
    }

    private boolean readSet(Receiver receiver) throws IOException {
        long count = in.readCount();
        if (count == 0) {
            return false;
        }
        in.readString(first);
        ValueSink sink = receiver.begin();
        sink.set(count);
        sink.member(first.view());
        for (long i = 1; i < count; i++) {
            in.readString(first);
            sink.member(first.view());
        }
        return true;
    }

    private boolean readHash(Receiver receiver) throws IOException {
        long count = in.readCount();
        if (count == 0) {
            return false;
        }
        readPair();
        ValueSink sink = receiver.begin();
        sink.hash(count);
        sink.field(first.view(), second.view());
        for (long i = 1; i < count; i++) {
            readPair();
            sink.field(first.view(), second.view());
        }
        return true;
    }

    private void readPair() throws IOException {
        in.readString(first);
        in.readString(second);
    }

    private boolean readSortedSet(Receiver receiver, boolean oldScores) throws IOException {
        long count = in.readCount();
        if (count == 0) {
            return false;
        }
        in.readString(first);
        double score = readScore(oldScores);
        ValueSink sink = receiver.begin();
        sink.sortedSet(count);
        sink.scored(first.view(), score);
        for (long i = 1; i < count; i++) {
            in.readString(first);
            score = readScore(oldScores);
            sink.scored(first.view(), score);
        }
        return true;
    }

    private double readScore(boolean old) throws IOException {
        double score = old ? readOldScore() : in.readDouble();
        if (Double.isNaN(score)) {
            throw new InvalidDatasetException("Zset with NAN score detected");
        }
        return score;
    }

    /** Reads a score as text after its length, of which three values stand for what text was not trusted with. */
    private double readOldScore() throws IOException {
        int length = in.readByte();
        return switch (length) {
            case OLD_SCORE_NAN -> Double.NaN;
            case OLD_SCORE_POSITIVE_INFINITY -> Double.POSITIVE_INFINITY;
            case OLD_SCORE_NEGATIVE_INFINITY -> Double.NEGATIVE_INFINITY;
            default -> {
                in.readBytes(scoreText, 0, length);
                yield Numbers.parseDouble(scoreText, 0, length);
            }
        };
    }

    private boolean readIntset(Receiver receiver) throws IOException {
        in.readString(first);
        Bytes intset = first.view();
        if (intset.length() < INTSET_HEADER_BYTES) {
            throw new InvalidDatasetException("Intset integrity check failed.");
        }
        if (areZero(intset, INTSET_COUNT_OFFSET, Integer.BYTES)) {
            return false;
        }
        receiver.begin().intset(intset);
        return true;
    }

    /** Reads a listpack into {@link #first}; false if it is empty. */
    private boolean readListpack() throws IOException {
        in.readString(first);
        return !isEmptyListpack(first.view());
    }

    private static boolean isEmptyListpack(Bytes listpack) throws InvalidDatasetException {
        if (listpack.length() < LISTPACK_HEADER_BYTES) {
            throw new InvalidDatasetException("Listpack integrity check failed.");
        }
        return areZero(listpack, LISTPACK_COUNT_OFFSET, Short.BYTES);
    }

    /** Whether a number of some bytes is zero; without a VarHandle, see {@link RdbInput}. */
    private static boolean areZero(Bytes bytes, int offset, int length) {
        int all = 0;
        for (int i = offset; i < offset + length; i++) {
            all |= bytes.array()[bytes.offset() + i];
        }
        return all == 0;
    }

    private int open(PackedCursor cursor, int groupSize) throws IOException {
        return open(cursor, groupSize, cursor.formatName());
    }

    /**
     * Starts to take a packed collection apart.
     *
     * @param groupSize of so many entries each element consists
     * @param name of the collection, for messages
     * @return the number of its entries
     */
    private int open(PackedCursor cursor, int groupSize, String name) throws IOException {
        in.readString(first);
        cursor.start(first.view());
        int count = cursor.count();
        if (count < 0 || count % groupSize != 0) {
            throw new InvalidDatasetException(name + " integrity check failed.");
        }
        return count;
    }

    private static Bytes next(PackedCursor cursor) {
        if (!cursor.next()) {
            throw new IllegalStateException("an entry is missing that was counted");
        }
        return cursor.element();
    }

    private boolean readPackedHash(Receiver receiver, PackedCursor cursor) throws IOException {
        int count = open(cursor, 2);
        if (count == 0) {
            return false;
        }
        ValueSink sink = receiver.begin();
        sink.hash((long) count / 2);
        for (int i = 0; i < count; i += 2) {
            Bytes field = next(cursor);
            sink.field(field, next(cursor));
        }
        return true;
    }

    private boolean readZiplistSortedSet(Receiver receiver) throws IOException {
        int count = open(ziplists, 2, "Zset ziplist");
        if (count == 0) {
            return false;
        }
        ValueSink sink = receiver.begin();
        sink.sortedSet((long) count / 2);
        for (int i = 0; i < count; i += 2) {
            Bytes member = next(ziplists);
            double score = Numbers.parseDouble(next(ziplists));
            if (Double.isNaN(score)) {
                throw new InvalidDatasetException("Zset with NAN score detected");
            }
            sink.scored(member, score);
        }
        return true;
    }

    private boolean readZiplistList(Receiver receiver) throws IOException {
        int count = open(ziplists, 1);
        if (count == 0) {
            return false;
        }
        ValueSink sink = receiver.begin();
        sink.list(count);
        for (int i = 0; i < count; i++) {
            sink.listElement(next(ziplists));
        }
        return true;
    }

    /**
     * Reads a list that is a chain of ziplists, or of listpacks and of single elements.
     *
     * <p>Empty nodes, which versions of Redis with a defect could write, are passed over.
     */
    private boolean readQuicklist(Receiver receiver, boolean withContainers) throws IOException {
        ValueSink sink = null;
        for (long left = in.readCount(); left > 0; left--) {
            if (!readNode(withContainers)) {
                continue;
            }
            if (sink == null) {
                sink = receiver.begin();
                sink.list(left);
            }
            giveNode(sink);
        }
        return sink != null;
    }

    /** Reads a node of a list; false if it is empty. */
    private boolean readNode(boolean withContainer) throws IOException {
        nodeIsElement = false;
        if (!withContainer) {
            int count = open(ziplists, 1);
            builder.begin();
            for (int i = 0; i < count; i++) {
                Bytes element = next(ziplists);
                builder.add(element.array(), element.offset(), element.length());
            }
            node = builder.end();
            return count > 0;
        }
        long container = in.readNumber();
        in.readString(first);
        node = first.view();
        if (container == RdbType.QUICKLIST_PLAIN && node.length() > 0) {
            nodeIsElement = true;
            return true;
        }
        if (container != RdbType.QUICKLIST_PACKED) {
            throw new InvalidDatasetException("Quicklist integrity check failed.");
        }
        return !isEmptyListpack(node);
    }

    private void giveNode(ValueSink sink) throws IOException {
        if (nodeIsElement) {
            sink.listElement(node);
        } else {
            sink.listPage(node);
        }
    }

    /**
     * Reads a hash whose fields may expire, as Redis 7.4 writes it: a time, 0 for none, before each field.
     *
     * @param relative whether an earliest time comes first, and the others are their distances from it plus one
     */
    private boolean readExpiringHash(Receiver receiver, boolean relative) throws IOException {
        long earliestMillis = relative ? in.readLong() : 0;
        long base = relative ? earliestMillis - 1 : 0;
        long count = in.readCount();
        ValueSink sink = null;
        for (long i = 0; i < count; i++) {
            long time = in.readNumber();
            readPair();
            if (sink == null) {
                sink = receiver.begin();
                sink.expiringHash(count, earliestMillis);
            }
            long expiresAtMillis = time == 0 ? DatasetSink.NO_EXPIRY : base + time;
            if (time != 0 && (expiresAtMillis <= 0 || expiresAtMillis > HashValue.MAX_EXPIRY_MILLIS)) {
                throw new InvalidDatasetException("A field of a hash expires at " + expiresAtMillis);
            }
            giveField(sink, expiresAtMillis);
        }
        return count > 0;
    }

    /** Reads a hash whose fields may expire, as Valkey writes it: a time, -1 for none, behind each value. */
    private boolean readValkeyExpiringHash(Receiver receiver) throws IOException {
        long count = in.readCount();
        ValueSink sink = null;
        for (long i = 0; i < count; i++) {
            readPair();
            long time = in.readLong();
            if (sink == null) {
                sink = receiver.begin();
                sink.expiringHash(count, 0);
            }
            giveField(sink, time);
        }
        return count > 0;
    }

    private void giveField(ValueSink sink, long expiresAtMillis) throws IOException {
        if (expiresAtMillis == DatasetSink.NO_EXPIRY) {
            sink.field(first.view(), second.view());
        } else {
            sink.expiringField(first.view(), second.view(), expiresAtMillis);
        }
    }

    /** Reads a hash that is a listpack of fields, values and times, which Redis writes after the earliest of them. */
    private boolean readExpiringListpack(Receiver receiver, boolean withEarliest) throws IOException {
        if (withEarliest) {
            in.readLong();
        }
        boolean filled = readListpack();
        if (filled) {
            receiver.begin().expiringHash(first.view());
        }
        return filled;
    }

    /** Reads a stream. Versions: 1 before Redis 7.0, 2 with counts of entries, 3 (7.2) with the activity of consumers. */
    private boolean readStream(Receiver receiver, int version) throws IOException {
        long nodes = in.readCount();
        ValueSink sink = receiver.begin();
        sink.stream(nodes);
        for (long i = 0; i < nodes; i++) {
            in.readString(first);
            Bytes id = first.view();
            if (id.length() != STREAM_ID_BYTES) {
                throw new InvalidDatasetException("Stream node key entry is not the size of a stream ID");
            }
            long millis = (long) BIG_ENDIAN_LONGS.get(id.array(), id.offset());
            long sequence = (long) BIG_ENDIAN_LONGS.get(id.array(), id.offset() + Long.BYTES);
            if (!readListpack()) {
                throw new InvalidDatasetException("Empty listpack inside stream");
            }
            sink.streamNode(millis, sequence, first.view());
        }
        long size = in.readNumber();
        StreamId lastId = readLengthId();
        StreamId firstId = StreamId.MIN;
        StreamId maxDeletedId = StreamId.MIN;
        long entriesAdded = size;
        if (version >= 2) {
            firstId = readLengthId();
            maxDeletedId = readLengthId();
            entriesAdded = in.readNumber();
        }
        long groups = in.readCount();
        sink.streamState(new StreamState(size, lastId, firstId, maxDeletedId, entriesAdded, groups));
        for (long i = 0; i < groups; i++) {
            readGroup(sink, version);
        }
        return true;
    }

    private StreamId readLengthId() throws IOException {
        return new StreamId(in.readNumber(), in.readNumber());
    }

    private long readEntriesRead() throws IOException {
        long entries = in.readNumber();
        if (entries < StreamGroup.UNKNOWN) {
            throw new InvalidDatasetException("Stream group has read a negative number of entries");
        }
        return entries;
    }

    private void readGroup(ValueSink sink, int version) throws IOException {
        in.readString(first);
        StreamId lastId = readLengthId();
        long entriesRead = version >= 2 ? readEntriesRead() : ValueSink.ESTIMATED;
        long pending = in.readCount();
        sink.streamGroup(first.view(), lastId, entriesRead, pending);
        for (long i = 0; i < pending; i++) {
            long millis = Long.reverseBytes(in.readLong());
            long sequence = Long.reverseBytes(in.readLong());
            sink.streamPending(millis, sequence, in.readLong(), in.readNumber());
        }
        long consumers = in.readCount();
        sink.streamConsumers(consumers);
        for (long i = 0; i < consumers; i++) {
            in.readString(first);
            long seenMillis = in.readLong();
            if (version >= 3) {
                // When it was last given something, which nobody asks for.
                in.readLong();
            }
            long owned = in.readCount();
            sink.streamConsumer(first.view(), seenMillis, owned);
            for (long j = 0; j < owned; j++) {
                sink.streamOwned(Long.reverseBytes(in.readLong()), Long.reverseBytes(in.readLong()));
            }
        }
    }

    private boolean readModuleValue(Receiver receiver) throws IOException {
        long id = in.readNumber();
        SavedValue value = new SavedValue();
        readModuleParts(value);
        receiver.begin().custom(ModuleName.name(id), ModuleName.version(id), value);
        return true;
    }

    /** Reads what belongs to no key but to a module; returns the name of its type. */
    String skipModuleAux() throws IOException {
        long id = in.readNumber();
        if (in.readNumber() != RdbType.MODULE_UNSIGNED) {
            throw new InvalidDatasetException("Bad when_opcode in module AUX data");
        }
        in.readNumber();
        readModuleParts(new SavedValue());
        return ModuleName.name(id);
    }

    private void readModuleParts(SavedValue value) throws IOException {
        while (true) {
            long kind = in.readNumber();
            if (kind == RdbType.MODULE_END) {
                return;
            } else if (kind == RdbType.MODULE_SIGNED || kind == RdbType.MODULE_UNSIGNED) {
                value.writeLong(in.readNumber());
            } else if (kind == RdbType.MODULE_FLOAT) {
                value.writeDouble(in.readFloat());
            } else if (kind == RdbType.MODULE_DOUBLE) {
                value.writeDouble(in.readDouble());
            } else if (kind == RdbType.MODULE_STRING) {
                in.readString(first);
                value.writeBytes(first.view());
            } else {
                throw new InvalidDatasetException("Unknown module opcode " + Long.toUnsignedString(kind));
            }
        }
    }
}

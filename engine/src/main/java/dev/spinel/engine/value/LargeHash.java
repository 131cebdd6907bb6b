package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.RecordTable;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A hash that is too large for a listpack: a table of records, each a field and its value as {@link PrefixedBytes}, and
 * between them, of a field that expires, when. Engine thread only.
 */
final class LargeHash extends LargeTable {
    /*
     *   record without expiry  | length, field | length, value |
     *   record with expiry     | length, field | 80 00 | Unix time in ms: 48 bits | length, value |
     *
     * A length never starts with 80 00: that would be a zero in two bytes instead of one. So the mark costs nothing where
     * there is no expiry, and reading a value one comparison with a byte that is read anyway.
     *
     * There is no index of the fields by their expiry. Instead the hash knows a time before which no field expires. When
     * that has come, removeDue walks the table piece by piece, over many calls if it is large, removes the fields that
     * are over and learns the next such time from those that are not. Until the walk has reached them, fields that are
     * over stay in the table, and every method passes over them. An index in order of expiry would find them at once,
     * for another ten bytes per field or more.
     */
    private static final byte EXPIRY_MARK = (byte) 0x80;

    private static final int MARK_BYTES = 2;
    private static final int EXPIRY_BYTES = 8;
    private static final long NEVER = Long.MAX_VALUE;

    /** How many records removeDue walks over at a time. */
    private static final int WALK_STEP = 128;

    /** After how many draws that have met a field that is over a draw is given up. */
    private static final int MAX_DRAWS = 64;

    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);

    private final ValueContext context;
    private final Bytes toldField = new Bytes();
    private final Bytes toldValue = new Bytes();
    /** Null as long as no field expires. */
    private @Nullable Expiries expiries;

    /** What a hash with fields that expire knows of them. */
    private static final class Expiries {
        /** Bytes of such an object. */
        private static final int OBJECT_BYTES = 48;

        /** Number of fields that expire, those that are over included. */
        private long fields;

        /** No field expires before. */
        private long nextMillis = NEVER;

        /** Where the walk of {@link #removeDue} goes on. */
        private long walkCursor;

        /** The earliest expiry among the fields that the walk has passed and those that were given one since it began. */
        private long walkedMillis = NEVER;
    }

    LargeHash(ValueContext context) {
        super(context);
        this.context = context;
    }

    @Override
    public long heapBytes() {
        return super.heapBytes() + (expiries == null ? 0 : Expiries.OBJECT_BYTES);
    }

    @Override
    int sizeAt(byte[] chunk, int offset) {
        int at = valueAt(chunk, offset);
        return at - offset + PrefixedBytes.size(PrefixedBytes.length(chunk, at));
    }

    private static int fieldEnd(byte[] chunk, int offset) {
        int length = PrefixedBytes.length(chunk, offset);
        return PrefixedBytes.content(offset, length) + length;
    }

    private static boolean isMark(byte[] chunk, int at) {
        return chunk[at] == EXPIRY_MARK && chunk[at + 1] == 0;
    }

    private static int valueAt(byte[] chunk, int offset) {
        int at = fieldEnd(chunk, offset);
        return isMark(chunk, at) ? at + EXPIRY_BYTES : at;
    }

    /** When the field of a record expires, or {@link HashValue#NO_EXPIRY}. */
    long expiry(long address) {
        byte[] chunk = arena.chunk(address);
        return expiry(chunk, arena.offset(address));
    }

    private static long expiry(byte[] chunk, int offset) {
        int at = fieldEnd(chunk, offset);
        if (!isMark(chunk, at)) {
            return HashValue.NO_EXPIRY;
        }
        int time = at + MARK_BYTES;
        return ((int) INTS.get(chunk, time) & 0xFFFF_FFFFL)
                | (long) ((short) SHORTS.get(chunk, time + Integer.BYTES) & 0xFFFF) << Integer.SIZE;
    }

    private static void writeExpiry(byte[] chunk, int at, long unixMillis) {
        chunk[at] = EXPIRY_MARK;
        chunk[at + 1] = 0;
        INTS.set(chunk, at + MARK_BYTES, (int) unixMillis);
        SHORTS.set(chunk, at + MARK_BYTES + Integer.BYTES, (short) (unixMillis >>> Integer.SIZE));
    }

    /** Whether the time of the field of a record is not over. */
    boolean isLive(long address) {
        return expiries == null || !isOver(expiry(address));
    }

    private boolean isOver(long expiryMillis) {
        return expiryMillis != HashValue.NO_EXPIRY && context.isDue(expiryMillis);
    }

    /** The record of a field whose time is not over, {@link Arena#NULL} when there is none. */
    long findLive(Bytes field) {
        long address = find(field);
        return address != Arena.NULL && isLive(address) ? address : Arena.NULL;
    }

    boolean hasExpiringFields() {
        return expiries != null;
    }

    /** A time before which no field expires. */
    long nextExpiryMillis() {
        return expiries == null ? NEVER : expiries.nextMillis;
    }

    /** Number of fields whose time is not over. */
    long liveSize() {
        if (!context.isDue(nextExpiryMillis())) {
            return size();
        }
        LiveCount count = new LiveCount();
        forEach(count);
        return count.live;
    }

    private final class LiveCount implements Visitor {
        private long live;

        @Override
        public void visit(long address) {
            if (isLive(address)) {
                live++;
            }
        }
    }

    /** The record of a field whose time is not over, drawn uniformly; {@link Arena#NULL} if none was met soon. */
    long drawLiveAddress(RandomGenerator random) {
        for (int draws = 0; draws < MAX_DRAWS; draws++) {
            long address = randomAddress(random);
            if (address == Arena.NULL || isLive(address)) {
                return address;
            }
        }
        return Arena.NULL;
    }

    /** The records of all fields whose time is not over. O(n). */
    long[] liveAddresses() {
        LiveAddresses addresses = new LiveAddresses((int) liveSize());
        forEach(addresses);
        return addresses.found;
    }

    private final class LiveAddresses implements Visitor {
        private final long[] found;
        private int count;

        LiveAddresses(int liveFields) {
            found = new long[liveFields];
        }

        @Override
        public void visit(long address) {
            if (isLive(address)) {
                found[count++] = address;
            }
        }
    }

    @Override
    void tellHead(ValueSink sink) throws IOException {
        if (expiries == null) {
            sink.hash(size());
        } else {
            sink.expiringHash(size(), expiries.nextMillis);
        }
    }

    @Override
    void tellRecord(long address, ValueSink sink) throws IOException {
        key(address, toldField);
        value(address, toldValue);
        long expiryMillis = expiry(address);
        if (expiryMillis == HashValue.NO_EXPIRY) {
            sink.field(toldField, toldValue);
        } else {
            sink.expiringField(toldField, toldValue, expiryMillis);
        }
    }

    /** Points a view at the value of a record. */
    void value(long address, Bytes view) {
        byte[] chunk = arena.chunk(address);
        int at = valueAt(chunk, arena.offset(address));
        int length = PrefixedBytes.length(chunk, at);
        view.set(chunk, PrefixedBytes.content(at, length), length);
    }

    /** Sets a field and its expiry, in place if the size class of the record stays. True when it is new. */
    boolean put(Bytes field, Bytes value, long expiryMillis) {
        long hash = hashOf(field);
        long address = find(hash, field);
        if (address == Arena.NULL) {
            insert(hash, newRecord(field, value, expiryMillis));
            count(HashValue.NO_EXPIRY, expiryMillis);
            return true;
        }
        long oldExpiry = expiries == null ? HashValue.NO_EXPIRY : expiry(address);
        replace(hash, address, field, value, oldExpiry, expiryMillis);
        return isOver(oldExpiry);
    }

    /** As {@link #put}, but the field expires when it did before, if ever. */
    boolean update(Bytes field, Bytes value) {
        long hash = hashOf(field);
        long address = find(hash, field);
        if (address == Arena.NULL || !isLive(address)) {
            return put(field, value, HashValue.NO_EXPIRY);
        }
        long expiryMillis = expiry(address);
        replace(hash, address, field, value, expiryMillis, expiryMillis);
        return false;
    }

    /** Adds a field; false, and nothing happens, when it is there, be it over or not. */
    boolean add(Bytes field, Bytes value, long expiryMillis) {
        long hash = hashOf(field);
        if (find(hash, field) != Arena.NULL) {
            return false;
        }
        insert(hash, newRecord(field, value, expiryMillis));
        count(HashValue.NO_EXPIRY, expiryMillis);
        return true;
    }

    /** Replaces what {@link #find} found last by the same field with another value. */
    private void replace(long hash, long address, Bytes field, Bytes value, long oldExpiry, long newExpiry) {
        beforeChange(hash, address);
        byte[] chunk = arena.chunk(address);
        int offset = arena.offset(address);
        if (Arena.roundUp(size(field, value, newExpiry)) == Arena.roundUp(sizeAt(chunk, offset))) {
            writeRest(chunk, fieldEnd(chunk, offset), value, newExpiry);
        } else {
            replaceFound(newRecord(field, value, newExpiry));
            release(address);
        }
        count(oldExpiry, newExpiry);
    }

    private static int size(Bytes field, Bytes value, long expiryMillis) {
        return Math.addExact(
                PrefixedBytes.size(field.length()) + (expiryMillis == HashValue.NO_EXPIRY ? 0 : EXPIRY_BYTES),
                PrefixedBytes.size(value.length()));
    }

    private long newRecord(Bytes field, Bytes value, long expiryMillis) {
        long address = allocate(size(field, value, expiryMillis));
        byte[] chunk = arena.chunk(address);
        writeRest(chunk, PrefixedBytes.write(chunk, arena.offset(address), field), value, expiryMillis);
        return address;
    }

    private static void writeRest(byte[] chunk, int fieldEnd, Bytes value, long expiryMillis) {
        int at = fieldEnd;
        if (expiryMillis != HashValue.NO_EXPIRY) {
            writeExpiry(chunk, at, expiryMillis);
            at += EXPIRY_BYTES;
        }
        PrefixedBytes.write(chunk, at, value);
    }

    /** Keeps the books when the expiry of a field changes. */
    private void count(long oldExpiry, long newExpiry) {
        if (oldExpiry == newExpiry) {
            return;
        }
        Expiries known = expiries == null ? new Expiries() : expiries;
        if (oldExpiry != HashValue.NO_EXPIRY) {
            known.fields--;
        }
        if (newExpiry != HashValue.NO_EXPIRY) {
            known.fields++;
            known.nextMillis = Math.min(known.nextMillis, newExpiry);
            known.walkedMillis = Math.min(known.walkedMillis, newExpiry);
        }
        expiries = known.fields == 0 ? null : known;
    }

    /** Sets when a field expires; false when it is absent or over. */
    boolean expireAt(Bytes field, long unixMillis) {
        long hash = hashOf(field);
        long address = find(hash, field);
        if (address == Arena.NULL || !isLive(address)) {
            return false;
        }
        byte[] chunk = arena.chunk(address);
        int offset = arena.offset(address);
        long oldExpiry = expiry(chunk, offset);
        if (oldExpiry == unixMillis) {
            return true;
        }
        beforeChange(hash, address);
        if (oldExpiry != HashValue.NO_EXPIRY && unixMillis != HashValue.NO_EXPIRY) {
            writeExpiry(chunk, fieldEnd(chunk, offset), unixMillis);
        } else {
            addOrDropExpiry(address, unixMillis);
        }
        count(oldExpiry, unixMillis);
        return true;
    }

    private void addOrDropExpiry(long address, long unixMillis) {
        byte[] chunk = arena.chunk(address);
        int offset = arena.offset(address);
        boolean adds = unixMillis != HashValue.NO_EXPIRY;
        int oldSize = sizeAt(chunk, offset);
        int head = fieldEnd(chunk, offset) - offset;
        int tail = valueAt(chunk, offset) - offset;
        int newSize = oldSize + (adds ? EXPIRY_BYTES : -EXPIRY_BYTES);
        boolean stays = Arena.roundUp(newSize) == Arena.roundUp(oldSize);
        long newAddress = stays ? address : allocate(newSize);
        byte[] newChunk = arena.chunk(newAddress);
        int newOffset = arena.offset(newAddress);
        int newTail = head + (adds ? EXPIRY_BYTES : 0);
        System.arraycopy(chunk, offset + tail, newChunk, newOffset + newTail, oldSize - tail);
        if (!stays) {
            System.arraycopy(chunk, offset, newChunk, newOffset, head);
            replaceFound(newAddress);
            release(address);
        }
        if (adds) {
            writeExpiry(newChunk, newOffset + head, unixMillis);
        }
    }

    /** Removes a field; false when it is absent, or over, and then it stays until it is reclaimed. */
    boolean removeField(Bytes field) {
        long hash = hashOf(field);
        long address = find(hash, field);
        if (address == Arena.NULL || !isLive(address)) {
            return false;
        }
        long expiryMillis = expiries == null ? HashValue.NO_EXPIRY : expiry(address);
        beforeChange(hash, address);
        removeFound();
        release(address);
        count(expiryMillis, HashValue.NO_EXPIRY);
        return true;
    }

    /** Adds copies of the fields of another hash to this one, which is empty and remains so if memory runs out. */
    void copyFields(LargeHash source) {
        copyFrom(source);
        Expiries known = source.expiries;
        if (known != null) {
            expiries = new Expiries();
            expiries.fields = known.fields;
            expiries.nextMillis = known.nextMillis;
        }
    }

    /**
     * Removes fields whose time is over.
     *
     * @param maxVisits about how many fields to look at
     * @param maxFields after about how many removed fields to stop
     * @param removed takes the fields
     */
    void removeDue(int maxVisits, int maxFields, List<Bytes> removed) {
        DueFields due = new DueFields();
        for (int visits = 0; visits < maxVisits && removed.size() < maxFields; visits += WALK_STEP) {
            Expiries known = expiries;
            if (known == null || !context.isDue(known.nextMillis)) {
                return;
            }
            if (known.walkCursor == 0) {
                known.walkedMillis = NEVER;
            }
            due.count = 0;
            due.earliestMillis = NEVER;
            known.walkCursor = scan(known.walkCursor, WALK_STEP, due);
            known.walkedMillis = Math.min(known.walkedMillis, due.earliestMillis);
            for (int i = 0; i < due.count; i++) {
                reclaim(due.addresses[i], removed);
            }
            if (known.walkCursor == 0) {
                known.nextMillis = known.walkedMillis;
            }
        }
    }

    private void reclaim(long address, List<Bytes> removed) {
        byte[] chunk = arena.chunk(address);
        int offset = arena.offset(address);
        key(address, toldField);
        removed.add(toldField.copy());
        long expiryMillis = expiry(chunk, offset);
        long hash = hashAt(chunk, offset);
        beforeChange(hash, address);
        remove(hash, address);
        release(address);
        count(expiryMillis, HashValue.NO_EXPIRY);
    }

    /** The records whose time is over, and the earliest expiry of the others. */
    private final class DueFields implements RecordTable.Visitor {
        private long[] addresses = new long[WALK_STEP];
        private int count;
        private long earliestMillis;

        @Override
        public void visit(long address) {
            long expiryMillis = expiry(address);
            if (isOver(expiryMillis)) {
                if (count == addresses.length) {
                    addresses = Arrays.copyOf(addresses, count * 2);
                }
                addresses[count++] = address;
            } else if (expiryMillis != HashValue.NO_EXPIRY) {
                earliestMillis = Math.min(earliestMillis, expiryMillis);
            }
        }
    }
}

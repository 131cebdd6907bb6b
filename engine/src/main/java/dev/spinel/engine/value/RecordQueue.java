package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.error.Errors;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The records of one idempotent producer, the oldest first, found by idempotent ID. Engine thread only. */
final class RecordQueue {
    /*
     * One array has the records, one behind the other, and one is a hash table of where they begin, plus one:
     *
     *   millis (8) | sequence (8) | length (4) | idempotent ID
     *
     * Records go in the order in which they came, so what remains is one piece of the array. The table may still name records
     * that are gone, which begin before that piece; it is made anew when half of it is in use.
     */
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.nativeOrder());
    private static final int SEQUENCE = Long.BYTES;
    private static final int LENGTH = 2 * Long.BYTES;
    private static final int HEAD_BYTES = LENGTH + Integer.BYTES;
    private static final int FIRST_BYTES = 2 * HEAD_BYTES;
    private static final int FIRST_SLOTS = 4;
    private static final int NOWHERE = -1;

    /** What an array can have on any virtual machine. */
    private static final long MAX_BYTES = Integer.MAX_VALUE - 8;

    private static final long OBJECT_BYTES = 80;

    private byte[] bytes = new byte[FIRST_BYTES];
    private int begin;
    private int end;
    private int[] slots = new int[FIRST_SLOTS];
    private int usedSlots;
    private int count;

    RecordQueue() {}

    RecordQueue(RecordQueue source) {
        bytes = source.bytes.clone();
        begin = source.begin;
        end = source.end;
        slots = source.slots.clone();
        usedSlots = source.usedSlots;
        count = source.count;
    }

    /** Takes records. */
    interface Receiver {
        void record(Bytes id, long millis, long sequence) throws IOException;
    }

    int count() {
        return count;
    }

    long heapBytes() {
        return OBJECT_BYTES + bytes.length + (long) slots.length * Integer.BYTES;
    }

    /** The first number of the entry's ID of the oldest record; there is one. */
    long firstMillis() {
        return (long) LONGS.get(bytes, begin);
    }

    /** The ID of the entry of a record; null if there is none. */
    @Nullable
    StreamId find(Bytes id) {
        int at = position(id);
        return at == NOWHERE ? null : new StreamId((long) LONGS.get(bytes, at), (long) LONGS.get(bytes, at + SEQUENCE));
    }

    private int position(Bytes id) {
        int mask = slots.length - 1;
        for (int slot = slot(id.hashCode()); slots[slot] != 0; slot = (slot + 1) & mask) {
            int at = slots[slot] - 1;
            if (at >= begin && isOf(at, id)) {
                return at;
            }
        }
        return NOWHERE;
    }

    /** Removes the record of an idempotent ID, if there is one. O(1) for the oldest, else O(records). */
    void remove(Bytes id) {
        int at = position(id);
        if (at == NOWHERE) {
            return;
        }
        if (at == begin) {
            removeFirst();
            return;
        }
        int next = at + HEAD_BYTES + lengthAt(at);
        System.arraycopy(bytes, next, bytes, at, end - next);
        end -= next - at;
        count--;
        Arrays.fill(slots, 0);
        index(slots);
    }

    private int slot(int hash) {
        int mixed = hash * 0x9E3779B9;
        return (mixed ^ mixed >>> 16) & (slots.length - 1);
    }

    private int lengthAt(int at) {
        return (int) INTS.get(bytes, at + LENGTH);
    }

    private boolean isOf(int at, Bytes id) {
        int from = at + HEAD_BYTES;
        return Arrays.equals(bytes, from, from + lengthAt(at), id.array(), id.offset(), id.offset() + id.length());
    }

    /** Adds a record of an idempotent ID that has none. Does not fail if memory was reserved for it. */
    void add(Bytes id, StreamId entry) {
        reserve(id);
        LONGS.set(bytes, end, entry.millis());
        LONGS.set(bytes, end + SEQUENCE, entry.sequence());
        INTS.set(bytes, end + LENGTH, id.length());
        System.arraycopy(id.array(), id.offset(), bytes, end + HEAD_BYTES, id.length());
        int at = end;
        end += HEAD_BYTES + id.length();
        count++;
        index(at, id.hashCode());
    }

    /** Takes the memory for a record of an idempotent ID; if there is none, nothing has changed. */
    void reserve(Bytes id) {
        long needed = (long) end - begin + HEAD_BYTES + id.length();
        if (needed > MAX_BYTES) {
            throw Errors.outOfMemory();
        }
        if (HEAD_BYTES + id.length() > bytes.length - end) {
            makeRoom((int) needed);
        } else if (2 * (usedSlots + 1) > slots.length) {
            index(newSlots());
        }
    }

    /** Moves the records to the start, of a larger array unless half of this one gets free. */
    private void makeRoom(int needed) {
        int length = end - begin;
        byte[] target = needed > bytes.length / 2 ? new byte[(int) Math.min(MAX_BYTES, needed + needed / 2L)] : bytes;
        int[] table = newSlots();
        System.arraycopy(bytes, begin, target, 0, length);
        bytes = target;
        begin = 0;
        end = length;
        index(table);
    }

    /** A table with room for as many records again. */
    private int[] newSlots() {
        return new int[Math.max(FIRST_SLOTS, Integer.highestOneBit(4 * count) << 1)];
    }

    /** Makes the table anew, of empty slots. */
    private void index(int[] empty) {
        slots = empty;
        usedSlots = 0;
        Bytes id = new Bytes();
        for (int at = begin; at < end; at += HEAD_BYTES + lengthAt(at)) {
            id.set(bytes, at + HEAD_BYTES, lengthAt(at));
            index(at, id.hashCode());
        }
    }

    private void index(int at, int hash) {
        int slot = slot(hash);
        while (slots[slot] != 0) {
            slot = (slot + 1) & (slots.length - 1);
        }
        slots[slot] = at + 1;
        usedSlots++;
    }

    /** Removes the oldest record; there is one. */
    void removeFirst() {
        begin += HEAD_BYTES + lengthAt(begin);
        count--;
    }

    /** Tells all records, the oldest first. */
    void forEach(Receiver receiver) throws IOException {
        Bytes id = new Bytes();
        for (int at = begin; at < end; at += HEAD_BYTES + lengthAt(at)) {
            id.set(bytes, at + HEAD_BYTES, lengthAt(at));
            receiver.record(id, (long) LONGS.get(bytes, at), (long) LONGS.get(bytes, at + SEQUENCE));
        }
    }
}

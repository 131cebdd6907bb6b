package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.ArenaExhaustedException;
import dev.spinel.engine.memory.KeyHash;
import dev.spinel.engine.memory.RecordTable;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What large hashes and sets have in common: a table that owns its records in the arena, each of which starts with its key
 * as {@link PrefixedBytes}. Engine thread only.
 */
abstract class LargeTable extends RecordTable implements LargeValue {
    /** Bytes on the Java heap of this object, the table apart. */
    private static final long OBJECT_BYTES = 144;

    final Arena arena;
    private final KeyHash hash;
    private long recordBytes;
    private @Nullable TableCut tableCut;

    LargeTable(ValueContext context) {
        super(context.arena);
        arena = context.arena;
        hash = context.hash;
    }

    /** The size of the record at {@code offset} of {@code chunk}. */
    abstract int sizeAt(byte[] chunk, int offset);

    @Override
    protected final boolean keyEquals(byte[] chunk, int offset, byte[] key, int keyOffset, int keyLength) {
        int length = PrefixedBytes.length(chunk, offset);
        if (length != keyLength) {
            return false;
        }
        int from = PrefixedBytes.content(offset, length);
        return Arrays.equals(chunk, from, from + length, key, keyOffset, keyOffset + keyLength);
    }

    @Override
    protected final long hashAt(byte[] chunk, int offset) {
        int length = PrefixedBytes.length(chunk, offset);
        return hash.hash(chunk, PrefixedBytes.content(offset, length), length);
    }

    final long hashOf(Bytes key) {
        return hash.hash(key.array(), key.offset(), key.length());
    }

    /** The record of a key, {@link Arena#NULL} when absent. */
    final long find(Bytes key) {
        return find(hashOf(key), key);
    }

    final long find(long keyHash, Bytes key) {
        return find(keyHash, key.array(), key.offset(), key.length());
    }

    /** Points a view at the key of a record. */
    final void key(long address, Bytes view) {
        byte[] chunk = arena.chunk(address);
        int offset = arena.offset(address);
        int length = PrefixedBytes.length(chunk, offset);
        view.set(chunk, PrefixedBytes.content(offset, length), length);
    }

    /** Tells what comes before the records. */
    abstract void tellHead(ValueSink sink) throws IOException;

    /** Tells a record. */
    abstract void tellRecord(long address, ValueSink sink) throws IOException;

    @Override
    public final void tell(ValueSink sink) throws IOException {
        tellHead(sink);
        TableCut.tellAll(this, this::tellRecord, sink);
    }

    @Override
    public final boolean startCut(ValueSink sink) throws IOException {
        tellHead(sink);
        tableCut = new TableCut(this, this::tellRecord, sink);
        return true;
    }

    @Override
    public final boolean advanceCut(int elements) throws IOException {
        boolean over = Objects.requireNonNull(tableCut).advance(elements);
        if (over) {
            tableCut = null;
        }
        return over;
    }

    /** Tells a record that is about to change if it belongs to what is left of a cut. */
    final void beforeChange(long keyHash, long address) {
        if (tableCut != null) {
            tableCut.beforeChange(keyHash, address);
        }
    }

    /** Removes a key with its record; false when absent. */
    final boolean remove(Bytes key) {
        long keyHash = hashOf(key);
        long address = find(keyHash, key);
        if (address == Arena.NULL) {
            return false;
        }
        beforeChange(keyHash, address);
        removeFound();
        release(address);
        return true;
    }

    /** Adds copies of the records of another table to this one, which is empty and remains so if memory runs out. */
    final void copyFrom(LargeTable source) {
        try {
            source.forEach(this::copyRecord);
        } catch (ArenaExhaustedException | OutOfMemoryError e) {
            release();
            throw e;
        }
    }

    private void copyRecord(long address) {
        byte[] chunk = arena.chunk(address);
        int offset = arena.offset(address);
        int size = sizeAt(chunk, offset);
        long copy = allocate(size);
        System.arraycopy(chunk, offset, arena.chunk(copy), arena.offset(copy), size);
        insert(hashAt(chunk, offset), copy);
    }

    @Override
    public final long evacuate(long position) {
        return evacuate(
                position, address -> arena.evacuate(address, sizeAt(arena.chunk(address), arena.offset(address))));
    }

    /** The table is empty once nothing is left. */
    @Override
    public final boolean releasePiece() {
        return drain(this::release);
    }

    /** Bytes outside the cell, on the heap and in the arena. */
    final long externalBytes() {
        return recordBytes + segmentBytes() + heapBytes();
    }

    @Override
    public long heapBytes() {
        return directoryBytes() + OBJECT_BYTES;
    }

    final long allocate(int size) {
        long address = arena.allocate(size);
        recordBytes += Arena.roundUp(size);
        return address;
    }

    final void release(long address) {
        int size = sizeAt(arena.chunk(address), arena.offset(address));
        arena.free(address, size);
        recordBytes -= Arena.roundUp(size);
    }
}

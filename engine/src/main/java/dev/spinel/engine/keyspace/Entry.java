package dev.spinel.engine.keyspace;

import static dev.spinel.engine.keyspace.RecordLayout.HAS_EXPIRY;

import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.value.ValueCell;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The record of one key, as the cell of its value; points elsewhere when the record moves. Engine thread only. */
final class Entry implements ValueCell {
    private final Arena arena;
    private @Nullable Database database;
    private long hash;
    private long address;
    private byte[] chunk;
    private int record;
    private int valueOffset;
    private int valueLength;

    Entry(Arena arena) {
        this.arena = arena;
        this.chunk = new byte[0];
    }

    void bind(Database owner, long keyHash, long recordAddress) {
        database = owner;
        hash = keyHash;
        locate(recordAddress);
    }

    private void locate(long recordAddress) {
        address = recordAddress;
        chunk = arena.chunk(recordAddress);
        record = arena.offset(recordAddress);
        int flags = RecordLayout.flags(chunk, record);
        valueLength = RecordLayout.valueLength(chunk, record, flags);
        valueOffset = RecordLayout.keyOffset(flags) + RecordLayout.keyLength(chunk, record, flags);
    }

    /** Makes the entry match no record, because its record is gone. */
    void invalidate() {
        address = Arena.NULL;
    }

    long address() {
        return address;
    }

    @Override
    public byte[] array() {
        return chunk;
    }

    @Override
    public int offset() {
        return record + valueOffset;
    }

    @Override
    public int length() {
        return valueLength;
    }

    @Override
    public int capacity() {
        return Arena.roundUp(valueOffset + valueLength) - valueOffset;
    }

    @Override
    public int encoding() {
        return RecordLayout.encoding(chunk, record);
    }

    @Override
    public void encoding(int encoding) {
        boolean had = RecordLayout.hasExpiringFields(chunk, record);
        RecordLayout.typeAndEncoding(chunk, record, RecordLayout.type(chunk, record), encoding);
        boolean has = RecordLayout.hasExpiringFields(chunk, record);
        if (had != has) {
            Objects.requireNonNull(database).countExpiringHash(has ? 1 : -1);
        }
    }

    @Override
    public void resize(int length) {
        int oldFlags = RecordLayout.flags(chunk, record);
        int keyLength = RecordLayout.keyLength(chunk, record, oldFlags);
        boolean expiry = (oldFlags & HAS_EXPIRY) != 0;
        int newFlags = RecordLayout.flagsFor(keyLength, length, expiry);
        int oldSize = valueOffset + valueLength;
        int newSize = RecordLayout.size(newFlags, keyLength, length);
        if (newFlags == oldFlags && Arena.roundUp(newSize) == Arena.roundUp(oldSize)) {
            RecordLayout.valueLength(chunk, record, oldFlags, length);
            valueLength = length;
            return;
        }
        // Making a value smaller must not fail, as what it lost is gone by then.
        long newAddress = newSize <= oldSize ? arena.allocateBeyondLimit(newSize) : arena.allocate(newSize);
        byte[] newChunk = arena.chunk(newAddress);
        int newRecord = arena.offset(newAddress);
        System.arraycopy(chunk, record, newChunk, newRecord, RecordLayout.FLAGS_OFFSET);
        newChunk[newRecord + RecordLayout.FLAGS_OFFSET] = (byte) newFlags;
        RecordLayout.keyLength(newChunk, newRecord, newFlags, keyLength);
        RecordLayout.valueLength(newChunk, newRecord, newFlags, length);
        if (expiry) {
            RecordLayout.expiry(newChunk, newRecord, newFlags, RecordLayout.expiry(chunk, record, oldFlags));
        }
        System.arraycopy(
                chunk,
                record + valueOffset - keyLength,
                newChunk,
                newRecord + RecordLayout.keyOffset(newFlags),
                keyLength + Math.min(valueLength, length));
        Objects.requireNonNull(database).recordMoved(hash, address, newAddress);
        arena.free(address, oldSize);
        locate(newAddress);
    }
}

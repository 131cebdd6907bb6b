package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.memory.Arena;
import java.io.IOException;

/**
 * A hash that is too large for a listpack: a table of records, each a field and its value as {@link PrefixedBytes}. Engine
 * thread only.
 */
final class LargeHash extends LargeTable {
    private final Arena arena;
    private final Bytes toldField = new Bytes();
    private final Bytes toldValue = new Bytes();

    LargeHash(ValueContext context) {
        super(context);
        arena = context.arena;
    }

    @Override
    int sizeAt(byte[] chunk, int offset) {
        int at = valueAt(chunk, offset);
        return at - offset + PrefixedBytes.size(PrefixedBytes.length(chunk, at));
    }

    private static int valueAt(byte[] chunk, int offset) {
        int length = PrefixedBytes.length(chunk, offset);
        return PrefixedBytes.content(offset, length) + length;
    }

    @Override
    void tellHead(ValueSink sink) throws IOException {
        sink.hash(size());
    }

    @Override
    void tellRecord(long address, ValueSink sink) throws IOException {
        key(address, toldField);
        value(address, toldValue);
        sink.field(toldField, toldValue);
    }

    /** Points a view at the value of a record. */
    void value(long address, Bytes view) {
        byte[] chunk = arena.chunk(address);
        int at = valueAt(chunk, arena.offset(address));
        int length = PrefixedBytes.length(chunk, at);
        view.set(chunk, PrefixedBytes.content(at, length), length);
    }

    /** Sets a field, in place if the size class of the record stays; true when it is new. */
    boolean put(Bytes field, Bytes value) {
        long hash = hashOf(field);
        long address = find(hash, field);
        int size = Math.addExact(PrefixedBytes.size(field.length()), PrefixedBytes.size(value.length()));
        if (address == Arena.NULL) {
            insert(hash, newRecord(field, value, size));
            return true;
        }
        beforeChange(hash, address);
        byte[] chunk = arena.chunk(address);
        int offset = arena.offset(address);
        if (Arena.roundUp(size) == Arena.roundUp(sizeAt(chunk, offset))) {
            PrefixedBytes.write(chunk, valueAt(chunk, offset), value);
        } else {
            replaceFound(newRecord(field, value, size));
            release(address);
        }
        return false;
    }

    private long newRecord(Bytes field, Bytes value, int size) {
        long address = allocate(size);
        byte[] chunk = arena.chunk(address);
        int at = PrefixedBytes.write(chunk, arena.offset(address), field);
        PrefixedBytes.write(chunk, at, value);
        return address;
    }
}

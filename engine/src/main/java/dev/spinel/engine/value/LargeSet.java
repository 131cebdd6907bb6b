package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.memory.Arena;
import java.io.IOException;

/**
 * A set that is too large for its record: a table of records, each a member as {@link PrefixedBytes}. Engine thread only.
 */
final class LargeSet extends LargeTable {
    private final Bytes toldMember = new Bytes();

    LargeSet(ValueContext context) {
        super(context);
    }

    @Override
    int sizeAt(byte[] chunk, int offset) {
        return PrefixedBytes.size(PrefixedBytes.length(chunk, offset));
    }

    @Override
    void tellHead(ValueSink sink) throws IOException {
        sink.set(size());
    }

    @Override
    void tellRecord(long address, ValueSink sink) throws IOException {
        key(address, toldMember);
        sink.member(toldMember);
    }

    /** Adds a member; false when it was there. */
    boolean add(Bytes member) {
        long hash = hashOf(member);
        if (find(hash, member) != Arena.NULL) {
            return false;
        }
        long address = allocate(PrefixedBytes.size(member.length()));
        PrefixedBytes.write(arena.chunk(address), arena.offset(address), member);
        insert(hash, address);
        return true;
    }
}

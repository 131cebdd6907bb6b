package dev.spinel.engine.keyspace;

import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.KeyHash;
import dev.spinel.engine.memory.RecordTable;
import java.util.Arrays;

/** The table of the records of one database. */
final class KeyTable extends RecordTable {
    private final KeyHash keyHash;

    KeyTable(Arena arena, KeyHash keyHash) {
        super(arena);
        this.keyHash = keyHash;
    }

    @Override
    protected boolean keyEquals(byte[] chunk, int offset, byte[] key, int keyOffset, int keyLength) {
        int flags = RecordLayout.flags(chunk, offset);
        if (RecordLayout.keyLength(chunk, offset, flags) != keyLength) {
            return false;
        }
        int at = offset + RecordLayout.keyOffset(flags);
        return Arrays.equals(chunk, at, at + keyLength, key, keyOffset, keyOffset + keyLength);
    }

    @Override
    protected long hashAt(byte[] chunk, int offset) {
        int flags = RecordLayout.flags(chunk, offset);
        return keyHash.hash(
                chunk, offset + RecordLayout.keyOffset(flags), RecordLayout.keyLength(chunk, offset, flags));
    }
}

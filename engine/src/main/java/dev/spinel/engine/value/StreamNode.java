package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;

/** The layout of a node of a stream: a listpack in the format of Redis, to the byte, so that files can copy it. */
final class StreamNode {
    /*
     *   master entry | live | deleted | fields | field ... | 0 |
     *   entry        | flags | millis - m | sequence - s | value ... | parts |                     same fields as master
     *                | flags | millis - m | sequence - s | fields | field | value ... | parts |     others
     *
     * m-s is the ID of the first entry; `parts` counts the listpack's entries before it, for those who come from behind. A
     * deleted entry keeps its place with a flag until no live one is left.
     */
    /** Parts of an entry beside its strings and, with fields of its own, their number. */
    static final int FIXED_PARTS = 3;

    static final int MASTER_FIELDS = 2;

    private StreamNode() {}

    /** Bytes of an entry in a node with a master ID. */
    static int entryBytes(StreamId id, StreamId master, Bytes[] strings, int first, int count, boolean sameFields) {
        int bytes = Listpack.entryBytes(0)
                + Listpack.entryBytes(id.millis() - master.millis())
                + Listpack.entryBytes(id.sequence() - master.sequence())
                + Listpack.entryBytes(count + FIXED_PARTS + 1)
                + (sameFields ? 0 : Listpack.entryBytes(count / 2));
        for (int i = first + (sameFields ? 1 : 0); i < first + count; i += sameFields ? 2 : 1) {
            bytes += Listpack.entryBytes(strings[i]);
        }
        return bytes;
    }

    /** Whether the master entry has the fields of an entry. */
    static boolean hasFields(byte[] array, int start, Bytes[] strings, int first, int count) {
        int position = Listpack.skip(array, Listpack.first(start), MASTER_FIELDS);
        if (Listpack.integer(array, position) != count / 2) {
            return false;
        }
        for (int i = first; i < first + count; i += 2) {
            position = Listpack.next(array, position);
            if (!Listpack.contentEquals(array, position, strings[i])) {
                return false;
            }
        }
        return true;
    }

    /**
     * By how many bytes the numbers of live and of deleted entries may become longer as so many entries are added and any
     * are deleted: by none below 128 entries.
     */
    static int growthOfCounts(byte[] array, int start, int added) {
        int position = Listpack.first(start);
        long live = Listpack.integer(array, position);
        long deleted = Listpack.integer(array, Listpack.next(array, position));
        return 2 * Listpack.entryBytes(live + deleted + added)
                - Listpack.entryBytes(live)
                - Listpack.entryBytes(deleted);
    }

    /** The first entry, or the end. */
    static int firstEntry(byte[] array, int start) {
        int fields = Listpack.skip(array, Listpack.first(start), MASTER_FIELDS);
        return Listpack.skip(array, fields, (int) Listpack.integer(array, fields) + 2);
    }

    /** The entry that ends where another one or the listpack begins or ends. */
    static int entryBefore(byte[] array, int start, int position) {
        int at = Listpack.previous(array, start, position);
        for (long parts = Listpack.integer(array, at); parts > 0; parts--) {
            at = Listpack.previous(array, start, at);
        }
        return at;
    }
}

package dev.spinel.rdb;

/**
 * Reads a zipmap, the format of small hashes before Redis 2.6: fields and values in turn.
 *
 * <p>Source: the description at the head of {@code zipmap.c} of Redis 2.4.
 */
final class ZipmapCursor extends PackedCursor {
    /*
     *   zipmap   | pairs: u8 | length | field | length | free: u8 | value | free bytes | length ... | 0xFF |
     *   length   one byte below 254, or FE and u32
     */
    private static final int COUNT_UNKNOWN = 254;
    private static final int END = 0xff;
    private static final int LONG_LENGTH = 0xfe;

    private boolean atValue;

    @Override
    String formatName() {
        return "Zipmap";
    }

    @Override
    boolean acceptHeader(int length) {
        atValue = false;
        return length > 1;
    }

    @Override
    int headerBytes() {
        return 1;
    }

    @Override
    int headerCount() {
        int pairs = headerByte();
        return pairs >= COUNT_UNKNOWN ? -1 : 2 * pairs;
    }

    @Override
    boolean readEntry() {
        int head = peek(0);
        if (head == END) {
            if (atValue) {
                return fail();
            }
            isLastByte();
            return false;
        }
        int lengthBytes = head == LONG_LENGTH ? 1 + Integer.BYTES : 1;
        int freeBytes = atValue ? 1 : 0;
        if (!has(lengthBytes + freeBytes)) {
            return false;
        }
        long length = head == LONG_LENGTH ? peekInt(1) & 0xffff_ffffL : head;
        if (head == LONG_LENGTH && length < LONG_LENGTH) {
            return fail();
        }
        int free = atValue ? peek(lengthBytes) : 0;
        if (!takeString(lengthBytes + freeBytes, length) || !has(free)) {
            return false;
        }
        skip(free);
        atValue = !atValue;
        return true;
    }
}

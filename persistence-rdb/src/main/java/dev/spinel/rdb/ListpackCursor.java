package dev.spinel.rdb;

/**
 * Reads a listpack.
 *
 * <p>Source: {@code listpack.md} by Salvatore Sanfilippo.
 */
final class ListpackCursor extends PackedCursor {
    private static final int HEADER_BYTES = 6;
    private static final int COUNT_OFFSET = 4;
    private static final int COUNT_UNKNOWN = 0xffff;
    private static final int END = 0xff;

    @Override
    String formatName() {
        return "Listpack";
    }

    @Override
    boolean acceptHeader(int length) {
        return length > HEADER_BYTES && headerInt(0) == length;
    }

    @Override
    int headerBytes() {
        return HEADER_BYTES;
    }

    @Override
    int headerCount() {
        int count = headerShort(COUNT_OFFSET);
        return count == COUNT_UNKNOWN ? -1 : count;
    }

    @Override
    boolean readEntry() {
        int head = peek(0);
        if (head == END) {
            isLastByte();
            return false;
        }
        int bytes = entryBytes(head);
        if (bytes < 0) {
            return false;
        }
        int backward = backwardLengthBytes(bytes);
        if (!has(backward)) {
            return false;
        }
        skip(backward);
        return true;
    }

    /** Takes an entry without its length at the end; returns its size, -1 if it is broken. */
    private int entryBytes(int head) {
        if (head < 0x80) {
            takeNumber(head, 1);
            return 1;
        }
        if (head < 0xC0) {
            int length = head & 0x3f;
            return takeString(1, length) ? 1 + length : -1;
        }
        if (head < 0xF0) {
            return has(2) ? mediumEntryBytes(head) : -1;
        }
        return switch (head) {
            case 0xF0 -> {
                if (!has(1 + Integer.BYTES)) {
                    yield -1;
                }
                int length = peekInt(1);
                yield takeString(1 + Integer.BYTES, length) ? 1 + Integer.BYTES + length : -1;
            }
            case 0xF1 -> has(3) && takeNumber(peekShort(1), 3) ? 3 : -1;
            case 0xF2 -> has(4) && takeNumber(peekMedium(1), 4) ? 4 : -1;
            case 0xF3 -> has(5) && takeNumber(peekInt(1), 5) ? 5 : -1;
            case 0xF4 -> has(9) && takeNumber(peekLong(1), 9) ? 9 : -1;
            default -> {
                fail();
                yield -1;
            }
        };
    }

    private int mediumEntryBytes(int head) {
        if (head < 0xE0) {
            // Shifting left and back extends the sign of 13 bits.
            int value = (((head & 0x1f) << Byte.SIZE) | peek(1)) << 19 >> 19;
            takeNumber(value, 2);
            return 2;
        }
        int length = ((head & 0x0f) << Byte.SIZE) | peek(1);
        return takeString(2, length) ? 2 + length : -1;
    }

    /** The size of an entry's length at its end, with thresholds that are off by one from what 7 bits hold. */
    static int backwardLengthBytes(int length) {
        if (length <= 127) {
            return 1;
        }
        if (length < 16_383) {
            return 2;
        }
        if (length < 2_097_151) {
            return 3;
        }
        return length < 268_435_455 ? 4 : 5;
    }
}

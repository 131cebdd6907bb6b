package dev.spinel.rdb;

/**
 * Reads a ziplist, the format of small lists, hashes and sorted sets before Redis 7.
 *
 * <p>Source: the description at the head of {@code ziplist.c} of Redis 6.
 */
final class ZiplistCursor extends PackedCursor {
    /*
     *   ziplist  | bytes: u32 | offset of last entry: u32 | entries: u16 | entry | entry | ... | 0xFF |
     *   entry    | bytes of the entry before: one, or FE and u32 | encoding | content |
     *
     *   00llllll                     string of up to 63 bytes
     *   01llllll llllllll            string of up to 16383 bytes
     *   10______ and 4 bytes         longer string, its length big-endian
     *   C0, D0, E0, F0, FE           integer of 16, 32, 64, 24, 8 bits follows
     *   F1 to FD                     integer 0 to 12
     */
    private static final int HEADER_BYTES = 10;
    private static final int LAST_OFFSET = 4;
    private static final int COUNT_OFFSET = 8;
    private static final int COUNT_UNKNOWN = 0xffff;
    private static final int END = 0xff;
    private static final int LONG_PREVIOUS = 0xfe;
    private static final int SMALLEST_IMMEDIATE = 0xf1;
    private static final int LARGEST_IMMEDIATE = 0xfd;

    /** Where the entry before the one at hand starts. */
    private int previousStart;

    @Override
    String formatName() {
        return "Ziplist";
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
        int previous = peek(0);
        if (previous == END) {
            int lastStart = position() == HEADER_BYTES ? HEADER_BYTES : previousStart;
            if (isLastByte() && headerInt(LAST_OFFSET) != lastStart) {
                fail();
            }
            return false;
        }
        int previousBytes = previous == LONG_PREVIOUS ? 1 + Integer.BYTES : 1;
        if (!has(previousBytes + 1)) {
            return false;
        }
        int entryStart = position();
        int expected = entryStart == HEADER_BYTES ? 0 : entryStart - previousStart;
        if (expected != (previous == LONG_PREVIOUS ? peekInt(1) : previous)) {
            return fail();
        }
        previousStart = entryStart;
        skip(previousBytes);
        int head = peek(0);
        return switch (head >> 6) {
            case 0 -> takeString(1, head & 0x3f);
            case 1 -> has(2) && takeString(2, ((head & 0x3f) << Byte.SIZE) | peek(1));
            case 2 -> has(5) && takeString(5, Integer.reverseBytes(peekInt(1)) & 0xffff_ffffL);
            default -> readNumber(head);
        };
    }

    private boolean readNumber(int head) {
        return switch (head) {
            case 0xC0 -> has(3) && takeNumber(peekShort(1), 3);
            case 0xD0 -> has(5) && takeNumber(peekInt(1), 5);
            case 0xE0 -> has(9) && takeNumber(peekLong(1), 9);
            case 0xF0 -> has(4) && takeNumber(peekMedium(1), 4);
            case 0xFE -> has(2) && takeNumber((byte) peek(1), 2);
            default -> {
                boolean immediate = head >= SMALLEST_IMMEDIATE && head <= LARGEST_IMMEDIATE;
                yield immediate ? takeNumber(head - SMALLEST_IMMEDIATE, 1) : fail();
            }
        };
    }
}

package dev.spinel.engine.command.hyperloglog;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;

/**
 * The bytes of a sketch: a header, then 16384 registers in one of two encodings.
 *
 * <pre>
 *   0      4          5         8                      16
 *   | HYLL | encoding | 0  0  0 | cached count, 8 bytes | registers ...
 * </pre>
 *
 * The cached count is little-endian; the top bit of its last byte says that it is out of date.
 *
 * <p>Dense, encoding 0: six bits a register, from the least significant bit of the first byte on, so that four registers
 * fill three bytes.
 *
 * <p>Sparse, encoding 1: runs of registers of one value.
 *
 * <pre>
 *   00llllll            ZERO    1 to 64 registers of value 0
 *   01llllll llllllll   XZERO   1 to 16384 registers of value 0
 *   1vvvvvll            VAL     1 to 4 registers of value 1 to 32
 * </pre>
 *
 * <p>Lengths and values are written less 1. The source is the description in Redis's manual of PFADD and in its tests.
 */
final class SketchLayout {
    static final int REGISTER_INDEX_BITS = 14;
    static final int REGISTERS = 1 << REGISTER_INDEX_BITS;
    static final int REGISTER_BITS = 6;
    static final int REGISTER_MASK = (1 << REGISTER_BITS) - 1;

    static final int HEADER_BYTES = 16;
    static final int DENSE_BYTES = HEADER_BYTES + REGISTERS * REGISTER_BITS / Byte.SIZE;

    static final int ENCODING_OFFSET = 4;
    static final byte DENSE = 0;
    static final byte SPARSE = 1;

    static final int CACHED_COUNT_OFFSET = 8;
    /** Index of the byte whose top bit is set when the cached count is out of date. */
    static final int CACHE_FLAG_OFFSET = 15;

    static final int CACHE_OUT_OF_DATE = 0x80;

    static final int MAX_ZERO_RUN = 64;
    static final int MAX_VALUE_RUN = 4;
    static final int MAX_SPARSE_VALUE = 32;

    private static final int KIND_MASK = 0xC0;
    private static final int XZERO = 0x40;
    private static final int VALUE = 0x80;

    private SketchLayout() {}

    /** Returns the bytes if they have a header and length of a sketch; otherwise fails with WRONGTYPE. */
    static Bytes checked(Bytes bytes) {
        boolean valid = bytes.length() >= HEADER_BYTES
                && bytes.at(0) == 'H'
                && bytes.at(1) == 'Y'
                && bytes.at(2) == 'L'
                && bytes.at(3) == 'L'
                && (bytes.at(ENCODING_OFFSET) == SPARSE || (isDense(bytes) && bytes.length() == DENSE_BYTES));
        if (!valid) {
            throw new CommandException("WRONGTYPE Key is not a valid HyperLogLog string value.");
        }
        return bytes;
    }

    /** The error for a sketch whose registers make no sense. */
    static CommandException corrupted() {
        return new CommandException("INVALIDOBJ Corrupted HLL object detected");
    }

    static boolean isDense(Bytes sketch) {
        return sketch.at(ENCODING_OFFSET) == DENSE;
    }

    static boolean isCacheValid(Bytes sketch) {
        return (sketch.at(CACHE_FLAG_OFFSET) & CACHE_OUT_OF_DATE) == 0;
    }

    static long cachedCount(Bytes sketch) {
        long count = 0;
        for (int i = CACHED_COUNT_OFFSET + Long.BYTES - 1; i >= CACHED_COUNT_OFFSET; i--) {
            count = count << Byte.SIZE | (sketch.at(i) & 0xFF);
        }
        return count;
    }

    /** A register of dense registers that start at an offset. */
    static int denseRegister(byte[] array, int offset, int register) {
        int bit = register * REGISTER_BITS;
        int at = offset + bit / Byte.SIZE;
        int shift = bit % Byte.SIZE;
        int low = (array[at] & 0xFF) >>> shift;
        // The last register ends with its byte: there is no next one.
        return shift <= Byte.SIZE - REGISTER_BITS
                ? low & REGISTER_MASK
                : (low | array[at + 1] << (Byte.SIZE - shift)) & REGISTER_MASK;
    }

    static boolean isXzero(int opcode) {
        return (opcode & KIND_MASK) == XZERO;
    }

    static boolean isValue(int opcode) {
        return (opcode & VALUE) != 0;
    }

    /** Number of bytes of an opcode, by its first one. */
    static int opcodeLength(int opcode) {
        return isXzero(opcode) ? 2 : 1;
    }

    /** Number of registers of an opcode; {@code next} is the byte after its first one. */
    static int runLength(int opcode, int next) {
        if (isValue(opcode)) {
            return (opcode & 3) + 1;
        }
        return isXzero(opcode) ? ((opcode & 0x3F) << Byte.SIZE | (next & 0xFF)) + 1 : (opcode & 0x3F) + 1;
    }

    /** The value of the registers of an opcode. */
    static int runValue(int opcode) {
        return isValue(opcode) ? (opcode >>> 2 & 0x1F) + 1 : 0;
    }

    /** Writes the shortest opcode for a run, of any length when the value is 0; returns the index after it. */
    static int putRun(byte[] target, int at, int value, int length) {
        if (value > 0) {
            target[at] = (byte) (VALUE | (value - 1) << 2 | (length - 1));
            return at + 1;
        }
        if (length <= MAX_ZERO_RUN) {
            target[at] = (byte) (length - 1);
            return at + 1;
        }
        target[at] = (byte) (XZERO | (length - 1) >>> Byte.SIZE);
        target[at + 1] = (byte) (length - 1);
        return at + 2;
    }
}

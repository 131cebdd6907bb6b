package dev.spinel.engine.value;

import dev.spinel.engine.memory.Arena;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * The layout of a member of a large sorted set in the arena.
 *
 * <pre>
 *   | score: 8 bytes | length of the member: 1 to 5 bytes, 7 bits each, lowest first | member |
 * </pre>
 */
final class ScoredRecord {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());
    private static final int LENGTH_OFFSET = 8;

    private ScoredRecord() {}

    /** Bytes of a record whose member has so many bytes. */
    static int size(int memberLength) {
        return LENGTH_OFFSET + lengthBytes(memberLength) + memberLength;
    }

    /** Allocates and writes a record and returns its address. */
    static long create(Arena arena, double score, byte[] member, int memberOffset, int memberLength) {
        long address = arena.allocate(size(memberLength));
        byte[] chunk = arena.chunk(address);
        int offset = arena.offset(address);
        score(chunk, offset, score);
        int at = offset + LENGTH_OFFSET;
        int rest = memberLength;
        while (rest >= 0x80) {
            chunk[at++] = (byte) (rest | 0x80);
            rest >>>= 7;
        }
        chunk[at++] = (byte) rest;
        System.arraycopy(member, memberOffset, chunk, at, memberLength);
        return address;
    }

    static double score(byte[] chunk, int offset) {
        return Double.longBitsToDouble((long) LONGS.get(chunk, offset));
    }

    static void score(byte[] chunk, int offset, double score) {
        LONGS.set(chunk, offset, Double.doubleToRawLongBits(score));
    }

    static int memberLength(byte[] chunk, int offset) {
        int at = offset + LENGTH_OFFSET;
        int length = chunk[at] & 0x7F;
        for (int shift = 7; chunk[at++] < 0; shift += 7) {
            length |= (chunk[at] & 0x7F) << shift;
        }
        return length;
    }

    /** Index of the first byte of a member whose length is known. */
    static int memberOffset(int offset, int memberLength) {
        return offset + LENGTH_OFFSET + lengthBytes(memberLength);
    }

    /** Compares the member with other bytes in memcmp order. */
    static int compareMember(byte[] chunk, int offset, byte[] other, int otherOffset, int otherLength) {
        int length = memberLength(chunk, offset);
        int from = memberOffset(offset, length);
        return Arrays.compareUnsigned(chunk, from, from + length, other, otherOffset, otherOffset + otherLength);
    }

    /** A number that has the order of the scores, equal for both zeros. */
    static long orderOf(double score) {
        // Adding 0.0 turns the negative zero into the positive one.
        long bits = Double.doubleToRawLongBits(score + 0.0);
        return bits ^ (bits >> 63 & Long.MAX_VALUE);
    }

    private static int lengthBytes(int length) {
        return length < 0x80 ? 1 : (38 - Integer.numberOfLeadingZeros(length)) / 7;
    }
}

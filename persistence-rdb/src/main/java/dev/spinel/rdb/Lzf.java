package dev.spinel.rdb;

import java.util.Arrays;

/**
 * The compression of strings in RDB files: the LZF format of M. Lehmann's liblzf.
 *
 * <p>A compressor keeps a table from one string to the next, so it belongs to one thread. What it makes of a string does not
 * depend on the strings before.
 */
final class Lzf {
    /*
     * A compressed string is a sequence of
     *
     *   000nnnnn  and n + 1 bytes to take as they are
     *   lllooooo  oooooooo            copy l + 2 bytes (l from 1 to 6) from o + 1 bytes before
     *   111ooooo  llllllll  oooooooo  copy l + 9 bytes from o + 1 bytes before
     *
     * Example: "aaaaaaaaaa" is 00 61 E0 00 00: one byte as it is, then 9 bytes from 1 before.
     *
     * The compressor hashes three bytes to the last place that began with such three. The places are kept as sums of the
     * place and of the lengths of all strings before, so that a place of an earlier string shows as too small and the
     * table need not be cleared: clearing would cost more than compressing a typical value.
     */
    private static final int HASH_BITS = 14;
    private static final int MAX_DISTANCE = 1 << 13;
    private static final int MIN_MATCH = 3;
    private static final int MAX_MATCH = 264;
    private static final int MAX_LITERALS = 32;
    private static final int LONG_MATCH = 7;
    private static final int MATCH_BASE = 2;
    private static final int OFFSET_HIGH_MASK = 0x1f;
    private static final int LENGTH_SHIFT = 5;

    private final int[] places = new int[1 << HASH_BITS];
    private int origin = 1;

    /**
     * Compresses bytes.
     *
     * @param maxBytes how many bytes the result may have; {@code target} has room for them
     * @return the number of bytes written to the start of {@code target}, 0 if they would be more than {@code maxBytes}
     */
    int compress(byte[] source, int offset, int length, byte[] target, int maxBytes) {
        if (origin > Integer.MAX_VALUE - length - 1) {
            Arrays.fill(places, 0);
            origin = 1;
        }
        // What to add to an index of the source for its place.
        int shift = origin - offset;
        origin += length;
        int end = offset + length;
        int lastStart = end - MIN_MATCH;
        int at = offset;
        int literals = offset;
        int out = 0;
        while (at <= lastStart) {
            int slot = hash(source, at);
            int candidate = places[slot] - shift;
            places[slot] = at + shift;
            if (candidate < offset || at - candidate > MAX_DISTANCE || !startAlike(source, candidate, at)) {
                at++;
                continue;
            }
            int match = matchLength(source, candidate, at, end);
            out = putLiterals(source, literals, at, target, out, maxBytes);
            if (out < 0 || out + matchBytes(match) > maxBytes) {
                return 0;
            }
            out = putMatch(match, at - candidate - 1, target, out);
            int next = at + match;
            // The last two places of a match are worth remembering, the others cost more than they save.
            for (at = next - 2; at < Math.min(next, lastStart + 1); at++) {
                places[hash(source, at)] = at + shift;
            }
            at = next;
            literals = next;
        }
        out = putLiterals(source, literals, end, target, out, maxBytes);
        return Math.max(out, 0);
    }

    private static int hash(byte[] source, int at) {
        int three = ((source[at] & 0xff) << 16) | ((source[at + 1] & 0xff) << 8) | (source[at + 2] & 0xff);
        return (three * 0x9e3779b1) >>> (Integer.SIZE - HASH_BITS);
    }

    private static boolean startAlike(byte[] source, int a, int b) {
        return source[a] == source[b] && source[a + 1] == source[b + 1] && source[a + 2] == source[b + 2];
    }

    private static int matchLength(byte[] source, int from, int at, int end) {
        int max = Math.min(MAX_MATCH, end - at);
        int mismatch = Arrays.mismatch(source, from, from + max, source, at, at + max);
        return mismatch < 0 ? max : mismatch;
    }

    /** Writes bytes as they are; returns the end of what is written, -1 if there is no room. */
    private static int putLiterals(byte[] source, int from, int to, byte[] target, int at, int maxBytes) {
        int out = at;
        for (int next = from; next < to; next += MAX_LITERALS) {
            int count = Math.min(MAX_LITERALS, to - next);
            if (out + 1 + count > maxBytes) {
                return -1;
            }
            target[out++] = (byte) (count - 1);
            System.arraycopy(source, next, target, out, count);
            out += count;
        }
        return out;
    }

    private static int matchBytes(int match) {
        return match - MATCH_BASE < LONG_MATCH ? 2 : 3;
    }

    private static int putMatch(int match, int distance, byte[] target, int at) {
        int out = at;
        int length = match - MATCH_BASE;
        if (length < LONG_MATCH) {
            target[out++] = (byte) ((length << LENGTH_SHIFT) | (distance >> Byte.SIZE));
        } else {
            target[out++] = (byte) ((LONG_MATCH << LENGTH_SHIFT) | (distance >> Byte.SIZE));
            target[out++] = (byte) (length - LONG_MATCH);
        }
        target[out++] = (byte) distance;
        return out;
    }

    /** Number of bytes that a compressed string stands for; -1 if it ends in the midst of something. */
    static long length(byte[] source, int sourceLength) {
        int in = 0;
        long length = 0;
        while (in < sourceLength) {
            int control = source[in++] & 0xff;
            if (control < MAX_LITERALS) {
                in += control + 1;
                length += control + 1;
                continue;
            }
            int count = control >> LENGTH_SHIFT;
            if (count == LONG_MATCH && in < sourceLength) {
                count += source[in++] & 0xff;
            }
            in++;
            length += count + MATCH_BASE;
        }
        return in == sourceLength ? length : -1;
    }

    /**
     * Restores the bytes that a compressed string stands for.
     *
     * @param target takes them from its start on
     * @param length how many there must be
     * @return false if the compressed string is malformed or stands for more or fewer bytes
     */
    static boolean decompress(byte[] source, int sourceLength, byte[] target, int length) {
        int in = 0;
        int out = 0;
        while (in < sourceLength) {
            int control = source[in++] & 0xff;
            if (control < MAX_LITERALS) {
                int count = control + 1;
                if (count > sourceLength - in || count > length - out) {
                    return false;
                }
                System.arraycopy(source, in, target, out, count);
                in += count;
                out += count;
                continue;
            }
            int count = control >> LENGTH_SHIFT;
            if (count == LONG_MATCH && in < sourceLength) {
                count += source[in++] & 0xff;
            }
            count += MATCH_BASE;
            if (in == sourceLength) {
                return false;
            }
            int from = out - (((control & OFFSET_HIGH_MASK) << Byte.SIZE) | (source[in++] & 0xff)) - 1;
            if (from < 0 || count > length - out) {
                return false;
            }
            copyWithin(target, from, out, count);
            out += count;
        }
        return out == length;
    }

    /** Copies forwards, byte by byte in effect: the target may begin inside of the source, which then repeats itself. */
    private static void copyWithin(byte[] array, int from, int to, int count) {
        if (to - from >= count) {
            System.arraycopy(array, from, array, to, count);
        } else {
            for (int i = 0; i < count; i++) {
                array[to + i] = array[from + i];
            }
        }
    }
}

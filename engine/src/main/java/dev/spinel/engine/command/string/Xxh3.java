package dev.spinel.engine.command.string;

import dev.spinel.api.data.Bytes;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * The hash XXH3 of 64 bits without seed, by which DIGEST and the conditions IFDEQ and IFDNE know a string.
 *
 * <p>Clients compute it too, so every bit of the result is given. Source: the xxHash fast digest algorithm specification,
 * version 0.2 (Yann Collet). Stateless; any thread. Nothing is allocated for up to 240 bytes.
 */
final class Xxh3 {
    /*
     * Strings are hashed in one of four ways, by their length:
     *
     *   0 to 16      one to two overlapping words, folded into one
     *   17 to 128    pairs of 16 bytes from both ends towards the middle
     *   129 to 240   16 bytes after 16 bytes
     *   241 and more stripes of 64 bytes into eight accumulators, which are scrambled after every 16 stripes
     *
     * Every word of data is combined with a word of the secret at a place that follows from its own.
     */
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long PRIME32_1 = 0x9E3779B1L;
    private static final long PRIME32_2 = 0x85EBCA77L;
    private static final long PRIME32_3 = 0xC2B2AE3DL;
    private static final long PRIME64_1 = 0x9E3779B185EBCA87L;
    private static final long PRIME64_2 = 0xC2B2AE3D27D4EB4FL;
    private static final long PRIME64_3 = 0x165667B19E3779F9L;
    private static final long PRIME64_4 = 0x85EBCA77C2B2AE63L;
    private static final long PRIME64_5 = 0x27D4EB2F165667C5L;
    private static final long PRIME_MX1 = 0x165667919E3779F9L;
    private static final long PRIME_MX2 = 0x9FB21C651E98DF25L;

    private static final int STRIPE_BYTES = 64;
    private static final int STRIPES_PER_BLOCK = 16;
    private static final int LANES = 8;
    /** Where the secret for scrambling starts: its last 64 bytes. */
    private static final int SCRAMBLE_SECRET = 128;

    private static final int LAST_STRIPE_SECRET = 121;
    private static final int MERGE_SECRET = 11;

    /** The 192 bytes of the default secret, as the specification gives them. */
    private static final byte[] SECRET = bytes(
            0xB8FE6C3923A44BBEL,
            0x7C01812CF721AD1CL,
            0xDED46DE9839097DBL,
            0x7240A4A4B7B3671FL,
            0xCB79E64ECCC0E578L,
            0x825AD07DCCFF7221L,
            0xB8084674F743248EL,
            0xE03590E6813A264CL,
            0x3C2852BB91C300CBL,
            0x88D0658B1B532EA3L,
            0x71644897A20DF94EL,
            0x3819EF46A9DEACD8L,
            0xA8FA763FE39C343FL,
            0xF9DCBBC7C70B4F1DL,
            0x8A51E04BCDB45931L,
            0xC89F7EC9D9787364L,
            0xEAC5AC8334D3EBC3L,
            0xC581A0FFFA1363EBL,
            0x170DDD51B7F0DA49L,
            0xD316552629D4689EL,
            0x2B16BE587D47A1FCL,
            0x8FF8B8D17AD031CEL,
            0x45CB3A8F95160428L,
            0xAFD7FBCABB4B407EL);

    private Xxh3() {}

    /** The bytes of words, the most significant ones first. */
    private static byte[] bytes(long... words) {
        byte[] bytes = new byte[words.length * Long.BYTES];
        for (int i = 0; i < words.length; i++) {
            LONGS.set(bytes, i * Long.BYTES, Long.reverseBytes(words[i]));
        }
        return bytes;
    }

    /** The hash of some bytes. O(length). */
    static long hash(Bytes bytes) {
        byte[] data = bytes.array();
        int start = bytes.offset();
        int length = bytes.length();
        if (length <= 16) {
            return hashUpTo16(data, start, length);
        }
        if (length <= 128) {
            return hashUpTo128(data, start, length);
        }
        return length <= 240 ? hashUpTo240(data, start, length) : hashLong(data, start, length);
    }

    private static long hashUpTo16(byte[] data, int start, int length) {
        int end = start + length;
        if (length > 8) {
            long low = word(data, start) ^ secret(24) ^ secret(32);
            long high = word(data, end - 8) ^ secret(40) ^ secret(48);
            return avalanche(length + Long.reverseBytes(low) + high + foldedProduct(low, high));
        }
        if (length >= 4) {
            long value = halfWord(data, end - 4) | (halfWord(data, start) << 32);
            value ^= secret(8) ^ secret(16);
            value ^= Long.rotateLeft(value, 49) ^ Long.rotateLeft(value, 24);
            value *= PRIME_MX2;
            value ^= (value >>> 35) + length;
            value *= PRIME_MX2;
            return value ^ (value >>> 28);
        }
        if (length > 0) {
            long combined = (data[end - 1] & 0xffL)
                    | ((long) length << 8)
                    | ((data[start] & 0xffL) << 16)
                    | ((data[start + (length >> 1)] & 0xffL) << 24);
            return finalMix(combined ^ halfWord(SECRET, 0) ^ halfWord(SECRET, 4));
        }
        return finalMix(secret(56) ^ secret(64));
    }

    private static long hashUpTo128(byte[] data, int start, int length) {
        long sum = length * PRIME64_1;
        int end = start + length;
        for (int pair = (length - 1) / 32; pair >= 0; pair--) {
            sum += mix16(data, start + 16 * pair, 32 * pair);
            sum += mix16(data, end - 16 * (pair + 1), 32 * pair + 16);
        }
        return avalanche(sum);
    }

    private static long hashUpTo240(byte[] data, int start, int length) {
        long sum = length * PRIME64_1;
        for (int i = 0; i < 8; i++) {
            sum += mix16(data, start + 16 * i, 16 * i);
        }
        sum = avalanche(sum);
        for (int i = 8; i < length / 16; i++) {
            sum += mix16(data, start + 16 * i, 16 * (i - 8) + 3);
        }
        return avalanche(sum + mix16(data, start + length - 16, 119));
    }

    private static long hashLong(byte[] data, int start, int length) {
        long[] lanes = {PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1};
        // What is left after whole blocks, and stripes, is never empty: the last stripe is always taken from the end.
        int stripes = (length - 1) / STRIPE_BYTES;
        for (int i = 0; i < stripes; i++) {
            int inBlock = i % STRIPES_PER_BLOCK;
            accumulate(lanes, data, start + STRIPE_BYTES * i, 8 * inBlock);
            if (inBlock == STRIPES_PER_BLOCK - 1) {
                scramble(lanes);
            }
        }
        accumulate(lanes, data, start + length - STRIPE_BYTES, LAST_STRIPE_SECRET);
        long result = length * PRIME64_1;
        for (int i = 0; i < LANES; i += 2) {
            int secretAt = MERGE_SECRET + 8 * i;
            result += foldedProduct(lanes[i] ^ secret(secretAt), lanes[i + 1] ^ secret(secretAt + 8));
        }
        return avalanche(result);
    }

    private static void accumulate(long[] lanes, byte[] data, int at, int secretAt) {
        for (int i = 0; i < LANES; i++) {
            long value = word(data, at + 8 * i);
            long keyed = value ^ secret(secretAt + 8 * i);
            lanes[i ^ 1] += value;
            lanes[i] += (keyed & 0xffffffffL) * (keyed >>> 32);
        }
    }

    private static void scramble(long[] lanes) {
        for (int i = 0; i < LANES; i++) {
            long lane = lanes[i];
            lanes[i] = (lane ^ (lane >>> 47) ^ secret(SCRAMBLE_SECRET + 8 * i)) * PRIME32_1;
        }
    }

    private static long mix16(byte[] data, int at, int secretAt) {
        return foldedProduct(word(data, at) ^ secret(secretAt), word(data, at + 8) ^ secret(secretAt + 8));
    }

    /** Both halves of the unsigned product of 128 bits, combined. */
    private static long foldedProduct(long a, long b) {
        long high = Math.multiplyHigh(a, b) + ((a >> 63) & b) + ((b >> 63) & a);
        return (a * b) ^ high;
    }

    private static long avalanche(long value) {
        long mixed = (value ^ (value >>> 37)) * PRIME_MX1;
        return mixed ^ (mixed >>> 32);
    }

    /** The last step of the older XXH64, which ends the hash of up to three bytes. */
    private static long finalMix(long value) {
        long mixed = (value ^ (value >>> 33)) * PRIME64_2;
        mixed = (mixed ^ (mixed >>> 29)) * PRIME64_3;
        return mixed ^ (mixed >>> 32);
    }

    private static long word(byte[] data, int at) {
        return (long) LONGS.get(data, at);
    }

    private static long halfWord(byte[] data, int at) {
        return (int) INTS.get(data, at) & 0xffffffffL;
    }

    private static long secret(int at) {
        return word(SECRET, at);
    }
}

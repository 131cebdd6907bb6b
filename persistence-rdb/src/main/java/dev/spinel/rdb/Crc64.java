package dev.spinel.rdb;

/**
 * The checksum of RDB files and of DUMP: a reflected CRC of 64 bits over the polynomial of D. Jones, which starts from 0 and
 * is not inverted at the end. {@code "123456789"} has the sum e9c6d914c4b8d9ca. Any thread.
 *
 * <p>Source: crc64 of Redis 7.0 for the parameters; M. Kounavis and F. Berry, A Systematic Approach to Building High
 * Performance Software-Based CRC Generators, 2005, for the method.
 */
final class Crc64 {
    private static final long REFLECTED_POLYNOMIAL = Long.reverse(0xad93d23594c935a9L);
    private static final int SLICES = 16;
    private static final int TABLE_SIZE = 256;

    /** Entry {@code s * 256 + b}: the sum of the byte b with s zero bytes after it. */
    private static final long[] TABLES = tables();

    private Crc64() {}

    private static long[] tables() {
        long[] tables = new long[SLICES * TABLE_SIZE];
        for (int value = 0; value < TABLE_SIZE; value++) {
            long sum = value;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                sum = (sum & 1) != 0 ? (sum >>> 1) ^ REFLECTED_POLYNOMIAL : sum >>> 1;
            }
            tables[value] = sum;
        }
        for (int i = TABLE_SIZE; i < tables.length; i++) {
            long shorter = tables[i - TABLE_SIZE];
            tables[i] = (shorter >>> Byte.SIZE) ^ tables[(int) shorter & 0xff];
        }
        return tables;
    }

    /** The sum of what has the sum {@code sum}, followed by bytes of an array; 0 is the sum of nothing. */
    static long update(long sum, byte[] array, int offset, int length) {
        long result = sum;
        int at = offset;
        int end = offset + length;
        for (; end - at >= SLICES; at += SLICES) {
            result = step(result, array, at);
        }
        for (; at < end; at++) {
            result = TABLES[(int) (result ^ array[at]) & 0xff] ^ (result >>> Byte.SIZE);
        }
        return result;
    }

    private static long step(long sum, byte[] array, int at) {
        return TABLES[15 * TABLE_SIZE + (((int) sum ^ array[at]) & 0xff)]
                ^ TABLES[14 * TABLE_SIZE + (((int) (sum >>> 8) ^ array[at + 1]) & 0xff)]
                ^ TABLES[13 * TABLE_SIZE + (((int) (sum >>> 16) ^ array[at + 2]) & 0xff)]
                ^ TABLES[12 * TABLE_SIZE + (((int) (sum >>> 24) ^ array[at + 3]) & 0xff)]
                ^ TABLES[11 * TABLE_SIZE + (((int) (sum >>> 32) ^ array[at + 4]) & 0xff)]
                ^ TABLES[10 * TABLE_SIZE + (((int) (sum >>> 40) ^ array[at + 5]) & 0xff)]
                ^ TABLES[9 * TABLE_SIZE + (((int) (sum >>> 48) ^ array[at + 6]) & 0xff)]
                ^ TABLES[8 * TABLE_SIZE + (((int) (sum >>> 56) ^ array[at + 7]) & 0xff)]
                ^ TABLES[7 * TABLE_SIZE + (array[at + 8] & 0xff)]
                ^ TABLES[6 * TABLE_SIZE + (array[at + 9] & 0xff)]
                ^ TABLES[5 * TABLE_SIZE + (array[at + 10] & 0xff)]
                ^ TABLES[4 * TABLE_SIZE + (array[at + 11] & 0xff)]
                ^ TABLES[3 * TABLE_SIZE + (array[at + 12] & 0xff)]
                ^ TABLES[2 * TABLE_SIZE + (array[at + 13] & 0xff)]
                ^ TABLES[TABLE_SIZE + (array[at + 14] & 0xff)]
                ^ TABLES[array[at + 15] & 0xff];
    }
}

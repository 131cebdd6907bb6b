package dev.spinel.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Crc64Test {
    @Test
    void update_ofTheDigits_isTheCheckValue() {
        byte[] digits = "123456789".getBytes(StandardCharsets.US_ASCII);
        assertThat(Crc64.update(0, digits, 0, digits.length)).isEqualTo(0xe9c6d914c4b8d9caL);
    }

    @Test
    void update_inPieces_isThatOfTheWhole() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        byte[] bytes = new byte[1000];
        random.nextBytes(bytes);
        long whole = bitByBit(bytes);
        for (int i = 0; i < 200; i++) {
            int first = random.nextInt(bytes.length + 1);
            int second = first + random.nextInt(bytes.length - first + 1);
            long sum = Crc64.update(0, bytes, 0, first);
            sum = Crc64.update(sum, bytes, first, second - first);
            sum = Crc64.update(sum, bytes, second, bytes.length - second);
            assertThat(sum).as("seed %d", seed).isEqualTo(whole);
        }
    }

    private static long bitByBit(byte[] bytes) {
        long sum = 0;
        for (byte b : bytes) {
            sum ^= b & 0xff;
            for (int bit = 0; bit < 8; bit++) {
                sum = (sum & 1) != 0 ? (sum >>> 1) ^ Long.reverse(0xad93d23594c935a9L) : sum >>> 1;
            }
        }
        return sum;
    }
}

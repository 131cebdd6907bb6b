package dev.spinel.engine.command.string;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the hash; the expectations were computed by libxxhash 0.8.1. */
class Xxh3Test {
    private static String hash(byte[] data, int offset, int length) {
        Bytes bytes = new Bytes();
        bytes.set(data, offset, length);
        return String.format("%016x", Xxh3.hash(bytes));
    }

    @ParameterizedTest
    @CsvSource({
        "0, 2d06800538d394c2",
        "1, c44bdff4074eecdb",
        "3, 3698b80191e625f9",
        "4, 2e4ac2f1c52157fc",
        "8, 60e1baa91347a1f2",
        "9, 9c88fc32c37b56cb",
        "16, f9fbd0260ba978df",
        "17, c56f339d36cc73d7",
        "32, 7418fd090e5a8159",
        "33, d80a3226002e02f8",
        "64, ef5426b31747db78",
        "65, b98e2a2698771ec0",
        "96, 59d3b91aa4416fb9",
        "97, 3fea7cc420f592c0",
        "128, 31ccf8dec850d035",
        "129, c72af4c6ac4dea94",
        "144, 83db3050f78b59eb",
        "240, e315d53d5129eede",
        "241, 18773c512b008a63",
        "512, c429f798ce274fbf",
        "1023, a8cbae8bf14c4107",
        "1024, b2ac1d11fd7b209b",
        "1025, c7fd981796d2137a",
        "1088, aef20318ee5a1317",
        "2048, 424d72d80db83f76",
        "2049, d11dc43cf6351744",
        "100000, 019bf1039e3eb530"
    })
    void length_decidesTheWay(int length, String expected) {
        byte[] data = new byte[length + 5];
        for (int i = 0; i < length; i++) {
            data[3 + i] = (byte) (i * 31 + 7 * (i >> 8));
        }
        assertThat(hash(data, 3, length)).isEqualTo(expected);
    }

    @Test
    void documentedExample_isWhatRedisAnswers() {
        byte[] data = "Hello world".getBytes(StandardCharsets.US_ASCII);
        assertThat(hash(data, 0, data.length)).isEqualTo("b6acb9d84a38ff74");
    }
}

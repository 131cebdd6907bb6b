package dev.spinel.api.data;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The expected texts are what INCRBYFLOAT of redis-server 7.0.15 on x86-64 answers. */
class LongDoubleTest {
    private static LongDouble number(String text) {
        return requireNonNull(LongDouble.parse(Bytes.of(text)), text);
    }

    @ParameterizedTest
    @CsvSource({
        "3.0, 1.1, 4.1",
        "10.50, 0.1, 10.6",
        "5.0e3, 2.0e2, 5200",
        "0.1, 0.2, 0.3",
        "1, 1e-10, 1.0000000001",
        "1, 1e-17, 1.00000000000000001",
        "1, 1e-18, 1",
        "1e17, 0.1, 100000000000000000.1015625",
        "1e18, 1, 1000000000000000001",
        "1e21, 1, 1000000000000000000000",
        "123456789.123, 0.000001, 123456789.12300099999993108",
        "0x10, 1, 17",
        "0x1p-3, 1, 1.125",
        "1, -1, 0",
        "-0, -0, 0",
        "1e400, -1e400, 0",
        "3.3, -1.1, 2.2",
        "1e-17, 0, 0.00000000000000001",
        "5e-18, 0, 0",
        "-1e-20, 0, 0",
        "-1.5, 0, -1.5",
        "99999999999999999999, 1, 100000000000000000000",
        "18446744073709551616, 1, 18446744073709551616",
        "1e100, 1, 99999999999999999996693535322073426194986990198284"
                + "96079271391541752018669482644324418977840117055488",
        "1e30, 0.5, 1000000000000000000024696061952"
    })
    void sum_hasRedisText(String left, String right, String expected) {
        assertThat(number(left).plus(number(right)).text().toString()).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " 1",
                "1 ",
                "nan",
                "abc",
                "1e",
                "1e5000",
                "-1e5000",
                "1e-5000",
                "1e-999999999999",
                "1e999999999999",
                "0x",
                "0x1p20000",
                "0x1p-20000",
                ".",
                "-",
                "1f"
            })
    void otherText_isNoNumber(String text) {
        assertThat(LongDouble.parse(Bytes.of(text))).isNull();
    }

    @Test
    void infinities_areNotFinite() {
        assertThat(number("inf").plus(number("1")).isFinite()).isFalse();
        assertThat(number("1").plus(number("-infinity")).isFinite()).isFalse();
        assertThat(number("1e4932").plus(number("1e4932")).isFinite()).isFalse();
    }

    @Test
    void text_ofMoreThan5119Bytes_isNoNumber() {
        assertThat(LongDouble.parse(Bytes.of("0".repeat(5119) + "1"))).isNull();
        assertThat(number("0".repeat(5118) + "1").text()).isEqualTo(Bytes.of("1"));
    }

    @Test
    void longs_areExact() {
        assertThat(LongDouble.of(Long.MIN_VALUE).plus(LongDouble.of(-1)).text())
                .isEqualTo(Bytes.of("-9223372036854775809"));
    }
}

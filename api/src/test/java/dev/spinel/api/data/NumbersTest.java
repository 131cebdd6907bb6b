package dev.spinel.api.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The expected texts are what redis-server 7.0.15 on x86-64 answers. */
class NumbersTest {
    private static final int RANDOM_ROUNDS = 200_000;

    private static String formatted(double value) {
        byte[] target = new byte[Numbers.MAX_DOUBLE_LENGTH + 2];
        return new String(target, 1, Numbers.formatDouble(value, target, 1), StandardCharsets.US_ASCII);
    }

    private static double parsed(String text) {
        return Numbers.parseDouble(Bytes.of(text));
    }

    @Nested
    class Longs {
        @ParameterizedTest
        @ValueSource(
                longs = {0, 1, -1, 9, 10, 99, 100, 12345, -98765, Long.MAX_VALUE, Long.MIN_VALUE, 1000000000000000000L})
        void anyLong_readsBack(long value) {
            byte[] target = new byte[Numbers.MAX_LONG_LENGTH + 1];
            int length = Numbers.formatLong(value, target, 1);
            assertThat(new String(target, 1, length, StandardCharsets.US_ASCII)).isEqualTo(Long.toString(value));
            assertThat(Numbers.lengthOfLong(value)).isEqualTo(length);
            assertThat(Numbers.isLong(target, 1, length)).isTrue();
            assertThat(Numbers.parseLong(target, 1, length)).isEqualTo(value);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    "-",
                    "+1",
                    "01",
                    "-0",
                    "-01",
                    "00",
                    " 1",
                    "1 ",
                    "1.0",
                    "0x1",
                    "1e1",
                    "9223372036854775808",
                    "-9223372036854775809",
                    "99999999999999999999",
                    "-99999999999999999999",
                    "123456789012345678901"
                })
        void otherForms_areNoLongs(String text) {
            Bytes bytes = Bytes.of(text);
            assertThat(Numbers.isLong(bytes)).isFalse();
            assertThatThrownBy(() -> Numbers.parseLong(bytes)).isInstanceOf(NumberFormatException.class);
        }
    }

    @Nested
    class ParseDouble {
        @ParameterizedTest
        @CsvSource({
            "3, 3",
            "0x10, 16",
            "0x1p3, 8",
            "0x.8, 0.5",
            "-0X1.8P-1, -0.75",
            "1e5, 100000",
            ".5, 0.5",
            "5., 5",
            "+1, 1",
            "1e+5, 100000",
            "1e0, 1",
            "5e-324, 4.9e-324",
            "0e999999999999, 0",
            "00012.500, 12.5",
            "9007199254740993, 9007199254740992",
            "1e22, 1e22",
            "1e23, 1e23",
            "1.7976931348623157e308, 1.7976931348623157e308",
            "2.2250738585072011e-308, 2.225073858507201e-308",
            "100000000000000000000000000000000000000001, 1e41",
            "0.1000000000000000055511151231257827021181583404541015625, 0.1"
        })
        void number_isRead(String text, double expected) {
            assertThat(parsed(text)).isEqualTo(expected);
        }

        @ParameterizedTest
        @ValueSource(strings = {"inf", "+inf", "infinity", "INFINITY", "iNf"})
        void infinity_isRead(String text) {
            assertThat(parsed(text)).isEqualTo(Double.POSITIVE_INFINITY);
            assertThat(parsed("-" + text.replace("+", ""))).isEqualTo(Double.NEGATIVE_INFINITY);
        }

        @Test
        void negativeZero_keepsItsSign() {
            assertThat(Double.doubleToRawLongBits(parsed("-0"))).isEqualTo(Double.doubleToRawLongBits(-0.0));
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "",
                    " 1",
                    "1 ",
                    "1\t",
                    "\n1",
                    "1\0",
                    "5e",
                    "5e+",
                    "1_0",
                    "nan",
                    "-nan",
                    "nan(1)",
                    "inf1",
                    "0x",
                    "0x.",
                    "0x1p",
                    "0xg",
                    "-",
                    "+",
                    ".",
                    "e5",
                    "1..2",
                    "1e5.",
                    "1f",
                    "1d",
                    "1e400",
                    "-1e400",
                    "1e-400",
                    "1e999999999999",
                    "0x1p5000",
                    "0x1p-5000",
                    "\u00101",
                    "\u0010x1",
                    "--1",
                    "+-1"
                })
        void otherText_isNaN(String text) {
            assertThat(parsed(text)).isNaN();
        }

        @Test
        void randomText_asTheJdkReadsIt() {
            long seed = System.nanoTime();
            Random random = new Random(seed);
            for (int i = 0; i < RANDOM_ROUNDS; i++) {
                String text = (random.nextBoolean() ? "-" : "")
                        + Long.toUnsignedString(random.nextLong() >>> random.nextInt(64))
                        + (random.nextBoolean() ? "." + (random.nextLong() >>> 1 + random.nextInt(63)) : "")
                        + "e"
                        + (random.nextInt(700) - 370);
                double expected = Double.parseDouble(text);
                boolean outOfRange = Double.isInfinite(expected) || (expected == 0 && text.matches("[^e]*[1-9].*e.*"));
                assertThat(Double.compare(parsed(text), outOfRange ? Double.NaN : expected))
                        .as("seed %d: %s", seed, text)
                        .isZero();
            }
        }
    }

    @Nested
    class FormatDouble {
        @ParameterizedTest
        @CsvSource({
            "3, 3",
            "3.14, 3.1400000000000001",
            "0.1, 0.10000000000000001",
            "1e21, 1e+21",
            "1e-7, 9.9999999999999995e-08",
            "123456789.123, 123456789.123",
            "4.9e-324, 4.9406564584124654e-324",
            "1.7976931348623157e308, 1.7976931348623157e+308",
            "-0.0, -0",
            "0, 0",
            "1e16, 10000000000000000",
            "1e17, 1e+17",
            "9.2e18, 9.2e+18",
            "-4611686018427387904, -4.6116860184273879e+18",
            "0.30000000000000004, 0.30000000000000004",
            "1.5, 1.5",
            "0.0001, 0.0001",
            "0.00001, 1.0000000000000001e-05",
            "99999999999999984, 99999999999999984",
            "-0.00012345678901234567, -0.00012345678901234567",
            "Infinity, inf",
            "-Infinity, -inf",
            "NaN, nan"
        })
        void value_hasRedisText(double value, String expected) {
            assertThat(formatted(value)).isEqualTo(expected);
        }

        @Test
        void everyBinaryExponent_isExact() {
            for (int exponent = -1074; exponent <= 1023; exponent++) {
                double power = Math.scalb(1.0, exponent);
                for (double value : new double[] {power, Math.nextUp(power), Math.nextDown(power)}) {
                    assertThat(formatted(value)).isEqualTo(exact(value));
                }
            }
        }

        @Test
        void everyDecimalExponent_isExact() {
            for (int exponent = -323; exponent <= 308; exponent++) {
                double power = Double.parseDouble("1e" + exponent);
                for (double value : new double[] {power, Math.nextUp(power), Math.nextDown(power), power * 5}) {
                    assertThat(formatted(value)).isEqualTo(exact(value));
                }
            }
        }

        @Test
        void randomBits_areExactAndReadBack() {
            long seed = System.nanoTime();
            Random random = new Random(seed);
            for (int i = 0; i < RANDOM_ROUNDS; i++) {
                double value = i % 2 == 0 ? Double.longBitsToDouble(random.nextLong()) : random.nextInt() / 1000.0;
                if (Double.isNaN(value)) {
                    continue;
                }
                assertThat(formatted(value)).as("seed %d", seed).isEqualTo(exact(value));
                assertThat(parsed(formatted(value))).as("seed %d", seed).isEqualTo(value);
            }
        }

        private String exact(double value) {
            if (value == 0 || Double.isInfinite(value)) {
                return value == 0 ? "0" : value > 0 ? "inf" : "-inf";
            }
            BigDecimal rounded = new BigDecimal(value).round(new MathContext(17, RoundingMode.HALF_EVEN));
            int exponent = rounded.precision() - rounded.scale() - 1;
            if (exponent >= -4 && exponent < 17) {
                return rounded.stripTrailingZeros().toPlainString();
            }
            String digits = rounded.stripTrailingZeros().unscaledValue().abs().toString();
            return (value < 0 ? "-" : "")
                    + digits.charAt(0)
                    + (digits.length() > 1 ? "." + digits.substring(1) : "")
                    + String.format(Locale.ROOT, "e%s%02d", exponent < 0 ? "-" : "+", Math.abs(exponent));
        }
    }

    @Nested
    class FormatScore {
        @ParameterizedTest
        @CsvSource({
            "1e17, 100000000000000000",
            "1e18, 1000000000000000000",
            "-2305843009213693952, -2305843009213693952",
            "9.2e18, 9.2e+18",
            "3.14, 3.1400000000000001",
            "-0.0, -0",
            "Infinity, inf",
            "1e21, 1e+21"
        })
        void value_hasStoredText(double value, String expected) {
            byte[] target = new byte[Numbers.MAX_DOUBLE_LENGTH];
            int length = Numbers.formatScore(value, target, 0);
            assertThat(new String(target, 0, length, StandardCharsets.US_ASCII)).isEqualTo(expected);
        }
    }
}

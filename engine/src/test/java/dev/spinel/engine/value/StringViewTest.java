package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StringViewTest {
    private final ArrayCell cell = new ArrayCell();
    private final StringView string = new StringView(cell);

    @BeforeEach
    void init() {
        string.init();
    }

    private void assertIs(String text, String encoding) {
        assertThat(string.bytes().toString()).isEqualTo(text);
        assertThat(string.length()).isEqualTo(text.length());
        assertThat(string.encodingName()).isEqualTo(encoding);
    }

    @Nested
    class SetBytes {
        @ParameterizedTest
        @CsvSource({
            "0, int",
            "-1, int",
            "9223372036854775807, int",
            "-9223372036854775808, int",
            "9223372036854775808, embstr",
            "01, embstr",
            "-0, embstr",
            "+1, embstr",
            "1.5, embstr",
            "'', embstr",
            "hello, embstr"
        })
        void value_hasEncodingOfRedis(String value, String encoding) {
            string.set(Bytes.of(value));
            assertIs(value, encoding);
            assertThat(string.isInteger()).isEqualTo(encoding.equals("int"));
        }

        @Test
        void lengthOf44_lastEmbedded() {
            string.set(Bytes.of("x".repeat(44)));
            assertIs("x".repeat(44), "embstr");
            string.set(Bytes.of("x".repeat(45)));
            assertIs("x".repeat(45), "raw");
        }

        @Test
        void staticPath_writesTheSame() {
            for (String text : new String[] {"", "12345", "-1", "abc", "y".repeat(60)}) {
                Bytes value = Bytes.of(text);
                int encoding = StringView.encodingOf(value);
                cell.resize(StringView.encodedLength(value, encoding));
                cell.encoding(encoding);
                StringView.write(value, encoding, cell.array(), cell.offset());
                assertThat(string.bytes().toString()).isEqualTo(text);
                byte[] written = Arrays.copyOfRange(cell.array(), cell.offset(), cell.offset() + cell.length());
                string.set(value);
                assertThat(Arrays.copyOfRange(cell.array(), cell.offset(), cell.offset() + cell.length()))
                        .isEqualTo(written);
            }
        }
    }

    @Nested
    class SetInteger {
        @ParameterizedTest
        @CsvSource({
            "0, 1",
            "127, 1",
            "-128, 1",
            "128, 2",
            "-129, 2",
            "32767, 2",
            "99999, 3",
            "-8388609, 4",
            "2147483648, 5",
            "9223372036854775807, 8",
            "-9223372036854775808, 8",
            "-36028797018963968, 7",
            "36028797018963968, 8"
        })
        void number_takesFewestBytes(long number, int bytes) {
            string.set(number);
            assertThat(cell.length()).isEqualTo(bytes);
            assertThat(string.integer()).isEqualTo(number);
            assertIs(Long.toString(number), "int");
        }

        @Test
        void sameWidth_staysInPlace() {
            string.set(1000);
            byte[] array = cell.array();
            string.set(1001);
            assertThat(cell.array()).isSameAs(array);
            assertThat(string.integer()).isEqualTo(1001);
        }
    }

    @Nested
    class Integer {
        @Test
        void rawDigits_parsed() {
            string.set(Bytes.of("1"));
            string.append(Bytes.of("2"));
            assertIs("12", "raw");
            assertThat(string.isInteger()).isFalse();
            assertThat(string.integer()).isEqualTo(12);
        }

        @ParameterizedTest
        @ValueSource(strings = {"", " 1", "1 ", "01", "9223372036854775808", "abc"})
        void otherBytes_rejected(String value) {
            string.set(Bytes.of(value));
            assertThatThrownBy(string::integer)
                    .isInstanceOf(CommandException.class)
                    .hasMessage("ERR value is not an integer or out of range");
        }
    }

    @Nested
    class SetRange {
        @Test
        void beyondEnd_filledWithZero() {
            string.set(Bytes.of("ab"));
            assertThat(string.setRange(4, Bytes.of("cd"))).isEqualTo(6);
            assertIs("ab\0\0cd", "raw");
        }

        @Test
        void inside_keepsTheRest() {
            string.set(Bytes.of("Hello World"));
            assertThat(string.setRange(6, Bytes.of("Redis"))).isEqualTo(11);
            assertIs("Hello Redis", "raw");
        }

        @Test
        void ofInteger_changesItsDigits() {
            string.set(1234);
            assertThat(string.setRange(1, Bytes.of("00"))).isEqualTo(4);
            assertIs("1004", "raw");
        }

        @Test
        void ofNothing_changesNothing() {
            string.set(Bytes.of("ab"));
            assertThat(string.setRange(100, Bytes.of(""))).isEqualTo(2);
            assertIs("ab", "embstr");
        }
    }

    @Nested
    class Resize {
        @Test
        void longer_filledWithZero() {
            string.set(Bytes.of("ab"));
            string.resize(4);
            assertIs("ab\0\0", "raw");
        }

        @Test
        void shorter_cut() {
            string.set(Bytes.of("abcd"));
            string.resize(1);
            assertIs("a", "raw");
        }
    }

    @Test
    void setByte_ofInteger_changesItsDigits() {
        string.set(7);
        string.setByte(0, (byte) 'x');
        assertIs("x", "raw");
    }

    @Test
    void append_inSmallSteps_movesSeldom() {
        int moves = 0;
        for (int i = 0; i < 100_000; i++) {
            byte[] before = cell.array();
            string.append(Bytes.of("0123456789"));
            // The cell of this test moves at each change of size, unlike one in the arena.
            moves += i > 1000 && before != cell.array() ? 1 : 0;
        }
        assertThat(moves).isBetween(10, 50);
        assertThat(string.length()).isEqualTo(1_000_000);
        assertThat(cell.length()).isLessThan(1_260_000);
        assertThat(string.bytes().toString()).isEqualTo("0123456789".repeat(100_000));
    }

    @Test
    void copyFrom_sharesNothing() {
        for (String value : new String[] {"12", "text", "z".repeat(9000)}) {
            string.set(Bytes.of(value));
            StringView copy = new StringView(new ArrayCell());
            copy.copyFrom(string);
            assertThat(copy.encodingName()).isEqualTo(string.encodingName());
            string.append(Bytes.of("more"));
            assertThat(copy.bytes().toString()).isEqualTo(value);
            copy.copyFrom(string);
            assertThat(copy.bytes()).isEqualTo(string.bytes());
        }
    }

    @Test
    void randomChanges_matchAnArray() {
        long seed = System.nanoTime();
        System.out.println("StringViewTest seed " + seed);
        Random random = new Random(seed);
        byte[] model = new byte[0];
        for (int i = 0; i < 50_000; i++) {
            byte[] argument = argument(random);
            int limit = random.nextInt(100) == 0 ? 20_000 : 200;
            switch (random.nextInt(6)) {
                case 0 -> {
                    string.set(Bytes.of(argument));
                    model = argument;
                }
                case 1 -> {
                    long number = random.nextLong() >> random.nextInt(64);
                    string.set(number);
                    model = Long.toString(number).getBytes();
                }
                case 2 -> {
                    int at = random.nextInt(limit);
                    int length = argument.length == 0 ? model.length : Math.max(model.length, at + argument.length);
                    assertThat(string.setRange(at, Bytes.of(argument))).isEqualTo(length);
                    model = Arrays.copyOf(model, length);
                    if (argument.length > 0) {
                        System.arraycopy(argument, 0, model, at, argument.length);
                    }
                }
                case 3 -> {
                    int length = random.nextInt(limit);
                    string.resize(length);
                    model = Arrays.copyOf(model, length);
                }
                case 4 -> {
                    if (model.length > 0) {
                        int at = random.nextInt(model.length);
                        string.setByte(at, (byte) i);
                        model = model.clone();
                        model[at] = (byte) i;
                    }
                }
                default -> {
                    int length = model.length + argument.length;
                    assertThat(string.append(Bytes.of(argument))).isEqualTo(length);
                    model = Arrays.copyOf(model, length);
                    System.arraycopy(argument, 0, model, length - argument.length, argument.length);
                }
            }
            assertThat(string.length()).isEqualTo(model.length);
            assertThat(string.bytes()).isEqualTo(Bytes.of(model));
        }
    }

    private static byte[] argument(Random random) {
        if (random.nextBoolean()) {
            return Long.toString(random.nextLong() >> random.nextInt(64)).getBytes();
        }
        byte[] argument = new byte[random.nextInt(random.nextInt(20) == 0 ? 6000 : 60)];
        random.nextBytes(argument);
        return argument;
    }
}

package dev.spinel.resp.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;
import java.nio.charset.StandardCharsets;
import java.util.function.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The expected bytes are those of redis-server 7.0.15, or of the RESP3 specification where that server uses none. */
class RespWriterTest {
    private final BufferPool pool = new BufferPool(1 << 20, new BufferBudget());
    private final RespWriter writer = new RespWriter(pool);

    private String written(int protocol, Consumer<RespWriter> reply) {
        writer.clear();
        writer.protocol(protocol);
        reply.accept(writer);
        return new String(writer.array(), 0, writer.length(), StandardCharsets.UTF_8);
    }

    private void assertBoth(Consumer<RespWriter> reply, String resp2, String resp3) {
        assertThat(written(2, reply)).isEqualTo(resp2);
        assertThat(written(3, reply)).isEqualTo(resp3);
    }

    @Nested
    class Scalars {
        @Test
        void strings_andErrors() {
            assertBoth(RespWriter::ok, "+OK\r\n", "+OK\r\n");
            assertBoth(w -> w.simple("QUEUED"), "+QUEUED\r\n", "+QUEUED\r\n");
            assertBoth(w -> w.error("ERR a\r\nb\nc"), "-ERR a  b c\r\n", "-ERR a  b c\r\n");
            assertBoth(w -> w.error("ERR é\n"), "-ERR é \r\n", "-ERR é \r\n");
        }

        @Test
        void integers() {
            assertBoth(w -> w.integer(0), ":0\r\n", ":0\r\n");
            assertBoth(w -> w.integer(-42), ":-42\r\n", ":-42\r\n");
            assertBoth(w -> w.integer(Long.MIN_VALUE), ":-9223372036854775808\r\n", ":-9223372036854775808\r\n");
            assertBoth(w -> w.bulkInteger(1234567890), "$10\r\n1234567890\r\n", "$10\r\n1234567890\r\n");
        }

        @Test
        void bulkStrings() {
            assertBoth(w -> w.bulk(""), "$0\r\n\r\n", "$0\r\n\r\n");
            assertBoth(w -> w.bulk("naïve"), "$6\r\nnaïve\r\n", "$6\r\nnaïve\r\n");
            assertBoth(w -> w.bulk(Bytes.of("a\r\nb")), "$4\r\na\r\nb\r\n", "$4\r\na\r\nb\r\n");
            assertBoth(w -> w.bulk(new byte[] {'x', 'a', 'b'}, 1, 2), "$2\r\nab\r\n", "$2\r\nab\r\n");
        }

        @ParameterizedTest
        @CsvSource({"9", "10", "99", "100", "999", "1000", "65535", "1000000"})
        void bulkString_ofAnyLength(int length) {
            String text = "x".repeat(length);
            assertBoth(w -> w.bulk(text), "$" + length + "\r\n" + text + "\r\n", "$" + length + "\r\n" + text + "\r\n");
        }

        @ParameterizedTest
        @CsvSource({
            "3, $1, 3", "3.14, $18, 3.1400000000000001", "1e21, $5, 1e+21", "4.9e-324, $23, 4.9406564584124654e-324",
            "Infinity, $3, inf", "-Infinity, $4, -inf", "-0.0, $2, -0", "1234567.25, $10, 1234567.25",
            "123456.25, $9, 123456.25"
        })
        void doubles(double value, String head, String text) {
            String bulk = head + "\r\n" + text + "\r\n";
            assertBoth(w -> w.real(value), bulk, "," + text + "\r\n");
            assertBoth(w -> w.bulkReal(value), bulk, bulk);
        }

        @Test
        void absentValues_booleans_bigNumbers_verbatim() {
            assertBoth(RespWriter::nil, "$-1\r\n", "_\r\n");
            assertBoth(RespWriter::nilArray, "*-1\r\n", "_\r\n");
            assertBoth(w -> w.bool(true), ":1\r\n", "#t\r\n");
            assertBoth(w -> w.bool(false), ":0\r\n", "#f\r\n");
            assertBoth(w -> w.bigNumber("-123"), "$4\r\n-123\r\n", "(-123\r\n");
            assertBoth(w -> w.verbatim("txt", "hé"), "$3\r\nhé\r\n", "=7\r\ntxt:hé\r\n");
        }
    }

    @Nested
    class Aggregates {
        @Test
        void heads() {
            assertBoth(w -> w.array(0), "*0\r\n", "*0\r\n");
            assertBoth(w -> w.array(123), "*123\r\n", "*123\r\n");
            assertBoth(w -> w.map(51), "*102\r\n", "%51\r\n");
            assertBoth(w -> w.set(2), "*2\r\n", "~2\r\n");
            assertBoth(w -> w.push(3), "*3\r\n", ">3\r\n");
            assertThat(written(3, w -> w.attribute(1))).isEqualTo("|1\r\n");
            assertThatThrownBy(() -> written(2, w -> w.attribute(1))).isInstanceOf(IllegalStateException.class);
        }

        @Test
        void sizesKnownAtTheEnd_nest() {
            assertBoth(
                    w -> {
                        int outer = w.begin();
                        w.integer(1);
                        int map = w.begin();
                        w.bulk("key");
                        int set = w.begin();
                        w.endSet(set, 0);
                        w.endMap(map, 1);
                        w.endArray(outer, 2);
                    },
                    "*2\r\n:1\r\n*2\r\n$3\r\nkey\r\n*0\r\n",
                    "*2\r\n:1\r\n%1\r\n$3\r\nkey\r\n~0\r\n");
        }

        @Test
        void sizeKnownAtTheEnd_ofManyElements() {
            StringBuilder expected = new StringBuilder("*100000\r\n");
            String reply = written(2, w -> {
                int mark = w.begin();
                for (int i = 0; i < 100_000; i++) {
                    w.integer(i);
                    expected.append(':').append(i).append("\r\n");
                }
                w.endArray(mark, 100_000);
            });
            assertThat(reply).isEqualTo(expected.toString());
        }
    }

    @Nested
    class Positions {
        @Test
        void rollback_takesBack() {
            assertThat(written(2, w -> {
                        w.ok();
                        int mark = w.length();
                        w.array(3);
                        w.integer(1);
                        w.rollback(mark);
                        w.error("ERR no");
                    }))
                    .isEqualTo("+OK\r\n-ERR no\r\n");
        }

        @Test
        void discard_forgetsTheFirstBytes() {
            assertThat(written(2, w -> {
                        w.ok();
                        w.integer(7);
                        w.discard(5);
                    }))
                    .isEqualTo(":7\r\n");
        }

        @Test
        void clear_givesTheArrayBack() {
            writer.ok();
            byte[] array = writer.array();
            writer.clear();
            assertThat(writer.length()).isZero();
            assertThat(writer.array()).isEmpty();
            assertThat(pool.take(1)).isSameAs(array);
        }
    }

    @Test
    void growth_isAskedForAndCanBeRefused() {
        RespWriter limited = new RespWriter(pool, bytes -> bytes < 10_000);
        limited.bulk("x".repeat(9_000));
        int mark = limited.length();
        assertThatThrownBy(() -> limited.bulk("x".repeat(9_000))).isInstanceOf(CommandException.class);
        limited.rollback(mark);
        limited.ok();
        assertThat(limited.length()).isEqualTo(mark + "+OK\r\n".length());
        limited.clear();
    }
}

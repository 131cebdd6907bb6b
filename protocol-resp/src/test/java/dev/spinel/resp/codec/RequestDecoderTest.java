package dev.spinel.resp.codec;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The messages are those of redis-server 7.0.15 for the same bytes. */
class RequestDecoderTest {
    private final RequestLimits limits = new RequestLimits();
    private final DecoderPeer.SharedRoom room = new DecoderPeer.SharedRoom();

    private static byte[] latin(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static List<Bytes> request(String... words) {
        return Arrays.stream(words).map(word -> Bytes.of(latin(word))).toList();
    }

    private static byte[] encode(List<List<Bytes>> requests) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (List<Bytes> request : requests) {
            out.writeBytes(latin("*" + request.size() + "\r\n"));
            for (Bytes arg : request) {
                out.writeBytes(latin("$" + arg.length() + "\r\n"));
                out.write(arg.array(), arg.offset(), arg.length());
                out.writeBytes(latin("\r\n"));
            }
        }
        return out.toByteArray();
    }

    @Nested
    class Requests {
        private static final String MIXED = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$4\r\n\r\n\0x\r\n"
                + "PING\r\n*0\r\n*-1\r\n\r\n*1\r\n$0\r\n\r\n  ECHO  \"a\\x41 b\"\n*2\r\n$4\r\nECHO\r\n$2\r\nhi\r\n";

        private final List<List<Bytes>> expected = List.of(
                request("SET", "k", "\r\n\0x"),
                request("PING"),
                request(""),
                request("ECHO", "aA b"),
                request("ECHO", "hi"));

        @Test
        void inOneRead() {
            DecoderPeer peer = new DecoderPeer(limits, room);
            assertThat(peer.read(latin(MIXED))).isEqualTo(RequestDecoder.Result.INCOMPLETE);
            assertThat(peer.requests).isEqualTo(expected);
            assertThat(peer.decoder.waitingBytes()).isZero();
            assertThat(peer.decoder.freeBytes()).isZero();
        }

        @Test
        void splitAtEveryByte() {
            byte[] bytes = latin(MIXED);
            for (int i = 0; i <= bytes.length; i++) {
                for (int j = i; j <= bytes.length; j++) {
                    DecoderPeer peer = new DecoderPeer(limits, room);
                    peer.read(bytes, 0, i);
                    peer.read(bytes, i, j - i);
                    peer.read(bytes, j, bytes.length - j);
                    assertThat(peer.requests).as("split at %d and %d", i, j).isEqualTo(expected);
                }
            }
        }

        @Test
        void byteByByte() {
            DecoderPeer peer = new DecoderPeer(limits, room);
            for (byte b : latin(MIXED)) {
                peer.read(new byte[] {b});
            }
            assertThat(peer.requests).isEqualTo(expected);
        }

        @Test
        void randomRequests_inRandomReads_comeBack() {
            long seed = System.nanoTime();
            Random random = new Random(seed);
            for (int round = 0; round < 300; round++) {
                List<List<Bytes>> sent = new ArrayList<>();
                for (int i = random.nextInt(20); i >= 0; i--) {
                    List<Bytes> one = new ArrayList<>();
                    for (int j = random.nextInt(random.nextInt(10) == 0 ? 2000 : 6); j >= 0; j--) {
                        byte[] arg = new byte[random.nextInt(random.nextInt(50) == 0 ? 300_000 : 20)];
                        random.nextBytes(arg);
                        one.add(Bytes.of(arg));
                    }
                    sent.add(one);
                }
                byte[] bytes = encode(sent);
                DecoderPeer peer = new DecoderPeer(limits, room);
                int at = 0;
                while (at < bytes.length) {
                    int length = Math.min(bytes.length - at, random.nextInt(random.nextBoolean() ? 100 : 100_000));
                    peer.read(bytes, at, length);
                    at += length;
                }
                assertThat(peer.requests).as("seed %d", seed).isEqualTo(sent);
                assertThat(peer.decoder.waitingBytes()).isZero();
            }
        }

        @Test
        void millionArguments_inSmallReads_takeLinearTime() {
            List<Bytes> request = new ArrayList<>();
            for (int i = 0; i < 1_000_000; i++) {
                request.add(Bytes.of("v"));
            }
            byte[] bytes = encode(List.of(request));
            DecoderPeer peer = new DecoderPeer(limits, room);
            RequestDecoder decoder = peer.decoder;
            for (int at = 0; at < bytes.length; at += 1024) {
                int length = Math.min(1024, bytes.length - at);
                decoder.receive(bytes, at, length);
                RequestDecoder.Result result = decoder.next();
                assertThat(result == RequestDecoder.Result.REQUEST).isEqualTo(at + length == bytes.length);
                decoder.retain();
            }
            assertThat(decoder.argCount()).isEqualTo(1_000_000);
        }
    }

    @Nested
    class Inline {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "set a b",
                    "set  a\tb  ",
                    "\"set\" 'a' \"b\"",
                    "set a \"\\x62\"",
                    "s\"et\" a b",
                    "set a b\0 c",
                    " set a b\r"
                })
        void words_areSplitAndUnquoted(String line) {
            DecoderPeer peer = new DecoderPeer(limits, room);
            peer.read(latin(line + "\n"));
            assertThat(peer.requests).isEqualTo(List.of(request("set", "a", "b")));
        }

        @Test
        void escapes_ofDoubleQuotes() {
            DecoderPeer peer = new DecoderPeer(limits, room);
            peer.read(latin("\"\\n\\r\\t\\b\\a\\\\\\\"\\q\\xff\\xzz\" '\\n\\'' ''\r\n"));
            assertThat(peer.requests).isEqualTo(List.of(request("\n\r\t\b\u0007\\\"q\u00ffxzz", "\\n'", "")));
        }

        @ParameterizedTest
        @ValueSource(strings = {"\"abc", "'abc", "\"abc\"d", "'abc'd", "\"\\\"", "a \"b\"\"c\"", "\"a\0\""})
        void unbalancedQuotes_areAnError(String line) {
            DecoderPeer peer = new DecoderPeer(limits, room);
            assertThat(peer.read(latin(line + "\r\n"))).isEqualTo(RequestDecoder.Result.ERROR);
            assertThat(peer.decoder.error()).isEqualTo("unbalanced quotes in request");
        }
    }

    @Nested
    class Violations {
        @ParameterizedTest
        @CsvSource({
            "*abc, invalid multibulk length",
            "*, invalid multibulk length",
            "*01, invalid multibulk length",
            "*+1, invalid multibulk length",
            "*2147483648, invalid multibulk length",
            "*3000000000000000000000, invalid multibulk length",
            "*1|PING, 'expected ''$'', got ''P'''",
            "*2|$4|ECHO|:5, 'expected ''$'', got '':'''",
            "*1|$-1, invalid bulk length",
            "*1|$abc, invalid bulk length",
            "*1|$04, invalid bulk length",
            "*1|$536870913, invalid bulk length",
        })
        void bytes_areRejected(String text, String reason) {
            byte[] bytes = latin(text.replace("|", "\r\n") + "\r\n");
            for (int split = 0; split <= bytes.length; split++) {
                DecoderPeer peer = new DecoderPeer(limits, room);
                peer.read(bytes, 0, split);
                assertThat(peer.read(bytes, split, bytes.length - split)).isEqualTo(RequestDecoder.Result.ERROR);
                assertThat(peer.decoder.error()).isEqualTo(reason);
                assertThat(peer.decoder.next()).isEqualTo(RequestDecoder.Result.ERROR);
            }
        }

        @Test
        void linesWithoutEnd_areRejectedBeyond64Kib() {
            assertLineLimit("", "too big inline request");
            assertLineLimit("*", "too big mbulk count string");
            assertLineLimit("*1\r\n$", "too big bulk count string");
        }

        private void assertLineLimit(String start, String reason) {
            int counted = start.length() - (start.lastIndexOf('\n') + 1);
            DecoderPeer peer = new DecoderPeer(limits, room);
            assertThat(peer.read(latin(start + "1".repeat(64 * 1024 - counted))))
                    .isEqualTo(RequestDecoder.Result.INCOMPLETE);
            assertThat(peer.read(latin("1"))).isEqualTo(RequestDecoder.Result.ERROR);
            assertThat(peer.decoder.error()).isEqualTo(reason);
        }

        @Test
        void maxBulkBytes_isTheLongestArgument() {
            limits.maxBulkBytes(1 << 20);
            DecoderPeer peer = new DecoderPeer(limits, room);
            peer.read(encode(List.of(List.of(Bytes.of(new byte[1 << 20])))));
            assertThat(peer.requests).hasSize(1);
            assertThat(peer.read(latin("*1\r\n$1048577\r\n"))).isEqualTo(RequestDecoder.Result.ERROR);
        }

        @Test
        void unauthenticated_mayOnlySendLittle() {
            DecoderPeer peer = new DecoderPeer(limits, room);
            peer.decoder.restricted(true);
            peer.read(latin("*10\r\n" + "$1\r\nx\r\n".repeat(10)));
            peer.read(latin("*1\r\n$16384\r\n" + "x".repeat(16384) + "\r\n"));
            assertThat(peer.requests).hasSize(2);
            assertThat(peer.read(latin("*1\r\n$16385\r\n"))).isEqualTo(RequestDecoder.Result.ERROR);
            assertThat(peer.decoder.error()).isEqualTo("unauthenticated bulk length");

            DecoderPeer other = new DecoderPeer(limits, room);
            other.decoder.restricted(true);
            assertThat(other.read(latin("*11\r\n"))).isEqualTo(RequestDecoder.Result.ERROR);
            assertThat(other.decoder.error()).isEqualTo("unauthenticated multibulk length");
        }
    }

    @Nested
    class Memory {
        @Test
        void bufferedBytes_includeTheRequestUntilItsBytesMayGo() {
            byte[] ping = latin("*1\r\n$4\r\nPING\r\n");
            byte[] line = latin("PING a\r\n");
            RequestDecoder decoder = new DecoderPeer(limits, room).decoder;
            byte[] array = new byte[ping.length + line.length];
            System.arraycopy(ping, 0, array, 0, ping.length);
            System.arraycopy(line, 0, array, ping.length, line.length);
            decoder.receive(array, 0, array.length);
            assertThat(decoder.next()).isEqualTo(RequestDecoder.Result.REQUEST);
            assertThat(decoder.bufferedBytes()).isEqualTo(array.length);
            assertThat(decoder.next()).isEqualTo(RequestDecoder.Result.REQUEST);
            assertThat(decoder.bufferedBytes()).isEqualTo(line.length);
            decoder.retain();
            assertThat(decoder.bufferedBytes()).isZero();
        }

        @Test
        void incompleteRequest_isPartlyDecoded() {
            byte[] start = latin("*3\r\n$3\r\nSET\r\n$100000\r\nabc");
            RequestDecoder decoder = new DecoderPeer(limits, room).decoder;
            decoder.receive(start, 0, start.length);
            assertThat(decoder.next()).isEqualTo(RequestDecoder.Result.INCOMPLETE);
            decoder.retain();
            assertThat(decoder.bufferedBytes()).isEqualTo("abc".length());
            assertThat(decoder.decodedBytes()).isEqualTo(start.length - "abc".length());
            assertThat(decoder.waitingBytes()).isEqualTo(start.length);
        }

        @Test
        void manyArguments_arePaidForUntilTheRequestIsOver() {
            BufferBudget budget = new BufferBudget();
            RequestDecoder decoder = new RequestDecoder(limits, new RequestViews(), budget);
            byte[] request = latin("*5000\r\n" + "$0\r\n\r\n".repeat(5000) + "*1\r\n$4\r\nPING\r\n");
            decoder.receive(request, 0, request.length);
            assertThat(decoder.next()).isEqualTo(RequestDecoder.Result.REQUEST);
            assertThat(budget.takenBytes()).isGreaterThan(5000 * 32);
            assertThat(decoder.next()).isEqualTo(RequestDecoder.Result.REQUEST);
            assertThat(budget.takenBytes()).isZero();
        }

        @Test
        void moreArgumentsThanMemory_areAnError() {
            BufferBudget budget = new BufferBudget();
            budget.maxBytes(1_000_000);
            RequestDecoder decoder = new RequestDecoder(limits, new RequestViews(), budget);
            byte[] request = latin("*50000\r\n" + "$0\r\n\r\n".repeat(50_000));
            decoder.receive(request, 0, request.length);
            assertThat(decoder.next()).isEqualTo(RequestDecoder.Result.ERROR);
            assertThat(decoder.error()).isEqualTo("not enough memory for the request");
            decoder.close();
            assertThat(budget.takenBytes()).isZero();
        }

        @Test
        void announcedLength_reservesNothing() {
            DecoderPeer peer = new DecoderPeer(limits, room);
            peer.read(latin("*2147483647\r\n$536870912\r\nx"));
            assertThat(peer.decoder.waitingBytes() + peer.decoder.freeBytes()).isLessThan(2048);
        }

        @Test
        void longArgument_isHeldWithLittleRoomToSpare() {
            DecoderPeer peer = new DecoderPeer(limits, room);
            int length = 40 << 20;
            byte[] piece = new byte[64 * 1024];
            peer.read(latin("*2\r\n$4\r\nECHO\r\n$" + length + "\r\n"));
            for (int sent = 0; sent < length; sent += piece.length) {
                peer.read(piece);
            }
            assertThat(peer.decoder.waitingBytes() + peer.decoder.freeBytes()).isLessThan(length + 128 * 1024);
            peer.read(latin("\r\n*1\r\n$4\r\nPI"));
            assertThat(peer.requests).hasSize(1);
            assertThat(peer.requests.get(0).get(1).length()).isEqualTo(length);
            assertThat(peer.decoder.waitingBytes() + peer.decoder.freeBytes()).isLessThan(2048);
        }
    }
}

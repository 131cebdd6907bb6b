package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ListpackTest {
    /** Listpacks start here in the array, so that a mix-up of index and offset shows. */
    private static final int START = 5;

    private byte[] array = new byte[64];
    private final byte[] scratch = new byte[20];

    ListpackTest() {
        Listpack.init(array, START);
    }

    private void room(int bytes) {
        int needed = START + Listpack.totalBytes(array, START) + bytes;
        if (bytes > 0) {
            // Exactly as much as is needed, so that a write beyond it fails.
            array = Arrays.copyOf(array, needed);
        }
    }

    private void append(String content) {
        insert(Listpack.end(array, START), Bytes.of(content));
    }

    private void insert(int position, Bytes content) {
        room(Listpack.entryBytes(content));
        Listpack.insert(array, START, position, content);
    }

    private byte[] listpack() {
        return Arrays.copyOfRange(array, START, START + Listpack.totalBytes(array, START));
    }

    private Bytes at(int position) {
        Bytes view = new Bytes();
        Listpack.view(array, position, view, scratch);
        assertThat(Listpack.length(array, position)).isEqualTo(view.length());
        return view.copy();
    }

    private List<Bytes> forwards() {
        List<Bytes> all = new ArrayList<>();
        for (int p = Listpack.first(START); !Listpack.isEnd(array, p); p = Listpack.next(array, p)) {
            all.add(at(p));
        }
        return all;
    }

    private List<Bytes> backwards() {
        List<Bytes> all = new ArrayList<>();
        for (int p = Listpack.last(array, START); p != Listpack.NONE; p = Listpack.previous(array, START, p)) {
            all.add(0, at(p));
        }
        return all;
    }

    @Nested
    class Format {
        @Test
        void everyEncoding_isWhatRedisDumps() {
            String elements =
                    "a,0,127,128,-1,-4096,4095,4096,-32768,32767,8388607,-8388608,8388608,2147483647,-2147483648,"
                            + "2147483648,9223372036854775807,-9223372036854775808,01,9223372036854775808,-0,";
            for (String element : elements.split(",", -1)) {
                append(element);
            }

            // From the reply of redis-server 7.0.15 to DUMP of a list with these elements.
            String dumped = "7f000000160081610200017f01c08002dfff02d00002cfff02f1001003f1008003f1ff7f03f2ffff7f04"
                    + "f200008004f30000800005f3ffffff7f05f30000008005f4000000800000000009f4ffffffffffffff7f"
                    + "09f400000000000000800982303103933932323333373230333638353437373538303814822d30038001"
                    + "ff";
            assertThat(HexFormat.of().formatHex(listpack())).isEqualTo(dumped);
        }

        @ParameterizedTest
        @CsvSource({
            "63, 48000000, bf78, 7840ff",
            "64, 4a000000, e04078, 7842ff",
            "125, 87000000, e07d78, 787fff",
            "126, 89000000, e07e78, 780180ff",
            "4095, 0a100000, efff78, 782081ff",
            "4096, 0e100000, f00010000078, 782085ff",
            "16380, 0b400000, f0fc3f000078, 78018081ff",
            "16384, 0f400000, f00040000078, 78018085ff"
        })
        void stringOfLength_isWhatRedisDumps(int length, String total, String start, String end) {
            append("x".repeat(length));

            String hex = HexFormat.of().formatHex(listpack());
            assertThat(hex).startsWith(total + "0100" + start).endsWith(end);
        }

        @Test
        void appendedInteger_isLikeItsText() {
            long[] values = {0, 127, 128, -1, -4096, 4096, 40000, -(1L << 23), 1L << 31, Long.MIN_VALUE, Long.MAX_VALUE
            };
            for (long value : values) {
                append(Long.toString(value));
            }
            byte[] expected = listpack();
            Listpack.init(array, START);
            for (long value : values) {
                room(Listpack.entryBytes(value));
                Listpack.append(array, START, value);
            }
            assertThat(listpack()).isEqualTo(expected);
        }
    }

    @Nested
    class Find {
        @ParameterizedTest
        @ValueSource(
                strings = {
                    "a",
                    "12",
                    "-7",
                    "",
                    "100000000000",
                    "longer than sixty-three bytes, hence of another encoding .............."
                })
        void presentElement_found(String sought) {
            for (String element : List.of("b", "13", sought, "c")) {
                append(element);
            }
            int position = Listpack.find(array, Listpack.first(START), Bytes.of(sought), 0);
            assertThat(position).isEqualTo(Listpack.seek(array, START, 2));
        }

        @Test
        void absentElement_none() {
            append("12");
            append("b");
            assertThat(Listpack.find(array, Listpack.first(START), Bytes.of("012"), 0))
                    .isEqualTo(Listpack.NONE);
            assertThat(Listpack.find(array, Listpack.first(START), Bytes.of("c"), 0))
                    .isEqualTo(Listpack.NONE);
        }

        @Test
        void skippedElement_notFound() {
            append("field");
            append("value");
            append("value");
            append("1");
            int second = Listpack.seek(array, START, 2);
            assertThat(Listpack.find(array, Listpack.first(START), Bytes.of("value"), 1))
                    .isEqualTo(second);
            assertThat(Listpack.find(array, Listpack.first(START), Bytes.of("1"), 1))
                    .isEqualTo(Listpack.NONE);
        }
    }

    @Nested
    class Count {
        @Test
        void beyondHeader_walked() {
            room(140_000 - Listpack.EMPTY_BYTES);
            for (int i = 0; i < 65_540; i++) {
                Listpack.append(array, START, 1);
                if (i == 65_533) {
                    assertThat(Listpack.count(array, START)).isEqualTo(65_534);
                }
            }
            assertThat(Listpack.count(array, START)).isEqualTo(65_540);
            assertThat(Arrays.copyOfRange(array, START + 4, START + 6)).containsExactly(0xFF, 0xFF);
            assertThat(Listpack.seek(array, START, 65_539)).isEqualTo(Listpack.last(array, START));
        }
    }

    @Test
    void randomChanges_matchAList() {
        long seed = System.nanoTime();
        System.out.println("ListpackTest seed " + seed);
        Random random = new Random(seed);
        List<Bytes> model = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            int choice = random.nextInt(model.size() > 60 ? 8 : 6);
            Bytes content = element(random);
            if (choice < 3 || model.isEmpty()) {
                int index = random.nextInt(model.size() + 1);
                int position = index == model.size() ? Listpack.end(array, START) : Listpack.seek(array, START, index);
                insert(position, content);
                model.add(index, content);
            } else if (choice < 5) {
                int index = random.nextInt(model.size());
                int position = Listpack.seek(array, START, index);
                room(Listpack.entryBytes(content) - Listpack.entryBytesAt(array, position));
                Listpack.replace(array, START, position, content);
                model.set(index, content);
            } else {
                int index = random.nextInt(model.size());
                int count = Math.min(model.size() - index, 1 + random.nextInt(4));
                Listpack.remove(array, START, Listpack.seek(array, START, index), count);
                model.subList(index, index + count).clear();
            }
            assertThat(Listpack.count(array, START)).isEqualTo(model.size());
            assertThat(Listpack.isEmpty(array, START)).isEqualTo(model.isEmpty());
            if (i % 20 == 0) {
                assertThat(forwards()).isEqualTo(model);
                assertThat(backwards()).isEqualTo(model);
            }
            if (!model.isEmpty()) {
                int index = random.nextInt(model.size());
                int position = Listpack.seek(array, START, index);
                assertThat(Listpack.contentEquals(array, position, model.get(index)))
                        .isTrue();
                assertThat(Listpack.contentEquals(array, position, content))
                        .isEqualTo(content.equals(model.get(index)));
            }
        }
    }

    private static Bytes element(Random random) {
        int bits = random.nextInt(64);
        return switch (random.nextInt(5)) {
            case 0 -> Bytes.of(Long.toString(random.nextLong() >> bits));
            case 1 -> Bytes.of("0" + (random.nextLong() >>> bits));
            case 2 -> Bytes.of("s".repeat(random.nextInt(130)).getBytes(StandardCharsets.US_ASCII));
            case 3 -> Bytes.of("l".repeat(4000 + random.nextInt(200)));
            default -> Bytes.of("field" + random.nextInt(10));
        };
    }
}

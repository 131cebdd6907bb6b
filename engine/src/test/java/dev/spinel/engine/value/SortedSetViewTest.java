package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import java.util.Arrays;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The contract of sorted sets, for each encoding. */
class SortedSetViewTest {
    @Nested
    class InListpack extends SortedSetContract {
        InListpack() {
            limits.zsetMaxListpackEntries(1_000_000);
            limits.zsetMaxListpackValue(1_000_000);
        }

        @Test
        void encodingName_isListpack() {
            put("a", 1);
            assertThat(set.encodingName()).isEqualTo("listpack");
            assertThat(set.externalBytes()).isZero();
        }

        @Test
        void bytes_areThoseThatRedisDumps() {
            put("b", 2.5);
            put("a", 1);
            // DUMP of redis-server 7.0.15 after ZADD key 1 a 2.5 b, without type, length, version and checksum.
            assertThat(Bytes.of(Arrays.copyOfRange(cell.array(), cell.offset(), cell.offset() + cell.length())))
                    .isEqualTo(Bytes.of(new byte[] {
                        20,
                        0,
                        0,
                        0,
                        4,
                        0,
                        (byte) 0x81,
                        'a',
                        2,
                        1,
                        1,
                        (byte) 0x81,
                        'b',
                        2,
                        (byte) 0x83,
                        '2',
                        '.',
                        '5',
                        4,
                        (byte) 0xFF
                    }));
        }
    }

    @Nested
    class Large extends SortedSetContract {
        Large() {
            limits.zsetMaxListpackEntries(0);
        }

        @Test
        void encodingName_isSkiplist() {
            put("a", 1);
            assertThat(set.encodingName()).isEqualTo("skiplist");
            assertThat(set.externalBytes()).isPositive();
        }
    }

    @Nested
    class Converting extends SortedSetContract {
        @Test
        void put_aboveEntries_converts() {
            for (int i = 0; i < 128; i++) {
                put("m" + i, i);
            }
            assertThat(set.encodingName()).isEqualTo("listpack");
            put("m5", 1000);
            assertThat(set.encodingName()).isEqualTo("listpack");
            put("more", 1);
            assertThat(set.encodingName()).isEqualTo("skiplist");
            assertThat(set.size()).isEqualTo(129);
        }

        @Test
        void load_takesMembersThatDiffer() {
            for (int members : new int[] {20, 3000}) {
                set.init();
                assertThat(set.load(listpack(members, "m11"), false)).isFalse();
                assertThat(set.isEmpty()).isTrue();
                assertThat(arena.usedBytes()).isZero();
                assertThat(set.load(listpack(members, "other"), false)).isTrue();
                assertThat(set.size()).isEqualTo(members);
                assertThat(set.rank(Bytes.of("other"))).isEqualTo(17);
                assertThat(set.encodingName()).isEqualTo(members > 128 ? "skiplist" : "listpack");
                set.free();
            }
        }

        private Bytes listpack(int members, String member18) {
            byte[] array = new byte[100_000];
            Listpack.init(array, 0);
            for (int i = 0; i < members; i++) {
                Listpack.append(array, 0, Bytes.of(i == 17 ? member18 : "m" + i));
                Listpack.append(array, 0, i);
            }
            return Bytes.of(Arrays.copyOf(array, Listpack.totalBytes(array, 0)));
        }

        @Test
        void put_aboveLength_converts() {
            put("a", 1);
            put("x".repeat(64), 1);
            assertThat(set.encodingName()).isEqualTo("listpack");
            put("x".repeat(65), 1);
            assertThat(set.encodingName()).isEqualTo("skiplist");
        }
    }
}

package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.engine.dataset.IgnoringSink;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.ArenaExhaustedException;
import dev.spinel.engine.memory.KeyHash;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Hashes in each of their encodings, and what leads from the one to the other. */
class HashViewTest {
    private static final Bytes FIELD = Bytes.of("f");

    /** Hashes that stay listpacks. */
    @Nested
    final class InListpack extends HashContract {
        InListpack() {
            limits.hashMaxListpackEntries(1000);
            limits.hashMaxListpackValue(1000);
        }

        @Override
        String encoding() {
            return "listpack";
        }

        @Test
        void content_isListpackOfFieldsAndValues() {
            put("a", "1");
            put("b", "c");
            assertThat(HexFormat.of().formatHex(cell.array(), cell.offset(), cell.offset() + cell.length()))
                    .isEqualTo("12000000" + "0400" + "816102" + "0101" + "816202" + "816302" + "ff");
        }

        @Test
        void fieldWithTimeToLiveSetAgain_isRewrittenInOnePass() {
            hash.put(FIELD, Bytes.of("v"), 1000);
            int resizes = cell.resizes();
            assertThat(hash.put(FIELD, Bytes.of("w"), 2000)).isFalse();
            hash.expireAt(FIELD, 3000);
            assertThat(cell.resizes()).isEqualTo(resizes);
            assertThat(hash.expiresAtMillis(FIELD)).isEqualTo(3000);
            assertThat(String.valueOf(hash.get(FIELD))).isEqualTo("w");
        }

        @Test
        void noMemory_leavesTheFieldAsItWas() {
            put("other", "x");
            hash.put(FIELD, Bytes.of("v"), 1000);
            cell.memoryIsExhausted(true);
            assertThatThrownBy(() -> put("f", "longer")).isInstanceOf(ArenaExhaustedException.class);
            assertThatThrownBy(() -> hash.expireAt(FIELD, 1_000_000)).isInstanceOf(ArenaExhaustedException.class);
            assertThat(String.valueOf(hash.get(FIELD))).isEqualTo("v");
            assertThat(hash.expiresAtMillis(FIELD)).isEqualTo(1000);
        }

        @Test
        void noMemoryForTheFirstTimeToLive_setsNone() {
            put("f", "v");
            cell.memoryIsExhausted(true);
            assertThatThrownBy(() -> hash.expireAt(FIELD, 1000)).isInstanceOf(ArenaExhaustedException.class);
            assertThat(hash.hasExpiringFields()).isFalse();
            assertThat(HashView.hasExpiringFields(cell.encoding())).isFalse();
            assertThat(String.valueOf(hash.get(FIELD))).isEqualTo("v");
        }

        /** Each call either does all that it should or fails and does nothing. */
        @Test
        void memoryThatComesAndGoes_losesNothing() throws IOException {
            long seed = System.nanoTime();
            Random random = new Random(seed);
            Map<String, String> values = new HashMap<>();
            Map<String, Long> expiries = new HashMap<>();
            int failures = 0;
            for (int i = 0; i < 20_000; i++) {
                String name = "f" + random.nextInt(12);
                Bytes field = Bytes.of(name);
                Bytes value = Bytes.of("v".repeat(random.nextInt(20)));
                long expiry = random.nextInt(3) == 0 ? HashValue.NO_EXPIRY : 1 + random.nextInt(1_000_000);
                cell.memoryIsExhausted(random.nextInt(3) == 0);
                try {
                    switch (random.nextInt(4)) {
                        case 0 -> {
                            hash.put(field, value, expiry);
                            values.put(name, value.toString());
                            expiries.put(name, expiry);
                        }
                        case 1 -> {
                            hash.update(field, value);
                            values.put(name, value.toString());
                            expiries.putIfAbsent(name, HashValue.NO_EXPIRY);
                        }
                        case 2 -> {
                            if (values.containsKey(name)) {
                                hash.expireAt(field, expiry);
                                expiries.put(name, expiry);
                            }
                        }
                        default -> {
                            hash.remove(field);
                            values.remove(name);
                            expiries.remove(name);
                        }
                    }
                } catch (ArenaExhaustedException e) {
                    failures++;
                }
                assertThat(contents(hash)).as("seed %s", seed).isEqualTo(values);
                expiries.forEach((known, at) -> assertThat(hash.expiresAtMillis(Bytes.of(known)))
                        .as("seed %s", seed)
                        .isEqualTo(at));
                boolean expires = expiries.values().stream().anyMatch(at -> at != HashValue.NO_EXPIRY);
                assertThat(HashView.hasExpiringFields(cell.encoding())).isEqualTo(expires);
                assertIsTold(values.size(), expires);
            }
            assertThat(failures).isPositive();
        }

        private void assertIsTold(int fields, boolean expires) throws IOException {
            hash.tell(new IgnoringSink() {
                @Override
                public void hash(Bytes listpack) {
                    assertThat(Listpack.check(listpack.array(), listpack.offset(), listpack.length()))
                            .isEqualTo(2 * fields);
                    assertThat(expires).isFalse();
                }

                @Override
                public void expiringHash(Bytes listpack) {
                    assertThat(Listpack.check(listpack.array(), listpack.offset(), listpack.length()))
                            .isEqualTo(3 * fields);
                    assertThat(expires).isTrue();
                }
            });
        }
    }

    /** Hashes that are large from the first field on. */
    @Nested
    final class InTable extends HashContract {
        InTable() {
            limits.hashMaxListpackEntries(0);
        }

        @Override
        String encoding() {
            return "hashtable";
        }

        @Test
        void manyFields_iteratedOnceEach() {
            int fields = 20_000;
            for (int i = 0; i < fields; i++) {
                put("f" + i, "v" + i);
            }
            Set<String> seen = new HashSet<>();
            List<String> twice = new ArrayList<>();
            HashValue.Cursor cursor = hash.cursor();
            while (cursor.next()) {
                if (!seen.add(cursor.field().toString())) {
                    twice.add(cursor.field().toString());
                }
            }
            assertThat(twice).isEmpty();
            assertThat(seen).hasSize(fields);
            assertThat(hash.externalBytes()).isBetween(fields * 16L, fields * 64L);
        }

        @Test
        void randomField_whenMostAreOver_isUniformAmongTheOthers() {
            int fields = 20_000;
            for (int i = 0; i < fields; i++) {
                hash.put(Bytes.of("f" + i), Bytes.of("v"), i % 2000 == 0 ? 2000 : 1000);
            }
            context.dueMillis(1500);
            Random random = new Random(23);
            Map<String, Integer> draws = new HashMap<>();
            for (int i = 0; i < 10 * 5000; i++) {
                draws.merge(hash.randomField(random).field().toString(), 1, Integer::sum);
            }
            // Six standard deviations.
            int tolerance = (int) (6 * Math.sqrt(5000));
            assertThat(draws).hasSize(10);
            assertThat(draws.values()).allSatisfy(n -> assertThat(n).isBetween(5000 - tolerance, 5000 + tolerance));
            draws.keySet().stream().skip(1).forEach(field -> hash.remove(Bytes.of(field)));
            put("new", "v");
            Set<String> left = new HashSet<>();
            for (int i = 0; i < 200; i++) {
                left.add(hash.randomField(random).field().toString());
            }
            assertThat(left).containsExactlyInAnyOrder(draws.keySet().iterator().next(), "new");
            left.forEach(field -> hash.remove(Bytes.of(field)));
            assertThat(hash.randomField(random)).isNull();
        }
    }

    /** Hashes with the limits of Redis, on their way from the one encoding to the other. */
    @Nested
    final class Conversion {
        private final EncodingLimits limits = new EncodingLimits();
        private final ArrayCell cell = new ArrayCell();
        private final Arena arena = new Arena(0);
        private final HashView hash =
                new HashView(new ValueContext(arena, new KeyHash(5), new LargeValues(new LazyRelease()), limits), cell);

        @BeforeEach
        void init() {
            hash.init();
        }

        private void put(String field, String value) {
            hash.put(Bytes.of(field), Bytes.of(value));
        }

        @Test
        void moreFieldsThanLimit_converted() {
            for (int i = 0; i < 128; i++) {
                put("f" + i, String.valueOf(i));
            }
            put("f0", "again");
            assertThat(hash.encodingName()).isEqualTo("listpack");
            put("f128", "128");
            assertThat(hash.encodingName()).isEqualTo("hashtable");
            assertThat(hash.size()).isEqualTo(129);
            assertThat(String.valueOf(hash.get(Bytes.of("f0")))).isEqualTo("again");
            for (int i = 1; i <= 128; i++) {
                assertThat(String.valueOf(hash.get(Bytes.of("f" + i)))).isEqualTo(String.valueOf(i));
            }
        }

        @Test
        void longFieldOrValue_converted() {
            put("f", "v".repeat(64));
            put("f".repeat(64), "v");
            assertThat(hash.encodingName()).isEqualTo("listpack");
            put("f", "v".repeat(65));
            assertThat(hash.encodingName()).isEqualTo("hashtable");
            hash.free();
            hash.init();
            put("f".repeat(65), "v");
            assertThat(hash.encodingName()).isEqualTo("hashtable");
        }

        @Test
        void load_ofMoreFieldsThanLimit_makesATable() {
            for (int entriesPerField = 2; entriesPerField <= 3; entriesPerField++) {
                Bytes listpack = listpack(3000, entriesPerField, "f17");
                hash.init();
                assertThat(entriesPerField == 2 ? hash.load(listpack, false) : hash.loadExpiring(listpack, false))
                        .isTrue();
                assertThat(hash.encodingName()).isEqualTo("hashtable");
                assertThat(hash.size()).isEqualTo(3000);
                assertThat(String.valueOf(hash.get(Bytes.of("f2999")))).isEqualTo("v");
                assertThat(hash.expiresAtMillis(Bytes.of("f17")))
                        .isEqualTo(entriesPerField == 2 ? HashValue.NO_EXPIRY : 17);
                hash.free();
            }
        }

        @Test
        void load_ofAFieldTwice_isRefusedAtAnySize() {
            for (int fields : new int[] {20, 3000}) {
                for (int entriesPerField = 2; entriesPerField <= 3; entriesPerField++) {
                    Bytes listpack = listpack(fields, entriesPerField, "f11");
                    assertThat(entriesPerField == 2 ? hash.load(listpack, false) : hash.loadExpiring(listpack, false))
                            .isFalse();
                    assertThat(hash.isEmpty()).isTrue();
                    assertThat(hash.encodingName()).isEqualTo("listpack");
                    assertThat(arena.usedBytes()).isZero();
                }
            }
        }

        /** A listpack of fields, the 18th of which has a given name. */
        private Bytes listpack(int fields, int entriesPerField, String name18) {
            byte[] array = new byte[100_000];
            Listpack.init(array, 0);
            for (int i = 0; i < fields; i++) {
                Listpack.append(array, 0, Bytes.of(i == 17 ? name18 : "f" + i));
                Listpack.append(array, 0, Bytes.of("v"));
                if (entriesPerField == 3) {
                    Listpack.append(array, 0, Math.max(1, i));
                }
            }
            return Bytes.of(Arrays.copyOf(array, Listpack.totalBytes(array, 0)));
        }

        @Test
        void removal_doesNotConvertBack() {
            put("f".repeat(65), "v");
            hash.remove(Bytes.of("f".repeat(65)));
            put("a", "b");
            assertThat(hash.encodingName()).isEqualTo("hashtable");
        }
    }
}

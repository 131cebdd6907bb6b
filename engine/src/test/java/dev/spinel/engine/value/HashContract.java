package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.KeyHash;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every encoding of a hash must do; a subclass sets limits that lead to its encoding. */
abstract class HashContract {
    final EncodingLimits limits = new EncodingLimits();
    final Arena arena = new Arena(0);
    final ValueContext context = new ValueContext(arena, new KeyHash(3), new LargeValues(new LazyRelease()), limits);
    final ArrayCell cell = new ArrayCell();
    final HashView hash = new HashView(context, cell);

    abstract String encoding();

    @BeforeEach
    void init() {
        hash.init();
    }

    final boolean put(String field, String value) {
        return hash.put(Bytes.of(field), Bytes.of(value));
    }

    private String get(String field) {
        return String.valueOf(hash.get(Bytes.of(field)));
    }

    static Map<String, String> contents(HashValue hash) {
        Map<String, String> contents = new HashMap<>();
        HashValue.Cursor cursor = hash.cursor();
        while (cursor.next()) {
            String field = cursor.field().toString();
            assertThat(contents.put(field, cursor.value().toString())).isNull();
        }
        assertThat(cursor.next()).isFalse();
        return contents;
    }

    @Test
    void put_newAndKnownField() {
        assertThat(put("field", "value")).isTrue();
        assertThat(put("7", "-12")).isTrue();
        assertThat(put("field", "a longer value")).isFalse();
        assertThat(put("7", "")).isFalse();
        assertThat(hash.size()).isEqualTo(2);
        assertThat(get("field")).isEqualTo("a longer value");
        assertThat(get("7")).isEmpty();
        assertThat(hash.encodingName()).isEqualTo(encoding());
    }

    @Test
    void put_inPlace_changesNoNeighbour() {
        for (int i = 0; i < 40; i++) {
            put("f" + i, "v" + i);
        }
        for (int i = 0; i < 40; i += 2) {
            put("f" + i, "x".repeat(i));
        }
        for (int i = 0; i < 40; i++) {
            assertThat(get("f" + i)).isEqualTo(i % 2 == 0 ? "x".repeat(i) : "v" + i);
        }
    }

    @Test
    void valueOfOtherField_isNoField() {
        put("a", "b");
        assertThat(hash.contains(Bytes.of("b"))).isFalse();
        assertThat(hash.get(Bytes.of("b"))).isNull();
        assertThat(hash.remove(Bytes.of("b"))).isFalse();
    }

    @Test
    void remove_untilEmpty() {
        put("a", "1");
        put("b", "2");
        assertThat(hash.remove(Bytes.of("a"))).isTrue();
        assertThat(hash.remove(Bytes.of("a"))).isFalse();
        assertThat(hash.isEmpty()).isFalse();
        assertThat(hash.remove(Bytes.of("b"))).isTrue();
        assertThat(hash.isEmpty()).isTrue();
        assertThat(contents(hash)).isEmpty();
    }

    @Test
    void scan_visitsAllFields() {
        Map<String, String> expected = new HashMap<>();
        for (int i = 0; i < 60; i++) {
            put("f" + i, String.valueOf(i * 1000));
            expected.put("f" + i, String.valueOf(i * 1000));
        }
        Map<String, String> visited = new HashMap<>();
        long cursor = 0;
        do {
            cursor = hash.scan(cursor, 7, (field, value) -> visited.put(field.toString(), value.toString()));
        } while (cursor != 0);
        assertThat(visited).isEqualTo(expected);
    }

    @Test
    void randomField_isUniform() {
        int fields = 20;
        for (int i = 0; i < fields; i++) {
            put("f" + i, "v" + i);
        }
        Random random = new Random(17);
        Map<String, Integer> draws = new HashMap<>();
        int perField = 5000;
        for (int i = 0; i < fields * perField; i++) {
            HashValue.Cursor cursor = hash.randomField(random);
            String field = cursor.field().toString();
            assertThat(cursor.value().toString()).isEqualTo("v" + field.substring(1));
            draws.merge(field, 1, Integer::sum);
        }
        // Six standard deviations.
        int tolerance = (int) (6 * Math.sqrt(perField));
        assertThat(draws).hasSize(fields);
        assertThat(draws.values()).allSatisfy(n -> assertThat(n).isBetween(perField - tolerance, perField + tolerance));
    }

    @Test
    void copyFrom_sharesNothing() {
        for (int i = 0; i < 50; i++) {
            put("f" + i, "v".repeat(i));
        }
        Map<String, String> expected = contents(hash);
        ArrayCell copyCell = new ArrayCell();
        HashView copy = new HashView(context, copyCell);
        copy.copyFrom(hash);
        assertThat(copy.encodingName()).isEqualTo(hash.encodingName());
        put("f7", "changed");
        hash.remove(Bytes.of("f8"));
        assertThat(contents(copy)).isEqualTo(expected);
        hash.free();
        HashView again = new HashView(context, copyCell);
        again.bind(copyCell);
        assertThat(contents(again)).isEqualTo(expected);
        again.free();
        assertThat(arena.usedBytes()).isZero();
    }

    @Test
    void free_releasesAllMemory() {
        for (int i = 0; i < 100; i++) {
            put("f" + i, "v".repeat(i % 50));
        }
        for (int i = 0; i < 50; i++) {
            put("f" + i, "w".repeat(i));
            hash.remove(Bytes.of("f" + i * 2));
        }
        hash.free();
        assertThat(arena.usedBytes()).isZero();
    }

    @Test
    void randomChanges_matchAMap() {
        long seed = System.nanoTime();
        System.out.println(getClass().getSimpleName() + " seed " + seed);
        Random random = new Random(seed);
        Map<String, String> model = new HashMap<>();
        for (int i = 0; i < 20_000; i++) {
            String field = random.nextInt(3) == 0 ? String.valueOf(random.nextInt(30)) : "field" + random.nextInt(60);
            switch (random.nextInt(5)) {
                case 0, 1 -> {
                    String value = value(random);
                    assertThat(put(field, value)).isEqualTo(model.put(field, value) == null);
                }
                case 2 -> assertThat(hash.remove(Bytes.of(field))).isEqualTo(model.remove(field) != null);
                case 3 -> assertThat(hash.contains(Bytes.of(field))).isEqualTo(model.containsKey(field));
                default -> assertThat(get(field)).isEqualTo(String.valueOf(model.get(field)));
            }
            assertThat(hash.size()).isEqualTo(model.size());
            if (i % 50 == 0) {
                assertThat(contents(hash)).isEqualTo(model);
            }
            if (!model.isEmpty() && i % 10 == 0) {
                HashValue.Cursor cursor = hash.randomField(random);
                assertThat(model)
                        .containsEntry(cursor.field().toString(), cursor.value().toString());
            }
        }
        assertThat(hash.encodingName()).isEqualTo(encoding());
        hash.free();
        assertThat(arena.usedBytes()).isZero();
    }

    private record Timed(String value, long expiresAtMillis) {}

    @Test
    void randomTimesToLive_matchAMap() {
        long seed = System.nanoTime();
        System.out.println(getClass().getSimpleName() + " seed of times to live " + seed);
        Random random = new Random(seed);
        Map<String, Timed> model = new HashMap<>();
        long now = 1000;
        context.dueMillis(now);
        for (int i = 0; i < 30_000; i++) {
            String name = "field" + random.nextInt(80);
            Bytes field = Bytes.of(name);
            Timed known = model.get(name);
            String value = value(random);
            long expiry = now + random.nextInt(300);
            switch (random.nextInt(9)) {
                case 8 -> {
                    long at = random.nextInt(4) == 0 ? HashValue.NO_EXPIRY : expiry;
                    assertThat(hash.put(field, Bytes.of(value), at)).isEqualTo(known == null);
                    model.put(name, new Timed(value, at));
                }
                case 0 -> {
                    assertThat(put(name, value)).isEqualTo(known == null);
                    model.put(name, new Timed(value, HashValue.NO_EXPIRY));
                }
                case 1 -> {
                    assertThat(hash.update(field, Bytes.of(value))).isEqualTo(known == null);
                    model.put(name, new Timed(value, known == null ? HashValue.NO_EXPIRY : known.expiresAtMillis));
                }
                case 2, 3 -> {
                    if (known != null) {
                        long at = random.nextInt(4) == 0 ? HashValue.NO_EXPIRY : expiry;
                        hash.expireAt(field, at);
                        model.put(name, new Timed(known.value, at));
                    }
                }
                case 4 -> assertThat(hash.remove(field)).isEqualTo(model.remove(name) != null);
                case 5 -> assertThat(get(name)).isEqualTo(known == null ? "null" : known.value);
                case 6 -> {
                    now += random.nextInt(30);
                    context.dueMillis(now);
                    long past = now;
                    model.values()
                            .removeIf(timed ->
                                    timed.expiresAtMillis != HashValue.NO_EXPIRY && timed.expiresAtMillis < past);
                }
                default ->
                    assertThat(hash.expiresAtMillis(field))
                            .isEqualTo(known == null ? HashValue.NO_FIELD : known.expiresAtMillis);
            }
            assertThat(hash.liveSize()).isEqualTo(model.size());
            if (i % 40 == 0) {
                Map<String, String> expected = new HashMap<>();
                model.forEach((key, timed) -> expected.put(key, timed.value));
                assertThat(contents(hash)).as("seed %s", seed).isEqualTo(expected);
                if (!model.isEmpty()) {
                    String drawn = hash.randomField(random).field().toString();
                    assertThat(model).containsKey(drawn);
                }
            }
            if (random.nextInt(200) == 0) {
                removeAllDue();
                assertThat(hash.size()).isEqualTo(model.size());
                assertThat(hash.hasExpiringFields())
                        .isEqualTo(model.values().stream()
                                .anyMatch(timed -> timed.expiresAtMillis != HashValue.NO_EXPIRY));
            }
            assertThat(HashView.hasExpiringFields(cell.encoding())).isEqualTo(hash.hasExpiringFields());
        }
        HashView copy = new HashView(context, new ArrayCell());
        copy.copyFrom(hash);
        assertThat(contents(copy)).isEqualTo(contents(hash));
        assertThat(copy.nextExpiryMillis()).isEqualTo(hash.nextExpiryMillis());
        copy.free();
        hash.free();
        assertThat(arena.usedBytes()).isZero();
    }

    private void removeAllDue() {
        List<Bytes> removed = new ArrayList<>();
        int before;
        do {
            before = removed.size();
            hash.removeDue(1000, 1000, removed);
        } while (removed.size() > before);
        assertThat(new HashSet<>(removed)).hasSameSizeAs(removed);
    }

    private static String value(Random random) {
        return random.nextBoolean()
                ? Long.toString(random.nextLong() >> random.nextInt(64))
                : "v".repeat(random.nextInt(300));
    }
}

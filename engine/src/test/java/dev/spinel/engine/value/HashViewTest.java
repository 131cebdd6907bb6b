package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.KeyHash;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Hashes in each of their encodings, and what leads from the one to the other. */
class HashViewTest {
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
    }

    /** Hashes with the limits of Redis, on their way from the one encoding to the other. */
    @Nested
    final class Conversion {
        private final EncodingLimits limits = new EncodingLimits();
        private final ArrayCell cell = new ArrayCell();
        private final HashView hash = new HashView(
                new ValueContext(new Arena(0), new KeyHash(5), new LargeValues(new LazyRelease()), limits), cell);

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
        void removal_doesNotConvertBack() {
            put("f".repeat(65), "v");
            hash.remove(Bytes.of("f".repeat(65)));
            put("a", "b");
            assertThat(hash.encodingName()).isEqualTo("hashtable");
        }
    }
}

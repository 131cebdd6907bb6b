package dev.spinel.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dispatch.KeyFinder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class RdbSpecsTest {
    private static List<String> keysOfMigrate(String... words) {
        Bytes[] args = Arrays.stream(words).map(Bytes::of).toArray(Bytes[]::new);
        KeyFinder finder = new KeyFinder();
        List<String> keys = new ArrayList<>();
        int count = finder.find(RdbSpecs.MIGRATE, args, 0, args.length);
        for (int i = 0; i < count; i++) {
            keys.add(words[finder.position(i)]);
        }
        return keys;
    }

    /** As COMMAND GETKEYS of redis-server 7.0.15 answers. */
    @Test
    void migrate_keysOfEitherForm() {
        assertThat(keysOfMigrate("MIGRATE", "host", "1", "k", "0", "5")).containsExactly("k");
        assertThat(keysOfMigrate("MIGRATE", "host", "1", "", "0", "5", "COPY", "KEYS", "a", "b"))
                .containsExactly("a", "b");
        assertThat(keysOfMigrate("MIGRATE", "host", "1", "", "0", "5", "AUTH", "KEYS", "KEYS", "a"))
                .containsExactly("a");
        assertThat(keysOfMigrate("MIGRATE", "host", "1", "", "0", "5", "AUTH2", "KEYS", "KEYS", "keys", "a"))
                .containsExactly("a");
        assertThat(keysOfMigrate("MIGRATE", "host", "1", "k", "0", "5", "KEYS", "a"))
                .isEmpty();
    }
}

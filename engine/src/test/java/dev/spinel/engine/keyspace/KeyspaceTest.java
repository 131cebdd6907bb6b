package dev.spinel.engine.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

final class KeyspaceTest {
    private final CommandTester server = new CommandTester();

    @Nested
    final class Expiry {
        @Test
        void keyWhoseTimeIsOver_isAbsentAndDeletedInEffects() {
            server.send("SET k v PX 100");
            server.takeEffects();
            server.advanceMillis(101);
            assertThat(server.send("GET k")).isEqualTo("nil");
            assertThat(server.takeEffects()).containsExactly("DEL k");
        }

        @Test
        void activeCycle_removesWithoutAccess() {
            for (int i = 0; i < 1000; i++) {
                server.send("SET gone" + i + " v PX 100");
                server.send("SET stays" + i + " v");
            }
            for (int i = 0; i < 50; i++) {
                server.advanceMillis(100);
            }
            assertThat(server.send("DBSIZE")).isEqualTo("1000");
        }

        @Test
        void addAndDrop_keepKeyAndValueAtEverySize() {
            for (int length = 0; length < 600; length += 7) {
                String value = "x".repeat(length) + "!";
                server.send("SET k " + value);
                server.send("EXPIRE k 100");
                assertThat(server.send("TTL k")).isEqualTo("100");
                assertThat(server.send("GET k")).isEqualTo(value);
                server.send("PERSIST k");
                assertThat(server.send("TTL k")).isEqualTo("-1");
                assertThat(server.send("GET k")).isEqualTo(value);
            }
        }
    }

    @Test
    void sameKeyTwiceInOneCommand_isOneValue() {
        server.send("RPUSH k a b c");
        for (int i = 0; i < 3000; i++) {
            server.send("LMOVE k k LEFT RIGHT");
        }
        assertThat(server.send("LRANGE k 0 -1")).isEqualTo("[a b c]");
        server.send("SADD s a b");
        assertThat(server.send("SINTERSTORE s s s")).isEqualTo("2");
        assertThat(server.send("RENAME s s")).isEqualTo("OK");
        assertThat(server.send("SCARD s")).isEqualTo("2");
    }

    @Test
    void randomSetsAndDeletes_matchAMap() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        Map<String, String> model = new HashMap<>();
        for (int i = 0; i < 60_000; i++) {
            String key = "key" + random.nextInt(3000);
            if (random.nextInt(4) == 0) {
                server.send("DEL " + key);
                model.remove(key);
            } else {
                String value = Integer.toString(random.nextInt()).repeat(1 + random.nextInt(40));
                server.send("SET " + key + " " + value);
                model.put(key, value);
            }
        }
        assertThat(server.send("DBSIZE")).as("seed %s", seed).isEqualTo(Integer.toString(model.size()));
        model.forEach((key, value) -> assertThat(server.send("GET " + key))
                .as("seed %s, key %s", seed, key)
                .isEqualTo(value));
    }
}

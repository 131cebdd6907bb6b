package dev.spinel.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Files and payloads go to and from servers newer than the redis-server of the PATH: those whose programs the property {@code
 * spinel.newer.servers} names, with commas between them. Tried with Redis 8.0.6 and Valkey 9.1.2.
 */
@Tag("redis-server")
class NewerServersExchangeIT {
    private static final String PROGRAMS = System.getProperty("spinel.newer.servers", "");
    private static final String EXPIRES_AT = "4000000000000";

    @TempDir
    Path directory;

    @BeforeAll
    static void requirePrograms() {
        assumeFalse(
                PROGRAMS.isEmpty(),
                "no -Dspinel.newer.servers=/path/to/redis8-server,/path/to/valkey9-server: Debian 12 has Redis 7.0 only");
    }

    static Stream<String> programs() {
        return Stream.of(PROGRAMS.split(","));
    }

    /** Small and large hashes, all or some of whose fields expire. */
    private static void fillExpiring(RedisProcess server) throws IOException {
        server.call("SELECT", "0");
        for (int size : new int[] {1, 5, 600}) {
            for (int i = 0; i < size; i++) {
                server.call("HSET", "some:" + size, "field " + i, "value " + i);
                server.call("HSET", "all:" + size, "field " + i, String.valueOf(i));
                server.call("HPEXPIREAT", "all:" + size, EXPIRES_AT, "FIELDS", "1", "field " + i);
                if (i % 3 == 0) {
                    server.call("HPEXPIREAT", "some:" + size, EXPIRES_AT, "FIELDS", "1", "field " + i);
                }
            }
        }
        server.call("HSET", "one", "a", "1", "b", "2");
        server.call("HPEXPIREAT", "one", EXPIRES_AT, "FIELDS", "1", "b");
    }

    private static boolean isValkey(RedisProcess server) throws IOException {
        return server.call("INFO", "server").contains("valkey_version:");
    }

    private static List<String> keys(RedisProcess server) throws IOException {
        return List.of(server.call("KEYS", "*").replaceAll("^\\[|]$", "").split(", "));
    }

    /** Reads a file of the server, writes it again, has the server load that, and compares the digests of all data. */
    @ParameterizedTest
    @MethodSource("programs")
    void file_writtenAgain_isTheSame(String program) throws Exception {
        String digest;
        boolean valkey;
        try (RedisProcess server = RedisProcess.startProgram(program, directory)) {
            RedisExchangeIT.fill(server);
            server.call("FUNCTION", "LOAD", "#!lua name=lib\nredis.register_function('f', function() return 1 end)");
            valkey = isValkey(server);
            fillExpiring(server);
            assertThat(server.call("SAVE")).isEqualTo("OK");
            digest = server.call("DEBUG", "DIGEST");
        }
        Path copy = Files.createDirectory(directory.resolve("copy"));
        RedisExchangeIT.rewrite(directory.resolve("dump.rdb"), copy.resolve("dump.rdb"), true, valkey);
        try (RedisProcess server = RedisProcess.startProgram(program, copy)) {
            assertThat(server.call("DEBUG", "DIGEST")).isEqualTo(digest);
            assertThat(server.call("FCALL", "f", "0")).isEqualTo("1");
        }
    }

    @ParameterizedTest
    @MethodSource("programs")
    void fieldsThatExpire_areReadWithTheirTimes(String program) throws Exception {
        try (RedisProcess server = RedisProcess.startProgram(program, directory)) {
            fillExpiring(server);
            assertThat(server.call("SAVE")).isEqualTo("OK");
        }
        Map<String, String> values = RedisExchangeIT.read(directory.resolve("dump.rdb"));
        assertThat(values)
                .hasSize(7)
                .containsEntry("0/one", "hash [a=1, b=2@" + EXPIRES_AT + "]")
                .containsEntry("0/all:1", "hash [field 0=0@" + EXPIRES_AT + "]")
                .hasEntrySatisfying("0/all:600", hash -> assertThat(hash.split("@" + EXPIRES_AT, -1))
                        .hasSize(601))
                .hasEntrySatisfying(
                        "0/some:600", hash -> assertThat(hash.split("@", -1)).hasSize(201));
    }

    /** Each payload of the server is read and written again, and the server takes what was written. */
    @ParameterizedTest
    @MethodSource("programs")
    void payload_encodedAgain_isRestored(String program) throws Exception {
        try (RedisProcess server = RedisProcess.startProgram(program, directory)) {
            RedisExchangeIT.fill(server);
            fillExpiring(server);
            boolean valkey = isValkey(server);
            server.call("SELECT", "0");
            server.call("PERSIST", "string:expiring");
            Map<String, String> digests = new TreeMap<>();
            for (String key : keys(server)) {
                digests.put(key, server.call("DEBUG", "DIGEST-VALUE", key));
                String encoded = RedisExchangeIT.encode(RedisExchangeIT.latin1(server.call("DUMP", key)), true, valkey);
                assertThat(server.call("RESTORE", key, "0", encoded, "REPLACE"))
                        .as(key)
                        .isEqualTo("OK");
            }
            for (String key : keys(server)) {
                assertThat(server.call("DEBUG", "DIGEST-VALUE", key)).as(key).isEqualTo(digests.get(key));
            }
        }
    }
}

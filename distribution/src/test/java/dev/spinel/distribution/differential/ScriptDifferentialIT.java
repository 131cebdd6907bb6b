package dev.spinel.distribution.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.distribution.SpinelServer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Scripts and functions on a real redis-server 7.0 and on Spinel: the same replies, byte by byte, the same state, the same
 * number of errors. System properties: {@code spinel.differential.requests} sets how many random calls there are, {@code
 * spinel.differential.seed} the first seed.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Tag("redis-server")
class ScriptDifferentialIT {
    private static final int SEQUENCE_LENGTH = 2000;
    private static final String CALL = "return redis.call(unpack(ARGV))";
    private static final String PROTECTED_CALL = "return {redis.pcall(unpack(ARGV)), 'and more'}";
    private static final String NESTED_CALL =
            "local answer = coroutine.wrap(function(...) return redis.pcall(...) end)(unpack(ARGV)) return answer";
    private static final String TYPED_CALL = "redis.setresp(3) return redis.pcall(unpack(ARGV))";
    private static final List<String> SCRIPTS = List.of(CALL, PROTECTED_CALL, NESTED_CALL, TYPED_CALL);
    private static final String LIBRARY =
            "#!lua name=differential\nredis.register_function('call', function(keys, args)"
                    + " return redis.call(unpack(args)) end)";
    private static final List<String> GLOBALS = List.of(
            "_G",
            "_VERSION",
            "assert",
            "collectgarbage",
            "coroutine",
            "debug",
            "dofile",
            "error",
            "gcinfo",
            "getfenv",
            "getmetatable",
            "ipairs",
            "load",
            "loadfile",
            "loadstring",
            "module",
            "newproxy",
            "next",
            "io",
            "package",
            "pairs",
            "pcall",
            "print",
            "rawequal",
            "rawget",
            "rawlen",
            "rawset",
            "require",
            "select",
            "setfenv",
            "setmetatable",
            "string",
            "table",
            "tonumber",
            "tostring",
            "type",
            "unpack",
            "xpcall",
            "math",
            "bit",
            "cjson",
            "cmsgpack",
            "struct",
            "redis",
            "redis.call",
            "redis.log",
            "redis.sha1hex",
            "redis.register_function",
            "redis.setresp",
            "redis.REDIS_VERSION",
            "redis.LOG_DEBUG",
            "redis.REPL_ALL",
            "KEYS",
            "ARGV");
    private static final List<Request> DATA = List.of(
            Request.of("SET", "a", "10"),
            Request.of("RPUSH", "l", "1", "2", "3"),
            Request.of("HSET", "h", "f", "v"),
            Request.of("SADD", "s", "x"),
            Request.of("ZADD", "z", "1.5", "m1", "2", "m2"));

    private RedisProcess redis;
    private SpinelServer spinel;
    private ServerPair servers;

    @BeforeAll
    void start(@TempDir Path directory) throws IOException {
        redis = RedisProcess.start(directory.resolve("redis-server.log"));
        spinel = SpinelServer.builder().port(0).start();
        servers = new ServerPair(redis.port(), spinel.port());
    }

    @AfterAll
    void stop() {
        if (spinel != null) {
            spinel.close();
        }
        if (redis != null) {
            redis.close();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {2, 3})
    void scriptsOfTheTable_answerAsOnRedis(int protocol) throws IOException {
        List<Request> requests = new ArrayList<>(DATA);
        try (InputStream in = Objects.requireNonNull(ScriptDifferentialIT.class.getResourceAsStream("scripts.txt"))) {
            new String(in.readAllBytes(), UTF_8)
                    .lines()
                    .filter(line -> !line.isBlank() && !line.startsWith("#"))
                    .forEach(script -> requests.add(Request.of("EVAL", script, "2", "a", "b", "1", "two", "3.5")));
        }

        assertThat(servers.run(protocol, List.of(), requests)).isNull();
    }

    @Test
    void refusedCalls_answerAsOnRedis() throws IOException {
        List<Request> requests = new ArrayList<>();
        for (String digest : List.of("0".repeat(40), "0".repeat(39), "0".repeat(41), "", "X".repeat(40))) {
            for (String keys : List.of("0", "1", "2", "-1", "x", "1.5", "", " 1", "99999999999999999999")) {
                requests.add(Request.of("EVALSHA", digest, keys, "k"));
                requests.add(Request.of("EVALSHA_RO", digest, keys, "k"));
                requests.add(Request.of("EVAL", "return" + digest, keys, "k"));
                requests.add(Request.of("FCALL", "unknown" + digest, keys, "k"));
                requests.add(Request.of("FCALL", "CALL", keys, "k"));
            }
        }

        assertThat(servers.run(2, List.of(Request.of("FUNCTION", "LOAD", "REPLACE", LIBRARY)), requests))
                .isNull();
    }

    @Test
    void whatLibrariesFindWhileTheyAreLoaded_isAsOnRedis() throws IOException {
        List<Request> requests = new ArrayList<>();
        for (String name : GLOBALS) {
            requests.add(Request.of("FUNCTION", "LOAD", "REPLACE", "#!lua name=globals\nlocal found = " + name));
            requests.add(Request.of(
                    "FUNCTION",
                    "LOAD",
                    "REPLACE",
                    "#!lua name=globals\nredis.register_function('get', function() return type(" + name + ") end)"));
            requests.add(Request.of("FCALL", "get", "0"));
            requests.add(Request.of("EVAL", "return type(" + name + ")", "0"));
        }

        assertThat(servers.run(2, List.of(), requests)).isNull();
    }

    @Test
    void randomCallsOfScripts_answerAndEndAsOnRedis() throws IOException {
        long seed = Long.getLong("spinel.differential.seed", 700_000_000);
        long wanted = Long.getLong("spinel.differential.requests", 100_000);
        Grammar grammar = new Grammar("grammar.txt");
        for (long i = 0; i * SEQUENCE_LENGTH < wanted; i++) {
            RandomSequence sequence = RandomSequence.of(seed + i, SEQUENCE_LENGTH, grammar);
            Random random = new Random(seed + i);
            List<Request> settings = new ArrayList<>(sequence.settings());
            settings.add(Request.of("FUNCTION", "LOAD", "REPLACE", LIBRARY));
            List<Request> requests = sequence.requests().stream()
                    .filter(ScriptDifferentialIT::answersInOneOrder)
                    .map(request -> scripted(request, random))
                    .toList();
            int protocol = (seed + i) % 2 == 0 ? 2 : 3;

            assertThat(servers.run(protocol, settings, requests))
                    .as("with -Dspinel.differential.seed=%d", seed + i)
                    .isNull();
        }
        assertThat(servers.compared()).isGreaterThan(wanted / 2);
    }

    /** Elements of sets and maps come in the order of a Lua table. */
    private static boolean answersInOneOrder(Request request) {
        return request.comparison() == Comparison.EXACT && !request.name().equals("COMMAND");
    }

    private static Request scripted(Request request, Random random) {
        List<byte[]> words = new ArrayList<>();
        int drawn = random.nextInt(SCRIPTS.size() + 1);
        if (drawn == SCRIPTS.size()) {
            words.add("FCALL".getBytes(ISO_8859_1));
            words.add("call".getBytes(ISO_8859_1));
        } else {
            words.add("EVAL".getBytes(ISO_8859_1));
            words.add(SCRIPTS.get(drawn).getBytes(ISO_8859_1));
        }
        words.add("0".getBytes(ISO_8859_1));
        words.addAll(request.arguments());
        return new Request(Comparison.EXACT, words);
    }
}

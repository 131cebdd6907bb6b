package dev.spinel.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.lettuce.core.RedisClient;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.sync.RedisCommands;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisMonitor;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.Transaction;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.exceptions.JedisBusyException;
import redis.clients.jedis.exceptions.JedisConnectionException;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.exceptions.JedisNoScriptException;

/** Scripts and functions as programs use them, and as operators end them. */
class ScriptIT {
    private static final int PATIENCE_MILLIS = 20_000;
    private static final String LIBRARY = "#!lua name=lib\n"
            + "redis.register_function('add', function(keys, args) return redis.call('incrby', keys[1], args[1]) end)";

    private static final ProtocolCommand HIMPORT = () -> "HIMPORT".getBytes(UTF_8);

    private static Jedis connect(SpinelServer server) {
        return new Jedis("127.0.0.1", server.port(), PATIENCE_MILLIS);
    }

    /** A server for which scripts are busy after so many milliseconds. */
    private static SpinelServer start(String transport, String threads, String busyMillis) {
        return SpinelServer.builder()
                .port(0)
                .directive("io-transport", transport)
                .directive("io-threads", threads)
                .directive("busy-reply-threshold", busyMillis)
                .start();
    }

    /** Runs a task on a thread of its own: on two processors the common pool of Java 25 has no second one for what blocks. */
    private static <T> CompletableFuture<T> inBackground(Supplier<T> task) {
        return CompletableFuture.supplyAsync(task, run -> new Thread(run).start());
    }

    @ParameterizedTest
    @CsvSource({"auto, 1", "nio, 1", "auto, 3", "nio, 3"})
    void scriptWithoutEnd_othersAreToldAndMayKillIt(String transport, String threads) throws Exception {
        try (SpinelServer server = start(transport, threads, "20");
                Jedis caller = connect(server);
                Jedis other = connect(server)) {
            CompletableFuture<Object> script = inBackground(() -> caller.eval("while true do redis.call('ping') end"));
            Awaitility.await().atMost(Duration.ofMillis(PATIENCE_MILLIS)).until(() -> isBusy(other));
            try (Jedis late = connect(server)) {
                assertThatThrownBy(() -> late.set("k", "v")).isInstanceOf(JedisBusyException.class);
            }

            assertThat(other.scriptKill()).isEqualTo("OK");

            assertThatThrownBy(() -> script.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .hasMessageContaining("ERR Script killed by user with SCRIPT KILL... script: ")
                    .hasMessageEndingWith(", on @user_script:1.");
            assertThat(other.ping()).isEqualTo("PONG");
            assertThat(caller.eval("return 1")).isEqualTo(1L);
        }
    }

    @Test
    void monitor_showsACallBeforeItsCommandsAlsoWhenItFindsNothingToRun() {
        List<String> shown = new CopyOnWriteArrayList<>();
        String none = "0".repeat(40);
        try (SpinelServer server = SpinelServer.builder().port(0).start();
                Jedis monitor = connect(server);
                Jedis caller = connect(server)) {
            CompletableFuture<Void> watching = inBackground(() -> {
                monitor.monitor(new JedisMonitor() {
                    @Override
                    public void onCommand(String line) {
                        shown.add(line.substring(line.indexOf("] ") + 2));
                    }
                });
                return null;
            });
            Awaitility.await().until(() -> caller.clientList().contains(" flags=O "));

            assertThatThrownBy(() -> caller.evalsha(none)).isInstanceOf(JedisNoScriptException.class);
            assertThatThrownBy(() -> caller.fcall("none", List.of(), List.of())).hasMessage("ERR Function not found");
            assertThatThrownBy(() -> caller.eval("return 1", 5)).isInstanceOf(JedisDataException.class);
            caller.eval("return redis.call('get', KEYS[1])", 1, "k");

            Awaitility.await().until(() -> shown.size() >= 5);
            assertThat(shown)
                    .containsExactly(
                            "\"EVALSHA\" \"" + none + "\" \"0\"",
                            "\"FCALL\" \"none\" \"0\"",
                            "\"EVAL\" \"return 1\" \"5\"",
                            "\"EVAL\" \"return redis.call('get', KEYS[1])\" \"1\" \"k\"",
                            "\"get\" \"k\"");
            assertThat(watching).isNotDone();
        }
    }

    /** Its changes are not in the log, not even those before the end: nobody was answered. */
    @ParameterizedTest
    @CsvSource({"1, 1", "3, 1", "1, 5000"})
    @Timeout(60)
    void scriptWithoutEndThatWrote_shutdownNosaveEndsTheServer(String threads, int writes, @TempDir Path directory) {
        SpinelServer.Builder builder = SpinelServer.builder()
                .port(0)
                .directive("dir", directory.toString())
                .directive("appendonly", "yes")
                .directive("io-threads", threads)
                .directive("busy-reply-threshold", "20");
        try (SpinelServer server = builder.start();
                Jedis caller = connect(server);
                Jedis other = connect(server)) {
            other.set("before", "1");
            CompletableFuture<Object> script = inBackground(() -> caller.eval("for i = 1, " + writes
                    + " do redis.call('set', 'half' .. i, string.rep('x', 5000)) end while true do end"));
            Awaitility.await().atMost(Duration.ofMillis(PATIENCE_MILLIS)).until(() -> isBusy(other));
            assertThatThrownBy(other::scriptKill).hasMessageContaining("UNKILLABLE");
            for (String save : List.of("SAVE", "NOW")) {
                assertThatThrownBy(() -> other.sendCommand(Protocol.Command.SHUTDOWN, save))
                        .isInstanceOf(JedisBusyException.class);
            }

            assertThatThrownBy(() -> other.sendCommand(Protocol.Command.SHUTDOWN, "NOSAVE"))
                    .isInstanceOf(JedisConnectionException.class);
            assertThatThrownBy(() -> script.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .hasCauseInstanceOf(JedisConnectionException.class);
        }
        try (SpinelServer again = SpinelServer.builder()
                        .port(0)
                        .directive("dir", directory.toString())
                        .directive("appendonly", "yes")
                        .start();
                Jedis client = connect(again)) {
            assertThat(client.keys("*")).containsExactly("before");
        }
    }

    @ParameterizedTest
    @CsvSource({"auto, 1", "nio, 1", "auto, 3", "nio, 3"})
    void largeReplyOfABusyScript_comesWhole(String transport, String threads) throws Exception {
        try (SpinelServer server = start(transport, threads, "5");
                Jedis caller = connect(server);
                Jedis other = connect(server)) {
            CompletableFuture<Object> reply = inBackground(() -> caller.eval("local t={} for i=1,300000"
                    + " do t[i]=i end local begin=os.clock() while os.clock()-begin<0.1 do end return t"));
            while (!reply.isDone()) {
                isBusy(other);
            }

            assertThat((List<?>) reply.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .hasSize(300_000)
                    .last()
                    .isEqualTo(300_000L);
            assertThat(caller.eval("return 7")).isEqualTo(7L);
        }
    }

    @ParameterizedTest
    @CsvSource({"auto, 1", "nio, 1", "auto, 3", "nio, 3"})
    void silentClientsBusyScript_keepsTheRepliesBeforeIt(String transport, String threads) throws Exception {
        try (SpinelServer server = start(transport, threads, "5");
                Jedis other = connect(server);
                Socket socket = new Socket("127.0.0.1", server.port())) {
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.getOutputStream()
                    .write(("PING\r\nCLIENT REPLY OFF\r\n"
                                    + "EVAL \"local begin=os.clock() while os.clock()-begin<0.1 do end return 7\" 0\r\n"
                                    + "CLIENT REPLY ON\r\nPING\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            while (!isBusy(other)) {
                Thread.onSpinWait();
            }

            byte[] expected = "+PONG\r\n+OK\r\n+PONG\r\n".getBytes(StandardCharsets.US_ASCII);
            assertThat(socket.getInputStream().readNBytes(expected.length)).isEqualTo(expected);
        }
    }

    /** Two clients are released at once, and the first of them goes on with a script during which the second is served. */
    @ParameterizedTest
    @CsvSource({"auto, 1", "auto, 3"})
    void longScriptOfAReleasedClient_othersThatWereReleasedGoOn(String transport, String threads) throws Exception {
        try (SpinelServer server = start(transport, threads, "10");
                Jedis first = connect(server);
                Jedis second = connect(server);
                Jedis other = connect(server)) {
            CompletableFuture<List<Object>> pipeline = inBackground(() -> {
                Pipeline requests = first.pipelined();
                requests.blpop(0, "a");
                requests.eval("local begin=os.clock() while os.clock()-begin<0.2 do end return 7");
                return requests.syncAndReturnAll();
            });
            CompletableFuture<List<String>> popped = inBackground(() -> second.blpop(0, "b"));
            Awaitility.await().atMost(Duration.ofMillis(PATIENCE_MILLIS)).until(() -> other.info("clients")
                    .contains("blocked_clients:2"));

            Transaction transaction = other.multi();
            transaction.lpush("a", "1");
            transaction.lpush("b", "2");
            transaction.exec();

            assertThat(popped.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)).containsExactly("b", "2");
            assertThat(pipeline.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .last()
                    .isEqualTo(7L);
            assertThat(other.ping()).isEqualTo("PONG");
        }
    }

    @Test
    void statisticsOfFunctions_tellWhichCallRuns() throws Exception {
        try (SpinelServer server = SpinelServer.builder()
                        .port(0)
                        .directive("busy-reply-threshold", "20")
                        .start();
                Jedis caller = connect(server);
                Jedis other = connect(server)) {
            caller.functionLoad("#!lua name=endless\nredis.register_function{function_name='goOn', flags={'no-writes'},"
                    + " callback=function() while true do end end}");
            CompletableFuture<Object> running =
                    inBackground(() -> caller.fcall("GOon", List.of("key"), List.of("argument")));
            Awaitility.await().atMost(Duration.ofMillis(PATIENCE_MILLIS)).until(() -> isBusy(other));

            for (int i = 0; i < 3; i++) {
                Object statistics = other.sendCommand(Protocol.Command.FUNCTION, "STATS");
                assertThat(texts(statistics))
                        .containsSubsequence("name", "goOn", "command", "FCALL", "GOon", "1", "key", "argument");
            }
            assertThat(other.functionKill()).isEqualTo("OK");
            assertThatThrownBy(() -> running.get(PATIENCE_MILLIS, TimeUnit.MILLISECONDS))
                    .hasMessageContaining(
                            "ERR Script killed by user with SCRIPT KILL... script: goOn, on @user_function:");
        }
    }

    @Test
    void scriptShow_answersTheTextByWhichAScriptIsCached() {
        String text = "#!lua flags=no-writes\nreturn 1 -- \u00e9\r\n";
        try (SpinelServer server = SpinelServer.builder().port(0).start();
                Jedis client = connect(server)) {
            String sha = client.scriptLoad(text);
            assertThat(show(client, sha)).isEqualTo(text);
            assertThat(show(client, sha.toUpperCase(Locale.ROOT))).isEqualTo(text);

            client.eval("return 2");
            assertThat(show(client, "7f923f79fe76194c868d7e1d0820de36700eb649")).isEqualTo("return 2");

            for (String unknown : List.of("0".repeat(40), "x", "")) {
                assertThatThrownBy(() -> show(client, unknown))
                        .isInstanceOf(JedisNoScriptException.class)
                        .hasMessage("NOSCRIPT No matching script.");
            }
            assertThatThrownBy(() -> client.eval("return redis.call('script', 'show', ARGV[1])", 0, sha))
                    .hasMessageContaining("This Redis command is not allowed from script");
            client.scriptFlush();
            assertThatThrownBy(() -> show(client, sha)).isInstanceOf(JedisNoScriptException.class);
        }
    }

    @Test
    void server_isRedis_asInValkey() {
        try (SpinelServer server = SpinelServer.builder().port(0).start();
                Jedis client = connect(server)) {
            assertThat(client.eval("return server.call('SET', KEYS[1], server.sha1hex(''))", 1, "k"))
                    .isEqualTo("OK");
            assertThat(client.get("k")).isEqualTo("da39a3ee5e6b4b0d3255bfef95601890afd80709");
            assertThat(client.eval("return server == redis and 1 or 0")).isEqualTo(1L);
            assertThatThrownBy(() -> client.eval("server.x = 1"))
                    .hasMessageContaining("Attempt to modify a readonly table");
            client.functionLoad("#!lua name=valkey\n"
                    + "server.log(server.LOG_DEBUG, 'loaded')\n"
                    + "server.register_function('get', function(keys) return server.call('GET', keys[1]) end)");
            assertThat(client.fcall("get", List.of("k"), List.of()))
                    .isEqualTo("da39a3ee5e6b4b0d3255bfef95601890afd80709");
        }
    }

    @Test
    void slowlog_ofACommandInAScript_tellsTheClientOfTheScript() {
        try (SpinelServer server = SpinelServer.builder().port(0).start();
                Jedis client = connect(server)) {
            client.clientSetname("me");
            client.configSet("slowlog-log-slower-than", "0");
            client.slowlogReset();
            client.eval("return redis.call('GET', 'k')");
            assertThat(client.slowlogGet(2))
                    .extracting(entry -> entry.getArgs().get(0))
                    .containsExactly("EVAL", "GET");
            assertThat(client.slowlogGet()).allSatisfy(entry -> {
                assertThat(entry.getClientName()).isEqualTo("me");
                assertThat(entry.getClientIpPort().getHost()).isEqualTo("127.0.0.1");
            });
        }
    }

    @Test
    void himport_fieldsetsOfAScript_endWithIt_andAreNotThoseOfItsCaller() {
        String set = "return redis.call('himport', 'set', KEYS[1], 'pair', '1', '2')";
        try (SpinelServer server = SpinelServer.builder().port(0).start();
                Jedis client = connect(server)) {
            client.functionLoad("#!lua name=import\n"
                    + "redis.register_function('prepare', function(keys, args)"
                    + " return redis.call('himport', 'prepare', 'pair', 'a', 'b') end)\n"
                    + "redis.register_function('set', function(KEYS, args) " + set + " end)");
            client.eval("redis.call('himport', 'prepare', 'pair', 'a', 'b') " + set, 1, "k");
            assertThat(client.hgetAll("k")).isEqualTo(Map.of("a", "1", "b", "2"));
            assertThatThrownBy(() -> client.eval(set, 1, "k")).hasMessageContaining("no such fieldset");

            client.eval("redis.call('himport', 'prepare', 'pair', 'a', 'b')");
            assertThatThrownBy(() -> client.eval(set, 1, "k")).hasMessageContaining("no such fieldset");
            assertThatThrownBy(() -> client.eval("redis.call('himport', 'prepare', 'pair', 'a', 'b') error('x')"))
                    .hasMessageContaining("x");
            assertThatThrownBy(() -> client.eval(set, 1, "k")).hasMessageContaining("no such fieldset");
            client.fcall("prepare", List.of(), List.of());
            assertThatThrownBy(() -> client.fcall("set", List.of("k"), List.of()))
                    .hasMessageContaining("no such fieldset");

            client.sendCommand(HIMPORT, "PREPARE", "pair", "a", "b");
            assertThatThrownBy(() -> client.eval(set, 1, "k")).hasMessageContaining("no such fieldset");
            client.sendCommand(HIMPORT, "SET", "own", "pair", "3", "4");
            assertThat(client.hgetAll("own")).isEqualTo(Map.of("a", "3", "b", "4"));
        }
    }

    private static String show(Jedis client, String sha) {
        return new String((byte[]) client.sendCommand(Protocol.Command.SCRIPT, "SHOW", sha), UTF_8);
    }

    private static List<String> texts(Object reply) {
        if (reply instanceof List<?> list) {
            return list.stream().flatMap(element -> texts(element).stream()).toList();
        }
        return List.of(reply instanceof byte[] bytes ? new String(bytes, UTF_8) : String.valueOf(reply));
    }

    private static boolean isBusy(Jedis client) {
        try {
            client.ping();
            return false;
        } catch (JedisBusyException e) {
            return true;
        }
    }

    @Nested
    class Clients {
        @Test
        void jedis_evaluatesLoadsAndCalls() {
            try (SpinelServer server = SpinelServer.builder().port(0).start();
                    Jedis client = connect(server)) {
                String sha = client.scriptLoad("return {KEYS[1], ARGV[1], redis.call('set', KEYS[1], ARGV[1])}");

                assertThat(client.evalsha(sha, 1, "k", "v")).isEqualTo(List.of("k", "v", "OK"));
                assertThat(client.get("k")).isEqualTo("v");
                assertThatThrownBy(() -> client.evalsha("0".repeat(40), 0)).isInstanceOf(JedisNoScriptException.class);
                assertThat(client.functionLoad(LIBRARY)).isEqualTo("lib");
                assertThat(client.fcall("add", List.of("n"), List.of("5"))).isEqualTo(5L);
                assertThat(client.functionList().get(0).getLibraryName()).isEqualTo("lib");
            }
        }

        @Test
        void lettuce_evaluatesLoadsAndCalls() {
            try (SpinelServer server = SpinelServer.builder().port(0).start()) {
                RedisClient client = RedisClient.create("redis://127.0.0.1:" + server.port());
                try (StatefulRedisConnection<String, String> connection = client.connect()) {
                    RedisCommands<String, String> commands = connection.sync();
                    String[] keys = {"k"};

                    assertThat(commands.<List<Object>>eval(
                                    "return {1, KEYS[1], ARGV[1]}", ScriptOutputType.MULTI, keys, "v"))
                            .containsExactly(1L, "k", "v");
                    String sha = commands.scriptLoad("return redis.call('incr', KEYS[1])");
                    assertThat(commands.<Long>evalsha(sha, ScriptOutputType.INTEGER, keys))
                            .isEqualTo(1L);
                    commands.functionLoad(LIBRARY);
                    assertThat(commands.<Long>fcall("add", ScriptOutputType.INTEGER, keys, "5"))
                            .isEqualTo(6L);
                } finally {
                    client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
                }
            }
        }
    }
}

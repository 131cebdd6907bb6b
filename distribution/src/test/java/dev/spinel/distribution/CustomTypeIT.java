package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.CustomType;
import dev.spinel.api.data.ValueInput;
import dev.spinel.api.data.ValueOutput;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.plugin.ServerPlugin;
import java.nio.file.Path;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.util.SafeEncoder;

/** Values of a plugin's own type, through the commands on all keys. */
class CustomTypeIT {
    private SpinelServer server;
    private Jedis client;

    @BeforeEach
    void start() {
        server = SpinelServer.builder()
                .port(0)
                .directive("enable-module-command", "yes")
                .directive("enable-debug-command", "yes")
                .directive("enable-protected-configs", "yes")
                .plugin(new WordCount())
                .start();
        client = new Jedis("127.0.0.1", server.port(), 10_000);
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private Object send(String command, String... arguments) {
        return SafeEncoder.encodeObject(client.sendCommand(() -> SafeEncoder.encode(command), arguments));
    }

    private long count(String key, String word) {
        return (Long) send("WORDS.COUNT", key, word);
    }

    @Test
    void value_keepsItsState() {
        send("WORDS.ADD", "poem", "rose", "rose", "thorn");
        send("WORDS.ADD", "poem", "rose");

        assertThat(count("poem", "rose")).isEqualTo(3);
        assertThat(count("poem", "thorn")).isEqualTo(1);
        assertThat(count("absent", "rose")).isZero();
    }

    @Test
    void genericCommands_knowTheType() {
        send("WORDS.ADD", "poem", "rose", "thorn");

        assertThat(send("TYPE", "poem")).isEqualTo("wordcount");
        assertThat(send("OBJECT", "ENCODING", "poem")).isEqualTo("raw");
        assertThat(send("SCAN", "0", "TYPE", "wordcount")).isEqualTo(List.of("0", List.of("poem")));
        assertThat(send("SCAN", "0", "TYPE", "hash")).isEqualTo(List.of("0", List.of()));
        assertThat((Long) send("MEMORY", "USAGE", "poem")).isGreaterThan(2_000_000);
    }

    @Test
    void wrongType_bothWays() {
        send("WORDS.ADD", "poem", "rose");
        send("SET", "text", "x");

        assertThatThrownBy(() -> send("GET", "poem")).hasMessageStartingWith("WRONGTYPE");
        assertThatThrownBy(() -> send("HGETALL", "poem")).hasMessageStartingWith("WRONGTYPE");
        assertThatThrownBy(() -> count("text", "rose")).hasMessageStartingWith("WRONGTYPE");
        assertThatThrownBy(() -> send("OTHER.ADD", "poem", "rose")).hasMessageStartingWith("WRONGTYPE");
    }

    @Test
    void copy_sharesNothing() {
        send("WORDS.ADD", "poem", "rose");
        send("SET", "copy", "x");

        assertThat(send("COPY", "poem", "copy", "REPLACE")).isEqualTo(1L);
        send("WORDS.ADD", "copy", "rose");

        assertThat(count("poem", "rose")).isEqualTo(1);
        assertThat(count("copy", "rose")).isEqualTo(2);
    }

    @Test
    void copyThatThrows_leavesTheTarget() {
        send("WORDS.ADD", "poem", "unsaveable");
        send("SET", "copy", "x");

        assertThatThrownBy(() -> send("COPY", "poem", "copy", "REPLACE")).hasMessageContaining("internal error");

        assertThat(send("GET", "copy")).isEqualTo("x");
        assertThat(count("poem", "unsaveable")).isEqualTo(1);
    }

    @Test
    void renameMoveAndExpire_keepTheValue() {
        send("WORDS.ADD", "poem", "rose");

        send("RENAME", "poem", "verse");
        send("PEXPIRE", "verse", "100000");
        send("MOVE", "verse", "3");
        send("SELECT", "3");
        send("PERSIST", "verse");

        assertThat(count("verse", "rose")).isEqualTo(1);
        assertThat(send("TYPE", "verse")).isEqualTo("wordcount");
    }

    @Test
    void digest_followsTheContents() {
        send("WORDS.ADD", "one", "rose", "thorn");
        send("WORDS.ADD", "two", "thorn", "rose");
        send("WORDS.ADD", "three", "thorn");

        List<?> digests = (List<?>) send("DEBUG", "DIGEST-VALUE", "one", "two", "three");

        assertThat(digests.get(0)).isEqualTo(digests.get(1)).isNotEqualTo(digests.get(2));
    }

    @Test
    void removal_freesTheValue() {
        send("WORDS.ADD", "poem", "rose");
        send("DEL", "poem");
        send("WORDS.ADD", "poem", "thorn");
        assertThat(count("poem", "rose")).isZero();

        send("SET", "poem", "x");
        send("DEL", "poem");
        send("WORDS.ADD", "poem", "rose");
        send("FLUSHALL");

        assertThat(count("poem", "rose")).isZero();
        assertThat(send("DBSIZE")).isEqualTo(0L);
    }

    @Test
    void pluginWithATypeInUse_staysLoaded() {
        assertThatThrownBy(() -> send("MODULE", "UNLOAD", "words"))
                .hasMessage("ERR Error unloading module: the module exports one or more module-side data types,"
                        + " can't unload");
    }

    @Test
    void createThatThrows_leavesNoKey() {
        assertThatThrownBy(() -> send("OTHER.ADD", "key", "x")).hasMessageContaining("internal error");

        assertThat(send("EXISTS", "key")).isEqualTo(0L);
    }

    @Test
    void save_keepsTheValue(@TempDir Path directory) {
        send("CONFIG", "SET", "dir", directory.toString());
        send("WORDS.ADD", "poem", "rose", "rose", "thorn");

        assertThat(send("DEBUG", "RELOAD")).isEqualTo("OK");

        assertThat(count("poem", "rose")).isEqualTo(2);
        assertThat(count("poem", "thorn")).isEqualTo(1);
    }

    @Test
    void fileWithAType_withoutItsPlugin_isRefused(@TempDir Path directory) {
        send("CONFIG", "SET", "dir", directory.toString());
        send("WORDS.ADD", "poem", "rose");
        send("SAVE");

        SpinelServer.Builder without = SpinelServer.builder().port(0).directive("dir", directory.toString());

        assertThatThrownBy(without::start).hasMessageContaining("wordcount");
    }

    @Test
    void dump_isRestored() {
        send("WORDS.ADD", "poem", "rose", "rose");

        client.restore("copy", 0, client.dump("poem"));

        assertThat(count("copy", "rose")).isEqualTo(2);
    }

    @Test
    void dumpThatThrows_leavesTheValue() {
        send("WORDS.ADD", "poem", "unsaveable");

        assertThatThrownBy(() -> send("DUMP", "poem")).hasMessageContaining("internal error");

        assertThat(count("poem", "unsaveable")).isEqualTo(1);
    }

    @Test
    void saveThatThrows_failsTheSnapshotAndNothingElse(@TempDir Path directory) {
        send("CONFIG", "SET", "dir", directory.toString());
        send("WORDS.ADD", "poem", "unsaveable");
        send("SET", "text", "x");

        assertThatThrownBy(() -> send("SAVE")).hasMessageStartingWith("ERR");
        assertThat(send("BGSAVE")).isEqualTo("Background saving started");
        await().untilAsserted(
                        () -> assertThat((String) send("INFO", "persistence")).contains("rdb_last_bgsave_status:err"));
        assertThat(count("poem", "unsaveable")).isEqualTo(1);

        send("DEL", "poem");
        assertThat(send("SAVE")).isEqualTo("OK");
        assertThat(send("SET", "text", "y")).isEqualTo("OK");
    }

    @Test
    void changeOfAValueWhoseSaveThrows_amidASnapshot(@TempDir Path directory) {
        send("CONFIG", "SET", "dir", directory.toString());
        send("CONFIG", "SET", "rdb-key-save-delay", "1000");
        for (int i = 0; i < 5_000; i++) {
            send("SET", "text" + i, "x");
        }
        send("WORDS.ADD", "poem", "unsaveable");

        send("BGSAVE");

        assertThat(send("WORDS.ADD", "poem", "rose")).isEqualTo("OK");
        assertThat(count("poem", "rose")).isEqualTo(1);
        await().untilAsserted(
                        () -> assertThat((String) send("INFO", "persistence")).contains("rdb_last_bgsave_status:err"));
    }

    /** Counts words: WORDS.ADD key word [word ...], WORDS.COUNT key word. OTHER.ADD is the same for a type that fails. */
    private static final class WordCount implements ServerPlugin {
        private static final ValueType<Words> WORDS = ValueType.custom("wordcount", new WordsType());
        private static final ValueType<Words> OTHER = ValueType.custom("other-typ", new FailingType());

        @Override
        public String name() {
            return "words";
        }

        @Override
        public List<ValueType<?>> valueTypes() {
            return List.of(WORDS, OTHER);
        }

        @Override
        public List<Command> commands() {
            return List.of(
                    Command.of(spec("WORDS.ADD", CommandFlag.WRITE), call -> add(call, WORDS)),
                    Command.of(spec("OTHER.ADD", CommandFlag.WRITE), call -> add(call, OTHER)),
                    Command.of(spec("WORDS.COUNT", CommandFlag.READONLY), WordCount::count));
        }

        private static CommandSpec spec(String name, CommandFlag flag) {
            return CommandSpec.named(name)
                    .arity(-3)
                    .flags(flag)
                    .keys(KeySpec.at(1))
                    .summary("A trial.")
                    .build();
        }

        private static void add(Call call, ValueType<Words> type) {
            Words words = call.keys().modifyOrCreate(type, call.arg(1));
            for (int i = 2; i < call.argCount(); i++) {
                words.counts.merge(call.arg(i).copy(), 1L, Long::sum);
            }
            call.changed(call.arg(1), KeyEvent.MODULE, "words.add");
            call.reply().ok();
        }

        private static void count(Call call) {
            Words words = call.keys().read(WORDS, call.arg(1));
            call.reply().integer(words == null ? 0 : words.counts.getOrDefault(call.arg(2), 0L));
        }
    }

    private static final class Words {
        private final TreeMap<Bytes, Long> counts = new TreeMap<>();
    }

    private static class WordsType implements CustomType<Words> {
        @Override
        public Class<Words> valueClass() {
            return Words.class;
        }

        @Override
        public Words create() {
            return new Words();
        }

        @Override
        public void save(Words words, ValueOutput out) {
            out.writeLong(words.counts.size());
            words.counts.forEach((word, count) -> {
                if (word.equals(Bytes.of("unsaveable"))) {
                    throw new IllegalStateException("unsaveable");
                }
                out.writeBytes(word);
                out.writeLong(count);
            });
        }

        @Override
        public Words load(ValueInput in, int version) {
            Words words = new Words();
            long size = in.readLong();
            for (long i = 0; i < size; i++) {
                Bytes word = in.readBytes();
                words.counts.put(word, in.readLong());
            }
            return words;
        }

        @Override
        public long memoryBytes(Words words) {
            return 1_000_000L * words.counts.size();
        }
    }

    private static final class FailingType extends WordsType {
        @Override
        public Words create() {
            throw new IllegalStateException("no words");
        }
    }
}

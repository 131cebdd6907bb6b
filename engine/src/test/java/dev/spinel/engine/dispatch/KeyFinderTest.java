package dev.spinel.engine.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import dev.spinel.api.data.Bytes;
import dev.spinel.engine.command.BuiltInSpecs;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.StringJoiner;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class KeyFinderTest {
    private final KeyFinder finder = new KeyFinder();

    /** The replies of COMMAND GETKEYSANDFLAGS of redis-server 7.0.15, as key:flags with the flags in its order. */
    @ParameterizedTest
    @CsvSource({
        "GET a, a:RO+access",
        "MSET a 1 b 2 c 3, a:OW+update b:OW+update c:OW+update",
        "SET a 1, a:OW+update",
        "SET a get, a:OW+update",
        "SET a 1 EX 5 get, a:RW+access+update",
        "BLPOP a b 0, a:RW+access+delete b:RW+access+delete",
        "LMOVE a b LEFT RIGHT, a:RW+access+delete b:RW+insert",
        "OBJECT ENCODING a, a:RO",
        "MEMORY USAGE a SAMPLES 5, a:RO",
        "ZUNIONSTORE d 2 a b WEIGHTS 1 2, d:OW+update a:RO+access b:RO+access",
        "ZUNION 2 a b, a:RO+access b:RO+access",
        "BZMPOP 0 2 a b MIN, a:RW+access+delete b:RW+access+delete",
        "SINTERCARD 1 a LIMIT 5, a:RO+access",
        "SORT a, a:RO+access",
        "SORT a BY w_* GET store STORE d, a:RO+access d:OW+update",
        "SORT a LIMIT store 1 STORE x STORE d, a:RO+access d:OW+update",
        "SORT a STORE, a:RO+access",
        "SORT_RO a BY w_*, a:RO+access",
        "COPY a b, a:RO+access b:OW+update",
        "RENAME a b, a:RW+access+delete b:OW+update",
        "EXISTS a b, a:RO b:RO"
    })
    void find_likeRedis(String command, String expected) throws ReflectiveOperationException {
        assertThat(find(command)).isEqualTo(expected);
    }

    /** What is written is what is checked; redis-server 7.0.15 tells the first STORE and writes to the last. */
    @ParameterizedTest
    @CsvSource({
        "GEORADIUS a 0 0 1 km, a:RO+access",
        "GEORADIUS a 0 0 1 km STORE d, a:RO+access d:OW+update",
        "GEORADIUS a 0 0 1 km STORE x COUNT 1 STOREDIST STORE, a:RO+access STORE:OW+update",
        "GEORADIUS a 0 0 1 km STOREDIST x STORE d ASC, a:RO+access d:OW+update",
        "GEORADIUS a STORE 0 1 km STORE, a:RO+access",
        "GEORADIUSBYMEMBER a STORE 1 km STORE x STORE d, a:RO+access d:OW+update",
        "GEORADIUSBYMEMBER a store 1 km, a:RO+access"
    })
    void find_ofGeoradius_theLastStore(String command, String expected) throws ReflectiveOperationException {
        assertThat(find(command)).isEqualTo(expected);
    }

    @Nested
    class Contradictions {
        @ParameterizedTest
        @CsvSource({
            "ZUNION 3 a b",
            "ZUNION 0 a b",
            "ZUNION -1 a b",
            "ZUNION x a b",
            "ZUNION 99999999999 a b",
            "ZUNIONSTORE d 3 a b",
            "BLMPOP 0 2 a"
        })
        void count_impossible_findsNoKey(String command) throws ReflectiveOperationException {
            assertThat(find(command)).isEmpty();
        }
    }

    @Nested
    class PluginCommands {
        private final Bytes[] args = args("X.CMD a KEYS k1 k2 k3 k4");

        @Test
        void keyword_forward_startsAfterIt() {
            KeySpec keys = new KeySpec(
                    Set.of(KeySpec.Flag.RO),
                    new KeySpec.Begin.Keyword("KEYS", 1),
                    new KeySpec.Find.Range(-1, 1, 0),
                    null);
            assertThat(positions(spec(keys))).isEqualTo("3 4 5 6");
        }

        @Test
        void keyword_backward_startsAfterIt() {
            KeySpec keys = KeySpec.after("KEYS", -1, KeySpec.Flag.RO);
            assertThat(positions(spec(keys))).isEqualTo("3");
        }

        @Test
        void keyword_absent_hasNoKeys() {
            assertThat(positions(spec(KeySpec.after("STREAMS", 1), KeySpec.at(1))))
                    .isEqualTo("1");
        }

        @Test
        void limit_two_stopsHalfway() {
            KeySpec keys = new KeySpec(Set.of(), new KeySpec.Begin.Index(3), new KeySpec.Find.Range(-1, 1, 2), null);
            assertThat(positions(spec(keys))).isEqualTo("3 4");
        }

        @Test
        void step_two_skipsValues() {
            assertThat(positions(spec(KeySpec.range(3, -1, 2)))).isEqualTo("3 5");
        }

        @Test
        void notKey_isSkipped() {
            CommandSpec spec = spec(KeySpec.at(1, KeySpec.Flag.NOT_KEY));
            assertThat(KeyFinder.mayHaveKeys(spec)).isFalse();
            assertThat(positions(spec)).isEmpty();
        }

        @Test
        void incomplete_findsNoKey() {
            assertThat(positions(spec(KeySpec.at(1, KeySpec.Flag.INCOMPLETE)))).isEmpty();
        }

        @Test
        void unknown_findsNoKey() {
            assertThat(positions(spec(KeySpec.at(1), KeySpec.unknown()))).isEmpty();
        }

        private String positions(CommandSpec spec) {
            StringJoiner positions = new StringJoiner(" ");
            int count = finder.find(spec, args, 0, args.length);
            for (int i = 0; i < count; i++) {
                positions.add(Integer.toString(finder.position(i)));
            }
            return positions.toString();
        }

        private CommandSpec spec(KeySpec... keys) {
            return CommandSpec.named("X.CMD")
                    .arity(-1)
                    .keys(keys)
                    .summary("A test.")
                    .build();
        }
    }

    @Test
    void find_subcommandNamedAsAnotherCommand_hasNoKeys() throws ReflectiveOperationException {
        assertThat(find("CONFIG SET a b")).isEmpty();
    }

    @Test
    void find_subcommandNamedAsAnotherCommand_hasItsOwnKeys() throws ReflectiveOperationException {
        assertThat(find("HIMPORT SET a fields GET")).isEqualTo("a:OW+update");
    }

    @Test
    void find_manyKeys_growsItsBuffers() throws ReflectiveOperationException {
        StringBuilder command = new StringBuilder("MGET");
        StringJoiner expected = new StringJoiner(" ");
        for (int i = 0; i < 100; i++) {
            command.append(" k").append(i);
            expected.add("k" + i + ":RO+access");
        }
        assertThat(find(command.toString())).isEqualTo(expected.toString());
    }

    @Test
    void find_warmedUp_allocatesNothing() throws ReflectiveOperationException {
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        CommandSpec spec = BuiltInSpecs.byFullName().get("ZUNIONSTORE");
        Bytes[] args = args("ZUNIONSTORE d 2 a b");
        finder.find(spec, args, 0, args.length);
        long before = threads.getCurrentThreadAllocatedBytes();
        long keys = 0;
        for (int i = 0; i < 1000; i++) {
            keys += finder.find(spec, args, 0, args.length);
        }
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(keys).isEqualTo(3000);
        assertThat(allocated).isLessThan(1000);
    }

    @Test
    void mayHaveKeys_followsTheSpecifications() throws ReflectiveOperationException {
        Map<String, CommandSpec> specs = BuiltInSpecs.byFullName();
        assertThat(KeyFinder.mayHaveKeys(specs.get("GET"))).isTrue();
        assertThat(KeyFinder.mayHaveKeys(specs.get("PING"))).isFalse();
        assertThat(KeyFinder.mayHaveKeys(specs.get("SSUBSCRIBE"))).isFalse();
    }

    /** The keys of a command that stands behind two other arguments, as in COMMAND GETKEYS. */
    private String find(String command) throws ReflectiveOperationException {
        Map<String, CommandSpec> specs = BuiltInSpecs.byFullName();
        String[] words = command.split(" ");
        CommandSpec spec = specs.get(words[0]);
        if (words.length > 1) {
            spec = specs.getOrDefault(words[0] + " " + words[1].toUpperCase(Locale.ROOT), spec);
        }
        Bytes[] args = args("COMMAND GETKEYSANDFLAGS " + command + " LEFTOVER");
        int count = finder.find(spec, args, 2, words.length);
        assertThat(finder.count()).isEqualTo(count);
        StringJoiner keys = new StringJoiner(" ");
        for (int i = 0; i < count; i++) {
            StringJoiner flags = new StringJoiner("+");
            for (KeySpec.Flag flag : KeySpec.Flag.values()) {
                if (finder.flags(i).contains(flag)) {
                    flags.add(flag.wireName());
                }
            }
            keys.add(args[2 + finder.position(i)] + ":" + flags);
        }
        return keys.toString();
    }

    private static Bytes[] args(String command) {
        String[] words = command.split(" ");
        Bytes[] args = new Bytes[words.length];
        for (int i = 0; i < words.length; i++) {
            args[i] = Bytes.of(words[i]);
        }
        return args;
    }
}

package dev.spinel.engine.command;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.engine.Capability;
import dev.spinel.engine.EnginePorts;
import dev.spinel.engine.PortsProbe;
import dev.spinel.engine.dataset.KeyUse;
import dev.spinel.engine.dispatch.ReplayFailedException;
import dev.spinel.engine.keyspace.Database;
import dev.spinel.engine.memory.ArenaExhaustedException;
import dev.spinel.engine.snapshot.ValueTransfer;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commands for which the memory does not suffice change nothing, and nothing is logged that did not happen. */
class MemoryEndsTest {
    private static final long ARENA_BYTES = 24 << 20;
    private static final String OUT_OF_MEMORY = "-OOM command not allowed when used memory > 'maxmemory'.";

    private final PortsProbe probe = new PortsProbe();
    private final CommandTester tester = new CommandTester(List.of(probe), ARENA_BYTES);

    /** Commands that store more than they are given. */
    @Nested
    class LargeResults {
        @Test
        void setString_aboveWhatIsLeft_keepsTheOldValueAndItsTime() {
            tester.send("SET key " + "v".repeat(9 << 20));
            tester.send("SET old x EX 100");
            refuses("SET old " + "v".repeat(12 << 20));
            assertThat(tester.send("TTL old")).isEqualTo("100");
            assertThat(tester.send("INFO keyspace")).contains("expires=1");
        }

        @Test
        void setString_inPlaceOfAHashWithExpiringFields_keepsIt() {
            tester.send("SET key " + "v".repeat(9 << 20));
            tester.send("HSET old f v");
            tester.send("HEXPIRE old 100 FIELDS 1 f");
            refuses("SET old " + "v".repeat(12 << 20));
            assertThat(tester.send("HTTL old FIELDS 1 f")).contains("100");
            assertThat(tester.send("INFO keyspace")).contains("subexpiry=1");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "COPY large other",
                    "COPY large small REPLACE",
                    "RENAME large other",
                    "RENAME large small",
                    "MOVE large 1",
                    "SETRANGE small 13000000 x",
                    "SETRANGE other 13000000 x",
                    "SETBIT small 104000000 1",
                    "SETBIT other 104000000 1",
                    "BITFIELD other SET u8 104000000 1",
                    "BITOP NOT other large",
                    "BITOP NOT small large",
                    "BITOP OR small small large",
                })
        void strings(String command) {
            tester.send("SET large " + "v".repeat(12 << 20));
            tester.send("SET small x EX 100");
            refuses(command);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "LMOVE large small LEFT RIGHT",
                    "LMOVE large other LEFT RIGHT",
                    "RPOPLPUSH large small",
                    "LMOVEM large small LEFT RIGHT COUNT 2 BULK",
                    "LMOVEM large other RIGHT LEFT COUNT 2 OBO",
                    "COPY large other",
                    "COPY large small REPLACE",
                    "SORT large ALPHA STORE small",
                    "SORT large ALPHA STORE other",
                })
        void lists(String command) {
            tester.send("RPUSH large " + "a".repeat(15 << 19));
            tester.send("RPUSH large " + "b".repeat(15 << 19));
            tester.send("RPUSH small x");
            tester.send("EXPIRE small 100");
            refuses(command);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "SUNIONSTORE other large",
                    "SUNIONSTORE small large",
                    "SDIFFSTORE small large",
                    "SINTERSTORE large large same",
                    "COPY large other",
                    "COPY large small REPLACE",
                    "SORT large BY nosort STORE small",
                    "ZUNIONSTORE small 1 large",
                    "ZUNIONSTORE other 2 large small",
                })
        void sets(String command) {
            fillSet("large", 32_000);
            tester.send("COPY large same");
            tester.send("SADD small x");
            tester.send("EXPIRE small 100");
            refuses(command);
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "ZRANGESTORE small large 0 -1",
                    "ZUNIONSTORE other 1 large",
                    "ZINTERSTORE small 2 large large",
                    "ZDIFFSTORE large 1 large",
                    "COPY large small REPLACE",
                    "GEOSEARCHSTORE small large FROMLONLAT 0 0 BYRADIUS 30000 km",
                })
        void sortedSets(String command) {
            for (int i = 0; i < 40; i++) {
                StringBuilder line = new StringBuilder("ZADD large");
                for (int j = 0; j < 1000; j++) {
                    line.append(' ').append(1_000_000_000_000_000L + 1_000_003L * j);
                    line.append(' ').append("member".repeat(50)).append(i * 1000 + j);
                }
                tester.send(line.toString());
            }
            tester.send("ZADD small 1 x");
            tester.send("EXPIRE small 100");
            refuses(command);
        }

        @Test
        void copyOfHash_leavesNoKey() {
            for (int i = 0; i < 1000; i++) {
                assertThat(tester.send("HSET hash f" + i + " " + "v".repeat(15_000)))
                        .isEqualTo("1");
            }
            refuses("COPY hash other");
        }

        @Test
        void copyOfStream_leavesNoKey() {
            for (int i = 1; i <= 1000; i++) {
                tester.send("XADD stream " + i + "-1 f " + "v".repeat(15_000));
            }
            refuses("COPY stream other");
        }

        private void fillSet(String key, int members) {
            for (int i = 0; i < members; i += 1000) {
                StringBuilder line = new StringBuilder("SADD ").append(key);
                for (int j = 0; j < 1000; j++) {
                    line.append(' ').append("member".repeat(50)).append(i + j);
                }
                assertThat(tester.send(line.toString())).isEqualTo("1000");
            }
        }
    }

    /** A command that stores more than it is given, key by key, and tells of each. */
    @Nested
    class RequiredRoom {
        /** FILL length key key: stores a text of a length under both keys. */
        private static final class Filler implements Capability {
            @Override
            public String name() {
                return "filler";
            }

            @Override
            public void connect(EnginePorts ports) {}

            @Override
            public List<Command> commands() {
                CommandSpec spec = CommandSpec.named("FILL")
                        .arity(4)
                        .flags(CommandFlag.WRITE, CommandFlag.DENYOOM)
                        .keys(KeySpec.range(2, 1, 1, KeySpec.Flag.OW, KeySpec.Flag.UPDATE))
                        .summary("Stores texts.")
                        .complexity("O(N)")
                        .build();
                return List.of(Command.of(spec, Filler::fill));
            }

            private static void fill(Call call) {
                int length = (int) call.integerArg(1);
                call.requireRoom(2, 2L * length);
                for (int i = 2; i < 4; i++) {
                    call.keys().setString(call.arg(i), Bytes.of("v".repeat(length)), false);
                    call.changed(call.arg(i), KeyEvent.STRING, "set");
                }
                call.reply().integer(1);
            }
        }

        private final PortsProbe ports = new PortsProbe();
        private final CommandTester fillable = new CommandTester(List.of(ports, new Filler()), ARENA_BYTES);

        @Test
        void less_refusedBeforeTheFirstChange() {
            fillable.send("SET other " + "v".repeat(9 << 20));
            assertThat(fillable.send("FILL 8000000 a b")).isEqualTo(OUT_OF_MEMORY);
            assertThat(fillable.send("DBSIZE")).isEqualTo("1");
            assertThat(fillable.takeEffects()).hasSize(1);
        }

        @Test
        void enough_goesOn() {
            assertThat(fillable.send("FILL 8000000 a b")).isEqualTo("1");
            assertThat(fillable.send("STRLEN b")).isEqualTo("8000000");
        }

        /** What is logged has happened. */
        @Test
        void less_inALog_goesOn() throws ReplayFailedException {
            fillable.send("SET other " + "v".repeat(9 << 20));
            Bytes[] line = {Bytes.of("FILL"), Bytes.of("4500000"), Bytes.of("a"), Bytes.of("b")};
            assertThat(fillable.send("FILL 4500000 a b")).isEqualTo(OUT_OF_MEMORY);
            assertThat(ports.ports().replays().get().run(line, line.length)).isNull();
            assertThat(fillable.send("STRLEN b")).isEqualTo("4500000");
        }
    }

    /** Commands that only store their arguments. */
    @Nested
    class FullMemory {
        @Test
        void manyFields_doNotFit_noneIsStored() {
            tester.send("SET key " + "v".repeat(12 << 20));
            refuses("HSET hash a 1 b " + "v".repeat(9 << 20));
            refuses("MSET a 1 b " + "v".repeat(9 << 20));
            refuses("RPUSH list 1 " + "v".repeat(9 << 20));
            refuses("XADD stream * a 1 b " + "v".repeat(9 << 20));
            assertThat(tester.send("DBSIZE")).isEqualTo("1");
        }

        @Test
        void gapsOfOneSize_areFound_andCommandsThatAddNothingGoOn() {
            List<String> keys = fill(100, 100);
            for (int i = 0; i < keys.size(); i += 2) {
                tester.send("DEL " + keys.get(i));
            }
            for (int i = 0; i < keys.size() * 9 / 10; i += 2) {
                assertThat(tester.send("SET " + keys.get(i) + " " + "v".repeat(100)))
                        .isEqualTo("OK");
            }
            for (int i = 0; i < keys.size() * 9 / 10; i++) {
                assertThat(tester.send("EXPIRE " + keys.get(i) + " 100")).isEqualTo("1");
                assertThat(tester.send("PERSIST " + keys.get(i))).isEqualTo("1");
            }
        }

        @Test
        void gapsOfAnotherSize_writesAreRefused_smallerValuesAreNot() {
            tester.send("HSET hash a " + "v".repeat(200) + " b " + "w".repeat(50));
            List<String> keys = fill(100, 100);
            for (int i = 0; i < keys.size(); i += 2) {
                tester.send("DEL " + keys.get(i));
            }
            int stored = 0;
            while (tester.send("SET other" + stored + " " + "v".repeat(500)).equals("OK")) {
                stored++;
            }
            refuses("SET another " + "v".repeat(500));
            assertThat(tester.send("HDEL hash a")).isEqualTo("1");
            assertThat(tester.send("HGETALL hash")).contains("w".repeat(50));
        }

        @Test
        void eviction_whenGapsDoNotFit_makesRoomInTheEnd() {
            tester.send("CONFIG SET maxmemory-policy allkeys-lru");
            fill(100, 100);
            int stored = 0;
            for (int i = 0; i < 20_000; i++) {
                stored += tester.send("SET other" + i + " " + "v".repeat(500)).equals("OK") ? 1 : 0;
            }
            assertThat(stored).isGreaterThan(15_000);
        }

        private List<String> fill(int from, int bytes) {
            List<String> keys = new ArrayList<>();
            for (int i = from; ; i++) {
                String key = "key:" + i;
                if (!tester.send("SET " + key + " " + "v".repeat(bytes)).equals("OK") || i == 400_000) {
                    return keys;
                }
                keys.add(key);
                if (i % 1000 == 0) {
                    tester.advanceMillis(2000);
                }
            }
        }
    }

    /** Memory in which there is no place for a record of another size, not even for commands that add nothing. */
    @Nested
    class NoRoomAtAll {
        private static final int VALUE_BYTES = 100;
        private final Database database = probe.ports().keyspaces().get(0);

        @ParameterizedTest
        @ValueSource(strings = {"SMOVE source target member", "SMOVE source LONG member", "SMOVE single LONG member"})
        void smove_keepsTheMember(String command) {
            // Twins, so that no block of records runs empty when one of them goes.
            for (String twin : List.of("", "2")) {
                tester.send("SADD source" + twin + " member other");
                tester.send("SADD single" + twin + " member");
                tester.send("SADD target" + twin + " " + "t".repeat(60));
            }
            fill();
            refuses(command.replace("LONG", "k".repeat(3000)));
        }

        @Test
        void hgetex_setsTheTimesOfAllFieldsOrOfNone() {
            // With a time a record has eight bytes more: for the first field there is a place, for the second none.
            tester.send("HSET hash a " + "v".repeat(100) + " b " + "w".repeat(180));
            tester.send("HSET twin a " + "v".repeat(108) + " b " + "v".repeat(100));
            fill();
            refuses("HGETEX hash EX 100 FIELDS 2 a b");
            assertThat(tester.send("HTTL hash FIELDS 2 a b")).isEqualTo("[-1 -1]");
        }

        @Test
        void restore_withTimeToLive_keepsTheOldValue() throws IOException {
            ValueTransfer transfer = probe.ports().values();
            transfer.begin().string(Bytes.of("w".repeat(VALUE_BYTES)));
            // A twin, so that the block of records does not run empty when the value leaves it.
            tester.connect().send("SET", "", "w".repeat(VALUE_BYTES));
            fill();
            // A place for the value, but none for one with a time.
            for (int i = 0; i < 10; i++) {
                tester.send("DEL " + key(i * 50));
            }
            String before = state();
            Bytes key = Bytes.of(key(1));
            assertThatThrownBy(() -> transfer.put(database, key, tester.nowMillis() + 1000, KeyUse.UNKNOWN))
                    .isInstanceOf(ArenaExhaustedException.class);
            assertThat(state()).isEqualTo(before);
            assertThat(probe.ports().keyspaces().scratch().size()).isZero();
        }

        private void fill() {
            Bytes value = Bytes.of("v".repeat(VALUE_BYTES));
            assertThatThrownBy(() -> {
                        for (int i = 0; ; i++) {
                            database.setString(Bytes.of(key(i)), value, false);
                        }
                    })
                    .isInstanceOf(ArenaExhaustedException.class);
        }

        private static String key(int number) {
            return "key:" + (1_000_000 + number);
        }
    }

    /** Commands that copy elements before they answer or store them. */
    @Nested
    class Copies {
        @BeforeEach
        void fill() {
            for (int i = 0; i < 250; i++) {
                StringBuilder members = new StringBuilder();
                for (int j = 0; j < 1000; j++) {
                    members.append(" m").append(i * 1000 + j);
                }
                tester.send("SADD set" + members);
                tester.send("RPUSH list" + members);
            }
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "SORT set ALPHA",
                    "SORT list ALPHA",
                    "SORT set BY nosort STORE list",
                    "SORT list BY nosort STORE other",
                    "SORT list BY w* LIMIT 0 1",
                    "SPOP set 240000",
                    "ZUNION 1 set",
                })
        void aboveWhatIsLeft_areRefused(String command) {
            refuses(command);
        }

        @Test
        void membersDrawn_aboveWhatIsLeft_areRefused() {
            assertThat(tester.send("SET key " + "v".repeat(8 << 20))).isEqualTo("OK");
            refuses("SRANDMEMBER set 80000");
        }

        @Test
        void idleEntries_aboveWhatIsLeft_areRefused() {
            assertThat(tester.send("DEL list")).isEqualTo("1");
            tester.send("XGROUP CREATE stream g $ MKSTREAM");
            for (int i = 0; i < 800; i++) {
                for (int j = 0; j < 100; j++) {
                    tester.send("XADD stream * f v");
                }
                tester.send("XREADGROUP GROUP g alice STREAMS stream >");
            }
            assertThat(tester.send("SET key " + "v".repeat(8 << 20))).isEqualTo("OK");
            refuses("XREADGROUP GROUP g alice CLAIM 0 STREAMS stream >");
            assertThat(tester.send("XREADGROUP GROUP g alice CLAIM 0 COUNT 1 STREAMS stream >"))
                    .startsWith("[[stream [[");
        }

        @Test
        void sort_withLimit_keepsFew() {
            assertThat(tester.send("SORT set ALPHA LIMIT 0 3")).isEqualTo("[m0 m1 m10]");
            assertThat(tester.send("SORT set ALPHA DESC LIMIT 1 2")).isEqualTo("[m99998 m99997]");
            assertThat(tester.send("SORT list BY nosort DESC LIMIT 1 2")).isEqualTo("[m249998 m249997]");
            assertThat(tester.send("SORT list BY nosort GET # LIMIT 7 2")).isEqualTo("[m7 m8]");
            assertThat(tester.send("SORT list BY nosort LIMIT 300000 2")).isEqualTo("[]");
            assertThat(tester.send("SORT list LIMIT 0 0")).startsWith("-ERR One or more scores");
        }
    }

    /** What is kept outside the arena for clients, and of values beside their data. */
    @Nested
    class KeptOnTheHeap {
        private static final int MOST = 1_000_000;

        @ParameterizedTest
        @ValueSource(strings = {"WATCH", "SUBSCRIBE", "PSUBSCRIBE", "SSUBSCRIBE", "HIMPORT PREPARE"})
        void namesOfAClient_areRefusedInTheEnd_andForgottenWithIt(String command) {
            CommandTester.Session client = tester.connect();
            int names = 0;
            String reply = "";
            while (!reply.startsWith("-") && names < MOST) {
                StringBuilder line = new StringBuilder(command);
                for (int i = 0; i < 100; i++) {
                    line.append(" name").append(names++);
                }
                reply = client.send(line.toString());
            }
            assertThat(reply).isEqualTo(OUT_OF_MEMORY);
            assertThat(tester.send("WATCH key")).isEqualTo("OK");
            assertThat(tester.send("SET key value")).isEqualTo(OUT_OF_MEMORY);
            client.close();
            tester.advanceMillis(200);
            assertThat(tester.send("SET key value")).isEqualTo("OK");
        }

        @Test
        void keysThatClientsWaitFor_areRefusedInTheEnd() {
            String reply = "";
            int clients = 0;
            while (!reply.startsWith("-") && clients < 100) {
                StringBuilder line = new StringBuilder("BLPOP");
                for (int i = 0; i < 20_000; i++) {
                    line.append(" key").append(clients).append(':').append(i);
                }
                reply = tester.connect().send(line + " 0");
                clients++;
            }
            assertThat(reply).isEqualTo(OUT_OF_MEMORY);
            assertThat(clients).isBetween(2, 6);
        }

        @Test
        void trackedKeys_areGivenUp() {
            tester.send("HELLO 3");
            tester.send("CLIENT TRACKING ON");
            for (int i = 0; i < 20_000; i++) {
                tester.send("GET key" + i);
                if (i % 1000 == 0) {
                    tester.advanceMillis(1);
                }
            }
            String keys = tester.send("INFO stats").replaceAll("(?s).*tracking_total_keys:(\\d+).*", "$1");
            assertThat(Integer.parseInt(keys)).isBetween(2000, 10_000);
        }

        @Test
        void logOfCommands_isBounded() {
            tester.send("CONFIG SET slowlog-log-slower-than 0 slowlog-max-len 1000000");
            for (int i = 0; i < 20_000; i++) {
                tester.send("SET key " + "v".repeat(100));
            }
            assertThat(Integer.parseInt(tester.send("SLOWLOG LEN"))).isBetween(1000, 4000);
        }

        @ParameterizedTest
        @ValueSource(strings = {"XGROUP CREATE stream%d g $ MKSTREAM", "XGROUP CREATECONSUMER stream g c%d"})
        void groupsAndConsumers_areRefusedInTheEnd(String command) {
            tester.send("XGROUP CREATE stream g $ MKSTREAM");
            String reply = "";
            for (int i = 0; !reply.startsWith("-") && i < MOST; i++) {
                reply = tester.send(command.formatted(i));
            }
            assertThat(reply).isEqualTo(OUT_OF_MEMORY);
        }
    }

    /** A command that needs more than is kept free for any. */
    @Nested
    class LargeArguments {
        @BeforeEach
        void fill() {
            for (int i = 0; i < 6; i++) {
                assertThat(tester.send("SET key:" + i + " " + "v".repeat(3_000_000)))
                        .isEqualTo("OK");
            }
        }

        @Test
        void policyPermits_keysGoForIt_butNoMoreThanItNeeds() {
            tester.send("CONFIG SET maxmemory-policy allkeys-lru");
            assertThat(tester.send("SET large " + "v".repeat(6 << 20))).isEqualTo("OK");
            assertThat(tester.send("STRLEN large")).isEqualTo(Integer.toString(6 << 20));
            assertThat(tester.send("DBSIZE")).isEqualTo("4");
            assertThat(tester.takeEffects())
                    .last(InstanceOfAssertFactories.STRING)
                    .startsWith("SET large");
        }

        @Test
        void policyPermits_inTransaction_keysGoForIt() {
            tester.send("CONFIG SET maxmemory-policy allkeys-random");
            tester.send("MULTI");
            assertThat(tester.send("SET large " + "v".repeat(6 << 20))).isEqualTo("QUEUED");
            assertThat(tester.send("EXEC")).isEqualTo("[OK]");
        }

        @Test
        void noKeyMayGo_isRefused() {
            refuses("SET large " + "v".repeat(6 << 20));
            tester.send("CONFIG SET maxmemory-policy volatile-lru");
            refuses("SET large " + "v".repeat(6 << 20));
        }

        @Test
        void moreThanThereCouldEverBe_isRefused_andNoKeyGoes() {
            tester.send("CONFIG SET maxmemory-policy allkeys-lru");
            refuses("SET large " + "v".repeat(25 << 20));
        }
    }

    /** Whatever is refused in a full and fragmented memory: the log has what the data have. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void randomCommands_logRepeatsTheData(long seed) {
        Random random = new Random(seed);
        int refused = 0;
        for (int i = 0; i < 150_000; i++) {
            String reply = tester.send(command(random, i));
            refused += reply.equals(OUT_OF_MEMORY) ? 1 : 0;
            if (i % 1000 == 0) {
                tester.advanceMillis(10);
            }
        }
        assertThat(refused).isGreaterThan(100);
        CommandTester other = new CommandTester();
        other.replay(tester.allEffects());
        assertThat(other.send("DBSIZE")).isEqualTo(tester.send("DBSIZE"));
        assertThat(other.send("DEBUG DIGEST")).isEqualTo(tester.send("DEBUG DIGEST"));
    }

    private static String command(Random random, int i) {
        // Sizes change as time goes by, so that gaps of old sizes remain.
        int bytes = 1 << random.nextInt(6 + i / 30_000 * 2);
        String value = "v".repeat(1 + random.nextInt(bytes));
        int key = random.nextInt(2000);
        return switch (random.nextInt(24)) {
            case 0, 1 -> "SET s" + key + " " + value;
            case 2 -> "SET s" + key + " " + value + " EX 1000";
            case 3 -> "APPEND s" + key + " " + value;
            case 4, 5 ->
                "HSET h" + key % 200 + " f" + random.nextInt(300) + " " + value + " f" + random.nextInt(300) + " w"
                        + value;
            case 6 -> "HDEL h" + key % 200 + " f" + random.nextInt(300) + " f" + random.nextInt(300);
            case 7 -> "HEXPIRE h" + key % 200 + " 1000 FIELDS 2 f" + random.nextInt(300) + " f" + random.nextInt(300);
            case 8 -> "SADD u" + key % 200 + " " + random.nextInt(100_000) + " " + value + i;
            case 9 -> "SREM u" + key % 200 + " " + random.nextInt(100_000);
            case 10 -> "ZADD z" + key % 200 + " " + random.nextInt(1000) + " m" + random.nextInt(1000) + " 5 " + value;
            case 11 -> "RPUSH l" + key % 200 + " " + value + " " + value + i;
            case 12 -> "LPOP l" + key % 200;
            case 13 -> "LMOVE l" + key % 200 + " l" + random.nextInt(200) + " LEFT RIGHT";
            case 14 -> "XADD x" + key % 100 + " " + (i + 1) + "-1 f " + value;
            case 15 -> "EXPIRE s" + key + " 1000";
            case 16 -> "PERSIST s" + key;
            case 17 -> "RENAME s" + key + " s" + random.nextInt(2000);
            case 18 -> "COPY h" + key % 200 + " h" + random.nextInt(200) + " REPLACE";
            case 19 -> "SUNIONSTORE u" + key % 200 + " u" + random.nextInt(200) + " u" + random.nextInt(200);
            case 20 -> "DEL s" + key + " h" + key;
            case 21 -> "ZUNIONSTORE z" + key % 200 + " 2 z" + random.nextInt(200) + " u" + random.nextInt(200);
            case 22 -> "DEL u" + key + " z" + key + " l" + key + " x" + key;
            default -> "SETRANGE s" + key + " " + random.nextInt(20_000) + " " + value;
        };
    }

    private void refuses(String command) {
        String before = state();
        tester.takeEffects();
        assertThat(tester.send(command)).isEqualTo(OUT_OF_MEMORY);
        assertThat(state()).isEqualTo(before);
        assertThat(tester.takeEffects()).isEmpty();
    }

    private String state() {
        String keys =
                String.join(" ", new TreeSet<>(List.of(tester.send("KEYS *").split("\n"))));
        return keys + tester.send("DEBUG DIGEST") + tester.send("INFO keyspace") + tester.send("PTTL small");
    }
}

package dev.spinel.engine.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.PortsProbe;
import dev.spinel.engine.command.CommandTester;
import dev.spinel.engine.command.RandomCommands;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CompactionTest {
    private static final String OOM = "-OOM command not allowed when used memory > 'maxmemory'.";
    private static final long ARENA_BYTES = 32L << 20;

    private final PortsProbe probe = new PortsProbe();

    /** Memory that is full of records of one size, of which every second one is then removed. */
    @Nested
    class HalfEmptySlabs {
        private final CommandTester tester = new CommandTester(List.of(probe), ARENA_BYTES);

        /** Sends a line with growing numbers until it is refused; returns how often it was not. */
        private int fill(String line) {
            int count = 0;
            while (true) {
                String reply = tester.send(line.replace("%d", Integer.toString(count)));
                if (reply.equals(OOM)) {
                    return count;
                }
                assertThat(reply).doesNotStartWith("-");
                count++;
            }
        }

        private void removeEverySecond(String line, int count) {
            for (int i = 0; i < count; i += 2) {
                assertThat(tester.send(line.replace("%d", Integer.toString(i)))).isEqualTo("1");
            }
        }

        @ParameterizedTest
        @ValueSource(ints = {20, 100, 400, 1000, 5000})
        void values_giveRoomToOthersOfAnySize(int length) {
            int count = fill("SET key:%d " + "v".repeat(length));
            removeEverySecond("DEL key:%d", count);
            String left = tester.send("DEBUG DIGEST");

            int others = fill("SET other:%d " + "w".repeat(length * 3 / 2));

            assertThat(others).isGreaterThan(count / 4);
            removeAll("other:", others);
            assertThat(tester.send("DEBUG DIGEST")).isEqualTo(left);
        }

        @ParameterizedTest
        @ValueSource(strings = {"HSET large f:%d %v", "SADD large f:%d%v", "ZADD large %d f:%d%v"})
        void elementsOfLargeValues_giveRoomToStrings(String line) {
            String value = "v".repeat(200);
            int count = fill(line.replace("%v", value));
            String member = line.startsWith("HSET") ? "f:%d" : "f:%d" + value;
            removeEverySecond((line.charAt(0) + "REM large ").replace("HREM", "HDEL") + member, count);
            String left = tester.send("DEBUG DIGEST");

            int others = fill("SET other:%d " + "w".repeat(300));

            assertThat(others).isGreaterThan(count / 5);
            removeAll("other:", others);
            assertThat(tester.send("DEBUG DIGEST")).isEqualTo(left);
        }

        private void removeAll(String prefix, int count) {
            for (int i = 0; i < count; i++) {
                assertThat(tester.send("DEL " + prefix + i)).isEqualTo("1");
            }
        }

        @Test
        void keysAreNotEvicted_whereMovingRecordsDoes() {
            tester.send("CONFIG SET maxmemory-policy allkeys-lru");
            int count = 0;
            while (!tester.send("INFO stats").matches("(?s).*evicted_keys:[1-9].*")) {
                assertThat(tester.send("SET key:" + count + " " + "v".repeat(400)))
                        .isEqualTo("OK");
                count++;
            }
            for (int i = 0; i < count; i += 2) {
                tester.send("DEL key:" + i);
            }
            tester.send("CONFIG RESETSTAT");
            for (int i = 0; i < count / 4; i++) {
                assertThat(tester.send("SET other:" + i + " " + "w".repeat(600)))
                        .isEqualTo("OK");
            }
            assertThat(tester.send("INFO stats")).contains("evicted_keys:0\r");
        }
    }

    /** Between any two commands some records may move. */
    @Test
    void randomCommands_haveTheSameEffectsWhileRecordsMove() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        RandomCommands commands = new RandomCommands(random);
        CommandTester tester = new CommandTester(List.of(probe), 0);
        CommandTester twin = new CommandTester();
        // What moves has to be of some number, and some of it to go again.
        for (int i = 0; i < 20_000; i++) {
            tester.send("SET string:" + random.nextInt(8000) + " " + "x".repeat(random.nextInt(300)));
            tester.send("DEL string:" + random.nextInt(8000));
            tester.send("HSET hash f" + random.nextInt(8000) + " " + "x".repeat(random.nextInt(100)));
            tester.send("HDEL hash f" + random.nextInt(8000));
            tester.send("SADD set " + "x".repeat(random.nextInt(60)) + random.nextInt(8000));
            tester.send("SREM set " + "x".repeat(random.nextInt(60)) + random.nextInt(8000));
            tester.send("ZADD zset " + random.nextInt(100) + " " + random.nextInt(8000));
            tester.send("ZREM zset " + random.nextInt(8000));
            tester.send("RPUSH list:" + random.nextInt(20) + " " + "x".repeat(random.nextInt(300)));
            tester.send("LTRIM list:" + random.nextInt(20) + " 1 400");
            tester.send(commands.next());
            step();
        }
        twin.replay(tester.allEffects());
        assertThat(tester.send("DEBUG DIGEST")).as("seed %s", seed).isEqualTo(twin.send("DEBUG DIGEST"));
        for (int rank = 0; rank < 4000; rank += 97) {
            String range = "ZRANGE zset " + rank + " " + (rank + 5) + " WITHSCORES";
            assertThat(tester.send(range)).as("seed %s", seed).isEqualTo(twin.send(range));
        }
    }

    /** Where the walk over a table has got to is no place in the list that has its handle afterwards. */
    @Test
    void listInPlaceOfTheHashThatIsWalked_doesNotKeepThePassFromEnding() {
        CommandTester tester = new CommandTester(List.of(probe), 0);
        for (int i = 0; i < 20_000; i++) {
            tester.send("HSET large f" + i + " " + "v".repeat(100));
        }
        for (int i = 0; i < 20_000; i += 2) {
            tester.send("HDEL large f" + i);
        }
        Compaction compaction = probe.ports().keyspaces().compaction();
        int steps = stepsOfAPass(compaction);
        assertThat(steps).isGreaterThan(30);
        // A few more gaps are worth another pass.
        tester.send("HDEL large f1");
        compaction.start(1);
        for (int i = 0; i < steps - 3; i++) {
            compaction.run(0);
        }
        assertThat(compaction.isRunning()).isTrue();
        tester.send("DEL large");
        for (int i = 0; i < 300; i++) {
            tester.send("RPUSH large " + "v".repeat(100));
        }
        assertThat(tester.send("OBJECT ENCODING large")).isEqualTo("quicklist");

        assertThat(stepsOfAPass(compaction)).isLessThan(1000);
        assertThat(compaction.isRunning()).isFalse();
    }

    private static int stepsOfAPass(Compaction compaction) {
        compaction.start(1);
        int steps = 0;
        while (compaction.isRunning() && steps < 1000) {
            compaction.run(0);
            steps++;
        }
        return steps;
    }

    private void step() {
        Compaction compaction = probe.ports().keyspaces().compaction();
        if (!compaction.isRunning()) {
            compaction.start(1);
        }
        compaction.run(0);
    }
}

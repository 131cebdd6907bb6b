package dev.spinel.engine.command.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.PortsProbe;
import dev.spinel.engine.admin.FixedProcess;
import dev.spinel.engine.command.CommandTester;
import dev.spinel.engine.dispatch.Replay;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Tests what adds an entry once only: IDMP and IDMPAUTO of XADD, XCFGSET and XIDMPRECORD. */
class StreamIdempotenceTest {
    private final CommandTester server = new CommandTester();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    private void assertEffects(String... effects) {
        assertThat(server.takeEffects()).containsExactly(effects);
    }

    /** The six figures of XINFO STREAM. */
    private void assertFigures(long duration, long maxSize, int pids, int iids, int added, int duplicates) {
        String figures = "idmp-duration " + duration + " idmp-maxsize " + maxSize + " pids-tracked " + pids
                + " iids-tracked " + iids + " iids-added " + added + " iids-duplicates " + duplicates;
        assertThat(server.send("XINFO STREAM s")).contains(figures);
        assertThat(server.send("XINFO STREAM s FULL")).contains(figures);
    }

    private String now(int sequence) {
        return server.nowMillis() + "-" + sequence;
    }

    @Nested
    class Xadd {
        @Test
        void sameId_isAddedOnce() {
            assertReply("XADD s IDMP p a * f 1", now(0));
            assertReply("XADD s IDMP p b * f 2", now(1));
            assertReply("XADD s IDMP q a * f 3", now(2));
            server.takeEffects();
            assertReply("XADD s IDMP p a * g 4", now(0));
            assertReply("XADD s IDMP q a * f 3", now(2));
            assertEffects();
            assertReply("XLEN s", "3");
            assertFigures(100, 100, 2, 3, 3, 2);
        }

        @Test
        void entryThatIsGone_isNotAddedAgain() {
            server.send("XADD s IDMP p a * f 1");
            server.send("XTRIM s MAXLEN 0");
            assertReply("XADD s IDMP p a * f 1", now(0));
            assertReply("XLEN s", "0");
        }

        @Test
        void anEntry_isLoggedWithItsIdBeforeItsRecord() {
            server.send("XADD s IDMP p a MAXLEN ~ 10 * f 1");
            server.send("XGROUP CREATE s g 0");
            server.send("XADD s NOMKSTREAM ACKED MAXLEN 1 IDMP p * * f 2");
            server.send("XADD s KEEPREF IDMP p x * f 3");
            assertEffects(
                    "XADD s MAXLEN = 1 " + now(0) + " f 1",
                    "XIDMPRECORD s p a " + now(0),
                    "XGROUP CREATE s g 0",
                    "XADD s " + now(1) + " f 2",
                    "XIDMPRECORD s p * " + now(1),
                    "XADD s " + now(2) + " f 3",
                    "XIDMPRECORD s p x " + now(2));
        }

        @Test
        void automaticId_isThatOfTheContent() {
            assertReply("XADD s IDMPAUTO p * f 1 g 2 g 3", now(0));
            assertReply("XADD s IDMPAUTO p * g 3 f 1 g 2", now(0));
            assertReply("XADD s IDMPAUTO p * f 1 g 2", now(1));
            assertReply("XADD s IDMPAUTO p * f1 g 2 g", now(2));
            assertReply("XADD s IDMPAUTO p * f 1g 2 g", now(3));
            assertReply("XADD s IDMPAUTO q * f 1 g 2", now(4));
        }

        @Test
        void withoutAStream_nomkstreamRecordsNothing() {
            assertReply("XADD s NOMKSTREAM IDMP p a * f v", "nil");
            assertReply("EXISTS s", "0");
        }

        @Test
        void errors_ofArguments() {
            assertReply("XADD s IDMP p * f v", "-ERR Invalid stream ID specified as stream command argument");
            String onlyAutomatic = "-ERR IDMP/IDMPAUTO can be used only with auto-generated IDs";
            assertReply("XADD s IDMP p a 1-1 f v", onlyAutomatic);
            assertReply("XADD s IDMPAUTO p 1-* f v", onlyAutomatic);
            String twice = "-ERR IDMP/IDMPAUTO specified multiple times";
            assertReply("XADD s IDMP p a IDMP q b * f v", twice);
            assertReply("XADD s IDMPAUTO p IDMP q b * f v", twice);
            assertReply("XADD s IDMP  a * f v", "-ERR IDMP requires a non-empty producer ID");
            assertReply("XADD s IDMP p  * f v", "-ERR IDMP requires a non-empty idempotent ID");
            assertReply("XADD s IDMPAUTO  * f v", "-ERR IDMPAUTO requires a non-empty producer ID");
            assertReply("EXISTS s", "0");
        }
    }

    @Nested
    class Limits {
        @Test
        void recordsEnd_withTheirTime() {
            server.send("XADD s * f v");
            assertReply("XCFGSET s IDMP-DURATION 2", "OK");
            server.send("XADD s IDMP p a * f v");
            server.send("XADD s IDMP q a * f v");
            String first = now(1);
            server.advanceMillis(1999);
            assertReply("XADD s IDMP p a * f v", first);
            server.send("XADD s IDMP p b * f v");
            server.advanceMillis(1);
            assertFigures(2, 100, 1, 1, 3, 1);
            assertReply("XADD s IDMP p a * f v", now(0));
            assertFigures(2, 100, 1, 2, 4, 1);
        }

        @Test
        void recordsEnd_whenThereAreTooMany() {
            server.send("XADD s * f v");
            assertReply("XCFGSET s IDMP-MAXSIZE 3", "OK");
            for (String id : new String[] {"a", "b", "c", "d"}) {
                server.send("XADD s IDMP p " + id + " * f v");
            }
            server.send("XADD s IDMP q a * f v");
            assertFigures(100, 3, 2, 4, 5, 0);
            assertReply("XADD s IDMP p b * f v", now(2));
            assertReply("XADD s IDMP p a * f v", now(6));
            assertReply("XADD s IDMP p b * f v", now(7));
        }

        @Test
        void memory_isCountedAndGivenBack() {
            server.send("XADD s * f v");
            server.send("XCFGSET s IDMP-MAXSIZE 10000 IDMP-DURATION 10");
            long before = memory();
            for (int i = 0; i < 2000; i++) {
                server.send("XADD s MAXLEN 1 IDMP producer" + i % 4 + " " + "i".repeat(100) + i + " * f v");
            }
            assertThat(memory() - before).isBetween(2000 * 120L, 2000 * 300L);
            server.advanceMillis(10_000);
            server.send("XADD s MAXLEN 1 IDMP another i * f v");
            assertThat(memory() - before).isLessThan(1000);
            assertFigures(10, 10_000, 1, 1, 2001, 0);
        }

        private long memory() {
            return Long.parseLong(server.send("MEMORY USAGE s"));
        }
    }

    @Nested
    class Xcfgset {
        @Test
        void changes_forgetTheRecords() {
            server.send("XADD s IDMP p a * f v");
            server.takeEffects();
            assertReply("XCFGSET s IDMP-DURATION 100 IDMP-MAXSIZE 100", "OK");
            assertEffects("XCFGSET s IDMP-DURATION 100 IDMP-MAXSIZE 100");
            assertReply("XCFGSET s IDMP-MAXSIZE 100", "OK");
            assertEffects();
            assertReply("XADD s IDMP p a * f v", now(0));
            assertReply("xcfgset s idmp-maxsize 10000", "OK");
            assertEffects("xcfgset s idmp-maxsize 10000");
            assertReply("XADD s IDMP p a * f v", now(1));
            assertFigures(100, 10_000, 1, 1, 2, 1);
        }

        @Test
        void directives_areForStreamsThatDoNotSay() {
            assertReply("CONFIG GET stream-idmp-*", "[stream-idmp-duration 100 stream-idmp-maxsize 100]");
            for (String refused : new String[] {"duration 0", "duration 86401", "maxsize 0", "maxsize 10001"}) {
                assertThat(server.send("CONFIG SET stream-idmp-" + refused)).startsWith("-ERR CONFIG SET failed");
            }
            server.send("XADD s IDMP p a * f v");
            server.send("XADD s IDMP p b * f v");
            assertReply("CONFIG SET stream-idmp-duration 2 stream-idmp-maxsize 3", "OK");
            assertFigures(2, 3, 1, 2, 2, 0);
            server.send("XCFGSET s IDMP-MAXSIZE 3");
            assertFigures(2, 3, 1, 2, 2, 0);
            server.send("CONFIG SET stream-idmp-maxsize 1");
            server.send("XADD s IDMP p c * f v");
            assertFigures(2, 3, 1, 3, 3, 0);
            server.send("COPY s t");
            server.advanceMillis(2000);
            assertFigures(2, 3, 0, 0, 3, 0);
            server.send("CONFIG SET stream-idmp-duration 86400 stream-idmp-maxsize 10000");
            assertFigures(86_400, 3, 0, 0, 3, 0);
            assertThat(server.send("XINFO STREAM t")).contains("idmp-duration 86400 idmp-maxsize 3 pids-tracked 1");
        }

        @Test
        void streamWithoutAnyOfIt_isDescribedAsBefore() {
            server.send("XADD s * f v");
            assertThat(server.send("XINFO STREAM s")).doesNotContain("idmp", "iids", "pids");
        }

        @Test
        void errors_ofArguments() {
            assertReply("XCFGSET s IDMP-DURATION 5", "-ERR no such key");
            server.send("XADD s * f v");
            assertReply("XCFGSET s", "-ERR At least one parameter must be specified");
            assertReply("XCFGSET s IDMP-DURATION", "-ERR syntax error");
            assertReply("XCFGSET s FOO 1", "-ERR syntax error");
            assertReply("XCFGSET s IDMP-MAXSIZE x", "-ERR value is not an integer or out of range");
            String duration = "-ERR IDMP-DURATION must be between 1 and 86400 seconds";
            assertReply("XCFGSET s IDMP-DURATION 0", duration);
            assertReply("XCFGSET s IDMP-DURATION 86401", duration);
            assertReply("XCFGSET s idmp-maxsize 10001", "-ERR IDMP-MAXSIZE must be between 1 and 10000");
            server.send("SET k v");
            assertReply(
                    "XCFGSET k IDMP-MAXSIZE 1", "-WRONGTYPE Operation against a key holding the wrong kind of value");
        }
    }

    @Nested
    class Xidmprecord {
        @Test
        void record_isThatOfAnEntry() {
            server.send("XADD s 1-1 f v");
            server.send("XADD s 2-1 f v");
            server.send("XADD s " + now(5) + " f v");
            server.takeEffects();
            assertReply("XIDMPRECORD s p a " + now(5), "OK");
            assertReply("XIDMPRECORD s p a " + now(5), "OK");
            assertEffects("XIDMPRECORD s p a " + now(5));
            assertReply("XADD s IDMP p a * f v", now(5));
            assertReply(
                    "XIDMPRECORD s p a 2-1",
                    "-ERR The idempotent ID specified in XIDMPRECORD belongs to another entry");
        }

        @Test
        void errors_ofArguments() {
            assertReply("XIDMPRECORD s p a 1-1", "-ERR no such key");
            server.send("XADD s 1-1 f v");
            String none = "-ERR The stream has no entry with the ID specified in XIDMPRECORD";
            assertReply("XIDMPRECORD s p a 2-1", none);
            assertReply("XIDMPRECORD s  a 1-1", "-ERR XIDMPRECORD requires a non-empty producer ID");
            assertReply("XIDMPRECORD s p  1-1", "-ERR XIDMPRECORD requires a non-empty idempotent ID");
            assertReply("XIDMPRECORD s p a x", "-ERR Invalid stream ID specified as stream command argument");
            assertEffects("XADD s 1-1 f v");
        }

        /** The entry may have been removed since, and logs of Redis have the option and the ID. */
        @Test
        void log_mayNameWhatIsGone() throws Exception {
            PortsProbe probe = new PortsProbe();
            CommandTester loading = new CommandTester(new FixedProcess(), List.of(probe));
            Replay log = probe.ports().replays().get();
            String gone = loading.nowMillis() + "-1";
            for (String line : new String[] {
                "XADD s " + gone + " f v",
                "XDEL s " + gone,
                "XIDMPRECORD s p a " + loading.nowMillis() + "-0",
                "XIDMPRECORD s p a " + gone,
                "XADD s IDMP p b " + loading.nowMillis() + "-2 f v"
            }) {
                Bytes[] words = Stream.of(line.split(" ")).map(Bytes::of).toArray(Bytes[]::new);
                assertThat(log.run(words, words.length)).as(line).isNull();
            }
            assertThat(loading.send("XINFO STREAM s")).contains("iids-tracked 2 iids-added 3");
            assertThat(loading.send("XADD s IDMP p a * f v")).isEqualTo(gone);
            assertThat(loading.send("XADD s IDMP p b * f v")).isEqualTo(loading.nowMillis() + "-2");
        }
    }

    @Test
    void copiesAndRenames_keepTheRecords() {
        server.send("XADD s IDMP p a * f v");
        server.send("COPY s t");
        server.send("XADD s IDMP p b * f v");
        server.send("RENAME s u");
        assertReply("XADD t IDMP p a * f v", now(0));
        assertReply("XADD u IDMP p b * f v", now(1));
        assertReply("XADD t IDMP p b * f w", now(1));
        assertReply("XLEN t", "2");
        server.send("DEL t u");
        assertReply("XADD t IDMP p a * f v", now(0));
    }

    @Test
    void effects_makeTheSameRecords() {
        for (int i = 0; i < 300; i++) {
            server.send("XADD s MAXLEN 5 IDMP p" + i % 7 + " " + i % 50 + " * f " + i);
            server.send("XADD s IDMPAUTO auto * f " + i % 20);
            server.advanceMillis(i % 3);
        }
        CommandTester replica = new CommandTester();
        replica.replay(server.allEffects());
        replica.advanceMillis(server.nowMillis() - replica.nowMillis());
        assertThat(replica.send("DEBUG DIGEST")).isEqualTo(server.send("DEBUG DIGEST"));
        for (int i = 0; i < 50; i++) {
            for (int producer = 0; producer < 7; producer++) {
                String line = "XADD s IDMP p" + producer + " " + i + " * f v";
                assertThat(replica.send(line)).as(line).isEqualTo(server.send(line));
            }
        }
        assertThat(replica.send("XLEN s")).isEqualTo(server.send("XLEN s"));
    }
}

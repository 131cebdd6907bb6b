package dev.spinel.distribution;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands of recipes on a server whose clock the test sets. {@link RecipeCommandsDifferentialIT} compares them with scripts. */
class RecipeCommandsIT {
    private static final long START_MICROS = ServerAtATime.START_MICROS;
    /** The fence of the first grant: the time since 2020. */
    private static final long FIRST_FENCE = START_MICROS - 1_577_836_800_000_000L;

    private final AtomicLong micros = new AtomicLong(START_MICROS);

    @TempDir
    private Path directory;

    private ServerAtATime server;

    @BeforeEach
    void start() {
        server = new ServerAtATime(micros, directory);
    }

    @AfterEach
    void stop() {
        server.close();
    }

    private String ask(String line) {
        return server.ask(line.split(" ", -1));
    }

    private void later(long millis) {
        micros.addAndGet(millis * 1_000);
    }

    @Nested
    class Locks {
        @Test
        void free_isGrantedWithAFence() {
            assertThat(ask("LOCK.ACQUIRE 2 lock fence ann 5000")).isEqualTo("[1, " + FIRST_FENCE + "]");
            assertThat(ask("GET lock")).isEqualTo("ann:" + FIRST_FENCE);
            assertThat(ask("GET fence")).isEqualTo(Long.toString(FIRST_FENCE));
            assertThat(ask("PTTL lock")).isEqualTo("5000");
            assertThat(server.published())
                    .containsExactly(
                            "__keyevent@0__:new fence",
                            "__keyevent@0__:set fence",
                            "__keyevent@0__:new lock",
                            "__keyevent@0__:set lock",
                            "__keyevent@0__:expire lock");
        }

        @Test
        void held_tellsHowLong_andTheOwnerFindsItAgain() {
            ask("LOCK.ACQUIRE 2 lock fence ann 5000");
            later(2_000);

            assertThat(ask("LOCK.ACQUIRE 2 lock fence bob 5000")).isEqualTo("[0, 3000]");
            assertThat(ask("LOCK.ACQUIRE 2 lock fence ann 5000")).isEqualTo("[1, " + FIRST_FENCE + "]");
            assertThat(ask("PTTL lock")).isEqualTo("5000");
        }

        @Test
        void whatNeverExpires_isAskedForRarely() {
            ask("SET lock foreign");
            assertThat(ask("LOCK.ACQUIRE 2 lock fence bob 5000")).isEqualTo("[0, 5000]");
            assertThat(ask("GET lock")).isEqualTo("foreign");
        }

        @Test
        void expired_isGrantedWithAHigherFence() {
            ask("LOCK.ACQUIRE 2 lock fence ann 5000");
            later(5_001);

            assertThat(ask("LOCK.RENEW 1 lock ann 5000")).isEqualTo("0");
            assertThat(ask("LOCK.ACQUIRE 2 lock fence bob 5000")).isEqualTo("[1, " + (FIRST_FENCE + 5_001_000) + "]");
        }

        @Test
        void fences_rise_whileTheClockDoesNot() {
            ask("SET fence " + (FIRST_FENCE + 1_000_000));

            assertThat(ask("LOCK.ACQUIRE 2 one fence ann 5000")).isEqualTo("[1, " + (FIRST_FENCE + 1_000_001) + "]");
            assertThat(ask("LOCK.ACQUIRE 2 two fence ann 5000")).isEqualTo("[1, " + (FIRST_FENCE + 1_000_002) + "]");
        }

        @Test
        void renewal_isTheOwnersAlone() {
            ask("LOCK.ACQUIRE 2 lock fence ann 5000");

            assertThat(ask("LOCK.RENEW 1 lock bob 9000")).isEqualTo("0");
            assertThat(ask("PTTL lock")).isEqualTo("5000");
            assertThat(ask("LOCK.RENEW 1 lock ann 9000")).isEqualTo("1");
            assertThat(ask("PTTL lock")).isEqualTo("9000");
        }

        @Test
        void release_deletesAndPublishes_ifItIsTheOwners() {
            ask("LOCK.ACQUIRE 2 lock fence ann 5000");
            server.published();

            assertThat(ask("LOCK.RELEASE 1 lock bob gone lock 50")).isEqualTo("0");
            assertThat(server.published()).isEmpty();
            assertThat(ask("LOCK.RELEASE 1 lock ann gone lock 50")).isEqualTo("1");
            assertThat(server.published()).containsExactly("__keyevent@0__:del lock", "gone lock");
            assertThat(ask("EXISTS lock")).isEqualTo("0");
            assertThat(ask("LOCK.RELEASE 1 lock ann gone lock 50")).isEqualTo("0");
        }

        @Test
        void channelThatTheUserMayNotUse_refusedBeforeAnything() {
            ask("LOCK.ACQUIRE 2 lock fence ann 5000");
            ask("ACL SETUSER carl on nopass ~* resetchannels &mine +@all");
            ask("AUTH carl x");

            assertThat(ask("LOCK.RELEASE 1 lock ann gone lock"))
                    .isEqualTo("-NOPERM this user has no permissions to access one of the channels used as arguments");
            assertThat(ask("EXISTS lock")).isEqualTo("1");
            assertThat(ask("LOCK.RELEASE 1 lock ann mine lock")).isEqualTo("1");
        }

        @Test
        void transactionsAndScripts_mayCall() {
            ask("MULTI");
            ask("LOCK.ACQUIRE 2 lock fence ann 5000");
            ask("LOCK.RELEASE 1 lock ann gone lock");
            assertThat(ask("EXEC")).isEqualTo("[[1, " + FIRST_FENCE + "], 1]");
            assertThat(server.ask(
                            "EVAL",
                            "return redis.call('LOCK.ACQUIRE', 2, KEYS[1], KEYS[2], 'ann', 5000)",
                            "2",
                            "lock",
                            "fence"))
                    .isEqualTo("[1, " + (FIRST_FENCE + 1) + "]");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "LOCK.ACQUIRE 2 lock fence ann|wrong number of arguments for 'lock.acquire' command",
                    "LOCK.ACQUIRE 3 lock fence ann 5000|wrong number of keys for 'lock.acquire' command: 3, not 2",
                    "LOCK.ACQUIRE -1 lock fence ann 5000|Number of keys can't be negative",
                    "LOCK.ACQUIRE 5 lock fence ann 5000|Number of keys can't be greater than number of args",
                    "LOCK.ACQUIRE two lock fence ann 5000|value is not an integer or out of range",
                    "LOCK.ACQUIRE 2 lock fence ann 0|invalid expire time in 'lock.acquire' command",
                    "LOCK.ACQUIRE 2 lock fence ann -7|invalid expire time in 'lock.acquire' command",
                    "LOCK.ACQUIRE 2 lock fence ann 9223372036854775807|invalid expire time in 'lock.acquire' command",
                    "LOCK.ACQUIRE 2 lock fence ann inf|value is not an integer or out of range",
                    "LOCK.RENEW 1 lock ann 1.5|value is not an integer or out of range",
                    "LOCK.RENEW 2 lock ann 5000|wrong number of keys for 'lock.renew' command: 2, not 1",
                    "LOCK.RELEASE 2 lock ann gone lock|wrong number of keys for 'lock.release' command: 2, not 1"
                })
        void wrongArguments_refused(String lineAndError) {
            String[] parts = lineAndError.split("\\|");
            assertThat(ask(parts[0])).isEqualTo("-ERR " + parts[1]);
            assertThat(ask("DBSIZE")).isEqualTo("0");
        }

        @ParameterizedTest
        @ValueSource(strings = {"x", "-1", "1.5", "1e300", "9007199254740992", "inf", "nan"})
        void fenceThatIsNone_refusedBeforeAnything(String fence) {
            ask("SET fence " + fence);

            assertThat(ask("LOCK.ACQUIRE 2 lock fence ann 5000")).isEqualTo("-ERR the fence is out of range");
            assertThat(ask("EXISTS lock")).isEqualTo("0");
        }

        @Test
        void otherTypes_refused() {
            ask("RPUSH list x");

            assertThat(ask("LOCK.ACQUIRE 2 list fence ann 5000")).startsWith("-WRONGTYPE");
            assertThat(ask("LOCK.ACQUIRE 2 lock list ann 5000")).startsWith("-WRONGTYPE");
            assertThat(ask("LOCK.RENEW 1 list ann 5000")).startsWith("-WRONGTYPE");
            assertThat(ask("LOCK.RELEASE 1 list ann gone list")).startsWith("-WRONGTYPE");
            assertThat(ask("DBSIZE")).isEqualTo("1");
        }
    }

    @Nested
    class Limits {
        private static final String TWO = "RATELIMIT.ACQUIRE 2 a b take 1 token 0 0 0 gcra 1000000 3 0 0 ";

        @Test
        void allLimits_orNone() {
            assertThat(ask(TWO + "fixed 60000000 1 0 0"))
                    .startsWith("[1, " + FIRST_FENCE + ", 0, 2, 0, 1000000, 0, 0, ");
            assertThat(ask(TWO + "fixed 60000000 1 0 0")).startsWith("[0, " + FIRST_FENCE + ", 0, 2, 0, 1000000, 0, ");
            assertThat(ask("HGET b count")).isEqualTo("1");
        }

        @Test
        void rememberedAnswer_isRepeated() {
            String line = "RATELIMIT.ACQUIRE 2 a once take 2 token 0 1000 0 gcra 333333.3333333333 3 0 0";
            String first = ask(line);
            later(500);

            assertThat(ask(line)).isEqualTo(first).startsWith("[2, ");
            assertThat(ask("PTTL once")).isEqualTo("500");
            later(501);
            assertThat(ask(line)).isNotEqualTo(first);
        }

        @Test
        void rememberedAnswer_tellsWhatIsLeftOfItsWait() {
            ask("RATELIMIT.ACQUIRE 1 a take 1 token 0 0 0 gcra 10000000 1 60000000 0");
            String line = "RATELIMIT.ACQUIRE 2 a once take 1 token 20000000 60000 0 gcra 10000000 1 60000000 0";
            assertThat(ask(line)).isEqualTo("[1, " + FIRST_FENCE + ", 10000000, 0, 10000000, 20000000]");
            later(4_000);
            assertThat(ask(line)).isEqualTo("[1, " + FIRST_FENCE + ", 6000000, 0, 10000000, 20000000]");
            later(-5_000);
            assertThat(ask(line)).startsWith("[1, " + FIRST_FENCE + ", 10000000, ");
            later(50_000);
            assertThat(ask(line)).startsWith("[1, " + FIRST_FENCE + ", 0, ");
        }

        @Test
        void rememberedAnswer_ofAnotherNumberOfLimits_isAnsweredAsItIs() {
            ask("RATELIMIT.ACQUIRE 2 a once take 1 token 0 60000 0 gcra 1000000 3 0 0");
            assertThat(
                            ask(
                                    "RATELIMIT.ACQUIRE 3 a b once take 1 token 0 60000 0 gcra 1000000 3 0 0 fixed 60000000 1 0 0"))
                    .isEqualTo("[1, " + FIRST_FENCE + ", 0, 2, 0, 1000000]");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "text|value is not a valid float",
                    "1,2|the remembered answer is not complete",
                    "1,,2|value is not a valid float"
                })
        void rememberedAnswer_thatIsNone_refused(String kept, String error) {
            ask("SET once " + kept);
            assertThat(ask("RATELIMIT.ACQUIRE 2 a once take 1 token 0 60000 0 gcra 1000000 3 0 0"))
                    .isEqualTo("-ERR " + error);
            assertThat(ask("EXISTS a")).isEqualTo("0");
        }

        @Test
        void asMuchAsFits_upToTheMost() {
            String upTo = "RATELIMIT.ACQUIRE 2 a b take 1 token 0 0 %d gcra 1000000 9 0 0 fixed 60000000 7 0 0";
            assertThat(ask(upTo.formatted(5))).startsWith("[5, " + FIRST_FENCE + ", 0, 4, 0, 5000000, 2, 0, ");
            assertThat(ask(upTo.formatted(5))).startsWith("[2, " + FIRST_FENCE + ", 0, 2, 0, 7000000, 0, 0, ");
            assertThat(ask(upTo.formatted(5))).startsWith("[0, " + FIRST_FENCE + ", 0, 2, 0, 7000000, 0, ");
        }

        @Test
        void requestThatComesAgainInItsMicrosecond_isChargedOnce() {
            String line = "RATELIMIT.ACQUIRE 1 log take 2 token 0 0 0 log 5000000 5 0 0";
            ask(line);
            assertThat(ask(line)).startsWith("[2, ");
            assertThat(ask("ZRANGE log 0 -1 WITHSCORES"))
                    .isEqualTo("[total, -2, token:" + FIRST_FENCE + ":2, " + FIRST_FENCE + "]");
            ask("PERSIST log");
            later(5_000);

            assertThat(ask(line.replace("take", "peek")))
                    .isEqualTo("[2, " + (FIRST_FENCE + 5_000_000) + ", 0, 5, 0, 0]");
        }

        @Test
        void wrongTypeOfALaterKey_leavesEarlierOnesAlone() {
            String log = "RATELIMIT.ACQUIRE 1 log take 1 token 0 0 0 log 5000000 3 0 0";
            ask(log);
            later(3_000);
            ask(log);
            ask("SET text x");
            // The first entry is over now, and would be removed.
            later(3_000);

            assertThat(ask("RATELIMIT.ACQUIRE 2 log text take 1 token 0 0 0 log 5000000 3 0 0 fixed 1000000 1 0 0"))
                    .startsWith("-WRONGTYPE");
            assertThat(ask("RATELIMIT.ACQUIRE 2 log text take 1 token 0 0 0 log 5000000 3 0 0 gcra 1000000 1 0 0"))
                    .isEqualTo("-ERR value is not a valid float");
            assertThat(ask("ZCARD log")).isEqualTo("3");
            assertThat(ask("ZSCORE log total")).isEqualTo("-2");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "1 a take 1 token 0 0 0 gcra 1000000 3 0|wrong number of arguments for 'ratelimit.acquire' command",
                    "2 a b take 1 token 0 0 0 gcra 1000000 3 0 0|wrong number of keys for 'ratelimit.acquire' command: 2, not 1",
                    "1 a take 1 token 0 10 0 gcra 1000000 3 0 0|wrong number of keys for 'ratelimit.acquire' command: 1, not 2",
                    "1 a grab 1 token 0 0 0 gcra 1000000 3 0 0|syntax error",
                    "1 a take -1 token 0 0 0 gcra 1000000 3 0 0|value is out of range",
                    "1 a take 1.5 token 0 0 0 gcra 1000000 3 0 0|value is not an integer or out of range",
                    "1 a take 1 token x 0 0 gcra 1000000 3 0 0|value is not an integer or out of range",
                    "2 a b take 1 token 0 9223372036854775807 0 gcra 1000000 3 0 0|invalid expire time in 'ratelimit.acquire' command",
                    "1 a take 1 token 0 0 0 leaky 1000000 3 0 0|unknown kind of limit 'leaky'",
                    "1 a take 1 token 0 0 0 gcra 0 3 0 0|invalid limit: an interval is above 0 and at most 2^53 microseconds",
                    "1 a take 1 token 0 0 0 gcra -5 3 0 0|invalid limit: an interval is above 0 and at most 2^53 microseconds",
                    "1 a take 1 token 0 0 0 log inf 3 0 0|invalid limit: an interval is above 0 and at most 2^53 microseconds",
                    "1 a take 1 token 0 0 0 log nan 3 0 0|value is not a valid float",
                    "1 a take 1 token 0 0 0 gcra 1000000 99999999999999 0 0|invalid limit: it takes too long until the limit is whole again",
                    "1 a take 1 token 0 0 0 bucket 1000000 3 0 0|invalid limit: a bucket is refilled with at least 1",
                    "1 a take 1 token 0 0 0 concurrent 1000000 10001 0 0|invalid limit: there are at most 10000 permits"
                })
        void wrongArguments_refused(String argumentsAndError) {
            String[] parts = argumentsAndError.split("\\|");
            assertThat(ask("RATELIMIT.ACQUIRE " + parts[0])).isEqualTo("-ERR " + parts[1]);
            assertThat(ask("DBSIZE")).isEqualTo("0");
        }

        @Test
        void costThatNeverFits_isAnAnswer() {
            assertThat(ask("RATELIMIT.ACQUIRE 1 a take 9223372036854775807 token 0 0 0 bucket 1000000 3 3 0"))
                    .isEqualTo("[0, " + FIRST_FENCE + ", 0, 3, -1, 0]");
        }
    }

    @Nested
    class Queues {
        private static final String QUEUE =
                "QUEUE.ENQUEUE 9 ready delayed leased bodies metas id grouped turns groups ";
        private static final String KEYED =
                "QUEUE.ENQUEUE 10 ready delayed leased bodies metas id grouped turns groups once ";

        @Test
        void messages_areStoredByDelayPriorityAndGroup_andAnnounced() {
            assertThat(ask(QUEUE + "0 0 5 news 1000 one 9 0 0  two 0 2000 0  three 4 0 0 g"))
                    .isEqualTo("[1, 1, 1, 2, 1, 3]");
            assertThat(ask("ZRANGE ready 0 -1 WITHSCORES")).isEqualTo("[1, 1]");
            assertThat(ask("ZRANGE delayed 0 -1 WITHSCORES")).isEqualTo("[2, " + (FIRST_FENCE + 2_000_000) + "]");
            assertThat(ask("ZRANGE grouped 0 -1 WITHSCORES")).isEqualTo("[1:g:50000000000000003, 0]");
            assertThat(ask("ZRANGE turns 0 -1 WITHSCORES")).isEqualTo("[g, 1]");
            assertThat(ask("HMGET bodies 1 2 3")).isEqualTo("[one, two, three]");
            assertThat(ask("HMGET metas 1 3"))
                    .isEqualTo("[9:0:0:5:" + FIRST_FENCE + ":, 4:0:0:5:" + FIRST_FENCE + ":g]");
            assertThat(server.published()).endsWith("news enqueued").containsOnlyOnce("news enqueued");
        }

        @Test
        void idempotencyKey_isRemembered_forItsTime() {
            String line = KEYED + "0 0 5 news 1000 body 4 0 1 g";
            assertThat(ask(line)).isEqualTo("[1, 1]");
            server.published();
            later(999);

            assertThat(ask(line)).isEqualTo("[0, 1]");
            assertThat(server.published()).isEmpty();
            later(2);
            assertThat(ask(line)).isEqualTo("[1, 2]");
            assertThat(ask("PTTL once")).isEqualTo("1000");
        }

        @Test
        void idempotencyKey_thatHoldsNoId_isNew() {
            ask("SET once text");
            assertThat(ask(KEYED + "0 0 5 news 1000 body 4 0 1 g")).isEqualTo("[1, 1]");
            assertThat(ask("GET once")).isEqualTo("1");
        }

        @Test
        void fullQueue_refusesTheRest() {
            assertThat(ask(QUEUE + "0 1 5 news 1000 one 4 0 0 g two 4 0 0 g")).isEqualTo("[1, 1, -1, 0]");
            assertThat(ask("HLEN bodies")).isEqualTo("1");
        }

        @Test
        void groupAtItsLimit_getsNoTurn() {
            ask("HSET groups g 2");
            assertThat(ask(QUEUE + "2 0 5 news 1000 one 4 0 0 g two 4 0 0 h")).isEqualTo("[1, 1, 1, 2]");
            assertThat(ask("ZRANGE turns 0 -1")).isEqualTo("[h]");
        }

        @Test
        void channelThatTheUserMayNotUse_refusedBeforeAnything() {
            ask("ACL SETUSER carl on nopass ~* resetchannels &mine +@all");
            ask("AUTH carl x");

            assertThat(ask(KEYED + "0 0 5 news 1000 mine 4 0 1 g"))
                    .isEqualTo("-NOPERM this user has no permissions to access one of the channels used as arguments");
            assertThat(ask("DBSIZE")).isEqualTo("0");
            assertThat(ask(KEYED + "0 0 5 mine 1000 body 4 0 1 g")).isEqualTo("[1, 1]");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "0 0 5 news 1000 body 4 0 0|wrong number of arguments for 'queue.enqueue' command",
                    "0 0 5 news 1000 body 4 0 1 g|wrong number of keys for 'queue.enqueue' command: 9, not 10",
                    "-1 0 5 news 1000 body 4 0 0 g|value is out of range",
                    "0 x 5 news 1000 body 4 0 0 g|value is not an integer or out of range",
                    "0 0 05 news 1000 body 4 0 0 g|value is not an integer or out of range",
                    "0 0 5 news 1000 one 4 0 0 g two 10 0 0 g|value is out of range, value must between 0 and 9",
                    "0 0 5 news 1000 one 4 0 0 g two 4 -1 0 g|value is out of range",
                    "0 0 5 news 1000 one 4 0 0 g two 4 0 2 g|value is out of range, value must between 0 and 1"
                })
        void wrongArguments_refused(String argumentsAndError) {
            String[] parts = argumentsAndError.split("\\|");
            assertThat(ask(QUEUE + parts[0])).isEqualTo("-ERR " + parts[1]);
            assertThat(ask("DBSIZE")).isEqualTo("0");
        }

        @ParameterizedTest
        @ValueSource(strings = {"ready", "delayed", "leased", "bodies", "metas", "grouped", "turns", "groups", "id"})
        void keyOfAnotherType_refusedBeforeAnything(String key) {
            ask("SET " + key + " x");

            assertThat(ask(QUEUE + "1 9 5 news 1000 one 4 0 0  two 4 0 0 g")).startsWith("-");
            assertThat(ask("DBSIZE")).isEqualTo("1");
        }

        @Test
        void memoryOfNoTime_refused_ifThereIsAKeyToRemember() {
            assertThat(ask(KEYED + "0 0 5 news 0 body 4 0 1 g"))
                    .isEqualTo("-ERR invalid expire time in 'queue.enqueue' command");
            assertThat(ask(QUEUE + "0 0 5 news 0 body 4 0 0 g")).isEqualTo("[1, 1]");
        }
    }

    @Nested
    class Exchanges {
        private static final String KEYS =
                "QUEUE.EXCHANGE 13 ready delayed leased bodies metas dead causes grouped turns groups paused lease ";
        private static final String FIRST = KEYS + "first ";
        private static final String SECOND = KEYS + "second ";

        /** Writes the lease of the nth exchange that claims at the first moment for {@code #n}. */
        private String leases(String text) {
            return Pattern.compile("#(\\d)")
                    .matcher(text)
                    .replaceAll(found -> Long.toString(FIRST_FENCE + Long.parseLong(found.group(1)) - 1));
        }

        private String exchange(String line) {
            return ask(leases(line));
        }

        private void enqueue(String messages) {
            ask("QUEUE.ENQUEUE 9 ready delayed leased bodies metas id grouped turns groups 0 0 2 news 1000 "
                    + messages);
            server.published();
        }

        @Test
        void messages_areClaimed_byPriorityAndAge() {
            enqueue("low 0 0 0  high 9 0 0  late 0 2000 0 ");
            assertThat(ask(FIRST + "5000 1 news 0 1 10000")).isEqualTo(leases("[0, [], [2:#1, 2, 1, #1, high, ]]"));
            assertThat(ask("ZRANGE leased 0 -1 WITHSCORES")).isEqualTo("[2, " + (FIRST_FENCE + 5_000_000) + "]");
            assertThat(ask("HGET metas 2")).isEqualTo(leases("9:#1:1:2:#1:"));
            assertThat(exchange(SECOND + "5000 5 news 0 1 10000 2:#1 ack 0 "))
                    .isEqualTo(leases("[2000, [1], [1:#2, 1, 1, #1, low, ]]"));
            assertThat(ask("HKEYS bodies")).isEqualTo("[1, 3]");
        }

        @Test
        void callThatComesAgain_isAnsweredAgain_andDoesNothing() {
            enqueue("a 0 0 0  b 0 0 0 ");
            String claimed = ask(FIRST + "5000 1 news 0 1 10000");
            assertThat(ask(FIRST + "5000 1 news 0 1 10000")).isEqualTo(claimed);
            String line = SECOND + "5000 1 news 0 1 10000 1:#1 retry 0 c 1:#9 ack 0 ";
            assertThat(exchange(line)).isEqualTo(leases("[0, [1, 0], [1:#2, 1, 2, #1, a, ]]"));
            later(9_999);
            // The lease is over, and nobody has taken it away.
            assertThat(exchange(line)).isEqualTo(leases("[0, [1, 0], [1:#2, 1, 2, #1, a, ]]"));
            later(2);
            assertThat(exchange(line)).startsWith("[5000, [0, 0], [2:");
            assertThat(ask("ZRANGE dead 0 -1")).isEqualTo("[1]");
            assertThat(ask("HGET causes 1")).isEqualTo("the lease ended");
        }

        @Test
        void callThatComesLate_whenAnotherFollowed_doesNothing() {
            enqueue("a 0 0 0  b 0 0 0 ");
            ask(FIRST + "5000 1 news 0 7 10000");
            assertThat(ask("GET first")).isEqualTo(leases("7||1:#1"));
            assertThat(exchange(FIRST + "5000 1 news 0 6 10000 1:#1 ack 0 ")).isEqualTo("[0, [0], []]");
            assertThat(exchange(FIRST + "5000 1 news 0 8 10000 1:#1 ack 0 ")).startsWith(leases("[5000, [1], [2:#2, "));
        }

        @Test
        void groups_areServedInTurn_upToTheirLimit() {
            enqueue("a 0 0 0 g b 0 0 0 g c 0 0 0 h d 0 0 0 ");
            assertThat(ask(FIRST + "5000 9 news 1 1 10000"))
                    .isEqualTo(leases("[5000, [], [1:#1, 1, 1, #1, a, g, 3:#1, 3, 1, #1, c, h, 4:#1, 4, 1, #1, d, ]]"));
            server.published();
            assertThat(exchange(SECOND + "5000 0 news 1 1 10000 1:#1 ack 0 ")).isEqualTo("[0, [1], []]");
            assertThat(server.published()).endsWith("news ready");
        }

        @Test
        void groupsWhoseTurnsAreGone_areServedAll() {
            enqueue("a 0 0 0 g b 0 0 0 g c 0 0 0 h");
            ask("ZADD grouped 0 text 0 01:g:x");
            ask("DEL turns");
            assertThat(ask(FIRST + "5000 9 news 1 1 10000"))
                    .isEqualTo(leases("[5000, [], [1:#1, 1, 1, #1, a, g, 3:#1, 3, 1, #1, c, h]]"));
            assertThat(ask("ZRANGE grouped 0 -1")).isEqualTo("[1:g:90000000000000002]");
            assertThat(ask(FIRST + "5000 9 news 1 2 10000")).isEqualTo("[5000, [], []]");
        }

        @Test
        void callThatDidNothing_doesNothing_whenItComesLate() {
            String line = FIRST + "5000 1 news 0 1 10000 1:1 ack 0 ";
            assertThat(ask(line)).isEqualTo("[-1, [0], []]");
            assertThat(ask("GET first")).isEqualTo("1|0|");
            enqueue("a 0 0 0 ");
            assertThat(ask(line)).isEqualTo("[0, [0], []]");
            assertThat(ask("EXISTS leased")).isEqualTo("0");
        }

        @Test
        void pausedQueue_settles_andClaimsNothing() {
            enqueue("a 0 0 0  b 0 0 0 ");
            ask(FIRST + "5000 1 news 0 1 10000");
            ask("SET paused 1");
            assertThat(exchange(SECOND + "5000 1 news 0 1 10000 1:#1 ack 0 ")).isEqualTo("[-1, [1], []]");
        }

        @Test
        void servesAboveTheMemoryLimit() {
            enqueue("a 0 0 0  b 0 0 0 ");
            ask("CONFIG SET maxmemory 1");
            assertThat(ask("SET x y")).startsWith("-OOM");
            assertThat(ask(FIRST + "5000 1 news 0 1 10000")).startsWith("[0, [], [1:");
            assertThat(exchange(SECOND + "5000 0 news 0 1 10000 1:#1 extend 0 "))
                    .startsWith("[0, [1], []");
        }

        @Test
        void channelThatTheUserMayNotUse_refusedBeforeAnything() {
            enqueue("a 0 0 0 ");
            ask("ACL SETUSER carl on nopass ~* resetchannels &mine +@all");
            ask("AUTH carl x");

            assertThat(ask(FIRST + "5000 1 news 0 1 10000"))
                    .isEqualTo("-NOPERM this user has no permissions to access one of the channels used as arguments");
            assertThat(ask("EXISTS leased")).isEqualTo("0");
            assertThat(ask(FIRST + "5000 1 mine 0 1 10000")).startsWith("[5000, [], [1:");
        }

        @Test
        void keys_areKnown() {
            assertThat(ask("COMMAND GETKEYS " + FIRST + "5000 1 news 0 1 10000 1:1 ack 0 "))
                    .isEqualTo(
                            "[ready, delayed, leased, bodies, metas, dead, causes, grouped, turns, groups, paused, lease,"
                                    + " first]");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "5000 1 news 0|wrong number of arguments for 'queue.exchange' command",
                    "5000 1 news 0 1 10000 1:1 ack 0|wrong number of arguments for 'queue.exchange' command",
                    "-1 1 news 0 1 10000|value is out of range",
                    "5000 1 news 0 x 10000|value is not an integer or out of range",
                    "5000 1 news 0 1 0|invalid expire time in 'queue.exchange' command",
                    "5000 1 news 0 -1 10000|value is out of range",
                    "5000 x news 0 1 10000|value is not an integer or out of range",
                    "5000 -1 news 0 1 10000|value is out of range",
                    "5000 1 news -1 1 10000|value is out of range",
                    "5000 1 news 0 1 10000 1:1 drop 0 c|syntax error",
                    "5000 1 news 0 1 10000 1:1 retry 1.5 c|value is not an integer or out of range",
                    "5000 1 news 0 1 10000 1:1 retry -5 c|value is out of range"
                })
        void wrongArguments_refused(String argumentsAndError) {
            String[] parts = argumentsAndError.split("\\|");
            assertThat(ask(FIRST + parts[0])).isEqualTo("-ERR " + parts[1]);
            assertThat(ask("DBSIZE")).isEqualTo("0");
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "ready", "delayed", "leased", "bodies", "metas", "dead", "causes", "grouped", "turns", "groups",
                    "lease"
                })
        void keyOfAnotherType_refusedBeforeAnything(String key) {
            enqueue("a 0 0 0 g");
            ask("DEL " + key);
            ask("SET " + key + " x");
            String before = ask("DEBUG DIGEST");

            assertThat(ask(FIRST + "5000 1 news 1 1 10000")).startsWith("-");
            assertThat(ask("DEBUG DIGEST")).isEqualTo(before);
        }
    }

    @Nested
    class Throttle {
        /** The cases of redis-cell's own test, in which it tells times to the second. */
        @Test
        void repliesOfRedisCell() {
            String[] cases = {
                "0 6 [1, 5, 5, -1, 0]", "0 1 [0, 5, 4, -1, 1]", "0 1 [0, 5, 3, -1, 2]", "0 1 [0, 5, 2, -1, 3]",
                "0 1 [0, 5, 1, -1, 4]", "0 1 [0, 5, 0, -1, 5]", "0 1 [1, 5, 0, 1, 5]", "3000 1 [0, 5, 2, -1, 3]",
                "3100 1 [0, 5, 1, -1, 4]", "4000 1 [0, 5, 1, -1, 4]", "8000 1 [0, 5, 4, -1, 1]",
                        "9500 1 [0, 5, 4, -1, 1]",
                "9500 0 [0, 5, 4, -1, 1]", "9500 2 [0, 5, 2, -1, 3]", "9500 5 [1, 5, 2, 3, 3]"
            };
            for (String each : cases) {
                String[] parts = each.split(" ", 3);
                micros.set(START_MICROS + Long.parseLong(parts[0]) * 1_000);
                assertThat(ask("CL.THROTTLE key 4 1 1 " + parts[1])).as(each).isEqualTo(parts[2]);
            }
        }

        @Test
        void quantity_isOne_unlessSaid() {
            assertThat(ask("CL.THROTTLE user 15 30 60")).isEqualTo("[0, 16, 15, -1, 2]");
        }

        @Test
        void state_isThatOfAGcraLimit() {
            ask("CL.THROTTLE user 2 3 1 2");

            assertThat(ask("RATELIMIT.ACQUIRE 1 user peek 1 token 0 0 0 gcra 333333.333 3 0 0"))
                    .isEqualTo("[1, " + FIRST_FENCE + ", 0, 1, 0, 666667]");
            assertThat(ask("PTTL user")).isEqualTo("668");
        }

        @ParameterizedTest
        @CsvSource(
                delimiter = '|',
                value = {
                    "user 15 x 60|Cell error: Store error: Couldn't parse as integer: x",
                    "user 15 30 0|Cell error: Store error: Zero rates are not supported",
                    "user 15 9000000000 1|Cell error: Store error: Zero rates are not supported",
                    "user 15 30 60 1 1|Cell error: Store error: Usage: cl.throttle <key> <max_burst> <count per period>"
                            + " <period> [<quantity>]",
                    "user 15 30|ERR wrong number of arguments for 'cl.throttle' command",
                    "user -1 30 60|ERR value is out of range",
                    "user 15 0 60|ERR value is out of range",
                    "user 15 30 60 -1|ERR value is out of range",
                    "user 15 30 9223372036854775807|ERR value is out of range",
                    "user 9223372036854775807 30 60|ERR value is out of range"
                })
        void wrongArguments_refused(String arguments, String error) {
            assertThat(ask("CL.THROTTLE " + arguments)).isEqualTo("-" + error);
            assertThat(ask("DBSIZE")).isEqualTo("0");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "LOCK.ACQUIRE 2 a b owner 1, '[a, b]'",
        "LOCK.RENEW 1 a owner 1, [a]",
        "LOCK.RELEASE 1 a owner channel message, [a]",
        "RATELIMIT.ACQUIRE 2 a b take 1 token 0 1 0 gcra 1 1 0 0, '[a, b]'",
        "QUEUE.ENQUEUE 10 a b c d e f g h i j 0 0 5 news 1000 body 4 0 1 group, '[a, b, c, d, e, f, g, h, i, j]'",
        "CL.THROTTLE a 1 1 1, [a]"
    })
    void keys_areKnownToTheServer(String line, String keys) {
        assertThat(ask("COMMAND GETKEYS " + line)).isEqualTo(keys);
        assertThat(ask("COMMAND DOCS " + line.split(" ")[0])).contains("summary", "complexity", "arguments");
    }

    /** What the log says does not depend on when it is replayed. */
    @Test
    void log_holdsEffects_andRestoresTheSame() throws IOException {
        RecipeCalls recipes = new RecipeCalls(new Random(7));
        for (int i = 0; i < 3_000; i++) {
            micros.addAndGet(i % 10 * 7_000L);
            assertThat(server.ask(recipes.next().asCommand())).doesNotStartWith("-");
            assertThat(ask("CL.THROTTLE throttle:" + i % 3 + " 3 7 1")).doesNotStartWith("-");
        }
        String before = state();

        assertThat(ask("DEBUG LOADAOF")).isEqualTo("OK");
        assertThat(state()).isEqualTo(before);

        server.close();
        server = new ServerAtATime(micros, directory);
        assertThat(state()).isEqualTo(before);
        try (Stream<Path> files = Files.list(directory.resolve("appendonlydir"))) {
            List<Path> logs =
                    files.filter(file -> file.toString().endsWith(".incr.aof")).toList();
            assertThat(logs).isNotEmpty();
            for (Path log : logs) {
                assertThat(Files.readString(log, ISO_8859_1))
                        .doesNotContain("LOCK.", "RATELIMIT", "THROTTLE\r", "QUEUE.");
            }
        }
    }

    /** All keys with when they expire, and a digest of all that there is. */
    private String state() {
        return server.ask(
                        "EVAL",
                        """
                        local keys = redis.call('KEYS', '*')
                        table.sort(keys)
                        for i, key in ipairs(keys) do keys[i] = key .. ' ' .. redis.call('PEXPIRETIME', key) end
                        return keys
                        """,
                        "0")
                + ask("DEBUG DIGEST");
    }
}

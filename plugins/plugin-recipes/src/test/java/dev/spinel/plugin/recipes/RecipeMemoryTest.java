package dev.spinel.plugin.recipes;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.command.Command;
import dev.spinel.engine.Capability;
import dev.spinel.engine.EnginePorts;
import dev.spinel.engine.command.CommandTester;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** Commands of recipes when memory ends: each does all that it does, or answers OOM and does nothing. */
class RecipeMemoryTest {
    private static final long ARENA_BYTES = 16 << 20;
    private static final int FILLING_BYTES = 500_000;
    /** The length of a lock that fills the pages of its record, so that eight bytes more take another one. */
    private static final int MOVING_BYTES = 2_252_784;

    /** Keys without times to live. */
    private static final Set<String> LASTING = Set.of("fence", "bodies", "metas", "id", "grouped", "turns");

    private static final String QUEUE = "QUEUE.ENQUEUE 9 ready delayed leased bodies metas id grouped turns groups ";
    private static final String EXCHANGE =
            "QUEUE.EXCHANGE 13 ready delayed leased bodies metas dead causes grouped turns groups paused lease ";
    private static final int MESSAGES = 300;

    private static final String OUT_OF_MEMORY = "-OOM command not allowed when used memory > 'maxmemory'.";

    private final CommandTester tester = new CommandTester(List.of(new Recipes()), ARENA_BYTES);

    /** The plugin in an engine without a host of plugins. */
    private static final class Recipes implements Capability {
        @Override
        public String name() {
            return "recipes";
        }

        @Override
        public void connect(EnginePorts ports) {}

        @Override
        public List<Command> commands() {
            return new RecipesPlugin().commands();
        }
    }

    /** The lock has to move for its lease, and takes its memory twice. */
    @Test
    void lock_isTakenWithItsLease_orNotAtAll() {
        tester.send("LOCK.ACQUIRE 2 lock fence o 60000");
        int fenceBytes = tester.send("GET lock").length() - 1;
        tester.send("SET lock " + "v".repeat(MOVING_BYTES));
        String withoutLease = tester.send("MEMORY USAGE lock");
        tester.send("PEXPIRE lock 60000");
        assertThat(tester.send("MEMORY USAGE lock")).isNotEqualTo(withoutLease);
        tester.send("DEL lock fence");

        String owner = "o".repeat(MOVING_BYTES - fenceBytes);
        untilMemoryEnds("lock fence", "LOCK.ACQUIRE 2 lock fence " + owner + " 60000 0");
    }

    /** The name of a request is in each of its permits, so that they take much more than it is given. */
    @Test
    void permits_areTakenAll_orNone() {
        untilMemoryEnds(
                "fixed permits",
                "RATELIMIT.ACQUIRE 2 fixed permits take 3000 " + "t".repeat(1_000)
                        + " 0 0 0 fixed 60000000 9999 0 0 concurrent 60000000 9999 0 0");
    }

    @Test
    void asManyPermitsAsFit_areTakenAll_orNone() {
        untilMemoryEnds(
                "permits",
                "RATELIMIT.ACQUIRE 1 permits take 1 " + "t".repeat(1_000) + " 0 0 9999 concurrent 60000000 3000 0 0");
    }

    /** One state of each kind, and the answer that is kept for repetitions. */
    @Test
    void statesOfAllLimits_areChangedTogether_orNotAtAll() {
        untilMemoryEnds(
                "bucket counter log gcra answer",
                "RATELIMIT.ACQUIRE 5 bucket counter log gcra answer take 1 " + "t".repeat(200_000)
                        + " 0 60000 0 bucket 60000000 9999 9999 0 counter 60000000 9999 0 0 log 60000000 9999 0 0"
                        + " gcra 60000000 9999 0 0");
    }

    /** A group's name is in three things that are made of its message, so that they take much more than it is given. */
    @Test
    void messages_areAddedAll_orNone() {
        StringBuilder messages = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            messages.append(" body 4 0 0 ").append("g".repeat(6_000)).append(i);
        }
        untilMemoryEnds("bodies metas id grouped turns", QUEUE + "0 0 5 news 1000" + messages);
    }

    /** Leases count by group, whose names take more than all else. */
    @Test
    void messages_areClaimedAll_orNone() {
        untilMemoryEndsFor(6_000, claim(), reply -> {
            String claimed = reply.startsWith("-") ? "0" : Integer.toString(MESSAGES);
            assertThat(tester.send("ZCARD leased")).isEqualTo(claimed);
            assertThat(tester.send("HLEN groups")).isEqualTo(claimed);
            assertThat(tester.send("ZCARD grouped")).isEqualTo(reply.startsWith("-") ? "" + MESSAGES : "0");
        });
    }

    /** Each message keeps the cause that is given. */
    @Test
    void messages_areRejectedAll_orNone() {
        StringBuilder rejections = new StringBuilder();
        for (int i = 1; i <= MESSAGES; i++) {
            rejections.append(' ').append(i).append(":# reject 0 ").append("c".repeat(6_000));
        }
        untilMemoryEndsFor(1, EXCHANGE + "second 60000 0 news 0 1 10000" + rejections, reply -> {
            assertThat(tester.send("ZCARD dead")).isEqualTo(reply.startsWith("-") ? "0" : "" + MESSAGES);
            assertThat(tester.send("ZCARD leased")).isEqualTo(reply.startsWith("-") ? "" + MESSAGES : "0");
        });
    }

    private static String claim() {
        return EXCHANGE + "first 60000 " + MESSAGES + " news 0 1 10000";
    }

    /**
     * Has an exchange run again and again while memory fills up, each time with a queue of its own, whose messages are claimed before if
     * the exchange is not the first one and may name their lease {@code #}, until the queue itself finds no room.
     */
    private void untilMemoryEndsFor(int groupBytes, String exchange, Consumer<String> check) {
        StringBuilder messages = new StringBuilder();
        for (int i = 0; i < MESSAGES; i++) {
            messages.append(" body 4 0 0 ").append("g".repeat(groupBytes)).append(i);
        }
        String enqueue = QUEUE + "0 0 5 news 1000" + messages;
        int done = 0;
        int refused = 0;
        for (int i = 0;
                tester.send("SET filling:" + i + " " + "f".repeat(FILLING_BYTES / 2))
                        .equals("OK");
                i++) {
            boolean isReady = !tester.send(enqueue).startsWith("-")
                    && (exchange.equals(claim()) || !tester.send(claim()).startsWith("-"));
            if (isReady) {
                tester.takeEffects();
                String reply = tester.send(exchange.replace("#", tester.send("GET lease")));
                boolean wasRefused = reply.equals(OUT_OF_MEMORY);
                assertThat(reply.startsWith("-")).as(reply).isEqualTo(wasRefused);
                check.accept(reply);
                if (wasRefused) {
                    assertThat(tester.takeEffects()).isEmpty();
                    refused++;
                } else {
                    done++;
                }
            }
            tester.send("DEL bodies metas id grouped turns groups leased dead causes lease first second");
        }
        assertThat(done).as("done").isPositive();
        assertThat(refused).as("refused").isPositive();
    }

    /**
     * Has a command run again and again while memory fills up, each time from scratch, until others are refused too.
     *
     * @param keys which all are there then, with times to live unless they are lasting ones, or none of which is
     */
    private void untilMemoryEnds(String keys, String command) {
        String filling = " " + "f".repeat(FILLING_BYTES);
        int done = 0;
        int refused = 0;
        for (int i = 0; tester.send("SET filling:" + i + filling).equals("OK"); i++) {
            tester.takeEffects();
            String reply = tester.send(command);
            boolean wasRefused = reply.equals(OUT_OF_MEMORY);
            assertThat(reply.startsWith("-")).as(reply).isEqualTo(wasRefused);
            for (String key : keys.split(" ")) {
                String what = key.substring(0, Math.min(9, key.length())) + " after " + i + " fillings";
                assertThat(tester.send("EXISTS " + key)).as(what).isEqualTo(wasRefused ? "0" : "1");
                if (!wasRefused && !LASTING.contains(key)) {
                    assertThat(Long.parseLong(tester.send("PTTL " + key)))
                            .as(what)
                            .isPositive();
                }
            }
            if (wasRefused) {
                assertThat(tester.takeEffects()).isEmpty();
                refused++;
            } else {
                done++;
            }
            tester.send("DEL " + keys);
        }
        assertThat(done).as("done").isPositive();
        assertThat(refused).as("refused").isGreaterThan(1);
    }
}

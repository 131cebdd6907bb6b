package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.distribution.RecipeCalls.Call;
import dev.spinel.distribution.RecipeCalls.Recipe;
import dev.spinel.patterns.transport.Reply;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * R14: random calls of recipes on three servers with the same clock, by scripts on the first, by commands on the second, by either on
 * the third. All answer the same, publish the same, the same events included, and hold the same.
 *
 * <p>System properties: {@code spinel.recipes.seed} repeats a run, {@code spinel.recipes.calls} sets its length.
 */
class RecipeCommandsDifferentialIT {
    private static final int CALLS = Integer.getInteger("spinel.recipes.calls", 20_000);
    private static final long EPOCH_MICROS = 1_577_836_800_000_000L;
    private static final int MOST_PER_STEP = 8;

    private final AtomicLong micros = new AtomicLong(ServerAtATime.START_MICROS);
    private final Map<Recipe, String> digests = new EnumMap<>(Recipe.class);

    @Test
    void R14_commandsAndScripts_answerStoreAndPublishTheSame() {
        long seed =
                Long.getLong("spinel.recipes.seed", ThreadLocalRandom.current().nextLong());
        Random random = new Random(seed);
        RecipeCalls recipes = new RecipeCalls(random);
        int calls = 0;
        int granted = 0;
        try (ServerAtATime scripts = new ServerAtATime(micros, null);
                ServerAtATime commands = new ServerAtATime(micros, null);
                ServerAtATime mixed = new ServerAtATime(micros, null)) {
            List<ServerAtATime> servers = List.of(scripts, commands, mixed);
            for (ServerAtATime server : servers) {
                for (Recipe recipe : Recipe.values()) {
                    digests.put(
                            recipe,
                            server.execute("SCRIPT", "LOAD", recipe.script()).asText());
                }
            }
            while (calls < CALLS) {
                micros.addAndGet(pause(random));
                List<String[]> asScripts = new ArrayList<>();
                List<String[]> asCommands = new ArrayList<>();
                List<String[]> asEither = new ArrayList<>();
                List<Call> made = new ArrayList<>();
                TreeSet<String> keys = new TreeSet<>();
                if (random.nextInt(20) == 0) {
                    String[] state = recipes.foreignState(micros.get() - EPOCH_MICROS);
                    keys.add(state[0].equals("EVAL") ? state[3] : state[1]);
                    List.of(asScripts, asCommands, asEither).forEach(list -> list.add(state));
                }
                for (int i = random.nextInt(MOST_PER_STEP); i >= 0; i--) {
                    Call call = recipes.next();
                    made.add(call);
                    keys.addAll(call.keys());
                    asScripts.add(call.asScript(digests.get(call.recipe())));
                    asCommands.add(call.asCommand());
                    asEither.add((random.nextBoolean() ? asScripts : asCommands).get(asCommands.size() - 1));
                    calls++;
                }
                List<List<CompletableFuture<Reply>>> replies = List.of(
                        send(scripts, asScripts, keys), send(commands, asCommands, keys), send(mixed, asEither, keys));
                List<Reply> expected = await(scripts, replies.get(0));
                List<String> published = scripts.published();
                for (int i = 1; i < servers.size(); i++) {
                    String what = "-Dspinel.recipes.seed=" + seed + ", call " + calls + ", "
                            + (i == 1 ? "commands" : "mixed") + ": ";
                    List<Reply> actual = await(servers.get(i), replies.get(i));
                    for (int j = 0; j < expected.size(); j++) {
                        int at = j;
                        assertThat(ServerAtATime.text(actual.get(j)))
                                .as(() -> what + (at < asCommands.size() ? Arrays.toString(asCommands.get(at)) : keys))
                                .isEqualTo(ServerAtATime.text(expected.get(j)));
                        assertThat(actual.get(j)).as(what).isNotInstanceOf(Reply.Failure.class);
                    }
                    assertThat(servers.get(i).published()).as(what).isEqualTo(published);
                }
                int first = asCommands.size() - made.size();
                for (int i = 0; i < made.size(); i++) {
                    recipes.heard(made.get(i), expected.get(first + i));
                }
                for (int i = 0; i < asCommands.size(); i++) {
                    granted += expected.get(i) instanceof Reply.Items items
                                    && items.values().get(0).asLong() > 0
                            ? 1
                            : 0;
                }
            }
        }
        System.out.printf(
                "recipes: seed %d, %d calls compared, %d of them granted, %d messages delivered%n",
                seed, calls, granted, recipes.delivered());
        assertThat(recipes.delivered()).isGreaterThan(calls / 100);
        assertThat(granted).isBetween(calls / 10, calls * 9 / 10);
    }

    /** Microseconds until the next calls: mostly next to nothing, rarely hours. */
    private static long pause(Random random) {
        return random.nextInt(3) == 0
                ? random.nextInt(2_000)
                : (long) Math.exp(random.nextDouble() * (random.nextInt(50) == 0 ? 25 : 16));
    }

    /** Sends commands, and those that ask for what the keys hold then. */
    private static List<CompletableFuture<Reply>> send(
            ServerAtATime server, List<String[]> commands, TreeSet<String> keys) {
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        commands.forEach(command -> replies.add(server.send(command)));
        List<String> digest = new ArrayList<>(List.of("DEBUG", "DIGEST-VALUE"));
        digest.addAll(keys);
        replies.add(server.send(digest.toArray(String[]::new)));
        keys.forEach(key -> replies.add(server.send("PEXPIRETIME", key)));
        return replies;
    }

    private static List<Reply> await(ServerAtATime server, List<CompletableFuture<Reply>> replies) {
        return replies.stream().map(server::await).toList();
    }
}

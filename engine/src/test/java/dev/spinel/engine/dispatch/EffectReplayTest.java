package dev.spinel.engine.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import dev.spinel.engine.command.RandomCommands;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

/** The effects of random commands, replayed on a second engine, make the same data. */
final class EffectReplayTest {
    @RepeatedTest(3)
    void randomCommands_replayToTheSameDigest() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        RandomCommands commands = new RandomCommands(random);
        CommandTester original = new CommandTester();
        for (int i = 0; i < 20_000; i++) {
            original.send(commands.next());
            if (random.nextInt(50) == 0) {
                original.advanceMillis(random.nextInt(2000));
            }
        }
        CommandTester replica = new CommandTester();
        // at the time of the first effect nothing is due yet: what expired since is in the log as DEL
        replica.replay(original.allEffects());
        replica.advanceMillis(original.nowMillis() - replica.nowMillis());
        assertThat(replica.send("DEBUG DIGEST")).as("seed %s", seed).isEqualTo(original.send("DEBUG DIGEST"));
        assertThat(original.send("DEBUG DIGEST")).isNotEqualTo("0".repeat(40));
        assertThat(groups(replica)).as("seed %s", seed).isEqualTo(groups(original));
    }

    /**
     * The groups of all streams, which the digest does not cover, but for when consumers were seen, and when entries were
     * delivered: never later than the time at which the log is replayed, here that of its beginning.
     */
    private static List<String> groups(CommandTester server) {
        List<String> groups = new ArrayList<>();
        for (int database = 0; database < 2; database++) {
            server.send("SELECT " + database);
            for (int key = 0; key < 8; key++) {
                String name = key < 4 ? "key" + key : "stream" + (key - 4);
                String stream = server.send("XINFO STREAM " + name + " FULL COUNT 0");
                groups.add(stream.replaceAll("seen-time \\d+", "seen").replaceAll(" \\d{13} (\\d+)]", " $1]"));
            }
        }
        assertThat(groups).anyMatch(stream -> stream.contains("consumer2"));
        return groups;
    }
}

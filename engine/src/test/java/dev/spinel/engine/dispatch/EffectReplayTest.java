package dev.spinel.engine.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import dev.spinel.engine.command.RandomCommands;
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
    }
}

package dev.spinel.engine.dispatch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.PortsProbe;
import dev.spinel.engine.command.CommandTester;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LogReplayTest {
    private static final long ARENA_BYTES = 8L << 20;

    private final PortsProbe probe = new PortsProbe();
    private final CommandTester server = new CommandTester(List.of(probe), ARENA_BYTES);
    private final Replay log = probe.ports().replays().get();

    private @Nullable String run(String line) throws ReplayFailedException {
        Bytes[] words = Stream.of(line.split(" ")).map(Bytes::of).toArray(Bytes[]::new);
        return log.run(words, words.length);
    }

    @Test
    void run_commands_areNotAccounted() throws ReplayFailedException {
        server.send("CONFIG SET slowlog-log-slower-than 0");
        server.send("SLOWLOG RESET");
        server.send("CONFIG RESETSTAT");
        assertThat(run("SET k 1")).isNull();
        assertThat(run("MULTI")).isNull();
        assertThat(run("INCR k")).isNull();
        assertThat(run("EXEC")).isNull();
        assertThat(server.send("GET k")).isEqualTo("2");
        assertThat(server.send("INFO commandstats"))
                .contains("cmdstat_get")
                .doesNotContain("cmdstat_set", "cmdstat_multi", "cmdstat_incr", "cmdstat_exec");
        assertThat(server.send("SLOWLOG GET")).doesNotContain("EXEC", "INCR");
    }

    @Test
    void run_maxmemoryExceeded_runs() throws ReplayFailedException {
        server.send("SET k 1");
        server.send("CONFIG SET maxmemory 1");
        server.endTurn();
        assertThat(server.send("SET k 2")).startsWith("-OOM ");
        assertThat(run("MULTI")).isNull();
        assertThat(run("SET k 3")).isNull();
        assertThat(run("EXEC")).isNull();
        assertThat(server.send("GET k")).isEqualTo("3");
    }

    @Test
    void run_noMemoryLeft_throws() throws ReplayFailedException {
        assertThatThrownBy(() -> run("SET k " + "v".repeat(10 << 20)))
                .isInstanceOf(ReplayFailedException.class)
                .hasMessageStartingWith("out of memory: ");
        assertThat(run("SET k 1")).isNull();
    }

    @Test
    void run_noMemoryLeftInATransaction_throws() throws ReplayFailedException {
        run("MULTI");
        run("SET k " + "v".repeat(10 << 20));
        assertThatThrownBy(() -> run("EXEC")).isInstanceOf(ReplayFailedException.class);
    }
}

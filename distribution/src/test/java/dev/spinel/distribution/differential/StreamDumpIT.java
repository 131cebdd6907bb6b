package dev.spinel.distribution.differential;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.distribution.SpinelServer;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Random streams with their groups go from redis-server 7.0 to Spinel and back by DUMP and RESTORE, as the same bytes.
 *
 * <p>The system property {@code spinel.differential.seed} tries others.
 */
@Tag("redis-server")
class StreamDumpIT {
    private static final int RUNS = 10;
    private static final int REQUESTS = 1000;
    private static final int STREAMS = 4;

    private final long seed = Long.getLong("spinel.differential.seed", 900_000_000);

    @Test
    void payloads_areTheSameBytes(@TempDir Path directory) throws IOException {
        Grammar grammar = new Grammar("streams.txt");
        int compared = 0;
        try (RedisProcess redisProcess = RedisProcess.start(directory.resolve("redis-server.log"));
                SpinelServer server = SpinelServer.builder().port(0).start();
                RespConnection redis = new RespConnection(redisProcess.port());
                RespConnection spinel = new RespConnection(server.port())) {
            for (RespConnection connection : List.of(redis, spinel)) {
                connection.call("CONFIG", "SET", "rdbcompression", "no");
            }
            for (int run = 0; run < RUNS; run++) {
                redis.call("FLUSHALL");
                spinel.call("FLUSHALL");
                for (Request request :
                        RandomSequence.of(seed + run, REQUESTS, grammar).requests()) {
                    redis.send(List.of(request));
                    redis.receive();
                }
                for (int i = 0; i < STREAMS; i++) {
                    String key = "X" + i;
                    if (redis.call("TYPE", key).text().equals("stream")) {
                        compare(redis, spinel, key, run);
                        compared++;
                    }
                }
            }
        }
        assertThat(compared).isGreaterThan(RUNS);
    }

    private void compare(RespConnection redis, RespConnection spinel, String key, int run) throws IOException {
        String payload = redis.call("DUMP", key).text();
        assertThat(spinel.call("RESTORE", key, "0", payload).text())
                .as("%s, seed %d", key, seed + run)
                .isEqualTo("OK");
        assertThat(spinel.call("DUMP", key).text())
                .as("%s, seed %d", key, seed + run)
                .isEqualTo(payload);
        spinel.send(List.of(ServerPair.content("stream", key)));
        redis.send(List.of(ServerPair.content("stream", key)));
        assertThat(Comparison.AGED.accepts(redis.receive(), spinel.receive()))
                .as("XINFO of %s, seed %d", key, seed + run)
                .isTrue();
        // What is added to the restored stream goes where it goes on redis-server, which the sequence configured.
        for (RespConnection connection : List.of(redis, spinel)) {
            connection.call("CONFIG", "SET", "stream-node-max-entries", "100");
            connection.call("CONFIG", "SET", "stream-node-max-bytes", "4096");
        }
        for (int i = 0; i < 20; i++) {
            String id = "18446744073709551000-" + i;
            redis.call("XADD", key, id, "field" + i % 2, "value" + i);
            spinel.call("XADD", key, id, "field" + i % 2, "value" + i);
        }
        assertThat(spinel.call("DUMP", key).text())
                .as("%s, seed %d", key, seed + run)
                .isEqualTo(redis.call("DUMP", key).text());
        assertThat(redis.call("RESTORE", "copy", "0", spinel.call("DUMP", key).text(), "REPLACE")
                        .text())
                .isEqualTo("OK");
    }
}

package dev.spinel.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Protocol;
import redis.clients.jedis.commands.ProtocolCommand;
import redis.clients.jedis.params.RestoreParams;

/** Data that come from elsewhere: by HIMPORT, and from a server that says itself what expires. */
class ImportIT {
    private static final ProtocolCommand HIMPORT = () -> "HIMPORT".getBytes(UTF_8);

    private static SpinelServer start(Path directory) {
        return SpinelServer.builder()
                .port(0)
                .directive("dir", directory.toString())
                .directive("appendonly", "yes")
                .directive("import-mode", "yes")
                .start();
    }

    private static Jedis connect(SpinelServer server) {
        return new Jedis("127.0.0.1", server.port());
    }

    private static Jedis connectSource(SpinelServer server) {
        Jedis source = connect(server);
        source.sendCommand(Protocol.Command.CLIENT, "IMPORT-SOURCE", "ON");
        return source;
    }

    @Test
    void whatWasImported_isThereAfterARestart(@TempDir Path directory) {
        try (SpinelServer server = start(directory);
                Jedis source = connectSource(server);
                Jedis other = connect(server)) {
            source.set("whole", "v");
            byte[] payload = source.dump("whole");
            RestoreParams past = RestoreParams.restoreParams().absTtl();
            assertThat(source.restore("restored", 1000, payload, past)).isEqualTo("OK");
            assertThat(source.get("restored")).isEqualTo("v");
            assertThat(other.get("restored")).isNull();
            source.append("restored", "w");
            source.expireAt("whole", 1);
            assertThat(other.exists("whole")).isFalse();

            source.hset("hash", "old", "1");
            source.sendCommand(HIMPORT, "PREPARE", "pair", "a", "b");
            source.sendCommand(HIMPORT, "SET", "hash", "pair", "1", "2");
            source.sendCommand(HIMPORT, "SET", "hash", "pair", "3", "4");
        }
        try (SpinelServer server = start(directory);
                Jedis source = connectSource(server);
                Jedis other = connect(server)) {
            assertThat(source.get("restored")).isEqualTo("vw");
            assertThat(source.get("whole")).isEqualTo("v");
            assertThat(other.get("restored")).isNull();
            assertThat(other.hgetAll("hash")).isEqualTo(Map.of("a", "3", "b", "4"));

            other.configSet("import-mode", "no");
            assertThat(source.get("restored")).isNull();
            assertThat(source.get("whole")).isNull();
        }
    }
}

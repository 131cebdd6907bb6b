package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** Servers inside the JVM of a test or a program. */
class EmbeddedServersIT {
    @Test
    void severalServers_shareNothing() {
        List<SpinelServer> servers = new ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                servers.add(SpinelServer.builder().port(0).start());
            }
            for (int i = 0; i < servers.size(); i++) {
                set(servers.get(i), "server " + i);
            }

            assertThat(servers).extracting(SpinelServer::port).doesNotHaveDuplicates();
            for (int i = 0; i < servers.size(); i++) {
                assertThat(get(servers.get(i))).isEqualTo("server " + i);
            }
        } finally {
            servers.forEach(SpinelServer::close);
        }
    }

    @Test
    void closedServer_leavesTheOthersRunning() {
        try (SpinelServer stays = SpinelServer.builder().port(0).start()) {
            SpinelServer.builder().port(0).start().close();

            set(stays, "here");
            assertThat(get(stays)).isEqualTo("here");
        }
    }

    @Test
    void restartOnTheSamePort_startsEmpty() {
        int port;
        try (SpinelServer first = SpinelServer.builder().port(0).start()) {
            port = first.port();
            set(first, "gone");
        }
        for (int i = 0; i < 3; i++) {
            try (SpinelServer next = SpinelServer.builder().port(port).start()) {
                assertThat(next.port()).isEqualTo(port);
                assertThat(get(next)).isNull();
                set(next, "gone");
            }
        }
    }

    @Test
    void busyPort_isAClearError() {
        try (SpinelServer first = SpinelServer.builder().port(0).start()) {
            SpinelServer.Builder second = SpinelServer.builder().port(first.port());

            assertThatThrownBy(second::start)
                    .isInstanceOf(UncheckedIOException.class)
                    .hasMessageContaining(Integer.toString(first.port()));
        }
    }

    private static void set(SpinelServer server, String value) {
        try (Jedis jedis = new Jedis("127.0.0.1", server.port())) {
            jedis.set("key", value);
        }
    }

    private static String get(SpinelServer server) {
        try (Jedis jedis = new Jedis("127.0.0.1", server.port())) {
            return jedis.get("key");
        }
    }
}

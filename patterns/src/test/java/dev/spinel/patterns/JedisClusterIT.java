package dev.spinel.patterns;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.jedis.JedisTransport;
import dev.spinel.patterns.queue.WorkQueue;
import dev.spinel.patterns.testing.FaultProxy;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.TransportException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClusterClient;

/** What is known of commands that the Jedis client of a cluster repeats, and of those that it sends elsewhere. */
@Tag("redis-server")
class JedisClusterIT {
    private static RedisClusterClient connect(int port) {
        return RedisClusterClient.builder()
                .nodes(Set.of(new HostAndPort("127.0.0.1", port)))
                .maxAttempts(5)
                .build();
    }

    private static CompletionStage<Reply> increment(RedisClusterClient client) {
        byte[] key = "k".getBytes(UTF_8);
        return JedisTransport.over(client, Runnable::run).send(new Command("INCR", List.of(key), key, true));
    }

    @Test
    void whatWasRepeatedByTheClient_hasAnUnknownOutcome() throws IOException {
        try (RedisServer node = RedisServer.startCluster();
                FaultProxy proxy = new FaultProxy(node.port())) {
            assertThat(node.call("CONFIG SET cluster-announce-port " + proxy.port()))
                    .startsWith("+OK");
            try (RedisClusterClient client = connect(proxy.port())) {
                assertThat(increment(client)).isCompletedWithValue(new Reply.Int(1));
                proxy.loseReplies(1);
                assertThat(increment(client).toCompletableFuture())
                        .failsWithin(Duration.ZERO)
                        .withThrowableThat()
                        .havingCause()
                        .isInstanceOfSatisfying(TransportException.class, failure -> assertThat(failure.mayHaveRun())
                                .isTrue());
                assertThat(increment(client)).isCompletedWithValue(new Reply.Int(4));
            }
        }
    }

    @Test
    void queuesThatWaitForReplicas_areRefused() {
        try (RedisServer node = RedisServer.startCluster();
                RedisClusterClient client = connect(node.port());
                PatternRuntime runtime = PatternRuntime.over(JedisTransport.over(client, Runnable::run))) {
            WorkQueue.Builder builder = WorkQueue.builder(runtime, "mails").replicas(1, Duration.ofMillis(500));
            assertThatIllegalArgumentException().isThrownBy(builder::build);
        }
    }

    @Test
    void aRedirection_repeatsNothing() {
        try (RedisServer former = RedisServer.startCluster();
                RedisServer present = RedisServer.start("--cluster-enabled", "yes");
                RedisClusterClient client = connect(former.port())) {
            assertThat(increment(client)).isCompletedWithValue(new Reply.Int(1));
            former.call("CLUSTER MEET 127.0.0.1 " + present.port());
            await().until(() -> present.call("CLUSTER INFO").contains("cluster_state:ok"));
            String move = "CLUSTER SETSLOT " + slot(former) + " NODE " + id(present);
            former.call("DEL k");
            assertThat(present.call(move)).startsWith("+OK");
            assertThat(former.call(move)).startsWith("+OK");
            assertThat(former.call("GET k")).startsWith("-MOVED");
            assertThat(increment(client)).isCompletedWithValue(new Reply.Int(1));
        }
    }

    private static String slot(RedisServer node) {
        return node.call("CLUSTER KEYSLOT k").strip().substring(1);
    }

    private static String id(RedisServer node) {
        return node.call("CLUSTER MYID").lines().skip(1).findFirst().orElseThrow();
    }
}

package dev.spinel.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.RedisTransport.ChannelListener;
import dev.spinel.patterns.transport.RedisTransport.ChannelSession;
import dev.spinel.patterns.transport.RedisTransport.TrackingListener;
import dev.spinel.patterns.transport.RedisTransport.TrackingSession;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.TransportException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The port of recipes to a server of this JVM. The recipes themselves run over it, too: see the pom. */
class EmbeddedTransportIT {
    private final SpinelServer server = SpinelServer.builder().port(0).start();
    private final EmbeddedTransport transport = EmbeddedTransport.to(server);

    @AfterEach
    void stop() {
        transport.close();
        server.close();
    }

    private CompletableFuture<Reply> send(String name, String... arguments) {
        return transport
                .send(new Command(
                        name,
                        Arrays.stream(arguments)
                                .map(argument -> argument.getBytes(UTF_8))
                                .toList(),
                        null))
                .toCompletableFuture();
    }

    private Reply call(String name, String... arguments) throws Exception {
        return send(name, arguments).get(10, TimeUnit.SECONDS);
    }

    @Test
    void repliesOfAllShapes_areRead() throws Exception {
        assertThat(call("SET", "k", "v").asText()).isEqualTo("OK");
        assertThat(call("GET", "k").asText()).isEqualTo("v");
        assertThat(call("GET", "absent")).isInstanceOf(Reply.Null.class);
        assertThat(call("INCR", "n").asLong()).isOne();
        assertThat(call("NOSUCH")).isInstanceOfSatisfying(Reply.Failure.class, failure -> assertThat(failure.code())
                .isEqualTo("ERR"));
        List<Reply> items = call("EVAL", "return {1, 'two', {3, false}, {ok = 'fine'}}", "0")
                .asItems();
        assertThat(items.get(0).asLong()).isOne();
        assertThat(items.get(2).asItems().get(1)).isInstanceOf(Reply.Null.class);
        assertThat(items.get(3).asText()).isEqualTo("fine");
        assertThat(call("EVAL", "return {1, {err = 'ERR inside'}}", "0")).isInstanceOf(Reply.Failure.class);
    }

    @Test
    void largeAndManyRequests_areAnsweredInOrder() throws Exception {
        String large = "x".repeat(3_000_000);
        call("SET", "large", large);
        assertThat(call("GET", "large").asText()).isEqualTo(large);
        List<CompletableFuture<Reply>> replies = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            replies.add(send("INCR", "n"));
        }
        for (int i = 0; i < replies.size(); i++) {
            assertThat(replies.get(i).get(10, TimeUnit.SECONDS).asLong()).isEqualTo(i + 1);
        }
    }

    @Test
    void aBlockedClient_goesOnWithWhatWasSentMeanwhile() throws Exception {
        CompletableFuture<Reply> popped = send("BLPOP", "list", "0");
        CompletableFuture<Reply> after = send("PING");
        try (EmbeddedTransport other = EmbeddedTransport.to(server)) {
            other.send(new Command("RPUSH", List.of("list".getBytes(UTF_8), "a".getBytes(UTF_8)), null))
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        }
        assertThat(popped.get(10, TimeUnit.SECONDS).asItems().get(1).asText()).isEqualTo("a");
        assertThat(after.get(10, TimeUnit.SECONDS).asText()).isEqualTo("PONG");
    }

    @Test
    void aConnectionThatTheServerKilled_isMadeAgain() throws Exception {
        List<String> heard = new CopyOnWriteArrayList<>();
        ChannelSession channels = transport.openChannels(new ChannelListener() {
            @Override
            public void message(String channel, String message) {
                heard.add(message);
            }

            @Override
            public void subscribed(String channel) {
                heard.add("subscribed");
            }
        });
        channels.subscribe("c");
        await().until(() -> heard.contains("subscribed"));
        assertThat(call("CLIENT", "KILL", "TYPE", "pubsub").asLong()).isOne();
        await().until(() -> heard.size() == 2);
        assertThat(call("PUBLISH", "c", "m").asLong()).isOne();
        await().until(() -> heard.contains("m"));
        channels.unsubscribe("c");
        await().until(() -> call("PUBLISH", "c", "m").asLong() == 0);
        channels.close();

        assertThat(call("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "no").asLong())
                .isPositive();
        await().ignoreExceptions().until(() -> call("PING").asText().equals("PONG"));
    }

    @Test
    void tracking_tellsOfChanges_andOfItsEnd() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        TrackingSession tracking = transport
                .openTracking("user:", new TrackingListener() {
                    @Override
                    public void invalidated(String key) {
                        told.add(key);
                    }

                    @Override
                    public void lost() {
                        told.add("lost");
                    }
                })
                .orElseThrow();
        assertThat(confirm(tracking)).as("begins").isFalse();
        assertThat(confirm(tracking)).isTrue();
        call("SET", "other", "v");
        call("SET", "user:1", "v");
        assertThat(confirm(tracking)).isTrue();
        assertThat(told).containsExactly("user:1");
        call("FLUSHALL");
        await().until(() -> told.contains("lost"));
        told.clear();
        try (EmbeddedTransport killer = EmbeddedTransport.to(server)) {
            killer.send(new Command(
                            "CLIENT",
                            List.of(
                                    "KILL".getBytes(UTF_8),
                                    "SKIPME".getBytes(UTF_8),
                                    "yes".getBytes(UTF_8),
                                    "TYPE".getBytes(UTF_8),
                                    "normal".getBytes(UTF_8)),
                            null))
                    .toCompletableFuture()
                    .get(10, TimeUnit.SECONDS);
        }
        await().until(() -> told.contains("lost"));
        assertThat(confirm(tracking)).as("begins again").isFalse();
        tracking.close();
    }

    private static boolean confirm(TrackingSession tracking) throws Exception {
        return tracking.confirm().toCompletableFuture().get(10, TimeUnit.SECONDS);
    }

    @Test
    void aStoppedServer_failsCommandsUnderWay_andRefusesOthers() {
        SpinelServer stopped = SpinelServer.builder().port(0).start();
        try (EmbeddedTransport left = EmbeddedTransport.to(stopped)) {
            Command waits = new Command("BLPOP", List.of("list".getBytes(UTF_8), "0".getBytes(UTF_8)), null);
            CompletableFuture<Reply> underWay = left.send(waits).toCompletableFuture();
            stopped.close();
            assertMayHaveRun(underWay, true);
            await().until(() -> left.send(waits).toCompletableFuture().isCompletedExceptionally());
            assertMayHaveRun(left.send(waits).toCompletableFuture(), false);
        }
    }

    private static void assertMayHaveRun(CompletableFuture<Reply> failed, boolean expected) {
        assertThat(failed)
                .failsWithin(Duration.ofSeconds(10))
                .withThrowableOfType(ExecutionException.class)
                .havingCause()
                .isInstanceOfSatisfying(TransportException.class, cause -> assertThat(cause.mayHaveRun())
                        .isEqualTo(expected));
    }

    @Test
    void aServerWithAPassword_isGivenIt_onEachConnection() {
        List<String> heard = new CopyOnWriteArrayList<>();
        try (SpinelServer guarded = SpinelServer.builder()
                        .port(0)
                        .directive("requirepass", "secret")
                        .start();
                EmbeddedTransport known = EmbeddedTransport.to(guarded, "default", "secret");
                EmbeddedTransport unknown = EmbeddedTransport.to(guarded)) {
            Command publish = new Command("PUBLISH", List.of("c".getBytes(UTF_8), "m".getBytes(UTF_8)), null);
            ChannelSession channels = known.openChannels(ChannelListener.signalling(() -> heard.add("signal")));
            channels.subscribe("c");
            await().until(() -> heard.size() == 1);
            assertThat(known.send(publish).toCompletableFuture())
                    .succeedsWithin(Duration.ofSeconds(10))
                    .isEqualTo(new Reply.Int(1));
            assertThat(unknown.send(publish).toCompletableFuture())
                    .succeedsWithin(Duration.ofSeconds(10))
                    .isInstanceOfSatisfying(Reply.Failure.class, failure -> assertThat(failure.code())
                            .isEqualTo("NOAUTH"));
            channels.close();
        }
    }

    @Test
    void aRefusedChannel_isTold_andHarmsNoOther() throws Exception {
        Reply made = call("ACL", "SETUSER", "app", "on", ">p", "~*", "+@all", "resetchannels", "&a*");
        assertThat(made.asText()).isEqualTo("OK");
        List<String> heard = new CopyOnWriteArrayList<>();
        try (EmbeddedTransport limited = EmbeddedTransport.to(server, "app", "p")) {
            ChannelSession channels = limited.openChannels(new ChannelListener() {
                @Override
                public void message(String channel, String message) {}

                @Override
                public void subscribed(String channel) {
                    heard.add('+' + channel);
                }

                @Override
                public void refused(String channel, Throwable cause) {
                    heard.add('!' + channel + ' ' + cause.getMessage().split(" ")[0]);
                }
            });
            channels.subscribe("a1");
            channels.unsubscribe("a1");
            channels.subscribe("b");
            channels.subscribe("a2");
            await().until(() -> heard.size() == 3);
            assertThat(heard).containsExactly("+a1", "!b NOPERM", "+a2");
            call("CLIENT", "KILL", "TYPE", "pubsub");
            await().until(() -> heard.size() == 5);
            assertThat(heard.subList(3, 5)).containsExactly("!b NOPERM", "+a2");
            channels.close();
        }
    }

    @Test
    void connectionsEnd_withTheTransport() throws Exception {
        send("PING").get(10, TimeUnit.SECONDS);
        try (EmbeddedTransport other = EmbeddedTransport.to(server)) {
            transport.close();
            await().until(() -> other.send(new Command("CLIENT", List.of("LIST".getBytes(UTF_8)), null))
                            .toCompletableFuture()
                            .get(10, TimeUnit.SECONDS)
                            .asText()
                            .lines()
                            .count()
                    == 1);
        }
        assertThat(send("PING")).isCompletedExceptionally();
    }
}

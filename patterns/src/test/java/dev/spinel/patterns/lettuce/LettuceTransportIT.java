package dev.spinel.patterns.lettuce;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.testing.FaultProxy;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.RedisTransport;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.TransportException;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisConnectionException;
import io.lettuce.core.RedisURI;
import io.lettuce.core.codec.StringCodec;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Subscriptions that cannot be made at once, or not at all, and what is sent after the end. */
@Tag("redis-server")
class LettuceTransportIT {
    private final RedisServer server = RedisServer.start();
    private final FaultProxy proxy = new FaultProxy(server.port());
    private final List<String> heard = new CopyOnWriteArrayList<>();
    private final RedisTransport.ChannelListener listener = new RedisTransport.ChannelListener() {
        @Override
        public void message(String channel, String message) {
            heard.add(message);
        }

        @Override
        public void subscribed(String channel) {
            heard.add('+' + channel);
        }

        @Override
        public void refused(String channel, Throwable cause) {
            heard.add('!' + channel + ' ' + cause.getMessage());
        }
    };

    @AfterEach
    void stop() throws IOException {
        proxy.close();
        server.close();
    }

    @Test
    void aSubscriptionMadeWhileTheServerIsAway_takesEffectWhenItIsBack() throws InterruptedException {
        try (LettuceTransport transport = LettuceTransport.connect(proxy.uri())) {
            proxy.cut(true);
            RedisTransport.ChannelSession session = transport.openChannels(listener);
            session.subscribe("c");
            Thread.sleep(300); // the first attempt has failed
            assertThat(heard).isEmpty();
            proxy.heal();
            await().until(() -> heard.contains("+c"));
            session.close();
        }
    }

    @Test
    void aRefusedChannel_isTold_andHarmsNoOther() {
        server.call("ACL SETUSER app on >p ~* +@all resetchannels &a*");
        try (LettuceTransport transport = LettuceTransport.connect("redis://app:p@127.0.0.1:" + server.port())) {
            RedisTransport.ChannelSession session = transport.openChannels(listener);
            session.subscribe("a");
            session.subscribe("b");
            session.subscribe("a2");
            await().until(() -> heard.contains("+a2") && heard.contains("+a"));
            await().until(() -> heard.stream().anyMatch(told -> told.startsWith("!b NOPERM")));
            session.close();
        }
    }

    @Test
    void aChannelThatBecomesForbidden_isTold_andHarmsNoOther() {
        server.call("ACL SETUSER app on >p ~* +@all resetchannels &a &b");
        try (LettuceTransport transport = LettuceTransport.connect("redis://app:p@127.0.0.1:" + server.port())) {
            RedisTransport.ChannelSession session = transport.openChannels(listener);
            session.subscribe("b");
            session.subscribe("a");
            await().until(() -> heard.contains("+a") && heard.contains("+b"));
            server.call("ACL SETUSER app resetchannels &a"); // which ends the connection
            await().until(() -> Collections.frequency(heard, "+a") == 2);
            await().until(() -> heard.stream().anyMatch(told -> told.startsWith("!b NOPERM")));
            session.close();
        }
    }

    @Test
    void aConnectionThatGivesNoSignOfLife_isReplaced_alsoIfCommandsTimeOutBefore() {
        RedisURI uri = RedisURI.create(server.uri());
        uri.setTimeout(Duration.ofMillis(100));
        RedisClient client = RedisClient.create();
        client.setOptions(ClientOptions.builder().autoReconnect(false).build());
        LettuceChannels session = new LettuceChannels(
                () -> client.connectPubSubAsync(StringCodec.UTF8, uri), listener, Duration.ofMillis(120));
        session.subscribe("c");
        await().until(() -> heard.contains("+c"));
        server.call("CLIENT PAUSE 1000 ALL");
        await().until(() -> Collections.frequency(heard, "+c") == 2);
        session.close();
        client.shutdown(Duration.ZERO, Duration.ofSeconds(2));
    }

    private RedisURI patient(Duration timeout) {
        RedisURI uri = RedisURI.create(proxy.uri());
        uri.setTimeout(timeout);
        return uri;
    }

    @Test
    void aConnectionThatIsSilent_isReplaced_afterACommandWithoutAReply() {
        try (LettuceTransport transport = LettuceTransport.connect(patient(Duration.ofMillis(300)))) {
            Command ping = new Command("PING", List.of(), null);
            assertThat(transport.send(ping).toCompletableFuture()).succeedsWithin(Duration.ofSeconds(5));
            proxy.silence();
            assertThat(transport.send(ping).toCompletableFuture())
                    .failsWithin(Duration.ofSeconds(5))
                    .withThrowableThat()
                    .havingCause()
                    .isInstanceOfSatisfying(TransportException.class, failure -> assertThat(failure.mayHaveRun())
                            .isTrue());
            await().ignoreExceptions().until(() -> transport
                    .send(ping)
                    .toCompletableFuture()
                    .get(5, TimeUnit.SECONDS)
                    .asText()
                    .equals("PONG"));
        }
    }

    /** What takes the server longer than the time-out while it answers others is no reason. */
    @Test
    void aConnectionThatIsHeardOf_stays_thoughACommandHasNoReply() throws Exception {
        try (LettuceTransport transport = LettuceTransport.connect(patient(Duration.ofMillis(300)))) {
            Command who = new Command("CLIENT", List.of("ID".getBytes(UTF_8)), null);
            long before = transport
                    .send(who)
                    .toCompletableFuture()
                    .get(5, TimeUnit.SECONDS)
                    .asLong();
            server.call("CLIENT PAUSE 200 ALL");
            List<CompletionStage<Reply>> sent = List.of(transport.send(who), transport.send(who));
            for (CompletionStage<Reply> reply : sent) {
                assertThat(reply.toCompletableFuture()).succeedsWithin(Duration.ofSeconds(5));
            }
            assertThat(transport
                            .send(who)
                            .toCompletableFuture()
                            .get(5, TimeUnit.SECONDS)
                            .asLong())
                    .isEqualTo(before);
        }
    }

    /** Lettuce waits a minute for a server that takes a connection and says nothing, unless it is told otherwise. */
    @Test
    void connecting_takesNoLongerThanACommand() throws IOException {
        try (ServerSocket mute = new ServerSocket(0, 5, InetAddress.getLoopbackAddress())) {
            long start = System.nanoTime();
            assertThatThrownBy(() -> LettuceTransport.connect("redis://127.0.0.1:" + mute.getLocalPort()))
                    .isInstanceOf(RedisConnectionException.class);
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(20));
        }
    }

    @Test
    void anAddressWithoutATimeout_keepsAllElse() {
        for (String address : List.of(
                "rediss://bob:secret@h:6380/3?clientName=cn&libraryName=ln&libraryVersion=9&verifyPeer=CA",
                "redis+tls://h:1",
                "redis-socket:///tmp/s?database=4",
                "redis-sentinel://pw@h1:26379,h2:26380/2#master")) {
            RedisURI uri = RedisURI.create(address);
            RedisURI bounded = LettuceTransport.withTimeout(uri);
            assertThat(bounded).isEqualTo(uri);
            assertThat(bounded.toString()).isEqualTo(withTimeout(uri, bounded.getTimeout()));
            assertThat(bounded.getTimeout()).isEqualTo(Duration.ofSeconds(5));
            assertThat(bounded.getSentinels()).isEqualTo(uri.getSentinels()).allMatch(sentinel -> sentinel.getTimeout()
                    .equals(Duration.ofSeconds(5)));
            assertThat(LettuceTransport.withTimeout(bounded)).isSameAs(bounded);
        }
    }

    private static String withTimeout(RedisURI uri, Duration timeout) {
        uri.setTimeout(timeout);
        return uri.toString();
    }

    /** It agrees to track, and tells nothing. */
    @Test
    void aServerWithoutResp3_doesNotTrack() throws IOException {
        try (RedisServer older = RedisServer.start("--rename-command", "HELLO", "");
                LettuceTransport transport = LettuceTransport.connect(older.uri())) {
            RedisTransport.TrackingSession session =
                    transport.openTracking("k", new Untold()).orElseThrow();
            for (int i = 0; i < 2; i++) {
                assertThat(session.confirm().toCompletableFuture())
                        .failsWithin(Duration.ofSeconds(10))
                        .withThrowableThat()
                        .withMessageContaining("'HELLO'");
            }
            session.close();
        }
    }

    @Test
    void whatIsSentAfterTheEnd_didNotRun() {
        LettuceTransport transport = LettuceTransport.connect(server.uri());
        transport.close();
        byte[] key = "k".getBytes(UTF_8);
        assertThat(transport.send(new Command("INCR", List.of(key), key)).toCompletableFuture())
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingCause()
                .isInstanceOfSatisfying(TransportException.class, failure -> assertThat(failure.mayHaveRun())
                        .isFalse());
    }

    private static final class Untold implements RedisTransport.TrackingListener {
        @Override
        public void invalidated(String key) {}

        @Override
        public void lost() {}
    }
}

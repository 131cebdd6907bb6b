package dev.spinel.engine.pubsub;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.Test;

final class PubSubCommandsTest {
    private final CommandTester server = new CommandTester();
    private final CommandTester.Session subscriber = server.connect();

    @Test
    void publish_reachesChannelsAndPatterns() {
        assertThat(subscriber.send("SUBSCRIBE news")).isEqualTo("[subscribe news 1]");
        assertThat(subscriber.send("PSUBSCRIBE n*")).isEqualTo("[psubscribe n* 2]");
        assertThat(server.send("PUBLISH news hello")).isEqualTo("2");
        assertThat(subscriber.take().replace("][", "] [")).isEqualTo("[message news hello] [pmessage n* news hello]");
        assertThat(server.send("PUBLISH other hello")).isEqualTo("0");
    }

    @Test
    void subscribed_inResp2_allowsOnlyItsCommands() {
        subscriber.send("SUBSCRIBE news");
        assertThat(subscriber.send("GET k"))
                .isEqualTo("-ERR Can't execute 'get': only (P|S)SUBSCRIBE / (P|S)UNSUBSCRIBE / PING / QUIT / RESET are"
                        + " allowed in this context");
        assertThat(subscriber.send("PING")).isEqualTo("[pong '']");
        assertThat(subscriber.send("UNSUBSCRIBE")).isEqualTo("[unsubscribe news 0]");
        assertThat(subscriber.send("GET k")).isEqualTo("nil");
    }

    @Test
    void shardChannel_isApartFromChannels() {
        assertThat(subscriber.send("SSUBSCRIBE news")).isEqualTo("[ssubscribe news 1]");
        assertThat(server.send("PUBLISH news a")).isEqualTo("0");
        assertThat(server.send("SPUBLISH news b")).isEqualTo("1");
        assertThat(subscriber.take()).isEqualTo("[smessage news b]");
        assertThat(server.send("PUBSUB SHARDNUMSUB news")).isEqualTo("[news 1]");
        assertThat(server.send("PUBSUB NUMSUB news")).isEqualTo("[news 0]");
    }

    @Test
    void keyEvents_arePublishedAsSelected() {
        server.send("CONFIG SET notify-keyspace-events KEA");
        subscriber.send("PSUBSCRIBE *");
        server.send("SET k v");
        assertThat(subscriber.take().replace("][", "] ["))
                .isEqualTo("[pmessage * __keyspace@0__:k set] [pmessage * __keyevent@0__:set k]");
        server.send("CONFIG SET notify-keyspace-events Ex");
        server.send("SET k v PX 10");
        server.advanceMillis(200);
        assertThat(subscriber.take()).isEqualTo("[pmessage * __keyevent@0__:expired k]");
    }

    @Test
    void repliesOff_messagesStillArrive() {
        assertThat(subscriber.send("CLIENT REPLY OFF")).isEmpty();
        assertThat(subscriber.send("SUBSCRIBE news")).isEqualTo("[subscribe news 1]");
        server.send("PUBLISH news a");
        assertThat(subscriber.take()).isEqualTo("[message news a]");
    }

    @Test
    void twoPatterns_rejected() {
        assertThat(server.send("PUBSUB channels a b"))
                .isEqualTo("-ERR unknown subcommand or wrong number of arguments for 'channels'. Try PUBSUB HELP.");
        assertThat(server.send("PUBSUB SHARDCHANNELS a b"))
                .isEqualTo(
                        "-ERR unknown subcommand or wrong number of arguments for 'SHARDCHANNELS'. Try PUBSUB HELP.");
    }

    @Test
    void shardChannel_cannotBeSubscribedInATransaction() {
        subscriber.send("MULTI");
        subscriber.send("SSUBSCRIBE orders");
        assertThat(subscriber.send("EXEC")).contains("-ERR SSUBSCRIBE isn't allowed for a DENY BLOCKING client");
        assertThat(server.send("PUBSUB SHARDCHANNELS")).isEqualTo("[]");
    }

    @Test
    void disconnected_isForgotten() {
        subscriber.send("SUBSCRIBE news");
        subscriber.close();
        assertThat(server.send("PUBSUB CHANNELS")).isEqualTo("[]");
    }
}

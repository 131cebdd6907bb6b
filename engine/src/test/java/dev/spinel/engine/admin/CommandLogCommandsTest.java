package dev.spinel.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.Test;

/** Tests COMMANDLOG and SLOWLOG; the expectations are what Valkey 8.1 documents. */
class CommandLogCommandsTest {
    private final CommandTester server = new CommandTester();

    private void assertReply(String line, String reply) {
        assertThat(server.send(line)).as(line).isEqualTo(reply);
    }

    private static String entry(long id, long amount, String arguments) {
        return "[" + id + " 1700000000 " + amount + " [" + arguments + "] 127.0.0.1:1 me]";
    }

    @Test
    void request_isLargeByItsArguments() {
        server.send("CLIENT SETNAME me");
        server.send("CONFIG SET commandlog-request-larger-than 10");
        server.send("COMMANDLOG RESET large-request");
        server.send("SET k 12345");
        server.send("SET k 123456");
        server.send("CONFIG SET commandlog-request-larger-than -1");
        server.send("SET k 1234567");
        // RESET itself is larger, too.
        assertReply("COMMANDLOG LEN large-request", "2");
        assertThat(server.send("COMMANDLOG GET -1 large-request"))
                .contains(" 10 [SET k 123456] 127.0.0.1:1 me]")
                .doesNotContain("12345]");
    }

    @Test
    void reply_isLargeByItsBytes() {
        server.send("CLIENT SETNAME me");
        server.send("SET k " + "v".repeat(100));
        server.send("CONFIG SET commandlog-reply-larger-than 100");
        server.send("PING");
        server.send("GET k");
        server.send("CONFIG SET commandlog-reply-larger-than -1");
        server.send("GET k");
        assertReply("COMMANDLOG LEN large-reply", "1");
        assertThat(server.send("COMMANDLOG GET 10 Large-Reply")).contains("[GET k] 127.0.0.1:1 me]");
    }

    @Test
    void slow_tellsOfAClientThatWaits_onceItIsServed() {
        CommandTester.Session waiting = server.connect();
        server.send("CONFIG SET commandlog-execution-slower-than 0");
        waiting.send("BLPOP k 0");
        assertThat(server.send("SLOWLOG GET")).doesNotContain("BLPOP");
        server.send("RPUSH k a b");
        assertThat(server.send("SLOWLOG GET")).containsOnlyOnce("[BLPOP k 0]");
        waiting.send("BLPOP k 0");
        assertThat(server.send("SLOWLOG GET 2")).containsOnlyOnce("[BLPOP k 0]");
    }

    @Test
    void slow_isWhatSlowlogAnswers() {
        server.send("CLIENT SETNAME me");
        server.send("CONFIG SET commandlog-execution-slower-than 0");
        assertReply("CONFIG GET slowlog-log-slower-than", "[slowlog-log-slower-than 0]");
        server.send("SLOWLOG RESET");
        server.send("PING");
        server.send("CONFIG SET slowlog-log-slower-than -1");
        assertReply("COMMANDLOG LEN slow", "2");
        assertReply("SLOWLOG LEN", "2");
        assertThat(server.send("COMMANDLOG GET 2 slow"))
                .isEqualTo(server.send("SLOWLOG GET 2"))
                .startsWith("[" + entry(3, 0, "PING"));
        assertReply("COMMANDLOG RESET slow", "OK");
        assertReply("SLOWLOG LEN", "0");
    }

    @Test
    void maxLength_keepsTheNewest() {
        server.send("CONFIG SET commandlog-large-reply-max-len 2 commandlog-reply-larger-than 0");
        server.send("ECHO a");
        server.send("ECHO b");
        server.send("ECHO c");
        assertThat(server.send("COMMANDLOG GET -1 large-reply"))
                .contains("[ECHO c]", "[ECHO b]")
                .doesNotContain("[ECHO a]");
        server.send("CONFIG SET commandlog-large-reply-max-len 0");
        server.send("ECHO d");
        assertReply("COMMANDLOG LEN large-reply", "0");
    }

    @Test
    void malformed_rejected() {
        assertReply(
                "COMMANDLOG LEN quick", "-ERR type should be one of the following: slow, large-request, large-reply");
        assertReply("COMMANDLOG GET -2 slow", "-ERR count should be greater than or equal to -1");
        assertReply("COMMANDLOG GET 1", "-ERR wrong number of arguments for 'commandlog|get' command");
    }
}

package dev.spinel.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests which clients CLIENT LIST and CLIENT KILL choose; the expectations are what Redis 7.4 and Valkey 9 document. */
class ClientFilterTest {
    private final CommandTester server = new CommandTester();
    private CommandTester.Session reader;
    private CommandTester.Session listener;

    /** Client 1 asks, 2 is {@code reader} on database 3 as another user, 3 {@code listener} has a subscription. */
    @BeforeEach
    void connect() {
        server.send("CLIENT SETNAME asker");
        server.advanceMillis(100_000);
        reader = server.connect();
        reader.send("CLIENT SETNAME reader");
        reader.send("CLIENT SETINFO LIB-NAME jedis");
        reader.send("CLIENT SETINFO LIB-VER 7");
        reader.send("CLIENT CAPA unknown redirect");
        reader.send("CLIENT NO-TOUCH ON");
        reader.send("CLIENT NO-EVICT ON");
        server.send("ACL SETUSER u on nopass +@all");
        reader.send("SELECT 3");
        reader.send("AUTH u x");
        listener = server.connect();
        listener.send("CLIENT SETNAME listener");
        listener.send("SUBSCRIBE c");
        server.advanceMillis(5_000);
        server.send("PING");
    }

    private String names(String filter) {
        StringBuilder names = new StringBuilder();
        for (String line : server.send("CLIENT LIST " + filter).split("\n")) {
            int at = line.indexOf(" name=");
            if (at >= 0) {
                names.append(names.length() == 0 ? "" : " ").append(line, at + 6, line.indexOf(' ', at + 6));
            }
        }
        return names.toString();
    }

    @ParameterizedTest
    @CsvSource({
        "ID 3 1, listener asker",
        "ID 2 ID 3, reader listener",
        "ID 2 99 TYPE normal, reader",
        "NOT-ID 1 2, listener",
        "TYPE pubsub, listener",
        "not-type pubsub, asker reader",
        "USER u, reader",
        "NOT-USER u, asker listener",
        "NAME reader, reader",
        "NAME listener NAME reader, reader",
        "NOT-NAME reader NOT-FLAGS P, asker",
        "FLAGS Te, reader",
        "FLAGS N, asker",
        "LIB-NAME jedis LIB-VER 7, reader",
        "NOT-LIB-NAME jedis, asker listener",
        "NOT-LIB-VER 7, asker listener",
        "DB 3, reader",
        "NOT-DB 3, asker listener",
        "CAPA r, reader",
        "NOT-CAPA r, asker listener",
        "IP 127.0.0.1, asker reader listener",
        "NOT-IP 127.0.0.1, ''",
        "ADDR 127.0.0.1:1, asker reader listener",
        "LADDR 127.0.0.1:6379, ''",
        "NOT-ADDR 127.0.0.1:1, ''",
        "NOT-LADDR 127.0.0.1:6379, asker reader listener",
        "MAXAGE 100, asker",
        "MAXAGE 5, asker reader listener",
        "IDLE 5, reader listener",
        "IDLE 6, ''",
        "SKIPME yes, reader listener",
        "SKIPME no, asker reader listener"
    })
    void option_choosesClients(String filter, String expected) {
        assertThat(names(filter)).isEqualTo(expected);
    }

    @Test
    void kill_closesThoseChosen() {
        assertThat(server.send("CLIENT KILL NOT-TYPE pubsub NOT-NAME other")).isEqualTo("1");
        assertThat(reader.closed()).isTrue();
        assertThat(listener.closed()).isFalse();
        assertThat(server.send("CLIENT KILL ID 1 3 SKIPME yes")).isEqualTo("1");
        assertThat(listener.closed()).isTrue();
        assertThat(server.send("CLIENT LIST")).contains("name=asker");
    }

    @ParameterizedTest
    @CsvSource({
        "LIST ID str, Invalid client ID",
        "LIST ID 1 wrong, syntax error",
        "LIST TYPE zz, Unknown client type 'zz'",
        "LIST NOT-TYPE zz, Unknown client type 'zz'",
        "LIST USER zz, No such user 'zz'",
        "LIST SKIPME maybe, syntax error",
        "LIST NOT-SKIPME yes, syntax error",
        "LIST MAXAGE str, maxage is not an integer or out of range",
        "LIST MAXAGE 0, maxage should be greater than 0",
        "LIST IDLE -1, idle should be greater than 0",
        "LIST NAME a FLAGS NZ, Unknown flags found in the provided filter: NZ",
        "LIST CAPA x, Unknown capa found in the provided filter: x",
        "LIST NOT-FLAGS NZ, Unknown flags found in the NOT-FLAGS filter: NZ",
        "LIST NOT-CAPA x, Unknown capa found in the NOT-CAPA filter: x",
        "LIST DB x, DB is not an integer or out of range",
        "LIST NOT-DB x, NOT-DB is not an integer or out of range",
        "LIST DB 16, DB number should be between 0 and 15",
        "KILL NOT-DB -1, NOT-DB number should be between 0 and 15",
        "SETINFO Lib-Name \u007f, 'Lib-Name cannot contain spaces, newlines or special characters.'",
        "LIST NAME, syntax error",
        "LIST WHAT x, syntax error",
        "KILL ID 0 TYPE normal, client-id should be greater than 0",
        "KILL 127.0.0.1:2, No such client",
        "KILL ID x SKIPME no, client-id should be greater than 0",
        "KILL ID 10 wrong, syntax error"
    })
    void malformed_rejected(String line, String error) {
        assertThat(server.send("CLIENT " + line)).isEqualTo("-ERR " + error);
    }

    @Test
    void reset_forgetsCapabilities() {
        reader.send("AUTH default x");
        reader.send("RESET");
        assertThat(names("CAPA r")).isEmpty();
    }
}

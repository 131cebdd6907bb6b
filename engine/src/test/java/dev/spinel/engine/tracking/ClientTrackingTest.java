package dev.spinel.engine.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.Test;

class ClientTrackingTest {
    private final CommandTester tester = new CommandTester();
    private final CommandTester.Session reader = tester.connect();

    private void track(String options) {
        reader.send("HELLO 3");
        assertThat(reader.send("CLIENT TRACKING ON" + options)).isEqualTo("OK");
    }

    private String told() {
        tester.endTurn();
        return reader.take();
    }

    @Test
    void readKey_isToldOnceWhenItChanges() {
        track("");
        reader.send("GET a");
        tester.send("SET a 1");
        assertThat(told()).contains("invalidate", "[a]");
        tester.send("SET a 2");
        tester.send("SET b 2");
        assertThat(told()).isEmpty();
    }

    @Test
    void ownChange_isToldAfterTheReplyUnlessNoLoop() {
        track("");
        reader.send("GET a");
        assertThat(reader.send("SET a 1")).startsWith("OK").contains("invalidate");
        reader.send("CLIENT TRACKING ON NOLOOP");
        reader.send("GET a");
        assertThat(reader.send("SET a 1")).isEqualTo("OK");
    }

    @Test
    void ownExpiredKey_isToldEvenIfNoLoop() {
        track(" NOLOOP");
        reader.send("SET a 1 PX 10");
        reader.send("GET a");
        tester.send("DEBUG SET-ACTIVE-EXPIRE 0");
        tester.advanceMillis(20);
        assertThat(reader.send("GET a")).startsWith("nil").contains("invalidate", "[a]");
    }

    @Test
    void flush_tellsThatAllIsGone() {
        track("");
        reader.send("GET a");
        tester.send("FLUSHDB");
        assertThat(told()).contains("invalidate", "nil");
        assertThat(tester.send("INFO stats")).contains("tracking_total_keys:0");
    }

    @Test
    void optIn_tracksOnlyTheCommandAfterCaching() {
        track(" OPTIN");
        reader.send("GET a");
        reader.send("CLIENT CACHING YES");
        reader.send("GET b");
        reader.send("GET c");
        tester.send("MSET a 1 b 1 c 1");
        assertThat(told()).contains("[b]").doesNotContain("[a]", "[c]");
    }

    @Test
    void optOut_tracksAllButTheCommandAfterCaching() {
        track(" OPTOUT");
        reader.send("CLIENT CACHING NO");
        reader.send("GET a");
        reader.send("GET b");
        tester.send("MSET a 1 b 1");
        assertThat(told()).contains("[b]").doesNotContain("[a]");
    }

    @Test
    void caching_coversTheTransactionThatFollows() {
        track(" OPTIN");
        reader.send("CLIENT CACHING YES");
        reader.send("MULTI");
        reader.send("GET a");
        reader.send("GET b");
        reader.send("EXEC");
        reader.send("GET c");
        tester.send("MSET a 1 b 1 c 1");
        assertThat(told()).contains("[a]", "[b]").doesNotContain("[c]");
    }

    @Test
    void broadcast_tellsKeysOfItsPrefixesOncePerTurn() {
        track(" BCAST PREFIX user: PREFIX item:");
        tester.send("SET user:1 1");
        tester.send("SET user:1 2");
        tester.send("SET other 2");
        tester.send("SET item:1 2");
        assertThat(reader.take()).isEmpty();
        assertThat(told()).contains("[user:1]", "[item:1]").doesNotContain("other");
        assertThat(reader.send("CLIENT TRACKING ON BCAST PREFIX us"))
                .isEqualTo(
                        "-ERR Prefix 'us' overlaps with an existing prefix 'user:'. Prefixes for a single client must"
                                + " not overlap.");
        assertThat(tester.send("INFO stats")).contains("tracking_total_prefixes:2");
    }

    @Test
    void broadcastWithNoLoop_tellsWhatOthersChangedToo() {
        track(" BCAST NOLOOP");
        reader.send("MSET own 1 both 1");
        tester.send("SET both 2");
        assertThat(told()).contains("[both]").doesNotContain("own");
    }

    @Test
    void redirect_tellsSubscriberOfOldProtocolUntilItIsGone() {
        CommandTester.Session receiver = tester.connect();
        String id = receiver.send("CLIENT ID");
        receiver.send("SUBSCRIBE __redis__:invalidate");
        track(" REDIRECT " + id);
        reader.send("GET a");
        tester.send("SET a 1");
        assertThat(receiver.take()).isEqualTo("[message __redis__:invalidate [a]]");
        tester.send("CLIENT KILL ID " + id);
        reader.send("GET a");
        reader.take();
        tester.send("SET a 1");
        tester.endTurn();
        assertThat(reader.send("CLIENT GETREDIR")).endsWith(id);
    }

    @Test
    void redirectToClientThatQuits_isToldToBeBroken() {
        CommandTester.Session receiver = tester.connect();
        track(" REDIRECT " + receiver.send("CLIENT ID"));
        reader.send("GET a");
        receiver.send("QUIT");
        tester.send("SET a 1");
        assertThat(told()).contains("tracking-redir-broken");
        assertThat(reader.send("CLIENT TRACKINGINFO")).contains("broken_redirect");
    }

    @Test
    void fullTable_givesUpTheOldestKeys() {
        tester.send("CONFIG SET tracking-table-max-keys 10");
        track("");
        for (int i = 0; i < 15; i++) {
            reader.send("GET key:" + i);
        }
        assertThat(told()).contains("[key:0]", "[key:4]").doesNotContain("[key:5]");
        assertThat(tester.send("INFO stats")).contains("tracking_total_keys:10", "tracking_total_items:10");
        reader.send("RESET");
        assertThat(tester.send("INFO everything")).contains("tracking_total_keys:0", "tracking_clients:0");
    }

    @Test
    void brokenRedirect_thatFindsNoRoom_closesItsClient() {
        CommandTester.Session receiver = tester.connect();
        track(" REDIRECT " + receiver.send("CLIENT ID"));
        reader.send("GET a");
        receiver.close();
        reader.leaveRoom(0);
        tester.send("SET a 1");
        tester.endTurn();
        assertThat(reader.closed()).isTrue();
    }
}

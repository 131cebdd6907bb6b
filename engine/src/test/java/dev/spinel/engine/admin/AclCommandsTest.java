package dev.spinel.engine.admin;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import dev.spinel.engine.command.CommandTester.Session;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class AclCommandsTest {
    private final CommandTester tester = new CommandTester();

    private Session user(String rules) {
        assertThat(tester.send("acl setuser u on nopass " + rules)).isEqualTo("OK");
        Session session = tester.connect();
        assertThat(session.send("auth u x")).isEqualTo("OK");
        return session;
    }

    @Nested
    class Setuser {
        @ParameterizedTest
        @CsvSource(
                delimiter = ';',
                value = {
                    "+nothing; Unknown command or category name in ACL",
                    "+@nothing; Unknown command or category name in ACL",
                    "+config|nothing; Unknown command or category name in ACL",
                    "+config|get|x; Allowing first-arg of a subcommand is not supported",
                    "+get|; Syntax error",
                    "nonsense; Syntax error",
                    "%X~a; Syntax error",
                    "%RR~a; Syntax error",
                    "%~a; Syntax error",
                    "<other; The password you are trying to remove from the user does not exist",
                    "#abc; The password hash must be exactly 64 characters and contain only lowercase hexadecimal"
                            + " characters",
                })
        void invalidRule_changesNothing(String rule, String reason) {
            tester.send("acl setuser u on >secret +get");
            String before = tester.send("acl getuser u");
            assertThat(tester.send("acl setuser u off +set " + rule))
                    .isEqualTo("-ERR Error in ACL SETUSER modifier '" + rule + "': " + reason);
            assertThat(tester.send("acl getuser u")).isEqualTo(before);
        }

        @ParameterizedTest
        @CsvSource({
            "~* ~a, ~a, Try 'resetkeys' to start with an empty list of patterns",
            "&* &a, &a, Try 'resetchannels' to start with an empty list of channels"
        })
        void patternAfterAll_isRefused(String rules, String rule, String advice) {
            assertThat(tester.send("acl setuser u " + rules))
                    .startsWith("-ERR Error in ACL SETUSER modifier '" + rule + "': Adding a pattern after the *")
                    .endsWith(advice);
        }

        @ParameterizedTest
        @CsvSource({
            "+@all -@dangerous +config|get, off resetchannels +@all -@dangerous +config|get",
            "+get +set +get, off resetchannels -@all +get +set",
            "+@string -set, off resetchannels -@all +@string -set",
            "+select|0 +select|1, off resetchannels -@all +select|0 +select|1",
            "~a %R~b %W~b %R~c, off ~a ~b %R~c resetchannels -@all",
            "nopass &a &b on, on nopass resetchannels &a &b -@all",
            "(+get ~a) ( %W~b +set ), off resetchannels -@all (~a resetchannels -@all +get) (%W~b resetchannels -@all"
                    + " +set)",
            "on +get reset, off sanitize-payload resetchannels -@all",
            "(+get) clearselectors, off resetchannels -@all",
            "skip-sanitize-payload, off skip-sanitize-payload resetchannels -@all",
        })
        void rules_areDescribedByWhatTheyLeadTo(String rules, String description) {
            assertThat(tester.send("acl setuser u " + rules)).isEqualTo("OK");
            assertThat(tester.send("acl list")).contains("user u " + description);
        }

        @Test
        void openSelector_isRefused() {
            assertThat(tester.send("acl setuser u (+get ~a"))
                    .isEqualTo("-ERR Unmatched parenthesis in acl selector starting at '(+get'.");
        }

        @Test
        void password_isKeptAsHashOnly() {
            tester.send("acl setuser u >secret");
            assertThat(tester.send("acl getuser u"))
                    .contains("2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b")
                    .doesNotContain("secret");
        }

        @Test
        void lostChannel_closesItsSubscribers() {
            Session subscriber = user("+@all allchannels");
            subscriber.send("subscribe news");
            tester.send("acl setuser u resetchannels &n*");
            assertThat(subscriber.closed()).isFalse();
            tester.send("acl setuser u resetchannels &other");
            assertThat(subscriber.closed()).isTrue();
        }
    }

    @Nested
    class Check {
        @Test
        void command_isRefusedByNameAndSubcommand() {
            Session session = user("~* -@all +get +config|get +select|0");
            assertThat(session.send("get a")).isEqualTo("nil");
            assertThat(session.send("set a 1"))
                    .isEqualTo("-NOPERM this user has no permissions to run the 'set' command");
            assertThat(session.send("config set maxmemory 0"))
                    .isEqualTo("-NOPERM this user has no permissions to run the 'config|set' command");
            assertThat(session.send("select 0")).isEqualTo("OK");
            assertThat(session.send("select 1")).startsWith("-NOPERM");
        }

        @Test
        void key_needsAllAccessOfTheCommand() {
            Session session = user("+@all %R~r* %W~w* ~b*");
            assertThat(session.send("get r")).isEqualTo("nil");
            assertThat(session.send("set w 1")).isEqualTo("OK");
            assertThat(session.send("set b 1")).isEqualTo("OK");
            assertThat(session.send("get w"))
                    .isEqualTo("-NOPERM this user has no permissions to access one of the keys used as arguments");
            assertThat(session.send("set w 1 get")).startsWith("-NOPERM");
            assertThat(session.send("copy r w")).isEqualTo("0");
            assertThat(session.send("copy w r")).startsWith("-NOPERM");
        }

        @Test
        void selector_allowsOnlyWhatBelongsTogether() {
            Session session = user("+get ~a (+set ~b)");
            assertThat(session.send("get a")).isEqualTo("nil");
            assertThat(session.send("set b 1")).isEqualTo("OK");
            assertThat(session.send("get b")).startsWith("-NOPERM");
            assertThat(session.send("set a 1")).startsWith("-NOPERM");
        }

        @Test
        void channelOrPattern_mustBeAllowed() {
            Session session = user("+@all resetchannels &a*");
            assertThat(session.send("publish ab x")).isEqualTo("0");
            assertThat(session.send("publish b x"))
                    .isEqualTo("-NOPERM this user has no permissions to access one of the channels used as arguments");
            assertThat(session.send("psubscribe ab*")).startsWith("-NOPERM");
            assertThat(session.send("psubscribe a*")).doesNotContain("NOPERM");
        }

        @Test
        void transaction_isCheckedWhenQueuedAndWhenRun() {
            Session session = user("~* +@all");
            session.send("multi");
            session.send("set a 1");
            session.send("get a");
            tester.send("acl setuser u -set");
            assertThat(session.send("exec")).contains("no permission to execute the command or subcommand", "nil");
            session.send("multi");
            assertThat(session.send("set a 1")).startsWith("-NOPERM");
            assertThat(session.send("exec")).startsWith("-EXECABORT");
        }

        @Test
        void dryrun_tellsWhatIsRefused() {
            user("+get +publish ~a resetchannels &c");
            assertThat(tester.send("acl dryrun u get a")).isEqualTo("OK");
            assertThat(tester.send("acl dryrun u get b"))
                    .contains("This user has no permissions to access the 'b' key");
            assertThat(tester.send("acl dryrun u set a 1"))
                    .contains("This user has no permissions to run the 'set' command");
            assertThat(tester.send("acl dryrun u publish d x"))
                    .contains("This user has no permissions to access the 'd' channel");
            assertThat(tester.send("acl dryrun v get b")).isEqualTo("-ERR User 'v' not found");
        }
    }

    @Nested
    class Log {
        @Test
        void refusals_areGroupedWithinAMinute() {
            Session session = user("+@all -set ~a");
            session.send("set a 1");
            tester.advanceMillis(59_000);
            session.send("set a 1");
            session.send("get b");
            assertThat(tester.send("acl log"))
                    .contains("count 2 reason command context toplevel object set username u");
            assertThat(tester.send("acl log 1")).contains("count 1 reason key context toplevel object b username u");
            tester.advanceMillis(60_001);
            session.send("set a 1");
            assertThat(tester.send("acl log 1")).contains("count 1 reason command");
            assertThat(tester.send("info stats")).contains("acl_access_denied_cmd:3", "acl_access_denied_key:1");
        }

        @Test
        void wrongPassword_isLoggedWithTheNameThatWasTried() {
            Session session = tester.connect();
            assertThat(session.send("auth nobody x"))
                    .isEqualTo("-WRONGPASS invalid username-password pair or user is disabled.");
            assertThat(tester.send("acl log")).contains("reason auth context toplevel object auth username nobody");
        }

        @Test
        void length_isLimited() {
            Session session = user("+get");
            tester.send("config set acllog-max-len 1");
            session.send("get a");
            session.send("get b");
            assertThat(tester.send("acl log")).contains("object b").doesNotContain("object a");
        }
    }

    @Nested
    class PermissionsLostWhileWaiting {
        @Test
        void command_isRefusedInsteadOfServed() {
            Session session = user("~k +blpop");
            session.send("blpop k 0");
            tester.send("acl setuser u -blpop");
            tester.send("rpush k a");
            assertThat(session.take()).contains("-NOPERM this user has no permissions to run the 'blpop' command");
            assertThat(tester.send("llen k")).isEqualTo("1");
            assertThat(tester.send("acl log")).contains("reason command context toplevel object blpop");
        }

        @Test
        void key_isRefusedInsteadOfServed() {
            Session session = user("~k ~other +blpop");
            session.send("blpop other k 0");
            tester.send("acl setuser u resetkeys ~k");
            tester.send("rpush k a");
            assertThat(session.take()).contains("-NOPERM this user has no permissions to access one of the keys");
            assertThat(tester.send("llen k")).isEqualTo("1");
        }
    }

    @Nested
    class Deluser {
        @Test
        void connections_areClosed() {
            Session session = user("+@all");
            assertThat(tester.send("acl deluser u nobody")).isEqualTo("1");
            assertThat(session.closed()).isTrue();
            assertThat(tester.send("acl deluser default")).isEqualTo("-ERR The 'default' user cannot be removed");
        }
    }

    @Nested
    class Genpass {
        @ParameterizedTest
        @CsvSource({"'', 64", "' 1', 1", "' 5', 2", "' 4096', 1024"})
        void length_followsBits(String bits, int digits) {
            assertThat(tester.send("acl genpass" + bits)).matches("[0-9a-f]{" + digits + "}");
        }

        @ParameterizedTest
        @CsvSource({"0", "-1", "4097"})
        void bits_areLimited(String bits) {
            assertThat(tester.send("acl genpass " + bits)).startsWith("-ERR ACL GENPASS argument must be");
        }
    }
}

package dev.spinel.engine.acl;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.command.generic.GenericCommands;
import dev.spinel.engine.command.hash.HashCommands;
import dev.spinel.engine.command.string.StringCommands;
import dev.spinel.engine.dispatch.CommandTable;
import dev.spinel.engine.dispatch.RegisteredCommand;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AccessRulesTest {
    private static final String SECRET_HASH = "2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25b";

    private final CommandTable table = new CommandTable();
    private final AccessRules rules = new AccessRules(table);

    AccessRulesTest() {
        for (ServerPlugin family : List.of(new StringCommands(), new HashCommands(), new GenericCommands())) {
            table.register(family.name(), family.commands());
        }
        table.ownComplete();
    }

    private User user(String... words) {
        User user = rules.newUser("u");
        AccessRules.joinSelectors(List.of(words)).forEach(rule -> rules.apply(user, rule));
        return user;
    }

    @Test
    void declaredUsers_saySanitizePayloadOnlyWhenAskedTo() {
        Users users = new Users(table);
        users.declare(
                List.of(
                        List.of("al", "on", "nopass", "+@all"),
                        List.of("bob", "on", "nopass", "sanitize-payload", "+@all"),
                        List.of("default", "on", "nopass", "~*", "+@all")),
                line -> {});
        assertThat(users.text())
                .isEqualTo(
                        """
                        user al on nopass resetchannels +@all
                        user bob on nopass sanitize-payload resetchannels +@all
                        user default on nopass sanitize-payload ~* resetchannels +@all
                        """);
    }

    private boolean mayRun(User user, String command, String... arguments) {
        Bytes[] args = new Bytes[arguments.length + 1];
        args[0] = Bytes.of(command);
        for (int i = 0; i < arguments.length; i++) {
            args[i + 1] = Bytes.of(arguments[i]);
        }
        RuleCommand found = table.ruleCommand(command);
        return user.permissions().get(0).allowCommand(found.accessId(), args, 0, args.length);
    }

    @Nested
    class Words {
        @Test
        void selectorsSplitAtBlanks_areJoined() {
            assertThat(AccessRules.joinSelectors(List.of("on", "(+get", "~a", "%W~b)", "(+set)", "off")))
                    .containsExactly("on", "(+get ~a %W~b)", "(+set)", "off");
        }

        @Test
        void openSelector_isFoundWithItsPlace() {
            assertThatThrownBy(() -> AccessRules.joinSelectors(List.of("on", "(+get", "~a")))
                    .isInstanceOf(UnmatchedParenthesisException.class);
        }

        @ParameterizedTest
        @ValueSource(strings = {" ", "a b", "a\tb", "a\nb", "a\0b"})
        void blanks_areFound(String text) {
            assertThat(AccessRules.hasBlanks(text)).isTrue();
        }

        @Test
        void emptyRule_changesNothing() {
            assertThat(rules.describe(user("on", "", "+get"))).isEqualTo(rules.describe(user("on", "+get")));
        }
    }

    @Nested
    class Passwords {
        @Test
        void textAndItsHash_areTheSamePassword() {
            assertThat(user(">secret").passwordHashes()).containsExactly(SECRET_HASH);
            assertThat(user("#" + SECRET_HASH, ">secret").passwordHashes()).containsExactly(SECRET_HASH);
            assertThat(user("#" + SECRET_HASH, "<secret").passwordHashes()).isEmpty();
            assertThat(user(">secret", "!" + SECRET_HASH).passwordHashes()).isEmpty();
        }

        @Test
        void nopassAndPasswords_excludeEachOther() {
            assertThat(user(">secret", "nopass").passwordHashes()).isEmpty();
            assertThat(user("nopass", ">secret").needsNoPassword()).isFalse();
            assertThat(user("nopass", "resetpass").needsNoPassword()).isFalse();
        }

        @Test
        void login_needsAnEnabledUser() {
            assertThat(user(">secret").accepts(Bytes.of("secret"))).isFalse();
            assertThat(user("on", ">secret").accepts(Bytes.of("secret"))).isTrue();
            assertThat(user("on", ">secret").accepts(Bytes.of("other"))).isFalse();
            assertThat(user("on").accepts(Bytes.of(""))).isFalse();
        }

        @ParameterizedTest
        @ValueSource(
                strings = {
                    "#",
                    "#2bb8",
                    "#2BB80D537B1DA3E38BD30361AA855686BDE0EACD7162FEF6A25FE97BF527A25B",
                    "#2bb80d537b1da3e38bd30361aa855686bde0eacd7162fef6a25fe97bf527a25bb",
                    "!nothing"
                })
        void malformedHash_isRefused(String rule) {
            assertThatThrownBy(() -> user(rule)).isInstanceOf(InvalidRuleException.class);
        }
    }

    @Nested
    class Commands {
        @Test
        void laterRule_prevails() {
            assertThat(mayRun(user("+@all", "-get"), "get")).isFalse();
            assertThat(mayRun(user("-get", "+@all"), "get")).isTrue();
            assertThat(mayRun(user("+@read", "-@hash"), "hget")).isFalse();
            assertThat(mayRun(user("+@read", "-@hash", "+hget"), "HGET")).isTrue();
        }

        @Test
        void container_standsForItsSubcommands() {
            assertThat(mayRun(user("+object"), "object|encoding")).isTrue();
            assertThat(mayRun(user("+object", "-object|freq"), "object|freq")).isFalse();
            assertThat(mayRun(user("+object|freq"), "object|encoding")).isFalse();
        }

        @Test
        void firstArgument_isAllowedInAnyCase() {
            User user = user("+incrby|counter");
            assertThat(mayRun(user, "incrby", "COUNTER")).isTrue();
            assertThat(mayRun(user, "incrby", "other")).isFalse();
            assertThat(mayRun(user, "incrby")).isFalse();
        }

        @Test
        void commandsToCome_followTheRuleOnAll() {
            assertThat(user("+@all", "-get").permissions().get(0).commands().includesFuture())
                    .isTrue();
            assertThat(user("+get").permissions().get(0).commands().includesFuture())
                    .isFalse();
        }
    }

    /**
     * A description leads to the same user: for any rules, what they allow and how they are described is what the rules of the
     * description allow and are described by.
     */
    @Test
    void description_leadsToTheSameUser() {
        String[] vocabulary = {
            "on",
            "off",
            "nopass",
            "resetpass",
            ">secret",
            ">other",
            "allkeys",
            "resetkeys",
            "allchannels",
            "resetchannels",
            "+@all",
            "-@all",
            "+@read",
            "-@read",
            "+@write",
            "-@write",
            "+@hash",
            "-@hash",
            "+@fast",
            "-@dangerous",
            "+get",
            "-get",
            "+set",
            "-set",
            "+object",
            "-object",
            "+object|freq",
            "-object|freq",
            "+incrby|x",
            "-incrby",
            "~a:*",
            "%R~b",
            "%W~b",
            "%RW~c",
            "&x",
            "&y*",
            "(+get ~x)",
            "(+@hash %R~y &z)",
            "clearselectors",
            "reset",
            "sanitize-payload",
            "skip-sanitize-payload"
        };
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int run = 0; run < 2000; run++) {
            User user = rules.newUser("u");
            StringBuilder applied = new StringBuilder();
            for (int i = random.nextInt(12); i >= 0; i--) {
                String rule = vocabulary[random.nextInt(vocabulary.length)];
                try {
                    rules.apply(user, rule);
                    applied.append(' ').append(rule);
                } catch (InvalidRuleException patternAfterAll) {
                    // Refused, and so without an effect.
                    continue;
                }
            }
            String description = rules.describe(user);
            User again = rules.newUser("u");
            AccessRules.joinSelectors(List.of(description.split(" "))).forEach(rule -> rules.apply(again, rule));
            assertThat(rules.describe(again)).as("seed %d:%s", seed, applied).isEqualTo(description);
            for (RegisteredCommand command : table.all()) {
                assertSameCommand(user, again, command, "seed " + seed + ":" + applied);
                command.subcommands()
                        .forEach(each -> assertSameCommand(user, again, each, "seed " + seed + ":" + applied));
            }
        }
    }

    private static void assertSameCommand(User user, User again, RegisteredCommand command, String what) {
        Bytes[] args = {Bytes.of(command.fullName()), Bytes.of("x")};
        for (int i = 0; i < user.permissions().size(); i++) {
            assertThat(again.permissions().get(i).allowCommand(command.accessId(), args, 0, args.length))
                    .as("%s, %s", what, command.fullName())
                    .isEqualTo(user.permissions().get(i).allowCommand(command.accessId(), args, 0, args.length));
        }
    }
}

package dev.spinel.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * The specifications against what redis-server 7.0.15 answers to COMMAND and COMMAND DOCS; commands, arguments and changes of
 * later versions are left out of the comparison.
 *
 * <p>In both an argument is written as {@code name:type#keySpec=TOKEN}, then {@code ?} optional, {@code *} multiple, {@code
 * +} multiple with its token, {@code @since}, {@code ~deprecated}, and its children in parentheses; {@code !} marks a key
 * specification with notes.
 */
final class SpecFactsTest {
    /** The commands of Redis 7.4 and 8.0 on the time to live of fields: arity, flags and first version. */
    private static final Map<String, String> FIELD_EXPIRY = Map.ofEntries(
            Map.entry("HEXPIRE", "-6 write fast 7.4.0"),
            Map.entry("HEXPIREAT", "-6 write fast 7.4.0"),
            Map.entry("HEXPIRETIME", "-5 readonly fast 7.4.0"),
            Map.entry("HPERSIST", "-5 write fast 7.4.0"),
            Map.entry("HPEXPIRE", "-6 write fast 7.4.0"),
            Map.entry("HPEXPIREAT", "-6 write fast 7.4.0"),
            Map.entry("HPEXPIRETIME", "-5 readonly fast 7.4.0"),
            Map.entry("HPTTL", "-5 readonly fast 7.4.0"),
            Map.entry("HTTL", "-5 readonly fast 7.4.0"),
            Map.entry("HGETDEL", "-5 write fast 8.0.0"),
            Map.entry("HGETEX", "-5 write fast 8.0.0"),
            Map.entry("HSETEX", "-6 write denyoom fast 8.0.0"));

    @TestFactory
    Stream<DynamicTest> facts_areThoseOfRedis() throws ReflectiveOperationException {
        Map<String, String[]> rows = RedisFacts.rows();
        return BuiltInSpecs.byFullName().entrySet().stream()
                .filter(entry -> !isLater(entry.getValue().since()))
                .map(entry -> DynamicTest.dynamicTest(entry.getKey(), () -> assertThat(columns(entry.getValue()))
                        .isEqualTo(expected(entry.getKey(), rows))));
    }

    @Test
    void completeGroups_lackNoCommand() throws ReflectiveOperationException {
        Set<String> complete = Set.of(
                "generic",
                "string",
                "list",
                "hash",
                "set",
                "sorted-set",
                "bitmap",
                "hyperloglog",
                "geo",
                "transactions",
                "pubsub",
                "stream",
                "connection",
                "cluster");
        Map<String, CommandSpec> specs = BuiltInSpecs.byFullName();
        assertThat(RedisFacts.rows().values().stream()
                        .filter(row -> complete.contains(row[1]))
                        .map(row -> row[0]))
                .filteredOn(name -> !specs.containsKey(name))
                .containsExactlyInAnyOrder("DUMP", "MIGRATE", "RESTORE", "WAIT");
    }

    @Test
    void laterCommands_areUnknownToRedis() throws ReflectiveOperationException {
        Set<String> known = RedisFacts.rows().keySet();
        assertThat(BuiltInSpecs.byFullName().entrySet().stream()
                        .filter(entry -> isLater(entry.getValue().since()))
                        .map(Map.Entry::getKey))
                .contains("CLIENT NO-TOUCH", "DELEX", "MSETEX")
                .noneMatch(known::contains);
    }

    @Test
    void fieldExpiry_isThatOfRedis8() throws ReflectiveOperationException {
        Map<String, CommandSpec> specs = BuiltInSpecs.byFullName();
        FIELD_EXPIRY.forEach((name, facts) -> {
            CommandSpec spec = specs.get(name);
            assertThat(spec.arity()
                            + " "
                            + join(" ", spec.flags().stream().map(CommandFlag::wireName))
                            + " "
                            + spec.since())
                    .as(name)
                    .isEqualTo(facts);
        });
    }

    @Test
    void texts_endAsSentences() throws ReflectiveOperationException {
        assertThat(BuiltInSpecs.byFullName().values()).allSatisfy(spec -> {
            assertThat(spec.summary()).endsWith(".").doesNotContain("\n").hasSizeLessThan(121);
            assertThat(spec.history())
                    .allSatisfy(change -> assertThat(change.text()).endsWith("."));
        });
    }

    /** Whether a version came after 7.0. */
    private static boolean isLater(@Nullable String version) {
        if (version == null) {
            return false;
        }
        String[] parts = version.split("\\.");
        int major = Integer.parseInt(parts[0]);
        return major > 7 || (major == 7 && Integer.parseInt(parts[1]) > 0);
    }

    /** The columns of a command in Redis 7.0, with the arity that an option of 7.2 changed. */
    private static List<String> expected(String name, Map<String, String[]> rows) {
        String[] row = rows.get(name);
        assertThat(row).as("facts of %s", name).isNotNull();
        List<String> columns = new ArrayList<>(
                Arrays.asList(row).subList(1, row.length).stream().toList());
        // first, last and step follow from the key specifications
        columns.subList(5, 8).clear();
        if (name.equals("ZRANK") || name.equals("ZREVRANK")) {
            columns.set(2, "-3");
        }
        return columns;
    }

    private static List<String> columns(CommandSpec spec) {
        String docFlags = spec.is(CommandFlag.SYSTEM) ? "syscmd" : "";
        CommandSpec.Deprecation deprecation = spec.deprecation();
        return List.of(
                spec.group().wireName(),
                spec.since(),
                Integer.toString(spec.arity()),
                join(" ", spec.flags().stream().filter(CommandFlag::listed).map(CommandFlag::wireName)),
                join(" ", spec.categories().stream().map(AclCategory::wireName).map("@"::concat)),
                join(" ", spec.tips().stream()),
                join("; ", spec.keySpecs().stream().map(SpecFactsTest::text)),
                texts(spec.arguments()),
                join(
                        " ",
                        spec.history().stream().map(CommandSpec.Change::version).filter(version -> !isLater(version))),
                deprecation == null ? docFlags : "deprecated",
                deprecation == null ? "" : deprecation.since());
    }

    private static String join(String separator, Stream<String> parts) {
        return parts.collect(Collectors.joining(separator));
    }

    private static String text(KeySpec spec) {
        String flags = join(",", spec.flags().stream().map(KeySpec.Flag::wireName));
        return flags + " " + text(spec.begin()) + " " + text(spec.find()) + (spec.notes() == null ? "" : " !");
    }

    private static String text(KeySpec.Begin begin) {
        if (begin instanceof KeySpec.Begin.Index index) {
            return "index(" + index.position() + ")";
        }
        if (begin instanceof KeySpec.Begin.Keyword keyword) {
            return "keyword(" + keyword.keyword() + "," + keyword.startFrom() + ")";
        }
        return "unknown()";
    }

    private static String text(KeySpec.Find find) {
        if (find instanceof KeySpec.Find.Range range) {
            return "range(" + range.last() + "," + range.step() + "," + range.limit() + ")";
        }
        if (find instanceof KeySpec.Find.KeyNumber number) {
            return "keynum(" + number.countIndex() + "," + number.firstIndex() + "," + number.step() + ")";
        }
        return "unknown()";
    }

    private static String texts(List<Argument> arguments) {
        return join(
                " ",
                arguments.stream()
                        .filter(argument -> !isLater(argument.since()))
                        .map(SpecFactsTest::text));
    }

    private static String text(Argument argument) {
        StringBuilder text = new StringBuilder(argument.name())
                .append(':')
                .append(argument.type().wireName());
        if (argument.keySpecIndex() >= 0) {
            text.append('#').append(argument.keySpecIndex());
        }
        if (argument.token() != null) {
            text.append('=').append(argument.token());
        }
        text.append(argument.flags().contains(Argument.Flag.OPTIONAL) ? "?" : "");
        text.append(argument.flags().contains(Argument.Flag.MULTIPLE) ? "*" : "");
        text.append(argument.flags().contains(Argument.Flag.MULTIPLE_TOKEN) ? "+" : "");
        if (argument.since() != null) {
            text.append('@').append(argument.since());
        }
        if (argument.deprecatedSince() != null) {
            text.append('~').append(argument.deprecatedSince());
        }
        if (!argument.children().isEmpty()) {
            text.append('(').append(texts(argument.children())).append(')');
        }
        return text.toString();
    }
}

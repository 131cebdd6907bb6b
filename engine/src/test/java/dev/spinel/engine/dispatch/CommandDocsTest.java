package dev.spinel.engine.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.BuiltInSpecs;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** The expected replies have the form of those of redis-server 7.0.15. */
final class CommandDocsTest {
    @Test
    void write_resp2_usesArrays() throws ReflectiveOperationException {
        assertThat(docs("LPOP", 2, null))
                .isEqualToIgnoringWhitespace(
                        """
                'lpop' *12 'summary' 'Pops elements from the head of a list.' 'since' '1.0.0' 'group'
                'list' 'complexity' 'O(N) for N elements popped.' 'history' *1 *2 '6.2.0'
                'Optional count.' 'arguments' *2 *6 'name' 'key' 'type' 'key' 'key_spec_index' :0 *8
                'name' 'count' 'type' 'integer' 'since' '6.2.0' 'flags' *1 +optional""");
    }

    @Test
    void write_resp3_deprecated_tellsWhatReplacesIt() throws ReflectiveOperationException {
        assertThat(docs("SLAVEOF", 3, null))
                .isEqualToIgnoringWhitespace(
                        """
                'slaveof' %8 'summary' 'Makes the server a replica of another one, or a master.' 'since'
                '1.0.0' 'group' 'server' 'complexity' 'O(1)' 'doc_flags' ~1 +deprecated
                'deprecated_since' '5.0.0' 'replaced_by' 'REPLICAOF' 'arguments' *1 %3 'name' 'args'
                'type' 'oneof' 'arguments' *2 %3 'name' 'host-port' 'type' 'block' 'arguments' *2 %2
                'name' 'host' 'type' 'string' %2 'name' 'port' 'type' 'integer' %3 'name' 'no-one' 'type'
                'block' 'arguments' *2 %3 'name' 'no' 'type' 'pure-token' 'token' 'NO' %3 'name' 'one'
                'type' 'pure-token' 'token' 'ONE'""");
    }

    @Test
    void write_systemCommand_isMarked() throws ReflectiveOperationException {
        assertThat(docs("DEBUG", 3, null))
                .isEqualToIgnoringWhitespace(
                        """
                'debug' %5 'summary' 'Holds tools for tests and diagnosis.' 'since' '1.0.0' 'group'
                'server' 'complexity' 'By subcommand.' 'doc_flags' ~1 +syscmd""");
    }

    @Test
    void write_withoutComplexity_leavesItOut() throws ReflectiveOperationException {
        assertThat(docs("MONITOR", 3, null))
                .startsWith("'monitor' %3 'summary'")
                .doesNotContain("complexity");
    }

    @Test
    void write_ofPlugin_namesIt() throws ReflectiveOperationException {
        assertThat(docs("PING", 3, "example")).contains("'complexity' 'O(1)' 'module' 'example' 'arguments'");
    }

    @Test
    void write_container_mapsItsSubcommands() throws ReflectiveOperationException {
        assertThat(docs("SLOWLOG", 3, null))
                .contains("'subcommands' %4 'slowlog|get' %")
                .contains("'slowlog|reset' %");
    }

    private static String docs(String name, int protocol, @Nullable String plugin) throws ReflectiveOperationException {
        ReplyText reply = new ReplyText(protocol);
        CommandDocs.write(reply, BuiltInSpecs.command(name), name.toLowerCase(Locale.ROOT), plugin);
        return reply.toString();
    }
}

package dev.spinel.engine.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import dev.spinel.engine.command.BuiltInSpecs;
import dev.spinel.engine.command.RedisFacts;
import java.util.Locale;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** The expected replies are those of redis-server 7.0.15, with Spinel's texts. */
final class CommandInfoTest {
    @Test
    void write_resp3_usesSetsAndMaps() throws ReflectiveOperationException {
        assertThat(info("SORT", 3))
                .isEqualToIgnoringWhitespace(
                        """
                *10 'sort' :-2 ~3 +write +denyoom +movablekeys :1 :1 :1 ~6 +@write +@set +@sortedset
                +@list +@slow +@dangerous ~0 ~3 %3 'flags' ~2 +RO +access 'begin_search' %2 'type'
                'index' 'spec' %1 'index' :1 'find_keys' %2 'type' 'range' 'spec' %3 'lastkey' :0
                'keystep' :1 'limit' :0 %4 'notes' 'keys of BY and GET, which follow from the elements'
                'flags' ~2 +RO +access 'begin_search' %2 'type' 'unknown' 'spec' %0 'find_keys' %2 'type'
                'unknown' 'spec' %0 %4 'notes' 'the key of STORE, which may stand anywhere' 'flags' ~2
                +OW +update 'begin_search' %2 'type' 'unknown' 'spec' %0 'find_keys' %2 'type' 'unknown'
                'spec' %0 ~0""");
    }

    @Test
    void write_resp2_usesArrays() throws ReflectiveOperationException {
        assertThat(info("LPOP", 2))
                .isEqualToIgnoringWhitespace(
                        """
                *10 'lpop' :-2 *2 +write +fast :1 :1 :1 *3 +@write +@list +@fast *0 *1 *6 'flags' *3 +RW
                +access +delete 'begin_search' *4 'type' 'index' 'spec' *2 'index' :1 'find_keys' *4
                'type' 'range' 'spec' *6 'lastkey' :0 'keystep' :1 'limit' :0 *0""");
    }

    @Test
    void write_container_holdsItsSubcommands() throws ReflectiveOperationException {
        assertThat(info("SLOWLOG", 3))
                .startsWith("*10 'slowlog' :-2 ~0 :0 :0 :0 ~1 +@slow ~0 ~0 *4 *10 'slowlog|get' :-2 ~3 +admin")
                .contains("*10 'slowlog|len' :2 ");
    }

    @Test
    void write_keywordAndCount_namesTheirFigures() {
        CommandSpec spec = CommandSpec.named("X.CMD")
                .arity(-1)
                .keys(KeySpec.after("STREAMS", -1), KeySpec.counted(2))
                .summary("A test.")
                .build();
        ReplyText reply = new ReplyText(3);
        CommandInfo.write(reply, Command.of(spec, call -> {}), CommandInfo.wireName(spec));
        assertThat(reply.toString())
                .contains("'begin_search' %2 'type' 'keyword' 'spec' %2 'keyword' 'STREAMS' 'startfrom' :-1")
                .contains("'find_keys' %2 'type' 'keynum' 'spec' %3 'keynumidx' :0 'firstkey' :1 'keystep' :1");
    }

    @Nested
    class LegacyKeyRanges {
        @Test
        void of_builtInCommands_areThoseOfRedis() throws ReflectiveOperationException {
            Map<String, String[]> rows = RedisFacts.rows();
            BuiltInSpecs.byFullName().forEach((name, spec) -> {
                String[] row = rows.get(name);
                if (row != null) {
                    assertThat(LegacyKeyRange.of(spec))
                            .as(name)
                            .isEqualTo(new LegacyKeyRange(
                                    Integer.parseInt(row[6]), Integer.parseInt(row[7]), Integer.parseInt(row[8])));
                }
            });
        }

        @Test
        void of_gap_keepsTheFirstRange() {
            assertThat(range(KeySpec.at(1), KeySpec.at(3))).isEqualTo(new LegacyKeyRange(1, 1, 1));
        }

        @Test
        void of_rangeToTheEnd_isTheFarthest() {
            assertThat(range(KeySpec.at(1), KeySpec.range(2, -1, 1))).isEqualTo(new LegacyKeyRange(1, -1, 1));
        }

        @Test
        void of_countOnly_isNone() {
            assertThat(range(KeySpec.counted(1))).isEqualTo(new LegacyKeyRange(0, 0, 0));
        }

        private LegacyKeyRange range(KeySpec... keys) {
            return LegacyKeyRange.of(CommandSpec.named("X.CMD")
                    .arity(-1)
                    .keys(keys)
                    .summary("A test.")
                    .build());
        }
    }

    private static String info(String name, int protocol) throws ReflectiveOperationException {
        ReplyText reply = new ReplyText(protocol);
        CommandInfo.write(reply, BuiltInSpecs.command(name), name.toLowerCase(Locale.ROOT));
        return reply.toString();
    }
}

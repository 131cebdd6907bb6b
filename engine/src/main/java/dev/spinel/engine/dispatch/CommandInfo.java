package dev.spinel.engine.dispatch;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import dev.spinel.api.command.ReplyWriter;
import java.util.Locale;
import java.util.Set;

/** The form in which COMMAND and COMMAND INFO describe a command to clients. Source: the manual page of COMMAND. */
public final class CommandInfo {
    private static final int FIELDS = 10;

    private CommandInfo() {}

    /**
     * Writes a command and its subcommands as one reply.
     *
     * @param fullName its name in lower case, that of a subcommand as {@code config|get}
     */
    public static void write(ReplyWriter reply, Command command, String fullName) {
        CommandSpec spec = command.spec();
        LegacyKeyRange range = LegacyKeyRange.of(spec);
        reply.array(FIELDS);
        reply.bulk(fullName);
        reply.integer(spec.arity());
        writeFlags(reply, spec);
        reply.integer(range.first());
        reply.integer(range.last());
        reply.integer(range.step());
        reply.set(spec.categories().size());
        for (AclCategory category : spec.categories()) {
            reply.simple("@" + category.wireName());
        }
        reply.set(spec.tips().size());
        for (String tip : spec.tips()) {
            reply.bulk(tip);
        }
        reply.set(spec.keySpecs().size());
        for (KeySpec keys : spec.keySpecs()) {
            writeKeySpec(reply, keys);
        }
        writeSubcommands(reply, command, fullName);
    }

    private static void writeSubcommands(ReplyWriter reply, Command command, String fullName) {
        if (command.subcommands().isEmpty()) {
            // without subcommands Redis answers a set, with some an array
            reply.set(0);
            return;
        }
        reply.array(command.subcommands().size());
        for (Command subcommand : command.subcommands()) {
            write(reply, subcommand, fullName + "|" + wireName(subcommand.spec()));
        }
    }

    private static void writeFlags(ReplyWriter reply, CommandSpec spec) {
        int listed = 0;
        for (CommandFlag flag : spec.flags()) {
            listed += flag.listed() ? 1 : 0;
        }
        reply.set(listed);
        for (CommandFlag flag : spec.flags()) {
            if (flag.listed()) {
                reply.simple(flag.wireName());
            }
        }
    }

    private static void writeKeySpec(ReplyWriter reply, KeySpec keys) {
        String notes = keys.notes();
        reply.map(notes == null ? 3 : 4);
        if (notes != null) {
            reply.bulk("notes");
            reply.bulk(notes);
        }
        reply.bulk("flags");
        writeKeyFlags(reply, keys.flags());
        reply.bulk("begin_search");
        reply.map(2);
        reply.bulk("type");
        writeBegin(reply, keys.begin());
        reply.bulk("find_keys");
        reply.map(2);
        reply.bulk("type");
        writeFind(reply, keys.find());
    }

    private static void writeBegin(ReplyWriter reply, KeySpec.Begin begin) {
        if (begin instanceof KeySpec.Begin.Index index) {
            writeType(reply, "index", 1);
            writeFigure(reply, "index", index.position());
        } else if (begin instanceof KeySpec.Begin.Keyword keyword) {
            writeType(reply, "keyword", 2);
            reply.bulk("keyword");
            reply.bulk(keyword.keyword());
            writeFigure(reply, "startfrom", keyword.startFrom());
        } else {
            writeType(reply, "unknown", 0);
        }
    }

    private static void writeFind(ReplyWriter reply, KeySpec.Find find) {
        if (find instanceof KeySpec.Find.Range range) {
            writeType(reply, "range", 3);
            writeFigure(reply, "lastkey", range.last());
            writeFigure(reply, "keystep", range.step());
            writeFigure(reply, "limit", range.limit());
        } else if (find instanceof KeySpec.Find.KeyNumber number) {
            writeType(reply, "keynum", 3);
            writeFigure(reply, "keynumidx", number.countIndex());
            writeFigure(reply, "firstkey", number.firstIndex());
            writeFigure(reply, "keystep", number.step());
        } else {
            writeType(reply, "unknown", 0);
        }
    }

    private static void writeType(ReplyWriter reply, String type, int figures) {
        reply.bulk(type);
        reply.bulk("spec");
        reply.map(figures);
    }

    private static void writeFigure(ReplyWriter reply, String name, int value) {
        reply.bulk(name);
        reply.integer(value);
    }

    /** Writes what happens to a key, as COMMAND INFO and COMMAND GETKEYSANDFLAGS answer it. */
    public static void writeKeyFlags(ReplyWriter reply, Set<KeySpec.Flag> flags) {
        reply.set(flags.size());
        for (KeySpec.Flag flag : KeySpec.Flag.values()) {
            if (flags.contains(flag)) {
                reply.simple(flag.wireName());
            }
        }
    }

    /** The name as replies give it, in lower case; of a subcommand only its own word. */
    static String wireName(CommandSpec spec) {
        return spec.name().toLowerCase(Locale.ROOT);
    }
}

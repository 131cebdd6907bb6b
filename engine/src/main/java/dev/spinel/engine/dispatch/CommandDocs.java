package dev.spinel.engine.dispatch;

import dev.spinel.api.command.Argument;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.ReplyWriter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The form in which COMMAND DOCS describes a command to people. Source: the manual page of COMMAND DOCS. */
public final class CommandDocs {
    private final ReplyWriter reply;
    private final @Nullable String plugin;

    private CommandDocs(ReplyWriter reply, @Nullable String plugin) {
        this.reply = reply;
        this.plugin = plugin;
    }

    /**
     * Writes the name of a command and its description, two replies: one pair of the map that COMMAND DOCS answers.
     *
     * @param fullName its name in lower case, that of a subcommand as {@code config|get}
     * @param plugin the name of the plugin that the command belongs to, or null
     */
    public static void write(ReplyWriter reply, Command command, String fullName, @Nullable String plugin) {
        new CommandDocs(reply, plugin).write(command, fullName);
    }

    private void write(Command command, String fullName) {
        CommandSpec spec = command.spec();
        reply.bulk(fullName);
        int mark = reply.begin();
        int fields = writeTexts(spec) + writeStanding(spec);
        if (!spec.arguments().isEmpty()) {
            reply.bulk("arguments");
            writeArguments(spec.arguments());
            fields++;
        }
        if (!command.subcommands().isEmpty()) {
            reply.bulk("subcommands");
            reply.map(command.subcommands().size());
            for (Command subcommand : command.subcommands()) {
                write(subcommand, fullName + "|" + CommandInfo.wireName(subcommand.spec()));
            }
            fields++;
        }
        reply.endMap(mark, fields);
    }

    private int writeTexts(CommandSpec spec) {
        int fields = writeField("summary", spec.summary());
        fields += writeField("since", spec.since());
        fields += writeField("group", spec.group().wireName());
        if (!spec.complexity().isEmpty()) {
            fields += writeField("complexity", spec.complexity());
        }
        return plugin == null ? fields : fields + writeField("module", plugin);
    }

    /** Writes what became of the command since it was introduced; returns the number of fields. */
    private int writeStanding(CommandSpec spec) {
        int fields = 0;
        CommandSpec.Deprecation deprecation = spec.deprecation();
        boolean system = spec.is(CommandFlag.SYSTEM);
        if (deprecation != null || system) {
            reply.bulk("doc_flags");
            reply.set((deprecation == null ? 0 : 1) + (system ? 1 : 0));
            if (deprecation != null) {
                reply.simple("deprecated");
            }
            if (system) {
                reply.simple("syscmd");
            }
            fields++;
        }
        if (deprecation != null) {
            fields += writeField("deprecated_since", deprecation.since());
            fields += writeField("replaced_by", deprecation.replacedBy());
        }
        if (!spec.history().isEmpty()) {
            reply.bulk("history");
            reply.set(spec.history().size());
            for (CommandSpec.Change change : spec.history()) {
                reply.array(2);
                reply.bulk(change.version());
                reply.bulk(change.text());
            }
            fields++;
        }
        return fields;
    }

    private void writeArguments(List<Argument> arguments) {
        reply.array(arguments.size());
        for (Argument argument : arguments) {
            int mark = reply.begin();
            reply.endMap(mark, writeArgument(argument));
        }
    }

    /** Writes the fields of an argument and returns their number. */
    private int writeArgument(Argument argument) {
        int fields = writeField("name", argument.name());
        fields += writeField("type", argument.type().wireName());
        if (argument.keySpecIndex() >= 0) {
            reply.bulk("key_spec_index");
            reply.integer(argument.keySpecIndex());
            fields++;
        }
        fields += writeField("token", argument.token());
        fields += writeField("summary", argument.summary());
        fields += writeField("since", argument.since());
        fields += writeField("deprecated_since", argument.deprecatedSince());
        if (!argument.flags().isEmpty()) {
            reply.bulk("flags");
            writeFlags(argument);
            fields++;
        }
        if (!argument.children().isEmpty()) {
            reply.bulk("arguments");
            writeArguments(argument.children());
            fields++;
        }
        return fields;
    }

    private void writeFlags(Argument argument) {
        reply.set(argument.flags().size());
        for (Argument.Flag flag : Argument.Flag.values()) {
            if (argument.flags().contains(flag)) {
                reply.simple(flag.wireName());
            }
        }
    }

    /** Writes a field unless it is absent; returns the number of fields written. */
    private int writeField(String name, @Nullable String value) {
        if (value == null) {
            return 0;
        }
        reply.bulk(name);
        reply.bulk(value);
        return 1;
    }
}

package dev.spinel.engine.admin;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.GlobPattern;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.dispatch.CommandDocs;
import dev.spinel.engine.dispatch.CommandInfo;
import dev.spinel.engine.dispatch.CommandTable;
import dev.spinel.engine.dispatch.KeyFinder;
import dev.spinel.engine.dispatch.RegisteredCommand;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** COMMAND and its subcommands: what the server can do. Engine thread only. */
public final class CommandCommands implements ServerPlugin {
    private final CommandTable table;
    private final KeyFinder keyFinder = new KeyFinder();

    public CommandCommands(CommandTable table) {
        this.table = table;
    }

    @Override
    public String name() {
        return "command";
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.container(
                CommandTableSpecs.COMMAND,
                this::all,
                Command.of(CommandTableSpecs.COMMAND_COUNT, call -> call.reply()
                        .integer(table.all().size())),
                Command.of(CommandTableSpecs.COMMAND_DOCS, this::docs),
                Command.of(CommandTableSpecs.COMMAND_GETKEYS, call -> getkeys(call, false)),
                Command.of(CommandTableSpecs.COMMAND_GETKEYSANDFLAGS, call -> getkeys(call, true)),
                Command.of(
                        CommandTableSpecs.COMMAND_HELP,
                        HelpText.of(
                                "COMMAND",
                                "(no subcommand)",
                                "    Describe all commands.",
                                "COUNT",
                                "    Return the number of commands.",
                                "DOCS [<command-name> ...]",
                                "    Document commands, all without a name.",
                                "GETKEYS <full-command>",
                                "    Return the keys of a command.",
                                "GETKEYSANDFLAGS <full-command>",
                                "    Return the keys of a command and what it does with them.",
                                "INFO [<command-name> ...]",
                                "    Describe commands, all without a name.",
                                "LIST [FILTERBY (MODULE|ACLCAT|PATTERN) <value>]",
                                "    Return the names of all commands, or some.")),
                Command.of(CommandTableSpecs.COMMAND_INFO, this::info),
                Command.of(CommandTableSpecs.COMMAND_LIST, this::list)));
    }

    private void all(Call call) {
        if (call.argCount() > 1) {
            throw Errors.err("unknown subcommand '" + call.arg(1) + "'. Try COMMAND HELP.");
        }
        Collection<RegisteredCommand> commands = table.all();
        call.reply().array(commands.size());
        for (RegisteredCommand command : commands) {
            CommandInfo.write(call.reply(), command.command(), command.fullName());
        }
    }

    private void info(Call call) {
        if (call.argCount() == 2) {
            Collection<RegisteredCommand> commands = table.all();
            call.reply().array(commands.size());
            for (RegisteredCommand command : commands) {
                CommandInfo.write(call.reply(), command.command(), command.fullName());
            }
            return;
        }
        call.reply().array(call.argCount() - 2);
        for (int i = 2; i < call.argCount(); i++) {
            RegisteredCommand command = named(call.arg(i));
            if (command == null) {
                call.reply().nil();
            } else {
                CommandInfo.write(call.reply(), command.command(), command.fullName());
            }
        }
    }

    /** The command of a name such as {@code get} or {@code config|get}. */
    private @Nullable RegisteredCommand named(Bytes name) {
        for (int i = 0; i < name.length(); i++) {
            if (name.at(i) == '|') {
                Bytes part = new Bytes();
                part.set(name.array(), name.offset(), i);
                RegisteredCommand container = table.find(part);
                part.set(name.array(), name.offset() + i + 1, name.length() - i - 1);
                return container == null ? null : container.subcommand(part);
            }
        }
        return table.find(name);
    }

    private void docs(Call call) {
        ReplyWriter reply = call.reply();
        List<RegisteredCommand> commands = new ArrayList<>();
        if (call.argCount() == 2) {
            commands.addAll(table.all());
        } else {
            for (int i = 2; i < call.argCount(); i++) {
                RegisteredCommand command = named(call.arg(i));
                if (command != null) {
                    commands.add(command);
                }
            }
        }
        reply.map(commands.size());
        for (RegisteredCommand command : commands) {
            CommandDocs.write(
                    reply, command.command(), command.fullName(), command.isForeign() ? command.owner() : null);
        }
    }

    private void list(Call call) {
        if (call.argCount() == 2) {
            reply(call, name -> true);
        } else if (call.argCount() == 5 && call.argIs(2, "FILTERBY")) {
            Bytes value = call.arg(4);
            if (call.argIs(3, "MODULE")) {
                String module = value.toString();
                reply(call, command -> command.owner().equals(module));
            } else if (call.argIs(3, "ACLCAT")) {
                AclCategory category = category(value);
                reply(
                        call,
                        command ->
                                category != null && command.spec().categories().contains(category));
            } else if (call.argIs(3, "PATTERN")) {
                reply(call, command -> GlobPattern.matches(value, Bytes.of(command.fullName()), true));
            } else {
                throw Errors.syntax();
            }
        } else {
            throw Errors.syntax();
        }
    }

    private static @Nullable AclCategory category(Bytes name) {
        for (AclCategory category : AclCategory.values()) {
            if (name.isWord(category.name())) {
                return category;
            }
        }
        return null;
    }

    private void reply(Call call, Predicate<RegisteredCommand> filter) {
        List<String> names = new ArrayList<>();
        for (RegisteredCommand command : table.all()) {
            if (filter.test(command)) {
                names.add(command.fullName());
            }
            for (RegisteredCommand subcommand : command.subcommands()) {
                if (filter.test(subcommand)) {
                    names.add(subcommand.fullName());
                }
            }
        }
        call.reply().array(names.size());
        for (String name : names) {
            call.reply().bulk(name);
        }
    }

    private void getkeys(Call call, boolean flags) {
        RegisteredCommand command = table.find(call.arg(2));
        int count = call.argCount() - 2;
        if (command != null && !command.subcommands().isEmpty() && count > 1) {
            command = command.subcommand(call.arg(3));
        }
        if (command == null) {
            throw Errors.err("Invalid command specified");
        }
        if (!KeyFinder.mayHaveKeys(command.spec())) {
            throw Errors.err("The command has no key arguments");
        }
        int arity = command.spec().arity();
        if (arity > 0 ? arity != count : count < -arity) {
            throw Errors.err("Invalid number of arguments specified for command");
        }
        Bytes[] args = ClientCall.of(call).args();
        keyFinder.find(command.spec(), args, 2, count);
        if (keyFinder.count() == 0 && !command.spec().is(CommandFlag.NO_MANDATORY_KEYS)) {
            throw Errors.err("Invalid arguments specified for command");
        }
        call.reply().array(keyFinder.count());
        for (int i = 0; i < keyFinder.count(); i++) {
            if (flags) {
                call.reply().array(2);
                call.reply().bulk(args[keyFinder.position(i) + 2]);
                CommandInfo.writeKeyFlags(call.reply(), keyFinder.flags(i));
            } else {
                call.reply().bulk(args[keyFinder.position(i) + 2]);
            }
        }
    }
}

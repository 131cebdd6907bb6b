package dev.spinel.engine.admin;

import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.pattern;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.SENTINEL;
import static dev.spinel.api.command.CommandFlag.STALE;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;

/**
 * Specifications of COMMAND and its subcommands, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class CommandTableSpecs {
    static final CommandSpec COMMAND = command("COMMAND")
            .since("2.8.13")
            .arity(-1)
            .flags(LOADING, STALE, SENTINEL)
            .summary("Describes all commands.")
            .complexity("O(N) for N commands.")
            .tips("nondeterministic_output_order")
            .build();

    static final CommandSpec COMMAND_COUNT = command("COUNT")
            .since("2.8.13")
            .arity(2)
            .flags(LOADING, STALE, SENTINEL)
            .summary("Counts the commands.")
            .complexity("O(1)")
            .build();

    static final CommandSpec COMMAND_DOCS = command("DOCS")
            .since("7.0.0")
            .arity(-2)
            .flags(LOADING, STALE, SENTINEL)
            .arguments(string("command-name").optional().multiple())
            .summary("Describes commands for people.")
            .complexity("O(N) for N commands.")
            .tips("nondeterministic_output_order")
            .build();

    static final CommandSpec COMMAND_GETKEYS = command("GETKEYS")
            .since("2.8.13")
            .arity(-4)
            .flags(LOADING, STALE, SENTINEL)
            .summary("Returns the keys among the arguments of a command.")
            .complexity("O(N) for N arguments.")
            .build();

    static final CommandSpec COMMAND_GETKEYSANDFLAGS = command("GETKEYSANDFLAGS")
            .since("7.0.0")
            .arity(-4)
            .flags(LOADING, STALE, SENTINEL)
            .summary("Returns the keys among the arguments of a command with what happens to them.")
            .complexity("O(N) for N arguments.")
            .build();

    static final CommandSpec COMMAND_HELP = command("HELP")
            .since("5.0.0")
            .arity(2)
            .flags(LOADING, STALE, SENTINEL)
            .summary("Lists the subcommands.")
            .complexity("O(1)")
            .build();

    static final CommandSpec COMMAND_INFO = command("INFO")
            .since("2.8.13")
            .arity(-2)
            .flags(LOADING, STALE, SENTINEL)
            .arguments(string("command-name").optional().multiple())
            .summary("Describes commands for clients.")
            .complexity("O(N) for N commands.")
            .changed("7.0.0", "Describes all commands when none is named.")
            .tips("nondeterministic_output_order")
            .build();

    static final CommandSpec COMMAND_LIST = command("LIST")
            .since("7.0.0")
            .arity(-2)
            .flags(LOADING, STALE, SENTINEL)
            .arguments(oneOf(
                            "filterby",
                            string("module-name").token("MODULE"),
                            string("category").token("ACLCAT"),
                            pattern("pattern").token("PATTERN"))
                    .token("FILTERBY")
                    .optional())
            .summary("Returns the names of commands.")
            .complexity("O(N) for N commands.")
            .tips("nondeterministic_output_order")
            .build();

    private CommandTableSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.SERVER).acl(AclCategory.CONNECTION);
    }
}

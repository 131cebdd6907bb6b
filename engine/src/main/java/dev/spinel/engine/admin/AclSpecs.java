package dev.spinel.engine.admin;

import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.ADMIN;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.SENTINEL;
import static dev.spinel.api.command.CommandFlag.STALE;

import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;

/**
 * Specifications of ACL and its subcommands, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class AclSpecs {
    static final CommandSpec ACL = command("ACL")
            .arity(-2)
            .flags(SENTINEL)
            .summary("Groups the commands on users and their rights.")
            .complexity("By subcommand.")
            .build();

    static final CommandSpec ACL_CAT = command("CAT")
            .arity(-2)
            .flags(NOSCRIPT, LOADING, STALE, SENTINEL)
            .arguments(string("categoryname").optional())
            .summary("Lists the categories of commands, or the commands of one.")
            .complexity("O(1)")
            .build();

    static final CommandSpec ACL_DELUSER = administration("DELUSER")
            .arity(-3)
            .arguments(string("username").multiple())
            .summary("Removes users and closes their connections.")
            .complexity("O(N) for N users and connections.")
            .build();

    static final CommandSpec ACL_DRYRUN = administration("DRYRUN")
            .since("7.0.0")
            .arity(-4)
            .arguments(
                    string("username"),
                    string("command"),
                    string("arg").optional().multiple())
            .summary("Tells whether a user may run a command, without running it.")
            .complexity("O(1)")
            .build();

    static final CommandSpec ACL_GENPASS = command("GENPASS")
            .arity(-2)
            .flags(NOSCRIPT, LOADING, STALE, SENTINEL)
            .arguments(integer("bits").optional())
            .summary("Makes up a password that cannot be guessed.")
            .complexity("O(1)")
            .build();

    static final CommandSpec ACL_GETUSER = administration("GETUSER")
            .arity(3)
            .arguments(string("username"))
            .summary("Describes a user.")
            .complexity("O(N) for N passwords, patterns and commands.")
            .changed("6.2.0", "Tells the patterns of channels.")
            .changed("7.0.0", "Tells selectors, and patterns as rules.")
            .build();

    static final CommandSpec ACL_HELP = command("HELP")
            .arity(2)
            .flags(LOADING, STALE, SENTINEL)
            .summary("Lists the subcommands.")
            .complexity("O(1)")
            .build();

    static final CommandSpec ACL_LIST = administration("LIST")
            .arity(2)
            .summary("Describes all users as lines of a file.")
            .complexity("O(N) for N users.")
            .build();

    static final CommandSpec ACL_LOAD = administration("LOAD")
            .arity(2)
            .summary("Replaces all users by those of the file.")
            .complexity("O(N) for N users and connections.")
            .build();

    static final CommandSpec ACL_LOG = administration("LOG")
            .arity(-2)
            .arguments(
                    oneOf("operation", integer("count"), word("reset", "RESET")).optional())
            .summary("Tells what was refused lately, or forgets it.")
            .complexity("O(N) for N entries.")
            .build();

    static final CommandSpec ACL_SAVE = administration("SAVE")
            .arity(2)
            .summary("Writes all users to the file.")
            .complexity("O(N) for N users.")
            .build();

    static final CommandSpec ACL_SETUSER = administration("SETUSER")
            .arity(-3)
            .arguments(string("username"), string("rule").optional().multiple())
            .summary("Changes the rules of a user, who is created if needed.")
            .complexity("O(N) for N rules.")
            .changed("6.2.0", "Knows patterns of channels.")
            .changed("7.0.0", "Knows selectors and patterns for reading and writing.")
            .build();

    static final CommandSpec ACL_USERS = administration("USERS")
            .arity(2)
            .summary("Lists the names of all users.")
            .complexity("O(N) for N users.")
            .build();

    static final CommandSpec ACL_WHOAMI = command("WHOAMI")
            .arity(2)
            .flags(NOSCRIPT, LOADING, STALE, SENTINEL)
            .summary("Names the user of the connection.")
            .complexity("O(1)")
            .build();

    private AclSpecs() {}

    private static CommandSpec.Builder administration(String name) {
        return command(name).flags(ADMIN, NOSCRIPT, LOADING, STALE, SENTINEL);
    }

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.SERVER).since("6.0.0");
    }
}

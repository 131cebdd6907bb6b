package dev.spinel.engine.admin;

import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.ADMIN;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.STALE;

import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;

/**
 * Specifications of COMMANDLOG and SLOWLOG and their subcommands, by name.
 *
 * <p>Source of the facts: the command pages of Valkey 8.1, and COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class CommandLogSpecs {
    private static final Argument TYPE = oneOf(
            "type", word("slow", "SLOW"), word("large-request", "LARGE-REQUEST"), word("large-reply", "LARGE-REPLY"));

    static final CommandSpec COMMANDLOG = command("COMMANDLOG")
            .since("8.1.0")
            .arity(-2)
            .summary("Groups the commands on the logs of commands that take a lot.")
            .complexity("By subcommand.")
            .build();

    static final CommandSpec COMMANDLOG_GET = command("GET")
            .since("8.1.0")
            .arity(4)
            .flags(ADMIN, LOADING, STALE)
            .arguments(integer("count"), TYPE)
            .summary("Returns entries of a log.")
            .complexity("O(N) for N entries returned.")
            .tips("request_policy:all_nodes", "nondeterministic_output")
            .build();

    static final CommandSpec COMMANDLOG_HELP = command("HELP")
            .since("8.1.0")
            .arity(2)
            .flags(LOADING, STALE)
            .summary("Lists the subcommands.")
            .complexity("O(1)")
            .build();

    static final CommandSpec COMMANDLOG_LEN = command("LEN")
            .since("8.1.0")
            .arity(3)
            .flags(ADMIN, LOADING, STALE)
            .arguments(TYPE)
            .summary("Returns the number of entries of a log.")
            .complexity("O(1)")
            .tips("request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output")
            .build();

    static final CommandSpec COMMANDLOG_RESET = command("RESET")
            .since("8.1.0")
            .arity(3)
            .flags(ADMIN, LOADING, STALE)
            .arguments(TYPE)
            .summary("Drops the entries of a log.")
            .complexity("O(N) for N entries.")
            .tips("request_policy:all_nodes", "response_policy:all_succeeded")
            .build();

    static final CommandSpec SLOWLOG = command("SLOWLOG")
            .since("2.2.12")
            .arity(-2)
            .summary("Groups the commands on the slow log.")
            .complexity("By subcommand.")
            .build();

    static final CommandSpec SLOWLOG_GET = command("GET")
            .since("2.2.12")
            .arity(-2)
            .flags(ADMIN, LOADING, STALE)
            .arguments(integer("count").optional())
            .summary("Returns entries of the slow log.")
            .complexity("O(N) for N entries returned.")
            .changed("4.0.0", "Entries name the client.")
            .tips("request_policy:all_nodes", "nondeterministic_output")
            .build();

    static final CommandSpec SLOWLOG_HELP = command("HELP")
            .since("6.2.0")
            .arity(2)
            .flags(LOADING, STALE)
            .summary("Lists the subcommands.")
            .complexity("O(1)")
            .build();

    static final CommandSpec SLOWLOG_LEN = command("LEN")
            .since("2.2.12")
            .arity(2)
            .flags(ADMIN, LOADING, STALE)
            .summary("Returns the number of entries of the slow log.")
            .complexity("O(1)")
            .tips("request_policy:all_nodes", "response_policy:agg_sum", "nondeterministic_output")
            .build();

    static final CommandSpec SLOWLOG_RESET = command("RESET")
            .since("2.2.12")
            .arity(2)
            .flags(ADMIN, LOADING, STALE)
            .summary("Drops the entries of the slow log.")
            .complexity("O(N) for N entries.")
            .tips("request_policy:all_nodes", "response_policy:all_succeeded")
            .build();

    private CommandLogSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.SERVER);
    }
}

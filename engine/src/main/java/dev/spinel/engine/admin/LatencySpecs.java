package dev.spinel.engine.admin;

import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.CommandFlag.ADMIN;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.STALE;

import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;

/**
 * Specifications of LATENCY and its subcommands, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class LatencySpecs {
    static final CommandSpec LATENCY = command("LATENCY")
            .since("2.8.13")
            .arity(-2)
            .summary("Groups the commands of the latency monitor.")
            .complexity("By subcommand.")
            .build();

    static final CommandSpec LATENCY_DOCTOR = command("DOCTOR")
            .since("2.8.13")
            .arity(2)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE)
            .summary("Explains the latency events for people.")
            .complexity("O(1)")
            .tips("nondeterministic_output", "request_policy:all_nodes", "response_policy:special")
            .build();

    static final CommandSpec LATENCY_GRAPH = command("GRAPH")
            .since("2.8.13")
            .arity(3)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE)
            .arguments(string("event"))
            .summary("Draws the samples of a latency event.")
            .complexity("O(1)")
            .tips("nondeterministic_output", "request_policy:all_nodes", "response_policy:special")
            .build();

    static final CommandSpec LATENCY_HELP = command("HELP")
            .since("2.8.13")
            .arity(2)
            .flags(LOADING, STALE)
            .summary("Lists the subcommands.")
            .complexity("O(1)")
            .build();

    static final CommandSpec LATENCY_HISTOGRAM = command("HISTOGRAM")
            .since("7.0.0")
            .arity(-2)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE)
            .arguments(string("command").optional().multiple())
            .summary("Returns the distribution of the run times of commands.")
            .complexity("O(N) for N commands with figures.")
            .tips("nondeterministic_output", "request_policy:all_nodes", "response_policy:special")
            .build();

    static final CommandSpec LATENCY_HISTORY = command("HISTORY")
            .since("2.8.13")
            .arity(3)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE)
            .arguments(string("event"))
            .summary("Returns the samples of a latency event.")
            .complexity("O(1)")
            .tips("nondeterministic_output", "request_policy:all_nodes", "response_policy:special")
            .build();

    static final CommandSpec LATENCY_LATEST = command("LATEST")
            .since("2.8.13")
            .arity(2)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE)
            .summary("Returns the latest sample of each latency event.")
            .complexity("O(1)")
            .tips("nondeterministic_output", "request_policy:all_nodes", "response_policy:special")
            .build();

    static final CommandSpec LATENCY_RESET = command("RESET")
            .since("2.8.13")
            .arity(-2)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE)
            .arguments(string("event").optional().multiple())
            .summary("Drops the samples of latency events.")
            .complexity("O(1)")
            .tips("request_policy:all_nodes", "response_policy:all_succeeded")
            .build();

    private LatencySpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.SERVER);
    }
}

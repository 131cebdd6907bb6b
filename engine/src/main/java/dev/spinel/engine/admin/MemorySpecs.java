package dev.spinel.engine.admin;

import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.READONLY;
import static dev.spinel.api.command.CommandFlag.STALE;
import static dev.spinel.api.command.KeySpec.Flag.RO;

import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;

/**
 * Specifications of MEMORY and its subcommands, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class MemorySpecs {
    static final CommandSpec MEMORY = command("MEMORY")
            .since("4.0.0")
            .arity(-2)
            .summary("Groups the commands on memory.")
            .complexity("By subcommand.")
            .build();

    static final CommandSpec MEMORY_DOCTOR = command("DOCTOR")
            .since("4.0.0")
            .arity(2)
            .summary("Explains the use of memory for people.")
            .complexity("O(1)")
            .tips("nondeterministic_output", "request_policy:all_shards", "response_policy:special")
            .build();

    static final CommandSpec MEMORY_HELP = command("HELP")
            .since("4.0.0")
            .arity(2)
            .flags(LOADING, STALE)
            .summary("Lists the subcommands.")
            .complexity("O(1)")
            .build();

    static final CommandSpec MEMORY_MALLOC_STATS = command("MALLOC-STATS")
            .since("4.0.0")
            .arity(2)
            .summary("Describes the state of the allocator.")
            .complexity("O(N) for N bytes of memory.")
            .tips("nondeterministic_output", "request_policy:all_shards", "response_policy:special")
            .build();

    static final CommandSpec MEMORY_PURGE = command("PURGE")
            .since("4.0.0")
            .arity(2)
            .summary("Gives unused memory back.")
            .complexity("O(N) for N bytes of memory.")
            .tips("request_policy:all_shards", "response_policy:all_succeeded")
            .build();

    static final CommandSpec MEMORY_STATS = command("STATS")
            .since("4.0.0")
            .arity(2)
            .summary("Returns where memory goes.")
            .complexity("O(1)")
            .tips("nondeterministic_output", "request_policy:all_shards", "response_policy:special")
            .build();

    static final CommandSpec MEMORY_USAGE = command("USAGE")
            .since("4.0.0")
            .arity(-3)
            .flags(READONLY)
            .keys(KeySpec.at(2, RO))
            .arguments(key("key", 0), integer("count").token("SAMPLES").optional())
            .summary("Returns the bytes that a key and its value take.")
            .complexity("O(N) for N samples.")
            .build();

    private MemorySpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.SERVER);
    }
}

package dev.spinel.engine.scripting;

import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.WRITE;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;

/**
 * Specifications of FUNCTION and its subcommands, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class FunctionSpecs {
    static final CommandSpec FUNCTION = command("FUNCTION")
            .arity(-2)
            .summary("Groups the commands on function libraries.")
            .complexity("By subcommand.")
            .build();

    static final CommandSpec FUNCTION_FLUSH = command("FLUSH")
            .arity(-2)
            .flags(NOSCRIPT, WRITE)
            .acl(AclCategory.SCRIPTING)
            .arguments(
                    oneOf("async", word("async", "ASYNC"), word("sync", "SYNC")).optional())
            .summary("Deletes all function libraries.")
            .complexity("O(N) for N functions.")
            .tips("request_policy:all_shards", "response_policy:all_succeeded")
            .build();

    private FunctionSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.SCRIPTING).since("7.0.0");
    }
}

package dev.spinel.engine.admin;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.CommandFlag.ADMIN;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.NO_ASYNC_LOADING;
import static dev.spinel.api.command.CommandFlag.PROTECTED;
import static dev.spinel.api.command.CommandFlag.STALE;

import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;

/**
 * Specifications of MODULE and its subcommands, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class ModuleSpecs {
    static final CommandSpec MODULE = command("MODULE")
            .since("4.0.0")
            .arity(-2)
            .summary("Groups the commands on plugins.")
            .complexity("By subcommand.")
            .build();

    static final CommandSpec MODULE_HELP = command("HELP")
            .since("5.0.0")
            .arity(2)
            .flags(LOADING, STALE)
            .summary("Lists the subcommands.")
            .complexity("O(1)")
            .build();

    static final CommandSpec MODULE_LIST = command("LIST")
            .since("4.0.0")
            .arity(2)
            .flags(ADMIN, NOSCRIPT)
            .summary("Describes the loaded plugins.")
            .complexity("O(N) for N plugins.")
            .tips("nondeterministic_output_order")
            .build();

    static final CommandSpec MODULE_LOAD = command("LOAD")
            .since("4.0.0")
            .arity(-3)
            .flags(ADMIN, NOSCRIPT, NO_ASYNC_LOADING, PROTECTED)
            .arguments(string("path"), string("arg").optional().multiple())
            .summary("Loads a plugin.")
            .complexity("O(1)")
            .build();

    static final CommandSpec MODULE_LOADEX = command("LOADEX")
            .since("7.0.0")
            .arity(-3)
            .flags(ADMIN, NOSCRIPT, NO_ASYNC_LOADING, PROTECTED)
            .arguments(
                    string("path"),
                    block("configs", string("name"), string("value"))
                            .token("CONFIG")
                            .optional()
                            .multiple()
                            .multipleToken(),
                    block("args", string("arg")).token("ARGS").optional().multiple())
            .summary("Loads a plugin with configuration parameters.")
            .complexity("O(1)")
            .build();

    static final CommandSpec MODULE_UNLOAD = command("UNLOAD")
            .since("4.0.0")
            .arity(3)
            .flags(ADMIN, NOSCRIPT, NO_ASYNC_LOADING, PROTECTED)
            .arguments(string("name"))
            .summary("Unloads a plugin.")
            .complexity("O(1)")
            .build();

    private ModuleSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.SERVER);
    }
}

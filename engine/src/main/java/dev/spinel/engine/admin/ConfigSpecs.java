package dev.spinel.engine.admin;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.CommandFlag.ADMIN;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.STALE;

import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;

/**
 * Specifications of CONFIG and its subcommands, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class ConfigSpecs {
    static final CommandSpec CONFIG = command("CONFIG")
            .since("2.0.0")
            .arity(-2)
            .summary("Groups the commands on the configuration.")
            .complexity("By subcommand.")
            .build();

    static final CommandSpec CONFIG_GET = command("GET")
            .since("2.0.0")
            .arity(-3)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE)
            .arguments(block("parameter", string("parameter")).multiple())
            .summary("Returns parameters whose names match patterns.")
            .complexity("O(N) for N patterns.")
            .changed("7.0.0", "Takes several patterns.")
            .build();

    static final CommandSpec CONFIG_HELP = command("HELP")
            .since("5.0.0")
            .arity(2)
            .flags(LOADING, STALE)
            .summary("Lists the subcommands.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CONFIG_RESETSTAT = command("RESETSTAT")
            .since("2.0.0")
            .arity(2)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE)
            .summary("Sets statistics back to zero.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CONFIG_REWRITE = command("REWRITE")
            .since("2.8.0")
            .arity(2)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE)
            .summary("Writes the parameters in force to the configuration file.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CONFIG_SET = command("SET")
            .since("2.0.0")
            .arity(-4)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE)
            .arguments(block("parameter_value", string("parameter"), string("value"))
                    .multiple())
            .summary("Changes parameters, all or none.")
            .complexity("O(N) for N parameters.")
            .changed("7.0.0", "Takes several parameters.")
            .tips("request_policy:all_nodes", "response_policy:all_succeeded")
            .build();

    private ConfigSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.SERVER);
    }
}

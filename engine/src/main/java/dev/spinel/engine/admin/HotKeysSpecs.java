package dev.spinel.engine.admin;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.ADMIN;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.STALE;

import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;

/**
 * Specifications of HOTKEYS and its subcommands, by name.
 *
 * <p>Source of the facts: the command pages of Redis 8.6.
 */
final class HotKeysSpecs {
    static final CommandSpec HOTKEYS = command("HOTKEYS")
            .since("8.6.0")
            .arity(-2)
            .summary("Groups the commands that find the keys which take most.")
            .complexity("By subcommand.")
            .build();

    static final CommandSpec HOTKEYS_GET = subcommand("GET", 2)
            .summary("Returns the keys that took most, and what all took.")
            .complexity("O(K) for K keys returned.")
            .build();

    static final CommandSpec HOTKEYS_HELP = command("HELP")
            .since("8.6.1")
            .arity(2)
            .flags(LOADING, STALE)
            .summary("Lists the subcommands.")
            .complexity("O(1)")
            .build();

    static final CommandSpec HOTKEYS_RESET = subcommand("RESET", 2)
            .summary("Forgets what was found.")
            .complexity("O(1)")
            .build();

    static final CommandSpec HOTKEYS_START = subcommand("START", -2)
            .arguments(
                    block(
                                    "metrics",
                                    integer("count"),
                                    word("cpu", "CPU").optional(),
                                    word("net", "NET").optional())
                            .token("METRICS"),
                    integer("k").token("COUNT").optional(),
                    integer("seconds").token("DURATION").optional(),
                    integer("ratio").token("SAMPLE").optional(),
                    block("slots", integer("count"), integer("slot").multiple())
                            .token("SLOTS")
                            .optional())
            .summary("Starts to find the keys that take most.")
            .complexity("O(1)")
            .build();

    static final CommandSpec HOTKEYS_STOP = subcommand("STOP", 2)
            .summary("Ends the search, and keeps what was found.")
            .complexity("O(1)")
            .build();

    private HotKeysSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.SERVER);
    }

    private static CommandSpec.Builder subcommand(String name, int arity) {
        return command(name)
                .since("8.6.0")
                .arity(arity)
                .flags(ADMIN, NOSCRIPT)
                .tips("request_policy:special", "response_policy:special");
    }
}

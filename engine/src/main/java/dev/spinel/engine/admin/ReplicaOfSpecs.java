package dev.spinel.engine.admin;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.ADMIN;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.NO_ASYNC_LOADING;
import static dev.spinel.api.command.CommandFlag.STALE;

import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;

/**
 * Specifications of the commands on the master of a server, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class ReplicaOfSpecs {
    private static final Argument ARGS = oneOf(
            "args",
            block("host-port", string("host"), integer("port")),
            block("no-one", word("no", "NO"), word("one", "ONE")));

    static final CommandSpec FAILOVER = CommandSpec.named("FAILOVER")
            .group(CommandGroup.SERVER)
            .since("6.2.0")
            .arity(-1)
            .flags(ADMIN, NOSCRIPT, STALE)
            .arguments(
                    block(
                                    "target",
                                    string("host"),
                                    integer("port"),
                                    word("force", "FORCE").optional())
                            .token("TO")
                            .optional(),
                    word("abort", "ABORT").optional(),
                    integer("milliseconds").token("TIMEOUT").optional())
            .summary("Has a replica take over from its master.")
            .complexity("O(1)")
            .build();

    static final CommandSpec REPLICAOF = CommandSpec.named("REPLICAOF")
            .group(CommandGroup.SERVER)
            .since("5.0.0")
            .arity(3)
            .flags(ADMIN, NOSCRIPT, STALE, NO_ASYNC_LOADING)
            .arguments(ARGS)
            .summary("Makes the server a replica of another one, or a master.")
            .complexity("O(1)")
            .build();

    static final CommandSpec SLAVEOF = CommandSpec.named("SLAVEOF")
            .group(CommandGroup.SERVER)
            .since("1.0.0")
            .arity(3)
            .flags(ADMIN, NOSCRIPT, STALE, NO_ASYNC_LOADING)
            .arguments(ARGS)
            .summary("Makes the server a replica of another one, or a master.")
            .complexity("O(1)")
            .deprecated("5.0.0", "REPLICAOF")
            .build();

    private ReplicaOfSpecs() {}
}

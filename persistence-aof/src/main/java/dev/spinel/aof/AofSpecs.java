package dev.spinel.aof;

import static dev.spinel.api.command.Argument.integer;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;

/**
 * Specifications of the commands on the log, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15; the manual for what 7.2 added.
 */
final class AofSpecs {
    static final CommandSpec BGREWRITEAOF = CommandSpec.named("BGREWRITEAOF")
            .group(CommandGroup.SERVER)
            .since("1.0.0")
            .arity(1)
            .flags(CommandFlag.ADMIN, CommandFlag.NOSCRIPT, CommandFlag.NO_ASYNC_LOADING)
            .summary("Rewrites the append-only log in the background to what the data need.")
            .complexity("O(1)")
            .build();

    static final CommandSpec WAITAOF = CommandSpec.named("WAITAOF")
            .group(CommandGroup.GENERIC)
            .since("7.2.0")
            .arity(4)
            .flags(CommandFlag.BLOCKING)
            .acl(AclCategory.CONNECTION)
            .arguments(integer("numlocal"), integer("numreplicas"), integer("timeout"))
            .summary("Waits until the writes of this connection are on disk, here and on replicas.")
            .complexity("O(1)")
            .tips("request_policy:all_shards", "response_policy:agg_min")
            .build();

    private AofSpecs() {}
}

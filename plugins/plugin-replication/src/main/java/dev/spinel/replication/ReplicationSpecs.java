package dev.spinel.replication;

import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.CommandFlag.ADMIN;
import static dev.spinel.api.command.CommandFlag.ALLOW_BUSY;
import static dev.spinel.api.command.CommandFlag.FAST;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.NO_ASYNC_LOADING;
import static dev.spinel.api.command.CommandFlag.NO_MULTI;
import static dev.spinel.api.command.CommandFlag.SENTINEL;
import static dev.spinel.api.command.CommandFlag.STALE;
import static dev.spinel.api.command.CommandFlag.SYSTEM;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;

/**
 * Specifications of the commands of and about replicas, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class ReplicationSpecs {
    static final CommandSpec PSYNC = CommandSpec.named("PSYNC")
            .group(CommandGroup.SERVER)
            .since("2.8.0")
            .arity(-3)
            .flags(ADMIN, NOSCRIPT, NO_ASYNC_LOADING, NO_MULTI)
            .arguments(string("replicationid"), integer("offset"))
            .summary("Has the client, a replica, be sent all changes, from where it stopped or after all data.")
            .build();

    static final CommandSpec REPLCONF = CommandSpec.named("REPLCONF")
            .group(CommandGroup.SERVER)
            .since("3.0.0")
            .arity(-1)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE, ALLOW_BUSY, SYSTEM)
            .summary("Lets a replica tell of itself.")
            .complexity("O(1)")
            .build();

    static final CommandSpec ROLE = CommandSpec.named("ROLE")
            .group(CommandGroup.SERVER)
            .since("2.8.12")
            .arity(1)
            .flags(NOSCRIPT, LOADING, STALE, FAST, SENTINEL)
            .acl(AclCategory.ADMIN, AclCategory.DANGEROUS)
            .summary("Returns the part that the server plays in replication.")
            .complexity("O(1)")
            .build();

    static final CommandSpec SYNC = CommandSpec.named("SYNC")
            .group(CommandGroup.SERVER)
            .since("1.0.0")
            .arity(1)
            .flags(ADMIN, NOSCRIPT, NO_ASYNC_LOADING, NO_MULTI)
            .summary("Has the client, a replica, be sent all data and then all changes.")
            .build();

    static final CommandSpec WAIT = CommandSpec.named("WAIT")
            .group(CommandGroup.GENERIC)
            .since("3.0.0")
            .arity(3)
            .flags(NOSCRIPT)
            .acl(AclCategory.CONNECTION)
            .arguments(integer("numreplicas"), integer("timeout"))
            .summary("Waits until replicas acknowledged the writes of this connection.")
            .complexity("O(1)")
            .tips("request_policy:all_shards", "response_policy:agg_min")
            .build();

    private ReplicationSpecs() {}
}

package dev.spinel.engine.hashimport;

import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.CommandFlag.DENYOOM;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.STALE;
import static dev.spinel.api.command.CommandFlag.WRITE;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;

/**
 * Specifications of HIMPORT and its subcommands, by name.
 *
 * <p>Source of the facts: the command pages of Redis 8.10.
 */
final class HashImportSpecs {
    private static final Argument FIELDSET_NAME = string("fieldset-name");

    static final CommandSpec HIMPORT = command("HIMPORT")
            .arity(-2)
            .summary("Groups the commands that make hashes of fields named before.")
            .complexity("By subcommand.")
            .build();

    static final CommandSpec HIMPORT_DISCARD = command("DISCARD")
            .arity(3)
            .arguments(FIELDSET_NAME)
            .summary("Forgets a fieldset of the connection.")
            .complexity("O(N) for N fields of the fieldset.")
            .tips("request_policy:all_shards")
            .build();

    static final CommandSpec HIMPORT_DISCARDALL = command("DISCARDALL")
            .arity(2)
            .summary("Forgets all fieldsets of the connection.")
            .complexity("O(N) for N fields of all fieldsets.")
            .tips("request_policy:all_shards")
            .build();

    static final CommandSpec HIMPORT_HELP = command("HELP")
            .arity(2)
            .flags(LOADING, STALE)
            .summary("Lists the subcommands.")
            .complexity("O(1)")
            .build();

    static final CommandSpec HIMPORT_PREPARE = command("PREPARE")
            .arity(-4)
            .flags(DENYOOM)
            .arguments(FIELDSET_NAME, string("field").multiple())
            .summary("Names the fields of hashes to be made by the connection.")
            .complexity("O(N*log(N)) for N fields.")
            .tips("request_policy:all_shards")
            .build();

    static final CommandSpec HIMPORT_SET = command("SET")
            .arity(-5)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(2, KeySpec.Flag.OW, KeySpec.Flag.UPDATE))
            .arguments(key("key", 0), FIELDSET_NAME, string("value").multiple())
            .summary("Makes a hash of the fields of a fieldset and as many values.")
            .complexity("O(N) for N fields of the fieldset.")
            .build();

    private HashImportSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name)
                .group(CommandGroup.HASH)
                .acl(AclCategory.HASH)
                .since("8.10.0");
    }
}

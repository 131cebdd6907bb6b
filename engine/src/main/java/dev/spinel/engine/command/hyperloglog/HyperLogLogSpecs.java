package dev.spinel.engine.command.hyperloglog;

import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.CommandFlag.ADMIN;
import static dev.spinel.api.command.CommandFlag.DENYOOM;
import static dev.spinel.api.command.CommandFlag.FAST;
import static dev.spinel.api.command.CommandFlag.MAY_REPLICATE;
import static dev.spinel.api.command.CommandFlag.READONLY;
import static dev.spinel.api.command.CommandFlag.SYSTEM;
import static dev.spinel.api.command.CommandFlag.WRITE;
import static dev.spinel.api.command.KeySpec.Flag.ACCESS;
import static dev.spinel.api.command.KeySpec.Flag.INSERT;
import static dev.spinel.api.command.KeySpec.Flag.RO;
import static dev.spinel.api.command.KeySpec.Flag.RW;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;

/**
 * Specifications of the HyperLogLog commands, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class HyperLogLogSpecs {
    private static final Argument KEY = key("key", 0);

    static final CommandSpec PFADD = command("PFADD")
            .arity(-2)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, INSERT))
            .arguments(KEY, string("element").optional().multiple())
            .summary("Adds elements to a HyperLogLog, creating it when absent.")
            .complexity("O(1) for each element.")
            .build();

    static final CommandSpec PFCOUNT = command("PFCOUNT")
            .arity(-2)
            .flags(READONLY, MAY_REPLICATE)
            .keys(KeySpec.range(1, -1, 1, RW, ACCESS)
                    .withNotes("RW, since it keeps the count of a single key in the value"))
            .arguments(KEY.multiple())
            .summary("Estimates how many different elements were added to HyperLogLogs.")
            .complexity("O(1) with a very small average for one key, O(N) for N keys.")
            .build();

    static final CommandSpec PFDEBUG = command("PFDEBUG")
            .arity(3)
            .flags(WRITE, DENYOOM, ADMIN, SYSTEM)
            .keys(KeySpec.at(2, RW, ACCESS))
            .arguments(string("subcommand"), KEY)
            .summary("Shows or converts the registers of a HyperLogLog, for tests of the server.")
            .complexity("O(1)")
            .build();

    static final CommandSpec PFMERGE = command("PFMERGE")
            .arity(-2)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, RW, ACCESS, INSERT), KeySpec.range(2, -1, 1, RO, ACCESS))
            .arguments(key("destkey", 0), key("sourcekey", 1).multiple())
            .summary("Adds the elements of HyperLogLogs to another one.")
            .complexity("O(N) for N keys.")
            .build();

    static final CommandSpec PFSELFTEST = command("PFSELFTEST")
            .arity(1)
            .flags(ADMIN, SYSTEM)
            .summary("Tests the HyperLogLog implementation of the server.")
            .complexity("Constant, some seconds.")
            .build();

    private HyperLogLogSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name)
                .group(CommandGroup.HYPERLOGLOG)
                .since("2.8.9")
                .acl(AclCategory.HYPERLOGLOG);
    }
}

package dev.spinel.engine.command.set;

import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.pattern;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.DENYOOM;
import static dev.spinel.api.command.CommandFlag.FAST;
import static dev.spinel.api.command.CommandFlag.MOVABLEKEYS;
import static dev.spinel.api.command.CommandFlag.READONLY;
import static dev.spinel.api.command.CommandFlag.WRITE;
import static dev.spinel.api.command.KeySpec.Flag.ACCESS;
import static dev.spinel.api.command.KeySpec.Flag.DELETE;
import static dev.spinel.api.command.KeySpec.Flag.INSERT;
import static dev.spinel.api.command.KeySpec.Flag.OW;
import static dev.spinel.api.command.KeySpec.Flag.RO;
import static dev.spinel.api.command.KeySpec.Flag.RW;
import static dev.spinel.api.command.KeySpec.Flag.UPDATE;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;

/**
 * Specifications of the set commands, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class SetSpecs {
    private static final Argument KEY = key("key", 0);

    static final CommandSpec SADD = command("SADD")
            .since("1.0.0")
            .arity(-3)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, INSERT))
            .arguments(KEY, string("member").multiple())
            .summary("Adds members to a set, creating it when absent.")
            .complexity("O(N) for N members named.")
            .changed("2.4.0", "Takes several members.")
            .build();

    static final CommandSpec SCARD = command("SCARD")
            .since("1.0.0")
            .arity(2)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO))
            .arguments(KEY)
            .summary("Returns the number of members of a set.")
            .complexity("O(1)")
            .build();

    static final CommandSpec SDIFF = command("SDIFF")
            .since("1.0.0")
            .arity(-2)
            .flags(READONLY)
            .keys(KeySpec.range(1, -1, 1, RO, ACCESS))
            .arguments(KEY.multiple())
            .summary("Returns the members of the first set that are in none of the others.")
            .complexity("O(N) for N members in all sets.")
            .tips("nondeterministic_output_order")
            .build();

    static final CommandSpec SDIFFCARD = command("SDIFFCARD")
            .since("8.10.0")
            .arity(-3)
            .flags(READONLY, MOVABLEKEYS)
            .keys(KeySpec.counted(1, RO, ACCESS))
            .arguments(
                    integer("numkeys"),
                    KEY.multiple(),
                    integer("limit").token("LIMIT").optional())
            .summary("Counts the members of a set that are in none of the others.")
            .complexity("O(N*M) at most, for M sets of which the first has N members.")
            .build();

    static final CommandSpec SDIFFSTORE = command("SDIFFSTORE")
            .since("1.0.0")
            .arity(-3)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, OW, UPDATE), KeySpec.range(2, -1, 1, RO, ACCESS))
            .arguments(key("destination", 0), key("key", 1).multiple())
            .summary("Stores the members of the first set that are in none of the others.")
            .complexity("O(N) for N members in all sets.")
            .build();

    static final CommandSpec SINTER = command("SINTER")
            .since("1.0.0")
            .arity(-2)
            .flags(READONLY)
            .keys(KeySpec.range(1, -1, 1, RO, ACCESS))
            .arguments(KEY.multiple())
            .summary("Returns the members that all sets have in common.")
            .complexity("O(N*M) at most, for M sets of which the smallest has N members.")
            .tips("nondeterministic_output_order")
            .build();

    static final CommandSpec SINTERCARD = command("SINTERCARD")
            .since("7.0.0")
            .arity(-3)
            .flags(READONLY, MOVABLEKEYS)
            .keys(KeySpec.counted(1, RO, ACCESS))
            .arguments(
                    integer("numkeys"),
                    KEY.multiple(),
                    integer("limit").token("LIMIT").optional())
            .summary("Counts the members that all sets have in common.")
            .complexity("O(N*M) at most, for M sets of which the smallest has N members.")
            .build();

    static final CommandSpec SINTERSTORE = command("SINTERSTORE")
            .since("1.0.0")
            .arity(-3)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, RW, UPDATE), KeySpec.range(2, -1, 1, RO, ACCESS))
            .arguments(key("destination", 0), key("key", 1).multiple())
            .summary("Stores the members that all sets have in common.")
            .complexity("O(N*M) at most, for M sets of which the smallest has N members.")
            .build();

    static final CommandSpec SISMEMBER = command("SISMEMBER")
            .since("1.0.0")
            .arity(3)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO))
            .arguments(KEY, string("member"))
            .summary("Tells whether a set has a member.")
            .complexity("O(1)")
            .build();

    static final CommandSpec SMEMBERS = command("SMEMBERS")
            .since("1.0.0")
            .arity(2)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY)
            .summary("Returns all members of a set.")
            .complexity("O(N) for N members.")
            .tips("nondeterministic_output_order")
            .build();

    static final CommandSpec SMISMEMBER = command("SMISMEMBER")
            .since("6.2.0")
            .arity(-3)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, string("member").multiple())
            .summary("Tells for each of several members whether a set has it.")
            .complexity("O(N) for N members named.")
            .build();

    static final CommandSpec SMOVE = command("SMOVE")
            .since("1.0.0")
            .arity(4)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, RW, INSERT))
            .arguments(key("source", 0), key("destination", 1), string("member"))
            .summary("Moves a member from one set to another.")
            .complexity("O(1)")
            .build();

    static final CommandSpec SPOP = command("SPOP")
            .since("1.0.0")
            .arity(-2)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, DELETE))
            .arguments(KEY, integer("count").optional().since("3.2.0"))
            .summary("Removes random members from a set and returns them.")
            .complexity("O(1) for one member, O(N) for N.")
            .changed("3.2.0", "Optional count.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec SRANDMEMBER = command("SRANDMEMBER")
            .since("1.0.0")
            .arity(-2)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, integer("count").optional().since("2.6.0"))
            .summary("Returns random members of a set.")
            .complexity("O(1) for one member, O(N) for N.")
            .changed("2.6.0", "Optional count.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec SREM = command("SREM")
            .since("1.0.0")
            .arity(-3)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, DELETE))
            .arguments(KEY, string("member").multiple())
            .summary("Removes members from a set, and the set with its last member.")
            .complexity("O(N) for N members named.")
            .changed("2.4.0", "Takes several members.")
            .build();

    static final CommandSpec SSCAN = command("SSCAN")
            .since("2.8.0")
            .arity(-3)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    integer("cursor"),
                    pattern("pattern").token("MATCH").optional(),
                    integer("count").token("COUNT").optional())
            .summary("Iterates over the members of a set in steps.")
            .complexity("O(1) a call, O(N) for a full iteration over N members.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec SUNION = command("SUNION")
            .since("1.0.0")
            .arity(-2)
            .flags(READONLY)
            .keys(KeySpec.range(1, -1, 1, RO, ACCESS))
            .arguments(KEY.multiple())
            .summary("Returns the members that are in any of the sets.")
            .complexity("O(N) for N members in all sets.")
            .tips("nondeterministic_output_order")
            .build();

    static final CommandSpec SUNIONCARD = command("SUNIONCARD")
            .since("8.10.0")
            .arity(-3)
            .flags(READONLY, MOVABLEKEYS)
            .keys(KeySpec.counted(1, RO, ACCESS))
            .arguments(
                    integer("numkeys"),
                    KEY.multiple(),
                    word("approx", "APPROX").optional(),
                    integer("limit").token("LIMIT").optional())
            .summary("Counts the members that are in any of the sets.")
            .complexity("O(N*M) at most, for N members in all M sets.")
            .build();

    static final CommandSpec SUNIONSTORE = command("SUNIONSTORE")
            .since("1.0.0")
            .arity(-3)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, OW, UPDATE), KeySpec.range(2, -1, 1, RO, ACCESS))
            .arguments(key("destination", 0), key("key", 1).multiple())
            .summary("Stores the members that are in any of the sets.")
            .complexity("O(N) for N members in all sets.")
            .build();

    private SetSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.SET).acl(AclCategory.SET);
    }
}

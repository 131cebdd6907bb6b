package dev.spinel.engine.command.hash;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.pattern;
import static dev.spinel.api.command.Argument.real;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.unixTime;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.DENYOOM;
import static dev.spinel.api.command.CommandFlag.FAST;
import static dev.spinel.api.command.CommandFlag.READONLY;
import static dev.spinel.api.command.CommandFlag.WRITE;
import static dev.spinel.api.command.KeySpec.Flag.ACCESS;
import static dev.spinel.api.command.KeySpec.Flag.DELETE;
import static dev.spinel.api.command.KeySpec.Flag.INSERT;
import static dev.spinel.api.command.KeySpec.Flag.RO;
import static dev.spinel.api.command.KeySpec.Flag.RW;
import static dev.spinel.api.command.KeySpec.Flag.UPDATE;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;

/**
 * Specifications of the hash commands, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15, and of what is
 * newer the command pages of Redis 8 and Valkey 9.
 */
final class HashSpecs {
    private static final Argument KEY = key("key", 0);
    private static final Argument FIELD_VALUE =
            block("field_value", string("field"), string("value")).multiple();

    private static final Argument FIELDS =
            block("fields", integer("numfields"), string("field").multiple()).token("FIELDS");

    private static final Argument EXPIRY_CONDITION = oneOf(
                    "condition", word("nx", "NX"), word("xx", "XX"), word("gt", "GT"), word("lt", "LT"))
            .optional();

    private static final Argument EX = integer("seconds").token("EX");
    private static final Argument PX = integer("milliseconds").token("PX");
    private static final Argument EXAT = unixTime("unix-time-seconds").token("EXAT");
    private static final Argument PXAT = unixTime("unix-time-milliseconds").token("PXAT");

    static final CommandSpec HDEL = command("HDEL")
            .since("2.0.0")
            .arity(-3)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, DELETE))
            .arguments(KEY, string("field").multiple())
            .summary("Removes fields from a hash, and the hash with its last field.")
            .complexity("O(N) for N fields named.")
            .changed("2.4.0", "Takes several fields.")
            .build();

    static final CommandSpec HEXISTS = command("HEXISTS")
            .since("2.0.0")
            .arity(3)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO))
            .arguments(KEY, string("field"))
            .summary("Tells whether a hash has a field.")
            .complexity("O(1)")
            .build();

    static final CommandSpec HEXPIRE = command("HEXPIRE")
            .since("7.4.0")
            .arity(-6)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(KEY, integer("seconds"), EXPIRY_CONDITION, FIELDS)
            .summary("Sets the time to live of fields of a hash in seconds.")
            .complexity("O(N) for N fields named.")
            .build();

    static final CommandSpec HEXPIREAT = command("HEXPIREAT")
            .since("7.4.0")
            .arity(-6)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(KEY, unixTime("unix-time-seconds"), EXPIRY_CONDITION, FIELDS)
            .summary("Sets the expiry of fields of a hash as Unix time in seconds.")
            .complexity("O(N) for N fields named.")
            .build();

    static final CommandSpec HEXPIRETIME = command("HEXPIRETIME")
            .since("7.4.0")
            .arity(-5)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, FIELDS)
            .summary("Returns when fields of a hash expire as Unix time in seconds.")
            .complexity("O(N) for N fields named.")
            .build();

    static final CommandSpec HGET = command("HGET")
            .since("2.0.0")
            .arity(3)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, string("field"))
            .summary("Returns the value of a field of a hash.")
            .complexity("O(1)")
            .build();

    static final CommandSpec HGETALL = command("HGETALL")
            .since("2.0.0")
            .arity(2)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY)
            .summary("Returns all fields of a hash with their values.")
            .complexity("O(N) for N fields.")
            .tips("nondeterministic_output_order")
            .build();

    static final CommandSpec HGETDEL = command("HGETDEL")
            .since("8.0.0")
            .arity(-5)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, DELETE))
            .arguments(KEY, FIELDS)
            .summary("Returns the values of fields of a hash and removes the fields.")
            .complexity("O(N) for N fields named.")
            .build();

    static final CommandSpec HGETEX = command("HGETEX")
            .since("8.0.0")
            .arity(-5)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
            .arguments(
                    KEY,
                    oneOf("expiration", EX, PX, EXAT, PXAT, word("persist", "PERSIST"))
                            .optional(),
                    FIELDS)
            .summary("Returns the values of fields of a hash and sets or removes their time to live.")
            .complexity("O(N) for N fields named.")
            .build();

    static final CommandSpec HINCRBY = command("HINCRBY")
            .since("2.0.0")
            .arity(4)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
            .arguments(KEY, string("field"), integer("increment"))
            .summary("Increments the integer in a field of a hash by an amount.")
            .complexity("O(1)")
            .build();

    static final CommandSpec HINCRBYFLOAT = command("HINCRBYFLOAT")
            .since("2.6.0")
            .arity(4)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
            .arguments(KEY, string("field"), real("increment"))
            .summary("Increments the number in a field of a hash by a floating-point amount.")
            .complexity("O(1)")
            .build();

    static final CommandSpec HKEYS = command("HKEYS")
            .since("2.0.0")
            .arity(2)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY)
            .summary("Returns the names of all fields of a hash.")
            .complexity("O(N) for N fields.")
            .tips("nondeterministic_output_order")
            .build();

    static final CommandSpec HLEN = command("HLEN")
            .since("2.0.0")
            .arity(2)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO))
            .arguments(KEY)
            .summary("Returns the number of fields of a hash.")
            .complexity("O(1)")
            .build();

    static final CommandSpec HMGET = command("HMGET")
            .since("2.0.0")
            .arity(-3)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, string("field").multiple())
            .summary("Returns the values of several fields of a hash.")
            .complexity("O(N) for N fields named.")
            .build();

    static final CommandSpec HMSET = command("HMSET")
            .since("2.0.0")
            .arity(-4)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(KEY, FIELD_VALUE)
            .summary("Sets several fields of a hash.")
            .complexity("O(N) for N fields set.")
            .deprecated("4.0.0", "HSET with several fields")
            .build();

    static final CommandSpec HPERSIST = command("HPERSIST")
            .since("7.4.0")
            .arity(-5)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(KEY, FIELDS)
            .summary("Removes the time to live of fields of a hash.")
            .complexity("O(N) for N fields named.")
            .build();

    static final CommandSpec HPEXPIRE = command("HPEXPIRE")
            .since("7.4.0")
            .arity(-6)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(KEY, integer("milliseconds"), EXPIRY_CONDITION, FIELDS)
            .summary("Sets the time to live of fields of a hash in milliseconds.")
            .complexity("O(N) for N fields named.")
            .build();

    static final CommandSpec HPEXPIREAT = command("HPEXPIREAT")
            .since("7.4.0")
            .arity(-6)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(KEY, unixTime("unix-time-milliseconds"), EXPIRY_CONDITION, FIELDS)
            .summary("Sets the expiry of fields of a hash as Unix time in milliseconds.")
            .complexity("O(N) for N fields named.")
            .build();

    static final CommandSpec HPEXPIRETIME = command("HPEXPIRETIME")
            .since("7.4.0")
            .arity(-5)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, FIELDS)
            .summary("Returns when fields of a hash expire as Unix time in milliseconds.")
            .complexity("O(N) for N fields named.")
            .build();

    static final CommandSpec HPTTL = command("HPTTL")
            .since("7.4.0")
            .arity(-5)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, FIELDS)
            .summary("Returns the time to live of fields of a hash in milliseconds.")
            .complexity("O(N) for N fields named.")
            .build();

    static final CommandSpec HRANDFIELD = command("HRANDFIELD")
            .since("6.2.0")
            .arity(-2)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    block(
                                    "options",
                                    integer("count"),
                                    word("withvalues", "WITHVALUES").optional())
                            .optional())
            .summary("Returns random fields of a hash.")
            .complexity("O(N) for N fields returned.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec HSCAN = command("HSCAN")
            .since("2.8.0")
            .arity(-3)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    integer("cursor"),
                    pattern("pattern").token("MATCH").optional(),
                    integer("count").token("COUNT").optional(),
                    word("novalues", "NOVALUES").optional().since("7.4.0"))
            .summary("Iterates over the fields of a hash in steps.")
            .complexity("O(1) a call, O(N) for a full iteration over N fields.")
            .changed("7.4.0", "Option NOVALUES.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec HSET = command("HSET")
            .since("2.0.0")
            .arity(-4)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(KEY, FIELD_VALUE)
            .summary("Sets fields of a hash, creating it when absent.")
            .complexity("O(N) for N fields set.")
            .changed("4.0.0", "Takes several fields with their values.")
            .build();

    static final CommandSpec HSETEX = command("HSETEX")
            .since("8.0.0")
            .arity(-6)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(
                    KEY,
                    oneOf("key-condition", word("nx", "NX"), word("xx", "XX")).optional(),
                    oneOf("condition", word("fnx", "FNX"), word("fxx", "FXX")).optional(),
                    oneOf("expiration", EX, PX, EXAT, PXAT, word("keepttl", "KEEPTTL"))
                            .optional(),
                    block(
                                    "fields",
                                    integer("numfields"),
                                    block("data", string("field"), string("value"))
                                            .multiple())
                            .token("FIELDS"))
            .summary("Sets fields of a hash and their time to live.")
            .complexity("O(N) for N fields named.")
            .build();

    static final CommandSpec HSETNX = command("HSETNX")
            .since("2.0.0")
            .arity(4)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, INSERT))
            .arguments(KEY, string("field"), string("value"))
            .summary("Sets a field of a hash provided that it does not exist.")
            .complexity("O(1)")
            .build();

    static final CommandSpec HSTRLEN = command("HSTRLEN")
            .since("3.2.0")
            .arity(3)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO))
            .arguments(KEY, string("field"))
            .summary("Returns the length in bytes of the value of a field of a hash.")
            .complexity("O(1)")
            .build();

    static final CommandSpec HTTL = command("HTTL")
            .since("7.4.0")
            .arity(-5)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, FIELDS)
            .summary("Returns the time to live of fields of a hash in seconds.")
            .complexity("O(N) for N fields named.")
            .build();

    static final CommandSpec HVALS = command("HVALS")
            .since("2.0.0")
            .arity(2)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY)
            .summary("Returns the values of all fields of a hash.")
            .complexity("O(N) for N fields.")
            .tips("nondeterministic_output_order")
            .build();

    private HashSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.HASH).acl(AclCategory.HASH);
    }
}

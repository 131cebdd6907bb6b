package dev.spinel.engine.command.string;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.real;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.unixTime;
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
import static dev.spinel.api.command.KeySpec.Flag.RM;
import static dev.spinel.api.command.KeySpec.Flag.RO;
import static dev.spinel.api.command.KeySpec.Flag.RW;
import static dev.spinel.api.command.KeySpec.Flag.UPDATE;
import static dev.spinel.api.command.KeySpec.Flag.VARIABLE_FLAGS;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import java.util.Set;

/**
 * Specifications of the string commands, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15; for what is newer, the command pages of Redis and, for
 * DELIFEQ, of Valkey.
 */
final class StringSpecs {
    private static final Argument KEY = key("key", 0);
    private static final Argument KEY_VALUE =
            block("key_value", KEY, string("value")).multiple();

    private static final Argument[] VALUE_CONDITIONS = {
        string("ifeq-value").token("IFEQ"),
        string("ifne-value").token("IFNE"),
        string("ifdeq-digest").token("IFDEQ"),
        string("ifdne-digest").token("IFDNE")
    };

    static final CommandSpec APPEND = command("APPEND")
            .since("2.0.0")
            .arity(3)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, INSERT))
            .arguments(KEY, string("value"))
            .summary("Adds a value to the end of a string, creating it when absent.")
            .complexity("O(1) amortized for a short value.")
            .build();

    static final CommandSpec DECR = command("DECR")
            .since("1.0.0")
            .arity(2)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
            .arguments(KEY)
            .summary("Decrements the integer in a string by one.")
            .complexity("O(1)")
            .build();

    static final CommandSpec DECRBY = command("DECRBY")
            .since("1.0.0")
            .arity(3)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
            .arguments(KEY, integer("decrement"))
            .summary("Decrements the integer in a string by an amount.")
            .complexity("O(1)")
            .build();

    static final CommandSpec DELEX = command("DELEX")
            .since("8.4.0")
            .arity(-2)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, DELETE))
            .arguments(KEY, oneOf("condition", VALUE_CONDITIONS).optional())
            .summary("Removes a key, provided that its string meets a condition.")
            .complexity("O(N) for a string of N bytes.")
            .build();

    static final CommandSpec DELIFEQ = command("DELIFEQ")
            .since("9.0.0")
            .arity(3)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RM, DELETE))
            .arguments(KEY, string("value"))
            .summary("Removes a key, provided that its string equals a value.")
            .complexity("O(N) for a string of N bytes.")
            .build();

    static final CommandSpec DIGEST = command("DIGEST")
            .since("8.4.0")
            .arity(2)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY)
            .summary("Returns the hash of a string as hexadecimal digits.")
            .complexity("O(N) for a string of N bytes.")
            .build();

    static final CommandSpec GET = command("GET")
            .since("1.0.0")
            .arity(2)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY)
            .summary("Returns the value of a string.")
            .complexity("O(1)")
            .build();

    static final CommandSpec GETDEL = command("GETDEL")
            .since("6.2.0")
            .arity(2)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, DELETE))
            .arguments(KEY)
            .summary("Returns the value of a string and removes its key.")
            .complexity("O(1)")
            .build();

    static final CommandSpec GETEX = command("GETEX")
            .since("6.2.0")
            .arity(-2)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, UPDATE).withNotes("RW and update, since the expiry may change"))
            .arguments(
                    KEY,
                    oneOf(
                                    "expiration",
                                    integer("seconds").token("EX"),
                                    integer("milliseconds").token("PX"),
                                    unixTime("unix-time-seconds").token("EXAT"),
                                    unixTime("unix-time-milliseconds").token("PXAT"),
                                    word("persist", "PERSIST"))
                            .optional())
            .summary("Returns the value of a string and sets or clears its expiry.")
            .complexity("O(1)")
            .build();

    static final CommandSpec GETRANGE = command("GETRANGE")
            .since("2.4.0")
            .arity(4)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, integer("start"), integer("end"))
            .summary("Returns the bytes of a string between two offsets.")
            .complexity("O(N) for N bytes returned.")
            .build();

    static final CommandSpec GETSET = command("GETSET")
            .since("1.0.0")
            .arity(3)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
            .arguments(KEY, string("value"))
            .summary("Replaces the value of a string and returns the old one.")
            .complexity("O(1)")
            .deprecated("6.2.0", "SET with GET")
            .build();

    static final CommandSpec INCR = command("INCR")
            .since("1.0.0")
            .arity(2)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
            .arguments(KEY)
            .summary("Increments the integer in a string by one.")
            .complexity("O(1)")
            .build();

    static final CommandSpec INCRBY = command("INCRBY")
            .since("1.0.0")
            .arity(3)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
            .arguments(KEY, integer("increment"))
            .summary("Increments the integer in a string by an amount.")
            .complexity("O(1)")
            .build();

    static final CommandSpec INCRBYFLOAT = command("INCRBYFLOAT")
            .since("2.6.0")
            .arity(3)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
            .arguments(KEY, real("increment"))
            .summary("Increments the number in a string by a floating-point amount.")
            .complexity("O(1)")
            .build();

    static final CommandSpec INCREX = command("INCREX")
            .since("8.8.0")
            .arity(-2)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
            .arguments(
                    KEY,
                    oneOf(
                                    "increment",
                                    real("float").token("BYFLOAT"),
                                    integer("integer").token("BYINT"))
                            .optional(),
                    string("lowerbound").token("LBOUND").optional(),
                    string("upperbound").token("UBOUND").optional(),
                    word("saturate", "SATURATE").optional(),
                    oneOf(
                                    "expiration",
                                    integer("seconds").token("EX"),
                                    integer("milliseconds").token("PX"),
                                    unixTime("unix-time-seconds").token("EXAT"),
                                    unixTime("unix-time-milliseconds").token("PXAT"),
                                    word("persist", "PERSIST"))
                            .optional(),
                    word("enx", "ENX").optional())
            .summary("Increments the number in a string between bounds and sets its expiry.")
            .complexity("O(1)")
            .build();

    static final CommandSpec LCS = command("LCS")
            .since("7.0.0")
            .arity(-3)
            .flags(READONLY)
            .keys(KeySpec.range(1, 1, 1, RO, ACCESS))
            .arguments(
                    key("key1", 0),
                    key("key2", 0),
                    word("len", "LEN").optional(),
                    word("idx", "IDX").optional(),
                    integer("len").token("MINMATCHLEN").optional(),
                    word("withmatchlen", "WITHMATCHLEN").optional())
            .summary("Finds the longest common subsequence of two strings.")
            .complexity("O(N*M) for strings of N and M bytes.")
            .build();

    static final CommandSpec MGET = command("MGET")
            .since("1.0.0")
            .arity(-2)
            .flags(READONLY, FAST)
            .keys(KeySpec.range(1, -1, 1, RO, ACCESS))
            .arguments(KEY.multiple())
            .summary("Returns the values of several strings.")
            .complexity("O(N) for N keys.")
            .tips("request_policy:multi_shard")
            .build();

    static final CommandSpec MSET = command("MSET")
            .since("1.0.1")
            .arity(-3)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.range(1, -1, 2, OW, UPDATE))
            .arguments(KEY_VALUE)
            .summary("Sets several strings at once.")
            .complexity("O(N) for N keys.")
            .tips("request_policy:multi_shard", "response_policy:all_succeeded")
            .build();

    static final CommandSpec MSETEX = command("MSETEX")
            .since("8.4.0")
            .arity(-4)
            .flags(WRITE, DENYOOM, MOVABLEKEYS)
            .keys(new KeySpec(
                    Set.of(OW, UPDATE), new KeySpec.Begin.Index(1), new KeySpec.Find.KeyNumber(0, 1, 2), null))
            .arguments(
                    integer("numkeys"),
                    KEY_VALUE,
                    oneOf("condition", word("nx", "NX"), word("xx", "XX")).optional(),
                    oneOf(
                                    "expiration",
                                    integer("seconds").token("EX"),
                                    integer("milliseconds").token("PX"),
                                    unixTime("unix-time-seconds").token("EXAT"),
                                    unixTime("unix-time-milliseconds").token("PXAT"),
                                    word("keepttl", "KEEPTTL"))
                            .optional())
            .summary("Sets several strings at once, on a condition and with one expiry if asked to.")
            .complexity("O(N) for N keys.")
            .tips("request_policy:multi_shard", "response_policy:all_succeeded")
            .build();

    static final CommandSpec MSETNX = command("MSETNX")
            .since("1.0.1")
            .arity(-3)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.range(1, -1, 2, OW, INSERT))
            .arguments(KEY_VALUE)
            .summary("Sets several strings at once, provided that none of the keys exists.")
            .complexity("O(N) for N keys.")
            .tips("request_policy:multi_shard", "response_policy:agg_min")
            .build();

    static final CommandSpec PSETEX = command("PSETEX")
            .since("2.6.0")
            .arity(4)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, OW, UPDATE))
            .arguments(KEY, integer("milliseconds"), string("value"))
            .summary("Sets a string together with a time to live in milliseconds.")
            .complexity("O(1)")
            .build();

    static final CommandSpec SET = command("SET")
            .since("1.0.0")
            .arity(-3)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, RW, ACCESS, UPDATE, VARIABLE_FLAGS).withNotes("RW and access, since GET may be given"))
            .arguments(
                    KEY,
                    string("value"),
                    oneOf(
                                    "condition",
                                    word("nx", "NX"),
                                    word("xx", "XX"),
                                    string("ifeq-value").token("IFEQ").since("8.4.0"),
                                    string("ifne-value").token("IFNE").since("8.4.0"),
                                    string("ifdeq-digest").token("IFDEQ").since("8.4.0"),
                                    string("ifdne-digest").token("IFDNE").since("8.4.0"))
                            .optional()
                            .since("2.6.12"),
                    word("get", "GET").optional().since("6.2.0"),
                    oneOf(
                                    "expiration",
                                    integer("seconds").token("EX").since("2.6.12"),
                                    integer("milliseconds").token("PX").since("2.6.12"),
                                    unixTime("unix-time-seconds").token("EXAT").since("6.2.0"),
                                    unixTime("unix-time-milliseconds")
                                            .token("PXAT")
                                            .since("6.2.0"),
                                    word("keepttl", "KEEPTTL").since("6.0.0"))
                            .optional())
            .summary("Sets a string, on a condition and with an expiry if asked to.")
            .complexity("O(1)")
            .changed("2.6.12", "Options EX, PX, NX and XX.")
            .changed("6.0.0", "Option KEEPTTL.")
            .changed("6.2.0", "Options GET, EXAT and PXAT.")
            .changed("7.0.0", "NX and GET go together.")
            .changed("8.4.0", "Options IFEQ, IFNE, IFDEQ and IFDNE.")
            .build();

    static final CommandSpec SETEX = command("SETEX")
            .since("2.0.0")
            .arity(4)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, OW, UPDATE))
            .arguments(KEY, integer("seconds"), string("value"))
            .summary("Sets a string together with a time to live in seconds.")
            .complexity("O(1)")
            .build();

    static final CommandSpec SETNX = command("SETNX")
            .since("1.0.0")
            .arity(3)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, OW, INSERT))
            .arguments(KEY, string("value"))
            .summary("Sets a string provided that its key does not exist.")
            .complexity("O(1)")
            .build();

    static final CommandSpec SETRANGE = command("SETRANGE")
            .since("2.2.0")
            .arity(4)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(KEY, integer("offset"), string("value"))
            .summary("Overwrites the bytes of a string from an offset on.")
            .complexity("O(M) for a value of M bytes, O(1) when it is short.")
            .build();

    static final CommandSpec STRLEN = command("STRLEN")
            .since("2.2.0")
            .arity(2)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO))
            .arguments(KEY)
            .summary("Returns the length of a string in bytes.")
            .complexity("O(1)")
            .build();

    static final CommandSpec SUBSTR = command("SUBSTR")
            .since("1.0.0")
            .arity(4)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, integer("start"), integer("end"))
            .summary("Returns the bytes of a string between two offsets.")
            .complexity("O(N) for N bytes returned.")
            .deprecated("2.0.0", "GETRANGE")
            .build();

    private StringSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.STRING).acl(AclCategory.STRING);
    }
}

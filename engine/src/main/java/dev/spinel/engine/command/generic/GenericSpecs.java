package dev.spinel.engine.command.generic;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.pattern;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.unixTime;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.DENYOOM;
import static dev.spinel.api.command.CommandFlag.FAST;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.MOVABLEKEYS;
import static dev.spinel.api.command.CommandFlag.READONLY;
import static dev.spinel.api.command.CommandFlag.STALE;
import static dev.spinel.api.command.CommandFlag.TOUCHES_ARBITRARY_KEYS;
import static dev.spinel.api.command.CommandFlag.WRITE;
import static dev.spinel.api.command.KeySpec.Flag.ACCESS;
import static dev.spinel.api.command.KeySpec.Flag.DELETE;
import static dev.spinel.api.command.KeySpec.Flag.INSERT;
import static dev.spinel.api.command.KeySpec.Flag.OW;
import static dev.spinel.api.command.KeySpec.Flag.RM;
import static dev.spinel.api.command.KeySpec.Flag.RO;
import static dev.spinel.api.command.KeySpec.Flag.RW;
import static dev.spinel.api.command.KeySpec.Flag.UPDATE;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;

/**
 * Specifications of the commands on keys whatever their type, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class GenericSpecs {
    private static final Argument KEY = key("key", 0);
    private static final Argument PATTERN_ARGUMENT =
            pattern("pattern").keySpec(1).token("BY").optional();
    private static final Argument ORDER =
            oneOf("order", word("asc", "ASC"), word("desc", "DESC")).optional();
    private static final Argument PATTERN =
            pattern("pattern").keySpec(1).token("GET").optional().multiple().multipleToken();
    private static final Argument OFFSET_COUNT = block("offset_count", integer("offset"), integer("count"))
            .token("LIMIT")
            .optional();
    private static final Argument CONDITION = oneOf(
                    "condition", word("nx", "NX"), word("xx", "XX"), word("gt", "GT"), word("lt", "LT"))
            .optional()
            .since("7.0.0");

    static final CommandSpec COPY = command("COPY")
            .since("6.2.0")
            .arity(-3)
            .flags(WRITE, DENYOOM)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(1, RO, ACCESS), KeySpec.at(2, OW, UPDATE))
            .arguments(
                    key("source", 0),
                    key("destination", 1),
                    integer("destination-db").token("DB").optional(),
                    word("replace", "REPLACE").optional())
            .summary("Copies the value of a key to another key.")
            .complexity("O(N) for N elements, O(1) for a string.")
            .build();

    static final CommandSpec DEL = command("DEL")
            .since("1.0.0")
            .arity(-2)
            .flags(WRITE)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.range(1, -1, 1, RM, DELETE))
            .arguments(KEY.multiple())
            .summary("Removes keys.")
            .complexity("O(N) for N keys and elements removed.")
            .tips("request_policy:multi_shard", "response_policy:agg_sum")
            .build();

    static final CommandSpec EXISTS = command("EXISTS")
            .since("1.0.0")
            .arity(-2)
            .flags(READONLY, FAST)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.range(1, -1, 1, RO))
            .arguments(KEY.multiple())
            .summary("Counts how many of the given keys exist.")
            .complexity("O(N) for N keys.")
            .changed("3.0.3", "Takes several keys.")
            .tips("request_policy:multi_shard", "response_policy:agg_sum")
            .build();

    static final CommandSpec EXPIRE = command("EXPIRE")
            .since("1.0.0")
            .arity(-3)
            .flags(WRITE, FAST)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(KEY, integer("seconds"), CONDITION)
            .summary("Sets the time to live of a key in seconds.")
            .complexity("O(1)")
            .changed("7.0.0", "Conditions NX, XX, GT and LT.")
            .build();

    static final CommandSpec EXPIREAT = command("EXPIREAT")
            .since("1.2.0")
            .arity(-3)
            .flags(WRITE, FAST)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(KEY, unixTime("unix-time-seconds"), CONDITION)
            .summary("Sets the expiry of a key as Unix time in seconds.")
            .complexity("O(1)")
            .changed("7.0.0", "Conditions NX, XX, GT and LT.")
            .build();

    static final CommandSpec EXPIRETIME = command("EXPIRETIME")
            .since("7.0.0")
            .arity(2)
            .flags(READONLY, FAST)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY)
            .summary("Returns the expiry of a key as Unix time in seconds.")
            .complexity("O(1)")
            .build();

    static final CommandSpec KEYS = command("KEYS")
            .since("1.0.0")
            .arity(2)
            .flags(READONLY)
            .acl(AclCategory.DANGEROUS, AclCategory.KEYSPACE)
            .arguments(pattern("pattern"))
            .summary("Returns all keys whose names match a pattern.")
            .complexity("O(N) for N keys in the database.")
            .tips("request_policy:all_shards", "nondeterministic_output_order")
            .build();

    static final CommandSpec MOVE = command("MOVE")
            .since("1.0.0")
            .arity(3)
            .flags(WRITE, FAST)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
            .arguments(KEY, integer("db"))
            .summary("Moves a key to another database.")
            .complexity("O(1)")
            .build();

    static final CommandSpec OBJECT = command("OBJECT")
            .since("2.2.3")
            .arity(-2)
            .summary("Groups the commands that look into how a value is stored.")
            .complexity("By subcommand.")
            .build();

    static final CommandSpec OBJECT_ENCODING = command("ENCODING")
            .since("2.2.3")
            .arity(3)
            .flags(READONLY)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(2, RO))
            .arguments(KEY)
            .summary("Returns the name of the form in which a value is stored.")
            .complexity("O(1)")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec OBJECT_FREQ = command("FREQ")
            .since("4.0.0")
            .arity(3)
            .flags(READONLY)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(2, RO))
            .arguments(KEY)
            .summary("Returns the logarithmic access counter of a key.")
            .complexity("O(1)")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec OBJECT_HELP = command("HELP")
            .since("6.2.0")
            .arity(2)
            .flags(LOADING, STALE)
            .acl(AclCategory.KEYSPACE)
            .summary("Lists the subcommands.")
            .complexity("O(1)")
            .build();

    static final CommandSpec OBJECT_IDLETIME = command("IDLETIME")
            .since("2.2.3")
            .arity(3)
            .flags(READONLY)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(2, RO))
            .arguments(KEY)
            .summary("Returns for how many seconds a key was not accessed.")
            .complexity("O(1)")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec OBJECT_REFCOUNT = command("REFCOUNT")
            .since("2.2.3")
            .arity(3)
            .flags(READONLY)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(2, RO))
            .arguments(KEY)
            .summary("Returns how many references to a value exist.")
            .complexity("O(1)")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec PERSIST = command("PERSIST")
            .since("2.2.0")
            .arity(2)
            .flags(WRITE, FAST)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(KEY)
            .summary("Clears the expiry of a key.")
            .complexity("O(1)")
            .build();

    static final CommandSpec PEXPIRE = command("PEXPIRE")
            .since("2.6.0")
            .arity(-3)
            .flags(WRITE, FAST)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(KEY, integer("milliseconds"), CONDITION)
            .summary("Sets the time to live of a key in milliseconds.")
            .complexity("O(1)")
            .changed("7.0.0", "Conditions NX, XX, GT and LT.")
            .build();

    static final CommandSpec PEXPIREAT = command("PEXPIREAT")
            .since("2.6.0")
            .arity(-3)
            .flags(WRITE, FAST)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(KEY, unixTime("unix-time-milliseconds"), CONDITION)
            .summary("Sets the expiry of a key as Unix time in milliseconds.")
            .complexity("O(1)")
            .changed("7.0.0", "Conditions NX, XX, GT and LT.")
            .build();

    static final CommandSpec PEXPIRETIME = command("PEXPIRETIME")
            .since("7.0.0")
            .arity(2)
            .flags(READONLY, FAST)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY)
            .summary("Returns the expiry of a key as Unix time in milliseconds.")
            .complexity("O(1)")
            .build();

    static final CommandSpec PTTL = command("PTTL")
            .since("2.6.0")
            .arity(2)
            .flags(READONLY, FAST)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY)
            .summary("Returns the time to live of a key in milliseconds.")
            .complexity("O(1)")
            .changed("2.8.0", "Tells an absent key from one without expiry.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec RANDOMKEY = command("RANDOMKEY")
            .since("1.0.0")
            .arity(1)
            .flags(READONLY, TOUCHES_ARBITRARY_KEYS)
            .acl(AclCategory.KEYSPACE)
            .summary("Returns the name of a random key.")
            .complexity("O(1)")
            .tips("request_policy:all_shards", "nondeterministic_output")
            .build();

    static final CommandSpec RENAME = command("RENAME")
            .since("1.0.0")
            .arity(3)
            .flags(WRITE)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, OW, UPDATE))
            .arguments(KEY, key("newkey", 1))
            .summary("Gives a key another name, replacing any key of that name.")
            .complexity("O(1), and the cost of removing a replaced value.")
            .build();

    static final CommandSpec RENAMENX = command("RENAMENX")
            .since("1.0.0")
            .arity(3)
            .flags(WRITE, FAST)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(1, RW, ACCESS, DELETE), KeySpec.at(2, OW, INSERT))
            .arguments(KEY, key("newkey", 1))
            .summary("Gives a key another name provided that no key has it.")
            .complexity("O(1)")
            .changed("3.2.0", "Equal names are no error.")
            .build();

    static final CommandSpec SCAN = command("SCAN")
            .since("2.8.0")
            .arity(-2)
            .flags(READONLY, TOUCHES_ARBITRARY_KEYS)
            .acl(AclCategory.KEYSPACE)
            .arguments(
                    integer("cursor"),
                    pattern("pattern").token("MATCH").optional(),
                    integer("count").token("COUNT").optional(),
                    string("type").token("TYPE").optional().since("6.0.0"))
            .summary("Iterates over the names of the keys of a database in steps.")
            .complexity("O(1) a call, O(N) for a full iteration over N keys.")
            .changed("6.0.0", "Option TYPE.")
            .tips("nondeterministic_output", "request_policy:special")
            .build();

    static final CommandSpec SORT = command("SORT")
            .since("1.0.0")
            .arity(-2)
            .flags(WRITE, DENYOOM, MOVABLEKEYS)
            .acl(AclCategory.DANGEROUS, AclCategory.LIST, AclCategory.SET, AclCategory.SORTEDSET)
            .keys(
                    KeySpec.at(1, RO, ACCESS),
                    KeySpec.unknown(RO, ACCESS).withNotes("keys of BY and GET, which follow from the elements"),
                    KeySpec.unknown(OW, UPDATE).withNotes("the key of STORE, which may stand anywhere"))
            .arguments(
                    KEY,
                    PATTERN_ARGUMENT,
                    OFFSET_COUNT,
                    PATTERN,
                    ORDER,
                    word("sorting", "ALPHA").optional(),
                    key("destination", 2).token("STORE").optional())
            .summary("Sorts the elements of a list, set or sorted set and returns or stores them.")
            .complexity("O(N+M*log(M)) for N elements and M returned, O(N) without sorting.")
            .build();

    static final CommandSpec SORT_RO = command("SORT_RO")
            .since("7.0.0")
            .arity(-2)
            .flags(READONLY, MOVABLEKEYS)
            .acl(AclCategory.DANGEROUS, AclCategory.LIST, AclCategory.SET, AclCategory.SORTEDSET)
            .keys(
                    KeySpec.at(1, RO, ACCESS),
                    KeySpec.unknown(RO, ACCESS).withNotes("keys of BY and GET, which follow from the elements"))
            .arguments(
                    KEY,
                    PATTERN_ARGUMENT,
                    OFFSET_COUNT,
                    PATTERN,
                    ORDER,
                    word("sorting", "ALPHA").optional())
            .summary("Sorts the elements of a list, set or sorted set and returns them.")
            .complexity("O(N+M*log(M)) for N elements and M returned, O(N) without sorting.")
            .build();

    static final CommandSpec TOUCH = command("TOUCH")
            .since("3.2.1")
            .arity(-2)
            .flags(READONLY, FAST)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.range(1, -1, 1, RO))
            .arguments(KEY.multiple())
            .summary("Marks keys as accessed and counts those that exist.")
            .complexity("O(N) for N keys.")
            .tips("request_policy:multi_shard", "response_policy:agg_sum")
            .build();

    static final CommandSpec TTL = command("TTL")
            .since("1.0.0")
            .arity(2)
            .flags(READONLY, FAST)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY)
            .summary("Returns the time to live of a key in seconds.")
            .complexity("O(1)")
            .changed("2.8.0", "Tells an absent key from one without expiry.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec TYPE = command("TYPE")
            .since("1.0.0")
            .arity(2)
            .flags(READONLY, FAST)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.at(1, RO))
            .arguments(KEY)
            .summary("Returns the name of the type of a value.")
            .complexity("O(1)")
            .build();

    static final CommandSpec UNLINK = command("UNLINK")
            .since("4.0.0")
            .arity(-2)
            .flags(WRITE, FAST)
            .acl(AclCategory.KEYSPACE)
            .keys(KeySpec.range(1, -1, 1, RM, DELETE))
            .arguments(KEY.multiple())
            .summary("Removes keys and reclaims their memory in the background.")
            .complexity("O(1) a key; reclaiming takes O(N) for N elements in the background.")
            .tips("request_policy:multi_shard", "response_policy:agg_sum")
            .build();

    private GenericSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.GENERIC);
    }
}

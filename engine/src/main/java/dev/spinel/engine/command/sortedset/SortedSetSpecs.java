package dev.spinel.engine.command.sortedset;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.pattern;
import static dev.spinel.api.command.Argument.real;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.BLOCKING;
import static dev.spinel.api.command.CommandFlag.DENYOOM;
import static dev.spinel.api.command.CommandFlag.FAST;
import static dev.spinel.api.command.CommandFlag.MOVABLEKEYS;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.READONLY;
import static dev.spinel.api.command.CommandFlag.WRITE;
import static dev.spinel.api.command.KeySpec.Flag.ACCESS;
import static dev.spinel.api.command.KeySpec.Flag.DELETE;
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
 * Specifications of the sorted set commands, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15; the manual for what 7.2 added.
 */
final class SortedSetSpecs {
    private static final Argument KEY = key("key", 0);
    private static final Argument WHERE = oneOf("where", word("min", "MIN"), word("max", "MAX"));
    private static final Argument WEIGHT =
            integer("weight").token("WEIGHTS").optional().multiple();
    private static final Argument OFFSET_COUNT = block("offset_count", integer("offset"), integer("count"))
            .token("LIMIT")
            .optional();
    private static final Argument AGGREGATE = oneOf(
                    "aggregate",
                    word("sum", "SUM"),
                    word("min", "MIN"),
                    word("max", "MAX"),
                    word("count", "COUNT").since("8.8.0"))
            .token("AGGREGATE")
            .optional();

    static final CommandSpec BZMPOP = command("BZMPOP")
            .since("7.0.0")
            .arity(-5)
            .flags(WRITE, BLOCKING, MOVABLEKEYS)
            .keys(KeySpec.counted(2, RW, ACCESS, DELETE))
            .arguments(
                    real("timeout"),
                    integer("numkeys"),
                    KEY.multiple(),
                    WHERE,
                    integer("count").token("COUNT").optional())
            .summary("Pops the lowest or highest members of the first of several sorted sets that has any, waiting"
                    + " until one has.")
            .complexity("O(K+M*log(N)) for K keys and M of N members popped.")
            .build();

    static final CommandSpec BZPOPMAX = command("BZPOPMAX")
            .since("5.0.0")
            .arity(-3)
            .flags(WRITE, NOSCRIPT, BLOCKING, FAST)
            .keys(KeySpec.range(1, -2, 1, RW, ACCESS, DELETE))
            .arguments(KEY.multiple(), real("timeout"))
            .summary("Pops the highest member of the first of several sorted sets that has any, waiting until one has.")
            .complexity("O(log(N)) for N members.")
            .changed("6.0.0", "The timeout may be a fraction.")
            .build();

    static final CommandSpec BZPOPMIN = command("BZPOPMIN")
            .since("5.0.0")
            .arity(-3)
            .flags(WRITE, NOSCRIPT, BLOCKING, FAST)
            .keys(KeySpec.range(1, -2, 1, RW, ACCESS, DELETE))
            .arguments(KEY.multiple(), real("timeout"))
            .summary("Pops the lowest member of the first of several sorted sets that has any, waiting until one has.")
            .complexity("O(log(N)) for N members.")
            .changed("6.0.0", "The timeout may be a fraction.")
            .build();

    static final CommandSpec ZADD = command("ZADD")
            .since("1.2.0")
            .arity(-4)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, UPDATE))
            .arguments(
                    KEY,
                    oneOf("condition", word("nx", "NX"), word("xx", "XX"))
                            .optional()
                            .since("3.0.2"),
                    oneOf("comparison", word("gt", "GT"), word("lt", "LT"))
                            .optional()
                            .since("6.2.0"),
                    word("change", "CH").optional().since("3.0.2"),
                    word("increment", "INCR").optional().since("3.0.2"),
                    block("score_member", real("score"), string("member")).multiple())
            .summary("Adds members to a sorted set or updates their scores, creating it when absent.")
            .complexity("O(M*log(N)) for M members named and N in the set.")
            .changed("2.4.0", "Takes several members.")
            .changed("3.0.2", "Options XX, NX, CH and INCR.")
            .changed("6.2.0", "Options GT and LT.")
            .build();

    static final CommandSpec ZCARD = command("ZCARD")
            .since("1.2.0")
            .arity(2)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO))
            .arguments(KEY)
            .summary("Returns the number of members of a sorted set.")
            .complexity("O(1)")
            .build();

    static final CommandSpec ZCOUNT = command("ZCOUNT")
            .since("2.0.0")
            .arity(4)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, real("min"), real("max"))
            .summary("Counts the members of a sorted set whose scores lie between two bounds.")
            .complexity("O(log(N)) for N members.")
            .build();

    static final CommandSpec ZDIFF = command("ZDIFF")
            .since("6.2.0")
            .arity(-3)
            .flags(READONLY, MOVABLEKEYS)
            .keys(KeySpec.counted(1, RO, ACCESS))
            .arguments(
                    integer("numkeys"),
                    KEY.multiple(),
                    word("withscores", "WITHSCORES").optional())
            .summary("Returns the members of the first sorted set that are in none of the others.")
            .complexity("O(L+(N-K)*log(N)) at most, for L members in all sets, N in the first and K in the result.")
            .build();

    static final CommandSpec ZDIFFSTORE = command("ZDIFFSTORE")
            .since("6.2.0")
            .arity(-4)
            .flags(WRITE, DENYOOM, MOVABLEKEYS)
            .keys(KeySpec.at(1, OW, UPDATE), KeySpec.counted(2, RO, ACCESS))
            .arguments(key("destination", 0), integer("numkeys"), key("key", 1).multiple())
            .summary("Stores the members of the first sorted set that are in none of the others.")
            .complexity("O(L+(N-K)*log(N)) at most, for L members in all sets, N in the first and K in the result.")
            .build();

    static final CommandSpec ZINCRBY = command("ZINCRBY")
            .since("1.2.0")
            .arity(4)
            .flags(WRITE, DENYOOM, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, UPDATE))
            .arguments(KEY, integer("increment"), string("member"))
            .summary("Increments the score of a member of a sorted set, adding it when absent.")
            .complexity("O(log(N)) for N members.")
            .build();

    static final CommandSpec ZINTER = command("ZINTER")
            .since("6.2.0")
            .arity(-3)
            .flags(READONLY, MOVABLEKEYS)
            .keys(KeySpec.counted(1, RO, ACCESS))
            .arguments(
                    integer("numkeys"),
                    KEY.multiple(),
                    WEIGHT,
                    AGGREGATE,
                    word("withscores", "WITHSCORES").optional())
            .summary("Returns the members that all sorted sets have in common.")
            .complexity("O(N*K+M*log(M)) at most, for K sets of which the smallest has N members and M in the result.")
            .changed("8.8.0", "COUNT as a way to aggregate.")
            .build();

    static final CommandSpec ZINTERCARD = command("ZINTERCARD")
            .since("7.0.0")
            .arity(-3)
            .flags(READONLY, MOVABLEKEYS)
            .keys(KeySpec.counted(1, RO, ACCESS))
            .arguments(
                    integer("numkeys"),
                    KEY.multiple(),
                    integer("limit").token("LIMIT").optional())
            .summary("Counts the members that all sorted sets have in common.")
            .complexity("O(N*K) at most, for K sets of which the smallest has N members.")
            .build();

    static final CommandSpec ZINTERSTORE = command("ZINTERSTORE")
            .since("2.0.0")
            .arity(-4)
            .flags(WRITE, DENYOOM, MOVABLEKEYS)
            .keys(KeySpec.at(1, OW, UPDATE), KeySpec.counted(2, RO, ACCESS))
            .arguments(key("destination", 0), integer("numkeys"), key("key", 1).multiple(), WEIGHT, AGGREGATE)
            .summary("Stores the members that all sorted sets have in common.")
            .complexity("O(N*K+M*log(M)) at most, for K sets of which the smallest has N members and M in the result.")
            .changed("8.8.0", "COUNT as a way to aggregate.")
            .build();

    static final CommandSpec ZLEXCOUNT = command("ZLEXCOUNT")
            .since("2.8.9")
            .arity(4)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, string("min"), string("max"))
            .summary("Counts the members of a sorted set that lie between two bounds in byte order.")
            .complexity("O(log(N)) for N members.")
            .build();

    static final CommandSpec ZMPOP = command("ZMPOP")
            .since("7.0.0")
            .arity(-4)
            .flags(WRITE, MOVABLEKEYS)
            .keys(KeySpec.counted(1, RW, ACCESS, DELETE))
            .arguments(
                    integer("numkeys"),
                    KEY.multiple(),
                    WHERE,
                    integer("count").token("COUNT").optional())
            .summary("Pops the lowest or highest members of the first of several sorted sets that has any.")
            .complexity("O(K+M*log(N)) for K keys and M of N members popped.")
            .build();

    static final CommandSpec ZMSCORE = command("ZMSCORE")
            .since("6.2.0")
            .arity(-3)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, string("member").multiple())
            .summary("Returns the scores of several members of a sorted set.")
            .complexity("O(N) for N members named.")
            .build();

    static final CommandSpec ZPOPMAX = command("ZPOPMAX")
            .since("5.0.0")
            .arity(-2)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, DELETE))
            .arguments(KEY, integer("count").optional())
            .summary("Pops the members with the highest scores from a sorted set.")
            .complexity("O(M*log(N)) for M of N members popped.")
            .build();

    static final CommandSpec ZPOPMIN = command("ZPOPMIN")
            .since("5.0.0")
            .arity(-2)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, ACCESS, DELETE))
            .arguments(KEY, integer("count").optional())
            .summary("Pops the members with the lowest scores from a sorted set.")
            .complexity("O(M*log(N)) for M of N members popped.")
            .build();

    static final CommandSpec ZRANDMEMBER = command("ZRANDMEMBER")
            .since("6.2.0")
            .arity(-2)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    block(
                                    "options",
                                    integer("count"),
                                    word("withscores", "WITHSCORES").optional())
                            .optional())
            .summary("Returns random members of a sorted set.")
            .complexity("O(N) for N members returned.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec ZRANGE = command("ZRANGE")
            .since("1.2.0")
            .arity(-4)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    string("start"),
                    string("stop"),
                    oneOf("sortby", word("byscore", "BYSCORE"), word("bylex", "BYLEX"))
                            .optional()
                            .since("6.2.0"),
                    word("rev", "REV").optional().since("6.2.0"),
                    OFFSET_COUNT.since("6.2.0"),
                    word("withscores", "WITHSCORES").optional())
            .summary("Returns a range of a sorted set by rank, by score or in byte order.")
            .complexity("O(log(N)+M) for N members and M returned.")
            .changed("6.2.0", "Options REV, BYSCORE, BYLEX and LIMIT.")
            .build();

    static final CommandSpec ZRANGEBYLEX = command("ZRANGEBYLEX")
            .since("2.8.9")
            .arity(-4)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, string("min"), string("max"), OFFSET_COUNT)
            .summary("Returns the members of a sorted set between two bounds in byte order.")
            .complexity("O(log(N)+M) for N members and M returned.")
            .deprecated("6.2.0", "ZRANGE with BYLEX")
            .build();

    static final CommandSpec ZRANGEBYSCORE = command("ZRANGEBYSCORE")
            .since("1.0.5")
            .arity(-4)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    real("min"),
                    real("max"),
                    word("withscores", "WITHSCORES").optional().since("2.0.0"),
                    OFFSET_COUNT)
            .summary("Returns the members of a sorted set between two scores.")
            .complexity("O(log(N)+M) for N members and M returned.")
            .changed("2.0.0", "Option WITHSCORES.")
            .deprecated("6.2.0", "ZRANGE with BYSCORE")
            .build();

    static final CommandSpec ZRANGESTORE = command("ZRANGESTORE")
            .since("6.2.0")
            .arity(-5)
            .flags(WRITE, DENYOOM)
            .keys(KeySpec.at(1, OW, UPDATE), KeySpec.at(2, RO, ACCESS))
            .arguments(
                    key("dst", 0),
                    key("src", 1),
                    string("min"),
                    string("max"),
                    oneOf("sortby", word("byscore", "BYSCORE"), word("bylex", "BYLEX"))
                            .optional(),
                    word("rev", "REV").optional(),
                    OFFSET_COUNT)
            .summary("Stores a range of a sorted set in another one.")
            .complexity("O(log(N)+M) for N members and M stored.")
            .build();

    static final CommandSpec ZRANK = command("ZRANK")
            .since("2.0.0")
            .arity(-3)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    string("member"),
                    word("withscore", "WITHSCORE").optional().since("7.2.0"))
            .summary("Returns the rank of a member of a sorted set, lowest score first.")
            .complexity("O(log(N)) for N members.")
            .changed("7.2.0", "Option WITHSCORE.")
            .build();

    static final CommandSpec ZREM = command("ZREM")
            .since("1.2.0")
            .arity(-3)
            .flags(WRITE, FAST)
            .keys(KeySpec.at(1, RW, DELETE))
            .arguments(KEY, string("member").multiple())
            .summary("Removes members from a sorted set, and the set with its last member.")
            .complexity("O(M*log(N)) for M of N members removed.")
            .changed("2.4.0", "Takes several members.")
            .build();

    static final CommandSpec ZREMRANGEBYLEX = command("ZREMRANGEBYLEX")
            .since("2.8.9")
            .arity(4)
            .flags(WRITE)
            .keys(KeySpec.at(1, RW, DELETE))
            .arguments(KEY, string("min"), string("max"))
            .summary("Removes the members of a sorted set between two bounds in byte order.")
            .complexity("O(log(N)+M) for N members and M removed.")
            .build();

    static final CommandSpec ZREMRANGEBYRANK = command("ZREMRANGEBYRANK")
            .since("2.0.0")
            .arity(4)
            .flags(WRITE)
            .keys(KeySpec.at(1, RW, DELETE))
            .arguments(KEY, integer("start"), integer("stop"))
            .summary("Removes the members of a sorted set between two ranks.")
            .complexity("O(log(N)+M) for N members and M removed.")
            .build();

    static final CommandSpec ZREMRANGEBYSCORE = command("ZREMRANGEBYSCORE")
            .since("1.2.0")
            .arity(4)
            .flags(WRITE)
            .keys(KeySpec.at(1, RW, DELETE))
            .arguments(KEY, real("min"), real("max"))
            .summary("Removes the members of a sorted set between two scores.")
            .complexity("O(log(N)+M) for N members and M removed.")
            .build();

    static final CommandSpec ZREVRANGE = command("ZREVRANGE")
            .since("1.2.0")
            .arity(-4)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    integer("start"),
                    integer("stop"),
                    word("withscores", "WITHSCORES").optional())
            .summary("Returns the members of a sorted set between two ranks, highest score first.")
            .complexity("O(log(N)+M) for N members and M returned.")
            .deprecated("6.2.0", "ZRANGE with REV")
            .build();

    static final CommandSpec ZREVRANGEBYLEX = command("ZREVRANGEBYLEX")
            .since("2.8.9")
            .arity(-4)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, string("max"), string("min"), OFFSET_COUNT)
            .summary("Returns the members of a sorted set between two bounds in reverse byte order.")
            .complexity("O(log(N)+M) for N members and M returned.")
            .deprecated("6.2.0", "ZRANGE with REV and BYLEX")
            .build();

    static final CommandSpec ZREVRANGEBYSCORE = command("ZREVRANGEBYSCORE")
            .since("2.2.0")
            .arity(-4)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    real("max"),
                    real("min"),
                    word("withscores", "WITHSCORES").optional(),
                    OFFSET_COUNT)
            .summary("Returns the members of a sorted set between two scores, highest first.")
            .complexity("O(log(N)+M) for N members and M returned.")
            .changed("2.1.6", "Bounds may be exclusive.")
            .deprecated("6.2.0", "ZRANGE with REV and BYSCORE")
            .build();

    static final CommandSpec ZREVRANK = command("ZREVRANK")
            .since("2.0.0")
            .arity(-3)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    string("member"),
                    word("withscore", "WITHSCORE").optional().since("7.2.0"))
            .summary("Returns the rank of a member of a sorted set, highest score first.")
            .complexity("O(log(N)) for N members.")
            .changed("7.2.0", "Option WITHSCORE.")
            .build();

    static final CommandSpec ZSCAN = command("ZSCAN")
            .since("2.8.0")
            .arity(-3)
            .flags(READONLY)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(
                    KEY,
                    integer("cursor"),
                    pattern("pattern").token("MATCH").optional(),
                    integer("count").token("COUNT").optional(),
                    word("noscores", "NOSCORES").optional().since("8.0.0"))
            .summary("Iterates over the members of a sorted set and their scores in steps.")
            .complexity("O(1) a call, O(N) for a full iteration over N members.")
            .changed("8.0.0", "Option NOSCORES, of Valkey.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec ZSCORE = command("ZSCORE")
            .since("1.2.0")
            .arity(3)
            .flags(READONLY, FAST)
            .keys(KeySpec.at(1, RO, ACCESS))
            .arguments(KEY, string("member"))
            .summary("Returns the score of a member of a sorted set.")
            .complexity("O(1)")
            .build();

    static final CommandSpec ZUNION = command("ZUNION")
            .since("6.2.0")
            .arity(-3)
            .flags(READONLY, MOVABLEKEYS)
            .keys(KeySpec.counted(1, RO, ACCESS))
            .arguments(
                    integer("numkeys"),
                    KEY.multiple(),
                    WEIGHT,
                    AGGREGATE,
                    word("withscores", "WITHSCORES").optional())
            .summary("Returns the members that are in any of the sorted sets.")
            .complexity("O(N+M*log(M)) for N members in all sets and M in the result.")
            .changed("8.8.0", "COUNT as a way to aggregate.")
            .build();

    static final CommandSpec ZUNIONSTORE = command("ZUNIONSTORE")
            .since("2.0.0")
            .arity(-4)
            .flags(WRITE, DENYOOM, MOVABLEKEYS)
            .keys(KeySpec.at(1, OW, UPDATE), KeySpec.counted(2, RO, ACCESS))
            .arguments(key("destination", 0), integer("numkeys"), key("key", 1).multiple(), WEIGHT, AGGREGATE)
            .summary("Stores the members that are in any of the sorted sets.")
            .complexity("O(N+M*log(M)) for N members in all sets and M in the result.")
            .changed("8.8.0", "COUNT as a way to aggregate.")
            .build();

    private SortedSetSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.SORTED_SET).acl(AclCategory.SORTEDSET);
    }
}

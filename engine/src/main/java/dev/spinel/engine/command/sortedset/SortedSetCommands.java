package dev.spinel.engine.command.sortedset;

import dev.spinel.api.command.Command;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.List;

/** The commands on sorted sets: which specification each handler fulfils. */
public final class SortedSetCommands implements ServerPlugin {
    @Override
    public String name() {
        return "sorted_set";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(SortedSetSpecs.BZMPOP, SortedSetPop::bzmpop),
                Command.of(SortedSetSpecs.BZPOPMAX, SortedSetPop::bzpopmax),
                Command.of(SortedSetSpecs.BZPOPMIN, SortedSetPop::bzpopmin),
                Command.of(SortedSetSpecs.ZADD, SortedSetWrite::zadd),
                Command.of(SortedSetSpecs.ZCARD, SortedSetRead::zcard),
                Command.of(SortedSetSpecs.ZCOUNT, SortedSetRead::zcount),
                Command.of(SortedSetSpecs.ZDIFF, SortedSetAlgebra::zdiff),
                Command.of(SortedSetSpecs.ZDIFFSTORE, SortedSetAlgebra::zdiffstore),
                Command.of(SortedSetSpecs.ZINCRBY, SortedSetWrite::zincrby),
                Command.of(SortedSetSpecs.ZINTER, SortedSetAlgebra::zinter),
                Command.of(SortedSetSpecs.ZINTERCARD, SortedSetAlgebra::zintercard),
                Command.of(SortedSetSpecs.ZINTERSTORE, SortedSetAlgebra::zinterstore),
                Command.of(SortedSetSpecs.ZLEXCOUNT, SortedSetRead::zlexcount),
                Command.of(SortedSetSpecs.ZMPOP, SortedSetPop::zmpop),
                Command.of(SortedSetSpecs.ZMSCORE, SortedSetRead::zmscore),
                Command.of(SortedSetSpecs.ZPOPMAX, SortedSetPop::zpopmax),
                Command.of(SortedSetSpecs.ZPOPMIN, SortedSetPop::zpopmin),
                Command.of(SortedSetSpecs.ZRANDMEMBER, SortedSetRandom::zrandmember),
                Command.of(SortedSetSpecs.ZRANGE, SortedSetRange::zrange),
                Command.of(SortedSetSpecs.ZRANGEBYLEX, SortedSetRange::zrangebylex),
                Command.of(SortedSetSpecs.ZRANGEBYSCORE, SortedSetRange::zrangebyscore),
                Command.of(SortedSetSpecs.ZRANGESTORE, SortedSetRange::zrangestore),
                Command.of(SortedSetSpecs.ZRANK, SortedSetRead::zrank),
                Command.of(SortedSetSpecs.ZREM, SortedSetWrite::zrem),
                Command.of(SortedSetSpecs.ZREMRANGEBYLEX, SortedSetWrite::zremrangebylex),
                Command.of(SortedSetSpecs.ZREMRANGEBYRANK, SortedSetWrite::zremrangebyrank),
                Command.of(SortedSetSpecs.ZREMRANGEBYSCORE, SortedSetWrite::zremrangebyscore),
                Command.of(SortedSetSpecs.ZREVRANGE, SortedSetRange::zrevrange),
                Command.of(SortedSetSpecs.ZREVRANGEBYLEX, SortedSetRange::zrevrangebylex),
                Command.of(SortedSetSpecs.ZREVRANGEBYSCORE, SortedSetRange::zrevrangebyscore),
                Command.of(SortedSetSpecs.ZREVRANK, SortedSetRead::zrevrank),
                Command.of(SortedSetSpecs.ZSCAN, SortedSetRead::zscan),
                Command.of(SortedSetSpecs.ZSCORE, SortedSetRead::zscore),
                Command.of(SortedSetSpecs.ZUNION, SortedSetAlgebra::zunion),
                Command.of(SortedSetSpecs.ZUNIONSTORE, SortedSetAlgebra::zunionstore));
    }
}

package dev.spinel.engine.command.hash;

import dev.spinel.api.command.Command;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.List;

/** The commands on hashes: which specification each handler fulfils. */
public final class HashCommands implements ServerPlugin {
    @Override
    public String name() {
        return "hash";
    }

    @Override
    public List<Command> commands() {
        HashCounter counter = new HashCounter();
        return List.of(
                Command.of(HashSpecs.HDEL, HashWrite::hdel),
                Command.of(HashSpecs.HEXISTS, HashRead::hexists),
                Command.of(HashSpecs.HEXPIRE, FieldExpiry::hexpire),
                Command.of(HashSpecs.HEXPIREAT, FieldExpiry::hexpireat),
                Command.of(HashSpecs.HEXPIRETIME, FieldExpiry::hexpiretime),
                Command.of(HashSpecs.HGET, HashRead::hget),
                Command.of(HashSpecs.HGETALL, HashRead::hgetall),
                Command.of(HashSpecs.HGETDEL, FieldGetAndChange::hgetdel),
                Command.of(HashSpecs.HGETEX, FieldGetAndChange::hgetex),
                Command.of(HashSpecs.HINCRBY, counter::hincrby),
                Command.of(HashSpecs.HINCRBYFLOAT, counter::hincrbyfloat),
                Command.of(HashSpecs.HKEYS, HashRead::hkeys),
                Command.of(HashSpecs.HLEN, HashRead::hlen),
                Command.of(HashSpecs.HMGET, HashRead::hmget),
                Command.of(HashSpecs.HMSET, HashWrite::hmset),
                Command.of(HashSpecs.HPERSIST, FieldExpiry::hpersist),
                Command.of(HashSpecs.HPEXPIRE, FieldExpiry::hpexpire),
                Command.of(HashSpecs.HPEXPIREAT, FieldExpiry::hpexpireat),
                Command.of(HashSpecs.HPEXPIRETIME, FieldExpiry::hpexpiretime),
                Command.of(HashSpecs.HPTTL, FieldExpiry::hpttl),
                Command.of(HashSpecs.HRANDFIELD, HashRandom::hrandfield),
                Command.of(HashSpecs.HSCAN, HashRead::hscan),
                Command.of(HashSpecs.HSET, HashWrite::hset),
                Command.of(HashSpecs.HSETEX, FieldGetAndChange::hsetex),
                Command.of(HashSpecs.HSETNX, HashWrite::hsetnx),
                Command.of(HashSpecs.HSTRLEN, HashRead::hstrlen),
                Command.of(HashSpecs.HTTL, FieldExpiry::httl),
                Command.of(HashSpecs.HVALS, HashRead::hvals));
    }
}

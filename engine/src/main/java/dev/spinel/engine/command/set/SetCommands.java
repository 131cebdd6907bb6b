package dev.spinel.engine.command.set;

import dev.spinel.api.command.Command;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.List;

/** The commands on sets. */
public final class SetCommands implements ServerPlugin {
    @Override
    public String name() {
        return "set";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(SetSpecs.SADD, SetMembers::sadd),
                Command.of(SetSpecs.SCARD, SetMembers::scard),
                Command.of(SetSpecs.SDIFF, SetAlgebra::sdiff),
                Command.of(SetSpecs.SDIFFCARD, SetAlgebra::sdiffcard),
                Command.of(SetSpecs.SDIFFSTORE, SetAlgebra::sdiffstore),
                Command.of(SetSpecs.SINTER, SetAlgebra::sinter),
                Command.of(SetSpecs.SINTERCARD, SetAlgebra::sintercard),
                Command.of(SetSpecs.SINTERSTORE, SetAlgebra::sinterstore),
                Command.of(SetSpecs.SISMEMBER, SetMembers::sismember),
                Command.of(SetSpecs.SMEMBERS, SetMembers::smembers),
                Command.of(SetSpecs.SMISMEMBER, SetMembers::smismember),
                Command.of(SetSpecs.SMOVE, SetMembers::smove),
                Command.of(SetSpecs.SPOP, SetRandom::spop),
                Command.of(SetSpecs.SRANDMEMBER, SetRandom::srandmember),
                Command.of(SetSpecs.SREM, SetMembers::srem),
                Command.of(SetSpecs.SSCAN, SetMembers::sscan),
                Command.of(SetSpecs.SUNION, SetAlgebra::sunion),
                Command.of(SetSpecs.SUNIONCARD, SetAlgebra::sunioncard),
                Command.of(SetSpecs.SUNIONSTORE, SetAlgebra::sunionstore));
    }
}

package dev.spinel.engine.command.string;

import dev.spinel.api.command.Command;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.List;

/** The commands on strings: which specification each handler fulfils. */
public final class StringCommands implements ServerPlugin {
    @Override
    public String name() {
        return "string";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(StringSpecs.APPEND, StringEdit::append),
                Command.of(StringSpecs.DECR, StringCounter::decr),
                Command.of(StringSpecs.DECRBY, StringCounter::decrby),
                Command.of(StringSpecs.DELEX, StringDelete::delex),
                Command.of(StringSpecs.DELIFEQ, StringDelete::delifeq),
                Command.of(StringSpecs.DIGEST, StringRead::digest),
                Command.of(StringSpecs.GET, StringRead::get),
                Command.of(StringSpecs.GETDEL, StringGetAndChange::getdel),
                Command.of(StringSpecs.GETEX, StringGetAndChange::getex),
                Command.of(StringSpecs.GETRANGE, StringRead::getrange),
                Command.of(StringSpecs.GETSET, StringGetAndChange::getset),
                Command.of(StringSpecs.INCR, StringCounter::incr),
                Command.of(StringSpecs.INCRBY, StringCounter::incrby),
                Command.of(StringSpecs.INCRBYFLOAT, StringCounter::incrbyfloat),
                Command.of(StringSpecs.INCREX, BoundedCounter::increx),
                Command.of(StringSpecs.LCS, LongestCommonSubsequence::lcs),
                Command.of(StringSpecs.MGET, StringRead::mget),
                Command.of(StringSpecs.MSET, StringSet::mset),
                Command.of(StringSpecs.MSETEX, StringSet::msetex),
                Command.of(StringSpecs.MSETNX, StringSet::msetnx),
                Command.of(StringSpecs.PSETEX, StringSet::psetex),
                Command.of(StringSpecs.SET, StringSet::set),
                Command.of(StringSpecs.SETEX, StringSet::setex),
                Command.of(StringSpecs.SETNX, StringSet::setnx),
                Command.of(StringSpecs.SETRANGE, StringEdit::setrange),
                Command.of(StringSpecs.STRLEN, StringRead::strlen),
                Command.of(StringSpecs.SUBSTR, StringRead::getrange));
    }
}

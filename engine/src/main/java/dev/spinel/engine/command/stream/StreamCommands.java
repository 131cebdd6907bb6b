package dev.spinel.engine.command.stream;

import dev.spinel.api.command.Command;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.List;

/** The commands on streams: which specification each handler fulfils. */
public final class StreamCommands implements ServerPlugin {
    @Override
    public String name() {
        return "stream";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(StreamSpecs.XACK, StreamGroups::xack),
                Command.of(StreamSpecs.XACKDEL, StreamDelete::xackdel),
                Command.of(StreamSpecs.XADD, StreamWrite::xadd),
                Command.of(StreamSpecs.XAUTOCLAIM, StreamPending::xautoclaim),
                Command.of(StreamSpecs.XCFGSET, StreamIdempotence::xcfgset),
                Command.of(StreamSpecs.XCLAIM, StreamPending::xclaim),
                Command.of(StreamSpecs.XDEL, StreamDelete::xdel),
                Command.of(StreamSpecs.XDELEX, StreamDelete::xdelex),
                Command.of(StreamSpecs.XIDMPRECORD, StreamIdempotence::xidmprecord),
                Command.of(StreamSpecs.XLEN, StreamRead::xlen),
                Command.of(StreamSpecs.XNACK, StreamNack::xnack),
                Command.of(StreamSpecs.XPENDING, StreamPending::xpending),
                Command.of(StreamSpecs.XRANGE, StreamRead::xrange),
                Command.of(StreamSpecs.XREAD, StreamRead::xread),
                Command.of(StreamSpecs.XREADGROUP, StreamRead::xreadgroup),
                Command.of(StreamSpecs.XREVRANGE, StreamRead::xrevrange),
                Command.of(StreamSpecs.XSETID, StreamWrite::xsetid),
                Command.of(StreamSpecs.XTRIM, StreamWrite::xtrim),
                Command.container(
                        StreamSpecs.XGROUP,
                        Command.of(StreamSpecs.XGROUP_CREATE, StreamGroups::create),
                        Command.of(StreamSpecs.XGROUP_CREATECONSUMER, StreamGroups::createconsumer),
                        Command.of(StreamSpecs.XGROUP_DELCONSUMER, StreamGroups::delconsumer),
                        Command.of(StreamSpecs.XGROUP_DESTROY, StreamGroups::destroy),
                        Command.of(StreamSpecs.XGROUP_HELP, StreamGroups::help),
                        Command.of(StreamSpecs.XGROUP_SETID, StreamGroups::setid)),
                Command.container(
                        StreamSpecs.XINFO,
                        Command.of(StreamSpecs.XINFO_CONSUMERS, StreamInfo::consumers),
                        Command.of(StreamSpecs.XINFO_GROUPS, StreamInfo::groups),
                        Command.of(StreamSpecs.XINFO_HELP, StreamInfo::help),
                        Command.of(StreamSpecs.XINFO_STREAM, StreamInfo::describe)));
    }
}

package dev.spinel.engine.command.hyperloglog;

import dev.spinel.api.command.Command;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.List;

/** The HyperLogLog commands: which specification each handler fulfils. */
public final class HyperLogLogCommands implements ServerPlugin {
    @Override
    public String name() {
        return "hyperloglog";
    }

    @Override
    public List<Command> commands() {
        SketchCommands sketches = new SketchCommands();
        return List.of(
                Command.of(HyperLogLogSpecs.PFADD, sketches::pfadd),
                Command.of(HyperLogLogSpecs.PFCOUNT, sketches::pfcount),
                Command.of(HyperLogLogSpecs.PFDEBUG, SketchDebug::pfdebug),
                Command.of(HyperLogLogSpecs.PFMERGE, sketches::pfmerge),
                Command.of(HyperLogLogSpecs.PFSELFTEST, SketchSelfTest::pfselftest));
    }
}

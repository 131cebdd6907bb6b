package dev.spinel.engine.admin;

import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.List;

/** REPLICAOF and SLAVEOF on a server that is always a master. Engine thread only. */
public final class ReplicaOfCommands implements ServerPlugin {
    private static final int MAX_PORT = 65535;

    @Override
    public String name() {
        return "replicaof";
    }

    @Override
    public List<Command> commands() {
        return List.of(replicaOf(ReplicaOfSpecs.REPLICAOF), replicaOf(ReplicaOfSpecs.SLAVEOF));
    }

    private static Command replicaOf(CommandSpec spec) {
        return Command.of(spec, call -> {
            if (!call.argIs(1, "NO") || !call.argIs(2, "ONE")) {
                call.integerArg(2, 0, MAX_PORT, "Invalid master port");
                throw Errors.err("This server cannot be a replica of another one yet");
            }
            call.reply().ok();
        });
    }
}

package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.List;

/** REPLICAOF, ROLE, SLAVEOF and WAIT on a master that has no replicas. Engine thread only. */
public final class ReplicationCommands implements ServerPlugin {
    private static final int MAX_PORT = 65535;

    @Override
    public String name() {
        return "replication";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                replicaOf(ReplicationSpecs.REPLICAOF),
                Command.of(ReplicationSpecs.ROLE, ReplicationCommands::role),
                replicaOf(ReplicationSpecs.SLAVEOF),
                Command.of(ReplicationSpecs.WAIT, ReplicationCommands::waitForReplicas));
    }

    private static Command replicaOf(CommandSpec spec) {
        return Command.of(spec, call -> {
            if (!call.argIs(1, "NO") || !call.argIs(2, "ONE")) {
                call.integerArg(2, 0, MAX_PORT, "Invalid master port");
                throw Errors.err("replication is not available");
            }
            call.reply().ok();
        });
    }

    private static void role(Call call) {
        call.reply().array(3);
        call.reply().bulk("master");
        call.reply().integer(0);
        call.reply().array(0);
    }

    private static void waitForReplicas(Call call) {
        long replicas = call.integerArg(1);
        long timeoutMillis = timeoutMillis(call, 2);
        if (replicas <= 0) {
            call.reply().integer(0);
            return;
        }
        // Without replicas only the time can end the wait, so the type, of which no key is named, does not matter.
        call.block(ValueType.STRING, 0, 0, timeoutMillis, Call.TimeoutReply.ZERO);
    }

    private static long timeoutMillis(Call call, int index) {
        long millis =
                call.integerArg(index, Long.MIN_VALUE, Long.MAX_VALUE / 2, "timeout is not an integer or out of range");
        if (millis < 0) {
            throw Errors.timeoutNegative();
        }
        return millis;
    }
}

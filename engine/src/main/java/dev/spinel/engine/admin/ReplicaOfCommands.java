package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.ClientRegistry;
import java.util.List;

/** FAILOVER, REPLICAOF and SLAVEOF on a server that is always a master. Engine thread only. */
public final class ReplicaOfCommands implements ServerPlugin {
    private static final int MAX_PORT = 65535;
    private static final String NO_REPLICA = "This server cannot be a replica of another one yet";

    private final ClientRegistry clients;

    public ReplicaOfCommands(ClientRegistry clients) {
        this.clients = clients;
    }

    @Override
    public String name() {
        return "replicaof";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(ReplicaOfSpecs.FAILOVER, this::failover),
                replicaOf(ReplicaOfSpecs.REPLICAOF),
                replicaOf(ReplicaOfSpecs.SLAVEOF));
    }

    private static Command replicaOf(CommandSpec spec) {
        return Command.of(spec, call -> {
            if (!call.argIs(1, "NO") || !call.argIs(2, "ONE")) {
                call.integerArg(2, 0, MAX_PORT, "Invalid master port");
                throw Errors.err(NO_REPLICA);
            }
            call.reply().ok();
        });
    }

    private void failover(Call call) {
        if (call.argCount() == 2 && call.argIs(1, "ABORT")) {
            throw Errors.err("No failover in progress.");
        }
        boolean hasTarget = false;
        boolean hasTimeout = false;
        for (int i = 1; i < call.argCount(); i++) {
            if (call.argIs(i, "TO") && i + 2 < call.argCount() && !hasTarget) {
                hasTarget = true;
                call.integerArg(i + 2);
                i += 2;
            } else if (call.argIs(i, "TIMEOUT") && i + 1 < call.argCount() && !hasTimeout) {
                hasTimeout = true;
                i++;
                if (call.integerArg(i) <= 0) {
                    throw Errors.err("FAILOVER timeout must be greater than 0");
                }
            } else if (!call.argIs(i, "FORCE")) {
                throw Errors.syntax();
            }
        }
        boolean hasReplicas = clients.all().stream().anyMatch(client -> client.is(ClientFlag.REPLICA));
        throw Errors.err(hasReplicas ? NO_REPLICA : "FAILOVER requires connected replicas.");
    }
}

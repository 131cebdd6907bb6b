package dev.spinel.engine.admin;

import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.List;

/** ASKING, CLUSTER, READONLY and READWRITE on a server that is not part of a cluster. Engine thread only. */
public final class ClusterCommands implements ServerPlugin {
    @Override
    public String name() {
        return "cluster";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                disabled(ClusterSpecs.ASKING),
                Command.container(
                        ClusterSpecs.CLUSTER,
                        disabled(ClusterSpecs.CLUSTER_ADDSLOTS),
                        disabled(ClusterSpecs.CLUSTER_ADDSLOTSRANGE),
                        disabled(ClusterSpecs.CLUSTER_BUMPEPOCH),
                        disabled(ClusterSpecs.CLUSTER_COUNT_FAILURE_REPORTS),
                        disabled(ClusterSpecs.CLUSTER_COUNTKEYSINSLOT),
                        disabled(ClusterSpecs.CLUSTER_DELSLOTS),
                        disabled(ClusterSpecs.CLUSTER_DELSLOTSRANGE),
                        disabled(ClusterSpecs.CLUSTER_FAILOVER),
                        disabled(ClusterSpecs.CLUSTER_FLUSHSLOTS),
                        disabled(ClusterSpecs.CLUSTER_FORGET),
                        disabled(ClusterSpecs.CLUSTER_GETKEYSINSLOT),
                        disabled(ClusterSpecs.CLUSTER_HELP),
                        disabled(ClusterSpecs.CLUSTER_INFO),
                        disabled(ClusterSpecs.CLUSTER_KEYSLOT),
                        disabled(ClusterSpecs.CLUSTER_LINKS),
                        disabled(ClusterSpecs.CLUSTER_MEET),
                        disabled(ClusterSpecs.CLUSTER_MYID),
                        disabled(ClusterSpecs.CLUSTER_MYSHARDID),
                        disabled(ClusterSpecs.CLUSTER_NODES),
                        disabled(ClusterSpecs.CLUSTER_REPLICAS),
                        disabled(ClusterSpecs.CLUSTER_REPLICATE),
                        disabled(ClusterSpecs.CLUSTER_RESET),
                        disabled(ClusterSpecs.CLUSTER_SAVECONFIG),
                        disabled(ClusterSpecs.CLUSTER_SET_CONFIG_EPOCH),
                        disabled(ClusterSpecs.CLUSTER_SETSLOT),
                        disabled(ClusterSpecs.CLUSTER_SHARDS),
                        disabled(ClusterSpecs.CLUSTER_SLAVES),
                        disabled(ClusterSpecs.CLUSTER_SLOTS)),
                disabled(ClusterSpecs.READONLY),
                disabled(ClusterSpecs.READWRITE));
    }

    private static Command disabled(CommandSpec spec) {
        return Command.of(spec, call -> {
            throw Errors.err("This instance has cluster support disabled");
        });
    }
}

package dev.spinel.engine.admin;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.ADMIN;
import static dev.spinel.api.command.CommandFlag.FAST;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.NO_ASYNC_LOADING;
import static dev.spinel.api.command.CommandFlag.STALE;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;

/**
 * Specifications of the commands on the cluster, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15; the manual for what 7.2 added.
 */
final class ClusterSpecs {
    private static final Argument START_SLOT_END_SLOT = block(
                    "start-slot_end-slot", integer("start-slot"), integer("end-slot"))
            .multiple();

    static final CommandSpec ASKING = command("ASKING")
            .since("3.0.0")
            .arity(1)
            .flags(FAST)
            .acl(AclCategory.CONNECTION)
            .summary("Lets the next command use a slot that this node is importing.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLUSTER = command("CLUSTER")
            .since("3.0.0")
            .arity(-2)
            .summary("Groups the commands on the cluster.")
            .complexity("By subcommand.")
            .build();

    static final CommandSpec CLUSTER_ADDSLOTS = command("ADDSLOTS")
            .since("3.0.0")
            .arity(-3)
            .flags(ADMIN, STALE, NO_ASYNC_LOADING)
            .arguments(integer("slot").multiple())
            .summary("Assigns slots to this node.")
            .complexity("O(N) for N slots.")
            .build();

    static final CommandSpec CLUSTER_ADDSLOTSRANGE = command("ADDSLOTSRANGE")
            .since("7.0.0")
            .arity(-4)
            .flags(ADMIN, STALE, NO_ASYNC_LOADING)
            .arguments(START_SLOT_END_SLOT)
            .summary("Assigns ranges of slots to this node.")
            .complexity("O(N) for N slots in the ranges.")
            .build();

    static final CommandSpec CLUSTER_BUMPEPOCH = command("BUMPEPOCH")
            .since("3.0.0")
            .arity(2)
            .flags(ADMIN, STALE, NO_ASYNC_LOADING)
            .summary("Advances the configuration epoch of this node.")
            .complexity("O(1)")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec CLUSTER_COUNT_FAILURE_REPORTS = command("COUNT-FAILURE-REPORTS")
            .since("3.0.0")
            .arity(3)
            .flags(ADMIN, STALE)
            .arguments(string("node-id"))
            .summary("Counts the active failure reports about a node.")
            .complexity("O(N) for N reports.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec CLUSTER_COUNTKEYSINSLOT = command("COUNTKEYSINSLOT")
            .since("3.0.0")
            .arity(3)
            .flags(STALE)
            .arguments(integer("slot"))
            .summary("Counts the keys in a slot.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLUSTER_DELSLOTS = command("DELSLOTS")
            .since("3.0.0")
            .arity(-3)
            .flags(ADMIN, STALE, NO_ASYNC_LOADING)
            .arguments(integer("slot").multiple())
            .summary("Makes this node forget who serves slots.")
            .complexity("O(N) for N slots.")
            .build();

    static final CommandSpec CLUSTER_DELSLOTSRANGE = command("DELSLOTSRANGE")
            .since("7.0.0")
            .arity(-4)
            .flags(ADMIN, STALE, NO_ASYNC_LOADING)
            .arguments(START_SLOT_END_SLOT)
            .summary("Makes this node forget who serves ranges of slots.")
            .complexity("O(N) for N slots in the ranges.")
            .build();

    static final CommandSpec CLUSTER_FAILOVER = command("FAILOVER")
            .since("3.0.0")
            .arity(-2)
            .flags(ADMIN, STALE, NO_ASYNC_LOADING)
            .arguments(oneOf("options", word("force", "FORCE"), word("takeover", "TAKEOVER"))
                    .optional())
            .summary("Makes a replica take over from its master.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLUSTER_FLUSHSLOTS = command("FLUSHSLOTS")
            .since("3.0.0")
            .arity(2)
            .flags(ADMIN, STALE, NO_ASYNC_LOADING)
            .summary("Removes all slots from this node.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLUSTER_FORGET = command("FORGET")
            .since("3.0.0")
            .arity(3)
            .flags(ADMIN, STALE, NO_ASYNC_LOADING)
            .arguments(string("node-id"))
            .summary("Removes a node from the table of nodes.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLUSTER_GETKEYSINSLOT = command("GETKEYSINSLOT")
            .since("3.0.0")
            .arity(4)
            .flags(STALE)
            .arguments(integer("slot"), integer("count"))
            .summary("Returns names of keys in a slot.")
            .complexity("O(N) for N keys returned.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec CLUSTER_HELP = command("HELP")
            .since("5.0.0")
            .arity(2)
            .flags(LOADING, STALE)
            .summary("Lists the subcommands.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLUSTER_INFO = command("INFO")
            .since("3.0.0")
            .arity(2)
            .flags(STALE)
            .summary("Describes the state of the cluster.")
            .complexity("O(1)")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec CLUSTER_KEYSLOT = command("KEYSLOT")
            .since("3.0.0")
            .arity(3)
            .flags(STALE)
            .arguments(string("key"))
            .summary("Returns the slot of a key.")
            .complexity("O(N) for a key of N bytes.")
            .build();

    static final CommandSpec CLUSTER_LINKS = command("LINKS")
            .since("7.0.0")
            .arity(2)
            .flags(STALE)
            .summary("Describes the connections between this node and its peers.")
            .complexity("O(N) for N nodes.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec CLUSTER_MEET = command("MEET")
            .since("3.0.0")
            .arity(-4)
            .flags(ADMIN, STALE, NO_ASYNC_LOADING)
            .arguments(
                    string("ip"),
                    integer("port"),
                    integer("cluster_bus_port").optional().since("4.0.0"))
            .summary("Starts a handshake with another node.")
            .complexity("O(1)")
            .changed("4.0.0", "Takes the port of the cluster bus.")
            .build();

    static final CommandSpec CLUSTER_MYID = command("MYID")
            .since("3.0.0")
            .arity(2)
            .flags(STALE)
            .summary("Returns the identity of this node.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLUSTER_MYSHARDID = command("MYSHARDID")
            .since("7.2.0")
            .arity(2)
            .flags(STALE)
            .summary("Returns the identity of the shard of this node.")
            .complexity("O(1)")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec CLUSTER_NODES = command("NODES")
            .since("3.0.0")
            .arity(2)
            .flags(STALE)
            .summary("Describes the nodes as lines of text.")
            .complexity("O(N) for N nodes.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec CLUSTER_REPLICAS = command("REPLICAS")
            .since("5.0.0")
            .arity(3)
            .flags(ADMIN, STALE)
            .arguments(string("node-id"))
            .summary("Describes the replicas of a master.")
            .complexity("O(N) for N replicas.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec CLUSTER_REPLICATE = command("REPLICATE")
            .since("3.0.0")
            .arity(3)
            .flags(ADMIN, STALE, NO_ASYNC_LOADING)
            .arguments(string("node-id"))
            .summary("Makes this node a replica of a master.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLUSTER_RESET = command("RESET")
            .since("3.0.0")
            .arity(-2)
            .flags(ADMIN, NOSCRIPT, STALE)
            .arguments(oneOf("hard_soft", word("hard", "HARD"), word("soft", "SOFT"))
                    .optional())
            .summary("Takes this node out of the cluster.")
            .complexity("O(N) for N nodes, and the cost of removing the data.")
            .build();

    static final CommandSpec CLUSTER_SAVECONFIG = command("SAVECONFIG")
            .since("3.0.0")
            .arity(2)
            .flags(ADMIN, STALE, NO_ASYNC_LOADING)
            .summary("Writes the state of this node to its file.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLUSTER_SET_CONFIG_EPOCH = command("SET-CONFIG-EPOCH")
            .since("3.0.0")
            .arity(3)
            .flags(ADMIN, STALE, NO_ASYNC_LOADING)
            .arguments(integer("config-epoch"))
            .summary("Sets the configuration epoch of a fresh node.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLUSTER_SETSLOT = command("SETSLOT")
            .since("3.0.0")
            .arity(-4)
            .flags(ADMIN, STALE, NO_ASYNC_LOADING)
            .arguments(
                    integer("slot"),
                    oneOf(
                            "subcommand",
                            string("node-id").token("IMPORTING"),
                            string("node-id").token("MIGRATING"),
                            string("node-id").token("NODE"),
                            word("stable", "STABLE")))
            .summary("Binds a slot to a node or marks it as moving.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLUSTER_SHARDS = command("SHARDS")
            .since("7.0.0")
            .arity(2)
            .flags(STALE)
            .summary("Describes the shards with their slots and nodes.")
            .complexity("O(N) for N nodes.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec CLUSTER_SLAVES = command("SLAVES")
            .since("3.0.0")
            .arity(3)
            .flags(ADMIN, STALE)
            .arguments(string("node-id"))
            .summary("Describes the replicas of a master.")
            .complexity("O(N) for N replicas.")
            .tips("nondeterministic_output")
            .deprecated("5.0.0", "CLUSTER REPLICAS")
            .build();

    static final CommandSpec CLUSTER_SLOTS = command("SLOTS")
            .since("3.0.0")
            .arity(2)
            .flags(STALE)
            .summary("Describes ranges of slots with the nodes that serve them.")
            .complexity("O(N) for N nodes.")
            .changed("4.0.0", "Node identities.")
            .changed("7.0.0", "Further addresses of the nodes.")
            .tips("nondeterministic_output")
            .deprecated("7.0.0", "CLUSTER SHARDS")
            .build();

    static final CommandSpec READONLY = command("READONLY")
            .since("3.0.0")
            .arity(1)
            .flags(LOADING, STALE, FAST)
            .acl(AclCategory.CONNECTION)
            .summary("Allows reads from this replica of a cluster.")
            .complexity("O(1)")
            .build();

    static final CommandSpec READWRITE = command("READWRITE")
            .since("3.0.0")
            .arity(1)
            .flags(LOADING, STALE, FAST)
            .acl(AclCategory.CONNECTION)
            .summary("Ends READONLY.")
            .complexity("O(1)")
            .build();

    private ClusterSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.CLUSTER);
    }
}

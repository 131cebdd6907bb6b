package dev.spinel.engine;

import dev.spinel.engine.blocking.BlockedClients;
import dev.spinel.engine.client.ClientLimits;
import dev.spinel.engine.client.KeptRequests;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.dispatch.ChangeHub;
import dev.spinel.engine.dispatch.EngineClock;
import dev.spinel.engine.dispatch.Replay;
import dev.spinel.engine.dispatch.ScriptCalls;
import dev.spinel.engine.dispatch.ServerState;
import dev.spinel.engine.keyspace.Keyspaces;
import dev.spinel.engine.propagate.Propagator;
import dev.spinel.engine.snapshot.KeyspaceLoader;
import dev.spinel.engine.snapshot.Snapshots;
import dev.spinel.engine.snapshot.ValueTransfer;
import java.util.concurrent.ThreadFactory;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;

/**
 * What a {@link Capability} may use of the engine. Engine thread only, but for {@code threads} and {@code wakeUp}.
 *
 * @param config the directives
 * @param clock the time of the turn
 * @param keyspaces the databases
 * @param changes counts changes of data, for save points
 * @param propagator hands out all changes
 * @param snapshots makes snapshots, one at a time
 * @param loader takes whole data sets
 * @param values takes and gives single values
 * @param state the states of the server that keep commands from running
 * @param scripts runs the commands of scripts
 * @param blockedClients the clients that wait
 * @param keptRequests copies the requests of those
 * @param limits closes clients whose output is not taken
 * @param random makes names that no other server has
 * @param replays makes what runs the commands of a log
 * @param threads makes threads for files
 * @param wakeUp has the engine's thread begin a turn soon; any thread
 * @param unclaimedDataBytes by how many bytes of the heap the data may still grow
 * @param log writes a line to the server's log
 */
public record EnginePorts(
        ConfigRegistry config,
        EngineClock clock,
        Keyspaces keyspaces,
        ChangeHub changes,
        Propagator propagator,
        Snapshots snapshots,
        KeyspaceLoader loader,
        ValueTransfer values,
        ServerState state,
        ScriptCalls scripts,
        BlockedClients blockedClients,
        KeptRequests keptRequests,
        ClientLimits limits,
        RandomGenerator random,
        Supplier<Replay> replays,
        ThreadFactory threads,
        Runnable wakeUp,
        LongSupplier unclaimedDataBytes,
        Consumer<String> log) {}

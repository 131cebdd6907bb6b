package dev.spinel.engine.dispatch;

import dev.spinel.engine.blocking.BlockedClients;
import dev.spinel.engine.client.ClientLimits;
import dev.spinel.engine.client.KeptRequests;
import dev.spinel.engine.keyspace.Keyspaces;
import dev.spinel.engine.memory.Room;
import dev.spinel.engine.memory.WorkingHeap;
import dev.spinel.engine.propagate.Propagator;
import dev.spinel.engine.pubsub.PubSub;
import dev.spinel.engine.tracking.ClientTracking;
import java.util.function.ToLongFunction;
import java.util.random.RandomGenerator;

/**
 * What a call reaches of the engine.
 *
 * @param configNumbers the value of a numeric configuration parameter by its name
 */
public record DispatchServices(
        Keyspaces keyspaces,
        Room room,
        WorkingHeap workingHeap,
        ChangeHub changes,
        Propagator propagator,
        BlockedClients blockedClients,
        KeptRequests keptRequests,
        ClientLimits limits,
        ClientTracking tracking,
        PubSub pubSub,
        HotKeys hotKeys,
        EngineClock clock,
        RandomGenerator random,
        ToLongFunction<String> configNumbers) {}

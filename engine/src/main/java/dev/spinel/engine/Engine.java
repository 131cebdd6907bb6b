package dev.spinel.engine;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.admin.Authentication;
import dev.spinel.engine.admin.ClientCommands;
import dev.spinel.engine.admin.CommandCommands;
import dev.spinel.engine.admin.ConnectionCommands;
import dev.spinel.engine.blocking.BlockedClients;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.ClientRegistry;
import dev.spinel.engine.client.Connection;
import dev.spinel.engine.client.PausedClients;
import dev.spinel.engine.client.RequestExecutor;
import dev.spinel.engine.command.generic.GenericCommands;
import dev.spinel.engine.command.hash.HashCommands;
import dev.spinel.engine.command.list.ListCommands;
import dev.spinel.engine.command.set.SetCommands;
import dev.spinel.engine.command.sortedset.SortedSetCommands;
import dev.spinel.engine.command.string.StringCommands;
import dev.spinel.engine.dispatch.ChangeHub;
import dev.spinel.engine.dispatch.CommandTable;
import dev.spinel.engine.dispatch.DispatchServices;
import dev.spinel.engine.dispatch.Dispatcher;
import dev.spinel.engine.dispatch.Dispatcher.Outcome;
import dev.spinel.engine.dispatch.EngineClock;
import dev.spinel.engine.dispatch.KeyEvents;
import dev.spinel.engine.dispatch.Monitors;
import dev.spinel.engine.keyspace.Keyspaces;
import dev.spinel.engine.loop.EngineLoop;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.KeyHash;
import dev.spinel.engine.propagate.Propagator;
import dev.spinel.engine.propagate.WriteSink;
import dev.spinel.engine.pubsub.PubSub;
import dev.spinel.engine.pubsub.PubSubCommands;
import dev.spinel.engine.scripting.FunctionCommands;
import dev.spinel.engine.stats.LatencyMonitor;
import dev.spinel.engine.stats.ServerStatistics;
import dev.spinel.engine.stats.SlowLog;
import dev.spinel.engine.transaction.TransactionCommands;
import dev.spinel.engine.transaction.WatchedKeys;
import dev.spinel.engine.value.EncodingLimits;
import java.util.List;

/**
 * One engine: its data, its clients, its commands.
 *
 * <p>The transport hands over requests, the loop ends each turn; nothing here starts a thread. Engine thread only.
 */
public final class Engine implements RequestExecutor<Client>, EngineLoop.Turn {
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final EngineClock clock;
    private final Arena arena;
    private final EncodingLimits encodingLimits = new EncodingLimits();
    private final ClientRegistry clients = new ClientRegistry();
    private final PubSub pubSub = new PubSub();
    private final KeyEvents keyEvents = new KeyEvents(pubSub);
    private final WatchedKeys watchedKeys = new WatchedKeys();
    private final BlockedClients blockedClients = new BlockedClients();
    private final Propagator propagator = new Propagator();
    private final ChangeHub changes = new ChangeHub(watchedKeys, blockedClients, keyEvents, propagator);
    private final ServerStatistics statistics = new ServerStatistics();
    private final SlowLog slowLog = new SlowLog();
    private final LatencyMonitor latencyMonitor = new LatencyMonitor();
    private final Monitors monitors = new Monitors();
    private final CommandTable commandTable = new CommandTable();
    private final Authentication authentication = new Authentication();
    private final Keyspaces keyspaces;
    private final Dispatcher dispatcher;
    private final PausedClients pausedClients;
    private final Cron cron;

    public Engine(EngineOptions options) {
        this.clock = new EngineClock(options.unixMillis(), options.nanos());
        this.arena = new Arena(options.maxArenaBytes());
        this.keyspaces = new Keyspaces(
                options.databases(),
                arena,
                new KeyHash(options.random().nextLong()),
                encodingLimits,
                options.random(),
                changes);
        DispatchServices services = new DispatchServices(
                keyspaces, changes, propagator, blockedClients, clock, options.random(), options.configNumbers());
        this.dispatcher = new Dispatcher(
                commandTable, services, statistics, slowLog, latencyMonitor, monitors, options.failureLog());
        this.pausedClients = new PausedClients(dispatcher::paused);
        TransactionCommands transactionCommands = new TransactionCommands(watchedKeys, dispatcher);
        this.cron = new Cron(clock, keyspaces, statistics, propagator);
        for (ServerPlugin family : List.of(
                new StringCommands(),
                new ListCommands(),
                new HashCommands(),
                new SetCommands(),
                new SortedSetCommands(),
                new GenericCommands(),
                new FunctionCommands(),
                transactionCommands,
                new PubSubCommands(pubSub),
                new ConnectionCommands(authentication, transactionCommands, pubSub, monitors, options.redisVersion()),
                new ClientCommands(clients, blockedClients, pausedClients, this::unpause),
                new CommandCommands(commandTable))) {
            commandTable.register(family.name(), family.commands());
        }
    }

    /** Has a sink receive all effects from now on, after the sinks added before. */
    public void addSink(WriteSink sink) {
        propagator.addSink(sink);
    }

    @Override
    public Client connect(Connection connection) {
        Client client = clients.add(connection, clock.nowMillis());
        client.set(ClientFlag.UNAUTHENTICATED, authentication.isRequired());
        statistics.connectionAccepted();
        return client;
    }

    @Override
    public boolean execute(Client client, Bytes[] args, int argCount) {
        Outcome outcome = dispatcher.execute(client, args, argCount);
        if (outcome == Outcome.POSTPONED) {
            pausedClients.add(client, args, argCount);
        }
        return outcome == Outcome.DONE && !client.is(ClientFlag.CLOSE_AFTER_REPLY);
    }

    @Override
    public void protocolError(Client client, String reason) {
        client.reply().error("ERR Protocol error: " + reason);
        client.connection().closeAfterReply();
    }

    @Override
    public void disconnect(Client client) {
        blockedClients.disconnect(client);
        watchedKeys.unwatch(client);
        pubSub.disconnect(client);
        monitors.remove(client);
        dispatcher.monitored(!monitors.isEmpty());
        pausedClients.disconnect(client);
        clients.remove(client);
    }

    /** Ends CLIENT PAUSE: the requests that waited run now. */
    private void unpause() {
        for (PausedClients.Waiting waiting : pausedClients.end()) {
            if (execute(
                    waiting.client(),
                    waiting.request().args(),
                    waiting.request().argCount())) {
                waiting.client().connection().resume();
            }
        }
    }

    @Override
    public long end() {
        clock.update();
        long nowMillis = clock.nowMillis();
        if (blockedClients.nextDeadlineMillis() <= nowMillis) {
            blockedClients.timeOut(nowMillis);
        }
        if (pausedClients.endMillis() <= nowMillis) {
            unpause();
        }
        long waitNanos = cron.run();
        long deadlineMillis = Math.min(blockedClients.nextDeadlineMillis(), pausedClients.endMillis());
        if (deadlineMillis == Long.MAX_VALUE) {
            return waitNanos;
        }
        return Math.min(waitNanos, Math.max(0, deadlineMillis - nowMillis) * NANOS_PER_MILLI);
    }
}

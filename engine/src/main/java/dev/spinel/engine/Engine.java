package dev.spinel.engine;

import dev.spinel.api.command.CommandHandler;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.acl.AclFile;
import dev.spinel.engine.acl.AclLog;
import dev.spinel.engine.acl.Latin1;
import dev.spinel.engine.acl.Users;
import dev.spinel.engine.admin.AclCommands;
import dev.spinel.engine.admin.ClientCommands;
import dev.spinel.engine.admin.ClusterCommands;
import dev.spinel.engine.admin.CommandCommands;
import dev.spinel.engine.admin.CommandLogCommands;
import dev.spinel.engine.admin.ConfigBindings;
import dev.spinel.engine.admin.ConfigCommands;
import dev.spinel.engine.admin.ConnectionCommands;
import dev.spinel.engine.admin.DebugCommands;
import dev.spinel.engine.admin.HotKeysCommands;
import dev.spinel.engine.admin.HotKeysSession;
import dev.spinel.engine.admin.InfoCommands;
import dev.spinel.engine.admin.InfoReport;
import dev.spinel.engine.admin.InfoSections;
import dev.spinel.engine.admin.InstantaneousRates;
import dev.spinel.engine.admin.LatencyCommands;
import dev.spinel.engine.admin.MemoryCommands;
import dev.spinel.engine.admin.MemoryUse;
import dev.spinel.engine.admin.ModuleCommands;
import dev.spinel.engine.admin.ProtectedAccess;
import dev.spinel.engine.admin.Refusals;
import dev.spinel.engine.admin.ReplicaOfCommands;
import dev.spinel.engine.admin.ReplicationFigures;
import dev.spinel.engine.admin.ScriptFigures;
import dev.spinel.engine.admin.ServerCommands;
import dev.spinel.engine.admin.ServerIdentity;
import dev.spinel.engine.admin.ServerProcess;
import dev.spinel.engine.admin.ServerProcess.ShutdownMode;
import dev.spinel.engine.admin.UserConnections;
import dev.spinel.engine.blocking.BlockedClients;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.ClientLimits;
import dev.spinel.engine.client.ClientRegistry;
import dev.spinel.engine.client.Connection;
import dev.spinel.engine.client.KeptRequests;
import dev.spinel.engine.client.PausedClients;
import dev.spinel.engine.client.RequestExecutor;
import dev.spinel.engine.command.bitmap.BitmapCommands;
import dev.spinel.engine.command.generic.GenericCommands;
import dev.spinel.engine.command.geo.GeoCommands;
import dev.spinel.engine.command.hash.HashCommands;
import dev.spinel.engine.command.hyperloglog.HyperLogLogCommands;
import dev.spinel.engine.command.list.ListCommands;
import dev.spinel.engine.command.set.SetCommands;
import dev.spinel.engine.command.sortedset.SortedSetCommands;
import dev.spinel.engine.command.stream.StreamCommands;
import dev.spinel.engine.command.string.StringCommands;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dispatch.ChangeHub;
import dev.spinel.engine.dispatch.CommandTable;
import dev.spinel.engine.dispatch.DispatchServices;
import dev.spinel.engine.dispatch.Dispatcher;
import dev.spinel.engine.dispatch.Dispatcher.FailureLog;
import dev.spinel.engine.dispatch.Dispatcher.Outcome;
import dev.spinel.engine.dispatch.EngineClock;
import dev.spinel.engine.dispatch.HotKeys;
import dev.spinel.engine.dispatch.KeyEvents;
import dev.spinel.engine.dispatch.Monitors;
import dev.spinel.engine.dispatch.RegisteredCommand;
import dev.spinel.engine.hashimport.Fieldsets;
import dev.spinel.engine.hashimport.HashImportCommands;
import dev.spinel.engine.keyspace.Keyspaces;
import dev.spinel.engine.loop.EngineLoop;
import dev.spinel.engine.loop.LoopStoppedException;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.ArenaExhaustedException;
import dev.spinel.engine.memory.KeyHash;
import dev.spinel.engine.memory.Room;
import dev.spinel.engine.memory.WorkingHeap;
import dev.spinel.engine.propagate.Propagator;
import dev.spinel.engine.propagate.WriteSink;
import dev.spinel.engine.pubsub.PubSub;
import dev.spinel.engine.pubsub.PubSubCommands;
import dev.spinel.engine.snapshot.KeyspaceLoader;
import dev.spinel.engine.snapshot.Snapshots;
import dev.spinel.engine.snapshot.ValueTransfer;
import dev.spinel.engine.stats.CommandLogs;
import dev.spinel.engine.stats.LatencyMonitor;
import dev.spinel.engine.stats.ServerStatistics;
import dev.spinel.engine.tracking.ClientTracking;
import dev.spinel.engine.transaction.TransactionCommands;
import dev.spinel.engine.transaction.WatchedKeys;
import dev.spinel.engine.value.EncodingLimits;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One engine: its data, its clients, its commands.
 *
 * <p>The transport hands over requests, the loop ends each turn; nothing here starts a thread. Engine thread only.
 */
public final class Engine implements RequestExecutor<Client>, EngineLoop.Turn {
    private static final String DENIED = "DENIED Redis is running in protected mode because protected mode is enabled"
            + " and no password is set for the default user. Only connections from this machine are accepted. Set a"
            + " password (requirepass), or allow connections without one by 'CONFIG SET protected-mode no' from this"
            + " machine or by --protected-mode no at the start.";

    /** How long a turn may last for memory that was removed before. */
    private static final long LAZY_RELEASE_NANOS = 500_000;

    /** How long a turn may last for a snapshot at most. */
    private static final long SNAPSHOT_NANOS = 250_000;

    /** While clients send requests, a snapshot adds a quarter to the time of a turn, at most this, or one step. */
    private static final long SNAPSHOT_NANOS_IN_USE = 50_000;

    private static final long SNAPSHOT_TURN_DIVISOR = 4;

    /** Without a request for so long, clients are taken to be quiet. */
    private static final long QUIET_NANOS = 20_000_000;

    /** How long clients wait at most for an answer while data are loaded. */
    private static final long LOADING_NANOS = 20_000_000;

    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int PERCENT = 100;

    private final EngineClock clock;
    private final Arena arena;
    private final EncodingLimits encodingLimits = new EncodingLimits();
    private final ClientRegistry clients = new ClientRegistry();
    private final WorkingHeap workingHeap;
    private final KeptRequests keptRequests;
    private final PubSub pubSub;
    private final KeyEvents keyEvents;
    private final ClientTracking tracking;
    private final WatchedKeys watchedKeys;
    private final Fieldsets fieldsets;
    private final BlockedClients blockedClients;
    private final Propagator propagator = new Propagator();
    private final ChangeHub changes;
    private final ServerStatistics statistics = new ServerStatistics();
    private final CommandLogs commandLogs = new CommandLogs();
    private final LatencyMonitor latencyMonitor = new LatencyMonitor();
    private final Monitors monitors = new Monitors();
    private final CommandTable commandTable = new CommandTable();
    private final Users users = new Users(commandTable);
    private final AclLog aclLog = new AclLog();
    private final Keyspaces keyspaces;
    private final Dispatcher dispatcher;
    private final HotKeysSession hotKeysSession;
    private final PausedClients pausedClients;
    private final MemoryUse memory;
    private final Contributions contributions;
    private final Cron cron;
    private final ClientLimits limits;
    private final Snapshots snapshots;
    private final List<Capability> capabilities;
    private final ServerProcess process;
    private final ConfigRegistry config;
    private final AclFile aclFile;
    private final FailureLog failureLog;
    private final MemoryLimit memoryLimit;
    /** {@code maxmemory-clients}; a negative number is a percentage of {@code maxmemory}. */
    private long maxClientBytes;

    private boolean protectedMode;
    private int loadedCapabilities;
    private long commandsSeen;
    private long quietSinceNanos;
    private long snapshotSliceNanos;
    private final AtomicReference<@Nullable ShutdownMode> requestedShutdown = new AtomicReference<>();

    public Engine(EngineOptions options) {
        this.clock = new EngineClock(options.unixMicros(), options.nanos());
        this.arena = new Arena(
                options.maxArenaBytes(),
                task -> options.process().newThread(task).start());
        this.workingHeap = new WorkingHeap(arena, this::heapBytes);
        this.keptRequests = new KeptRequests(workingHeap);
        this.pubSub = new PubSub(keptRequests);
        this.keyEvents = new KeyEvents(pubSub);
        this.tracking = new ClientTracking(clients, keptRequests, workingHeap.shareBytes() / 2);
        this.watchedKeys = new WatchedKeys(keptRequests);
        this.fieldsets = new Fieldsets(keptRequests);
        commandLogs.maxBytes(workingHeap.shareBytes() / 2);
        Room room = new Room(arena, MemoryLimit.keptBytes(arena));
        this.limits = new ClientLimits(clients, statistics, options.process()::log);
        this.blockedClients = new BlockedClients(limits);
        this.changes = new ChangeHub(watchedKeys, blockedClients, keyEvents, tracking, propagator);
        this.keyspaces = new Keyspaces(
                (int) options.config().number("databases"),
                arena,
                new KeyHash(options.random().nextLong()),
                encodingLimits,
                options.random(),
                changes,
                options.nanos());
        HotKeys hotKeys = new HotKeys(options.random());
        this.hotKeysSession = new HotKeysSession(hotKeys, options.process(), clock);
        DispatchServices services = new DispatchServices(
                keyspaces,
                room,
                workingHeap,
                changes,
                propagator,
                blockedClients,
                keptRequests,
                limits,
                tracking,
                pubSub,
                hotKeys,
                clock,
                options.random(),
                options.config()::number);
        Refusals refusals = new Refusals(aclLog, clock);
        this.dispatcher = new Dispatcher(
                commandTable,
                services,
                statistics,
                commandLogs,
                latencyMonitor,
                monitors,
                options.failureLog(),
                refusals,
                options.process()::log);
        this.pausedClients = new PausedClients(keptRequests, (all, writes) -> {
            dispatcher.paused(all, writes);
            keyspaces.deletesExpired(!writes);
            blockedClients.paused(writes);
        });
        this.process = options.process();
        this.config = options.config();
        this.aclFile = options.aclFile();
        this.failureLog = options.failureLog();
        this.snapshots = new Snapshots(
                keyspaces, process::newThread, process::wakeUp, this::tellLibraries, this::snapshotRoomBytes);
        options.config().bind("rdb-key-save-delay", value -> snapshots.keyDelayMicros(value.number()));
        this.capabilities = options.capabilities();
        TransactionCommands transactionCommands = new TransactionCommands(watchedKeys, keptRequests, dispatcher);
        dispatcher.onTransactionRefused(transactionCommands::end);
        dispatcher.onlyReads(this::onlyReads);
        this.cron = new Cron(clock, keyspaces, statistics, propagator, latencyMonitor);
        this.memory = new MemoryUse(
                arena,
                keyspaces,
                clients,
                pausedClients,
                () -> replicationFigures().countedBytes()
                        + tracking.heapBytes()
                        + commandLogs.heapBytes()
                        + hotKeys.heapBytes());
        this.memoryLimit = new MemoryLimit(new MemoryLimit.Parts(
                clock,
                arena,
                room,
                keyspaces,
                memory,
                keptRequests,
                limits,
                dispatcher,
                snapshots,
                propagator,
                latencyMonitor,
                process::releaseMemory));
        dispatcher.onLackOfRoom(memoryLimit::makeRoom);
        cron.add(hotKeysSession::stopWhenOver);
        cron.add(memoryLimit::startCompaction);
        cron.add(() -> limits.sweep(clock.nowMillis()));
        for (ServerPlugin family : List.of(
                new StringCommands(),
                new ListCommands(),
                new StreamCommands(),
                new HashCommands(),
                new HashImportCommands(fieldsets),
                new SetCommands(),
                new SortedSetCommands(),
                new BitmapCommands(),
                new HyperLogLogCommands(),
                new GeoCommands(),
                new GenericCommands(),
                transactionCommands,
                new PubSubCommands(pubSub, keptRequests),
                new ConnectionCommands(
                        users,
                        refusals,
                        transactionCommands,
                        pubSub,
                        fieldsets,
                        monitors,
                        tracking,
                        options.redisVersion()),
                new ClientCommands(
                        clients,
                        users,
                        blockedClients,
                        pausedClients,
                        tracking,
                        dispatcher::failBlocked,
                        this::disconnect,
                        keyspaces::imports,
                        keyspaces.count()),
                new CommandCommands(commandTable))) {
            commandTable.register(family.name(), family.commands());
        }
        ServerIdentity identity = new ServerIdentity(
                options.redisVersion(), options.spinelVersion(), clock.nowMillis(), options.random());
        InfoReport info = infoReport(options, identity);
        for (ServerPlugin family : administration(options, identity, info)) {
            commandTable.register(family.name(), family.commands());
        }
        connectCapabilities(options.config(), options.random());
        for (Capability capability : capabilities) {
            commandTable.register(capability.name(), capability.commands());
        }
        commandTable.ownComplete();
        options.renames().forEach(commandTable::rename);
        this.contributions = new Contributions(commandTable, options.config(), info, clients, options.failureLog());
        bind(options.config());
        dispatcher.loading(!capabilities.isEmpty());
    }

    private void connectCapabilities(ConfigRegistry config, RandomGenerator random) {
        EnginePorts ports = new EnginePorts(
                config,
                clock,
                keyspaces,
                changes,
                propagator,
                snapshots,
                new KeyspaceLoader(
                        keyspaces,
                        clock::nowMillis,
                        name -> contributions.valueType(name),
                        libraries(),
                        database -> watchedKeys.touchAll(database, database)),
                new ValueTransfer(keyspaces, name -> contributions.valueType(name)),
                dispatcher,
                dispatcher,
                blockedClients,
                keptRequests,
                limits,
                random,
                dispatcher::replay,
                process::newThread,
                process::wakeUp,
                memoryLimit::unclaimedBytes,
                process::log);
        capabilities.forEach(capability -> capability.connect(ports));
    }

    private long heapBytes() {
        return memory.heapBytes();
    }

    /** What a snapshot may take of the heap: half of what data have not claimed, since clients and scripts need some, too. */
    private long snapshotRoomBytes() {
        return (Runtime.getRuntime().maxMemory() - arena.reservedBytes()) / 2;
    }

    private void tellLibraries(DatasetSink sink) throws IOException {
        for (Capability capability : capabilities) {
            capability.tellLibraries(sink);
        }
    }

    private KeyspaceLoader.Libraries libraries() {
        return new KeyspaceLoader.Libraries() {
            @Override
            public void take(Bytes code, boolean replaces) throws IOException {
                for (Capability capability : capabilities) {
                    if (capability.takeLibrary(code, replaces)) {
                        return;
                    }
                }
                throw new InvalidDatasetException("The data contain a library of functions, but this server has none");
            }

            @Override
            public void clear() {
                capabilities.forEach(Capability::clearLibraries);
            }
        };
    }

    private boolean onlyReads(String command, Bytes script) {
        for (Capability capability : capabilities) {
            if (capability.onlyReads(command, script)) {
                return true;
            }
        }
        return false;
    }

    private ScriptFigures scriptFigures() {
        return capabilities.stream().map(Capability::scriptFigures).reduce(ScriptFigures.NONE, ScriptFigures::plus);
    }

    /** Sets how input is read, executed and answered within a command that takes long. */
    public void onServeOthers(Runnable serve) {
        dispatcher.onServeOthers(serve);
    }

    /** The built-in sections of INFO, and what keeps their rates up to date. */
    private InfoReport infoReport(EngineOptions options, ServerIdentity identity) {
        ServerProcess process = options.process();
        InstantaneousRates rates = new InstantaneousRates(statistics);
        UnusedMemory unusedMemory = new UnusedMemory(memoryLimit::giveBack);
        cron.add(() -> {
            statistics.network(process.networkTotals());
            rates.sample(clock.nowMillis());
            memory.tick(clock.nowMillis());
            unusedMemory.look(memory.estimateBytes(), clock.nowMillis());
        });
        return InfoSections.report(new InfoSections.Sources(
                identity,
                process,
                options.config(),
                options.configFile().path(),
                clock,
                clients,
                blockedClients,
                pausedClients,
                memory,
                statistics,
                rates,
                keyspaces,
                snapshots,
                changes,
                pubSub,
                tracking,
                hotKeysSession,
                commandTable,
                options.plugins(),
                dispatcher,
                aclLog,
                text -> capabilities.forEach(capability -> capability.persistenceInfo(text)),
                text -> capabilities.forEach(capability -> capability.replicationInfo(text)),
                this::replicationFigures,
                this::scriptFigures));
    }

    private ReplicationFigures replicationFigures() {
        return capabilities.stream()
                .map(Capability::replicationFigures)
                .reduce(ReplicationFigures.NONE, ReplicationFigures::plus);
    }

    /** The commands that steer and describe the server. */
    private List<ServerPlugin> administration(EngineOptions options, ServerIdentity identity, InfoReport info) {
        ServerProcess process = options.process();
        ConfigCommands configCommands = new ConfigCommands(
                options.config(),
                options.configFile(),
                this::describeUsers,
                this::resetStatistics,
                dispatcher::isLoading);
        return List.of(
                new ServerCommands(
                        keyspaces,
                        watchedKeys,
                        blockedClients,
                        tracking,
                        monitors,
                        identity,
                        this::shutdown,
                        dispatcher::busyError,
                        () -> capabilities.forEach(Capability::flushedAll)),
                new AclCommands(users, aclLog, commandTable, options.config(), options.aclFile(), process::log),
                configCommands,
                new InfoCommands(info),
                new MemoryCommands(memory, keyspaces, process, this::scriptFigures),
                new CommandLogCommands(commandLogs),
                new HotKeysCommands(hotKeysSession),
                new LatencyCommands(latencyMonitor, commandLogs.slow(), commandTable),
                new ReplicaOfCommands(clients),
                new ClusterCommands(),
                new ModuleCommands(options.config(), options.plugins(), process),
                new DebugCommands(
                        options.config(),
                        keyspaces,
                        process,
                        cron::activeExpire,
                        cron::paused,
                        debugSubcommands(configCommands)));
    }

    private Map<String, CommandHandler> debugSubcommands(ConfigCommands configCommands) {
        Map<String, CommandHandler> subcommands = new HashMap<>();
        subcommands.put("CONFIG-REWRITE-FORCE-ALL", configCommands::rewriteAll);
        capabilities.forEach(capability -> subcommands.putAll(capability.debugSubcommands()));
        return subcommands;
    }

    private void bind(ConfigRegistry config) {
        ConfigBindings bindings = new ConfigBindings(config);
        bindings.encodings(encodingLimits);
        bindings.observation(commandLogs, latencyMonitor, dispatcher, keyEvents);
        new UserConnections(users, clients, dispatcher::caller, this::disconnect);
        bindings.access(users, aclLog);
        bindings.hertz(cron::hz);
        bindings.importMode(keyspaces, dispatcher);
        bindings.lazyRelease(keyspaces);
        bindings.eviction(keyspaces);
        bindings.clients(limits);
        limits.onClose(this::disconnect);
        bindings.tracking(tracking);
        config.bind("protected-mode", value -> protectedMode = value.isYes());
        config.bind("maxmemory-clients", value -> {
            maxClientBytes = value.number();
            limitClients();
        });
        config.bind("maxmemory", value -> {
            memoryLimit.limit(value.number());
            limitClients();
        });
    }

    /** Sets the limit for the memory of all clients, which may be a share of the limit for all memory. */
    private void limitClients() {
        limits.together(
                maxClientBytes >= 0 ? maxClientBytes : memoryLimit.maxMemoryBytes() / PERCENT * -maxClientBytes);
    }

    /**
     * Takes over the users that the configuration declares or that the file of {@code aclfile} holds; once, when all commands
     * are known.
     *
     * @throws IllegalArgumentException with the message for the log
     */
    public void loadUsers() {
        List<List<String>> declared = config.get(ConfigRegistry.USER).lines();
        String path = config.get("aclfile").text();
        if (!path.isEmpty() && !declared.isEmpty()) {
            throw new IllegalArgumentException("Configuring Redis with users defined in redis.conf and at the same"
                    + " setting an ACL file path is invalid. This setup is very likely to lead to configuration errors"
                    + " and security holes, please define either an ACL file or declare users directly in your"
                    + " redis.conf, but not both.");
        }
        List<List<String>> latin1 = new ArrayList<>();
        for (List<String> words : declared) {
            latin1.add(words.stream().map(Latin1::ofReadable).toList());
        }
        users.declare(latin1, process::log);
        if (!path.isEmpty()) {
            try {
                users.load(path, aclFile.read(path));
            } catch (IOException e) {
                throw new IllegalArgumentException(
                        "Aborting Redis startup because of ACL errors: Error loading ACLs, opening file '" + path
                                + "': " + e.getMessage(),
                        e);
            } catch (IllegalArgumentException e) {
                throw new IllegalArgumentException(
                        "Aborting Redis startup because of ACL errors: " + e.getMessage(), e);
            }
        }
    }

    /** Has the configuration hold the users as they are, unless a file of their own does. */
    private void describeUsers() {
        List<String> lines = new ArrayList<>();
        if (config.get("aclfile").text().isEmpty()) {
            users.all().forEach(user -> lines.add(Latin1.readable(users.describe(user))));
        }
        config.userLines(lines);
    }

    private void resetStatistics() {
        statistics.reset();
        aclLog.resetCounts();
        keyspaces.statistics().reset();
        keyspaces.lazyRelease().resetCount();
        keyspaces.eviction().resetStatistics();
        commandTable.all().forEach(RegisteredCommand::resetStatistics);
        capabilities.forEach(Capability::resetStatistics);
    }

    /** Where plugins add to the engine. */
    public Contributions contributions() {
        return contributions;
    }

    /** Has a sink receive all effects from now on, after the sinks added before. */
    public void addSink(WriteSink sink) {
        propagator.addSink(sink);
    }

    @Override
    public Client connect(Connection connection) {
        Client client = clients.add(connection, users.defaultUser(), clock.nowMillis());
        client.unauthenticated(users.authenticationRequired());
        statistics.connectionAccepted();
        if (protectedMode && users.defaultUser().needsNoPassword() && !ProtectedAccess.isLocal(connection)) {
            connection.reply().error(DENIED);
            connection.closeAfterReply();
        }
        return client;
    }

    @Override
    public boolean mayGrow(Client client, long outputBytes) {
        return limits.allows(client, outputBytes);
    }

    @Override
    public void outputWaits(Client client) {
        limits.closeIfOverHardLimit(client);
    }

    @Override
    public boolean execute(Client client, Bytes[] args, int argCount) {
        if (memoryLimit.mayBeShort() && dispatcher.caller() == null) {
            memoryLimit.check();
            if (clients.get(client.id()) == null) {
                return false;
            }
        }
        if (client.is(ClientFlag.REPLICA)) {
            return executeForReplica(client, args, argCount);
        }
        Outcome outcome = dispatcher.execute(client, args, argCount);
        limits.closeIfOverHardLimit(client);
        if (outcome == Outcome.POSTPONED) {
            pausedClients.add(client, args, argCount);
        }
        return outcome == Outcome.DONE && !client.is(ClientFlag.CLOSE_AFTER_REPLY);
    }

    /** Replies would tear the stream that the replica is sent, so one that asks for them is closed. */
    private boolean executeForReplica(Client client, Bytes[] args, int argCount) {
        int mark = client.connection().mark();
        dispatcher.execute(client, args, argCount);
        if (client.connection().mark() == mark && !client.is(ClientFlag.BLOCKED)) {
            return true;
        }
        client.connection().rollback(mark);
        process.log("Replica generated a reply to command '" + client.lastCommand() + "', disconnecting it: id="
                + client.id() + " addr=" + client.connection().remoteAddress());
        client.connection().close();
        return false;
    }

    @Override
    public void protocolError(Client client, String reason) {
        int mark = client.connection().mark();
        client.reply().error("ERR Protocol error: " + reason);
        client.endReply(mark, false);
        client.connection().closeAfterReply();
    }

    @Override
    public void disconnect(Client client) {
        blockedClients.disconnect(client);
        watchedKeys.unwatch(client);
        pubSub.disconnect(client);
        fieldsets.discardAll(client);
        tracking.disable(client);
        monitors.remove(client);
        pausedClients.disconnect(client);
        clients.remove(client);
        for (Capability capability : capabilities) {
            capability.disconnected(client);
        }
    }

    /** Executes the requests that waited for the end of CLIENT PAUSE. */
    private void executeReleased() {
        PausedClients.Waiting next = pausedClients.nextReleased();
        while (next != null) {
            Client client = next.client();
            try {
                if (execute(client, next.request().args(), next.request().argCount())) {
                    client.connection().resume();
                }
            } catch (RuntimeException | Error failure) {
                // As a transport does with what it reads: the others go on.
                failureLog.failed(client.lastCommand(), failure);
                client.connection().close();
            }
            next = pausedClients.nextReleased();
        }
    }

    private long load() {
        try {
            while (loadedCapabilities < capabilities.size()) {
                if (!capabilities.get(loadedCapabilities).load(LOADING_NANOS)) {
                    return 0;
                }
                loadedCapabilities++;
            }
        } catch (IOException e) {
            process.fail(String.valueOf(e.getMessage()));
            return Long.MAX_VALUE;
        } catch (ArenaExhaustedException e) {
            process.fail("Fatal error loading the DB: out of memory: " + e.getMessage());
            return Long.MAX_VALUE;
        } catch (LoopStoppedException e) {
            // SHUTDOWN came while a script of a log ran.
            return Long.MAX_VALUE;
        }
        dispatcher.loading(false);
        process.ready();
        return 0;
    }

    /** Asks for the end of the server, with what is to be written before; any thread. It may be asked again if that fails. */
    public void requestShutdown(ShutdownMode mode) {
        requestedShutdown.set(mode);
        process.wakeUp();
    }

    /** Whether the server was asked to end and has neither done so nor failed to; any thread. */
    public boolean isShutdownRequested() {
        return requestedShutdown.get() != null;
    }

    /** Stops the server, unless a part of it has something to write and cannot. */
    private boolean shutdown(ShutdownMode mode) {
        process.log("User requested shutdown...");
        for (Capability capability : capabilities) {
            if (!dispatcher.isLoading() && !capability.prepareShutdown(mode)) {
                process.log("Errors trying to shut down the server. Check the logs for more information.");
                return false;
            }
        }
        process.stop();
        return true;
    }

    /** Ends the threads and closes the files of the parts around the engine; the last call. */
    public void close() {
        capabilities.forEach(Capability::close);
    }

    @Override
    public long end() {
        clock.update();
        ShutdownMode shutdown = requestedShutdown.get();
        if (shutdown != null && !shutdown(shutdown)) {
            // A request that came meanwhile may ask for more.
            requestedShutdown.compareAndSet(shutdown, null);
        }
        if (dispatcher.isLoading()) {
            return load();
        }
        long nowMillis = clock.nowMillis();
        if (pausedClients.endMillis() <= nowMillis) {
            pausedClients.end();
        }
        if (blockedClients.nextDeadlineMillis() <= nowMillis) {
            blockedClients.timeOut(nowMillis);
            dispatcher.serveBlocked();
        }
        executeReleased();
        long waitNanos = cron.run();
        boolean evictionUnfinished = memoryLimit.endTurn();
        if (tracking.isOn()) {
            tracking.endTurn();
        }
        if (evictionUnfinished) {
            waitNanos = 0;
        }
        // By index, as this runs for every request at worst, and an iterator would be garbage.
        for (int i = 0; i < capabilities.size(); i++) {
            waitNanos = Math.min(waitNanos, capabilities.get(i).turn());
        }
        long deadlineMillis = Math.min(blockedClients.nextDeadlineMillis(), pausedClients.endMillis());
        if (deadlineMillis == Long.MAX_VALUE) {
            return waitNanos;
        }
        long waitMillis = Math.max(0, deadlineMillis - nowMillis);
        return waitMillis > waitNanos / NANOS_PER_MILLI ? waitNanos : waitMillis * NANOS_PER_MILLI;
    }

    @Override
    public void writeChanges() {
        clock.update();
        capabilities.forEach(Capability::writeUnits);
    }

    @Override
    public long afterReplies() {
        limits.evictLargest(clock.readNanos());
        boolean releases = keyspaces.lazyRelease().isPending();
        if (releases) {
            keyspaces.lazyRelease().run(LAZY_RELEASE_NANOS);
        }
        boolean compacts = memoryLimit.compact();
        long waitNanos = snapshots.isIdle() ? Long.MAX_VALUE : advanceSnapshot();
        return compacts || (releases && keyspaces.lazyRelease().isPending()) ? 0 : waitNanos;
    }

    /** Goes on with a snapshot, for as long as clients do not notice. */
    private long advanceSnapshot() {
        long now = clock.readNanos();
        if (statistics.commands() != commandsSeen) {
            commandsSeen = statistics.commands();
            quietSinceNanos = now;
        }
        boolean inUse = now - quietSinceNanos < QUIET_NANOS;
        long turnNanos = now - snapshotSliceNanos;
        long waitNanos = snapshots.advance(
                inUse ? Math.min(SNAPSHOT_NANOS_IN_USE, turnNanos / SNAPSHOT_TURN_DIVISOR) : SNAPSHOT_NANOS, inUse);
        snapshotSliceNanos = clock.readNanos();
        return waitNanos;
    }
}

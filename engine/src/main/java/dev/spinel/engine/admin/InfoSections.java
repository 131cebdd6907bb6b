package dev.spinel.engine.admin;

import dev.spinel.engine.acl.AclLog;
import dev.spinel.engine.acl.AclLog.Reason;
import dev.spinel.engine.admin.InfoReport.Shown;
import dev.spinel.engine.admin.PluginHost.LoadedPlugin;
import dev.spinel.engine.blocking.BlockedClients;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.ClientRegistry;
import dev.spinel.engine.client.PausedClients;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.dispatch.ChangeHub;
import dev.spinel.engine.dispatch.CommandTable;
import dev.spinel.engine.dispatch.Dispatcher;
import dev.spinel.engine.dispatch.EngineClock;
import dev.spinel.engine.dispatch.RegisteredCommand;
import dev.spinel.engine.keyspace.Database;
import dev.spinel.engine.keyspace.Keyspaces;
import dev.spinel.engine.pubsub.PubSub;
import dev.spinel.engine.snapshot.Snapshots;
import dev.spinel.engine.stats.NetworkTotals;
import dev.spinel.engine.stats.ServerStatistics;
import dev.spinel.engine.tracking.ClientTracking;
import dev.spinel.engine.value.LazyRelease;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/**
 * The sections of INFO that the server itself has, field by field as in redis-server 7.0.15.
 *
 * <p>A field whose feature does not exist says what an unused feature says in Redis. Engine thread only.
 */
public final class InfoSections {
    private static final int SECONDS_PER_DAY = 86_400;
    private static final int LRU_CLOCK_MASK = 0xffffff;
    private static final double NANOS_PER_MICRO = 1000;
    private static final long NANOS_PER_MILLI = 1_000_000;

    private final Sources sources;

    /**
     * What the fields are taken from.
     *
     * @param persistenceFields writes those that the parts of the server know that write files
     */
    public record Sources(
            ServerIdentity identity,
            ServerProcess process,
            ConfigRegistry config,
            String configPath,
            EngineClock clock,
            ClientRegistry clients,
            BlockedClients blockedClients,
            PausedClients pausedClients,
            MemoryUse memory,
            ServerStatistics statistics,
            InstantaneousRates rates,
            Keyspaces keyspaces,
            Snapshots snapshots,
            ChangeHub changes,
            PubSub pubSub,
            ClientTracking tracking,
            HotKeysSession hotKeys,
            CommandTable commands,
            PluginHost plugins,
            Dispatcher dispatcher,
            AclLog aclLog,
            Consumer<InfoText> persistenceFields,
            Consumer<InfoText> replicationFields,
            Supplier<ReplicationFigures> replication,
            Supplier<ScriptFigures> scripts) {}

    private InfoSections(Sources sources) {
        this.sources = sources;
    }

    /** A report of all sections. */
    public static InfoReport report(Sources sources) {
        InfoSections sections = new InfoSections(sources);
        InfoReport report = new InfoReport();
        report.add("Server", Shown.BY_DEFAULT, sections::server);
        report.add("Clients", Shown.BY_DEFAULT, sections::clients);
        report.add("Memory", Shown.BY_DEFAULT, sections::memory);
        report.add("Persistence", Shown.BY_DEFAULT, sections::persistence);
        report.add("Stats", Shown.BY_DEFAULT, sections::stats);
        report.add("Replication", Shown.BY_DEFAULT, sections::replication);
        report.add("CPU", Shown.BY_DEFAULT, sections::cpu);
        report.add("Modules", Shown.BY_DEFAULT, sections::modules);
        report.add("Commandstats", Shown.WITH_ALL, sections::commandstats);
        report.add("Errorstats", Shown.BY_DEFAULT, sections::errorstats);
        report.add("Latencystats", Shown.WITH_ALL, sections::latencystats);
        report.add("Cluster", Shown.BY_DEFAULT, text -> text.add("cluster_enabled", 0));
        report.add("Keyspace", Shown.BY_DEFAULT, sections::keyspace);
        report.add("Hotkeys", Shown.BY_DEFAULT, sources.hotKeys::exists, sections::hotKeys);
        return report;
    }

    private void server(InfoText text) {
        ServerIdentity identity = sources.identity;
        ServerProcess process = sources.process;
        long uptime = Math.max(0, (sources.clock.nowMillis() - identity.startMillis()) / 1000);
        text.add("redis_version", identity.redisVersion())
                .add("server_name", "spinel")
                .add("spinel_version", identity.spinelVersion())
                .add("redis_git_sha1", "00000000")
                .add("redis_git_dirty", 0)
                .add("redis_build_id", "0000000000000000")
                .add("redis_mode", "standalone")
                .add("os", process.operatingSystem())
                .add("arch_bits", 64)
                .add("monotonic_clock", "System.nanoTime")
                .add("multiplexing_api", process.multiplexing())
                .add("atomicvar_api", "java-varhandle")
                .add("gcc_version", "0.0.0")
                .add("process_id", process.id())
                .add("process_supervised", "no")
                .add("run_id", identity.runId())
                .add("tcp_port", process.tcpPort())
                .add("server_time_usec", sources.clock.nowMicros())
                .add("uptime_in_seconds", uptime)
                .add("uptime_in_days", uptime / SECONDS_PER_DAY)
                .add("hz", sources.config.get("hz").text())
                .add("configured_hz", sources.config.get("hz").text())
                .add("lru_clock", sources.clock.nowMillis() / 1000 & LRU_CLOCK_MASK)
                .add("executable", process.executable())
                .add("config_file", sources.configPath)
                .add("io_threads_active", sources.config.number("io-threads") > 1 ? 1 : 0);
        listeners(text);
    }

    /** Where connections are accepted, a field for each kind, as in Redis 7.2. */
    private void listeners(InfoText text) {
        StringBuilder addresses = new StringBuilder();
        for (String address : sources.config.get("bind").words()) {
            addresses.append(",bind=").append(address);
        }
        List<String> listeners = new ArrayList<>();
        if (sources.process.tcpPort() != 0) {
            listeners.add("name=tcp" + addresses + ",port=" + sources.process.tcpPort());
        }
        String socket = sources.config.get("unixsocket").text();
        if (!socket.isEmpty()) {
            listeners.add("name=unix,bind=" + socket);
        }
        long tlsPort = sources.config.number("tls-port");
        if (tlsPort != 0) {
            listeners.add("name=tls" + addresses + ",port=" + tlsPort);
        }
        for (int i = 0; i < listeners.size(); i++) {
            text.add("listener" + i, listeners.get(i));
        }
    }

    private void clients(InfoText text) {
        long largestInput = 0;
        long largestOutput = 0;
        int subscribers = 0;
        int watchers = 0;
        int watchedKeys = 0;
        for (Client client : sources.clients.all()) {
            largestInput = Math.max(largestInput, client.connection().queryBufferBytes());
            largestOutput = Math.max(largestOutput, client.connection().outputBytes());
            subscribers += client.is(ClientFlag.SUBSCRIBED) ? 1 : 0;
            watchers += client.watchedKeys().isEmpty() ? 0 : 1;
            watchedKeys += client.watchedKeys().size();
        }
        text.add("connected_clients", sources.clients.count())
                .add("cluster_connections", 0)
                .add("maxclients", sources.config.get("maxclients").text())
                .add("client_recent_max_input_buffer", largestInput)
                .add("client_recent_max_output_buffer", largestOutput)
                .add("blocked_clients", sources.blockedClients.count() + sources.pausedClients.count())
                .add("tracking_clients", sources.tracking.clientCount())
                .add("pubsub_clients", subscribers)
                .add("watching_clients", watchers)
                .add("clients_in_timeout_table", sources.blockedClients.deadlineCount())
                .add("total_watched_keys", watchedKeys)
                .add("total_blocking_keys", sources.blockedClients.keyCount());
    }

    private void memory(InfoText text) {
        MemoryUse memory = sources.memory;
        long used = memory.usedBytes();
        long resident = sources.process.residentBytes();
        long aboveStartup = used - memory.startupBytes();
        long reserved = Math.max(memory.reservedBytes(), memory.arenaBytes());
        long dataset = used - memory.overheadBytes();
        LazyRelease lazyRelease = sources.keyspaces.lazyRelease();
        ScriptFigures scripts = sources.scripts.get();
        ReplicationFigures replication = sources.replication.get();
        text.bytes("used_memory", used)
                .bytes("used_memory_rss", resident)
                .bytes("used_memory_peak", memory.peakBytes())
                .add("used_memory_peak_perc", percent(used, memory.peakBytes()))
                .add("used_memory_overhead", memory.overheadBytes())
                .add("used_memory_startup", memory.startupBytes())
                .add("used_memory_dataset", dataset)
                .add("used_memory_dataset_perc", percent(dataset, aboveStartup))
                .add("allocator_allocated", memory.arenaBytes())
                .add("allocator_active", reserved)
                .add("allocator_resident", reserved)
                .add("allocator_muzzy", 0)
                .bytes("total_system_memory", sources.process.systemMemoryBytes())
                .add("used_memory_vm_eval", scripts.scriptVmBytes())
                .bytes("used_memory_lua", scripts.scriptVmBytes())
                .add("used_memory_scripts_eval", scripts.scriptBytes())
                .add("number_of_cached_scripts", scripts.scripts())
                .add("number_of_functions", scripts.functions())
                .add("number_of_libraries", scripts.libraries())
                .add("used_memory_vm_functions", scripts.functionVmBytes())
                .bytes("used_memory_vm_total", scripts.scriptVmBytes() + scripts.functionVmBytes())
                .add("used_memory_functions", scripts.functionBytes())
                .bytes("used_memory_scripts", scripts.scriptBytes() + scripts.functionBytes())
                .bytes("maxmemory", sources.config.number("maxmemory"))
                .add("maxmemory_policy", sources.config.get("maxmemory-policy").text())
                .decimal("allocator_frag_ratio", ratio(reserved, memory.arenaBytes()))
                .add("allocator_frag_bytes", reserved - memory.arenaBytes())
                .decimal("allocator_rss_ratio", 1)
                .add("allocator_rss_bytes", 0)
                .decimal("rss_overhead_ratio", ratio(resident, reserved))
                .add("rss_overhead_bytes", resident - reserved)
                .decimal("mem_fragmentation_ratio", ratio(resident, used))
                .add("mem_fragmentation_bytes", resident - used)
                .add("mem_not_counted_for_evict", replication.excessBytes())
                .add("mem_replication_backlog", replication.backlogBytes())
                .add("mem_total_replication_buffers", replication.backlogBytes())
                .add("mem_clients_slaves", replication.owedBytes())
                .add("mem_clients_normal", memory.clientBytes())
                .add("mem_cluster_links", 0)
                .add("mem_aof_buffer", 0)
                .add("mem_allocator", "arena")
                .add("active_defrag_running", sources.keyspaces.compaction().isRunning() ? 1 : 0)
                .add("lazyfree_pending_objects", lazyRelease.pendingObjects())
                .add("lazyfreed_objects", lazyRelease.releasedObjects());
    }

    private static double ratio(long part, long whole) {
        return whole == 0 ? 1 : (double) part / whole;
    }

    private static String percent(long part, long whole) {
        StringBuilder text = new StringBuilder();
        InfoText.fixed(text, whole == 0 ? 0.0 : 100.0 * part / whole, 2);
        return text.append('%').toString();
    }

    private void hotKeys(InfoText text) {
        text.add("hotkeys-tracking-active", sources.hotKeys.isActive() ? 1 : 0);
    }

    private void persistence(InfoText text) {
        text.add("loading", sources.dispatcher.isLoading() ? 1 : 0).add("async_loading", 0);
        if (sources.dispatcher.isLoading()) {
            loading(text);
        }
        text.add("current_cow_peak", 0)
                .add("current_cow_size", sources.snapshots.recordedBytes())
                .add("current_cow_size_age", 0)
                .decimal("current_fork_perc", 0);
        sources.persistenceFields.accept(text);
        text.add("module_fork_in_progress", 0).add("module_fork_last_cow_size", 0);
    }

    private void loading(InfoText text) {
        long total = sources.dispatcher.loadingTotalBytes();
        long loaded = sources.dispatcher.loadingLoadedBytes();
        long seconds = Math.max(0, (sources.clock.nowMillis() - sources.identity.startMillis()) / 1000);
        text.add("loading_start_time", sources.identity.startMillis() / 1000)
                .add("loading_total_bytes", total)
                .add("loading_rss_mem", sources.process.residentBytes())
                .add("loading_loaded_bytes", loaded)
                .decimal("loading_loaded_perc", total == 0 ? 0 : loaded * 100.0 / total)
                .add("loading_eta_seconds", loaded == 0 ? 1 : seconds * (total - loaded) / loaded);
    }

    private void stats(InfoText text) {
        ServerStatistics statistics = sources.statistics;
        NetworkTotals network = statistics.network();
        boolean threaded = sources.config.number("io-threads") > 1;
        ReplicationFigures replication = sources.replication.get();
        text.add("total_connections_received", statistics.connections())
                .add("total_commands_processed", statistics.commands())
                .add("instantaneous_ops_per_sec", sources.rates.commandsPerSecond())
                .add("total_net_input_bytes", network.inputBytes())
                .add("total_net_output_bytes", network.outputBytes())
                .add("total_net_repl_input_bytes", 0)
                .add("total_net_repl_output_bytes", replication.outputBytes())
                .decimal("instantaneous_input_kbps", sources.rates.inputKibibytesPerSecond())
                .decimal("instantaneous_output_kbps", sources.rates.outputKibibytesPerSecond())
                .decimal("instantaneous_input_repl_kbps", 0)
                .decimal("instantaneous_output_repl_kbps", 0)
                .add("rejected_connections", network.rejectedConnections())
                .add("sync_full", replication.fullSyncs())
                .add("sync_partial_ok", replication.partialSyncs())
                .add("sync_partial_err", replication.refusedPartialSyncs())
                .add("expired_subkeys", sources.keyspaces.statistics().expiredFields())
                .add("expired_fields", sources.keyspaces.statistics().expiredFields())
                .add("expired_keys", sources.keyspaces.statistics().expiredKeys())
                .decimal("expired_stale_perc", sources.keyspaces.stalePercent())
                .add("expired_time_cap_reached_count", statistics.expireTimeLimitReached())
                .add("expire_cycle_cpu_milliseconds", statistics.expiryNanos() / NANOS_PER_MILLI)
                .add("evicted_keys", sources.keyspaces.statistics().evictedKeys())
                .add("evicted_clients", statistics.evictedClients())
                .add(
                        "total_eviction_exceeded_time",
                        sources.keyspaces.eviction().exceededMillis()
                                + sources.keyspaces.eviction().currentlyExceededMillis())
                .add(
                        "current_eviction_exceeded_time",
                        sources.keyspaces.eviction().currentlyExceededMillis())
                .add("keyspace_hits", sources.keyspaces.statistics().keyspaceHits())
                .add("keyspace_misses", sources.keyspaces.statistics().keyspaceMisses())
                .add("pubsub_channels", sources.pubSub.channelCount())
                .add("pubsub_patterns", sources.pubSub.patternCount())
                .add("pubsubshard_channels", sources.pubSub.shardChannelCount())
                .add("latest_fork_usec", 0)
                .add("total_forks", 0)
                .add("migrate_cached_sockets", 0)
                .add("slave_expires_tracked_keys", 0)
                .add("active_defrag_hits", 0)
                .add("active_defrag_misses", 0)
                .add("active_defrag_key_hits", 0)
                .add("active_defrag_key_misses", 0)
                .add("total_active_defrag_time", sources.keyspaces.compaction().spentMillis())
                .add("current_active_defrag_time", 0)
                .add("tracking_total_keys", sources.tracking.keyCount())
                .add("tracking_total_items", sources.tracking.itemCount())
                .add("tracking_total_prefixes", sources.tracking.prefixCount())
                .add("unexpected_error_replies", 0)
                .add("total_error_replies", statistics.errorReplies())
                .add("acl_access_denied_auth", sources.aclLog.count(Reason.AUTH))
                .add("acl_access_denied_cmd", sources.aclLog.count(Reason.COMMAND))
                .add("acl_access_denied_key", sources.aclLog.count(Reason.KEY))
                .add("acl_access_denied_channel", sources.aclLog.count(Reason.CHANNEL))
                .add("dump_payload_sanitizations", 0)
                .add("total_reads_processed", network.reads())
                .add("total_writes_processed", network.writes())
                .add("io_threaded_reads_processed", threaded ? network.reads() : 0)
                .add("io_threaded_writes_processed", threaded ? network.writes() : 0)
                .add("client_query_buffer_limit_disconnections", network.overlongRequests())
                .add("client_output_buffer_limit_disconnections", statistics.outputLimitDisconnections())
                .add("reply_buffer_shrinks", 0)
                .add("reply_buffer_expands", 0);
    }

    private void replication(InfoText text) {
        text.add("role", "master");
        sources.replicationFields.accept(text);
    }

    private void cpu(InfoText text) {
        double user = sources.process.userCpuSeconds();
        double system = sources.process.systemCpuSeconds();
        text.seconds("used_cpu_sys", system)
                .seconds("used_cpu_user", user)
                .seconds("used_cpu_sys_children", 0)
                .seconds("used_cpu_user_children", 0)
                .seconds("used_cpu_sys_main_thread", sources.process.engineSystemCpuSeconds())
                .seconds("used_cpu_user_main_thread", sources.process.engineUserCpuSeconds());
    }

    private void modules(InfoText text) {
        for (LoadedPlugin plugin : sources.plugins.loaded()) {
            text.add(
                    "module",
                    "name=" + plugin.name() + ",ver=" + plugin.version()
                            + ",api=1,filters=0,usedby=[],using=[],options=[]");
        }
    }

    private void commandstats(InfoText text) {
        forEachCommand((name, command) -> {
            if (command.calls() + command.rejectedCalls() + command.failedCalls() > 0) {
                long micros = (long) (command.nanos() / NANOS_PER_MICRO);
                StringBuilder figures = new StringBuilder("calls=")
                        .append(command.calls())
                        .append(",usec=")
                        .append(micros)
                        .append(",usec_per_call=");
                InfoText.fixed(figures, command.calls() == 0 ? 0.0 : (double) micros / command.calls(), 2);
                figures.append(",rejected_calls=")
                        .append(command.rejectedCalls())
                        .append(",failed_calls=")
                        .append(command.failedCalls());
                text.add("cmdstat_" + name, figures.toString());
            }
        });
    }

    private void latencystats(InfoText text) {
        forEachCommand((name, command) -> {
            Histogram histogram = command.latencies();
            if (histogram != null) {
                text.add("latency_percentiles_usec_" + name, percentiles(histogram));
            }
        });
    }

    private String percentiles(Histogram histogram) {
        StringBuilder values = new StringBuilder();
        for (String percentile :
                sources.config.get("latency-tracking-info-percentiles").words()) {
            long nanos = histogram.getValueAtPercentile(Double.parseDouble(percentile));
            values.append(values.length() == 0 ? "p" : ",p").append(percentile).append('=');
            InfoText.fixed(values, nanos / NANOS_PER_MICRO, 3);
        }
        return values.toString();
    }

    private void forEachCommand(BiConsumer<String, RegisteredCommand> visitor) {
        Consumer<RegisteredCommand> visit = command -> visitor.accept(command.fullName(), command);
        for (RegisteredCommand command : sources.commands.all()) {
            visit.accept(command);
            command.subcommands().forEach(visit);
        }
    }

    private void errorstats(InfoText text) {
        sources.statistics
                .errors()
                .forEach((code, count) -> text.add("errorstat_" + fieldName(code), "count=" + count[0]));
    }

    /** A name without what has a meaning in the text of INFO. */
    static String fieldName(String name) {
        return name.replace('#', '_').replace(':', '_').replace('\n', '_').replace('\r', '_');
    }

    private void keyspace(InfoText text) {
        for (int i = 0; i < sources.keyspaces.count(); i++) {
            Database database = sources.keyspaces.get(i);
            if (database.size() > 0) {
                // prometheus-redis-exporter reads up to four fields, and takes a database with more for an empty one.
                text.add(
                        "db" + i,
                        "keys=" + database.size() + ",expires=" + database.keysWithExpiry() + ",avg_ttl="
                                + database.averageTimeToLiveMillis() + ",subexpiry="
                                + database.hashesWithExpiringFields());
            }
        }
    }
}

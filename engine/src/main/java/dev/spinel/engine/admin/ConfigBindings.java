package dev.spinel.engine.admin;

import dev.spinel.engine.acl.AclLog;
import dev.spinel.engine.acl.Latin1;
import dev.spinel.engine.acl.Users;
import dev.spinel.engine.client.ClientLimits;
import dev.spinel.engine.client.ClientLimits.OutputLimit;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.dispatch.Dispatcher;
import dev.spinel.engine.dispatch.KeyEvents;
import dev.spinel.engine.keyspace.Eviction;
import dev.spinel.engine.keyspace.EvictionPolicy;
import dev.spinel.engine.keyspace.Keyspaces;
import dev.spinel.engine.stats.CommandLog;
import dev.spinel.engine.stats.CommandLogs;
import dev.spinel.engine.stats.LatencyMonitor;
import dev.spinel.engine.tracking.ClientTracking;
import dev.spinel.engine.value.EncodingLimits;
import java.util.List;
import java.util.function.IntConsumer;

/**
 * Hands the values of directives to the services that they steer, now and after each CONFIG SET, so that no service has
 * to look a directive up.
 */
public final class ConfigBindings {
    private final ConfigRegistry config;

    public ConfigBindings(ConfigRegistry config) {
        this.config = config;
    }

    private void bindInt(String name, IntConsumer consumer) {
        config.bind(name, value -> consumer.accept((int) Math.min(Integer.MAX_VALUE, value.number())));
    }

    /** The sizes up to which collections stay compact. */
    public void encodings(EncodingLimits limits) {
        bindInt("hash-max-listpack-entries", limits::hashMaxListpackEntries);
        bindInt("hash-max-listpack-value", limits::hashMaxListpackValue);
        bindInt("list-max-listpack-size", limits::listMaxListpackSize);
        config.bind("stream-node-max-bytes", value -> limits.streamNodeMaxBytes(value.number()));
        config.bind("stream-node-max-entries", value -> limits.streamNodeMaxEntries(value.number()));
        config.bind("stream-idmp-duration", value -> limits.streamIdmpDurationSeconds(value.number()));
        config.bind("stream-idmp-maxsize", value -> limits.streamIdmpMaxSize(value.number()));
        bindInt("list-compress-depth", limits::listCompressDepth);
        bindInt("set-max-intset-entries", limits::setMaxIntsetEntries);
        bindInt("set-max-listpack-entries", limits::setMaxListpackEntries);
        bindInt("set-max-listpack-value", limits::setMaxListpackValue);
        bindInt("zset-max-listpack-entries", limits::zsetMaxListpackEntries);
        bindInt("zset-max-listpack-value", limits::zsetMaxListpackValue);
    }

    /** Slow log, latency monitor, percentiles and keyspace events. */
    public void observation(CommandLogs logs, LatencyMonitor latencyMonitor, Dispatcher dispatcher, KeyEvents events) {
        bindLog("slowlog-log-slower-than", "slowlog-max-len", logs.slow());
        bindLog("commandlog-request-larger-than", "commandlog-large-request-max-len", logs.largeRequests());
        bindLog("commandlog-reply-larger-than", "commandlog-large-reply-max-len", logs.largeReplies());
        config.bind("latency-monitor-threshold", value -> latencyMonitor.thresholdMillis(value.number()));
        config.bind("latency-tracking", value -> dispatcher.tracksLatency(value.isYes()));
        config.bind("notify-keyspace-events", value -> {
            if (!events.select(value.text())) {
                throw new IllegalArgumentException("Invalid event class character. Use 'Ag$lshzxeKEtmdn'.");
            }
        });
    }

    private void bindLog(String threshold, String maxEntries, CommandLog log) {
        config.bind(threshold, value -> log.threshold(value.number()));
        bindInt(maxEntries, log::maxEntries);
    }

    /** The password of the default user, the rights that users start with, and the length of the log of refusals. */
    public void access(Users users, AclLog log) {
        config.bind(
                "acl-pubsub-default",
                value -> users.allChannelsByDefault(value.text().equals("allchannels")));
        config.bind("requirepass", value -> users.defaultPassword(Latin1.ofReadable(value.text())));
        config.bind("acllog-max-len", value -> log.maxEntries(value.number()));
    }

    /** How many keys are remembered for client-side caching. */
    public void tracking(ClientTracking tracking) {
        config.bind("tracking-table-max-keys", value -> tracking.maxKeys(value.number()));
    }

    /** When clients are closed unasked. */
    public void clients(ClientLimits limits) {
        config.bind("timeout", value -> limits.idleSeconds(value.number()));
        config.bind("client-output-buffer-limit", value -> {
            List<String> words = value.words();
            limits.output(outputLimit(words, "normal"), outputLimit(words, "pubsub"), outputLimit(words, "slave"));
        });
    }

    private static OutputLimit outputLimit(List<String> words, String clientClass) {
        int at = words.indexOf(clientClass);
        return new OutputLimit(
                Long.parseLong(words.get(at + 1)),
                Long.parseLong(words.get(at + 2)),
                Long.parseLong(words.get(at + 3)));
    }

    /** Which keys make room when memory is short, and how their use is counted. */
    public void eviction(Keyspaces keyspaces) {
        Eviction eviction = keyspaces.eviction();
        config.bind("maxmemory-policy", value -> eviction.policy(EvictionPolicy.of(value.text())));
        bindInt("maxmemory-samples", eviction::samples);
        bindInt("maxmemory-eviction-tenacity", eviction::tenacity);
        config.bind("lazyfree-lazy-eviction", value -> eviction.lazily(value.isYes()));
        bindInt("lfu-log-factor", keyspaces.access()::logFactor);
        bindInt("lfu-decay-time", keyspaces.access()::decayMinutes);
    }

    /** Whether data are imported from a server that says itself what expires. */
    public void importMode(Keyspaces keyspaces, Dispatcher dispatcher) {
        config.bind("import-mode", value -> {
            keyspaces.imports(value.isYes());
            dispatcher.imports(value.isYes());
        });
    }

    /** When the memory of what is removed is released later. */
    public void lazyRelease(Keyspaces keyspaces) {
        config.bind("lazyfree-lazy-expire", value -> keyspaces.expiresLazily(value.isYes()));
        config.bind("lazyfree-lazy-server-del", value -> keyspaces.removesLazily(value.isYes()));
    }

    /** How often a second the engine does what is due by the clock. */
    public void hertz(IntConsumer hertz) {
        bindInt("hz", hertz);
    }
}

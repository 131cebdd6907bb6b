package dev.spinel.engine.config;

import static dev.spinel.engine.config.ConfigValue.Trait.FIXED_WHILE_LOADING;
import static dev.spinel.engine.config.ConfigValue.Trait.HIDDEN;
import static dev.spinel.engine.config.ConfigValue.Trait.IMMUTABLE;
import static dev.spinel.engine.config.ConfigValue.Trait.SENSITIVE;
import static dev.spinel.engine.config.ConfigValue.choice;
import static dev.spinel.engine.config.ConfigValue.directive;
import static dev.spinel.engine.config.ConfigValue.integer;
import static dev.spinel.engine.config.ConfigValue.memory;
import static dev.spinel.engine.config.ConfigValue.text;
import static dev.spinel.engine.config.ConfigValue.yesNo;

import java.util.List;

/**
 * The directives of redis.conf that are checked and kept but have no effect, by the part of Redis that they steer.
 *
 * <p>They are here so that a redis.conf, and tools that read and set the configuration, work unchanged. A directive moves
 * to {@link ServerDirectives} with the feature that gives it an effect. Source of names, defaults and bounds: CONFIG GET
 * and CONFIG SET of redis-server 7.0.15.
 */
final class AcceptedDirectives {
    private static final long MAX_INT = Integer.MAX_VALUE;
    private static final long MAX_UNSIGNED_INT = 0xffff_ffffL;
    private static final long MIB = 1L << 20;
    private static final int MAX_PORT = 65535;

    private AcceptedDirectives() {}

    static void register(ConfigRegistry registry) {
        persistence(registry);
        replication(registry);
        cluster(registry);
        tls(registry);
        memoryUse(registry);
        process(registry);
        accessAndScripts(registry);
    }

    private static void persistence(ConfigRegistry registry) {
        registry.register(yesNo("rdb-del-sync-files", false));
        registry.register(memory("loading-process-events-interval-bytes", 2 * MIB, 1024, MAX_INT, HIDDEN));
        registry.register(choice("sanitize-dump-payload", List.of("no", "yes", "clients")));
    }

    private static void replication(ConfigRegistry registry) {
        registry.register(directive("replicaof", WordList.master(), "", IMMUTABLE), "slaveof");
        registry.register(text("masterauth", "", SENSITIVE));
        registry.register(text("masteruser", "", SENSITIVE));
        registry.register(yesNo("replica-serve-stale-data", true), "slave-serve-stale-data");
        registry.register(yesNo("replica-read-only", true), "slave-read-only");
        registry.register(yesNo("replica-lazy-flush", false), "slave-lazy-flush");
        registry.register(yesNo("replica-ignore-maxmemory", true), "slave-ignore-maxmemory");
        registry.register(yesNo("replica-ignore-disk-write-errors", false));
        registry.register(yesNo("replica-announced", true));
        registry.register(text("replica-announce-ip", ""), "slave-announce-ip");
        registry.register(integer("replica-announce-port", 0, 0, MAX_PORT), "slave-announce-port");
        registry.register(integer("replica-priority", 100, 0, MAX_INT), "slave-priority");
        registry.register(yesNo("repl-diskless-sync", true));
        registry.register(integer("repl-diskless-sync-delay", 5, 0, MAX_INT));
        registry.register(integer("repl-diskless-sync-max-replicas", 0, 0, MAX_INT));
        registry.register(
                choice("repl-diskless-load", List.of("disabled", "on-empty-db", "swapdb"), FIXED_WHILE_LOADING));
        registry.register(integer("repl-ping-replica-period", 10, 1, MAX_INT), "repl-ping-slave-period");
        registry.register(integer("repl-timeout", 60, 1, MAX_INT));
        registry.register(yesNo("repl-disable-tcp-nodelay", false));
        registry.register(memory("repl-backlog-size", MIB, 1, Long.MAX_VALUE));
        registry.register(integer("repl-backlog-ttl", 3600, 0, Long.MAX_VALUE));
        registry.register(integer("min-replicas-to-write", 0, 0, MAX_INT), "min-slaves-to-write");
        registry.register(integer("min-replicas-max-lag", 10, 0, MAX_INT), "min-slaves-max-lag");
        registry.register(choice("propagation-error-behavior", List.of("ignore", "panic", "panic-on-replicas")));
    }

    private static void cluster(ConfigRegistry registry) {
        registry.register(yesNo("cluster-enabled", false, IMMUTABLE));
        registry.register(text("cluster-config-file", "nodes.conf", IMMUTABLE));
        registry.register(integer("cluster-node-timeout", 15_000, 0, Long.MAX_VALUE));
        registry.register(integer("cluster-port", 0, 0, MAX_PORT, IMMUTABLE));
        registry.register(integer("cluster-replica-validity-factor", 10, 0, MAX_INT), "cluster-slave-validity-factor");
        registry.register(integer("cluster-migration-barrier", 1, 0, MAX_INT));
        registry.register(yesNo("cluster-allow-replica-migration", true));
        registry.register(yesNo("cluster-require-full-coverage", true));
        registry.register(yesNo("cluster-replica-no-failover", false), "cluster-slave-no-failover");
        registry.register(yesNo("cluster-allow-reads-when-down", false));
        registry.register(yesNo("cluster-allow-pubsubshard-when-down", true));
        registry.register(memory("cluster-link-sendbuf-limit", 0, 0, Long.MAX_VALUE));
        registry.register(text("cluster-announce-ip", ""));
        registry.register(directive("cluster-announce-hostname", Text.hostName(), ""));
        registry.register(integer("cluster-announce-port", 0, 0, MAX_PORT));
        registry.register(integer("cluster-announce-tls-port", 0, 0, MAX_PORT));
        registry.register(integer("cluster-announce-bus-port", 0, 0, MAX_PORT));
        registry.register(choice("cluster-preferred-endpoint-type", List.of("ip", "hostname", "unknown-endpoint")));
    }

    private static void tls(ConfigRegistry registry) {
        registry.register(yesNo("tls-cluster", false));
        registry.register(yesNo("tls-replication", false));
        registry.register(yesNo("tls-prefer-server-ciphers", false));
        for (String name : List.of("tls-client-cert-file", "tls-client-key-file", "tls-dh-params-file")) {
            registry.register(text(name, ""));
        }
        registry.register(text("tls-client-key-file-pass", "", SENSITIVE));
    }

    private static void memoryUse(ConfigRegistry registry) {
        registry.register(yesNo("activerehashing", true));
        registry.register(directive("activedefrag", new WithoutDefragmentation(), "no"));
        registry.register(memory("active-defrag-ignore-bytes", 100 * MIB, 1, Long.MAX_VALUE));
        registry.register(integer("active-defrag-threshold-lower", 10, 0, 1000));
        registry.register(integer("active-defrag-threshold-upper", 100, 0, 1000));
        registry.register(integer("active-defrag-cycle-min", 1, 1, 99));
        registry.register(integer("active-defrag-cycle-max", 25, 1, 99));
        registry.register(integer("active-defrag-max-scan-fields", 1000, 1, Long.MAX_VALUE));
        registry.register(yesNo("jemalloc-bg-thread", true));
        registry.register(memory("stream-node-max-bytes", 4096, 0, Long.MAX_VALUE));
        registry.register(integer("stream-node-max-entries", 100, 0, Long.MAX_VALUE));
    }

    private static void process(ConfigRegistry registry) {
        registry.register(
                directive("supervised", new Choice(false, "upstart", "systemd", "auto", "no"), "no", IMMUTABLE));
        registry.register(yesNo("syslog-enabled", false, IMMUTABLE));
        registry.register(text("syslog-ident", "redis", IMMUTABLE));
        registry.register(directive(
                "syslog-facility",
                new Choice(
                        false, "user", "local0", "local1", "local2", "local3", "local4", "local5", "local6", "local7"),
                "local0",
                IMMUTABLE));
        registry.register(yesNo("set-proc-title", true, IMMUTABLE));
        registry.register(
                directive("proc-title-template", Text.titleTemplate(), "{title} {listen-addr} {server-mode}"));
        registry.register(yesNo("disable-thp", true, IMMUTABLE));
        registry.register(yesNo("crash-log-enabled", true));
        registry.register(yesNo("crash-memcheck-enabled", true));
        registry.register(yesNo("use-exit-on-panic", false, HIDDEN));
        registry.register(integer("watchdog-period", 0, 0, MAX_INT, HIDDEN));
        registry.register(integer("shutdown-timeout", 10, 0, MAX_INT));
        registry.register(yesNo("dynamic-hz", true));
        registry.register(yesNo("io-threads-do-reads", false, IMMUTABLE));
        registry.register(integer("socket-mark-id", 0, 0, MAX_UNSIGNED_INT, IMMUTABLE));
        registry.register(text("bind-source-addr", ""));
        registry.register(text("ignore-warnings", ""));
        for (String name : List.of("server_cpulist", "bio_cpulist", "aof_rewrite_cpulist", "bgsave_cpulist")) {
            registry.register(text(name, "", IMMUTABLE));
        }
    }

    private static void accessAndScripts(ConfigRegistry registry) {
        registry.register(integer("busy-reply-threshold", 5000, 0, Long.MAX_VALUE), "lua-time-limit");
    }
}

package dev.spinel.engine.config;

import static dev.spinel.engine.config.ConfigValue.Trait.FILE_ONLY;
import static dev.spinel.engine.config.ConfigValue.Trait.FIXED_WHILE_LOADING;
import static dev.spinel.engine.config.ConfigValue.Trait.HIDDEN;
import static dev.spinel.engine.config.ConfigValue.Trait.IMMUTABLE;
import static dev.spinel.engine.config.ConfigValue.Trait.PROTECTED;
import static dev.spinel.engine.config.ConfigValue.Trait.SENSITIVE;
import static dev.spinel.engine.config.ConfigValue.choice;
import static dev.spinel.engine.config.ConfigValue.directive;
import static dev.spinel.engine.config.ConfigValue.integer;
import static dev.spinel.engine.config.ConfigValue.memory;
import static dev.spinel.engine.config.ConfigValue.text;
import static dev.spinel.engine.config.ConfigValue.yesNo;

import dev.spinel.api.data.StreamProducers;
import dev.spinel.engine.config.WholeNumber.Notation;
import java.util.List;

/**
 * The directives that have an effect. Those that are accepted without one are in {@link AcceptedDirectives}.
 *
 * <p>Source of names, defaults and bounds: CONFIG GET and CONFIG SET of redis-server 7.0.15; the manual for the two
 * of sets that 7.2 added; {@code io-transport} and {@code busy-poll-usec} are Spinel's own.
 */
final class ServerDirectives {
    private static final long MAX_INT = Integer.MAX_VALUE;
    private static final long MAX_UNSIGNED_INT = 0xffff_ffffL;
    private static final long MIB = 1L << 20;
    private static final int MAX_PORT = 65535;

    private ServerDirectives() {}

    static void register(ConfigRegistry registry) {
        network(registry);
        clients(registry);
        process(registry);
        limits(registry);
        encodings(registry);
        snapshots(registry);
        observation(registry);
        log(registry);
        memoryUse(registry);
    }

    private static void network(ConfigRegistry registry) {
        registry.register(directive("bind", WordList.addresses(), "* -::*"));
        registry.register(integer("port", 6379, 0, MAX_PORT));
        registry.register(integer("tcp-backlog", 511, 0, MAX_INT, IMMUTABLE));
        registry.register(text("unixsocket", "", IMMUTABLE));
        registry.register(ConfigValue.number(Notation.OCTAL, "unixsocketperm", 0, 0, 0777, IMMUTABLE));
        registry.register(integer("timeout", 0, 0, MAX_INT));
        registry.register(integer("tcp-keepalive", 300, 0, MAX_INT));
        registry.register(yesNo("protected-mode", true));
        registry.register(yesNo("import-mode", false));
        // Hidden, because tools set whatever CONFIG GET * answers but the immutable directives that they know.
        registry.register(choice("io-transport", List.of("auto", "nio", "epoll", "io_uring"), IMMUTABLE, HIDDEN));
        registry.register(integer("busy-poll-usec", 50, 0, 1_000_000, HIDDEN));
        registry.register(integer("io-threads", 1, 1, 128, IMMUTABLE));
    }

    private static void clients(ConfigRegistry registry) {
        registry.register(integer("maxclients", 10_000, 1, MAX_UNSIGNED_INT));
        registry.register(text("requirepass", "", SENSITIVE));
        registry.register(integer("tls-port", 0, 0, MAX_PORT));
        registry.register(integer("tls-session-cache-size", 20_480, 0, MAX_INT));
        registry.register(integer("tls-session-cache-timeout", 300, 0, MAX_INT));
        registry.register(yesNo("tls-session-caching", true));
        registry.register(directive("tls-auth-clients", new Choice(false, "no", "yes", "optional"), "yes"));
        for (String name : List.of(
                "tls-cert-file",
                "tls-key-file",
                "tls-ca-cert-file",
                "tls-ca-cert-dir",
                "tls-protocols",
                "tls-ciphers",
                "tls-ciphersuites")) {
            registry.register(text(name, ""));
        }
        registry.register(text("tls-key-file-pass", "", SENSITIVE));
        registry.register(directive(ConfigRegistry.USER, new UserLines(), "", HIDDEN, FILE_ONLY));
        registry.register(text("aclfile", "", IMMUTABLE));
        registry.register(integer("acllog-max-len", 128, 0, Long.MAX_VALUE));
        registry.register(
                directive("acl-pubsub-default", new Choice(false, "allchannels", "resetchannels"), "resetchannels"));
        registry.register(memory("client-query-buffer-limit", 1024 * MIB, MIB, Long.MAX_VALUE));
        registry.register(memory("proto-max-bulk-len", 512 * MIB, MIB, Long.MAX_VALUE));
        registry.register(directive(
                "client-output-buffer-limit",
                new OutputBufferLimits(),
                "normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60"));
    }

    private static void process(ConfigRegistry registry) {
        registry.register(integer("databases", 16, 1, MAX_INT, IMMUTABLE));
        registry.register(yesNo("daemonize", false, IMMUTABLE));
        registry.register(text("pidfile", "", IMMUTABLE));
        registry.register(directive("loglevel", new Choice(false, "debug", "verbose", "notice", "warning"), "notice"));
        registry.register(text("logfile", "", IMMUTABLE));
        registry.register(text("dir", ".", PROTECTED, FIXED_WHILE_LOADING));
        registry.register(yesNo("always-show-logo", false, IMMUTABLE));
        registry.register(
                directive("enable-protected-configs", new Choice(false, "no", "yes", "local"), "no", IMMUTABLE));
        registry.register(directive("enable-debug-command", new Choice(false, "no", "yes", "local"), "no", IMMUTABLE));
        registry.register(directive("enable-module-command", new Choice(false, "no", "yes", "local"), "no", IMMUTABLE));
        registry.register(shutdownOn("shutdown-on-sigint"));
        registry.register(shutdownOn("shutdown-on-sigterm"));
        registry.register(directive("hz", new ClampedHertz(), "10"));
        registry.register(integer("active-expire-effort", 1, 1, 10));
        registry.register(directive("notify-keyspace-events", new EventClasses(), ""));
    }

    private static ConfigValue shutdownOn(String name) {
        return directive(name, new Choice(true, "default", "save", "nosave", "now", "force"), "default");
    }

    private static void limits(ConfigRegistry registry) {
        registry.register(memory("maxmemory", 0, 0, Long.MAX_VALUE));
        registry.register(directive(
                "maxmemory-policy",
                new Choice(
                        false,
                        "volatile-lru",
                        "volatile-lrm",
                        "volatile-lfu",
                        "volatile-random",
                        "volatile-ttl",
                        "allkeys-lru",
                        "allkeys-lrm",
                        "allkeys-lfu",
                        "allkeys-random",
                        "noeviction"),
                "noeviction"));
    }

    private static void encodings(ConfigRegistry registry) {
        registry.register(integer("hash-max-listpack-entries", 512, 0, Long.MAX_VALUE), "hash-max-ziplist-entries");
        registry.register(memory("hash-max-listpack-value", 64, 0, Long.MAX_VALUE), "hash-max-ziplist-value");
        registry.register(integer("list-max-listpack-size", -2, Integer.MIN_VALUE, MAX_INT), "list-max-ziplist-size");
        registry.register(integer("list-compress-depth", 0, 0, MAX_INT));
        registry.register(integer("set-max-intset-entries", 512, 0, Long.MAX_VALUE));
        registry.register(integer("set-max-listpack-entries", 128, 0, Long.MAX_VALUE));
        registry.register(memory("set-max-listpack-value", 64, 0, Long.MAX_VALUE));
        registry.register(integer("zset-max-listpack-entries", 128, 0, Long.MAX_VALUE), "zset-max-ziplist-entries");
        registry.register(memory("zset-max-listpack-value", 64, 0, Long.MAX_VALUE), "zset-max-ziplist-value");
    }

    private static void snapshots(ConfigRegistry registry) {
        registry.register(directive("save", new SavePoints(), "3600 1 300 100 60 10000"));
        registry.register(yesNo("stop-writes-on-bgsave-error", true));
        registry.register(yesNo("rdbcompression", true));
        registry.register(yesNo("rdbchecksum", true, IMMUTABLE));
        registry.register(choice("rdb-version-check", List.of("strict", "relaxed")));
        registry.register(choice("rdb-field-expiry-format", List.of("redis", "valkey")));
        registry.register(yesNo("rdb-save-incremental-fsync", true));
        registry.register(integer("key-load-delay", 0, Integer.MIN_VALUE, Integer.MAX_VALUE, HIDDEN));
        registry.register(integer("rdb-key-save-delay", 0, Integer.MIN_VALUE, Integer.MAX_VALUE, HIDDEN));
        registry.register(
                directive("dbfilename", Text.plainName("dbfilename", "filename", true), "dump.rdb", PROTECTED));
    }

    private static void observation(ConfigRegistry registry) {
        registry.register(
                integer("slowlog-log-slower-than", 10_000, -1, Long.MAX_VALUE), "commandlog-execution-slower-than");
        registry.register(integer("slowlog-max-len", 128, 0, Long.MAX_VALUE), "commandlog-slow-execution-max-len");
        registry.register(integer("commandlog-request-larger-than", MIB, -1, Long.MAX_VALUE));
        registry.register(integer("commandlog-large-request-max-len", 128, 0, Long.MAX_VALUE));
        registry.register(integer("commandlog-reply-larger-than", MIB, -1, Long.MAX_VALUE));
        registry.register(integer("commandlog-large-reply-max-len", 128, 0, Long.MAX_VALUE));
        registry.register(integer("latency-monitor-threshold", 0, 0, Long.MAX_VALUE));
        registry.register(yesNo("latency-tracking", true));
        registry.register(directive("latency-tracking-info-percentiles", WordList.percentiles(), "50 99 99.9"));
    }

    private static void log(ConfigRegistry registry) {
        registry.register(yesNo("appendonly", false, FIXED_WHILE_LOADING));
        registry.register(directive(
                "appendfilename", Text.plainName("appendfilename", "filename", false), "appendonly.aof", IMMUTABLE));
        registry.register(directive(
                "appenddirname", Text.plainName("appenddirname", "dirname", false), "appendonlydir", IMMUTABLE));
        registry.register(choice("appendfsync", List.of("everysec", "always", "no")));
        registry.register(yesNo("no-appendfsync-on-rewrite", false));
        registry.register(integer("auto-aof-rewrite-percentage", 100, 0, MAX_INT));
        registry.register(memory("auto-aof-rewrite-min-size", 64 * MIB, 0, Long.MAX_VALUE));
        registry.register(yesNo("aof-load-truncated", true));
        registry.register(yesNo("aof-use-rdb-preamble", true));
        registry.register(yesNo("aof-timestamp-enabled", false));
        registry.register(yesNo("aof-rewrite-incremental-fsync", true));
        registry.register(yesNo("aof-disable-auto-gc", false));
    }

    private static void memoryUse(ConfigRegistry registry) {
        registry.register(integer("maxmemory-samples", 5, 1, MAX_INT));
        registry.register(integer("maxmemory-eviction-tenacity", 10, 0, 100));
        registry.register(ConfigValue.number(Notation.MEMORY_OR_PERCENT, "maxmemory-clients", 0, -100, Long.MAX_VALUE));
        registry.register(integer("lfu-log-factor", 10, 0, MAX_INT));
        registry.register(integer("lfu-decay-time", 1, 0, MAX_INT));
        registry.register(yesNo("lazyfree-lazy-eviction", false));
        registry.register(yesNo("lazyfree-lazy-expire", false));
        registry.register(yesNo("lazyfree-lazy-server-del", false));
        registry.register(yesNo("lazyfree-lazy-user-del", false));
        registry.register(yesNo("lazyfree-lazy-user-flush", false));
        registry.register(memory("hll-sparse-max-bytes", 3000, 0, Long.MAX_VALUE));
        registry.register(integer(
                "stream-idmp-duration",
                StreamProducers.DEFAULT_DURATION_SECONDS,
                1,
                StreamProducers.MAX_DURATION_SECONDS));
        registry.register(
                integer("stream-idmp-maxsize", StreamProducers.DEFAULT_MAX_SIZE, 1, StreamProducers.MAX_MAX_SIZE));
        registry.register(integer("tracking-table-max-keys", 1_000_000, 0, Long.MAX_VALUE));
        registry.register(directive("oom-score-adj", new Choice(false, "no", "yes", "relative=yes", "absolute"), "no"));
        registry.register(directive("oom-score-adj-values", WordList.oomScores(), "0 200 800"));
    }
}

package dev.spinel.api.command;

import java.util.Locale;

/**
 * What the server must know of a command before it runs.
 *
 * <p>In the order in which COMMAND INFO answers the names of those that are {@linkplain #listed() listed}. Source: the
 * manual page of COMMAND.
 */
public enum CommandFlag {
    /** May change data. */
    WRITE,
    /** Only reads data. */
    READONLY,
    /** May use more memory, so it is refused when {@code maxmemory} is reached. */
    DENYOOM,
    /** Belongs to a plugin. */
    MODULE,
    /** Steers the server. */
    ADMIN,
    /** Belongs to publish/subscribe. */
    PUBSUB,
    /** Refused in scripts. */
    NOSCRIPT,
    /** May make its client wait. */
    BLOCKING,
    /** Allowed while data are loaded. */
    LOADING,
    /** Allowed on a replica with stale data. */
    STALE,
    /** Not shown by MONITOR. */
    SKIP_MONITOR,
    /** Not kept by the slow log. */
    SKIP_SLOWLOG,
    /** Allowed in a cluster on a slot that is being imported, as if ASKING had come first. */
    ASKING,
    /** Runs in constant or logarithmic time, whatever the size of the value. */
    FAST,
    /** Allowed without authentication. */
    NO_AUTH,
    /** Propagates although it does not write, as PUBLISH does; refused while writes are paused. */
    MAY_REPLICATE(false),
    /** Allowed in Sentinel mode too. */
    SENTINEL(false),
    /** Allowed only in Sentinel mode. */
    ONLY_SENTINEL(false),
    /** May be called without any key although it has key specifications. */
    NO_MANDATORY_KEYS,
    /** Refused unless a directive of its own allows it: {@code enable-debug-command}, {@code enable-module-command}. */
    PROTECTED(false),
    /** Refused while a replica loads a data set beside the one that it serves. */
    NO_ASYNC_LOADING,
    /** Refused inside MULTI. */
    NO_MULTI,
    /** The first, last and step figures of COMMAND INFO do not tell all of its keys. */
    MOVABLEKEYS,
    /** Allowed while a script or a plugin keeps the server busy. */
    ALLOW_BUSY,
    /** May change keys other than those in its arguments. */
    TOUCHES_ARBITRARY_KEYS(false),
    /** Meant for the server's own use; COMMAND DOCS marks it {@code syscmd}. */
    SYSTEM(false);

    private final String wireName = name().toLowerCase(Locale.ROOT);
    private final boolean listed;

    CommandFlag() {
        this(true);
    }

    CommandFlag(boolean listed) {
        this.listed = listed;
    }

    /** The name that COMMAND INFO answers. */
    public String wireName() {
        return wireName;
    }

    /** Whether COMMAND INFO answers it; the others matter to the server only. */
    public boolean listed() {
        return listed;
    }
}

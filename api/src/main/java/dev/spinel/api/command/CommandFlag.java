package dev.spinel.api.command;

import java.util.Locale;

/** What the server must know of a command before it runs; COMMAND INFO answers the names in lower case. */
public enum CommandFlag {
    /** May change data. */
    WRITE,
    /** Only reads data. */
    READONLY,
    /** May use more memory, so it is refused when {@code maxmemory} is reached. */
    DENYOOM,
    /** An administrative command. */
    ADMIN,
    /** Related to publish/subscribe. */
    PUBSUB,
    /** Refused in scripts. */
    NOSCRIPT,
    /** Has subcommands or is a subcommand that may block its client. */
    BLOCKING,
    /** Allowed while data are loaded. */
    LOADING,
    /** Allowed on a replica with stale data. */
    STALE,
    /** Not shown by MONITOR. */
    SKIP_MONITOR,
    /** Not shown by SLOWLOG. */
    SKIP_SLOWLOG,
    /** Allowed to redirect in a cluster during an import. */
    ASKING,
    /** Runs in constant or logarithmic time. */
    FAST,
    /** Allowed without authentication. */
    NO_AUTH,
    /** Changes data that are not tied to a key, or may replicate. */
    MAY_REPLICATE,
    /** Key positions depend on the arguments. */
    MOVABLEKEYS,
    /** Allowed while a script is busy. */
    ALLOW_BUSY,
    /** Refused inside MULTI. */
    NO_MULTI,
    /** Belongs to a plugin. */
    MODULE,
    /** Refused while the server handles an asynchronous load. */
    NO_ASYNC_LOADING,
    /** Runs only in Sentinel mode as well. */
    SENTINEL,
    /** Runs only in Sentinel mode. */
    ONLY_SENTINEL,
    /** Its keys must exist in the client's view even when the command is rewritten. */
    NO_MANDATORY_KEYS,
    /** Touches arbitrary keys. */
    TOUCHES_ARBITRARY_KEYS;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The name that COMMAND INFO answers. */
    public String wireName() {
        return wireName;
    }
}

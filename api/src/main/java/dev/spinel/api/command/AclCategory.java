package dev.spinel.api.command;

import java.util.Locale;

/** A set of commands that access rules name as {@code @category}. */
public enum AclCategory {
    KEYSPACE,
    READ,
    WRITE,
    SET,
    SORTEDSET,
    LIST,
    HASH,
    STRING,
    BITMAP,
    HYPERLOGLOG,
    GEO,
    STREAM,
    PUBSUB,
    ADMIN,
    FAST,
    SLOW,
    BLOCKING,
    DANGEROUS,
    CONNECTION,
    TRANSACTION,
    SCRIPTING;

    private final String wireName = name().toLowerCase(Locale.ROOT);

    /** The name without the {@code @}. */
    public String wireName() {
        return wireName;
    }
}

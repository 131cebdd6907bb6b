package dev.spinel.engine.dataset;

import dev.spinel.api.data.Bytes;
import java.io.IOException;

/** Takes keys with their values, one after the other: each {@link #key}, then a value as {@link ValueSink} says. */
public interface DatasetSink extends ValueSink {
    /** {@link #key}'s expiry of a key that has none. */
    long NO_EXPIRY = -1;

    /**
     * There are hashes with fields that expire. A snapshot tells this before all else, since the head of a file may depend on
     * it; whoever reads a file does not know, and does not tell.
     */
    void announceExpiringFields() throws IOException;

    /**
     * How much a database is going to have, before all keys of it and after {@link #announceExpiringFields}: a hint, as exact
     * as whoever made it.
     *
     * @param database index of the database
     * @param keys number of its keys
     * @param expiring number of those that have an expiry
     */
    default void expectKeys(int database, long keys, long expiring) throws IOException {}

    /** A library of functions, between two keys. */
    void library(Bytes code) throws IOException;

    /**
     * Starts a key; its value follows.
     *
     * @param database index of its database; keys of one need not come in sequence
     * @param expiresAtMillis Unix time at which it expires, or {@link #NO_EXPIRY}
     * @param use what is known of its use, see {@link KeyUse}
     */
    void key(int database, Bytes key, long expiresAtMillis, long use) throws IOException;
}

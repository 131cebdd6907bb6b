package dev.spinel.api.keyspace;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ValueType;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one database, with typed access to their values.
 *
 * <p>Every lookup removes a key whose time to live is over. The views returned are reused: they are valid until the
 * handler returns. Engine thread only.
 */
public interface Keyspace {
    /** Index of the database, from 0. */
    int index();

    /** Number of keys, those due to expire included. */
    long size();

    /** Whether a key exists; counts as a hit or a miss and as an access. */
    boolean exists(Bytes key);

    /** Whether a key exists; counts as a hit or a miss but not as an access. */
    boolean peek(Bytes key);

    /** The type of a key's value, null when there is none; counts neither as a hit or a miss nor as an access. */
    @Nullable
    ValueType<?> typeOf(Bytes key);

    /** What introspection tells of a key, or null when there is none; counts as {@link #typeOf} does. */
    @Nullable
    KeyDescription describe(Bytes key);

    /**
     * The value of a key for reading, or null when there is none. Counts as a hit or a miss and as an access.
     *
     * @throws dev.spinel.api.error.CommandException WRONGTYPE when the value is of another type
     */
    <V> @Nullable V read(ValueType<V> type, Bytes key);

    /** As {@link #read}, but null when the value is of another type. */
    default <V> @Nullable V readIfOfType(ValueType<V> type, Bytes key) {
        ValueType<?> actual = typeOf(key);
        return actual == null || actual == type ? read(type, key) : null;
    }

    /**
     * Takes back all views handed out so far, of this and other databases: for a command that looks at a great many keys one
     * after the other, so that none of them keeps a view until the end.
     */
    void releaseViews();

    /** The value of a key for changing, or null when there is none; otherwise as {@link #read}. */
    <V> @Nullable V modify(ValueType<V> type, Bytes key);

    /** The value of a key for changing, made empty when there is none. The caller fills it, or removes it if empty. */
    <V> V modifyOrCreate(ValueType<V> type, Bytes key);

    /**
     * Replaces whatever a key holds by an empty value of a type, without time to live. Views of the value that was there can
     * be read until the command ends, so that the new value may be made of it.
     */
    <V> V replace(ValueType<V> type, Bytes key);

    /** Sets a string, replacing any value; the time to live is dropped unless kept. The fast path of SET. */
    void setString(Bytes key, Bytes value, boolean keepTimeToLive);

    /** Removes a key; false when there was none. No event, no effect: see {@code Call.changed}. */
    boolean remove(Bytes key);

    /** As {@link #remove}, but the memory of a large value is released later, in pieces. O(1). */
    boolean unlink(Bytes key);

    /** Removes a key whose collection is empty, with the event {@code del}; false when it is not empty. */
    boolean removeIfEmpty(Bytes key);

    /**
     * Moves a value with its time to live to another key, replacing what that held.
     *
     * @return false when {@code from} does not exist
     */
    boolean rename(Bytes from, Bytes to);

    /** Moves a key to another database where it must not exist; false when {@code key} does not exist here. */
    boolean move(Bytes key, Keyspace target);

    /** Copies a value with its time to live, replacing what the target held; false when {@code from} does not exist. */
    boolean copy(Bytes from, Keyspace target, Bytes to);

    /** When a key expires, in milliseconds of Unix time; {@link #NO_EXPIRY} without, {@link #NO_KEY} when absent. */
    long expiresAtMillis(Bytes key);

    /**
     * Whether a key that is to expire at a time, in milliseconds of Unix time, is over already. Never while a log is
     * replayed or data are imported, whose source says itself what expired.
     */
    boolean isPast(long unixMillis);

    /** Sets when an existing key expires, or {@link #NO_EXPIRY}. */
    void expireAt(Bytes key, long unixMillis);

    /** A key drawn uniformly that is not due to expire, as a copy, or null when there is none. */
    @Nullable
    Bytes randomKey();

    /**
     * Visits about {@code count} keys from a SCAN cursor on; returns the next cursor, 0 at the end. Keys that it finds due to
     * expire are removed.
     */
    long scan(long cursor, int count, KeyVisitor visitor);

    long NO_EXPIRY = -1;
    long NO_KEY = -2;

    /** Receives keys; must not change the keyspace. The view is valid during the call. */
    interface KeyVisitor {
        void visit(Bytes key, ValueType<?> type);
    }
}

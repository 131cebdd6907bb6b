package dev.spinel.engine.keyspace;

import dev.spinel.engine.memory.Arena;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What can be taken back of the commands in progress: the keys that they created, and the values that they replaced by others.
 *
 * <p>For the command that fails in the midst of a change. Engine thread only.
 */
final class KeyUndo {
    /*
     * Commands nest, and each keeps or takes back its own when it ends, so the notes are a stack of which the command that
     * began last has the top.
     *
     * A created record may move, which happens whenever a value is resized; that note is then searched for. Only the first
     * notes may be of created records, so few have to be looked at. A key that is created beyond them remains if its command
     * fails. A replaced record does not move, and is always noted.
     */
    private static final int MAX_CREATED = 64;

    private @Nullable Database[] databases = new @Nullable Database[8];
    private long[] hashes = new long[8];
    /** The record that was created or replaced. */
    private long[] addresses = new long[8];

    private boolean[] replaced = new boolean[8];
    private int count;
    /** How many notes there were when each command in progress began. */
    private int[] starts = new int[4];

    private int depth;

    /** A command starts, perhaps within another one. */
    void begin() {
        if (depth == starts.length) {
            starts = Arrays.copyOf(starts, 2 * depth);
        }
        starts[depth++] = count;
    }

    /** Whether a command is in progress, outside of which nothing is taken back. */
    boolean isInCommand() {
        return depth > 0;
    }

    /** A record was made for a key that was not there. */
    void created(Database database, long hash, long address) {
        if (isInCommand() && count < MAX_CREATED) {
            add(database, hash, address, false);
        }
    }

    /** A record left the table, but still exists, as does what its value holds elsewhere. */
    void replaced(Database database, long hash, long address) {
        add(database, hash, address, true);
    }

    private void add(Database database, long hash, long address, boolean isReplaced) {
        if (count == hashes.length) {
            databases = Arrays.copyOf(databases, 2 * count);
            hashes = Arrays.copyOf(hashes, 2 * count);
            addresses = Arrays.copyOf(addresses, 2 * count);
            replaced = Arrays.copyOf(replaced, 2 * count);
        }
        databases[count] = database;
        hashes[count] = hash;
        addresses[count] = address;
        replaced[count] = isReplaced;
        count++;
    }

    /** A record that may have been created moved, or vanished if the new address is {@link Arena#NULL}. */
    void moved(long oldAddress, long newAddress) {
        int end = Math.min(count, MAX_CREATED);
        for (int i = 0; i < end; i++) {
            if (addresses[i] == oldAddress) {
                addresses[i] = newAddress;
            }
        }
    }

    /** The command that began last is done: what it replaced is released. */
    void keep() {
        int start = starts[--depth];
        while (count > start) {
            count--;
            if (replaced[count]) {
                database().release(addresses[count]);
            }
            databases[count] = null;
        }
    }

    /** Removes the keys that the command that began last created, and puts back what it replaced. */
    void takeBack() {
        int start = starts[--depth];
        while (count > start) {
            count--;
            long address = addresses[count];
            if (replaced[count]) {
                database().putBack(hashes[count], address);
            } else if (address != Arena.NULL) {
                database().takeBack(hashes[count], address);
            }
            databases[count] = null;
        }
    }

    private Database database() {
        return Objects.requireNonNull(databases[count]);
    }
}

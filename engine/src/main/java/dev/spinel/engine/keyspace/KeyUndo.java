package dev.spinel.engine.keyspace;

import dev.spinel.engine.memory.Arena;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What can be taken back of the command in progress: the keys that it created, and the values that it replaced by others.
 *
 * <p>For the command that fails in the midst of a change. Engine thread only.
 */
final class KeyUndo {
    private @Nullable Database[] databases = new @Nullable Database[8];
    private long[] hashes = new long[8];
    /** The record that was created or replaced. */
    private long[] addresses = new long[8];

    private boolean[] replaced = new boolean[8];
    private int count;
    private boolean inCommand;

    /** A command starts. */
    void begin() {
        inCommand = true;
    }

    /** Whether a command is in progress, outside of which nothing is taken back. */
    boolean isInCommand() {
        return inCommand;
    }

    void created(Database database, long hash, long address) {
        if (inCommand) {
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
        for (int i = 0; i < count; i++) {
            if (addresses[i] == oldAddress) {
                addresses[i] = newAddress;
            }
        }
    }

    /** The command is done: what it replaced is released. */
    void keep() {
        while (count > 0) {
            count--;
            if (replaced[count]) {
                database().release(addresses[count]);
            }
            databases[count] = null;
        }
        inCommand = false;
    }

    /** Removes the keys that were created, and puts back what was replaced. */
    void takeBack() {
        while (count > 0) {
            count--;
            long address = addresses[count];
            if (replaced[count]) {
                database().putBack(hashes[count], address);
            } else if (address != Arena.NULL) {
                database().takeBack(hashes[count], address);
            }
            databases[count] = null;
        }
        inCommand = false;
    }

    private Database database() {
        return Objects.requireNonNull(databases[count]);
    }
}

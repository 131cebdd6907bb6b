package dev.spinel.engine.command.hash;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import java.util.ArrayList;
import java.util.List;

/**
 * The times that one command gives to fields of a hash, all of them or none.
 *
 * <p>A time takes memory, and a client that is answered that there is none is to find the hash as it was. Engine thread only.
 */
final class FieldTimes {
    private final HashValue hash;
    private final List<Bytes> changed = new ArrayList<>();
    private final long[] timesBefore;

    /** @param maxFields how many fields there are at most */
    FieldTimes(HashValue hash, int maxFields) {
        this.hash = hash;
        timesBefore = new long[maxFields];
    }

    /**
     * Sets the time of a field that is there.
     *
     * @param beforeMillis its time so far, or {@link HashValue#NO_EXPIRY}
     * @param whenMillis milliseconds of Unix time, or {@link HashValue#NO_EXPIRY}
     * @throws RuntimeException if there is no memory, after all fields have their times back
     */
    void set(Bytes field, long beforeMillis, long whenMillis) {
        try {
            hash.expireAt(field, whenMillis);
        } catch (RuntimeException noMemory) {
            for (int i = changed.size() - 1; i >= 0; i--) {
                hash.expireAt(changed.get(i), timesBefore[i]);
            }
            throw noMemory;
        }
        timesBefore[changed.size()] = beforeMillis;
        changed.add(field);
    }

    /** The fields whose time was set, in the order of that. */
    List<Bytes> changed() {
        return changed;
    }
}

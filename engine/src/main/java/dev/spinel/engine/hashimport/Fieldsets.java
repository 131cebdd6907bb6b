package dev.spinel.engine.hashimport;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.KeptRequests;
import org.jspecify.annotations.Nullable;

/** The lists of fields that clients have prepared for HIMPORT SET, each client its own. Engine thread only. */
public final class Fieldsets {
    /** What a fieldset takes of the heap beside its name and fields. */
    private static final long FIELDSET_BYTES = 160;

    /** What a field takes beside its bytes. */
    private static final long FIELD_BYTES = 48;

    private final KeptRequests kept;

    /** @param kept counts the fieldsets */
    public Fieldsets(KeptRequests kept) {
        this.kept = kept;
    }

    /**
     * Keeps a list of fields for a client, in place of the one of that name; the arguments need to be valid during the call
     * only.
     *
     * @throws dev.spinel.api.error.CommandException {@code -OOM} if there is no room, and nothing has changed
     */
    void prepare(Client client, Bytes name, Bytes[] fields) {
        kept.requireRoom(client, heapBytes(name, fields));
        discard(client, name);
        Bytes[] copies = new Bytes[fields.length];
        for (int i = 0; i < fields.length; i++) {
            copies[i] = fields[i].copy();
        }
        client.fieldsets().put(name.copy(), copies);
        kept.keep(client, heapBytes(name, copies));
    }

    /** The fields that a client has prepared under a name, in their order, or null. */
    Bytes @Nullable [] get(Client client, Bytes name) {
        return client.fieldsets().get(name);
    }

    /** Forgets a fieldset of a client; false when there is none of that name. */
    boolean discard(Client client, Bytes name) {
        Bytes[] fields = client.fieldsets().remove(name);
        if (fields == null) {
            return false;
        }
        kept.give(client, heapBytes(name, fields));
        return true;
    }

    /** Forgets all fieldsets of a client; returns how many there were. */
    public int discardAll(Client client) {
        int count = client.fieldsets().size();
        client.fieldsets().forEach((name, fields) -> kept.give(client, heapBytes(name, fields)));
        client.fieldsets().clear();
        return count;
    }

    private static long heapBytes(Bytes name, Bytes[] fields) {
        long bytes = FIELDSET_BYTES + name.length() + FIELD_BYTES * fields.length;
        for (Bytes field : fields) {
            bytes += field.length();
        }
        return bytes;
    }
}

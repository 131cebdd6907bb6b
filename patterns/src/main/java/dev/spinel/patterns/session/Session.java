package dev.spinel.patterns.session;

import dev.spinel.patterns.transport.Codec;
import dev.spinel.patterns.transport.Reply;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A session as one request sees it: the attributes as they were when it was loaded, with the changes made since, which
 * {@link SessionStore#save} writes. Others who loaded the same session have objects of their own. Used by one thread at a time, and not
 * while a save or rotation of it is under way.
 *
 * <p>An attribute that was changed in itself, such as a list that was added to, is not noticed: set it again.
 */
public final class Session<V> {
    private final String store;
    private final Codec<V> codec;
    private final Instant createdAt;
    private final Instant lastAccessedAt;
    /** As loaded or saved, still encoded. */
    private final Map<String, Reply.Bulk> stored;
    /** What was set since; nothing for what was removed. */
    private final Map<String, Optional<V>> changes = new HashMap<>();

    private String id;
    private @Nullable String principal;
    private boolean principalChanged;

    Session(
            String store,
            Codec<V> codec,
            String id,
            Instant createdAt,
            Instant lastAccessedAt,
            @Nullable String principal,
            Map<String, Reply.Bulk> stored) {
        this.store = store;
        this.codec = codec;
        this.id = id;
        this.createdAt = createdAt;
        this.lastAccessedAt = lastAccessedAt;
        this.principal = principal;
        this.stored = new HashMap<>(stored);
    }

    /** The secret by which the user is known. Another one after {@link SessionStore#rotate}. */
    public String id() {
        return id;
    }

    /** When the session was created, by the server's clock, in whole milliseconds. */
    public Instant createdAt() {
        return createdAt;
    }

    /** When it was loaded or saved before this object was made, by the server's clock, in whole milliseconds. */
    public Instant lastAccessedAt() {
        return lastAccessedAt;
    }

    /** Whose session it is, if anybody's. */
    public Optional<String> principal() {
        return Optional.ofNullable(principal);
    }

    /**
     * Makes it somebody's session, for instance after a login, or nobody's.
     *
     * @throws IllegalArgumentException if the name is empty or has a zero character
     */
    public void setPrincipal(@Nullable String value) {
        SessionStore.checkPrincipal(value);
        principal = value;
        principalChanged = true;
    }

    /** The value of an attribute; empty if it has none. Decoded at each call, so that it is the caller's own. */
    public Optional<V> get(String name) {
        Optional<V> changed = changes.get(name);
        if (changed != null) {
            return changed;
        }
        Reply.Bulk bytes = stored.get(name);
        return bytes == null ? Optional.empty() : Optional.of(codec.decode(bytes.bytes()));
    }

    /** Sets an attribute. */
    public void set(String name, V value) {
        changes.put(name, Optional.of(value));
    }

    /** Removes an attribute. */
    public void remove(String name) {
        changes.put(name, Optional.empty());
    }

    /** The names of the attributes that have a value, in their natural order. */
    public Set<String> names() {
        Set<String> names = new TreeSet<>(stored.keySet());
        changes.forEach((name, value) -> {
            if (value.isPresent()) {
                names.add(name);
            } else {
                names.remove(name);
            }
        });
        return names;
    }

    /** The name of the store that it is of. */
    String store() {
        return store;
    }

    /** What has to be written. */
    Map<String, Optional<V>> changes() {
        return changes;
    }

    boolean principalChanged() {
        return principalChanged;
    }

    /** All changes were written, in this form. */
    void saved(Map<String, Reply.Bulk> written) {
        changes.forEach((name, value) -> {
            if (value.isEmpty()) {
                stored.remove(name);
            }
        });
        stored.putAll(written);
        changes.clear();
        principalChanged = false;
    }

    void moved(String newId) {
        id = newId;
    }

    /** Without the id, which is a secret. */
    @Override
    public String toString() {
        return "Session[created " + createdAt + ", attributes " + names() + ']';
    }
}

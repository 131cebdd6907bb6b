package dev.spinel.patterns.session;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.Codec;
import dev.spinel.patterns.transport.Names;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Script;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * Sessions of users, shared by the processes of an application. Every operation is one round trip. Thread-safe, and made once per
 * application; the {@link Session} objects are not.
 *
 * <p>A session ends when it was not loaded or saved for the idle time, when its lifetime is over, or when it is invalidated. From then
 * on it cannot be loaded, and a late save finds it gone and writes nothing: ended sessions never come back. Saves write the changed
 * attributes only, so that requests at the same time merge by attribute; for the same attribute the last one counts. While the server refuses
 * writes, for lack of memory or replicas, sessions are loaded, but that puts off no end.
 *
 * <p>After a login, {@link #rotate} gives the session another id, against somebody who planted the old one. Loading by the old id finds
 * nothing from that moment, also in requests that were sent with it before; those that had loaded the session can still save what they
 * changed, for a minute.
 *
 * <p>When a reply is lost, all operations are repeated. A repeated save sets its attributes again, also if another one came between.
 * Time is the server's; if it is set forward, sessions end earlier by as much.
 */
public final class SessionStore<V> {
    private static final Operation<Long> CREATE = new Operation<>(
            "session.create", script("create.lua"), Retry.IDEMPOTENT, (reply, repeated) -> reply.asLong());
    private static final Operation<List<Reply>> LOAD =
            new Operation<>("session.load", script("load.lua"), Retry.IDEMPOTENT, (reply, repeated) -> reply.asItems());
    private static final Operation<Answer> SAVE = answered("session.save", "save.lua", false);
    private static final Operation<Answer> ROTATE = answered("session.rotate", "rotate.lua", false);
    private static final Operation<Answer> INVALIDATE = answered("session.invalidate", "invalidate.lua", true);
    private static final Operation<List<Reply>> FIND =
            new Operation<>("session.find", script("find.lua"), Retry.IDEMPOTENT, (reply, repeated) -> reply.asItems());

    private static final int MAX_LANES = 256;
    private static final int RANDOM_BYTES = 24;
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofDays(3660);
    /** For how long those who loaded a session before its rotation can save it. */
    private static final Duration MOVED_FOR = Duration.ofMinutes(1);

    private final PatternRuntime runtime;
    private final String name;
    private final Codec<V> codec;
    private final Duration idle;
    private final Duration lifetime;
    private final List<Lane> lanes;
    private final SecureRandom random = new SecureRandom();

    private SessionStore(Builder<V> builder) {
        runtime = builder.runtime;
        name = builder.name;
        codec = builder.codec;
        idle = builder.idle;
        lifetime = builder.lifetime;
        List<Lane> all = new ArrayList<>();
        for (int i = 0; i < builder.lanes; i++) {
            all.add(new Lane(name, i));
        }
        lanes = List.copyOf(all);
    }

    private static Script script(String resource) {
        return Script.load(SessionStore.class, resource);
    }

    private static Operation<Answer> answered(String operation, String resource, boolean goneIsDone) {
        return new Operation<>(operation, script(resource), Retry.IDEMPOTENT, (reply, repeated) -> {
            List<Reply> items = reply.asItems();
            long code = items.get(0).asLong();
            return new Answer(
                    code == 1 || (code == 0 && repeated && goneIsDone),
                    code == 2 ? items.get(1).asText() : null);
        });
    }

    /**
     * What became of a change.
     *
     * @param done whether the session was there
     * @param movedTo its id if that is another one now
     */
    private record Answer(boolean done, @Nullable String movedTo) {}

    /** A part of the key space in one slot of a cluster: its sessions and their indexes. */
    record Lane(String store, int number) {
        private String tag() {
            return "{session:" + store + ':' + number + '}';
        }

        /** What the keys of the sessions of all lanes start with. */
        static String prefix(String store) {
            return "{session:" + store + ':';
        }

        String session(String id) {
            return tag() + ":session:" + id;
        }

        String moved(String id) {
            return tag() + ":moved:" + id;
        }

        String expiry() {
            return tag() + ":expiry";
        }

        String owners() {
            return tag() + ":owners";
        }

        String principals() {
            return tag() + ":principals";
        }

        String ending() {
            return tag() + ":ending";
        }
    }

    /**
     * A store to be configured.
     *
     * @param name the part of its keys on the server that tells it from other stores; without braces and colons
     * @param codec of the values of attributes
     */
    public static <V> Builder<V> builder(PatternRuntime runtime, String name, Codec<V> codec) {
        return new Builder<>(runtime, name, codec);
    }

    /** Makes a session with nothing in it. */
    public Session<V> create() {
        return create(Map.of(), null);
    }

    /**
     * Makes a session with some attributes.
     *
     * @param principal whose it is; null if nobody's yet
     */
    public Session<V> create(Map<String, V> attributes, @Nullable String principal) {
        return runtime.call(() -> createAsync(attributes, principal));
    }

    /** As {@link #create()}. */
    public CompletionStage<Session<V>> createAsync() {
        return createAsync(Map.of(), null);
    }

    /** As {@link #create(Map, String)}. */
    public CompletionStage<Session<V>> createAsync(Map<String, V> attributes, @Nullable String principal) {
        checkPrincipal(principal);
        int number = random.nextInt(lanes.size());
        String id = newId(number);
        Lane lane = lanes.get(number);
        Map<String, Reply.Bulk> encoded = new HashMap<>();
        attributes.forEach((key, value) -> encoded.put(key, new Reply.Bulk(codec.encode(value))));
        Arguments arguments = new Arguments()
                .add(id)
                .add(idle.toMillis())
                .add(lifetime.toMillis())
                .add(principal == null ? "" : principal);
        encoded.forEach((key, value) -> arguments.add(key).add(value.bytes()));
        return runtime.run(
                        CREATE, List.of(lane.session(id), lane.expiry(), lane.owners(), lane.principals()), arguments)
                .thenApply(now -> {
                    Instant created = Instant.ofEpochMilli(now);
                    return new Session<>(name, codec, id, created, created, principal, encoded);
                });
    }

    /** The session of an id, which counts as an access; empty if there is none, or none any more. */
    public Optional<Session<V>> load(String id) {
        return runtime.call(() -> loadAsync(id));
    }

    /** As {@link #load}. */
    public CompletionStage<Optional<Session<V>>> loadAsync(String id) {
        Lane lane = laneOf(id);
        if (lane == null) {
            return CompletableFuture.completedFuture(Optional.empty());
        }
        return runtime.run(
                        LOAD,
                        List.of(lane.session(id), lane.expiry()),
                        new Arguments().add(id).add(idle.toMillis()).add(lifetime.toMillis()))
                .thenApply(fields -> fields.isEmpty() ? Optional.empty() : Optional.of(read(id, fields)));
    }

    private Session<V> read(String id, List<Reply> fields) {
        Map<String, Reply.Bulk> attributes = new HashMap<>();
        Map<String, String> others = new HashMap<>();
        for (int i = 0; i < fields.size(); i += 2) {
            String field = fields.get(i).asText();
            if (field.startsWith("a:")) {
                attributes.put(
                        field.substring(2), new Reply.Bulk(fields.get(i + 1).asBytes()));
            } else {
                others.put(field, fields.get(i + 1).asText());
            }
        }
        return new Session<>(
                name,
                codec,
                id,
                instant(others.get("created")),
                instant(others.get("accessed")),
                others.get("principal"),
                attributes);
    }

    private static Instant instant(@Nullable String millis) {
        return Instant.ofEpochMilli(Long.parseLong(requireNonNull(millis, "A session without its times")));
    }

    /**
     * Writes what was changed, which counts as an access. If the session has ended, nothing is written.
     *
     * @return whether it had not ended
     * @throws IllegalArgumentException if it is of another store, or of more lanes than this one has
     * @throws PatternException if it may not have been written; what was changed can be saved again
     */
    public boolean save(Session<V> session) {
        return runtime.call(() -> saveAsync(session));
    }

    /** As {@link #save}. */
    public CompletionStage<Boolean> saveAsync(Session<V> session) {
        Map<String, Reply.Bulk> set = new HashMap<>();
        List<String> removed = new ArrayList<>();
        session.changes().forEach((key, value) -> {
            if (value.isPresent()) {
                set.put(key, new Reply.Bulk(codec.encode(value.get())));
            } else {
                removed.add(key);
            }
        });
        return save(session, set, removed);
    }

    private CompletionStage<Boolean> save(Session<V> session, Map<String, Reply.Bulk> set, List<String> removed) {
        Arguments arguments = new Arguments()
                .add(session.id())
                .add(idle.toMillis())
                .add(lifetime.toMillis())
                .add(session.principalChanged() ? 1 : 0)
                .add(session.principal().orElse(""))
                .add(set.size());
        set.forEach((key, value) -> arguments.add(key).add(value.bytes()));
        removed.forEach(arguments::add);
        return runtime.run(SAVE, changedKeys(laneOf(session), session.id()), arguments)
                .thenCompose(answer -> {
                    if (answer.movedTo() != null) {
                        session.moved(answer.movedTo());
                        return save(session, set, removed);
                    }
                    if (answer.done()) {
                        session.saved(set);
                    }
                    return CompletableFuture.completedFuture(answer.done());
                });
    }

    private static List<String> changedKeys(Lane lane, String id) {
        return List.of(lane.session(id), lane.expiry(), lane.owners(), lane.principals(), lane.moved(id));
    }

    /**
     * Gives the session another id, which the object has from then on. What was changed is not written. There is no grace for the old
     * id: a request that is under way with it and loads the session after this finds none.
     *
     * @return whether the session had not ended
     * @throws IllegalArgumentException if it is of another store, or of more lanes than this one has
     */
    public boolean rotate(Session<V> session) {
        return runtime.call(() -> rotateAsync(session));
    }

    /** As {@link #rotate}. */
    public CompletionStage<Boolean> rotateAsync(Session<V> session) {
        String id = session.id();
        Lane lane = laneOf(session);
        String newId = newId(lane.number());
        List<String> keys = List.of(
                lane.session(id), lane.session(newId), lane.expiry(), lane.owners(), lane.principals(), lane.moved(id));
        return runtime.run(ROTATE, keys, new Arguments().add(id).add(newId).add(MOVED_FOR.toMillis()))
                .thenCompose(answer -> {
                    if (answer.movedTo() != null) {
                        session.moved(answer.movedTo());
                        return rotateAsync(session);
                    }
                    if (answer.done()) {
                        session.moved(newId);
                    }
                    return CompletableFuture.completedFuture(answer.done());
                });
    }

    /**
     * Ends a session, also if it got another id within the last minute.
     *
     * @return whether it had not ended before
     */
    public boolean invalidate(String id) {
        return runtime.call(() -> invalidateAsync(id));
    }

    /** As {@link #invalidate}. */
    public CompletionStage<Boolean> invalidateAsync(String id) {
        Lane lane = laneOf(id);
        if (lane == null) {
            return CompletableFuture.completedFuture(false);
        }
        return runtime.run(INVALIDATE, changedKeys(lane, id), new Arguments().add(id))
                .thenCompose(answer -> answer.movedTo() != null
                        ? invalidateAsync(answer.movedTo())
                        : CompletableFuture.completedFuture(answer.done()));
    }

    /** The ids of the sessions of a principal. One round trip, of one command per lane. */
    public List<String> findByPrincipal(String principal) {
        return PatternRuntime.await(findByPrincipalAsync(principal));
    }

    /** As {@link #findByPrincipal}. */
    public CompletionStage<List<String>> findByPrincipalAsync(String principal) {
        checkPrincipal(principal);
        CompletionStage<List<String>> all = CompletableFuture.completedFuture(List.of());
        for (Lane lane : lanes) {
            CompletionStage<List<Reply>> found =
                    runtime.run(FIND, List.of(lane.expiry(), lane.principals()), new Arguments().add(principal));
            all = all.thenCombine(found, (ids, more) -> {
                List<String> both = new ArrayList<>(ids);
                more.forEach(id -> both.add(id.asText()));
                return both;
            });
        }
        return all;
    }

    /**
     * Ends all sessions of a principal, to log out everywhere: those that are there when it is called. Two round trips.
     *
     * @return how many were ended
     */
    public int invalidateAll(String principal) {
        return PatternRuntime.await(invalidateAllAsync(principal));
    }

    /** As {@link #invalidateAll}. */
    public CompletionStage<Integer> invalidateAllAsync(String principal) {
        return findByPrincipalAsync(principal).thenCompose(ids -> {
            CompletionStage<Integer> ended = CompletableFuture.completedFuture(0);
            for (String id : ids) {
                ended = ended.thenCombine(invalidateAsync(id), (count, was) -> count + (was ? 1 : 0));
            }
            return ended;
        });
    }

    static void checkPrincipal(@Nullable String principal) {
        if (principal != null && (principal.isEmpty() || principal.indexOf('\0') >= 0)) {
            throw new IllegalArgumentException("A principal is neither empty nor has zero characters");
        }
    }

    /** Two digits for the lane, and 192 random bits. */
    private String newId(int lane) {
        byte[] bytes = new byte[RANDOM_BYTES];
        random.nextBytes(bytes);
        return String.format("%02x", lane)
                + Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    /** The lane of an id that somebody presents; null if it cannot be one of this store. */
    private @Nullable Lane laneOf(String id) {
        if (id.length() < 3) {
            return null;
        }
        int number = Character.digit(id.charAt(0), 16) * 16 + Character.digit(id.charAt(1), 16);
        return number < 0 || number >= lanes.size() ? null : lanes.get(number);
    }

    private Lane laneOf(Session<V> session) {
        if (!session.store().equals(name)) {
            throw new IllegalArgumentException(
                    "Sessions '" + name + "': this one is of the store '" + session.store() + "'");
        }
        Lane lane = laneOf(session.id());
        if (lane == null) {
            throw new IllegalArgumentException(
                    "Sessions '" + name + "': this one is of a store with more lanes than " + lanes.size());
        }
        return lane;
    }

    PatternRuntime runtime() {
        return runtime;
    }

    String name() {
        return name;
    }

    List<Lane> lanes() {
        return lanes;
    }

    /** Settings of a store. Times count in whole milliseconds. */
    public static final class Builder<V> {
        private final PatternRuntime runtime;
        private final String name;
        private final Codec<V> codec;
        private Duration idle = Duration.ofMinutes(30);
        private Duration lifetime = Duration.ZERO;
        private int lanes = 1;

        private Builder(PatternRuntime runtime, String name, Codec<V> codec) {
            this.runtime = requireNonNull(runtime, "runtime");
            this.name = requireNonNull(name, "name");
            this.codec = requireNonNull(codec, "codec");
        }

        /** After what time without an access a session ends, 30 minutes if not set. */
        public Builder<V> idleTimeout(Duration value) {
            idle = requireNonNull(value, "idleTimeout");
            return this;
        }

        /** How long after its creation a session ends whatever happens; zero, as if not set, for no such bound. */
        public Builder<V> lifetime(Duration value) {
            lifetime = requireNonNull(value, "lifetime");
            return this;
        }

        /**
         * Over how many parts of the key space sessions are spread, from 1 to 256; 1 if not set. Each is in one slot of a cluster, so
         * that a cluster takes several. May be raised later, but not lowered.
         */
        public Builder<V> lanes(int value) {
            lanes = value;
            return this;
        }

        /**
         * The store.
         *
         * @throws IllegalArgumentException if the settings make no sense together
         */
        public SessionStore<V> build() {
            Names.withoutBracesAndColons("session store", name);
            if (idle.compareTo(SHORTEST) < 0 || idle.compareTo(LONGEST) > 0) {
                throw refused("idleTimeout is between 1 ms and " + LONGEST.toDays() + " days, not " + idle);
            }
            if (!lifetime.isZero() && (lifetime.compareTo(idle) < 0 || lifetime.compareTo(LONGEST) > 0)) {
                throw refused("lifetime is between idleTimeout and " + LONGEST.toDays() + " days, not " + lifetime);
            }
            if (lanes < 1 || lanes > MAX_LANES) {
                throw refused("lanes are between 1 and " + MAX_LANES + ", not " + lanes);
            }
            return new SessionStore<>(this);
        }

        private IllegalArgumentException refused(String reason) {
            return new IllegalArgumentException("Sessions '" + name + "': " + reason);
        }
    }
}

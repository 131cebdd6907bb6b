package dev.spinel.engine.snapshot;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.ValueType;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.SavedValue;
import dev.spinel.engine.dataset.StreamState;
import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.keyspace.Database;
import dev.spinel.engine.value.CustomValue;
import dev.spinel.engine.value.HashView;
import dev.spinel.engine.value.ListView;
import dev.spinel.engine.value.SetView;
import dev.spinel.engine.value.SortedSetView;
import dev.spinel.engine.value.StreamView;
import dev.spinel.engine.value.ValueView;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Makes values of what it is told, each under a key that {@link #start} names. It believes nothing: what would not be a
 * value of its type is refused.
 *
 * <p>Engine thread only.
 */
final class ValueBuilder implements ValueSink {
    /** Values that are longer rarely stay in one piece. */
    private static final int MAX_ROOM_BYTES = 8 << 10;

    private final Function<String, @Nullable ValueType<?>> customTypes;
    private final boolean distinct;
    private final Bytes key = new Bytes();
    private final Bytes nothing = new Bytes();
    private final Bytes digits = Bytes.of(new byte[Numbers.MAX_LONG_LENGTH]);
    private @Nullable Database database;
    private byte[] keyBytes = new byte[64];
    private long expiresAtMillis;
    private long use;
    private @Nullable ValueView view;
    /** Of a sorted set: members still to come, and those whose negative zero a listpack could not hold. */
    private long membersLeft;

    private final List<Bytes> negativeZeros = new ArrayList<>();
    /** Of the group of a stream: pending entries that no consumer had so far, and consumers still to come. */
    private long unowned;

    private long consumersLeft;
    /** What the stream to come keeps of its producers. */
    private final List<SavedValue> producers = new ArrayList<>();

    /**
     * @param customTypes the types of plugins by their names
     * @param distinct whether fields and members of listpacks are taken to differ, which costs the square of their number
     *     to check
     */
    ValueBuilder(Function<String, @Nullable ValueType<?>> customTypes, boolean distinct) {
        this.customTypes = customTypes;
        this.distinct = distinct;
    }

    /** Names the key of the value that follows. */
    void start(Database owner, Bytes name, long expiresAt, long useOfKey) {
        database = owner;
        if (name.length() > keyBytes.length) {
            keyBytes = new byte[Math.max(name.length(), 2 * keyBytes.length)];
        }
        System.arraycopy(name.array(), name.offset(), keyBytes, 0, name.length());
        key.set(keyBytes, 0, name.length());
        expiresAtMillis = expiresAt;
        use = useOfKey;
        view = null;
        producers.clear();
    }

    /** Removes the key if there is something of its value. */
    void undo() {
        if (database != null) {
            database.releaseViews();
            database.remove(key);
        }
    }

    private Database database() {
        if (database == null) {
            throw new IllegalStateException("a value without a key");
        }
        return database;
    }

    private <V extends ValueView> V begin(ValueType<?> type, Class<V> viewClass) throws InvalidDatasetException {
        return begin(type, viewClass, nothing);
    }

    /** Makes the key, in a record that has room for a value which is probably going to be kept as it comes. */
    private <V extends ValueView> V begin(ValueType<?> type, Class<V> viewClass, Bytes packed)
            throws InvalidDatasetException {
        int room = packed.length() <= MAX_ROOM_BYTES ? packed.length() : 0;
        ValueView begun = database().load(type, key, expiresAtMillis, use, room);
        if (begun == null) {
            throw keyIsThere();
        }
        view = begun;
        return viewClass.cast(begun);
    }

    private <V> V current(Class<V> viewClass) {
        return viewClass.cast(Objects.requireNonNull(view, "value begun"));
    }

    private InvalidDatasetException keyIsThere() {
        return new InvalidDatasetException("The key '" + key.quotable(128) + "' is there twice");
    }

    private InvalidDatasetException malformed(String what) {
        return new InvalidDatasetException(
                what + " integrity check failed: the value of the key '" + key.quotable(128) + "'");
    }

    private InvalidDatasetException duplicate(String what) {
        return new InvalidDatasetException(
                "Duplicate " + what + ", integrity check failed: the value of the key '" + key.quotable(128) + "'");
    }

    @Override
    public void string(Bytes value) throws InvalidDatasetException {
        if (!database().loadString(key, value, expiresAtMillis, use)) {
            throw keyIsThere();
        }
    }

    @Override
    public void integer(long value) throws InvalidDatasetException {
        digits.set(digits.array(), 0, Numbers.formatLong(value, digits.array(), 0));
        string(digits);
    }

    @Override
    public void list(long parts) throws InvalidDatasetException {
        begin(ValueType.LIST, ListView.class);
    }

    @Override
    public void listPage(Bytes listpack) throws InvalidDatasetException {
        if (!current(ListView.class).loadPage(listpack)) {
            throw malformed("Listpack");
        }
    }

    @Override
    public void listElement(Bytes element) {
        current(ListView.class).pushTail(element);
    }

    @Override
    public void intset(Bytes intset) throws InvalidDatasetException {
        if (!begin(ValueType.SET, SetView.class, intset).loadIntset(intset)) {
            throw malformed("Intset");
        }
    }

    @Override
    public void set(Bytes listpack) throws InvalidDatasetException {
        if (!begin(ValueType.SET, SetView.class, listpack).loadListpack(listpack)) {
            throw malformed("Listpack");
        }
    }

    @Override
    public void set(long members) throws InvalidDatasetException {
        begin(ValueType.SET, SetView.class).expect(members);
    }

    @Override
    public void member(Bytes member) throws InvalidDatasetException {
        if (!current(SetView.class).add(member)) {
            throw duplicate("member");
        }
    }

    @Override
    public void hash(Bytes listpack) throws InvalidDatasetException {
        if (!begin(ValueType.HASH, HashView.class, listpack).load(listpack, distinct)) {
            throw malformed("Listpack");
        }
    }

    @Override
    public void hash(long fields) throws InvalidDatasetException {
        begin(ValueType.HASH, HashView.class).expect(fields);
    }

    @Override
    public void field(Bytes field, Bytes value) throws InvalidDatasetException {
        if (!current(HashView.class).add(field, value, HashValue.NO_EXPIRY)) {
            throw duplicate("field");
        }
    }

    @Override
    public void expiringHash(Bytes listpack) throws InvalidDatasetException {
        if (!begin(ValueType.HASH, HashView.class, listpack).loadExpiring(listpack, distinct)) {
            throw malformed("listpack");
        }
    }

    @Override
    public void expiringHash(long fields, long earliestMillis) throws InvalidDatasetException {
        hash(fields);
    }

    @Override
    public void expiringField(Bytes field, Bytes value, long expiresAtMillis) throws InvalidDatasetException {
        if (expiresAtMillis <= 0) {
            throw malformed("time to live of a field");
        }
        // Valkey knows later times than Redis.
        if (!current(HashView.class).add(field, value, Math.min(expiresAtMillis, HashValue.MAX_EXPIRY_MILLIS))) {
            throw duplicate("field");
        }
    }

    @Override
    public void sortedSet(Bytes listpack) throws InvalidDatasetException {
        if (!begin(ValueType.SORTED_SET, SortedSetView.class, listpack).load(listpack, distinct)) {
            throw malformed("Listpack");
        }
    }

    @Override
    public void sortedSet(long members) throws InvalidDatasetException {
        begin(ValueType.SORTED_SET, SortedSetView.class).expect(members);
        membersLeft = members;
        negativeZeros.clear();
    }

    @Override
    public void scored(Bytes member, double score) throws InvalidDatasetException {
        if (Double.isNaN(score)) {
            throw malformed("Score");
        }
        SortedSetView sortedSet = current(SortedSetView.class);
        if (!sortedSet.put(member, score)) {
            throw duplicate("member");
        }
        if (isNegativeZero(score) && !isNegativeZero(sortedSet.score(member))) {
            negativeZeros.add(member.copy());
        }
        if (--membersLeft == 0) {
            // Of use only if the sorted set has outgrown the listpack meanwhile.
            negativeZeros.forEach(zero -> sortedSet.put(zero, -0.0));
        }
    }

    private static boolean isNegativeZero(double score) {
        return Double.doubleToRawLongBits(score) == Double.doubleToRawLongBits(-0.0);
    }

    @Override
    public void streamProducers(SavedValue saved) {
        producers.add(saved);
    }

    @Override
    public void stream(long nodes) throws InvalidDatasetException {
        StreamView stream = begin(ValueType.STREAM, StreamView.class);
        for (SavedValue saved : producers) {
            stream.loadProducers(saved);
        }
    }

    @Override
    public void streamNode(long millis, long sequence, Bytes listpack) throws InvalidDatasetException {
        if (!current(StreamView.class).loadNode(new StreamId(millis, sequence), listpack)) {
            throw malformed("Stream listpack");
        }
    }

    @Override
    public void streamState(StreamState state) throws InvalidDatasetException {
        if (!current(StreamView.class).loadState(state)) {
            throw malformed("Stream");
        }
    }

    @Override
    public void streamGroup(Bytes name, StreamId lastId, long entriesRead, long pending)
            throws InvalidDatasetException {
        if (!current(StreamView.class).loadGroup(name, lastId, entriesRead)) {
            throw duplicate("group");
        }
        unowned = pending;
    }

    @Override
    public void streamPending(long millis, long sequence, long deliveredMillis, long deliveries)
            throws InvalidDatasetException {
        if (!current(StreamView.class).loadPending(millis, sequence, deliveredMillis, deliveries)) {
            throw duplicate("pending entry");
        }
    }

    @Override
    public void streamConsumers(long consumers) throws InvalidDatasetException {
        consumersLeft = consumers;
        checkOwners();
    }

    @Override
    public void streamConsumer(Bytes name, long seenMillis, long pending) throws InvalidDatasetException {
        if (!current(StreamView.class).loadConsumer(name, seenMillis)) {
            throw new InvalidDatasetException(
                    "Duplicate stream consumer detected: the value of the key '" + key.quotable(128) + "'");
        }
        consumersLeft--;
        unowned -= pending;
        checkOwners();
    }

    /** Each consumer tells how many entries are pending for it; all of them together are to be those of the group. */
    private void checkOwners() throws InvalidDatasetException {
        if (consumersLeft == 0 && unowned != 0) {
            throw malformed("pending entry");
        }
    }

    @Override
    public void streamOwned(long millis, long sequence) throws InvalidDatasetException {
        if (!current(StreamView.class).loadOwned(millis, sequence)) {
            throw malformed("pending entry");
        }
    }

    @Override
    public void custom(String typeName, int version, SavedValue value) throws InvalidDatasetException {
        ValueType<?> type = customTypes.apply(typeName);
        if (type == null) {
            throw new InvalidDatasetException("The value of the key '" + key.quotable(128) + "' is of type '" + typeName
                    + "', and no plugin with that type is loaded");
        }
        CustomValue<?> loaded;
        try {
            loaded = CustomValue.load(type, value, version);
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            throw new InvalidDatasetException(
                    "The plugin of type '" + typeName + "' can't load the value of the key '" + key.quotable(128)
                            + "': " + e.getMessage(),
                    e);
        }
        database().releaseViews();
        if (!database().loadCustom(loaded, key, expiresAtMillis, use)) {
            throw keyIsThere();
        }
    }
}

package dev.spinel.engine.keyspace;

import static dev.spinel.engine.keyspace.RecordLayout.HAS_EXPIRY;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyDescription;
import dev.spinel.api.keyspace.Keyspace;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.KeyUse;
import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.RecordTable;
import dev.spinel.engine.value.CustomValue;
import dev.spinel.engine.value.CustomView;
import dev.spinel.engine.value.HashView;
import dev.spinel.engine.value.Releasable;
import dev.spinel.engine.value.StringView;
import dev.spinel.engine.value.ValueView;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One database: its records, by key.
 *
 * <p>Engine thread only.
 */
public final class Database implements Keyspace {
    /*
     * A record holds key, expiry and value together (RecordLayout), so a lookup costs the table slot and the record and
     * nothing else. The price: a value that grows takes its key along when it outgrows its size class. There is no
     * second dictionary of keys with a time to live; the active expiry cycle walks the one table and reads the flag, and
     * skips databases in which no key has one. Hashes with fields that expire are found on the same walk.
     */
    private static final int RANDOM_KEY_ATTEMPTS = 100;

    /** When fewer than one in so many keys have a time to live, they are not searched by drawing. */
    private static final int SPARSE_DIVISOR = 16;

    /** How many keys to walk over in search of those with a time to live. */
    private static final int SPARSE_VISITS = 500;

    /** How many fields of a large hash a slice of active expiry looks at, and after how many removed ones it stops. */
    private static final int FIELD_VISITS = 20_000;

    private static final int FIELDS_REMOVED = 500;

    /** What one key takes of the table on average. */
    private static final int TABLE_SLOT_BYTES = 10;

    /** What the smallest records take with their places in the table. */
    private static final int MIN_ROOM_PER_EXPECTED_KEY = 32;

    private final KeyspaceContext context;
    private final Arena arena;
    private KeyTable table;
    private final Bytes listenedKey = new Bytes();
    private final Bytes scannedKey = new Bytes();
    private final Bytes toldKey = new Bytes();
    private int index;
    private long keysWithExpiry;
    private long hashesWithExpiringFields;
    private long expiryCursor;
    /** The key of a large hash that had fields to expire when active expiry met it last. */
    private byte @Nullable [] walkedHash;

    private final List<Bytes> dueFields = new ArrayList<>();
    private long sampleCursor;
    private long averageTimeToLiveMillis;

    Database(KeyspaceContext context, int index) {
        this.context = context;
        this.arena = context.arena();
        this.table = new KeyTable(arena, context.keyHash());
        this.index = index;
    }

    @Override
    public int index() {
        return index;
    }

    void index(int value) {
        index = value;
    }

    @Override
    public long size() {
        return table.size();
    }

    /** Number of keys that have a time to live. */
    public long keysWithExpiry() {
        return keysWithExpiry;
    }

    /** Number of hashes with fields that have a time to live. */
    public long hashesWithExpiringFields() {
        return hashesWithExpiringFields;
    }

    /** Takes note that hashes got their first field with a time to live, or lost the last one. */
    void countExpiringHash(int difference) {
        hashesWithExpiringFields += difference;
    }

    /** Estimate of the average time to live of the keys that have one, in milliseconds. */
    public long averageTimeToLiveMillis() {
        return averageTimeToLiveMillis;
    }

    /** Bytes of the table of keys on the Java heap, beside the arena. */
    public long tableHeapBytes() {
        return table.directoryBytes();
    }

    /** Bytes of the table of keys. */
    public long tableBytes() {
        return table.memoryBytes();
    }

    private long hash(Bytes key) {
        return context.keyHash().hash(key.array(), key.offset(), key.length());
    }

    /** The address of a live record, or {@link Arena#NULL}; a record whose time is over is removed, but in import mode. */
    private long find(long hash, Bytes key) {
        return find(hash, key, false);
    }

    /** As {@link #find}, for what is about to change the key: a record whose time is over must not be in its way. */
    private long findToChange(long hash, Bytes key) {
        return find(hash, key, true);
    }

    private long find(long hash, Bytes key, boolean toChange) {
        long address = table.find(hash, key.array(), key.offset(), key.length());
        if (address != Arena.NULL) {
            byte[] chunk = arena.chunk(address);
            int record = arena.offset(address);
            int flags = RecordLayout.flags(chunk, record);
            if ((flags & HAS_EXPIRY) != 0 && isDue(RecordLayout.expiry(chunk, record, flags))) {
                if (context.removesExpired(toChange)) {
                    expire(hash, address);
                }
                return Arena.NULL;
            }
            if (RecordLayout.hasExpiringFields(chunk, record)) {
                return withoutDueFields(hash, address, key, toChange);
            }
        }
        return address;
    }

    /**
     * Removes the fields of a small hash whose time is over; those of a large one, which no command finds either, are left
     * to active expiry.
     *
     * @return the address of the record, which may be another one, or {@link Arena#NULL} if no field is left
     */
    private long withoutDueFields(long hash, long address, Bytes key, boolean toChange) {
        HashView view = hashView(hash, address);
        boolean isUnderConstruction = index < 0;
        if (view.isLarge()
                || !isDue(view.nextExpiryMillis())
                || !context.removesExpired(toChange)
                || isUnderConstruction) {
            return address;
        }
        reclaimFields(hash, address);
        return table.find(hash, key.array(), key.offset(), key.length());
    }

    private HashView hashView(long hash, long address) {
        return (HashView) context.views().passingView(this, hash, address, ValueType.HASH.id());
    }

    /**
     * Removes fields of a hash whose time is over, and the hash with its last field.
     *
     * @return how many
     */
    private int reclaimFields(long hash, long address) {
        beforeChange(hash, address);
        HashView view = hashView(hash, address);
        byte[] key = keyCopy(address);
        dueFields.clear();
        view.removeDue(FIELD_VISITS, FIELDS_REMOVED, dueFields);
        if (dueFields.isEmpty()) {
            return 0;
        }
        boolean emptied = view.isEmpty();
        if (emptied) {
            removeRecord(hash, table.find(hash, key, 0, key.length), context.expiresLazily());
        }
        listenedKey.set(key, 0, key.length);
        context.statistics().expiredFields += dueFields.size();
        context.listener().fieldsExpired(this, listenedKey, dueFields, emptied);
        return dueFields.size();
    }

    private boolean isDue(long expiryMillis) {
        return context.dueMillis() > expiryMillis;
    }

    @Override
    public boolean isPast(long unixMillis) {
        return !context.imports() && context.dueMillis() >= unixMillis;
    }

    private void expire(long hash, long address) {
        byte[] key = keyCopy(address);
        removeRecord(hash, address, context.expiresLazily());
        listenedKey.set(key, 0, key.length);
        context.statistics().expiredKeys++;
        context.listener().expired(this, listenedKey);
    }

    /**
     * Visits keys drawn at random, some of them perhaps twice.
     *
     * @param count how many, about
     * @param volatileOnly whether to visit keys with a time to live only; then there may be none this time
     */
    void sample(int count, boolean volatileOnly, RecordTable.Visitor visitor) {
        if (volatileOnly && keysWithExpiry * SPARSE_DIVISOR < size()) {
            sampleCursor = table.scan(sampleCursor, SPARSE_VISITS, address -> {
                if (expiryAt(address) != NO_EXPIRY) {
                    visitor.visit(address);
                }
            });
            return;
        }
        int attempts = volatileOnly ? count * SPARSE_DIVISOR : count;
        for (int visited = 0; visited < count && attempts > 0; attempts--) {
            long address = table.randomAddress(context.random());
            if (address != Arena.NULL && (!volatileOnly || expiryAt(address) != NO_EXPIRY)) {
                visitor.visit(address);
                visited++;
            }
        }
    }

    /** How soon a key should go to make room; the higher, the sooner. */
    long evictionScore(long address, EvictionPolicy.Order order) {
        int bits = RecordLayout.clock(arena.chunk(address), arena.offset(address));
        return switch (order) {
            case IDLE_TIME, MODIFICATION_AGE -> context.access().idleSeconds(bits);
            case FREQUENCY -> -context.access().frequency(bits);
            case EXPIRY -> -expiryAt(address);
            case NONE, RANDOM -> 0;
        };
    }

    /** Removes a key to make room; false when it is not there, or has no time to live though it should. */
    boolean evict(Bytes key, boolean volatileOnly, boolean lazily) {
        long hash = hash(key);
        long address = table.find(hash, key.array(), key.offset(), key.length());
        if (address == Arena.NULL || (volatileOnly && expiryAt(address) == NO_EXPIRY)) {
            return false;
        }
        removeRecord(hash, address, lazily);
        context.statistics().evictedKeys++;
        context.listener().evicted(this, key, lazily);
        return true;
    }

    /** Has a record told as it is, if a cut needs it, before its key, its expiry or its value change. */
    private void beforeChange(long hash, long address) {
        if (table.isCut() && table.takeFromCut(hash, address)) {
            context.cut().tell(table, address);
        }
    }

    KeyTable table() {
        return table;
    }

    /** The view of a record for a use that ends before there is another change or view. */
    ValueView passingView(long address) {
        // The view needs the hash of the key only to change the value.
        return context.views().passingView(this, 0, address, typeAt(address));
    }

    /** Tells the key of a record, of this database or of one that it was. */
    void tellKey(int database, long address, DatasetSink sink) throws IOException {
        byte[] chunk = arena.chunk(address);
        int record = arena.offset(address);
        int flags = RecordLayout.flags(chunk, record);
        toldKey.set(chunk, record + RecordLayout.keyOffset(flags), RecordLayout.keyLength(chunk, record, flags));
        sink.key(database, toldKey, expiryAt(address), context.access().use(RecordLayout.clock(chunk, record)));
    }

    /** Tells all keys with their values. */
    void tellAll(DatasetSink sink) throws IOException {
        tellSize(sink);
        try {
            table.forEach(address -> tell(address, sink));
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    void tellSize(DatasetSink sink) throws IOException {
        if (size() > 0) {
            sink.expectKeys(index, size(), keysWithExpiry);
        }
    }

    private void tell(long address, DatasetSink sink) {
        try {
            tellKey(index, address, sink);
            passingView(address).tell(sink);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /**
     * Tells the value of a key.
     *
     * @return false when there is no such key
     */
    public boolean tell(Bytes key, ValueSink sink) throws IOException {
        long address = find(hash(key), key);
        if (address == Arena.NULL) {
            return false;
        }
        passingView(address).tell(sink);
        return true;
    }

    /**
     * Adds a key with a string that is loaded; nobody is told.
     *
     * @return false, and nothing happened, if the key is there
     */
    public boolean loadString(Bytes key, Bytes value, long expiresAtMillis, long use) {
        long hash = hash(key);
        if (table.find(hash, key.array(), key.offset(), key.length()) != Arena.NULL) {
            return false;
        }
        int encoding = StringView.encodingOf(value);
        long address = newRecord(
                hash, key, ValueType.STRING.id(), encoding, StringView.encodedLength(value, encoding), expiresAtMillis);
        writeString(address, value, encoding);
        use(address, use);
        return true;
    }

    /** Prepares for so many keys, unless there are some or it would take a large part of the memory. */
    public void expect(long keys) {
        if (keys <= arena.roomBytes() / MIN_ROOM_PER_EXPECTED_KEY) {
            table.reserve(keys);
        }
    }

    /** Gives back what {@link #expect} took for keys that did not come. */
    public void endExpectation() {
        table.trim();
    }

    /**
     * Adds a key with an empty value that is about to be loaded; nobody is told.
     *
     * @param roomBytes length that the value will probably have, for which its record is made
     * @return a view of it, valid until the next call, or null if the key is there
     */
    public @Nullable ValueView load(ValueType<?> type, Bytes key, long expiresAtMillis, long use, int roomBytes) {
        long hash = hash(key);
        if (table.find(hash, key.array(), key.offset(), key.length()) != Arena.NULL) {
            return null;
        }
        long address = newRecord(hash, key, type.id(), 0, roomBytes, expiresAtMillis);
        use(address, use);
        context.loadedViews().reset();
        ValueView view = context.loadedViews().view(this, hash, address, type.id());
        view.init();
        return view;
    }

    /**
     * Adds a key with a custom value that was loaded; nobody is told.
     *
     * @return false, and nothing happened, if the key is there
     */
    public boolean loadCustom(CustomValue<?> value, Bytes key, long expiresAtMillis, long use) {
        long hash = hash(key);
        if (table.find(hash, key.array(), key.offset(), key.length()) != Arena.NULL) {
            return false;
        }
        long address = newRecord(hash, key, ValueType.CUSTOM_ID, 0, 0, expiresAtMillis);
        use(address, use);
        fill(hash, address, value);
        return true;
    }

    private void use(long address, long use) {
        if (use != KeyUse.UNKNOWN) {
            RecordLayout.clock(
                    arena.chunk(address),
                    arena.offset(address),
                    context.access().of(use));
        }
    }

    /**
     * Takes a value out of another database and puts it under a key, in place of any other; as a new value, it is told.
     *
     * @param from the database, which has the key {@code fromKey}
     * @param expiresAtMillis Unix time, or {@link #NO_EXPIRY}
     */
    public void adopt(Database from, Bytes fromKey, Bytes key, long expiresAtMillis, long use) {
        from.transplant(fromKey, this, key, expiresAtMillis);
        // Fields of a hash that are over stay until the command is logged, hence no lookup that removes them.
        long hash = hash(key);
        use(table.find(hash, key.array(), key.offset(), key.length()), use);
    }

    byte[] keyCopy(long address) {
        byte[] chunk = arena.chunk(address);
        int record = arena.offset(address);
        int flags = RecordLayout.flags(chunk, record);
        byte[] key = new byte[RecordLayout.keyLength(chunk, record, flags)];
        System.arraycopy(chunk, record + RecordLayout.keyOffset(flags), key, 0, key.length);
        return key;
    }

    private void touch(long address) {
        if (context.touchesKeys()) {
            byte[] chunk = arena.chunk(address);
            int record = arena.offset(address);
            int before = RecordLayout.clock(chunk, record);
            int accessed = context.access().read(before);
            if (accessed != before) {
                RecordLayout.clock(chunk, record, accessed);
            }
        }
    }

    /** Takes note that a command has changed a key, where that is what its access clock tells. */
    void touchChanged(Bytes key) {
        long address = table.find(hash(key), key.array(), key.offset(), key.length());
        if (address != Arena.NULL && context.touchesKeys()) {
            byte[] chunk = arena.chunk(address);
            int record = arena.offset(address);
            RecordLayout.clock(chunk, record, context.access().changed(RecordLayout.clock(chunk, record)));
        }
    }

    private int typeAt(long address) {
        return RecordLayout.type(arena.chunk(address), arena.offset(address));
    }

    private <V> V viewAt(ValueType<V> type, long hash, long address) {
        if (typeAt(address) != type.id()) {
            throw Errors.wrongType();
        }
        ValueView view = context.views().view(this, hash, address, type.id());
        if (type.id() == ValueType.CUSTOM_ID) {
            CustomView custom = (CustomView) view;
            if (custom.type() != type) {
                throw Errors.wrongType();
            }
            return type.view().cast(custom.object());
        }
        return type.view().cast(view);
    }

    private ValueType<?> valueTypeAt(long address) {
        int type = typeAt(address);
        return type == ValueType.CUSTOM_ID ? ((CustomView) passingView(address)).type() : ValueTypes.byId(type);
    }

    private ValueView viewAt(long hash, long address) {
        return context.views().view(this, hash, address, typeAt(address));
    }

    @Override
    public boolean exists(Bytes key) {
        long address = find(hash(key), key);
        if (address == Arena.NULL) {
            missed(key);
            return false;
        }
        context.statistics().keyspaceHits++;
        touch(address);
        return true;
    }

    @Override
    public boolean peek(Bytes key) {
        if (find(hash(key), key) == Arena.NULL) {
            missed(key);
            return false;
        }
        context.statistics().keyspaceHits++;
        return true;
    }

    private void missed(Bytes key) {
        context.statistics().keyspaceMisses++;
        context.listener().missed(this, key);
    }

    @Override
    public @Nullable ValueType<?> typeOf(Bytes key) {
        long address = find(hash(key), key);
        return address == Arena.NULL ? null : valueTypeAt(address);
    }

    @Override
    public <V> @Nullable V read(ValueType<V> type, Bytes key) {
        long hash = hash(key);
        long address = find(hash, key);
        if (address == Arena.NULL) {
            missed(key);
            return null;
        }
        context.statistics().keyspaceHits++;
        touch(address);
        return viewAt(type, hash, address);
    }

    @Override
    public <V> @Nullable V readIfOfType(ValueType<V> type, Bytes key) {
        long hash = hash(key);
        long address = find(hash, key);
        if (address == Arena.NULL) {
            missed(key);
            return null;
        }
        context.statistics().keyspaceHits++;
        touch(address);
        return valueTypeAt(address) == type ? viewAt(type, hash, address) : null;
    }

    /** The value of a key, only to be looked at; counts neither as a hit or a miss nor as an access. */
    public <V> @Nullable V inspect(ValueType<V> type, Bytes key) {
        long hash = hash(key);
        long address = find(hash, key);
        return address == Arena.NULL ? null : viewAt(type, hash, address);
    }

    @Override
    public <V> @Nullable V modify(ValueType<V> type, Bytes key) {
        long hash = hash(key);
        long address = findToChange(hash, key);
        if (address == Arena.NULL) {
            return null;
        }
        beforeChange(hash, address);
        touch(address);
        return viewAt(type, hash, address);
    }

    @Override
    public <V> V modifyOrCreate(ValueType<V> type, Bytes key) {
        long hash = hash(key);
        long address = findToChange(hash, key);
        if (address == Arena.NULL) {
            return add(type, hash, key);
        }
        beforeChange(hash, address);
        touch(address);
        return viewAt(type, hash, address);
    }

    private <V> V add(ValueType<V> type, long hash, Bytes key) {
        V value = create(type, hash, key);
        context.listener().added(this, key, type);
        return value;
    }

    private <V> V create(ValueType<V> type, long hash, Bytes key) {
        if (type.id() == ValueType.CUSTOM_ID) {
            // The plugin's code runs before there is a record: if it throws, nothing is half done.
            CustomValue<V> value = CustomValue.create(type);
            long address = createRecord(hash, key, ValueType.CUSTOM_ID, 0, 0, NO_EXPIRY);
            return type.view().cast(fill(hash, address, value).object());
        }
        long address = createRecord(hash, key, type.id(), 0, 0, NO_EXPIRY);
        ValueView view = context.views().view(this, hash, address, type.id());
        try {
            view.init();
        } catch (RuntimeException | Error e) {
            abandon(hash, address);
            throw e;
        }
        return type.view().cast(view);
    }

    /** Removes a record that has no value yet. */
    private void abandon(long hash, long address) {
        context.views().invalidate(address);
        unlinkRecord(hash, address);
    }

    /** Gives a record its value, or removes it if that fails. */
    private CustomView fill(long hash, long address, CustomValue<?> value) {
        CustomView view = (CustomView) context.views().view(this, hash, address, ValueType.CUSTOM_ID);
        try {
            view.link(value);
        } catch (RuntimeException | Error e) {
            abandon(hash, address);
            throw e;
        }
        return view;
    }

    /** Makes a record as {@link #newRecord} does, for a command that takes it back if it fails. */
    private long createRecord(long hash, Bytes key, int type, int encoding, int valueLength, long expiryMillis) {
        long address = newRecord(hash, key, type, encoding, valueLength, expiryMillis);
        context.undo().created(this, hash, address);
        return address;
    }

    /** Makes a record with undefined value bytes and enters it in the table; the key must not be there. */
    private long newRecord(long hash, Bytes key, int type, int encoding, int valueLength, long expiryMillis) {
        long address = allocateRecord(key, type, encoding, valueLength, expiryMillis);
        enterRecord(hash, address);
        return address;
    }

    /** Enters a record in the table; its key must not be there. */
    private void enterRecord(long hash, long address) {
        table.insert(hash, address);
        byte[] chunk = arena.chunk(address);
        int record = arena.offset(address);
        if ((RecordLayout.flags(chunk, record) & HAS_EXPIRY) != 0) {
            keysWithExpiry++;
        }
        if (RecordLayout.hasExpiringFields(chunk, record)) {
            hashesWithExpiringFields++;
        }
    }

    private long allocateRecord(Bytes key, int type, int encoding, int valueLength, long expiryMillis) {
        int keyLength = key.length();
        boolean expiry = expiryMillis != NO_EXPIRY;
        int flags = RecordLayout.flagsFor(keyLength, valueLength, expiry);
        long address = arena.allocate(RecordLayout.size(flags, keyLength, valueLength));
        byte[] chunk = arena.chunk(address);
        int record = arena.offset(address);
        RecordLayout.typeAndEncoding(chunk, record, type, encoding);
        RecordLayout.clock(chunk, record, context.access().initial());
        chunk[record + RecordLayout.FLAGS_OFFSET] = (byte) flags;
        RecordLayout.keyLength(chunk, record, flags, keyLength);
        RecordLayout.valueLength(chunk, record, flags, valueLength);
        if (expiry) {
            RecordLayout.expiry(chunk, record, flags, expiryMillis);
        }
        System.arraycopy(key.array(), key.offset(), chunk, record + RecordLayout.keyOffset(flags), keyLength);
        return address;
    }

    @Override
    public <V> V replace(ValueType<V> type, Bytes key) {
        long hash = hash(key);
        long address = findToChange(hash, key);
        if (address == Arena.NULL) {
            return add(type, hash, key);
        }
        int accessed = context.access().changed(RecordLayout.clock(arena.chunk(address), arena.offset(address)));
        replaceRecord(hash, address);
        V value = create(type, hash, key);
        long created = table.find(hash, key.array(), key.offset(), key.length());
        RecordLayout.clock(arena.chunk(created), arena.offset(created), accessed);
        return value;
    }

    @Override
    public void setString(Bytes key, Bytes value, boolean keepTimeToLive) {
        long hash = hash(key);
        int encoding = StringView.encodingOf(value);
        int valueLength = StringView.encodedLength(value, encoding);
        long address = findToChange(hash, key);
        if (address == Arena.NULL) {
            address = createRecord(hash, key, ValueType.STRING.id(), encoding, valueLength, NO_EXPIRY);
            writeString(address, value, encoding);
            context.listener().added(this, key, ValueType.STRING);
            return;
        }
        byte[] chunk = arena.chunk(address);
        int record = arena.offset(address);
        int oldFlags = RecordLayout.flags(chunk, record);
        int accessed = context.access().changed(RecordLayout.clock(chunk, record));
        beforeChange(hash, address);
        boolean hadExpiry = (oldFlags & HAS_EXPIRY) != 0;
        long expiryMillis = keepTimeToLive && hadExpiry ? RecordLayout.expiry(chunk, record, oldFlags) : NO_EXPIRY;
        int newFlags = RecordLayout.flagsFor(key.length(), valueLength, expiryMillis != NO_EXPIRY);
        int oldSize = sizeAt(chunk, record, oldFlags);
        boolean inPlace = newFlags == oldFlags
                && Arena.roundUp(RecordLayout.size(newFlags, key.length(), valueLength)) == Arena.roundUp(oldSize);
        // May fail, so it comes before the old value goes.
        long newAddress =
                inPlace ? address : allocateRecord(key, ValueType.STRING.id(), encoding, valueLength, expiryMillis);
        releaseValue(hash, address);
        if (hadExpiry && expiryMillis == NO_EXPIRY) {
            keysWithExpiry--;
        }
        forgetExpiringFields(chunk, record);
        if (inPlace) {
            RecordLayout.typeAndEncoding(chunk, record, ValueType.STRING.id(), encoding);
            RecordLayout.valueLength(chunk, record, newFlags, valueLength);
            RecordLayout.clock(chunk, record, accessed);
            writeString(address, value, encoding);
            return;
        }
        RecordLayout.clock(arena.chunk(newAddress), arena.offset(newAddress), accessed);
        writeString(newAddress, value, encoding);
        recordMoved(hash, address, newAddress);
        arena.free(address, oldSize);
    }

    private void writeString(long address, Bytes value, int encoding) {
        byte[] chunk = arena.chunk(address);
        int record = arena.offset(address);
        int flags = RecordLayout.flags(chunk, record);
        int at = record + RecordLayout.keyOffset(flags) + RecordLayout.keyLength(chunk, record, flags);
        StringView.write(value, encoding, chunk, at);
    }

    private static int sizeAt(byte[] chunk, int record, int flags) {
        return RecordLayout.size(
                flags, RecordLayout.keyLength(chunk, record, flags), RecordLayout.valueLength(chunk, record, flags));
    }

    /** Frees what the value of a record holds elsewhere and makes its views stale; the record itself stays. */
    private void releaseValue(long hash, long address) {
        int type = typeAt(address);
        if (type != ValueType.STRING.id()) {
            context.views().passingView(this, hash, address, type).free();
        }
        context.views().invalidate(address);
    }

    @Override
    public void releaseViews() {
        context.views().reset();
    }

    private void removeRecord(long hash, long address) {
        beforeChange(hash, address);
        releaseValue(hash, address);
        unlinkRecord(hash, address);
    }

    /** Removes a record, to be released at the end of the command if that does not fail. */
    private void replaceRecord(long hash, long address) {
        if (!context.undo().isInCommand()) {
            removeRecord(hash, address);
            return;
        }
        beforeChange(hash, address);
        context.views().invalidate(address);
        leaveRecord(hash, address);
        context.undo().replaced(this, hash, address);
    }

    /** Enters a record again that was replaced, in place of the one that has its key now. */
    void putBack(long hash, long address) {
        byte[] key = keyCopy(address);
        long successor = table.find(hash, key, 0, key.length);
        if (successor != Arena.NULL) {
            removeRecord(hash, successor);
        }
        enterRecord(hash, address);
    }

    /** Removes a record that the command created. */
    void takeBack(long hash, long address) {
        removeRecord(hash, address);
    }

    private void removeRecord(long hash, long address, boolean lazily) {
        context.lazyRelease().defers(lazily);
        removeRecord(hash, address);
        context.lazyRelease().defers(context.removesLazily());
    }

    /** Takes a record out of the table and frees it, but not what its value holds elsewhere. */
    private void unlinkRecord(long hash, long address) {
        leaveRecord(hash, address);
        context.undo().moved(address, Arena.NULL);
        byte[] chunk = arena.chunk(address);
        int record = arena.offset(address);
        arena.free(address, sizeAt(chunk, record, RecordLayout.flags(chunk, record)));
    }

    /** Takes a record out of the table. */
    private void leaveRecord(long hash, long address) {
        byte[] chunk = arena.chunk(address);
        int record = arena.offset(address);
        if ((RecordLayout.flags(chunk, record) & HAS_EXPIRY) != 0) {
            keysWithExpiry--;
        }
        forgetExpiringFields(chunk, record);
        table.remove(hash, address);
    }

    /** Takes note that the value of a record is being removed. */
    private void forgetExpiringFields(byte[] chunk, int record) {
        if (RecordLayout.hasExpiringFields(chunk, record)) {
            hashesWithExpiringFields--;
        }
    }

    /** The record of an entry moved because its value was resized. */
    void recordMoved(long hash, long oldAddress, long newAddress) {
        table.replace(hash, oldAddress, newAddress);
        context.undo().moved(oldAddress, newAddress);
    }

    @Override
    public boolean remove(Bytes key) {
        long hash = hash(key);
        long address = findToChange(hash, key);
        if (address == Arena.NULL) {
            return false;
        }
        removeRecord(hash, address);
        return true;
    }

    @Override
    public boolean unlink(Bytes key) {
        long hash = hash(key);
        long address = findToChange(hash, key);
        if (address == Arena.NULL) {
            return false;
        }
        removeRecord(hash, address, true);
        return true;
    }

    @Override
    public boolean removeIfEmpty(Bytes key) {
        long hash = hash(key);
        long address = findToChange(hash, key);
        if (address == Arena.NULL || !viewAt(hash, address).isEmpty()) {
            return false;
        }
        removeRecord(hash, address);
        context.listener().emptied(this, key);
        return true;
    }

    @Override
    public boolean rename(Bytes from, Bytes to) {
        return transplant(from, this, to, expiresAtMillis(from));
    }

    @Override
    public boolean move(Bytes key, Keyspace target) {
        return transplant(key, (Database) target, key, expiresAtMillis(key));
    }

    /** Moves a value to a key, of another database perhaps, in place of what that held, and lets it expire at a time. */
    private boolean transplant(Bytes from, Database target, Bytes to, long expiryMillis) {
        long hash = hash(from);
        long address = findToChange(hash, from);
        if (address == Arena.NULL) {
            return false;
        }
        if (target == this && from.equals(to)) {
            return true;
        }
        beforeChange(hash, address);
        byte[] chunk = arena.chunk(address);
        int record = arena.offset(address);
        int flags = RecordLayout.flags(chunk, record);
        int type = RecordLayout.type(chunk, record);
        int valueLength = RecordLayout.valueLength(chunk, record, flags);
        long newHash = hash(to);
        // May fail, so it comes before the key that is overwritten goes.
        long newAddress =
                target.allocateRecord(to, type, RecordLayout.encoding(chunk, record), valueLength, expiryMillis);
        target.remove(to);
        target.enterRecord(newHash, newAddress);
        byte[] newChunk = arena.chunk(newAddress);
        int newRecord = arena.offset(newAddress);
        int newFlags = RecordLayout.flags(newChunk, newRecord);
        System.arraycopy(
                chunk,
                record + RecordLayout.keyOffset(flags) + RecordLayout.keyLength(chunk, record, flags),
                newChunk,
                newRecord + RecordLayout.keyOffset(newFlags) + to.length(),
                valueLength);
        RecordLayout.clock(newChunk, newRecord, RecordLayout.clock(chunk, record));
        abandon(hash, address);
        context.listener().added(target, to, target.valueTypeAt(newAddress));
        return true;
    }

    @Override
    public boolean copy(Bytes from, Keyspace target, Bytes to) {
        Database destination = (Database) target;
        long hash = hash(from);
        long address = find(hash, from);
        if (address == Arena.NULL) {
            return false;
        }
        int type = typeAt(address);
        long newHash = hash(to);
        if (type == ValueType.CUSTOM_ID) {
            CustomView custom = (CustomView) viewAt(hash, address);
            CustomValue<?> copy = custom.copyOfValue();
            destination.putAside(newHash, to);
            long newAddress = destination.createRecord(newHash, to, ValueType.CUSTOM_ID, 0, 0, expiryAt(address));
            destination.fill(newHash, newAddress, copy);
            context.listener().added(destination, to, custom.type());
            return true;
        }
        destination.putAside(newHash, to);
        long newAddress = destination.createRecord(newHash, to, type, 0, 0, expiryAt(address));
        ValueView copy = context.views().view(destination, newHash, newAddress, type);
        try {
            copy.copyFrom(viewAt(hash, address));
        } catch (RuntimeException | Error e) {
            destination.abandon(newHash, newAddress);
            throw e;
        }
        context.listener().added(destination, to, ValueTypes.byId(type));
        return true;
    }

    /** Removes a key, if there is one, that another value is about to take. */
    private void putAside(long hash, Bytes key) {
        long address = findToChange(hash, key);
        if (address != Arena.NULL) {
            replaceRecord(hash, address);
        }
    }

    private long expiryAt(long address) {
        byte[] chunk = arena.chunk(address);
        int record = arena.offset(address);
        int flags = RecordLayout.flags(chunk, record);
        return (flags & HAS_EXPIRY) == 0 ? NO_EXPIRY : RecordLayout.expiry(chunk, record, flags);
    }

    @Override
    public long expiresAtMillis(Bytes key) {
        long address = find(hash(key), key);
        return address == Arena.NULL ? NO_KEY : expiryAt(address);
    }

    @Override
    public void expireAt(Bytes key, long unixMillis) {
        long hash = hash(key);
        long address = findToChange(hash, key);
        if (address == Arena.NULL) {
            throw new IllegalArgumentException("expireAt on an absent key");
        }
        expireAt(hash, address, unixMillis);
    }

    private void expireAt(long hash, long address, long unixMillis) {
        beforeChange(hash, address);
        byte[] chunk = arena.chunk(address);
        int record = arena.offset(address);
        int flags = RecordLayout.flags(chunk, record);
        boolean had = (flags & HAS_EXPIRY) != 0;
        if (had && unixMillis != NO_EXPIRY) {
            RecordLayout.expiry(chunk, record, flags, unixMillis);
        } else if (had || unixMillis != NO_EXPIRY) {
            addOrDropExpiry(hash, address, unixMillis);
        }
    }

    private void addOrDropExpiry(long hash, long address, long unixMillis) {
        byte[] chunk = arena.chunk(address);
        int record = arena.offset(address);
        int flags = RecordLayout.flags(chunk, record);
        int oldSize = sizeAt(chunk, record, flags);
        boolean add = unixMillis != NO_EXPIRY;
        int newSize = oldSize + (add ? 8 : -8);
        int head = RecordLayout.expiryOffset(flags);
        int tail = RecordLayout.keyOffset(flags);
        long newAddress = address;
        if (Arena.roundUp(newSize) != Arena.roundUp(oldSize)) {
            newAddress = add ? arena.allocate(newSize) : arena.allocateBeyondLimit(newSize);
        }
        byte[] newChunk = arena.chunk(newAddress);
        int newRecord = arena.offset(newAddress);
        int newTail = head + (add ? 8 : 0);
        System.arraycopy(chunk, record + tail, newChunk, newRecord + newTail, oldSize - tail);
        if (newAddress != address) {
            System.arraycopy(chunk, record, newChunk, newRecord, head);
            recordMoved(hash, address, newAddress);
            arena.free(address, oldSize);
        }
        int newFlags = add ? flags | HAS_EXPIRY : flags & ~HAS_EXPIRY;
        newChunk[newRecord + RecordLayout.FLAGS_OFFSET] = (byte) newFlags;
        if (add) {
            RecordLayout.expiry(newChunk, newRecord, newFlags, unixMillis);
            keysWithExpiry++;
        } else {
            keysWithExpiry--;
        }
        context.views().moved(this, hash, address, newAddress);
    }

    @Override
    public @Nullable Bytes randomKey() {
        byte[] key = new byte[0];
        for (int attempt = 0; attempt < RANDOM_KEY_ATTEMPTS; attempt++) {
            long address = table.randomAddress(context.random());
            if (address == Arena.NULL) {
                return null;
            }
            key = keyCopy(address);
            long expiryMillis = expiryAt(address);
            if (expiryMillis == NO_EXPIRY || !isDue(expiryMillis)) {
                return Bytes.of(key);
            }
            if (context.removesExpired(false)) {
                expire(context.keyHash().hash(key, 0, key.length), address);
            }
        }
        return Bytes.of(key);
    }

    @Override
    public long scan(long cursor, int count, KeyVisitor visitor) {
        FoundRecords due = new FoundRecords();
        long next = table.scan(cursor, count, address -> {
            long expiryMillis = expiryAt(address);
            if (expiryMillis != NO_EXPIRY && isDue(expiryMillis)) {
                due.add(address);
                return;
            }
            byte[] chunk = arena.chunk(address);
            int record = arena.offset(address);
            int flags = RecordLayout.flags(chunk, record);
            scannedKey.set(chunk, record + RecordLayout.keyOffset(flags), RecordLayout.keyLength(chunk, record, flags));
            visitor.visit(scannedKey, valueTypeAt(address));
        });
        if (context.removesExpired(false)) {
            due.expire();
        }
        return next;
    }

    /** Removes all keys. */
    void clear() {
        if (table.isCut()) {
            detachAll();
            return;
        }
        context.lazyRelease().defers(false);
        detach().release();
        context.lazyRelease().defers(context.removesLazily());
    }

    /** Removes all keys; their memory is released later. */
    void detachAll() {
        long keys = size();
        KeyTable detached = table;
        Releasable memory = detach();
        if (detached.isCut()) {
            context.cut().onceWalked(detached, () -> context.lazyRelease().add(memory, keys));
        } else {
            context.lazyRelease().add(memory, keys);
        }
    }

    /** Replaces the table by an empty one, and answers what releases the old one with its records and their values. */
    private Releasable detach() {
        KeyTable detached = table;
        table = new KeyTable(arena, context.keyHash());
        context.views().reset();
        keysWithExpiry = 0;
        hashesWithExpiringFields = 0;
        walkedHash = null;
        expiryCursor = 0;
        sampleCursor = 0;
        averageTimeToLiveMillis = 0;
        return () -> detached.drain(this::release);
    }

    /** Frees a record that is in no table, and what its value holds elsewhere. */
    void release(long address) {
        int type = typeAt(address);
        if (type != ValueType.STRING.id()) {
            passingView(address).free();
        }
        byte[] chunk = arena.chunk(address);
        int record = arena.offset(address);
        arena.free(address, sizeAt(chunk, record, RecordLayout.flags(chunk, record)));
    }

    /** Moves a part of the records, as {@link RecordTable#evacuate}; what their values hold elsewhere stays. */
    long evacuate(long position) {
        return table.evacuate(position, address -> {
            byte[] chunk = arena.chunk(address);
            int record = arena.offset(address);
            return arena.evacuate(address, sizeAt(chunk, record, RecordLayout.flags(chunk, record)));
        });
    }

    /** Whether keys, or fields of hashes, have a time to live. */
    boolean hasTimesToLive() {
        return keysWithExpiry + hashesWithExpiringFields > 0;
    }

    /**
     * Walks a slice of the table and removes the keys, and the fields of hashes, whose time is over; of a large hash a slice,
     * after which {@link #expireWalkedHash} goes on with it.
     *
     * @param visits about how many keys to look at
     * @return how many keys and fields were removed
     */
    int expireSlice(int visits) {
        ExpirySlice slice = new ExpirySlice();
        expiryCursor = table.scan(expiryCursor, visits, slice);
        slice.due.expire();
        int removed = slice.due.count;
        for (int i = 0; i < slice.hashes.count; i++) {
            long address = slice.hashes.addresses[i];
            byte[] key = keyCopy(address);
            removed += expireFields(context.keyHash().hash(key, 0, key.length), address);
        }
        if (slice.timeToLiveCount > 0) {
            long average = slice.timeToLiveSum / slice.timeToLiveCount;
            averageTimeToLiveMillis =
                    averageTimeToLiveMillis == 0 ? average : (averageTimeToLiveMillis / 50) * 49 + average / 50;
        }
        return removed;
    }

    /** Whether there is a large hash to go on with. */
    boolean walksHash() {
        return walkedHash != null;
    }

    /**
     * Walks a slice of the large hash that was met last, if its fields have not all been looked at.
     *
     * @return how many fields were removed
     */
    int expireWalkedHash() {
        byte[] key = walkedHash;
        if (key == null) {
            return 0;
        }
        walkedHash = null;
        long hash = context.keyHash().hash(key, 0, key.length);
        long address = table.find(hash, key, 0, key.length);
        return address == Arena.NULL ? 0 : expireFields(hash, address);
    }

    /** Removes fields that are over of what may be a hash with such. */
    private int expireFields(long hash, long address) {
        if (!RecordLayout.hasExpiringFields(arena.chunk(address), arena.offset(address))) {
            return 0;
        }
        HashView view = hashView(hash, address);
        if (!isDue(view.nextExpiryMillis()) || !context.removesExpired(false)) {
            return 0;
        }
        if (view.isLarge()) {
            walkedHash = keyCopy(address);
        }
        return reclaimFields(hash, address);
    }

    /** Records of keys that have something to expire, to be looked at once the table is not walked any more. */
    private final class FoundRecords {
        private static final int INITIAL_CAPACITY = 16;

        private long[] addresses = {};
        private int count;

        void add(long address) {
            if (count == addresses.length) {
                addresses = Arrays.copyOf(addresses, Math.max(INITIAL_CAPACITY, count * 2));
            }
            addresses[count++] = address;
        }

        void expire() {
            for (int i = 0; i < count; i++) {
                byte[] key = keyCopy(addresses[i]);
                Database.this.expire(context.keyHash().hash(key, 0, key.length), addresses[i]);
            }
        }
    }

    private final class ExpirySlice implements RecordTable.Visitor {
        private final FoundRecords due = new FoundRecords();
        /** Hashes with fields that have a time to live. */
        private final FoundRecords hashes = new FoundRecords();

        private long timeToLiveSum;
        private int timeToLiveCount;

        @Override
        public void visit(long address) {
            long expiryMillis = expiryAt(address);
            boolean isOver = expiryMillis != NO_EXPIRY && isDue(expiryMillis);
            if (!isOver && RecordLayout.hasExpiringFields(arena.chunk(address), arena.offset(address))) {
                hashes.add(address);
            }
            if (expiryMillis == NO_EXPIRY) {
                return;
            }
            if (isOver) {
                due.add(address);
            } else {
                timeToLiveSum += expiryMillis - context.nowMillis();
                timeToLiveCount++;
            }
        }
    }

    @Override
    public @Nullable KeyDescription describe(Bytes key) {
        long hash = hash(key);
        long address = find(hash, key);
        if (address == Arena.NULL) {
            return null;
        }
        byte[] chunk = arena.chunk(address);
        int record = arena.offset(address);
        ValueView view = viewAt(hash, address);
        long recordBytes = Arena.roundUp(sizeAt(chunk, record, RecordLayout.flags(chunk, record)));
        return new KeyDescription(
                view.encodingName(),
                context.access().idleSeconds(RecordLayout.clock(chunk, record)),
                context.access().frequency(RecordLayout.clock(chunk, record)),
                recordBytes + view.externalBytes() + TABLE_SLOT_BYTES,
                view.elementCount());
    }
}

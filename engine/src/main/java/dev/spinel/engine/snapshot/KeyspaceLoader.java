package dev.spinel.engine.snapshot;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ValueType;
import dev.spinel.engine.dataset.ForwardingSink;
import dev.spinel.engine.dataset.IgnoringSink;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.keyspace.Database;
import dev.spinel.engine.keyspace.Keyspaces;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Puts whole data sets into the databases: the sink to which files are read. Nobody is told of the keys that appear, no
 * effect is propagated. A key whose time is over is left out, unless a log follows that may say more of it.
 *
 * <p>Throws {@link InvalidDatasetException} for a key that comes twice, a database out of range,
 * malformed listpacks and the like. Engine thread only.
 */
public final class KeyspaceLoader extends ForwardingSink {
    /** For how many keys room is made before they come, whatever a data set announces: 40 MB. */
    private static final long MAX_EXPECTED_KEYS = 1 << 22;

    private final Keyspaces keyspaces;
    private final LongSupplier nowMillis;
    private final Libraries libraries;
    private final Consumer<Database> clearing;
    private final ValueBuilder builder;
    private final ValueSink nobody = new IgnoringSink();
    private final Set<Database> expected = new HashSet<>();
    private ValueSink target = nobody;
    private long expectedKeys;
    private boolean keepsExpired;
    private boolean replacesLibraries = true;
    private long keysLoaded;
    private long keysExpired;

    /** Whoever keeps libraries of functions. */
    public interface Libraries {
        /**
         * Takes one.
         *
         * @param code valid during the call only
         * @param replaces whether it takes the place of one of the same name, which is an error otherwise
         */
        void take(Bytes code, boolean replaces) throws IOException;

        /** Forgets all of them. */
        void clear();
    }

    /**
     * @param nowMillis Unix time in milliseconds
     * @param customTypes the types of plugins by their names
     * @param libraries keeps libraries of functions
     * @param clearing hears of each database before {@link #clear} removes its keys
     */
    public KeyspaceLoader(
            Keyspaces keyspaces,
            LongSupplier nowMillis,
            Function<String, @Nullable ValueType<?>> customTypes,
            Libraries libraries,
            Consumer<Database> clearing) {
        this.keyspaces = keyspaces;
        this.libraries = libraries;
        this.clearing = clearing;
        this.nowMillis = nowMillis;
        this.builder = new ValueBuilder(customTypes, true);
    }

    /**
     * Starts a data set: forgets the counts of the one before. The databases are left as they are.
     *
     * @param logFollows whether keys are put into the databases even if their time is over
     */
    public void begin(boolean logFollows) {
        keepsExpired = logFollows;
        replacesLibraries = true;
        expected.clear();
        expectedKeys = 0;
        keysLoaded = 0;
        keysExpired = 0;
        keyspaces.begin(nowMillis.getAsLong());
    }

    /** Ends a data set that was told as a whole: what was expected and did not come takes no room. */
    public void end() {
        expected.forEach(Database::endExpectation);
        expected.clear();
    }

    /** Has libraries of this data set be refused that are there already; they are replaced otherwise. */
    public void refuseKnownLibraries() {
        replacesLibraries = false;
    }

    /** Removes all keys of all databases and all libraries, at once. */
    public void clear() {
        libraries.clear();
        for (int i = 0; i < keyspaces.count(); i++) {
            clearing.accept(keyspaces.get(i));
            keyspaces.flush(i, false);
        }
    }

    /** Removes what there is of a key whose value was not told to its end. */
    public void undo() {
        if (target == builder) {
            builder.undo();
        }
    }

    /** Number of keys put into the databases. */
    public long keysLoaded() {
        return keysLoaded;
    }

    /** Number of keys left out because their time was over. */
    public long keysExpired() {
        return keysExpired;
    }

    @Override
    public void announceExpiringFields() {
        // A hash is made one with expiring fields by its first such field.
    }

    @Override
    public void expectKeys(int database, long keys, long expiring) {
        if (database >= 0 && database < keyspaces.count()) {
            Database expecting = keyspaces.get(database);
            long granted = Math.min(keys, MAX_EXPECTED_KEYS - expectedKeys);
            if (granted > 0) {
                expecting.expect(granted);
                expected.add(expecting);
                expectedKeys += granted;
            }
        }
    }

    @Override
    public void library(Bytes code) throws IOException {
        libraries.take(code, replacesLibraries);
    }

    @Override
    public void key(int database, Bytes key, long expiresAtMillis, long use) throws IOException {
        if (database < 0 || database >= keyspaces.count()) {
            throw new InvalidDatasetException("Data of database " + database + ", but there are " + keyspaces.count()
                    + " databases (see the directive databases)");
        }
        if (expiresAtMillis != NO_EXPIRY && !keepsExpired && expiresAtMillis < nowMillis.getAsLong()) {
            keysExpired++;
            target = nobody;
            return;
        }
        keysLoaded++;
        builder.start(keyspaces.get(database), key, expiresAtMillis, use);
        target = builder;
    }

    @Override
    protected ValueSink target() {
        return target;
    }
}

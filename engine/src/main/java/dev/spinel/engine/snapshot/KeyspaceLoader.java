package dev.spinel.engine.snapshot;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.SavedValue;
import java.io.IOException;

/**
 * Puts whole data sets into the databases: the sink to which files are read. Nobody is told of the keys that appear, no
 * effect is propagated. A key whose time is over is left out.
 *
 * <p>Throws {@link dev.spinel.engine.dataset.InvalidDatasetException} for a key that comes twice, a database out of range,
 * malformed listpacks and the like. Engine thread only.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class KeyspaceLoader implements DatasetSink {
    /** Starts a data set: forgets the counts of the one before. The databases are left as they are. */
    public void begin() {
        throw new UnsupportedOperationException();
    }

    /** Removes all keys of all databases, at once. */
    public void clear() {
        throw new UnsupportedOperationException();
    }

    /** Number of keys put into the databases. */
    public long keysLoaded() {
        throw new UnsupportedOperationException();
    }

    /** Number of keys left out because their time was over. */
    public long keysExpired() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void key(int database, Bytes key, long expiresAtMillis, long idleSeconds) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void string(Bytes value) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void integer(long value) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void list(long parts) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void listPage(Bytes listpack) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void listElement(Bytes element) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void intset(Bytes intset) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void set(Bytes listpack) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void set(long members) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void member(Bytes member) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void hash(Bytes listpack) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void hash(long fields) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void field(Bytes field, Bytes value) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void sortedSet(Bytes listpack) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void sortedSet(long members) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void scored(Bytes member, double score) throws IOException {
        throw new UnsupportedOperationException();
    }

    @Override
    public void custom(String typeName, int version, SavedValue value) throws IOException {
        throw new UnsupportedOperationException();
    }
}

package dev.spinel.rdb;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.KeyUse;
import dev.spinel.engine.dataset.SavedValue;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/**
 * Writes a file: header, fields about the file, keys with their values, checksum. One thread.
 *
 * <p>What precedes a key is written when its value begins, because the type of the value comes before the key.
 * What precedes the first key is written with it.
 */
final class RdbWriter extends ValueEncoder implements DatasetFormat.Writer {
    private static final int INITIAL_KEY_BYTES = 128;
    private static final int NO_DATABASE = -1;
    private static final int POINTER_BITS = 64;

    private final RdbOutput out;
    private final About about;
    private final boolean valkey;
    private boolean hasExpiringFields;
    private boolean isStarted;
    private byte[] key = new byte[INITIAL_KEY_BYTES];
    private int keyLength;
    private int keyDatabase;
    private long keyExpiresAtMillis;
    private long keyUse;
    private int database = NO_DATABASE;
    /** By database; of those that no key has been written of. */
    private final Map<Integer, Size> expected = new HashMap<>();

    /** What a database is expected to hold. Redis makes room for it at the next key, in the database of that key. */
    private record Size(long keys, long expiring) {}

    /**
     * A file that has not been started: the version of the format, which comes first, depends on the data.
     *
     * @param about what the file tells of itself
     * @param valkey whether a file with fields of hashes that expire is one of Valkey
     */
    RdbWriter(RdbOutput out, About about, boolean valkey) {
        super(out, valkey);
        this.out = out;
        this.about = about;
        this.valkey = valkey;
    }

    private void start() throws IOException {
        if (isStarted) {
            return;
        }
        isStarted = true;
        byte[] magic = magic().getBytes(StandardCharsets.US_ASCII);
        out.writeBytes(magic, 0, magic.length);
        about("redis-ver");
        out.writeString(Bytes.of(about.redisVersion));
        about("redis-bits", POINTER_BITS);
        about("ctime", about.createdSeconds);
        about("used-mem", about.usedMemoryBytes);
        about("aof-base", about.logBase ? 1 : 0);
    }

    private String magic() {
        if (!hasExpiringFields) {
            return String.format("REDIS%04d", RdbType.WRITTEN_VERSION);
        }
        return valkey
                ? String.format("VALKEY%03d", RdbType.MIN_VALKEY_VERSION)
                : String.format("REDIS%04d", RdbType.EXPIRING_FIELDS_VERSION);
    }

    /**
     * What a file tells of itself.
     *
     * @param redisVersion the version of Redis that the server stands for
     * @param createdSeconds Unix time
     * @param usedMemoryBytes what the server used when the file was started
     * @param logBase whether the file is the base of an append-only log
     */
    record About(String redisVersion, long createdSeconds, long usedMemoryBytes, boolean logBase) {}

    private void about(String name) throws IOException {
        out.writeByte(RdbType.AUX);
        out.writeString(Bytes.of(name));
    }

    private void about(String name, long value) throws IOException {
        about(name);
        out.writeInteger(value);
    }

    @Override
    public void announceExpiringFields() {
        hasExpiringFields = true;
    }

    @Override
    public void expectKeys(int expectedDatabase, long keys, long expiring) {
        expected.put(expectedDatabase, new Size(keys, expiring));
    }

    @Override
    public void library(Bytes code) throws IOException {
        start();
        out.writeByte(RdbType.FUNCTION_2);
        out.writeString(code);
    }

    @Override
    public void key(int newDatabase, Bytes newKey, long expiresAtMillis, long use) {
        keyLength = newKey.length();
        if (keyLength > key.length) {
            key = Arrays.copyOf(key, Math.max(keyLength, 2 * key.length));
        }
        System.arraycopy(newKey.array(), newKey.offset(), key, 0, keyLength);
        keyDatabase = newDatabase;
        keyExpiresAtMillis = expiresAtMillis;
        keyUse = use;
    }

    /** Written as a field about the file, since that is what readers pass over which do not know it. */
    @Override
    public void streamProducers(SavedValue producers) throws IOException {
        start();
        about(RdbType.STREAM_PRODUCERS);
        out.writeString(Bytes.of(producers.toByteArray()));
    }

    @Override
    void begin(int type) throws IOException {
        start();
        if (RdbType.versionFor(type) > RdbType.WRITTEN_VERSION && !hasExpiringFields) {
            throw new IllegalStateException("a hash with expiring fields that were not announced");
        }
        select(keyDatabase);
        if (keyExpiresAtMillis != NO_EXPIRY) {
            out.writeByte(RdbType.EXPIRE_MILLIS);
            out.writeLong(keyExpiresAtMillis);
        }
        if (KeyUse.isIdle(keyUse)) {
            out.writeByte(RdbType.IDLE);
            out.writeLength(KeyUse.idleSeconds(keyUse));
        } else if (KeyUse.isFrequency(keyUse)) {
            out.writeByte(RdbType.FREQUENCY);
            out.writeByte(KeyUse.counter(keyUse));
        }
        out.writeByte(type);
        out.writeString(key, 0, keyLength);
    }

    private void select(int selected) throws IOException {
        if (selected != database) {
            database = selected;
            out.writeByte(RdbType.SELECT_DB);
            out.writeLength(database);
            Size size = expected.remove(database);
            if (size != null) {
                out.writeByte(RdbType.RESIZE_DB);
                out.writeLength(size.keys);
                out.writeLength(size.expiring);
            }
        }
    }

    @Override
    public void end() throws IOException {
        start();
        out.writeByte(RdbType.EOF);
        out.writeLong(out.checksum());
        out.flush();
    }
}

package dev.spinel.rdb;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.KeyUse;
import dev.spinel.engine.dataset.SavedValue;
import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads a file, a key with its value at a time. One thread. */
final class RdbReader implements DatasetFormat.Reader, ValueDecoder.Receiver {
    private static final int MAGIC_BYTES = 9;
    private static final String REDIS_MAGIC = "REDIS";
    private static final String VALKEY_MAGIC = "VALKEY";
    private static final int FIRST_VERSION_WITH_CHECKSUM = 5;
    private static final int MILLIS_PER_SECOND = 1000;
    private static final int MAX_QUOTED_BYTES = 128;
    private static final Bytes STREAM_PRODUCERS = Bytes.of(RdbType.STREAM_PRODUCERS);

    private final RdbInput in;
    private final String name;
    private final boolean verifying;
    private final boolean takingAnyVersion;
    private final Observer observer;
    private final ValueDecoder decoder;
    private final RdbString key = new RdbString();
    private final RdbString field = new RdbString();
    private final RdbString fieldValue = new RdbString();
    /** Who takes the key that is read; {@link #next} sets it. */
    private @Nullable DatasetSink sink;

    private int version;
    private boolean ended;
    private int database;
    private long emptyKeysSkipped;
    private int type;
    private long expiresAtMillis = DatasetSink.NO_EXPIRY;
    private long use = KeyUse.UNKNOWN;
    /** What the stream to come keeps of its producers. */
    private final List<SavedValue> producers = new ArrayList<>();

    /** Hears what a file has beside keys and values. */
    interface Observer {
        /** A field that tells something about the file. */
        void about(String name, String value);

        /** Something in the file is passed over. */
        void warning(String text);

        /** The file has, completely read, what the server cannot hold. */
        default void unsupported(String what) throws IOException {
            throw new InvalidDatasetException(
                    "The RDB file contains a " + what + ", which this server does not support");
        }

        /** The type, key and expiry of a value have been read; the value itself comes next. */
        default void value(int type, Bytes key, long expiresAtMillis) {}

        /** The keys that follow belong to another database. */
        default void database(int index) {}

        /** The file has ended; {@code withChecksum} tells whether it had one that could be verified. */
        default void ended(boolean withChecksum) {}
    }

    /**
     * Starts reading a file.
     *
     * @param name what to call it in messages
     * @param verifying whether to verify its checksum
     * @param takingAnyVersion whether to go on with a file of an unknown version until something in it is unknown
     */
    RdbReader(RdbInput in, String name, boolean verifying, boolean takingAnyVersion, Observer observer) {
        this.in = in;
        this.name = name;
        this.verifying = verifying;
        this.takingAnyVersion = takingAnyVersion;
        this.observer = observer;
        this.decoder = new ValueDecoder(in);
        if (!verifying) {
            in.stopSumming();
        }
    }

    @Override
    public long position() {
        return in.position();
    }

    /** Number of keys passed over so far because their values have no elements. */
    long emptyKeysSkipped() {
        return emptyKeysSkipped;
    }

    @Override
    public boolean next(DatasetSink target) throws IOException {
        if (ended) {
            return false;
        }
        sink = target;
        try {
            if (version == 0) {
                readHeader();
            }
            return readNext();
        } catch (InvalidDatasetException e) {
            throw new InvalidDatasetException(e.getMessage() + " (" + name + ", offset " + in.position() + ")", e);
        }
    }

    private void readHeader() throws IOException {
        byte[] header = new byte[MAGIC_BYTES];
        in.readBytes(header, 0, MAGIC_BYTES);
        String text = new String(header, StandardCharsets.ISO_8859_1);
        boolean redis = text.startsWith(REDIS_MAGIC);
        boolean valkey = text.startsWith(VALKEY_MAGIC);
        if (!redis && !valkey) {
            throw new InvalidDatasetException("Wrong signature trying to load DB from file");
        }
        int number = number(text.substring(valkey ? VALKEY_MAGIC.length() : REDIS_MAGIC.length()));
        boolean acceptable = takingAnyVersion ? number >= 1 : RdbType.isKnownVersion(number);
        if (!acceptable || RdbType.isValkeyVersion(number) != valkey) {
            throw new InvalidDatasetException("Can't handle RDB format version " + number);
        }
        version = number;
        if (version < FIRST_VERSION_WITH_CHECKSUM) {
            in.stopSumming();
        }
    }

    /** The number that decimal digits stand for, 0 if anything else is among them. */
    private static int number(String digits) {
        int value = 0;
        for (int i = 0; i < digits.length(); i++) {
            char digit = digits.charAt(i);
            if (digit < '0' || digit > '9') {
                return 0;
            }
            value = 10 * value + digit - '0';
        }
        return value;
    }

    private boolean readNext() throws IOException {
        while (true) {
            int opcode = in.readByte();
            switch (opcode) {
                case RdbType.EXPIRE_MILLIS -> expiresAtMillis = in.readLong();
                case RdbType.EXPIRE_SECONDS -> expiresAtMillis = (long) in.readInt() * MILLIS_PER_SECOND;
                case RdbType.IDLE -> use = KeyUse.idle(Math.max(in.readNumber(), 0));
                case RdbType.FREQUENCY -> use = KeyUse.frequency(in.readByte() & 0xff);
                case RdbType.SELECT_DB -> selectDatabase();
                case RdbType.RESIZE_DB -> target().expectKeys(database, in.readNumber(), in.readNumber());
                case RdbType.AUX -> readAbout();
                case RdbType.EOF -> {
                    end();
                    return false;
                }
                case RdbType.MODULE_AUX ->
                    observer.warning("The RDB file contains AUX data of the module type '" + decoder.skipModuleAux()
                            + "', which is skipped");
                case RdbType.FUNCTION_2 -> {
                    in.readString(field);
                    target().library(field.view());
                    return true;
                }
                case RdbType.FUNCTION_PRE_GA ->
                    throw new InvalidDatasetException("Pre-release function format not supported.");
                case RdbType.SLOT_INFO -> {
                    in.readNumber();
                    in.readNumber();
                    in.readNumber();
                }
                default -> {
                    if (opcode == RdbType.SLOT_IMPORT && RdbType.isValkeyVersion(version)) {
                        readSlotImport();
                        continue;
                    }
                    if (!RdbType.isValue(opcode, RdbType.isValkeyVersion(version))) {
                        throw new InvalidDatasetException("Unknown RDB encoding type " + opcode);
                    }
                    if (readValue(opcode)) {
                        return true;
                    }
                }
            }
        }
    }

    private DatasetSink target() {
        if (sink == null) {
            throw new IllegalStateException("nobody takes what is read");
        }
        return sink;
    }

    private void selectDatabase() throws IOException {
        long number = in.readNumber();
        if (number < 0 || number > Integer.MAX_VALUE) {
            throw new InvalidDatasetException("Database number " + Long.toUnsignedString(number));
        }
        database = (int) number;
        observer.database(database);
    }

    private void readAbout() throws IOException {
        in.readString(field);
        in.readString(fieldValue);
        if (field.view().equals(STREAM_PRODUCERS)) {
            producers.add(SavedValue.of(fieldValue.view()));
            return;
        }
        observer.about(
                field.view().quotable(MAX_QUOTED_BYTES), fieldValue.view().quotable(MAX_QUOTED_BYTES));
    }

    private void readSlotImport() throws IOException {
        in.readString(field);
        long ranges = in.readCount();
        for (long i = 0; i < ranges; i++) {
            in.readNumber();
            in.readNumber();
        }
        observer.warning("The RDB file contains the state of an import of slots, which is skipped");
    }

    private boolean readValue(int newType) throws IOException {
        type = newType;
        in.readString(key);
        observer.value(type, key.view(), expiresAtMillis);
        boolean told = decoder.read(type, RdbType.isValkeyVersion(version), this);
        if (!told) {
            emptyKeysSkipped++;
            observer.warning("RDB: skipping empty key: " + key.view().quotable(MAX_QUOTED_BYTES));
        }
        expiresAtMillis = DatasetSink.NO_EXPIRY;
        use = KeyUse.UNKNOWN;
        producers.clear();
        return told;
    }

    @Override
    public ValueSink begin() throws IOException {
        DatasetSink target = target();
        target.key(database, key.view(), expiresAtMillis, use);
        for (SavedValue saved : producers) {
            target.streamProducers(saved);
        }
        return target;
    }

    @Override
    public void unsupported(String what) throws IOException {
        observer.unsupported(what + " at the key '" + key.view().quotable(MAX_QUOTED_BYTES) + "'");
    }

    private void end() throws IOException {
        boolean withChecksum = false;
        if (version >= FIRST_VERSION_WITH_CHECKSUM) {
            long expected = in.checksum();
            in.stopSumming();
            long actual = in.readLong();
            withChecksum = actual != 0;
            if (verifying && withChecksum && actual != expected) {
                throw new InvalidDatasetException(String.format(
                        "RDB CRC error: Wrong RDB checksum expected: (%x) but got (%x). Aborting now.",
                        expected, actual));
            }
        }
        ended = true;
        observer.ended(withChecksum);
    }
}

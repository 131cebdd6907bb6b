package dev.spinel.aof;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamProducers;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.SavedProducers;
import dev.spinel.engine.dataset.SavedValue;
import dev.spinel.engine.dataset.StreamState;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Writes a data set as the commands that make it: the base of a log with {@code aof-use-rdb-preamble no}.
 *
 * <p>A collection becomes commands of at most 64 elements each, an expiry a PEXPIREAT after them, that of a field of a hash
 * an HPEXPIREAT after the command that sets the field, as in Redis. One thread at a time.
 */
final class BaseCommands implements DatasetSink {
    private static final int MAX_ITEMS = 64;
    private static final int NO_DATABASE = -1;

    private static final int PENDING_LONGS = 4;

    private final OutputStream out;
    private final ListpackEntries entries = new ListpackEntries();
    private final Bytes entry = new Bytes();
    private final byte[] digits = new byte[Math.max(Numbers.MAX_LONG_LENGTH, Numbers.MAX_DOUBLE_LENGTH)];
    private final byte[] head = new byte[1 + Numbers.MAX_LONG_LENGTH + 2];
    private int database = NO_DATABASE;
    private byte[] key = new byte[64];
    private int keyLength;
    private long expiresAtMillis = NO_EXPIRY;

    /** What waits for its command: strings in their form on the wire, and the elements that they make. */
    private byte[] items = new byte[1024];

    private int itemBytes;
    private int itemStrings;
    private int itemCount;
    /** The command that adds elements. */
    private String verb = "";

    /** The fields whose elements wait for their command and that expire: times, and names one after the other. */
    private final long[] fieldExpiries = new long[MAX_ITEMS];

    private final int[] fieldEnds = new int[MAX_ITEMS];
    private byte[] fieldNames = new byte[256];
    private int expiringFieldCount;
    /** The group of a stream that is being written, and the consumer. */
    private byte[] group = new byte[0];

    private byte[] consumer = new byte[0];
    /** What is pending in the group, in the order of IDs: both numbers of the ID, time of delivery, number of deliveries. */
    private long[] pendings = new long[PENDING_LONGS];

    private int pendingCount;
    /** What the stream that is being written keeps of its idempotent producers. */
    private final List<SavedValue> producers = new ArrayList<>();

    BaseCommands(OutputStream out) {
        this.out = out;
    }

    @Override
    public void announceExpiringFields() {
        // Commands say so where it matters.
    }

    @Override
    public void library(Bytes code) throws IOException {
        endKey();
        head('*', 3);
        string("FUNCTION");
        string("LOAD");
        string(code.array(), code.offset(), code.length());
    }

    @Override
    public void key(int databaseIndex, Bytes name, long expiry, long use) throws IOException {
        endKey();
        producers.clear();
        if (databaseIndex != database) {
            database = databaseIndex;
            head('*', 2);
            string("SELECT");
            number(databaseIndex);
        }
        keyLength = name.length();
        if (keyLength > key.length) {
            key = new byte[keyLength];
        }
        System.arraycopy(name.array(), name.offset(), key, 0, keyLength);
        expiresAtMillis = expiry;
    }

    /** Writes a line with the time, between two keys. */
    void timestamp(long unixSeconds) throws IOException {
        out.write(("#TS:" + unixSeconds + "\r\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Ends the last key. */
    void end() throws IOException {
        endKey();
    }

    private void endKey() throws IOException {
        writeItems();
        if (expiresAtMillis != NO_EXPIRY) {
            head('*', 3);
            string("PEXPIREAT");
            string(key, 0, keyLength);
            number(expiresAtMillis);
            expiresAtMillis = NO_EXPIRY;
        }
    }

    @Override
    public void string(Bytes value) throws IOException {
        set();
        string(value.array(), value.offset(), value.length());
    }

    @Override
    public void integer(long value) throws IOException {
        set();
        number(value);
    }

    private void set() throws IOException {
        head('*', 3);
        string("SET");
        string(key, 0, keyLength);
    }

    @Override
    public void list(long parts) {
        verb = "RPUSH";
    }

    @Override
    public void listPage(Bytes listpack) throws IOException {
        addAll(listpack, 1);
    }

    @Override
    public void listElement(Bytes element) throws IOException {
        add(element);
        endItem();
    }

    @Override
    public void intset(Bytes intset) throws IOException {
        verb = "SADD";
        byte[] array = intset.array();
        int at = intset.offset();
        int width = (int) littleEndian(array, at, Integer.BYTES);
        long count = littleEndian(array, at + Integer.BYTES, Integer.BYTES);
        at += 2 * Integer.BYTES;
        for (long i = 0; i < count; i++) {
            entry.set(digits, 0, Numbers.formatLong(littleEndian(array, at, width), digits, 0));
            at += width;
            add(entry);
            endItem();
        }
    }

    private static long littleEndian(byte[] array, int at, int width) {
        long value = array[at + width - 1];
        for (int i = width - 2; i >= 0; i--) {
            value = value << 8 | (array[at + i] & 0xFF);
        }
        return value;
    }

    @Override
    public void set(Bytes listpack) throws IOException {
        verb = "SADD";
        addAll(listpack, 1);
    }

    @Override
    public void set(long members) {
        verb = "SADD";
    }

    @Override
    public void member(Bytes member) throws IOException {
        add(member);
        endItem();
    }

    @Override
    public void hash(Bytes listpack) throws IOException {
        verb = "HMSET";
        addAll(listpack, 2);
    }

    @Override
    public void hash(long fields) {
        verb = "HMSET";
    }

    @Override
    public void field(Bytes field, Bytes value) throws IOException {
        add(field);
        add(value);
        endItem();
    }

    @Override
    public void expiringHash(Bytes listpack) throws IOException {
        verb = "HMSET";
        Bytes value = new Bytes();
        entries.start(listpack);
        while (entries.hasNext()) {
            entries.next(entry);
            add(entry);
            Bytes field = entry.copy();
            entries.next(value);
            add(value);
            entries.next(value);
            long expiryMillis = Numbers.parseLong(value);
            if (expiryMillis != 0) {
                addExpiry(field, expiryMillis);
            }
            endItem();
        }
    }

    @Override
    public void expiringHash(long fields, long earliestMillis) {
        hash(fields);
    }

    @Override
    public void expiringField(Bytes field, Bytes value, long expiryMillis) throws IOException {
        add(field);
        add(value);
        addExpiry(field, expiryMillis);
        endItem();
    }

    private void addExpiry(Bytes field, long expiryMillis) {
        int start = expiringFieldCount == 0 ? 0 : fieldEnds[expiringFieldCount - 1];
        int end = start + field.length();
        if (end > fieldNames.length) {
            fieldNames = Arrays.copyOf(fieldNames, Math.max(2 * fieldNames.length, end));
        }
        System.arraycopy(field.array(), field.offset(), fieldNames, start, field.length());
        fieldExpiries[expiringFieldCount] = expiryMillis;
        fieldEnds[expiringFieldCount] = end;
        expiringFieldCount++;
    }

    /** Writes the expiries of the fields that the last command has set. */
    private void writeFieldExpiries() throws IOException {
        int start = 0;
        for (int i = 0; i < expiringFieldCount; i++) {
            head('*', 6);
            string("HPEXPIREAT");
            string(key, 0, keyLength);
            number(fieldExpiries[i]);
            string("FIELDS");
            number(1);
            string(fieldNames, start, fieldEnds[i] - start);
            start = fieldEnds[i];
        }
        expiringFieldCount = 0;
    }

    @Override
    public void sortedSet(Bytes listpack) throws IOException {
        verb = "ZADD";
        Bytes member = new Bytes();
        entries.start(listpack);
        while (entries.hasNext()) {
            entries.next(entry);
            // An integer lives in the digits of the walk, which the score overwrites.
            member.set(entry.toByteArray(), 0, entry.length());
            entries.next(entry);
            add(entry);
            add(member);
            endItem();
        }
    }

    @Override
    public void sortedSet(long members) {
        verb = "ZADD";
    }

    @Override
    public void scored(Bytes member, double score) throws IOException {
        entry.set(digits, 0, Numbers.formatDouble(score, digits, 0));
        add(entry);
        add(member);
        endItem();
    }

    @Override
    public void streamProducers(SavedValue saved) {
        producers.add(saved);
    }

    @Override
    public void stream(long nodes) {
        // The entries say enough.
    }

    @Override
    public void streamNode(long millis, long sequence, Bytes listpack) throws IOException {
        entries.start(listpack);
        nextNumber();
        nextNumber();
        byte[][] fields = nextStrings((int) nextNumber());
        nextNumber();
        while (entries.hasNext()) {
            long flags = nextNumber();
            String id = id(millis + nextNumber(), sequence + nextNumber());
            byte[][] strings;
            if ((flags & STREAM_ENTRY_SAME_FIELDS) != 0) {
                byte[][] values = nextStrings(fields.length);
                strings = new byte[2 * values.length][];
                for (int i = 0; i < values.length; i++) {
                    strings[2 * i] = fields[i];
                    strings[2 * i + 1] = values[i];
                }
            } else {
                strings = nextStrings(2 * (int) nextNumber());
            }
            nextNumber();
            if ((flags & STREAM_ENTRY_DELETED) == 0) {
                head('*', 3 + strings.length);
                string("XADD");
                string(key, 0, keyLength);
                string(id);
                for (byte[] string : strings) {
                    string(string, 0, string.length);
                }
            }
        }
    }

    private long nextNumber() {
        entries.next(entry);
        return Numbers.parseLong(entry);
    }

    private byte[][] nextStrings(int count) {
        byte[][] strings = new byte[count][];
        for (int i = 0; i < count; i++) {
            entries.next(entry);
            strings[i] = entry.toByteArray();
        }
        return strings;
    }

    private static String id(long millis, long sequence) {
        return new StreamId(millis, sequence).toString();
    }

    @Override
    public void streamState(StreamState state) throws IOException {
        if (state.size() == 0) {
            // Makes the stream, whose last ID is set below.
            command("XADD", "MAXLEN", "0", "0-1", "x", "y");
        }
        // XSETID takes no last ID before the greatest one deleted, but alone it can set the last ID back later.
        boolean isSetBack = state.lastId().compareTo(state.maxDeletedId()) < 0;
        StreamId last = isSetBack ? state.maxDeletedId() : state.lastId();
        command(
                "XSETID",
                last.toString(),
                "ENTRIESADDED",
                Long.toString(state.entriesAdded()),
                "MAXDELETEDID",
                state.maxDeletedId().toString());
        if (isSetBack) {
            command("XSETID", state.lastId().toString());
        }
        writeProducers();
    }

    private void writeProducers() throws IOException {
        try {
            for (int i = 0; i < producers.size(); i++) {
                write(producers.get(i), i == 0);
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        producers.clear();
    }

    private void write(SavedValue saved, boolean isFirst) throws IOException {
        SavedProducers.read(saved, new SavedProducers.Receiver() {
            @Override
            public void settings(long durationSeconds, long maxSize, long added, long duplicates) {
                if (isFirst) {
                    unchecked(() -> {
                        configure("IDMP-DURATION", durationSeconds);
                        configure("IDMP-MAXSIZE", maxSize);
                    });
                }
            }

            @Override
            public void record(Bytes producer, Bytes id, StreamId entry) {
                unchecked(() -> {
                    head('*', 5);
                    string("XIDMPRECORD");
                    string(key, 0, keyLength);
                    string(producer.array(), producer.offset(), producer.length());
                    string(id.array(), id.offset(), id.length());
                    string(entry.toString());
                });
            }
        });
    }

    private void configure(String option, long value) throws IOException {
        if (value != StreamProducers.NOT_SET) {
            command("XCFGSET", option, Long.toString(value));
        }
    }

    /** Writes something. */
    @FunctionalInterface
    private interface Writing {
        void write() throws IOException;
    }

    private static void unchecked(Writing writing) {
        try {
            writing.write();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void streamGroup(Bytes name, StreamId lastId, long entriesRead, long pending) throws IOException {
        group = name.toByteArray();
        pendingCount = 0;
        group("CREATE", 7);
        string(lastId.toString());
        string("ENTRIESREAD");
        number(entriesRead);
    }

    @Override
    public void streamPending(long millis, long sequence, long deliveredMillis, long deliveries) {
        int at = pendingCount++ * PENDING_LONGS;
        if (at == pendings.length) {
            pendings = Arrays.copyOf(pendings, 2 * at);
        }
        pendings[at] = millis;
        pendings[at + 1] = sequence;
        pendings[at + 2] = deliveredMillis;
        pendings[at + 3] = deliveries;
    }

    @Override
    public void streamConsumers(long consumers) {
        // They say enough.
    }

    @Override
    public void streamConsumer(Bytes name, long seenMillis, long pending) throws IOException {
        consumer = name.toByteArray();
        group("CREATECONSUMER", 5);
        string(consumer, 0, consumer.length);
    }

    @Override
    public void streamOwned(long millis, long sequence) throws IOException {
        int at = pending(millis, sequence);
        head('*', 12);
        string("XCLAIM");
        string(key, 0, keyLength);
        string(group, 0, group.length);
        string(consumer, 0, consumer.length);
        strings(
                "0",
                id(millis, sequence),
                "TIME",
                Long.toString(pendings[at + 2]),
                "RETRYCOUNT",
                Long.toString(pendings[at + 3]),
                "JUSTID",
                "FORCE");
    }

    /** Index in {@link #pendings} of the entry with an ID. */
    private int pending(long millis, long sequence) {
        int low = 0;
        int high = pendingCount - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            int at = middle * PENDING_LONGS;
            int order = Long.compareUnsigned(pendings[at], millis);
            if (order == 0) {
                order = Long.compareUnsigned(pendings[at + 1], sequence);
            }
            if (order < 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low * PENDING_LONGS;
    }

    /** Writes the begin of a command of {@code count} strings about the group. */
    private void group(String verbOfGroup, int count) throws IOException {
        head('*', count);
        strings("XGROUP", verbOfGroup);
        string(key, 0, keyLength);
        string(group, 0, group.length);
    }

    private void command(String name, String... arguments) throws IOException {
        head('*', 2 + arguments.length);
        string(name);
        string(key, 0, keyLength);
        strings(arguments);
    }

    private void strings(String... ascii) throws IOException {
        for (String string : ascii) {
            string(string);
        }
    }

    @Override
    public void custom(String typeName, int version, SavedValue value) throws IOException {
        throw new IOException("values of type " + typeName + " of a plugin cannot be written as commands; they need"
                + " aof-use-rdb-preamble yes");
    }

    private void addAll(Bytes listpack, int stringsPerItem) throws IOException {
        entries.start(listpack);
        while (entries.hasNext()) {
            for (int i = 0; i < stringsPerItem; i++) {
                entries.next(entry);
                add(entry);
            }
            endItem();
        }
    }

    private void add(Bytes string) {
        int most = head.length + string.length() + 2;
        if (itemBytes + most > items.length) {
            items = Arrays.copyOf(items, Math.max(2 * items.length, itemBytes + most));
        }
        itemBytes += formatHead('$', string.length(), items, itemBytes);
        System.arraycopy(string.array(), string.offset(), items, itemBytes, string.length());
        itemBytes += string.length();
        items[itemBytes++] = '\r';
        items[itemBytes++] = '\n';
        itemStrings++;
    }

    private void endItem() throws IOException {
        if (++itemCount == MAX_ITEMS) {
            writeItems();
        }
    }

    private void writeItems() throws IOException {
        if (itemCount > 0) {
            head('*', 2 + itemStrings);
            string(verb);
            string(key, 0, keyLength);
            out.write(items, 0, itemBytes);
            itemBytes = 0;
            itemStrings = 0;
            itemCount = 0;
            writeFieldExpiries();
        }
    }

    private void string(String ascii) throws IOException {
        string(ascii.getBytes(StandardCharsets.US_ASCII), 0, ascii.length());
    }

    private void number(long value) throws IOException {
        string(digits, 0, Numbers.formatLong(value, digits, 0));
    }

    private void string(byte[] array, int offset, int length) throws IOException {
        head('$', length);
        out.write(array, offset, length);
        out.write('\r');
        out.write('\n');
    }

    private void head(char type, long count) throws IOException {
        out.write(head, 0, formatHead(type, count, head, 0));
    }

    private static int formatHead(char type, long count, byte[] target, int offset) {
        target[offset] = (byte) type;
        int at = offset + 1 + Numbers.formatLong(count, target, offset + 1);
        target[at] = '\r';
        target[at + 1] = '\n';
        return at + 2 - offset;
    }
}

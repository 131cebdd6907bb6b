package dev.spinel.rdb;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.ValueOutput;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.SavedValue;
import dev.spinel.engine.dataset.StreamState;
import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Writes values in the encodings of Redis 7.0, hashes whose fields expire in those of Redis 7.4 or in that of Valkey 9. One thread.
 *
 * <p>Sets that come as listpacks, which Redis 7.0 does not know, are written member by member.
 */
abstract class ValueEncoder implements ValueSink {
    private static final VarHandle BIG_ENDIAN_LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private final RdbOutput out;
    private final boolean valkey;
    private final ListpackCursor cursor = new ListpackCursor();
    private final ListpackBuilder builder = new ListpackBuilder();
    /** Whether the hash in progress has fields that expire, and the time from which theirs are counted. */
    private boolean inExpiringHash;

    private long earliestMillis;
    private final byte[] streamId = new byte[2 * Long.BYTES];

    /** @param valkey whether hashes whose fields expire are written as Valkey does */
    ValueEncoder(RdbOutput out, boolean valkey) {
        this.out = out;
        this.valkey = valkey;
    }

    /** Writes what comes before the content of a value, its type included. */
    abstract void begin(int type) throws IOException;

    @Override
    public void string(Bytes value) throws IOException {
        begin(RdbType.STRING);
        out.writeString(value);
    }

    @Override
    public void longString(byte[][] pieces) throws IOException {
        begin(RdbType.STRING);
        long length = 0;
        for (byte[] piece : pieces) {
            length += piece.length;
        }
        out.writeLength(length);
        for (byte[] piece : pieces) {
            out.writeBytes(piece, 0, piece.length);
        }
    }

    @Override
    public void integer(long value) throws IOException {
        begin(RdbType.STRING);
        out.writeInteger(value);
    }

    @Override
    public void list(long parts) throws IOException {
        begin(RdbType.LIST_QUICKLIST_2);
        out.writeLength(parts);
    }

    @Override
    public void listPage(Bytes listpack) throws IOException {
        out.writeLength(RdbType.QUICKLIST_PACKED);
        out.writeString(listpack);
    }

    /** Writes an element as redis-server does that would not fit beside others: in a listpack of its own. */
    @Override
    public void listElement(Bytes element) throws IOException {
        listPage(builder.begin()
                .add(element.array(), element.offset(), element.length())
                .end());
    }

    @Override
    public void intset(Bytes intset) throws IOException {
        begin(RdbType.SET_INTSET);
        out.writeString(intset);
    }

    @Override
    public void set(Bytes listpack) throws IOException {
        cursor.start(listpack);
        set((long) Math.max(0, cursor.count()));
        while (cursor.next()) {
            member(cursor.element());
        }
    }

    @Override
    public void set(long members) throws IOException {
        begin(RdbType.SET);
        out.writeLength(members);
    }

    @Override
    public void member(Bytes member) throws IOException {
        out.writeString(member);
    }

    @Override
    public void hash(Bytes listpack) throws IOException {
        begin(RdbType.HASH_LISTPACK);
        out.writeString(listpack);
    }

    @Override
    public void hash(long fields) throws IOException {
        inExpiringHash = false;
        begin(RdbType.HASH);
        out.writeLength(fields);
    }

    @Override
    public void field(Bytes field, Bytes value) throws IOException {
        if (inExpiringHash && !valkey) {
            out.writeLength(0);
        }
        out.writeString(field);
        out.writeString(value);
        if (inExpiringHash && valkey) {
            out.writeLong(DatasetSink.NO_EXPIRY);
        }
    }

    /** The time before the listpack, the earliest one in it, is there for readers that do not look into it. */
    @Override
    public void expiringHash(Bytes listpack) throws IOException {
        cursor.start(listpack);
        if (valkey) {
            writeEachField();
            return;
        }
        begin(RdbType.HASH_LISTPACK_EX);
        long earliest = 0;
        if (cursor.count() > 0 && cursor.next() && cursor.next() && cursor.next()) {
            earliest = Numbers.parseLong(cursor.element());
        }
        out.writeLong(earliest);
        out.writeString(listpack);
    }

    /** Writes the fields of the listpack at the cursor, each with its value and its time, which is 0 in it for none. */
    private void writeEachField() throws IOException {
        begin(RdbType.HASH_2);
        out.writeLength(Math.max(0, cursor.count()) / 3);
        while (cursor.next()) {
            out.writeString(cursor.element());
            if (cursor.next()) {
                out.writeString(cursor.element());
            }
            if (cursor.next()) {
                long expiresAtMillis = Numbers.parseLong(cursor.element());
                out.writeLong(expiresAtMillis == 0 ? DatasetSink.NO_EXPIRY : expiresAtMillis);
            }
        }
    }

    @Override
    public void expiringHash(long fields, long earliest) throws IOException {
        inExpiringHash = true;
        earliestMillis = earliest;
        if (valkey) {
            begin(RdbType.HASH_2);
        } else {
            begin(RdbType.HASH_METADATA);
            out.writeLong(earliest);
        }
        out.writeLength(fields);
    }

    /** Writes the time: for Redis as its distance from the earliest one plus one, since 0 stands for none. */
    @Override
    public void expiringField(Bytes field, Bytes value, long expiresAtMillis) throws IOException {
        if (!valkey) {
            out.writeLength(expiresAtMillis - earliestMillis + 1);
        }
        out.writeString(field);
        out.writeString(value);
        if (valkey) {
            out.writeLong(expiresAtMillis);
        }
    }

    @Override
    public void sortedSet(Bytes listpack) throws IOException {
        begin(RdbType.ZSET_LISTPACK);
        out.writeString(listpack);
    }

    @Override
    public void sortedSet(long members) throws IOException {
        begin(RdbType.ZSET_2);
        out.writeLength(members);
    }

    @Override
    public void scored(Bytes member, double score) throws IOException {
        out.writeString(member);
        out.writeDouble(score);
    }

    @Override
    public void streamProducers(SavedValue producers) throws IOException {
        // A value alone has no place for it that others would understand.
    }

    @Override
    public void stream(long nodes) throws IOException {
        begin(RdbType.STREAM_LISTPACKS_2);
        out.writeLength(nodes);
    }

    @Override
    public void streamNode(long millis, long sequence, Bytes listpack) throws IOException {
        BIG_ENDIAN_LONGS.set(streamId, 0, millis);
        BIG_ENDIAN_LONGS.set(streamId, Long.BYTES, sequence);
        out.writeString(streamId, 0, streamId.length);
        out.writeString(listpack);
    }

    @Override
    public void streamState(StreamState state) throws IOException {
        out.writeLength(state.size());
        writeId(state.lastId());
        writeId(state.firstId());
        writeId(state.maxDeletedId());
        out.writeLength(state.entriesAdded());
        out.writeLength(state.groups());
    }

    private void writeId(StreamId id) throws IOException {
        out.writeLength(id.millis());
        out.writeLength(id.sequence());
    }

    @Override
    public void streamGroup(Bytes name, StreamId lastId, long entriesRead, long pending) throws IOException {
        out.writeString(name);
        writeId(lastId);
        out.writeLength(entriesRead);
        out.writeLength(pending);
    }

    @Override
    public void streamPending(long millis, long sequence, long deliveredMillis, long deliveries) throws IOException {
        streamOwned(millis, sequence);
        out.writeLong(deliveredMillis);
        out.writeLength(deliveries);
    }

    @Override
    public void streamConsumers(long consumers) throws IOException {
        out.writeLength(consumers);
    }

    @Override
    public void streamConsumer(Bytes name, long seenMillis, long pending) throws IOException {
        out.writeString(name);
        out.writeLong(seenMillis);
        out.writeLength(pending);
    }

    @Override
    public void streamOwned(long millis, long sequence) throws IOException {
        out.writeLong(Long.reverseBytes(millis));
        out.writeLong(Long.reverseBytes(sequence));
    }

    @Override
    public void custom(String typeName, int version, SavedValue value) throws IOException {
        begin(RdbType.MODULE_2);
        out.writeLength(ModuleName.pack(typeName, version));
        try {
            value.copyTo(new ModuleParts());
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        out.writeLength(RdbType.MODULE_END);
    }

    /** Writes the parts of a custom value, each after the number of its kind. */
    private final class ModuleParts implements ValueOutput {
        @Override
        public void writeLong(long value) {
            try {
                out.writeLength(RdbType.MODULE_SIGNED);
                out.writeLength(value);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void writeDouble(double value) {
            try {
                out.writeLength(RdbType.MODULE_DOUBLE);
                out.writeDouble(value);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void writeBytes(Bytes value) {
            try {
                out.writeLength(RdbType.MODULE_STRING);
                out.writeString(value);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}

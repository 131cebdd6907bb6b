package dev.spinel.rdb;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ValueInput;
import dev.spinel.api.data.ValueOutput;
import dev.spinel.engine.dataset.SavedValue;
import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;

/**
 * Writes values in the encodings of Redis 7.0. One thread.
 *
 * <p>Sets that come as listpacks, which Redis 7.0 does not know, are written member by member.
 */
abstract class ValueEncoder implements ValueSink {
    /** Numbers of a stream before that of its groups. */
    private static final int STREAM_NUMBERS = 8;

    /** Numbers of a group after its name. */
    private static final int GROUP_NUMBERS = 3;

    private final RdbOutput out;
    private final ListpackCursor cursor = new ListpackCursor();
    private final ListpackBuilder builder = new ListpackBuilder();

    ValueEncoder(RdbOutput out) {
        this.out = out;
    }

    /** Writes what comes before the content of a value, its type included. */
    abstract void begin(int type) throws IOException;

    @Override
    public void string(Bytes value) throws IOException {
        begin(RdbType.STRING);
        out.writeString(value);
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
        begin(RdbType.HASH);
        out.writeLength(fields);
    }

    @Override
    public void field(Bytes field, Bytes value) throws IOException {
        out.writeString(field);
        out.writeString(value);
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
    public void stream(long nodes) throws IOException {
        begin(RdbType.STREAM_LISTPACKS_2);
        out.writeLength(nodes);
    }

    @Override
    public void streamNode(long millis, long sequence, Bytes listpack) throws IOException {
        byte[] id = ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(millis)
                .putLong(sequence)
                .array();
        out.writeString(id, 0, id.length);
        out.writeString(listpack);
    }

    @Override
    public void streamState(SavedValue state) throws IOException {
        ValueInput parts = state.input();
        writeLengths(parts, STREAM_NUMBERS);
        long groups = writeLengthOf(parts);
        for (long i = 0; i < groups; i++) {
            out.writeString(parts.readBytes());
            writeLengths(parts, GROUP_NUMBERS);
            long pending = writeLengthOf(parts);
            for (long j = 0; j < pending; j++) {
                writeId(parts);
                out.writeLong(parts.readLong());
                writeLengthOf(parts);
            }
            long consumers = writeLengthOf(parts);
            for (long j = 0; j < consumers; j++) {
                out.writeString(parts.readBytes());
                out.writeLong(parts.readLong());
                // The format of Redis 7.0 has no place for the time of the last activity.
                parts.readLong();
                long ids = writeLengthOf(parts);
                for (long k = 0; k < ids; k++) {
                    writeId(parts);
                }
            }
        }
    }

    private void writeLengths(ValueInput parts, int count) throws IOException {
        for (int i = 0; i < count; i++) {
            writeLengthOf(parts);
        }
    }

    private long writeLengthOf(ValueInput parts) throws IOException {
        long value = parts.readLong();
        out.writeLength(value);
        return value;
    }

    private void writeId(ValueInput parts) throws IOException {
        out.writeLong(Long.reverseBytes(parts.readLong()));
        out.writeLong(Long.reverseBytes(parts.readLong()));
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

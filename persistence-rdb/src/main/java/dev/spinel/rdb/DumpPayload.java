package dev.spinel.rdb;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.ValueSink;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One value as DUMP answers and RESTORE takes it: its type, its content, the version of the format in two bytes, and the
 * checksum of all that in eight. One thread.
 */
final class DumpPayload {
    private static final int FOOTER_BYTES = Short.BYTES + Long.BYTES;
    private static final VarHandle SHORTS =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private DumpPayload() {}

    /** Gives a value to a sink. */
    @FunctionalInterface
    interface Teller {
        /** @return false if there is no value */
        boolean tell(ValueSink sink) throws IOException;
    }

    /**
     * The payload of a value.
     *
     * @param valkey whether a hash whose fields expire is written as Valkey does
     * @return null if there is no value
     */
    static byte @Nullable [] of(Teller value, boolean compressing, boolean valkey) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        RdbOutput out = new RdbOutput(bytes, compressing, true);
        Encoder encoder = new Encoder(out, valkey);
        if (!value.tell(encoder)) {
            return null;
        }
        out.writeShort(RdbType.versionFor(encoder.type));
        out.writeLong(out.checksum());
        out.flush();
        return bytes.toByteArray();
    }

    private static final class Encoder extends ValueEncoder {
        private final RdbOutput out;
        private int type;

        Encoder(RdbOutput out, boolean valkey) {
            super(out, valkey);
            this.out = out;
        }

        @Override
        void begin(int valueType) throws IOException {
            type = valueType;
            out.writeByte(type);
        }
    }

    /**
     * Whether a payload may be read.
     *
     * @param anyVersion whether its version may be unknown
     * @param anyChecksum whether its checksum may be wrong
     */
    static boolean isAcceptable(Bytes payload, boolean anyVersion, boolean anyChecksum) {
        if (payload.length() <= FOOTER_BYTES) {
            return false;
        }
        int version = version(payload);
        return (anyVersion ? version >= 1 : RdbType.isKnownVersion(version)) && (anyChecksum || isIntact(payload));
    }

    /** Whether the checksum of a payload, which must have one, is right. */
    private static boolean isIntact(Bytes payload) {
        int summed = payload.length() - FOOTER_BYTES + Short.BYTES;
        long expected = (long) LONGS.get(payload.array(), payload.offset() + summed);
        return expected == Crc64.update(0, payload.array(), payload.offset(), summed);
    }

    private static int version(Bytes payload) {
        return (short) SHORTS.get(payload.array(), payload.offset() + payload.length() - FOOTER_BYTES) & 0xffff;
    }

    /** What an intact payload holds, without version and checksum. */
    static RdbInput content(Bytes payload, LongSupplier roomBytes) {
        return new RdbInput(payload.array(), payload.offset(), payload.length() - FOOTER_BYTES, roomBytes);
    }

    /**
     * Gives the value of an intact payload to a sink.
     *
     * @param roomBytes how long a compressed string may become for which there is room
     * @throws InvalidDatasetException if it makes no sense, is empty, or followed by something else
     */
    static void read(Bytes payload, ValueSink sink, LongSupplier roomBytes) throws IOException {
        RdbInput in = content(payload, roomBytes);
        ValueDecoder decoder = new ValueDecoder(in);
        int type = in.readByte();
        boolean told = decoder.read(type, RdbType.isValkeyVersion(version(payload)), new ValueDecoder.Receiver() {
            @Override
            public ValueSink begin() {
                return sink;
            }

            @Override
            public void unsupported(String what) throws IOException {
                throw new InvalidDatasetException("The payload is a " + what + ", which this server does not support");
            }
        });
        if (!told || !in.isAtEnd()) {
            throw new InvalidDatasetException(told ? "The payload goes on after its value" : "The payload is empty");
        }
    }
}

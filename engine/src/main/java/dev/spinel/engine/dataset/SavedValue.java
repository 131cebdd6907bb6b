package dev.spinel.engine.dataset;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ValueInput;
import dev.spinel.api.data.ValueOutput;
import java.io.ByteArrayOutputStream;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;

/**
 * A custom value as its type saves it: each part with a byte before it that tells its kind, numbers big-endian, byte
 * strings after their length. One thread at a time.
 */
public final class SavedValue implements ValueOutput {
    private static final byte LONG = 1;
    private static final byte DOUBLE = 2;
    private static final byte BYTES = 3;

    private final ByteArrayOutputStream parts = new ByteArrayOutputStream();

    @Override
    public void writeLong(long value) {
        parts.write(LONG);
        parts.writeBytes(ByteBuffer.allocate(Long.BYTES).putLong(value).array());
    }

    @Override
    public void writeDouble(double value) {
        parts.write(DOUBLE);
        parts.writeBytes(ByteBuffer.allocate(Double.BYTES).putDouble(value).array());
    }

    @Override
    public void writeBytes(Bytes value) {
        parts.write(BYTES);
        parts.writeBytes(
                ByteBuffer.allocate(Integer.BYTES).putInt(value.length()).array());
        parts.write(value.array(), value.offset(), value.length());
    }

    /** The value whose parts {@link #toByteArray} gave. */
    public static SavedValue of(Bytes parts) {
        SavedValue value = new SavedValue();
        value.parts.write(parts.array(), parts.offset(), parts.length());
        return value;
    }

    /** Number of bytes written so far. */
    int sizeBytes() {
        return parts.size();
    }

    /** The parts as written so far. */
    public byte[] toByteArray() {
        return parts.toByteArray();
    }

    /** Reads what was written so far. */
    public ValueInput input() {
        return new Input(ByteBuffer.wrap(toByteArray()));
    }

    /** Gives the parts as written so far to another output, in order. */
    public void copyTo(ValueOutput target) {
        Input input = new Input(ByteBuffer.wrap(toByteArray()));
        while (input.parts.hasRemaining()) {
            switch (input.parts.get(input.parts.position())) {
                case LONG -> target.writeLong(input.readLong());
                case DOUBLE -> target.writeDouble(input.readDouble());
                default -> target.writeBytes(input.readBytes());
            }
        }
    }

    private static final class Input implements ValueInput {
        private final ByteBuffer parts;

        Input(ByteBuffer parts) {
            this.parts = parts;
        }

        @Override
        public long readLong() {
            try {
                require(LONG);
                return parts.getLong();
            } catch (BufferUnderflowException e) {
                throw ended(e);
            }
        }

        @Override
        public double readDouble() {
            try {
                require(DOUBLE);
                return parts.getDouble();
            } catch (BufferUnderflowException e) {
                throw ended(e);
            }
        }

        @Override
        public Bytes readBytes() {
            try {
                require(BYTES);
                int length = parts.getInt();
                if (length < 0 || length > parts.remaining()) {
                    throw new BufferUnderflowException();
                }
                byte[] bytes = new byte[length];
                parts.get(bytes);
                return Bytes.of(bytes);
            } catch (BufferUnderflowException e) {
                throw ended(e);
            }
        }

        private void require(byte kind) {
            byte actual = parts.get();
            if (actual != kind) {
                throw new IllegalArgumentException("saved part of kind " + actual + " (expected: " + kind + ")");
            }
        }

        private static IllegalArgumentException ended(BufferUnderflowException cause) {
            return new IllegalArgumentException("the saved value ends early", cause);
        }
    }
}

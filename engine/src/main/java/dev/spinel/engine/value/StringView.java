package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.error.Errors;
import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A view of strings, whose bytes are the content of the cell, or of 64-bit integers. Engine thread only.
 */
public final class StringView extends ValueView implements StringValue {
    /*
     *   INT         the number in two's complement, little-endian, in as few bytes as hold it: 1 to 8
     *   EMBEDDED    the bytes of a string that was set, up to 44 of them
     *   RAW         the bytes of a longer string, or of one that was changed in place
     *   ROOMY       the bytes, unused ones, and the number of used ones: 4 bytes, little-endian
     *
     * EMBEDDED and RAW differ only in what OBJECT ENCODING answers. The size classes of the arena give short strings room
     * to grow; a long one that grows becomes ROOMY, with a quarter more than it needs, so that appending in small steps
     * takes linear time. Setting the length brings it back to RAW, and an empty string gets no room: it may never grow again.
     */
    private static final int RAW = 0;
    private static final int EMBEDDED = 1;
    private static final int INT = 2;
    private static final int ROOMY = 3;

    private static final int MAX_EMBEDDED_BYTES = 44;
    private static final int MIN_ROOMY_BYTES = 4096;
    private static final int USED_BYTES = Integer.BYTES;
    private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

    private final Bytes view = new Bytes();
    private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];
    /** What {@link #tell} shows, so that it makes no garbage and leaves other views valid. */
    private final Bytes told = new Bytes();

    private ValueCell cell;

    /** Creates a view of a cell, which may be bound to another one later. */
    public StringView(ValueCell cell) {
        this.cell = cell;
    }

    /** The encoding in which SET stores bytes. */
    public static int encodingOf(Bytes value) {
        if (Numbers.isLong(value)) {
            return INT;
        }
        return value.length() <= MAX_EMBEDDED_BYTES ? EMBEDDED : RAW;
    }

    /** The length of a cell that holds bytes in the encoding that {@link #encodingOf} tells. */
    public static int encodedLength(Bytes value, int encoding) {
        return encoding == INT ? integerBytes(Numbers.parseLong(value)) : value.length();
    }

    /** Writes bytes in the encoding that {@link #encodingOf} tells, as the content of a cell at an offset. */
    public static void write(Bytes value, int encoding, byte[] array, int offset) {
        if (encoding == INT) {
            long number = Numbers.parseLong(value);
            writeInteger(number, integerBytes(number), array, offset);
        } else {
            System.arraycopy(value.array(), value.offset(), array, offset, value.length());
        }
    }

    @Override
    public void tell(ValueSink sink) throws IOException {
        if (cell.encoding() == INT) {
            sink.integer(readInteger());
        } else {
            told.set(cell.array(), cell.offset(), length());
            sink.string(told);
        }
    }

    @Override
    public @Nullable ValueCut cut(ValueSink sink) {
        return null;
    }

    private static int integerBytes(long value) {
        int bits = Long.SIZE + 1 - Long.numberOfLeadingZeros(value ^ (value >> (Long.SIZE - 1)));
        return (bits + Byte.SIZE - 1) / Byte.SIZE;
    }

    private static void writeInteger(long value, int bytes, byte[] array, int offset) {
        long rest = value;
        for (int i = offset; i < offset + bytes; i++) {
            array[i] = (byte) rest;
            rest >>= Byte.SIZE;
        }
    }

    private long readInteger() {
        byte[] array = cell.array();
        int first = cell.offset();
        int i = first + cell.length() - 1;
        long value = array[i];
        while (--i >= first) {
            value = value << Byte.SIZE | (array[i] & 0xFF);
        }
        return value;
    }

    @Override
    public void bind(ValueCell bound) {
        cell = bound;
    }

    @Override
    public void init() {
        cell.resize(0);
        cell.encoding(EMBEDDED);
    }

    @Override
    public void free() {
        // Nothing lies outside the cell.
    }

    @Override
    public void copyFrom(ValueView source) {
        StringView other = (StringView) source;
        int encoding = other.cell.encoding();
        int length = encoding == ROOMY ? other.length() : other.cell.length();
        cell.resize(length);
        cell.encoding(encoding == ROOMY ? RAW : encoding);
        System.arraycopy(other.cell.array(), other.cell.offset(), cell.array(), cell.offset(), length);
    }

    /** False: the empty string is a value. */
    @Override
    public boolean isEmpty() {
        return false;
    }

    @Override
    public String encodingName() {
        return switch (cell.encoding()) {
            case INT -> "int";
            case EMBEDDED -> "embstr";
            default -> "raw";
        };
    }

    @Override
    public long externalBytes() {
        return 0;
    }

    @Override
    public long elementCount() {
        return 1;
    }

    @Override
    public int length() {
        return switch (cell.encoding()) {
            case INT -> Numbers.lengthOfLong(readInteger());
            case ROOMY -> (int) INTS.get(cell.array(), usedOffset());
            default -> cell.length();
        };
    }

    @Override
    public Bytes bytes() {
        if (cell.encoding() == INT) {
            view.set(digits, 0, Numbers.formatLong(readInteger(), digits, 0));
        } else {
            view.set(cell.array(), cell.offset(), length());
        }
        return view;
    }

    @Override
    public boolean isInteger() {
        return cell.encoding() == INT;
    }

    @Override
    public long integer() {
        if (cell.encoding() == INT) {
            return readInteger();
        }
        view.set(cell.array(), cell.offset(), length());
        if (!Numbers.isLong(view)) {
            throw Errors.notAnInteger();
        }
        return Numbers.parseLong(view);
    }

    @Override
    public void set(Bytes value) {
        int encoding = encodingOf(value);
        if (encoding == INT) {
            set(Numbers.parseLong(value));
            return;
        }
        setLength(value.length());
        cell.encoding(encoding);
        write(value, encoding, cell.array(), cell.offset());
    }

    @Override
    public void set(long value) {
        int bytes = integerBytes(value);
        setLength(bytes);
        cell.encoding(INT);
        writeInteger(value, bytes, cell.array(), cell.offset());
    }

    private void setLength(int cellLength) {
        if (cell.length() != cellLength) {
            cell.resize(cellLength);
        }
    }

    @Override
    public int setRange(int offset, Bytes value) {
        int oldLength = length();
        if (value.isEmpty()) {
            return oldLength;
        }
        makeRaw();
        int end = offset + value.length();
        if (end > oldLength) {
            grow(end);
            if (offset > oldLength) {
                fillWithZero(oldLength, offset);
            }
        }
        System.arraycopy(value.array(), value.offset(), cell.array(), cell.offset() + offset, value.length());
        return Math.max(oldLength, end);
    }

    @Override
    public int append(Bytes suffix) {
        makeRaw();
        int oldLength = length();
        grow(oldLength + suffix.length());
        System.arraycopy(suffix.array(), suffix.offset(), cell.array(), cell.offset() + oldLength, suffix.length());
        return oldLength + suffix.length();
    }

    @Override
    public void resize(int length) {
        makeRaw();
        int oldLength = length();
        if (length > oldLength) {
            if (oldLength == 0) {
                cell.resize(length);
                cell.encoding(RAW);
            } else {
                grow(length);
            }
            fillWithZero(oldLength, length);
        } else {
            cell.resize(length);
            cell.encoding(RAW);
        }
    }

    @Override
    public void setByte(int index, byte value) {
        makeRaw();
        cell.array()[cell.offset() + index] = value;
    }

    private void makeRaw() {
        int encoding = cell.encoding();
        if (encoding == INT) {
            int length = Numbers.formatLong(readInteger(), digits, 0);
            cell.resize(length);
            System.arraycopy(digits, 0, cell.array(), cell.offset(), length);
        }
        if (encoding != ROOMY) {
            cell.encoding(RAW);
        }
    }

    /** Lets a raw string be longer; the new bytes have no defined content. */
    private void grow(int length) {
        boolean roomy = cell.encoding() == ROOMY;
        if (!roomy && (length < MIN_ROOMY_BYTES || length <= cell.capacity())) {
            cell.resize(length);
            return;
        }
        if (!roomy || length > cell.length() - USED_BYTES) {
            cell.resize(length + length / 4 + USED_BYTES);
            cell.encoding(ROOMY);
        }
        INTS.set(cell.array(), usedOffset(), length);
    }

    private int usedOffset() {
        return cell.offset() + cell.length() - USED_BYTES;
    }

    private void fillWithZero(int from, int to) {
        int offset = cell.offset();
        Arrays.fill(cell.array(), offset + from, offset + to, (byte) 0);
    }
}

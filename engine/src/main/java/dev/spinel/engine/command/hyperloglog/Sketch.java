package dev.spinel.engine.command.hyperloglog;

import static dev.spinel.engine.command.hyperloglog.SketchLayout.CACHE_FLAG_OFFSET;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.CACHE_OUT_OF_DATE;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.DENSE;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.DENSE_BYTES;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.ENCODING_OFFSET;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.HEADER_BYTES;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.MAX_SPARSE_VALUE;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.MAX_VALUE_RUN;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.REGISTERS;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.REGISTER_BITS;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.REGISTER_MASK;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.SPARSE;

import dev.spinel.api.data.Bytes;
import java.util.Arrays;

/**
 * A copy of a sketch to work on, so that a sketch that turns out to be corrupted is left as it was.
 *
 * <p>It makes the changes of the opcodes that Redis makes, in its order, so that the bytes are those of Redis after the same
 * elements: an opcode is split at the register that is raised, then equal neighbours among the next five opcodes are
 * joined. Reused; engine thread only.
 */
final class Sketch {
    /** The most bytes by which one register makes a sparse sketch longer. */
    private static final int MAX_GROWTH_BYTES = 3;
    /** ZERO or XZERO, VAL, ZERO or XZERO. */
    private static final int MAX_SPLIT_BYTES = 5;

    private static final int OPCODES_TO_JOIN = 5;

    private final byte[] usual = new byte[DENSE_BYTES];
    private final byte[] split = new byte[MAX_SPLIT_BYTES];
    private final Bytes view = new Bytes();
    private byte[] bytes = usual;
    private int length;

    /** Makes this the empty sketch, which is sparse and has a valid count of 0. */
    void clear() {
        bytes = usual;
        Arrays.fill(bytes, 0, HEADER_BYTES, (byte) 0);
        bytes[0] = 'H';
        bytes[1] = 'Y';
        bytes[2] = 'L';
        bytes[3] = 'L';
        bytes[ENCODING_OFFSET] = SPARSE;
        length = SketchLayout.putRun(bytes, HEADER_BYTES, 0, REGISTERS);
    }

    /** Makes this a copy of a sketch. */
    void load(Bytes source) {
        length = source.length();
        bytes = length <= usual.length ? usual : new byte[length + MAX_GROWTH_BYTES];
        System.arraycopy(source.array(), source.offset(), bytes, 0, length);
    }

    /** The bytes, valid until the next change. */
    Bytes bytes() {
        view.set(bytes, 0, length);
        return view;
    }

    boolean isDense() {
        return bytes[ENCODING_OFFSET] == DENSE;
    }

    /** Notes that the cached count is out of date. */
    void invalidateCache() {
        bytes[CACHE_FLAG_OFFSET] |= (byte) CACHE_OUT_OF_DATE;
    }

    /**
     * Raises a register to a value, if that is larger, and makes the sketch dense when it does not fit otherwise.
     *
     * @param maxSparseBytes the longest sparse sketch that may grow to be
     * @return whether the register was smaller
     * @throws dev.spinel.api.error.CommandException INVALIDOBJ
     */
    boolean raise(int register, int value, long maxSparseBytes) {
        if (!isDense()) {
            if (value <= MAX_SPARSE_VALUE) {
                return raiseSparse(register, value, maxSparseBytes);
            }
            makeDense();
        }
        if (SketchLayout.denseRegister(bytes, HEADER_BYTES, register) >= value) {
            return false;
        }
        setDense(register, value);
        return true;
    }

    private boolean raiseSparse(int register, int value, long maxSparseBytes) {
        int previous = HEADER_BYTES;
        int at = HEADER_BYTES;
        int first = 0;
        int run = runLength(at);
        while (at < length && register >= first + run) {
            first += run;
            previous = at;
            at += SketchLayout.opcodeLength(bytes[at]);
            run = runLength(at);
        }
        if (at >= length || at + SketchLayout.opcodeLength(bytes[at]) > length) {
            throw SketchLayout.corrupted();
        }
        int opcode = bytes[at];
        int old = SketchLayout.runValue(opcode);
        if (old >= value) {
            return false;
        }
        int splitLength = 0;
        if (register > first) {
            splitLength = SketchLayout.putRun(split, splitLength, old, register - first);
        }
        splitLength = SketchLayout.putRun(split, splitLength, value, 1);
        int after = first + run - 1 - register;
        if (after > 0) {
            splitLength = SketchLayout.putRun(split, splitLength, old, after);
        }
        int oldLength = SketchLayout.opcodeLength(opcode);
        if (splitLength > oldLength && length + splitLength - oldLength > maxSparseBytes) {
            makeDense();
            setDense(register, value);
            return true;
        }
        replace(at, oldLength, splitLength);
        join(previous);
        return true;
    }

    /** The number of registers of the opcode at an index, 0 at the end. */
    private int runLength(int at) {
        if (at >= length) {
            return 0;
        }
        return SketchLayout.runLength(bytes[at], at + 1 < length ? bytes[at + 1] : 0);
    }

    private void replace(int at, int oldLength, int newLength) {
        int grown = length + newLength - oldLength;
        if (grown > bytes.length) {
            bytes = Arrays.copyOf(bytes, grown + MAX_GROWTH_BYTES);
        }
        System.arraycopy(bytes, at + oldLength, bytes, at + newLength, length - at - oldLength);
        System.arraycopy(split, 0, bytes, at, newLength);
        length = grown;
    }

    /** Joins neighbours of the same value other than zero, from an opcode on. */
    private void join(int from) {
        int at = from;
        for (int i = 0; i < OPCODES_TO_JOIN && at < length; i++) {
            int opcode = bytes[at];
            if (SketchLayout.isValue(opcode) && at + 1 < length && SketchLayout.isValue(bytes[at + 1])) {
                int value = SketchLayout.runValue(opcode);
                int joined = runLength(at) + runLength(at + 1);
                if (value == SketchLayout.runValue(bytes[at + 1]) && joined <= MAX_VALUE_RUN) {
                    SketchLayout.putRun(bytes, at + 1, value, joined);
                    System.arraycopy(bytes, at + 1, bytes, at, length - at - 1);
                    length--;
                    continue;
                }
            }
            at += SketchLayout.opcodeLength(opcode);
        }
    }

    /**
     * Makes the sketch dense, if it is not.
     *
     * @throws dev.spinel.api.error.CommandException INVALIDOBJ
     */
    void makeDense() {
        if (isDense()) {
            return;
        }
        byte[] registers = new byte[REGISTERS];
        Registers.mergeInto(registers, bytes());
        if (bytes != usual) {
            System.arraycopy(bytes, 0, usual, 0, HEADER_BYTES);
            bytes = usual;
        }
        length = DENSE_BYTES;
        bytes[ENCODING_OFFSET] = DENSE;
        packDense(registers);
    }

    /** Replaces all registers of a dense sketch. */
    void packDense(byte[] registers) {
        int at = HEADER_BYTES;
        for (int i = 0; i < REGISTERS; i += 4, at += 3) {
            int four = registers[i] | registers[i + 1] << 6 | registers[i + 2] << 12 | registers[i + 3] << 18;
            bytes[at] = (byte) four;
            bytes[at + 1] = (byte) (four >>> 8);
            bytes[at + 2] = (byte) (four >>> 16);
        }
    }

    private void setDense(int register, int value) {
        int bit = register * REGISTER_BITS;
        int at = HEADER_BYTES + bit / Byte.SIZE;
        int shift = bit % Byte.SIZE;
        bytes[at] = (byte) ((bytes[at] & ~(REGISTER_MASK << shift)) | value << shift);
        if (shift > Byte.SIZE - REGISTER_BITS) {
            int up = Byte.SIZE - shift;
            bytes[at + 1] = (byte) ((bytes[at + 1] & ~(REGISTER_MASK >>> up)) | value >>> up);
        }
    }
}

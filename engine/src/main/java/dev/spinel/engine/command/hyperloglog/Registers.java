package dev.spinel.engine.command.hyperloglog;

import static dev.spinel.engine.command.hyperloglog.SketchLayout.HEADER_BYTES;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.REGISTERS;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.REGISTER_MASK;

import dev.spinel.api.data.Bytes;

/** Reads all registers of sketches: into an array of a byte each, or to count the elements. */
final class Registers {
    /** The largest value that a hash gives is 51; a corrupted dense sketch may hold up to 63. */
    private static final int VALUES = REGISTER_MASK + 1;

    private static final int LARGEST_VALUE = Long.SIZE - SketchLayout.REGISTER_INDEX_BITS + 1;
    /** 1 / (2 ln 2). */
    private static final double ALPHA = 0.7213475204444817;

    private Registers() {}

    /**
     * Raises each of 16384 registers to that of a sketch, if that is larger.
     *
     * @throws dev.spinel.api.error.CommandException INVALIDOBJ, with some registers raised
     */
    static void mergeInto(byte[] registers, Bytes sketch) {
        if (SketchLayout.isDense(sketch)) {
            mergeDense(registers, sketch);
        } else {
            mergeSparse(registers, sketch);
        }
    }

    private static void mergeDense(byte[] registers, Bytes sketch) {
        byte[] array = sketch.array();
        int at = sketch.offset() + HEADER_BYTES;
        for (int i = 0; i < REGISTERS; i += 4, at += 3) {
            int four = threeBytes(array, at);
            registers[i] = (byte) Math.max(registers[i], four & REGISTER_MASK);
            registers[i + 1] = (byte) Math.max(registers[i + 1], four >>> 6 & REGISTER_MASK);
            registers[i + 2] = (byte) Math.max(registers[i + 2], four >>> 12 & REGISTER_MASK);
            registers[i + 3] = (byte) Math.max(registers[i + 3], four >>> 18);
        }
    }

    private static int threeBytes(byte[] array, int at) {
        return (array[at] & 0xFF) | (array[at + 1] & 0xFF) << 8 | (array[at + 2] & 0xFF) << 16;
    }

    private static void mergeSparse(byte[] registers, Bytes sketch) {
        long register = 0;
        int at = HEADER_BYTES;
        while (at < sketch.length()) {
            int opcode = sketch.at(at);
            int length = runLength(sketch, at);
            int value = SketchLayout.runValue(opcode);
            if (value > 0) {
                if (register + length > REGISTERS) {
                    throw SketchLayout.corrupted();
                }
                for (int i = (int) register; i < register + length; i++) {
                    registers[i] = (byte) Math.max(registers[i], value);
                }
            }
            register += length;
            at += SketchLayout.opcodeLength(opcode);
        }
        if (register != REGISTERS) {
            throw SketchLayout.corrupted();
        }
    }

    /** The number of registers of the opcode at an index; a byte that is missing at the end counts as zero. */
    private static int runLength(Bytes sketch, int at) {
        return SketchLayout.runLength(sketch.at(at), at + 1 < sketch.length() ? sketch.at(at + 1) : 0);
    }

    /**
     * Estimates the number of elements of a sketch.
     *
     * @throws dev.spinel.api.error.CommandException INVALIDOBJ
     */
    static long count(Bytes sketch) {
        int[] histogram = new int[VALUES];
        if (SketchLayout.isDense(sketch)) {
            byte[] array = sketch.array();
            int at = sketch.offset() + HEADER_BYTES;
            for (int i = 0; i < REGISTERS; i += 4, at += 3) {
                int four = threeBytes(array, at);
                histogram[four & REGISTER_MASK]++;
                histogram[four >>> 6 & REGISTER_MASK]++;
                histogram[four >>> 12 & REGISTER_MASK]++;
                histogram[four >>> 18]++;
            }
        } else {
            long register = 0;
            int at = HEADER_BYTES;
            while (at < sketch.length()) {
                int opcode = sketch.at(at);
                int length = runLength(sketch, at);
                histogram[SketchLayout.runValue(opcode)] += length;
                register += length;
                at += SketchLayout.opcodeLength(opcode);
            }
            if (register != REGISTERS) {
                throw SketchLayout.corrupted();
            }
        }
        return estimate(histogram);
    }

    /** Estimates the number of elements from registers of a byte each. */
    static long count(byte[] registers) {
        int[] histogram = new int[VALUES];
        for (byte register : registers) {
            histogram[register]++;
        }
        return estimate(histogram);
    }

    /**
     * The estimate of O. Ertl, New cardinality estimation algorithms for HyperLogLog sketches (arXiv:1702.01284),
     * algorithm 6, in the order of operations that gives the doubles that Redis gets.
     *
     * @param histogram how many registers have a value, by value
     */
    private static long estimate(int[] histogram) {
        double m = REGISTERS;
        double z = m * tau((m - histogram[LARGEST_VALUE]) / m);
        for (int value = LARGEST_VALUE - 1; value > 0; value--) {
            z += histogram[value];
            z *= 0.5;
        }
        z += m * sigma(histogram[0] / m);
        double estimate = ALPHA * m * m / z;
        // Only a forged sketch has so large registers; the conversion of such numbers in C gives the smallest long.
        return estimate < 0x1p63 ? Math.round(estimate) : Long.MIN_VALUE;
    }

    private static double sigma(double fraction) {
        if (fraction == 1) {
            return Double.POSITIVE_INFINITY;
        }
        double x = fraction;
        double y = 1;
        double z = x;
        double previous;
        do {
            x *= x;
            previous = z;
            z += x * y;
            y += y;
        } while (previous != z);
        return z;
    }

    private static double tau(double fraction) {
        if (fraction == 0 || fraction == 1) {
            return 0;
        }
        double x = fraction;
        double y = 1;
        double z = 1 - x;
        double previous;
        do {
            x = Math.sqrt(x);
            previous = z;
            y *= 0.5;
            z -= (1 - x) * (1 - x) * y;
        } while (previous != z);
        return z / 3;
    }
}

package dev.spinel.engine.command.hyperloglog;

import static dev.spinel.engine.command.hyperloglog.SketchLayout.HEADER_BYTES;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.REGISTERS;
import static dev.spinel.engine.command.hyperloglog.SketchLayout.REGISTER_MASK;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;
import java.util.random.RandomGenerator;

/**
 * PFSELFTEST: that registers keep what is written to them, that both encodings count the same, and that the count of up to
 * ten million elements is as good as it has to be. It occupies the server for about a second.
 */
final class SketchSelfTest {
    private static final int REGISTER_CYCLES = 1000;
    private static final int MAX_ELEMENTS = 10_000_000;
    /** The standard error of a count. */
    private static final double RELATIVE_ERROR = 1.04 / Math.sqrt(REGISTERS);
    /** How many standard errors a count may be wrong by. */
    private static final int TOLERATED_ERRORS = 6;

    private SketchSelfTest() {}

    static void pfselftest(Call call) {
        testRegisters(call.random());
        testCounts(call.random().nextLong(), call.configNumber("hll-sparse-max-bytes"));
        call.reply().ok();
    }

    private static void testRegisters(RandomGenerator random) {
        Sketch sketch = new Sketch();
        sketch.clear();
        sketch.makeDense();
        byte[] expected = new byte[REGISTERS];
        for (int cycle = 0; cycle < REGISTER_CYCLES; cycle++) {
            for (int i = 0; i < REGISTERS; i++) {
                expected[i] = (byte) (random.nextInt() & REGISTER_MASK);
            }
            sketch.packDense(expected);
            Bytes bytes = sketch.bytes();
            for (int i = 0; i < REGISTERS; i++) {
                int actual = SketchLayout.denseRegister(bytes.array(), bytes.offset() + HEADER_BYTES, i);
                if (actual != expected[i]) {
                    throw failed("Register " + i + " should be " + expected[i] + " but is " + actual);
                }
            }
        }
    }

    private static void testCounts(long seed, long maxSparseBytes) {
        Sketch dense = new Sketch();
        dense.clear();
        dense.makeDense();
        Sketch sketch = new Sketch();
        sketch.clear();
        byte[] element = new byte[Long.BYTES];
        Bytes view = Bytes.of(element);
        long checkpoint = 1;
        for (int i = 1; i <= MAX_ELEMENTS; i++) {
            for (int j = 0; j < element.length; j++) {
                element[j] = (byte) ((i ^ seed) >>> (j * Byte.SIZE));
            }
            long hash = ElementHash.of(view);
            dense.raise(ElementHash.register(hash), ElementHash.value(hash), maxSparseBytes);
            sketch.raise(ElementHash.register(hash), ElementHash.value(hash), maxSparseBytes);
            if (i == checkpoint) {
                check(i, dense, sketch, maxSparseBytes);
                checkpoint *= 10;
            }
        }
    }

    private static void check(int elements, Sketch dense, Sketch sketch, long maxSparseBytes) {
        if (elements < maxSparseBytes / 2 && sketch.isDense()) {
            throw failed("sparse encoding not used");
        }
        long count = Registers.count(dense.bytes());
        if (count != Registers.count(sketch.bytes())) {
            throw failed("dense/sparse disagree");
        }
        // Of ten elements two may well share a register, more hardly ever.
        long tolerated = elements == 10 ? 1 : (long) Math.ceil(RELATIVE_ERROR * TOLERATED_ERRORS * elements);
        long error = Math.abs(elements - count);
        if (error > tolerated) {
            throw failed("Too big error. card:" + elements + " abserr:" + error);
        }
    }

    private static CommandException failed(String text) {
        return new CommandException("TESTFAILED " + text);
    }
}

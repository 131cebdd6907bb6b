package dev.spinel.engine.memory;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.SplittableRandom;

/**
 * Measures the table and the arena together, with records of a 16-byte key and a 32-byte value that are found, overwritten
 * and replaced in random order. Every size is measured several times; the first rounds warm up.
 *
 * <p>Run {@code java -Xmx3g -cp ... dev.spinel.engine.memory.RecordTableBenchmark [records ...]}.
 */
final class RecordTableBenchmark {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
    private static final int RECORD_BYTES = 48;
    private static final int KEY_BYTES = 16;

    private final KeyHash keyHash = new KeyHash(1);
    private final Arena arena = new Arena(0);
    private final Table table = new Table();
    private final byte[] key = new byte[KEY_BYTES];
    private final int records;
    private long slowestInsertNanos;
    private int slowInserts;

    private RecordTableBenchmark(int records) {
        this.records = records;
    }

    public static void main(String[] arguments) {
        int[] sizes = {100_000, 100_000, 1_200_000, 1_600_000, 2_000_000, 3_000_000, 5_000_000};
        if (arguments.length > 0) {
            sizes = new int[arguments.length];
            for (int i = 0; i < sizes.length; i++) {
                sizes[i] = Integer.parseInt(arguments[i]);
            }
        }
        for (int size : sizes) {
            new RecordTableBenchmark(size).run();
        }
    }

    private void run() {
        long start = cpuNanos();
        for (int number = 0; number < records; number++) {
            put(number);
        }
        double insertNanos = nanosSince(start, records);
        double bytesPerRecord = (double) table.memoryBytes() / records;
        int operations = 4_000_000;
        double findNanos = Double.MAX_VALUE;
        double absentNanos = Double.MAX_VALUE;
        double replaceNanos = Double.MAX_VALUE;
        for (int round = 0; round < 3; round++) {
            findNanos = Math.min(findNanos, find(round, operations, 0));
            absentNanos = Math.min(absentNanos, find(round, operations, records));
            replaceNanos = Math.min(replaceNanos, removeAndInsert(round, operations));
        }
        System.out.printf(
                Locale.ROOT,
                "%,d records: %.2f table bytes per record, arena ratio %.3f, find %.0f ns, absent %.0f ns, "
                        + "remove and insert again %.0f ns, first insert %.0f ns, slowest %d us, above 50 us %d%n",
                records,
                bytesPerRecord,
                arena.fragmentationRatio(),
                findNanos,
                absentNanos,
                replaceNanos,
                insertNanos,
                slowestInsertNanos / 1000,
                slowInserts);
    }

    private double find(int seed, int operations, int firstNumber) {
        SplittableRandom random = new SplittableRandom(seed);
        long checksum = 0;
        int found = 0;
        long start = cpuNanos();
        for (int i = 0; i < operations; i++) {
            long hash = setKey(firstNumber + random.nextInt(records));
            long address = table.find(hash, key, 0, KEY_BYTES);
            if (address != Arena.NULL) {
                found++;
                checksum += arena.chunk(address)[arena.offset(address) + KEY_BYTES];
            }
        }
        double nanos = nanosSince(start, operations);
        if (found != (firstNumber == 0 ? operations : 0) || checksum != 7L * found) {
            throw new IllegalStateException("found " + found);
        }
        return nanos;
    }

    private double removeAndInsert(int seed, int operations) {
        SplittableRandom random = new SplittableRandom(~seed);
        long start = cpuNanos();
        for (int i = 0; i < operations; i++) {
            int number = random.nextInt(records);
            long address = table.find(setKey(number), key, 0, KEY_BYTES);
            table.removeFound();
            arena.free(address, RECORD_BYTES);
            put(number);
        }
        return nanosSince(start, operations);
    }

    private void put(int number) {
        long hash = setKey(number);
        long address = arena.allocate(RECORD_BYTES);
        byte[] chunk = arena.chunk(address);
        int offset = arena.offset(address);
        System.arraycopy(key, 0, chunk, offset, KEY_BYTES);
        chunk[offset + KEY_BYTES] = 7;
        long start = System.nanoTime();
        table.insert(hash, address);
        long nanos = System.nanoTime() - start;
        slowestInsertNanos = Math.max(slowestInsertNanos, nanos);
        if (nanos > 50_000) {
            slowInserts++;
        }
    }

    private long setKey(int number) {
        LONGS.set(key, 0, 0x3A79656B3A79656BL);
        LONGS.set(key, 8, (long) number);
        return keyHash.hash(key, 0, KEY_BYTES);
    }

    /** Returns the processor time of this thread, which other load on the machine disturbs less than the clock. */
    private static long cpuNanos() {
        return THREADS.getCurrentThreadCpuTime();
    }

    private static double nanosSince(long start, int operations) {
        return (double) (cpuNanos() - start) / operations;
    }

    private final class Table extends RecordTable {
        Table() {
            super(arena);
        }

        @Override
        protected boolean keyEquals(byte[] chunk, int offset, byte[] wanted, int keyOffset, int keyLength) {
            return (long) LONGS.get(chunk, offset) == (long) LONGS.get(wanted, keyOffset)
                    && (long) LONGS.get(chunk, offset + 8) == (long) LONGS.get(wanted, keyOffset + 8);
        }

        @Override
        protected long hashAt(byte[] chunk, int offset) {
            return keyHash.hash(chunk, offset, KEY_BYTES);
        }
    }
}

package dev.spinel.engine.value;

import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.RecordTable;
import java.util.Arrays;

/**
 * A reusable iterator over the records of a table that does not change meanwhile: fetches addresses in batches. Engine
 * thread only.
 */
final class TableCursor implements RecordTable.Visitor {
    private static final int BATCH = 64;

    private long[] addresses = new long[BATCH];
    private int count;
    private int index;
    private long scanCursor;
    private boolean scanned;

    /** Starts before the first record. */
    void start() {
        count = 0;
        index = 0;
        scanCursor = 0;
        scanned = false;
    }

    /** Stands past the end. */
    void finish() {
        count = 0;
        index = 0;
        scanned = true;
    }

    /** Moves to the next record and returns its address, {@link Arena#NULL} past the end. */
    long next(RecordTable table) {
        while (index == count) {
            if (scanned) {
                return Arena.NULL;
            }
            count = 0;
            index = 0;
            scanCursor = table.scan(scanCursor, BATCH, this);
            scanned = scanCursor == 0;
        }
        return addresses[index++];
    }

    @Override
    public void visit(long address) {
        // Records with equal hashes come together, hence more than a batch is possible.
        if (count == addresses.length) {
            addresses = Arrays.copyOf(addresses, count * 2);
        }
        addresses[count++] = address;
    }
}

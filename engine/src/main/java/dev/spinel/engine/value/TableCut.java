package dev.spinel.engine.value;

import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.memory.RecordTable;
import java.io.IOException;
import java.io.UncheckedIOException;

/** The records of a table at one moment, told piece by piece while it goes on changing. Engine thread only. */
final class TableCut {
    private final RecordTable table;
    private final Teller teller;
    private final ValueSink sink;

    /** Tells one record of a table. */
    interface Teller {
        void tell(long address, ValueSink sink) throws IOException;
    }

    /** Starts the cut. */
    TableCut(RecordTable table, Teller teller, ValueSink sink) {
        this.table = table;
        this.teller = teller;
        this.sink = sink;
        table.startCut();
    }

    /** Tells about so many more records; true when none is left. */
    boolean advance(int records) throws IOException {
        try {
            return table.advanceCut(records, this::tell);
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    /**
     * Tells a record that is about to change if it belongs to what is left.
     *
     * @throws UncheckedIOException when the sink throws
     */
    void beforeChange(long hash, long address) {
        if (table.takeFromCut(hash, address)) {
            tell(address);
        }
    }

    private void tell(long address) {
        try {
            teller.tell(address, sink);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Tells all records of a table. */
    static void tellAll(RecordTable table, Teller teller, ValueSink sink) throws IOException {
        try {
            table.forEach(address -> {
                try {
                    teller.tell(address, sink);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }
}

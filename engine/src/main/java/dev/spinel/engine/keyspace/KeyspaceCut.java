package dev.spinel.engine.keyspace;

import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.memory.RecordTable;
import dev.spinel.engine.value.ValueCut;
import dev.spinel.engine.value.ValueView;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * All keys with their values as they are at one moment, told piece by piece while the databases go on changing. A key that
 * a command is about to change is told before that.
 *
 * <p>What is told is valid during the call only. Engine thread only.
 */
public final class KeyspaceCut {
    /** A value that holds more than this outside its record is told in pieces. */
    private static final long MAX_WHOLE_BYTES = 128 << 10;

    private final KeyspaceContext context;
    private final Receiver receiver;
    private final List<CutTable> tables = new ArrayList<>();
    private final long keysTotal;
    private long keysTold;
    private int current;
    private boolean abandoned;

    /** Takes the keys. */
    public interface Receiver {
        /**
         * A key follows.
         *
         * @param inPieces whether its value may be told in pieces, between which other keys are
         * @return what takes it
         */
        DatasetSink begin(boolean inPieces);

        /**
         * The key that began last was told.
         *
         * @param rest what tells the rest of its value, which has to be advanced until it is over; null when there is none
         */
        void end(@Nullable ValueCut rest);

        /** The key that began last could not be told, because a plugin failed; what is told from now on is of no use. */
        void fail(IOException failure);
    }

    /** The table of a database at the cut, which may have another one by now. */
    private final class CutTable {
        private final Database database;
        private final int index;
        private final KeyTable table;
        private final RecordTable.Visitor teller = address -> tell(this, address);
        private @Nullable Runnable onceWalked;

        CutTable(Database database, KeyTable table) {
            this.database = database;
            this.index = database.index();
            this.table = table;
        }
    }

    KeyspaceCut(KeyspaceContext context, Database[] databases, Receiver receiver) {
        this.context = context;
        this.receiver = receiver;
        long total = 0;
        for (Database database : databases) {
            KeyTable table = database.table();
            if (table.size() > 0) {
                table.startCut();
                tables.add(new CutTable(database, table));
                total += table.size();
            }
        }
        this.keysTotal = total;
    }

    /** Tells how many keys each database has at the cut; before anything changes. */
    public void tellSizes(DatasetSink sink) throws IOException {
        for (CutTable table : tables) {
            table.database.tellSize(sink);
        }
    }

    /** Number of keys at the cut. */
    public long keysTotal() {
        return keysTotal;
    }

    /** Number of keys told so far. */
    public long keysTold() {
        return keysTold;
    }

    /**
     * Tells more keys, about as many as asked for.
     *
     * @return whether none is left; values that are told in pieces may still be
     */
    public boolean advance(int keys) {
        if (current < tables.size()) {
            CutTable table = tables.get(current);
            if (table.table.advanceCut(keys, table.teller)) {
                current++;
                if (table.onceWalked != null) {
                    table.onceWalked.run();
                }
            }
        }
        if (current == tables.size()) {
            context.endCut(this);
            return true;
        }
        return false;
    }

    /** Has nothing be told any more; it still has to be advanced to its end, which takes little time then. */
    public void abandon() {
        abandoned = true;
    }

    /** Tells a key that is about to change and was taken out of the cut of its table. */
    void tell(KeyTable table, long address) {
        tell(find(table), address);
    }

    /** Has something run once all keys of a table were told; the table is no longer that of a database. */
    void onceWalked(KeyTable table, Runnable action) {
        find(table).onceWalked = action;
    }

    private CutTable find(KeyTable table) {
        for (CutTable candidate : tables) {
            if (candidate.table == table) {
                return candidate;
            }
        }
        throw new IllegalStateException("a table with a cut that is not of this snapshot");
    }

    private void tell(CutTable table, long address) {
        if (abandoned) {
            return;
        }
        ValueView view = table.database.passingView(address);
        boolean inPieces = view.externalBytes() > MAX_WHOLE_BYTES;
        try {
            DatasetSink sink = receiver.begin(inPieces);
            table.database.tellKey(table.index, address, sink);
            ValueCut rest = inPieces ? view.cut(sink) : null;
            if (rest == null) {
                view.tell(sink);
            }
            receiver.end(rest);
            keysTold++;
        } catch (IOException e) {
            receiver.fail(e);
        }
    }
}

package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.Numbers;
import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.ArenaExhaustedException;
import dev.spinel.engine.memory.RecordTable;
import java.io.IOException;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A view of hashes. Small ones are a listpack of fields and values in turn; large ones are a {@link LargeHash} whose handle
 * is the content of the cell. A large one never becomes small again. Engine thread only.
 */
public final class HashView extends ValueView implements HashValue {
    private static final int LISTPACK = 0;
    private static final int LARGE = 1;

    private final ValueContext context;
    private final Bytes view = new Bytes();
    private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];
    private final Position position = new Position();
    private final Scanner scanner = new Scanner();
    /** What {@link #tell} shows, so that it makes no garbage and leaves other views valid. */
    private final Bytes told = new Bytes();

    private ValueCell cell;
    /** The bound value if it is large. */
    private @Nullable LargeHash large;

    /** Creates a view of a cell that holds no hash yet; {@link #bind} and {@link #init} make it usable. */
    public HashView(ValueContext context, ValueCell cell) {
        this.context = context;
        this.cell = cell;
    }

    @Override
    public void bind(ValueCell bound) {
        cell = bound;
        large = cell.encoding() == LARGE ? (LargeHash) context.large.linkedFrom(cell) : null;
    }

    @Override
    public void init() {
        large = null;
        cell.encoding(LISTPACK);
        cell.resize(Listpack.EMPTY_BYTES);
        Listpack.init(cell.array(), cell.offset());
    }

    @Override
    public void free() {
        if (large != null) {
            context.large.release(cell);
            large = null;
        }
    }

    @Override
    public void copyFrom(ValueView source) {
        HashView other = (HashView) source;
        if (other.large != null) {
            LargeHash copy = new LargeHash(context);
            copy.copyFrom(other.large);
            link(copy);
        } else {
            large = null;
            cell.encoding(LISTPACK);
            cell.resize(other.cell.length());
            System.arraycopy(other.cell.array(), other.cell.offset(), cell.array(), cell.offset(), other.cell.length());
        }
    }

    @Override
    public void tell(ValueSink sink) throws IOException {
        if (large != null) {
            large.tell(sink);
        } else {
            told.set(cell.array(), cell.offset(), cell.length());
            sink.hash(told);
        }
    }

    @Override
    public @Nullable ValueCut cut(ValueSink sink) throws IOException {
        return large == null ? null : context.large.cut(large, sink);
    }

    /**
     * Makes the empty hash one of a listpack of fields and values.
     *
     * @param distinct whether the fields are known to differ
     * @return false, and nothing happened, if the listpack is not that of a hash
     */
    public boolean load(Bytes listpack, boolean distinct) {
        int count = Listpack.check(listpack.array(), listpack.offset(), listpack.length());
        if (count <= 0
                || count % 2 != 0
                || !(distinct || Listpack.isDistinct(listpack.array(), listpack.offset(), 2))) {
            return false;
        }
        cell.resize(listpack.length());
        System.arraycopy(listpack.array(), listpack.offset(), cell.array(), cell.offset(), listpack.length());
        if (count / 2 > context.limits.hashMaxListpackEntries) {
            enlarge();
        }
        return true;
    }

    /** Prepares the empty hash for so many fields. */
    public void expect(long fields) {
        if (fields > context.limits.hashMaxListpackEntries) {
            enlarge().reserve(fields);
        }
    }

    private void link(LargeHash hash) {
        context.large.link(cell, hash);
        cell.encoding(LARGE);
        large = hash;
    }

    @Override
    public boolean isEmpty() {
        return size() == 0;
    }

    @Override
    public String encodingName() {
        return large == null ? "listpack" : "hashtable";
    }

    @Override
    public long externalBytes() {
        return large == null ? 0 : large.externalBytes();
    }

    @Override
    public long elementCount() {
        return size();
    }

    @Override
    public long size() {
        return large == null ? listpackSize() : large.size();
    }

    private int listpackSize() {
        return Listpack.count(cell.array(), cell.offset()) / 2;
    }

    @Override
    public @Nullable Bytes get(Bytes field) {
        if (large != null) {
            long address = large.find(field);
            if (address == Arena.NULL) {
                return null;
            }
            large.value(address, view);
            return view;
        }
        int found = find(field);
        if (found == Listpack.NONE) {
            return null;
        }
        byte[] array = cell.array();
        Listpack.view(array, Listpack.next(array, found), view, digits);
        return view;
    }

    @Override
    public boolean contains(Bytes field) {
        return large != null ? large.find(field) != Arena.NULL : find(field) != Listpack.NONE;
    }

    private int find(Bytes field) {
        return Listpack.find(cell.array(), Listpack.first(cell.offset()), field, 1);
    }

    @Override
    public boolean put(Bytes field, Bytes value) {
        if (large != null) {
            return large.put(field, value);
        }
        int found = find(field);
        if (!fitsListpack(field, value, found == Listpack.NONE)) {
            return enlarge().put(field, value);
        }
        if (found == Listpack.NONE) {
            append(field, value);
            return true;
        }
        replace(Listpack.next(cell.array(), found), value);
        return false;
    }

    private boolean fitsListpack(Bytes field, Bytes value, boolean isNew) {
        EncodingLimits limits = context.limits;
        return field.length() <= limits.hashMaxListpackValue
                && value.length() <= limits.hashMaxListpackValue
                && listpackSize() + (isNew ? 1 : 0) <= limits.hashMaxListpackEntries
                && (long) cell.length() + field.length() + value.length() < Listpack.MAX_BYTES;
    }

    private void append(Bytes field, Bytes value) {
        cell.resize(cell.length() + Listpack.entryBytes(field) + Listpack.entryBytes(value));
        byte[] array = cell.array();
        int start = cell.offset();
        Listpack.append(array, start, field);
        Listpack.append(array, start, value);
    }

    private void replace(int entry, Bytes value) {
        int length = cell.length();
        int difference = Listpack.entryBytes(value) - Listpack.entryBytesAt(cell.array(), entry);
        int offset = entry - cell.offset();
        if (difference > 0) {
            cell.resize(length + difference);
        }
        Listpack.replace(cell.array(), cell.offset(), cell.offset() + offset, value);
        if (difference < 0) {
            cell.resize(length + difference);
        }
    }

    private LargeHash enlarge() {
        LargeHash hash = new LargeHash(context);
        byte[] array = cell.array();
        Bytes value = new Bytes();
        byte[] valueDigits = new byte[Numbers.MAX_LONG_LENGTH];
        try {
            int entry = Listpack.first(cell.offset());
            while (!Listpack.isEnd(array, entry)) {
                Listpack.view(array, entry, view, digits);
                entry = Listpack.next(array, entry);
                Listpack.view(array, entry, value, valueDigits);
                entry = Listpack.next(array, entry);
                hash.put(view, value);
            }
        } catch (ArenaExhaustedException e) {
            hash.release();
            throw e;
        }
        link(hash);
        return hash;
    }

    @Override
    public boolean remove(Bytes field) {
        if (large != null) {
            return large.remove(field);
        }
        int found = find(field);
        if (found == Listpack.NONE) {
            return false;
        }
        Listpack.remove(cell.array(), cell.offset(), found, 2);
        cell.resize(Listpack.totalBytes(cell.array(), cell.offset()));
        return true;
    }

    @Override
    public Cursor cursor() {
        position.start();
        return position;
    }

    @Override
    public Cursor randomField(RandomGenerator random) {
        if (large != null) {
            position.standOn(large.randomAddress(random));
        } else {
            int index = random.nextInt(listpackSize());
            int place = Listpack.seek(cell.array(), cell.offset(), 2 * index) - cell.offset();
            position.standOn(place);
        }
        return position;
    }

    @Override
    public long scan(long cursor, int count, FieldVisitor visitor) {
        if (large != null) {
            return scanner.scan(large, cursor, count, visitor);
        }
        position.start();
        while (position.next()) {
            visitor.visit(position.field(), position.value());
        }
        return 0;
    }

    /**
     * The cursor of this view. In a listpack it is the offset of a field, so that it survives a move of the record by
     * another command's key; otherwise the address of a record.
     */
    private final class Position implements Cursor {
        private static final long BEFORE_FIRST = -1;

        private final TableCursor records = new TableCursor();
        private final Bytes field = new Bytes();
        private final Bytes value = new Bytes();
        private final byte[] fieldDigits = new byte[Numbers.MAX_LONG_LENGTH];
        private final byte[] valueDigits = new byte[Numbers.MAX_LONG_LENGTH];
        private long current;

        void start() {
            current = BEFORE_FIRST;
            records.start();
        }

        /** Stands on one field, which no other one follows if the hash is large. */
        void standOn(long place) {
            current = place;
            records.finish();
        }

        @Override
        public boolean next() {
            if (large != null) {
                current = records.next(large);
                return current != Arena.NULL;
            }
            byte[] array = cell.array();
            int start = cell.offset();
            int entry =
                    current == BEFORE_FIRST ? Listpack.first(start) : Listpack.skip(array, start + (int) current, 2);
            if (Listpack.isEnd(array, entry)) {
                return false;
            }
            int place = entry - start;
            current = place;
            return true;
        }

        @Override
        public Bytes field() {
            if (large != null) {
                large.key(current, field);
            } else {
                Listpack.view(cell.array(), cell.offset() + (int) current, field, fieldDigits);
            }
            return field;
        }

        @Override
        public Bytes value() {
            if (large != null) {
                large.value(current, value);
            } else {
                byte[] array = cell.array();
                Listpack.view(array, Listpack.next(array, cell.offset() + (int) current), value, valueDigits);
            }
            return value;
        }
    }

    private static final class Scanner implements RecordTable.Visitor {
        private final Bytes field = new Bytes();
        private final Bytes value = new Bytes();
        private @Nullable LargeHash hash;
        private @Nullable FieldVisitor visitor;

        long scan(LargeHash scanned, long cursor, int count, FieldVisitor receiver) {
            hash = scanned;
            visitor = receiver;
            return scanned.scan(cursor, count, this);
        }

        @Override
        public void visit(long address) {
            LargeHash scanned = Objects.requireNonNull(hash);
            scanned.key(address, field);
            scanned.value(address, value);
            Objects.requireNonNull(visitor).visit(field, value);
        }
    }
}

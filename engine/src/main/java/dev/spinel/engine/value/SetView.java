package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.SetValue;
import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.ArenaExhaustedException;
import dev.spinel.engine.memory.RecordTable;
import java.io.IOException;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A view of sets. Integers alone are an {@link Intset}, other small sets a listpack of the members, both inside the cell;
 * large ones are a {@link LargeSet} whose handle is the content of the cell. Sets never return to an earlier encoding.
 *
 * <p>The listpack is what Redis has from 7.2 on. OBJECT ENCODING calls it {@code hashtable} like the large encoding,
 * because clients and tests of Redis 7.0, the version that this server answers to, know no other. Engine thread only.
 */
public final class SetView extends ValueView implements SetValue {
    private static final int INTSET = 0;
    private static final int LISTPACK = 1;
    private static final int LARGE = 2;

    /** Numbers of 64 bits, this many, have a size that is an int. */
    private static final int MAX_INTSET_ENTRIES = 1 << 27;

    private final ValueContext context;
    private final Bytes view = new Bytes();
    private final byte[] digits = new byte[Numbers.MAX_LONG_LENGTH];
    private final Position position = new Position();
    private final Scanner scanner = new Scanner();
    /** What {@link #tell} shows, so that it makes no garbage and leaves other views valid. */
    private final Bytes told = new Bytes();

    private ValueCell cell;
    /** The bound value if it is large. */
    private @Nullable LargeSet large;

    /** Creates a view of a cell that holds no set yet; {@link #bind} and {@link #init} make it usable. */
    public SetView(ValueContext context, ValueCell cell) {
        this.context = context;
        this.cell = cell;
    }

    @Override
    public void bind(ValueCell bound) {
        cell = bound;
        large = cell.encoding() == LARGE ? (LargeSet) context.large.linkedFrom(cell) : null;
    }

    @Override
    public void init() {
        large = null;
        cell.encoding(INTSET);
        if (cell.length() < Intset.EMPTY_BYTES) {
            cell.resize(Intset.EMPTY_BYTES);
        }
        Intset.init(cell.array(), cell.offset());
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
        SetView other = (SetView) source;
        if (other.large != null) {
            LargeSet copy = new LargeSet(context);
            copy.copyFrom(other.large);
            link(copy);
        } else {
            large = null;
            cell.encoding(other.cell.encoding());
            cell.resize(other.cell.length());
            System.arraycopy(other.cell.array(), other.cell.offset(), cell.array(), cell.offset(), other.cell.length());
        }
    }

    @Override
    public void tell(ValueSink sink) throws IOException {
        if (large != null) {
            large.tell(sink);
            return;
        }
        told.set(cell.array(), cell.offset(), cell.length());
        if (isIntset()) {
            sink.intset(told);
        } else {
            sink.set(told);
        }
    }

    @Override
    public @Nullable ValueCut cut(ValueSink sink) throws IOException {
        return large == null ? null : context.large.cut(large, sink);
    }

    /**
     * Makes the empty set one of an intset.
     *
     * @return false, and nothing happened, if it is none or an empty one
     */
    public boolean loadIntset(Bytes intset) {
        if (!Intset.isValid(intset.array(), intset.offset(), intset.length())
                || Intset.count(intset.array(), intset.offset()) == 0) {
            return false;
        }
        cell.resize(intset.length());
        System.arraycopy(intset.array(), intset.offset(), cell.array(), cell.offset(), intset.length());
        if (smallSize() > Math.min(MAX_INTSET_ENTRIES, context.limits.setMaxIntsetEntries)) {
            enlarge();
        }
        return true;
    }

    /**
     * Makes the empty set one of a listpack of members.
     *
     * @return false, and nothing happened, if the listpack is not that of a set
     */
    public boolean loadListpack(Bytes listpack) {
        byte[] array = listpack.array();
        int start = listpack.offset();
        int count = Listpack.check(array, start, listpack.length());
        if (count <= 0) {
            return false;
        }
        if (count > context.limits.setMaxListpackEntries) {
            return loadLarge(array, start);
        }
        if (!Listpack.isDistinct(array, start, 1)) {
            return false;
        }
        cell.resize(listpack.length());
        System.arraycopy(array, start, cell.array(), cell.offset(), listpack.length());
        cell.encoding(LISTPACK);
        return true;
    }

    private boolean loadLarge(byte[] array, int start) {
        LargeSet set = new LargeSet(context);
        boolean distinct = true;
        try {
            for (int entry = Listpack.first(start);
                    distinct && !Listpack.isEnd(array, entry);
                    entry = Listpack.next(array, entry)) {
                Listpack.view(array, entry, view, digits);
                distinct = set.add(view);
            }
        } catch (ArenaExhaustedException e) {
            set.release();
            throw e;
        }
        if (!distinct) {
            set.release();
            return false;
        }
        link(set);
        return true;
    }

    /** Prepares the empty set for so many members. */
    public void expect(long members) {
        if (members > context.limits.setMaxIntsetEntries && members > context.limits.setMaxListpackEntries) {
            enlarge().reserve(members);
        }
    }

    private void link(LargeSet set) {
        context.large.link(cell, set);
        cell.encoding(LARGE);
        large = set;
    }

    @Override
    public boolean isEmpty() {
        return size() == 0;
    }

    @Override
    public String encodingName() {
        return isIntset() ? "intset" : "hashtable";
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
        return large == null ? smallSize() : large.size();
    }

    private boolean isIntset() {
        return cell.encoding() == INTSET;
    }

    private int smallSize() {
        return isIntset() ? Intset.count(cell.array(), cell.offset()) : Listpack.count(cell.array(), cell.offset());
    }

    @Override
    public boolean contains(Bytes member) {
        if (large != null) {
            return large.find(member) != Arena.NULL;
        }
        if (isIntset()) {
            return Numbers.isLong(member) && Intset.search(cell.array(), cell.offset(), Numbers.parseLong(member)) >= 0;
        }
        return find(member) != Listpack.NONE;
    }

    private int find(Bytes member) {
        return Listpack.find(cell.array(), Listpack.first(cell.offset()), member, 0);
    }

    @Override
    public boolean add(Bytes member) {
        if (large != null) {
            return large.add(member);
        }
        if (!isIntset()) {
            return find(member) == Listpack.NONE && addToListpack(member);
        }
        if (!Numbers.isLong(member)) {
            return addToOther(member);
        }
        long number = Numbers.parseLong(member);
        int index = Intset.search(cell.array(), cell.offset(), number);
        if (index >= 0) {
            return false;
        }
        if (smallSize() >= Math.min(MAX_INTSET_ENTRIES, context.limits.setMaxIntsetEntries)) {
            return addToOther(member);
        }
        cell.resize(Intset.bytesWith(cell.array(), cell.offset(), number));
        Intset.insert(cell.array(), cell.offset(), -1 - index, number);
        return true;
    }

    /** Adds an absent member that the intset cannot take. */
    private boolean addToOther(Bytes member) {
        // The longest of the numbers stands at one of the two ends.
        byte[] array = cell.array();
        int start = cell.offset();
        int count = smallSize();
        int longest = count == 0
                ? 0
                : Math.max(
                        Numbers.lengthOfLong(Intset.at(array, start, 0)),
                        Numbers.lengthOfLong(Intset.at(array, start, count - 1)));
        if (longest > context.limits.setMaxListpackValue || !fitsListpack(member)) {
            return enlarge().add(member);
        }
        toListpack();
        return addToListpack(member);
    }

    private boolean fitsListpack(Bytes member) {
        EncodingLimits limits = context.limits;
        return member.length() <= limits.setMaxListpackValue
                && smallSize() < limits.setMaxListpackEntries
                && (long) cell.length() + member.length() < Listpack.MAX_BYTES;
    }

    /** Adds an absent member. */
    private boolean addToListpack(Bytes member) {
        if (!fitsListpack(member)) {
            return enlarge().add(member);
        }
        cell.resize(cell.length() + Listpack.entryBytes(member));
        Listpack.append(cell.array(), cell.offset(), member);
        return true;
    }

    private void toListpack() {
        int count = smallSize();
        long[] numbers = new long[count];
        int bytes = Listpack.EMPTY_BYTES;
        for (int i = 0; i < count; i++) {
            numbers[i] = Intset.at(cell.array(), cell.offset(), i);
            bytes += Listpack.entryBytes(numbers[i]);
        }
        cell.resize(bytes);
        cell.encoding(LISTPACK);
        Listpack.init(cell.array(), cell.offset());
        for (long number : numbers) {
            Listpack.append(cell.array(), cell.offset(), number);
        }
    }

    private LargeSet enlarge() {
        LargeSet set = new LargeSet(context);
        try {
            position.start();
            while (position.next()) {
                set.add(position.member());
            }
        } catch (ArenaExhaustedException e) {
            set.release();
            throw e;
        }
        link(set);
        return set;
    }

    @Override
    public boolean remove(Bytes member) {
        if (large != null) {
            return large.remove(member);
        }
        byte[] array = cell.array();
        int start = cell.offset();
        if (isIntset()) {
            int index = Numbers.isLong(member) ? Intset.search(array, start, Numbers.parseLong(member)) : -1;
            if (index < 0) {
                return false;
            }
            Intset.remove(array, start, index);
            cell.resize(Intset.totalBytes(array, start));
            return true;
        }
        int found = find(member);
        if (found == Listpack.NONE) {
            return false;
        }
        Listpack.remove(array, start, found, 1);
        cell.resize(Listpack.totalBytes(array, start));
        return true;
    }

    @Override
    public Bytes random(RandomGenerator random) {
        if (large != null) {
            large.key(large.randomAddress(random), view);
            return view;
        }
        int index = random.nextInt(smallSize());
        if (isIntset()) {
            number(index, view, digits);
        } else {
            Listpack.view(cell.array(), Listpack.seek(cell.array(), cell.offset(), index), view, digits);
        }
        return view;
    }

    private void number(int index, Bytes target, byte[] scratch) {
        long number = Intset.at(cell.array(), cell.offset(), index);
        target.set(scratch, 0, Numbers.formatLong(number, scratch, 0));
    }

    @Override
    public Cursor cursor() {
        position.start();
        return position;
    }

    @Override
    public long scan(long cursor, int count, MemberVisitor visitor) {
        if (large != null) {
            return scanner.scan(large, cursor, count, visitor);
        }
        position.start();
        while (position.next()) {
            visitor.visit(position.member());
        }
        return 0;
    }

    /**
     * The cursor of this view: the index of a number, the offset of an entry in the cell, so that it survives a move of
     * the record, or the address of a record.
     */
    private final class Position implements Cursor {
        private static final long BEFORE_FIRST = -1;

        private final TableCursor records = new TableCursor();
        private final Bytes member = new Bytes();
        private final byte[] memberDigits = new byte[Numbers.MAX_LONG_LENGTH];
        private long current;

        void start() {
            current = BEFORE_FIRST;
            records.start();
        }

        @Override
        public boolean next() {
            if (large != null) {
                current = records.next(large);
                return current != Arena.NULL;
            }
            byte[] array = cell.array();
            int start = cell.offset();
            if (isIntset()) {
                if (current + 1 >= Intset.count(array, start)) {
                    return false;
                }
                current++;
                return true;
            }
            int entry = current == BEFORE_FIRST ? Listpack.first(start) : Listpack.next(array, start + (int) current);
            if (Listpack.isEnd(array, entry)) {
                return false;
            }
            int place = entry - start;
            current = place;
            return true;
        }

        @Override
        public Bytes member() {
            if (large != null) {
                large.key(current, member);
            } else if (isIntset()) {
                number((int) current, member, memberDigits);
            } else {
                Listpack.view(cell.array(), cell.offset() + (int) current, member, memberDigits);
            }
            return member;
        }
    }

    private static final class Scanner implements RecordTable.Visitor {
        private final Bytes member = new Bytes();
        private @Nullable LargeSet set;
        private @Nullable MemberVisitor visitor;

        long scan(LargeSet scanned, long cursor, int count, MemberVisitor receiver) {
            set = scanned;
            visitor = receiver;
            return scanned.scan(cursor, count, this);
        }

        @Override
        public void visit(long address) {
            Objects.requireNonNull(set).key(address, member);
            Objects.requireNonNull(visitor).visit(member);
        }
    }
}

package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.Numbers;
import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.ArenaExhaustedException;
import dev.spinel.engine.memory.RecordTable;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A view of hashes. Small ones are a listpack of fields and values in turn, or of fields, values and expiries if a field
 * has a time to live; large ones are a {@link LargeHash} whose handle is the content of the cell. A large one never
 * becomes small again. Engine thread only.
 */
public final class HashView extends ValueView implements HashValue {
    /*
     * The encoding has a bit for "large" and one for "some field has a time to live". The latter is set exactly as long as
     * that is so: whoever looks for fields that are over need not look into other hashes, and whoever writes files needs
     * the newer formats for no others.
     *
     * In a listpack with expiries, as Redis 7.4 has it, the entries of fields that expire come first, in the order of
     * their expiry, and the others, whose expiry is 0, last. So the fields that are over are a prefix.
     */
    private static final int LISTPACK = 0;
    private static final int LARGE = 1;
    private static final int EXPIRING = 2;

    private static final int PLAIN_STEP = 2;
    private static final int EXPIRING_STEP = 3;
    private static final long NO_EXPIRY_ENTRY = 0;
    private static final int MAX_EXPIRY_ENTRY_BYTES = 10;

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
    /** How many entries of the listpack are one field, if the bound value is not large. */
    private int step = PLAIN_STEP;
    /**
     * The records of the fields of a large hash that are not over, once draws have met too many that are; until the hash
     * changes or the view is bound again.
     */
    private long @Nullable [] live;

    /** Creates a view of a cell that holds no hash yet; {@link #bind} and {@link #init} make it usable. */
    public HashView(ValueContext context, ValueCell cell) {
        this.context = context;
        this.cell = cell;
    }

    /** Whether hashes of an encoding have fields with a time to live. */
    public static boolean hasExpiringFields(int encoding) {
        return (encoding & EXPIRING) != 0;
    }

    @Override
    public void bind(ValueCell bound) {
        cell = bound;
        live = null;
        int encoding = cell.encoding();
        large = (encoding & LARGE) != 0 ? (LargeHash) context.large.linkedFrom(cell) : null;
        step = encoding == EXPIRING ? EXPIRING_STEP : PLAIN_STEP;
    }

    @Override
    public void init() {
        large = null;
        step = PLAIN_STEP;
        cell.encoding(LISTPACK);
        if (cell.length() < Listpack.EMPTY_BYTES) {
            cell.resize(Listpack.EMPTY_BYTES);
        }
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
            copy.copyFields(other.large);
            link(copy);
        } else {
            large = null;
            take(other.cell.array(), other.cell.offset(), other.step);
        }
    }

    @Override
    public void tell(ValueSink sink) throws IOException {
        if (large != null) {
            large.tell(sink);
            return;
        }
        told.set(cell.array(), cell.offset(), listpackBytes());
        if (step == PLAIN_STEP) {
            sink.hash(told);
        } else {
            sink.expiringHash(told);
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
        return load(listpack, distinct, PLAIN_STEP);
    }

    /**
     * Makes the empty hash one of a listpack of fields, values and expiries.
     *
     * @param distinct whether the fields are known to differ
     * @return false, and nothing happened, if the listpack is not that of a hash, or not in the order of expiry
     */
    public boolean loadExpiring(Bytes listpack, boolean distinct) {
        return load(listpack, distinct, EXPIRING_STEP);
    }

    private boolean load(Bytes listpack, boolean distinct, int entriesPerField) {
        byte[] array = listpack.array();
        int start = listpack.offset();
        int count = Listpack.check(array, start, listpack.length());
        if (count <= 0
                || count % entriesPerField != 0
                || (entriesPerField == EXPIRING_STEP && !isInOrderOfExpiry(listpack))) {
            return false;
        }
        if (count / entriesPerField > context.limits.hashMaxListpackEntries) {
            LargeHash hash = new LargeHash(context);
            if (!fill(hash, array, start, entriesPerField)) {
                hash.release();
                return false;
            }
            link(hash);
            return true;
        }
        if (!distinct && !Listpack.isDistinct(array, start, entriesPerField)) {
            return false;
        }
        take(array, start, entriesPerField);
        settle();
        return true;
    }

    private static boolean isInOrderOfExpiry(Bytes listpack) {
        byte[] array = listpack.array();
        long last = 1;
        int entry = Listpack.first(listpack.offset());
        while (!Listpack.isEnd(array, entry)) {
            int time = Listpack.skip(array, entry, 2);
            if (!Listpack.isInteger(array, time)) {
                return false;
            }
            long expiryMillis = Listpack.integer(array, time);
            if (expiryMillis == NO_EXPIRY_ENTRY) {
                last = Long.MAX_VALUE;
            } else if (expiryMillis < last || expiryMillis > MAX_EXPIRY_MILLIS) {
                return false;
            } else {
                last = expiryMillis;
            }
            entry = Listpack.next(array, time);
        }
        return true;
    }

    /** Makes the cell, which holds nothing that counts, a copy of a listpack. */
    private void take(byte[] array, int start, int entriesPerField) {
        int bytes = Listpack.totalBytes(array, start);
        cell.resize(bytes);
        System.arraycopy(array, start, cell.array(), cell.offset(), bytes);
        step = entriesPerField;
        cell.encoding(step == EXPIRING_STEP ? EXPIRING : LISTPACK);
    }

    /** Prepares the empty hash for so many fields. */
    public void expect(long fields) {
        if (fields > context.limits.hashMaxListpackEntries) {
            enlarge().reserve(fields);
        }
    }

    private void link(LargeHash hash) {
        context.large.link(cell, hash);
        large = hash;
        settle();
    }

    /** Has encoding and length of the cell be those of its content, after that may have changed. */
    private void settle() {
        if (large != null) {
            live = null;
            int encoding = large.hasExpiringFields() ? LARGE | EXPIRING : LARGE;
            if (encoding != cell.encoding()) {
                cell.encoding(encoding);
            }
            return;
        }
        if (step == EXPIRING_STEP && firstExpiry() == NO_EXPIRY) {
            dropExpiries();
        }
        fit();
    }

    /** Makes the cell, which is not shorter, as long as the listpack. */
    private void fit() {
        if (cell.length() != listpackBytes()) {
            cell.resize(listpackBytes());
        }
    }

    private int listpackBytes() {
        return Listpack.totalBytes(cell.array(), cell.offset());
    }

    @Override
    public boolean isEmpty() {
        return size() == 0;
    }

    /** Whether the hash is not in its record but in a table of its own. */
    public boolean isLarge() {
        return large != null;
    }

    @Override
    public String encodingName() {
        if (large != null) {
            return "hashtable";
        }
        return step == PLAIN_STEP ? "listpack" : "listpackex";
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
        return Listpack.count(cell.array(), cell.offset()) / step;
    }

    @Override
    public long liveSize() {
        return large == null ? listpackSize() - dueCount() : large.liveSize();
    }

    @Override
    public boolean hasExpiringFields() {
        return large == null ? step == EXPIRING_STEP : large.hasExpiringFields();
    }

    /** A time before which no field expires, {@link Long#MAX_VALUE} if none ever does. */
    public long nextExpiryMillis() {
        if (large != null) {
            return large.nextExpiryMillis();
        }
        long first = step == PLAIN_STEP ? NO_EXPIRY : firstExpiry();
        return first == NO_EXPIRY ? Long.MAX_VALUE : first;
    }

    private long firstExpiry() {
        byte[] array = cell.array();
        int entry = Listpack.first(cell.offset());
        return Listpack.isEnd(array, entry) ? NO_EXPIRY : expiryAt(array, entry);
    }

    private long expiryOf(byte[] array, int entry) {
        return step == PLAIN_STEP ? NO_EXPIRY : expiryAt(array, entry);
    }

    /** When the field of an entry of a listpack with expiries expires. */
    private static long expiryAt(byte[] array, int entry) {
        long expiryMillis = Listpack.integer(array, Listpack.skip(array, entry, 2));
        return expiryMillis == NO_EXPIRY_ENTRY ? NO_EXPIRY : expiryMillis;
    }

    private boolean isLive(byte[] array, int entry) {
        long expiryMillis = expiryOf(array, entry);
        return expiryMillis == NO_EXPIRY || !context.isDue(expiryMillis);
    }

    /** How many fields of a listpack are over; they are the first ones. */
    private int dueCount() {
        if (step == PLAIN_STEP) {
            return 0;
        }
        byte[] array = cell.array();
        int count = 0;
        for (int entry = Listpack.first(cell.offset());
                !Listpack.isEnd(array, entry) && !isLive(array, entry);
                entry = Listpack.skip(array, entry, step)) {
            count++;
        }
        return count;
    }

    @Override
    public @Nullable Bytes get(Bytes field) {
        if (large != null) {
            long address = large.findLive(field);
            if (address == Arena.NULL) {
                return null;
            }
            large.value(address, view);
            return view;
        }
        int found = findLive(field);
        if (found == Listpack.NONE) {
            return null;
        }
        byte[] array = cell.array();
        Listpack.view(array, Listpack.next(array, found), view, digits);
        return view;
    }

    @Override
    public boolean contains(Bytes field) {
        return large != null ? large.findLive(field) != Arena.NULL : findLive(field) != Listpack.NONE;
    }

    @Override
    public long expiresAtMillis(Bytes field) {
        if (large != null) {
            long address = large.findLive(field);
            return address == Arena.NULL ? NO_FIELD : large.expiry(address);
        }
        int found = findLive(field);
        if (found == Listpack.NONE) {
            return NO_FIELD;
        }
        return expiryOf(cell.array(), found);
    }

    private int find(Bytes field) {
        return Listpack.find(cell.array(), Listpack.first(cell.offset()), field, step - 1);
    }

    private int findLive(Bytes field) {
        int found = find(field);
        return found == Listpack.NONE || isLive(cell.array(), found) ? found : Listpack.NONE;
    }

    @Override
    public boolean put(Bytes field, Bytes value) {
        return put(field, value, NO_EXPIRY);
    }

    @Override
    public boolean put(Bytes field, Bytes value, long unixMillis) {
        if (large == null) {
            int found = find(field);
            if (fitsListpack(field, value, found == Listpack.NONE)) {
                boolean isNew = found == Listpack.NONE || !isLive(cell.array(), found);
                set(found, field, value, unixMillis);
                return isNew;
            }
        }
        LargeHash table = large == null ? enlarge() : large;
        boolean isNew = table.put(field, value, unixMillis);
        settle();
        return isNew;
    }

    @Override
    public boolean update(Bytes field, Bytes value) {
        if (large != null) {
            boolean isNew = large.update(field, value);
            settle();
            return isNew;
        }
        if (step == PLAIN_STEP) {
            return put(field, value);
        }
        int found = findLive(field);
        if (found == Listpack.NONE) {
            return put(field, value);
        }
        if (!fitsListpack(field, value, false)) {
            return enlarge().update(field, value);
        }
        replace(Listpack.next(cell.array(), found), value);
        return false;
    }

    /**
     * Adds a field that is loaded, with the time at which it expires or {@link #NO_EXPIRY}; it may be over.
     *
     * @return false, and nothing happened, if the field is there
     */
    public boolean add(Bytes field, Bytes value, long expiresAtMillis) {
        if (large == null) {
            if (find(field) != Listpack.NONE) {
                return false;
            }
            if (fitsListpack(field, value, true)) {
                place(Listpack.NONE, field, value, expiresAtMillis);
                return true;
            }
        }
        LargeHash table = large == null ? enlarge() : large;
        boolean isNew = table.add(field, value, expiresAtMillis);
        settle();
        return isNew;
    }

    @Override
    public void expireAt(Bytes field, long unixMillis) {
        boolean found = large == null ? expireInListpack(field, unixMillis) : large.expireAt(field, unixMillis);
        if (!found) {
            throw new IllegalArgumentException("expireAt on an absent field");
        }
        settle();
    }

    private boolean expireInListpack(Bytes field, long unixMillis) {
        int found = findLive(field);
        if (found == Listpack.NONE) {
            return false;
        }
        byte[] array = cell.array();
        if (expiryOf(array, found) == unixMillis) {
            return true;
        }
        if (listpackBytesWithExpiries() >= Listpack.MAX_BYTES) {
            return enlarge().expireAt(field, unixMillis);
        }
        Listpack.view(array, Listpack.next(array, found), view, digits);
        place(found, field, view.copy(), unixMillis);
        return true;
    }

    private boolean fitsListpack(Bytes field, Bytes value, boolean isNew) {
        EncodingLimits limits = context.limits;
        return field.length() <= limits.hashMaxListpackValue
                && value.length() <= limits.hashMaxListpackValue
                && listpackSize() + (isNew ? 1 : 0) <= limits.hashMaxListpackEntries
                && listpackBytesWithExpiries() + field.length() + value.length() < Listpack.MAX_BYTES;
    }

    /** Size of the listpack once it has room for expiries and one of them is set. */
    private long listpackBytesWithExpiries() {
        long added = step == PLAIN_STEP ? (long) listpackSize() * Listpack.entryBytes(NO_EXPIRY_ENTRY) : 0;
        return listpackBytes() + added + MAX_EXPIRY_ENTRY_BYTES;
    }

    /** Sets a field that the listpack can take; {@code found} is where it is now, if it is there. */
    private void set(int found, Bytes field, Bytes value, long expiryMillis) {
        if (found != Listpack.NONE && expiryOf(cell.array(), found) == expiryMillis) {
            replace(Listpack.next(cell.array(), found), value);
        } else {
            place(found, field, value, expiryMillis);
        }
    }

    /** Puts a field where its expiry belongs; {@code found} is where it is now, if it is there. */
    private void place(int found, Bytes field, Bytes value, long expiryMillis) {
        boolean isThere = found != Listpack.NONE;
        boolean addsExpiries = step == PLAIN_STEP && expiryMillis != NO_EXPIRY;
        int distance = found - cell.offset();
        int bytes = listpackBytes() + Listpack.entryBytes(field) + Listpack.entryBytes(value);
        if (isThere) {
            bytes -= Listpack.skip(cell.array(), found, step) - found;
        }
        if (addsExpiries) {
            bytes += (listpackSize() - (isThere ? 1 : 0)) * Listpack.entryBytes(NO_EXPIRY_ENTRY);
        }
        if (addsExpiries || step == EXPIRING_STEP) {
            bytes += Listpack.entryBytes(expiryEntry(expiryMillis));
        }
        grow(bytes);
        if (isThere) {
            Listpack.remove(cell.array(), cell.offset(), cell.offset() + distance, step);
        }
        if (addsExpiries) {
            addExpiries();
        }
        insert(field, value, expiryMillis);
        settle();
    }

    private static long expiryEntry(long expiryMillis) {
        return expiryMillis == NO_EXPIRY ? NO_EXPIRY_ENTRY : expiryMillis;
    }

    /** Makes room for a listpack of so many bytes. May fail for lack of memory, so it comes before any change. */
    private void grow(int bytes) {
        if (bytes > cell.length()) {
            cell.resize(bytes);
        }
    }

    /** Makes a listpack of fields and values one with expiries, none of which is set; there must be room for them. */
    private void addExpiries() {
        byte[] array = cell.array();
        int start = cell.offset();
        int entry = Listpack.first(start);
        while (!Listpack.isEnd(array, entry)) {
            int behind = Listpack.skip(array, entry, PLAIN_STEP);
            Listpack.insert(array, start, behind, NO_EXPIRY_ENTRY);
            entry = Listpack.next(array, behind);
        }
        step = EXPIRING_STEP;
        cell.encoding(EXPIRING);
    }

    /** Makes a listpack in which no expiry is set one of fields and values only. */
    private void dropExpiries() {
        byte[] array = cell.array();
        int start = cell.offset();
        int entry = Listpack.first(start);
        while (!Listpack.isEnd(array, entry)) {
            entry = Listpack.skip(array, entry, PLAIN_STEP);
            Listpack.remove(array, start, entry, 1);
        }
        step = PLAIN_STEP;
        cell.encoding(LISTPACK);
    }

    /** Adds a field behind those that expire no later; there must be room for it. */
    private void insert(Bytes field, Bytes value, long expiryMillis) {
        byte[] array = cell.array();
        int start = cell.offset();
        int entry = expiryMillis == NO_EXPIRY ? Listpack.end(array, start) : placeOf(expiryMillis);
        // From behind, so that the place of the field is the same.
        if (step == EXPIRING_STEP) {
            Listpack.insert(array, start, entry, expiryEntry(expiryMillis));
        }
        Listpack.insert(array, start, entry, value);
        Listpack.insert(array, start, entry, field);
    }

    /** The first entry of a field that does not expire or does so after a time, or the end. */
    private int placeOf(long expiryMillis) {
        byte[] array = cell.array();
        int entry = Listpack.first(cell.offset());
        while (!Listpack.isEnd(array, entry)) {
            long other = expiryAt(array, entry);
            if (other == NO_EXPIRY || other > expiryMillis) {
                break;
            }
            entry = Listpack.skip(array, entry, step);
        }
        return entry;
    }

    private void replace(int entry, Bytes value) {
        int distance = entry - cell.offset();
        grow(listpackBytes() + Listpack.entryBytes(value) - Listpack.entryBytesAt(cell.array(), entry));
        Listpack.replace(cell.array(), cell.offset(), cell.offset() + distance, value);
        fit();
    }

    private LargeHash enlarge() {
        LargeHash hash = new LargeHash(context);
        fill(hash, cell.array(), cell.offset(), step);
        link(hash);
        return hash;
    }

    /**
     * Adds the fields of a listpack to an empty table, which remains so if memory runs out.
     *
     * @return false, and only the fields up to there were added, when one is there twice
     */
    private boolean fill(LargeHash hash, byte[] array, int start, int entriesPerField) {
        Bytes value = new Bytes();
        byte[] valueDigits = new byte[Numbers.MAX_LONG_LENGTH];
        try {
            int entry = Listpack.first(start);
            while (!Listpack.isEnd(array, entry)) {
                Listpack.view(array, entry, view, digits);
                Listpack.view(array, Listpack.next(array, entry), value, valueDigits);
                if (!hash.add(view, value, entriesPerField == PLAIN_STEP ? NO_EXPIRY : expiryAt(array, entry))) {
                    return false;
                }
                entry = Listpack.skip(array, entry, entriesPerField);
            }
        } catch (ArenaExhaustedException e) {
            hash.release();
            throw e;
        }
        return true;
    }

    @Override
    public boolean remove(Bytes field) {
        if (large != null) {
            boolean removed = large.removeField(field);
            settle();
            return removed;
        }
        int found = findLive(field);
        if (found == Listpack.NONE) {
            return false;
        }
        Listpack.remove(cell.array(), cell.offset(), found, step);
        settle();
        return true;
    }

    /**
     * Removes fields whose time to live is over: all of a small hash; of a large one those among its next fields, from
     * where the call before has stopped.
     *
     * @param maxVisits about how many fields of a large hash to look at
     * @param maxFields after about how many removed fields of a large hash to stop
     * @param removed takes copies of the fields
     */
    public void removeDue(int maxVisits, int maxFields, List<Bytes> removed) {
        if (large != null) {
            large.removeDue(maxVisits, maxFields, removed);
        } else {
            removeDueOfListpack(removed);
        }
        settle();
    }

    private void removeDueOfListpack(List<Bytes> removed) {
        byte[] array = cell.array();
        int first = Listpack.first(cell.offset());
        int entry = first;
        int count = 0;
        for (; !Listpack.isEnd(array, entry) && !isLive(array, entry); entry = Listpack.skip(array, entry, step)) {
            Listpack.view(array, entry, view, digits);
            removed.add(view.copy());
            count++;
        }
        Listpack.remove(array, cell.offset(), first, entry, count * step);
    }

    @Override
    public Cursor cursor() {
        position.start();
        return position;
    }

    @Override
    public @Nullable Cursor randomField(RandomGenerator random) {
        if (large != null) {
            long address = randomLiveAddress(large, random);
            if (address == Arena.NULL) {
                return null;
            }
            position.standOn(address);
            return position;
        }
        int due = dueCount();
        int size = listpackSize();
        if (due == size) {
            return null;
        }
        int index = due + random.nextInt(size - due);
        position.standOn(Listpack.seek(cell.array(), cell.offset(), step * index) - cell.offset());
        return position;
    }

    private long randomLiveAddress(LargeHash hash, RandomGenerator random) {
        long[] left = live;
        if (left == null) {
            long address = hash.drawLiveAddress(random);
            if (address != Arena.NULL) {
                return address;
            }
            left = hash.liveAddresses();
            live = left;
        }
        return left.length == 0 ? Arena.NULL : left[random.nextInt(left.length)];
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
                do {
                    current = records.next(large);
                } while (current != Arena.NULL && !large.isLive(current));
                return current != Arena.NULL;
            }
            byte[] array = cell.array();
            int start = cell.offset();
            int entry =
                    current == BEFORE_FIRST ? Listpack.first(start) : Listpack.skip(array, start + (int) current, step);
            while (!Listpack.isEnd(array, entry) && !isLive(array, entry)) {
                entry = Listpack.skip(array, entry, step);
            }
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
            if (!scanned.isLive(address)) {
                return;
            }
            scanned.key(address, field);
            scanned.value(address, value);
            Objects.requireNonNull(visitor).visit(field, value);
        }
    }
}

package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.memory.ArenaExhaustedException;
import dev.spinel.engine.memory.RecordTable;
import java.io.IOException;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A view of sorted sets. Small ones are a listpack of members and scores in turn, in their order; large ones are a
 * {@link LargeSortedSet} whose handle is the content of the cell. A large one never becomes small again.
 */
public final class SortedSetView extends ValueView implements SortedSetValue {
    private static final int LISTPACK = 0;
    private static final int LARGE = 1;

    /** Doubles up to this magnitude are stored as integers in a listpack if they are integral. */
    private static final double MAX_INTEGRAL_SCORE = 0x1p62;

    private final ValueContext context;
    private final ScorePath path = new ScorePath();
    private final Position position = new Position();
    private final Scanner scanner = new Scanner();
    private final Bytes view = new Bytes();
    private final byte[] memberText = new byte[Numbers.MAX_LONG_LENGTH];
    private final byte[] scoreText = new byte[Numbers.MAX_DOUBLE_LENGTH];
    private final Bytes scoreView = new Bytes();
    private final Bytes compared = new Bytes();
    /** What {@link #tell} shows, so that it makes no garbage and leaves other views valid. */
    private final Bytes told = new Bytes();

    private ValueCell cell;
    /** The bound value if it is large. */
    private @Nullable LargeSortedSet large;

    /** Creates a view that is bound to nothing yet. */
    public SortedSetView(ValueContext context, ValueCell cell) {
        this.context = context;
        this.cell = cell;
    }

    @Override
    public void bind(ValueCell bound) {
        cell = bound;
        large = cell.encoding() == LARGE ? (LargeSortedSet) context.large.linkedFrom(cell) : null;
    }

    @Override
    public void init() {
        large = null;
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
        SortedSetView other = (SortedSetView) source;
        if (other.large != null) {
            LargeSortedSet copy = newLarge();
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
    public boolean isEmpty() {
        return size() == 0;
    }

    @Override
    public String encodingName() {
        return large != null ? "skiplist" : "listpack";
    }

    @Override
    public long externalBytes() {
        return large != null ? large.memoryBytes() : 0;
    }

    @Override
    public long elementCount() {
        return size();
    }

    @Override
    public long size() {
        return large != null ? large.size() : Listpack.count(cell.array(), cell.offset()) / 2;
    }

    @Override
    public double score(Bytes member) {
        if (large != null) {
            return large.score(member);
        }
        int found = find(member);
        return found == Listpack.NONE ? Double.NaN : scoreAfter(found);
    }

    @Override
    public boolean put(Bytes member, double score) {
        if (large != null) {
            return large.put(member, score);
        }
        int found = find(member);
        if (found != Listpack.NONE) {
            if (scoreAfter(found) != score) {
                replace(found, member, score);
            }
            return false;
        }
        EncodingLimits limits = context.limits;
        if (size() >= limits.zsetMaxListpackEntries
                || member.length() > limits.zsetMaxListpackValue
                || cell.length() + (long) member.length() >= Listpack.MAX_BYTES) {
            return convert().put(member, score);
        }
        insert(member, score);
        return true;
    }

    @Override
    public boolean remove(Bytes member) {
        if (large != null) {
            return large.remove(member);
        }
        int found = find(member);
        if (found == Listpack.NONE) {
            return false;
        }
        Listpack.remove(cell.array(), cell.offset(), found, 2);
        fit();
        return true;
    }

    @Override
    public long rank(Bytes member) {
        if (large != null) {
            return large.rank(member);
        }
        int found = find(member);
        if (found == Listpack.NONE) {
            return -1;
        }
        long rank = 0;
        for (int at = Listpack.first(cell.offset()); at != found; at = Listpack.skip(cell.array(), at, 2)) {
            rank++;
        }
        return rank;
    }

    @Override
    public long countBelow(double score, boolean inclusive) {
        if (large != null) {
            return large.countBelow(score, inclusive);
        }
        byte[] array = cell.array();
        long count = 0;
        for (int at = Listpack.first(cell.offset()); !Listpack.isEnd(array, at); at = Listpack.skip(array, at, 2)) {
            double other = scoreAfter(at);
            if (inclusive ? other > score : other >= score) {
                break;
            }
            count++;
        }
        return count;
    }

    @Override
    public long countBefore(Bytes member, boolean inclusive) {
        if (large != null) {
            return large.countBefore(member, inclusive);
        }
        byte[] array = cell.array();
        long count = 0;
        for (int at = Listpack.first(cell.offset()); !Listpack.isEnd(array, at); at = Listpack.skip(array, at, 2)) {
            int comparison = compareMember(at, member);
            if (inclusive ? comparison > 0 : comparison >= 0) {
                break;
            }
            count++;
        }
        return count;
    }

    @Override
    public Cursor cursor(long rank, boolean reversed) {
        position.moveBefore(rank, reversed);
        return position;
    }

    @Override
    public void removeRange(long from, long to) {
        if (large != null) {
            large.removeRange(from, to);
        } else if (from < to) {
            int start = Listpack.seek(cell.array(), cell.offset(), (int) from * 2);
            Listpack.remove(cell.array(), cell.offset(), start, (int) (to - from) * 2);
            fit();
        }
    }

    @Override
    public Cursor randomMember(RandomGenerator random) {
        position.moveBefore(random.nextLong(size()), false);
        position.next();
        return position;
    }

    @Override
    public long scan(long cursor, int count, MemberVisitor visitor) {
        if (large != null) {
            return scanner.scan(large, cursor, count, visitor);
        }
        position.moveBefore(0, false);
        while (position.next()) {
            visitor.visit(position.member(), position.score());
        }
        return 0;
    }

    @Override
    public void tell(ValueSink sink) throws IOException {
        if (large != null) {
            large.tell(sink);
        } else {
            told.set(cell.array(), cell.offset(), cell.length());
            sink.sortedSet(told);
        }
    }

    @Override
    public @Nullable ValueCut cut(ValueSink sink) throws IOException {
        return large == null ? null : context.large.cut(large, sink);
    }

    /**
     * Makes the empty sorted set one of a listpack of members and scores.
     *
     * @param distinct whether the members are known to differ
     * @return false, and nothing happened, if the listpack is not that of a sorted set
     */
    public boolean load(Bytes listpack, boolean distinct) {
        byte[] array = listpack.array();
        int start = listpack.offset();
        int count = Listpack.check(array, start, listpack.length());
        if (count <= 0 || count % 2 != 0 || !isOrdered(array, start)) {
            return false;
        }
        if (count / 2 > context.limits.zsetMaxListpackEntries) {
            LargeSortedSet loaded = newLarge();
            if (!fill(loaded, array, start)) {
                loaded.release();
                return false;
            }
            link(loaded);
            return true;
        }
        if (!distinct && !Listpack.isDistinct(array, start, 2)) {
            return false;
        }
        cell.resize(listpack.length());
        System.arraycopy(array, start, cell.array(), cell.offset(), listpack.length());
        return true;
    }

    /** Whether the scores of a well-formed listpack are numbers in ascending order. */
    private boolean isOrdered(byte[] array, int start) {
        double previous = Double.NEGATIVE_INFINITY;
        int member = Listpack.first(start);
        while (!Listpack.isEnd(array, member)) {
            double score = scoreAfter(array, member);
            if (!(score >= previous)) {
                return false;
            }
            previous = score;
            member = Listpack.skip(array, member, 2);
        }
        return true;
    }

    /** Prepares the empty sorted set for so many members. */
    public void expect(long members) {
        if (members > context.limits.zsetMaxListpackEntries) {
            convert().reserve(members);
        }
    }

    private LargeSortedSet newLarge() {
        return new LargeSortedSet(context.arena, context.hash, path);
    }

    private void link(LargeSortedSet value) {
        context.large.link(cell, value);
        cell.encoding(LARGE);
        large = value;
    }

    private LargeSortedSet convert() {
        LargeSortedSet converted = newLarge();
        fill(converted, cell.array(), cell.offset());
        link(converted);
        return converted;
    }

    /**
     * Adds the members of a listpack to an empty sorted set, which remains so if memory runs out.
     *
     * @return false, and only the members up to there were added, when one is there twice
     */
    private boolean fill(LargeSortedSet target, byte[] array, int start) {
        try {
            for (int member = Listpack.first(start);
                    !Listpack.isEnd(array, member);
                    member = Listpack.skip(array, member, 2)) {
                Listpack.view(array, member, compared, memberText);
                if (!target.put(compared, scoreAfter(array, member))) {
                    return false;
                }
            }
        } catch (ArenaExhaustedException e) {
            target.release();
            throw e;
        }
        return true;
    }

    private int find(Bytes member) {
        return Listpack.find(cell.array(), Listpack.first(cell.offset()), member, 1);
    }

    /** Moves a member of the listpack to where another score puts it. */
    private void replace(int found, Bytes member, double score) {
        int distance = found - cell.offset();
        int oldBytes = Listpack.entryBytesAt(cell.array(), Listpack.next(cell.array(), found));
        int added = encodeScore(score) - oldBytes;
        if (added > 0) {
            // May fail for lack of memory, so it comes first.
            cell.resize(cell.length() + added);
        }
        Listpack.remove(cell.array(), cell.offset(), cell.offset() + distance, 2);
        insert(member, score);
    }

    /** Adds a member that is not in the listpack, and makes the cell fit. */
    private void insert(Bytes member, double score) {
        int distance = placeOf(member, score) - cell.offset();
        int bytes = Listpack.entryBytes(member) + encodeScore(score);
        int total = Listpack.totalBytes(cell.array(), cell.offset()) + bytes;
        if (total > cell.length()) {
            cell.resize(total);
        }
        byte[] array = cell.array();
        int start = cell.offset();
        // The score goes in first, so that the member's place is the same.
        if (isIntegral(score)) {
            Listpack.insert(array, start, start + distance, (long) score);
        } else {
            Listpack.insert(array, start, start + distance, scoreView);
        }
        Listpack.insert(array, start, start + distance, member);
        fit();
    }

    private static boolean isIntegral(double score) {
        return Math.abs(score) <= MAX_INTEGRAL_SCORE && score == (long) score;
    }

    /** Writes the text of a score that is not integral to {@code scoreView}; returns the size of its entry. */
    private int encodeScore(double score) {
        if (isIntegral(score)) {
            return Listpack.entryBytes((long) score);
        }
        scoreView.set(scoreText, 0, Numbers.formatScore(score, scoreText, 0));
        return Listpack.entryBytes(scoreView);
    }

    /** Position of the first member that comes after a member with a score, or of the end. */
    private int placeOf(Bytes member, double score) {
        byte[] array = cell.array();
        int start = cell.offset();
        int last = Listpack.last(array, start);
        if (last != Listpack.NONE) {
            last = Listpack.previous(array, start, last);
            if (isBefore(last, member, score)) {
                return Listpack.end(array, start);
            }
        }
        int at = Listpack.first(start);
        while (!Listpack.isEnd(array, at) && isBefore(at, member, score)) {
            at = Listpack.skip(array, at, 2);
        }
        return at;
    }

    private boolean isBefore(int at, Bytes member, double score) {
        double other = scoreAfter(at);
        return other < score || (other == score && compareMember(at, member) < 0);
    }

    private int compareMember(int at, Bytes member) {
        Listpack.view(cell.array(), at, compared, memberText);
        return compared.compareTo(member);
    }

    /** The score that follows a member in the listpack. */
    private double scoreAfter(int memberPosition) {
        return scoreAfter(cell.array(), memberPosition);
    }

    private double scoreAfter(byte[] array, int memberPosition) {
        int at = Listpack.next(array, memberPosition);
        if (Listpack.isInteger(array, at)) {
            return Listpack.integer(array, at);
        }
        Listpack.view(array, at, scoreView, scoreText);
        return Numbers.parseDouble(scoreView);
    }

    /** Makes the cell as long as the listpack. */
    private void fit() {
        int total = Listpack.totalBytes(cell.array(), cell.offset());
        if (total != cell.length()) {
            cell.resize(total);
        }
    }

    /** The one cursor of this view. */
    private final class Position implements Cursor {
        private boolean reversed;
        /** The rank to which {@link #next} moves, if there is one. */
        private long nextRank;

        private long size;
        /** Whether {@code at} or {@code leaf} are where the rank before the next one is. */
        private boolean placed;

        private int at;
        private long leaf;
        private int leafCount;
        private int index;
        private long record;

        void moveBefore(long rank, boolean towardsLowest) {
            reversed = towardsLowest;
            nextRank = rank;
            size = size();
            placed = false;
        }

        @Override
        public boolean next() {
            if (nextRank < 0 || nextRank >= size) {
                return false;
            }
            if (large != null) {
                nextInTree(large.tree());
            } else {
                nextInListpack();
            }
            nextRank += reversed ? -1 : 1;
            return true;
        }

        private void nextInTree(ScoreTree tree) {
            index += reversed ? -1 : 1;
            if (!placed || index < 0 || index >= leafCount) {
                tree.seek(path, nextRank);
                leaf = tree.leaf(path);
                leafCount = tree.leafCount(path);
                index = path.index;
                tree.release(path);
                placed = true;
            }
            record = tree.record(leaf, index);
        }

        private void nextInListpack() {
            byte[] array = cell.array();
            int start = cell.offset();
            if (!placed) {
                at = Listpack.seek(array, start, (int) nextRank * 2);
                placed = true;
            } else if (reversed) {
                at = Listpack.previous(array, start, Listpack.previous(array, start, at));
            } else {
                at = Listpack.skip(array, at, 2);
            }
        }

        @Override
        public Bytes member() {
            if (large != null) {
                viewMember(record);
            } else {
                Listpack.view(cell.array(), at, view, memberText);
            }
            return view;
        }

        @Override
        public double score() {
            return large != null
                    ? ScoredRecord.score(context.arena.chunk(record), context.arena.offset(record))
                    : scoreAfter(at);
        }
    }

    private void viewMember(long record) {
        byte[] chunk = context.arena.chunk(record);
        int offset = context.arena.offset(record);
        int length = ScoredRecord.memberLength(chunk, offset);
        view.set(chunk, ScoredRecord.memberOffset(offset, length), length);
    }

    /** Hands the records that a scan meets to a visitor of members. */
    private final class Scanner implements RecordTable.Visitor {
        private @Nullable MemberVisitor target;

        long scan(LargeSortedSet set, long cursor, int count, MemberVisitor visitor) {
            target = visitor;
            try {
                return set.scan(cursor, count, this);
            } finally {
                target = null;
            }
        }

        @Override
        public void visit(long record) {
            MemberVisitor visitor = target;
            if (visitor != null) {
                viewMember(record);
                visitor.visit(view, ScoredRecord.score(context.arena.chunk(record), context.arena.offset(record)));
            }
        }
    }
}

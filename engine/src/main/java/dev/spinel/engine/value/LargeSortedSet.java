package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.ValueSink;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.ArenaExhaustedException;
import dev.spinel.engine.memory.KeyHash;
import dev.spinel.engine.memory.RecordTable;
import dev.spinel.engine.value.ScorePath.Side;
import java.io.IOException;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A sorted set that is too large for a listpack: records in the arena, found by member through a table and by score and
 * rank through a {@link ScoreTree}. Engine thread only.
 */
final class LargeSortedSet implements LargeValue {
    /*
     * Of 16-byte members a set of two millions takes about 52 bytes each: a record of 25 bytes in 32, 11 in the table,
     * 9 in the tree. The score is stored once, in the record, which both structures refer to.
     */

    /** Bytes on the Java heap of this object and those that it consists of, tables and nodes apart. */
    private static final long OBJECT_BYTES = 192;

    private final Arena arena;
    private final KeyHash hash;
    private final ScorePath path;
    private final Members members;
    private final ScoreTree tree;
    private final Bytes toldMember = new Bytes();
    private long recordBytes;
    private @Nullable TableCut cut;

    private static final class Members extends RecordTable {
        private final KeyHash hash;

        Members(Arena arena, KeyHash hash) {
            super(arena);
            this.hash = hash;
        }

        @Override
        protected boolean keyEquals(byte[] chunk, int offset, byte[] key, int keyOffset, int keyLength) {
            int length = ScoredRecord.memberLength(chunk, offset);
            int from = ScoredRecord.memberOffset(offset, length);
            return Arrays.equals(chunk, from, from + length, key, keyOffset, keyOffset + keyLength);
        }

        @Override
        protected long hashAt(byte[] chunk, int offset) {
            int length = ScoredRecord.memberLength(chunk, offset);
            return hash.hash(chunk, ScoredRecord.memberOffset(offset, length), length);
        }
    }

    /**
     * Creates an empty set.
     *
     * @param path used during operations only, so that all sets can share one
     */
    LargeSortedSet(Arena arena, KeyHash hash, ScorePath path) {
        this.arena = arena;
        this.hash = hash;
        this.path = path;
        members = new Members(arena, hash);
        tree = new ScoreTree(arena);
    }

    long size() {
        return tree.size();
    }

    /** Bytes outside the cell, on the heap and in the arena. */
    long memoryBytes() {
        return recordBytes + members.segmentBytes() + tree.pageBytes() + heapBytes();
    }

    @Override
    public long heapBytes() {
        return members.directoryBytes() + tree.heapBytes() + OBJECT_BYTES;
    }

    ScoreTree tree() {
        return tree;
    }

    double score(Bytes member) {
        long record = find(member);
        return record == Arena.NULL ? Double.NaN : score(record);
    }

    /** Prepares the empty set for so many members. */
    void reserve(long expected) {
        members.reserve(expected);
    }

    /** Sets the score of a member; true when the member is new. */
    boolean put(Bytes member, double score) {
        return put(member.array(), member.offset(), member.length(), score);
    }

    boolean put(byte[] array, int offset, int length, double score) {
        long order = ScoredRecord.orderOf(score);
        long memberHash = hash.hash(array, offset, length);
        long record = members.find(memberHash, array, offset, length);
        if (record != Arena.NULL) {
            beforeChange(memberHash, record);
            move(record, array, offset, length, score);
            return false;
        }
        record = ScoredRecord.create(arena, score, array, offset, length);
        try {
            tree.insert(path.aim(order, array, offset, length, Side.BEFORE_MEMBER), record);
        } catch (ArenaExhaustedException e) {
            arena.free(record, ScoredRecord.size(length));
            throw e;
        }
        members.insert(memberHash, record);
        recordBytes += Arena.roundUp(ScoredRecord.size(length));
        return true;
    }

    private void move(long record, byte[] array, int offset, int length, double score) {
        double oldScore = score(record);
        long order = ScoredRecord.orderOf(score);
        long oldOrder = ScoredRecord.orderOf(oldScore);
        boolean inPlace = order == oldOrder
                || tree.rescore(path.aim(oldOrder, array, offset, length, Side.AFTER_MEMBER), record, score);
        if (!inPlace) {
            // The insertion may fail for lack of memory, so it comes first.
            tree.insert(path.aim(order, array, offset, length, Side.BEFORE_MEMBER), record);
        }
        ScoredRecord.score(arena.chunk(record), arena.offset(record), score);
        if (!inPlace) {
            tree.removeMoved(path.aim(oldOrder, array, offset, length, Side.AFTER_MEMBER), record);
        }
    }

    /** Removes a member; false when absent. */
    boolean remove(Bytes member) {
        long record = find(member);
        if (record == Arena.NULL) {
            return false;
        }
        beforeChange(hash.hash(member.array(), member.offset(), member.length()), record);
        members.removeFound();
        aimAfter(member, record);
        tree.remove(path, record);
        free(record, member.length());
        return true;
    }

    /** The rank of a member, -1 when absent. */
    long rank(Bytes member) {
        long record = find(member);
        if (record == Arena.NULL) {
            return -1;
        }
        aimAfter(member, record);
        return tree.rank(path, record);
    }

    /** Number of members below a score, or not above it. */
    long countBelow(double score, boolean inclusive) {
        return tree.countBefore(path.aim(score, inclusive ? Side.AFTER_SCORE : Side.BEFORE_SCORE));
    }

    /** Number of members before another in byte order, or not after it; all scores are equal. */
    long countBefore(Bytes member, boolean inclusive) {
        if (tree.size() == 0) {
            return 0;
        }
        return tree.countBefore(path.aim(
                tree.firstOrder(),
                member.array(),
                member.offset(),
                member.length(),
                inclusive ? Side.AFTER_MEMBER : Side.BEFORE_MEMBER));
    }

    /** Removes the members from rank {@code from} (inclusive) to {@code to} (exclusive), leaf by leaf. */
    void removeRange(long from, long to) {
        for (long left = to - from; left > 0; ) {
            tree.seek(path, from);
            long leaf = tree.leaf(path);
            int removed = (int) Math.min(left, tree.leafCount(path) - path.index);
            for (int i = path.index; i < path.index + removed; i++) {
                long record = tree.record(leaf, i);
                byte[] chunk = arena.chunk(record);
                int offset = arena.offset(record);
                int length = ScoredRecord.memberLength(chunk, offset);
                long memberHash = hash.hash(chunk, ScoredRecord.memberOffset(offset, length), length);
                beforeChange(memberHash, record);
                members.remove(memberHash, record);
                free(record, length);
            }
            tree.removeEntries(path, removed);
            left -= removed;
        }
        tree.release(path);
    }

    /** Visits members in the order of the table, as {@link RecordTable#scan}. */
    long scan(long cursor, int count, RecordTable.Visitor visitor) {
        return members.scan(cursor, count, visitor);
    }

    /** In descending order, in which redis-server loads fastest. */
    @Override
    public void tell(ValueSink sink) throws IOException {
        sink.sortedSet(size());
        for (long left = size(); left > 0; ) {
            tree.seek(path, left - 1);
            long leaf = tree.leaf(path);
            for (int i = path.index; i >= 0; i--) {
                tellRecord(tree.record(leaf, i), sink);
            }
            left -= path.index + 1;
        }
        tree.release(path);
    }

    @Override
    public boolean startCut(ValueSink sink) throws IOException {
        sink.sortedSet(size());
        cut = new TableCut(members, this::tellRecord, sink);
        return true;
    }

    @Override
    public boolean advanceCut(int elements) throws IOException {
        boolean over = Objects.requireNonNull(cut).advance(elements);
        if (over) {
            cut = null;
        }
        return over;
    }

    private void beforeChange(long memberHash, long record) {
        if (cut != null) {
            cut.beforeChange(memberHash, record);
        }
    }

    private void tellRecord(long record, ValueSink sink) throws IOException {
        byte[] chunk = arena.chunk(record);
        int offset = arena.offset(record);
        int length = ScoredRecord.memberLength(chunk, offset);
        toldMember.set(chunk, ScoredRecord.memberOffset(offset, length), length);
        sink.scored(toldMember, ScoredRecord.score(chunk, offset));
    }

    /** Adds the members of another set to this one, which is empty, and remains so without memory. */
    void copyFrom(LargeSortedSet source) {
        try {
            // In ascending order, which fills the leaves.
            for (long rank = 0; rank < source.size(); ) {
                source.tree.seek(path, rank);
                long leaf = source.tree.leaf(path);
                int count = source.tree.leafCount(path);
                for (int i = 0; i < count; i++) {
                    copy(source.tree.record(leaf, i));
                }
                rank += count;
            }
        } catch (ArenaExhaustedException | OutOfMemoryError e) {
            release();
            throw e;
        }
    }

    private void copy(long record) {
        byte[] chunk = arena.chunk(record);
        int offset = arena.offset(record);
        int length = ScoredRecord.memberLength(chunk, offset);
        put(chunk, ScoredRecord.memberOffset(offset, length), length, ScoredRecord.score(chunk, offset));
    }

    /** The pages of the tree stay where they are. */
    @Override
    public long evacuate(long position) {
        return members.evacuate(position, this::evacuateRecord);
    }

    private long evacuateRecord(long record) {
        byte[] chunk = arena.chunk(record);
        int offset = arena.offset(record);
        int length = ScoredRecord.memberLength(chunk, offset);
        long order = ScoredRecord.orderOf(ScoredRecord.score(chunk, offset));
        int member = ScoredRecord.memberOffset(offset, length);
        // Before the record is gone, which the nodes of the tree may refer to.
        tree.locate(path.aim(order, chunk, member, length, Side.AFTER_MEMBER), record);
        long copy = arena.evacuate(record, ScoredRecord.size(length));
        tree.relocate(path, copy);
        return copy;
    }

    /** The pages of the tree all go with the last piece: 1 ms for a million members. */
    @Override
    public boolean releasePiece() {
        boolean drained = members.drain(
                record -> free(record, ScoredRecord.memberLength(arena.chunk(record), arena.offset(record))));
        if (drained) {
            tree.clear();
        }
        return drained;
    }

    private long find(Bytes member) {
        byte[] array = member.array();
        int offset = member.offset();
        int length = member.length();
        return members.find(hash.hash(array, offset, length), array, offset, length);
    }

    private void aimAfter(Bytes member, long record) {
        path.aim(
                ScoredRecord.orderOf(score(record)),
                member.array(),
                member.offset(),
                member.length(),
                Side.AFTER_MEMBER);
    }

    private double score(long record) {
        return ScoredRecord.score(arena.chunk(record), arena.offset(record));
    }

    private void free(long record, int memberLength) {
        int size = ScoredRecord.size(memberLength);
        arena.free(record, size);
        recordBytes -= Arena.roundUp(size);
    }
}

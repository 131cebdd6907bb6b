package dev.spinel.engine.command.sortedset;

import static dev.spinel.api.data.ValueType.SET;
import static dev.spinel.api.data.ValueType.SORTED_SET;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.SetValue;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.Keyspace;
import org.jspecify.annotations.Nullable;

/** An input of a combination of sorted sets: a sorted set, a set whose members all have the score 1, or an absent key. */
abstract sealed class Source {
    private double weight = 1;

    /** The value of a key as a source, or WRONGTYPE. */
    static Source read(Keyspace keys, Bytes key) {
        if (keys.typeOf(key) == SET) {
            SetValue set = keys.read(SET, key);
            return set == null ? new Absent() : new OfSet(set);
        }
        SortedSetValue sortedSet = keys.read(SORTED_SET, key);
        return sortedSet == null ? new Absent() : new OfSortedSet(sortedSet);
    }

    /** Takes the factor for all scores from an argument. */
    final void weight(Call call, int index) {
        weight = Numbers.parseDouble(call.arg(index));
        if (Double.isNaN(weight)) {
            throw Errors.err("weight value is not a float");
        }
    }

    /** A score times the weight, 0 where that is not a number. */
    final double weighted(double score) {
        double product = score * weight;
        return Double.isNaN(product) ? 0 : product;
    }

    /** A score times the weight, which may be NaN. */
    final double rawWeighted(double score) {
        return score * weight;
    }

    final boolean contains(Bytes member) {
        return !Double.isNaN(score(member));
    }

    abstract long size();

    /** The score of a member before weighting, NaN when it is absent. */
    abstract double score(Bytes member);

    /** Starts an iteration. */
    abstract void open();

    /** Moves to the next member; false past the end. */
    abstract boolean next();

    /** The current member, valid until the next move. */
    abstract Bytes member();

    /** The score of the current member before weighting. */
    abstract double currentScore();

    private static final class OfSortedSet extends Source {
        private final SortedSetValue sortedSet;
        private SortedSetValue.@Nullable Cursor cursor;

        OfSortedSet(SortedSetValue sortedSet) {
            this.sortedSet = sortedSet;
        }

        @Override
        long size() {
            return sortedSet.size();
        }

        @Override
        double score(Bytes member) {
            return sortedSet.score(member);
        }

        @Override
        void open() {
            cursor = sortedSet.cursor(0, false);
        }

        private SortedSetValue.Cursor cursor() {
            if (cursor == null) {
                throw new IllegalStateException("source is not open");
            }
            return cursor;
        }

        @Override
        boolean next() {
            return cursor().next();
        }

        @Override
        Bytes member() {
            return cursor().member();
        }

        @Override
        double currentScore() {
            return cursor().score();
        }
    }

    private static final class OfSet extends Source {
        private final SetValue set;
        private SetValue.@Nullable Cursor cursor;

        OfSet(SetValue set) {
            this.set = set;
        }

        @Override
        long size() {
            return set.size();
        }

        @Override
        double score(Bytes member) {
            return set.contains(member) ? 1 : Double.NaN;
        }

        @Override
        void open() {
            cursor = set.cursor();
        }

        private SetValue.Cursor cursor() {
            if (cursor == null) {
                throw new IllegalStateException("source is not open");
            }
            return cursor;
        }

        @Override
        boolean next() {
            return cursor().next();
        }

        @Override
        Bytes member() {
            return cursor().member();
        }

        @Override
        double currentScore() {
            return 1;
        }
    }

    private static final class Absent extends Source {
        @Override
        long size() {
            return 0;
        }

        @Override
        double score(Bytes member) {
            return Double.NaN;
        }

        @Override
        void open() {}

        @Override
        boolean next() {
            return false;
        }

        @Override
        Bytes member() {
            throw new IllegalStateException("an absent key has no member");
        }

        @Override
        double currentScore() {
            throw new IllegalStateException("an absent key has no member");
        }
    }
}

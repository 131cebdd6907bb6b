package dev.spinel.engine.command.sortedset;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import java.nio.charset.StandardCharsets;

/**
 * An interval of a sorted set as a command states it: by rank, by score or by member.
 *
 * <p>Whatever the form, it comes down to two ranks, so that every command on a range works on ranks alone.
 */
abstract sealed class RankRange {
    /** Rank from which on members are in the range. */
    abstract long from(SortedSetValue sortedSet);

    /** Rank before which members are in the range; not above {@link #from} when it is empty. */
    abstract long to(SortedSetValue sortedSet);

    /** Whether a reversed command counts the ranks from the highest score. */
    boolean countsFromTop() {
        return false;
    }

    /** The range between two indexes, both inclusive, negative ones counted from the end. */
    static RankRange byRank(Call call, int startIndex, int stopIndex) {
        return new ByRank(call.integerArg(startIndex), call.integerArg(stopIndex));
    }

    /** The range between two scores; {@code (} before a score excludes it. */
    static RankRange byScore(Call call, int minIndex, int maxIndex) {
        Bytes min = call.arg(minIndex);
        Bytes max = call.arg(maxIndex);
        return new ByScore(score(min), isOpen(min), score(max), isOpen(max));
    }

    /** The range between two members; {@code [} includes, {@code (} excludes, {@code -} and {@code +} have no end. */
    static RankRange byMember(Call call, int minIndex, int maxIndex) {
        Bytes min = call.arg(minIndex);
        Bytes max = call.arg(maxIndex);
        checkMember(min);
        checkMember(max);
        return new ByMember(min, max);
    }

    private static boolean isOpen(Bytes bound) {
        return !bound.isEmpty() && bound.at(0) == '(';
    }

    /** A bound as strtod reads it: leading blanks, nothing at all, and scores beyond the range of a double are accepted. */
    private static double score(Bytes bound) {
        int at = isOpen(bound) ? 1 : 0;
        while (at < bound.length() && isBlank(bound.at(at))) {
            at++;
        }
        int length = bound.length() - at;
        if (length == 0) {
            return 0;
        }
        double score = Numbers.parseDouble(bound.array(), bound.offset() + at, length);
        return Double.isNaN(score) ? extremeScore(bound, at) : score;
    }

    private static boolean isBlank(int b) {
        return b == ' ' || (b >= '\t' && b <= '\r');
    }

    private static double extremeScore(Bytes bound, int start) {
        for (int i = start; i < bound.length(); i++) {
            int b = bound.at(i);
            if ((b < '0' || b > '9') && b != '.' && b != '-' && b != '+' && b != 'e' && b != 'E') {
                throw notAFloat();
            }
        }
        try {
            return Double.parseDouble(new String(
                    bound.array(), bound.offset() + start, bound.length() - start, StandardCharsets.ISO_8859_1));
        } catch (NumberFormatException e) {
            throw notAFloat();
        }
    }

    private static CommandException notAFloat() {
        return Errors.err("min or max is not a float");
    }

    private static void checkMember(Bytes bound) {
        int first = bound.isEmpty() ? 0 : bound.at(0);
        boolean endless = (first == '-' || first == '+') && bound.length() == 1;
        if (!endless && first != '[' && first != '(') {
            throw Errors.err("min or max not valid string range item");
        }
    }

    private static final class ByRank extends RankRange {
        private final long start;
        private final long stop;

        ByRank(long start, long stop) {
            this.start = start;
            this.stop = stop;
        }

        @Override
        long from(SortedSetValue sortedSet) {
            return Math.max(0, start < 0 ? start + sortedSet.size() : start);
        }

        @Override
        long to(SortedSetValue sortedSet) {
            long size = sortedSet.size();
            return Math.max(-1, Math.min(size - 1, stop < 0 ? stop + size : stop)) + 1;
        }

        @Override
        boolean countsFromTop() {
            return true;
        }
    }

    private static final class ByScore extends RankRange {
        private final double min;
        private final boolean minOpen;
        private final double max;
        private final boolean maxOpen;

        ByScore(double min, boolean minOpen, double max, boolean maxOpen) {
            this.min = min;
            this.minOpen = minOpen;
            this.max = max;
            this.maxOpen = maxOpen;
        }

        @Override
        long from(SortedSetValue sortedSet) {
            return sortedSet.countBelow(min, minOpen);
        }

        @Override
        long to(SortedSetValue sortedSet) {
            return sortedSet.countBelow(max, !maxOpen);
        }
    }

    private static final class ByMember extends RankRange {
        private final Bytes min;
        private final Bytes max;
        private final Bytes member = new Bytes();

        ByMember(Bytes min, Bytes max) {
            this.min = min;
            this.max = max;
        }

        @Override
        long from(SortedSetValue sortedSet) {
            return countBefore(sortedSet, min, min.at(0) == '(');
        }

        @Override
        long to(SortedSetValue sortedSet) {
            return countBefore(sortedSet, max, max.at(0) == '[');
        }

        private long countBefore(SortedSetValue sortedSet, Bytes bound, boolean inclusive) {
            if (bound.at(0) == '-') {
                return 0;
            }
            if (bound.at(0) == '+') {
                return sortedSet.size();
            }
            member.set(bound.array(), bound.offset() + 1, bound.length() - 1);
            return sortedSet.countBefore(member, inclusive);
        }
    }
}

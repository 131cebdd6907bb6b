package dev.spinel.distribution;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiFunction;
import org.jspecify.annotations.Nullable;

/**
 * Finds out whether what concurrent callers saw could have been seen if one operation had been done after the other, each at some moment
 * between its call and its return (Herlihy and Wing, 1990), by trying all orders and remembering where it has been (Wing and Gong, 1993;
 * Lowe, 2017). An operation of unknown outcome may take effect at any time after its call, or never.
 */
final class Linearizability {
    /**
     * An operation of a history.
     *
     * @param returned {@link Long#MAX_VALUE} if the caller does not know the outcome
     */
    record Operation<O>(long called, long returned, O what) {
        boolean isUnknown() {
            return returned == Long.MAX_VALUE;
        }
    }

    /** Some hundred times as many as in histories of the simulations, and a matter of seconds. */
    static final int MAX_PLACES = 300_000;

    private Linearizability() {}

    /**
     * Looks for an order.
     *
     * @param start the state before the history; states are values
     * @param step the state after an operation, or null if the operation cannot have had its result in that state
     * @return whether there is one
     * @throws IllegalStateException if that is not known after {@value #MAX_PLACES} places
     */
    static <S, O> boolean holds(List<Operation<O>> history, S start, BiFunction<S, O, @Nullable S> step) {
        return new Search<>(history, step).from(new BitSet(), start);
    }

    private static final class Search<S, O> {
        private record Place<S>(BitSet done, S state) {}

        private final List<Operation<O>> history;
        private final BiFunction<S, O, @Nullable S> step;
        private final Set<Place<S>> seen = new HashSet<>();

        Search(List<Operation<O>> history, BiFunction<S, O, @Nullable S> step) {
            // Those of unknown outcome come last, as most of them had no effect that anybody saw.
            this.history = new ArrayList<>(history);
            this.history.sort(
                    Comparator.<Operation<O>>comparingLong(Operation::returned).thenComparingLong(Operation::called));
            this.step = step;
        }

        boolean from(BitSet done, S state) {
            if (!seen.add(new Place<>(done, state))) {
                return false;
            }
            if (seen.size() > MAX_PLACES) {
                throw new IllegalStateException("Undecided after " + MAX_PLACES + " places: " + history);
            }
            // Nothing that was called after another one had returned may come before it.
            long firstReturn = Long.MAX_VALUE;
            for (int i = done.nextClearBit(0); i < history.size(); i = done.nextClearBit(i + 1)) {
                firstReturn = Math.min(firstReturn, history.get(i).returned());
            }
            if (firstReturn == Long.MAX_VALUE) {
                return true; // all that is left are unknown
            }
            for (int i = done.nextClearBit(0); i < history.size(); i = done.nextClearBit(i + 1)) {
                Operation<O> next = history.get(i);
                if (next.called() < firstReturn && !(next.isUnknown() && followsItsLike(i, done))) {
                    S after = step.apply(state, next.what());
                    // One of unknown outcome that changes nothing might as well never have taken effect.
                    if (after != null && !(next.isUnknown() && after.equals(state))) {
                        BitSet more = (BitSet) done.clone();
                        more.set(i);
                        if (from(more, after)) {
                            return true;
                        }
                    }
                }
            }
            return false;
        }

        /** Whether one that is alike was called before and is not done: then it is that one's turn, which may be wherever this one may. */
        private boolean followsItsLike(int index, BitSet done) {
            for (int i = done.nextClearBit(0); i < index; i = done.nextClearBit(i + 1)) {
                if (history.get(i).isUnknown()
                        && history.get(i).what().equals(history.get(index).what())) {
                    return true;
                }
            }
            return false;
        }
    }
}

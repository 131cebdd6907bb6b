package dev.spinel.distribution;

import java.util.ArrayList;
import java.util.BitSet;
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

    private Linearizability() {}

    /**
     * Looks for an order.
     *
     * @param start the state before the history; states are values
     * @param step the state after an operation, or null if the operation cannot have had its result in that state
     * @return whether there is one
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
            this.history = new ArrayList<>(history);
            this.step = step;
        }

        boolean from(BitSet done, S state) {
            if (!seen.add(new Place<>(done, state))) {
                return false;
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
                if (next.called() < firstReturn) {
                    S after = step.apply(state, next.what());
                    if (after != null) {
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
    }
}

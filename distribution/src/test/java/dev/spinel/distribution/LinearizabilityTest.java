package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.spinel.distribution.Linearizability.Operation;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Histories of a register, after the examples of Herlihy and Wing. */
class LinearizabilityTest {
    private static final long UNKNOWN = Long.MAX_VALUE;

    /** @param writes whether it writes the value, rather than having read it */
    private record Access(boolean writes, int value) {}

    private static Operation<Access> write(int value, long called, long returned) {
        return new Operation<>(called, returned, new Access(true, value));
    }

    private static Operation<Access> read(int value, long called, long returned) {
        return new Operation<>(called, returned, new Access(false, value));
    }

    private static @Nullable Integer step(Integer state, Access access) {
        return access.writes ? Integer.valueOf(access.value) : state == access.value ? state : null;
    }

    private static boolean holds(List<Operation<Access>> history) {
        return Linearizability.holds(history, 0, LinearizabilityTest::step);
    }

    @Test
    void oneAfterTheOther_isJudgedInThatOrder() {
        assertThat(holds(List.of(write(1, 1, 2), read(1, 3, 4)))).isTrue();
        assertThat(holds(List.of(write(1, 1, 2), read(0, 3, 4)))).isFalse();
    }

    @Test
    void atTheSameTime_areInAnyOrder_thatIsTheSameForAll() {
        assertThat(holds(List.of(write(1, 1, 9), read(0, 2, 3), read(1, 4, 5)))).isTrue();
        assertThat(holds(List.of(write(1, 1, 9), read(1, 2, 3), read(0, 4, 5)))).isFalse();
        assertThat(holds(List.of(write(1, 1, 9), write(2, 1, 9), read(1, 10, 11), read(2, 12, 13))))
                .isFalse();
    }

    @Test
    void whatIsUnknown_tookEffectSometime_orNever() {
        assertThat(holds(List.of(write(1, 1, UNKNOWN), read(0, 5, 6), read(1, 7, 8))))
                .isTrue();
        assertThat(holds(List.of(write(1, 1, UNKNOWN), read(0, 5, 6)))).isTrue();
        assertThat(holds(List.of(write(1, 7, UNKNOWN), read(1, 5, 6)))).isFalse();
        assertThat(holds(List.of(write(1, 1, UNKNOWN), read(1, 5, 6), read(0, 7, 8))))
                .isFalse();
    }

    /** Of n writes that differ there are 2^n sets, of those that are alike n + 1. */
    @Test
    void unknownOnesThatAreAlike_areTriedInOneOrder() {
        List<Operation<Access>> history = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            history.add(write(1, i, UNKNOWN));
        }
        history.add(read(2, 50, 51));
        assertThat(Linearizability.holds(history, List.of(), LinearizabilityTest::append))
                .isFalse();
    }

    @Test
    void aSearchThatIsTooLong_isGivenUp() {
        List<Operation<Access>> history = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            history.add(write(i, i, UNKNOWN));
        }
        history.add(read(99, 50, 51));
        assertThatIllegalStateException()
                .isThrownBy(() -> Linearizability.holds(history, List.of(), LinearizabilityTest::append))
                .withMessageStartingWith("Undecided after 300000 places");
    }

    private static @Nullable List<Integer> append(List<Integer> state, Access access) {
        if (access.writes) {
            List<Integer> longer = new ArrayList<>(state);
            longer.add(access.value);
            return longer;
        }
        return state.contains(access.value) ? state : null;
    }
}

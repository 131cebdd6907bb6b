package dev.spinel.resp.codec;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class BufferPoolTest {
    @Test
    void take_isTheNextPowerOfTwo_orExactWhereItIsNotKept() {
        BufferPool pool = new BufferPool(0, new BufferBudget());
        assertThat(pool.take(1)).hasSize(4096);
        assertThat(pool.take(4096)).hasSize(4096);
        assertThat(pool.take(4097)).hasSize(8192);
        assertThat(pool.take((4 << 20) + 1).length).isEqualTo((4 << 20) + 1);
    }

    @Test
    void givenBack_isTakenAgain_inItsClassOnly() {
        BufferPool pool = new BufferPool(1 << 20, new BufferBudget());
        byte[] array = pool.take(8192);
        pool.give(array);
        assertThat(pool.take(4096)).isNotSameAs(array);
        assertThat(pool.take(8192)).isSameAs(array);
        assertThat(pool.take(8192)).isNotSameAs(array);
    }

    @Test
    void beyondTheLimit_isDropped() {
        BufferPool pool = new BufferPool(8192, new BufferBudget());
        byte[] first = pool.take(8192);
        byte[] second = pool.take(8192);
        pool.give(first);
        pool.give(second);
        assertThat(pool.take(8192)).isSameAs(first);
        assertThat(pool.take(8192)).isNotSameAs(second);
    }
}

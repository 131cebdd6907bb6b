package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.SetValue;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.KeyHash;
import java.lang.management.ManagementFactory;
import java.util.Random;
import java.util.function.IntConsumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Strings, hashes and sets that no longer grow leave the Java heap alone. */
class KeyedValueAllocationTest {
    private static final int OPERATIONS = 50_000;
    /** What the measurement itself may cost, far below one object per operation. */
    private static final long MAX_BYTES = 20_000;

    private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    private final InPlaceCell cell = new InPlaceCell();
    private final ValueContext context =
            new ValueContext(new Arena(0), new KeyHash(1), new LargeValues(new LazyRelease()), new EncodingLimits());
    private final Random random = new Random(1);
    private final byte[] array = new byte[4];
    private final Bytes element = Bytes.of(array);
    private final Bytes other = Bytes.of("value");
    private long sum;

    /** A cell whose room suffices for ever. */
    private static final class InPlaceCell implements ValueCell {
        private final byte[] array = new byte[1 << 16];
        private int length;
        private int encoding;

        @Override
        public byte[] array() {
            return array;
        }

        @Override
        public int offset() {
            return 0;
        }

        @Override
        public int length() {
            return length;
        }

        @Override
        public int capacity() {
            return array.length;
        }

        @Override
        public void resize(int newLength) {
            length = newLength;
        }

        @Override
        public int encoding() {
            return encoding;
        }

        @Override
        public void encoding(int newEncoding) {
            encoding = newEncoding;
        }
    }

    @BeforeEach
    void warmUp() {
        allocatedBytes();
    }

    private long allocatedBytes() {
        return threads.getThreadAllocatedBytes(Thread.currentThread().getId());
    }

    private void assertAllocatesNothing(IntConsumer operation) {
        long allocated = Long.MAX_VALUE;
        // The first round loads classes and grows buffers.
        for (int round = 0; round < 2; round++) {
            long before = allocatedBytes();
            for (int i = 0; i < OPERATIONS; i++) {
                operation.accept(i);
            }
            allocated = allocatedBytes() - before;
        }
        assertThat(allocated).isLessThan(MAX_BYTES);
        assertThat(sum).isNotZero();
    }

    private Bytes element(int number) {
        for (int i = 0, rest = number; i < array.length; i++, rest /= 10) {
            array[array.length - 1 - i] = (byte) ('0' + rest % 10);
        }
        if (array[0] == '0') {
            array[0] = 'e';
        }
        return element;
    }

    @Test
    void string_whenSetAndIncremented() {
        StringView string = new StringView(cell);
        string.bind(cell);
        string.init();
        assertAllocatesNothing(i -> {
            string.set(element(i % 5000));
            sum += string.bytes().length();
            string.set(1_000_000L + i);
            sum += string.integer() + string.bytes().at(0);
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 5000})
    void hash_whenUpdatedAndRead(int fields) {
        HashView hash = new HashView(context, cell);
        hash.init();
        for (int i = 0; i < fields; i++) {
            hash.put(element(i), other);
        }
        assertAllocatesNothing(i -> {
            Bytes field = element(i % fields);
            sum += hash.remove(field) ? 1 : 0;
            hash.put(field, other);
            hash.put(field, field);
            Bytes value = hash.get(field);
            sum += value == null ? 0 : value.length();
            sum += hash.randomField(random).value().length();
            HashValue.Cursor cursor = hash.cursor();
            sum += cursor.next() ? cursor.field().length() : 0;
        });
    }

    @ParameterizedTest
    @ValueSource(ints = {100, 5000})
    void set_whenUpdatedAndRead(int members) {
        SetView set = new SetView(context, cell);
        set.init();
        for (int i = 0; i < members; i++) {
            set.add(element(i));
        }
        assertAllocatesNothing(i -> {
            Bytes member = element(i % members);
            sum += set.remove(member) ? 1 : 0;
            sum += set.add(member) && set.contains(member) ? 1 : 0;
            sum += set.random(random).length();
            SetValue.Cursor cursor = set.cursor();
            sum += cursor.next() ? cursor.member().length() : 0;
        });
    }
}

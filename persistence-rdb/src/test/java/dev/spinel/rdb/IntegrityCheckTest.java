package dev.spinel.rdb;

import static dev.spinel.rdb.RdbBytes.nothing;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.InvalidDatasetException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the check of a file must refuse because it could not be loaded. */
class IntegrityCheckTest {
    private static final String FIELD_AND_VALUE = "81 66 02 81 76 02";

    private final IntegrityCheck check = new IntegrityCheck();

    /** A listpack of fields and values with times, each of which is the bytes of an entry. */
    private static Bytes expiringHash(String... times) {
        RdbBytes content = nothing();
        for (String time : times) {
            content.hex(FIELD_AND_VALUE).hex(time);
        }
        return Bytes.of(nothing()
                .u32(7 + content.size())
                .u16(3 * times.length)
                .raw(content.toByteArray())
                .u8(0xFF)
                .toByteArray());
    }

    @Test
    void timesInOrder_pass() {
        assertThatCode(() -> {
                    check.expiringHash(expiringHash("05 01", "05 01", "06 01", "00 01", "00 01"));
                    check.expiringHash(expiringHash("00 01"));
                    check.expiringField(Bytes.of("f"), Bytes.of("v"), Long.MAX_VALUE);
                })
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                // Descending, after a field that does not expire, negative, beyond 46 bits, a string.
                "06 01,05 01",
                "00 01,05 01",
                "DF FF 02",
                "F4 0000000000400000 09",
                "81 35 02"
            })
    void timesThatAreNoneOrOutOfOrder_areRefused(String times) {
        assertThatThrownBy(() -> check.expiringHash(expiringHash(times.split(","))))
                .isInstanceOf(InvalidDatasetException.class);
    }

    @ParameterizedTest
    @ValueSource(longs = {0, -1, Long.MIN_VALUE})
    void timeThatIsNotPositive_isRefused(long time) {
        assertThatThrownBy(() -> check.expiringField(Bytes.of("f"), Bytes.of("v"), time))
                .isInstanceOf(InvalidDatasetException.class);
    }
}

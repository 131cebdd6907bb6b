package dev.spinel.engine.dataset;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ValueInput;
import org.junit.jupiter.api.Test;

class SavedValueTest {
    private final SavedValue saved = new SavedValue();

    @Test
    void parts_comeBackInOrder() {
        saved.writeLong(Long.MIN_VALUE);
        saved.writeBytes(Bytes.of("text"));
        saved.writeDouble(-0.0);
        saved.writeBytes(Bytes.of(""));

        ValueInput in = saved.input();

        assertThat(in.readLong()).isEqualTo(Long.MIN_VALUE);
        assertThat(in.readBytes()).isEqualTo(Bytes.of("text"));
        assertThat(in.readDouble()).isEqualTo(-0.0);
        assertThat(in.readBytes().isEmpty()).isTrue();
    }

    @Test
    void otherKind_refused() {
        saved.writeLong(1);

        assertThatThrownBy(() -> saved.input().readDouble())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("expected: 2");
    }

    @Test
    void beyondTheEnd_refused() {
        assertThatThrownBy(() -> saved.input().readLong())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("ends early");
    }
}

package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ClassDataArchiveTest {
    @Test
    void emptyQueues_areIdle() {
        assertThat(
                        ClassDataArchive.isIdle(
                                """
                        Current compiles:\s

                        C1 compile queue:
                        Empty

                        C2 compile queue:
                        Empty

                        """))
                .isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "C2 CompilerThread0  1145   !   4       java.lang.String::format (497 bytes)",
                "1109       4       java.util.HashMap::put (13 bytes)"
            })
    void methodAtWorkOrQueued_isNotIdle(String method) {
        assertThat(ClassDataArchive.isIdle("C1 compile queue:\nEmpty\n\nC2 compile queue:\n" + method + "\n"))
                .isFalse();
    }
}

package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

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

    @Test
    void methodAtWork_isNotIdle() {
        assertThat(
                        ClassDataArchive.isIdle(
                                """
                        Current compiles:\s
                        C2 CompilerThread0  1145   !   4       java.lang.String::format (497 bytes)

                        C1 compile queue:
                        Empty

                        C2 compile queue:
                        Empty
                        """))
                .isFalse();
    }

    @Test
    void queuedMethod_isNotIdle() {
        assertThat(
                        ClassDataArchive.isIdle(
                                """
                        Current compiles:\s

                        C1 compile queue:
                        Empty

                        C2 compile queue:
                        1109       4       java.util.HashMap::put (13 bytes)
                        """))
                .isFalse();
    }
}

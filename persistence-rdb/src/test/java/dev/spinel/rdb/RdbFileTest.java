package dev.spinel.rdb;

import static org.assertj.core.api.Assertions.assertThatCode;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class RdbFileTest {
    /** Linux answers EINVAL for its directories of processes. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void forceDirectory_fileSystemThatCannotSyncDirectories_ignored() {
        assertThatCode(() -> RdbFile.forceDirectory(Path.of("/proc/self"))).doesNotThrowAnyException();
    }
}

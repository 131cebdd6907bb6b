package dev.spinel.aof;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class DirectoryEntriesTest {
    @TempDir
    Path directory;

    @Test
    void force_directory_works() {
        assertThatCode(() -> DirectoryEntries.force(directory)).doesNotThrowAnyException();
    }

    /** Linux answers EINVAL for its directories of processes. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void force_fileSystemThatCannotSyncDirectories_ignored() {
        assertThatCode(() -> DirectoryEntries.force(Path.of("/proc/self"))).doesNotThrowAnyException();
    }

    @Test
    void force_noDirectory_throws() {
        assertThatThrownBy(() -> DirectoryEntries.force(directory.resolve("none")))
                .isInstanceOf(NoSuchFileException.class);
    }
}

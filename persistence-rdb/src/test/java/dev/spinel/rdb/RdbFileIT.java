package dev.spinel.rdb;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.KeyUse;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RdbFileIT {
    private static final RdbFormat FORMAT = new RdbFormat("7.0.15", System::currentTimeMillis);

    @TempDir
    Path directory;

    private Path file;
    private final List<Throwable> ends = new ArrayList<>();

    @BeforeEach
    void writeOldFile() throws IOException {
        file = directory.resolve("dump.rdb");
        Files.writeString(file, "the old file");
    }

    private RdbFile snapshot(Path target) {
        return new RdbFile(FORMAT, target, true, (which, failure) -> ends.add(failure));
    }

    private static void tell(DatasetSink sink, int keys) throws IOException {
        for (int i = 0; i < keys; i++) {
            sink.key(0, Bytes.of("key" + i), DatasetSink.NO_EXPIRY, KeyUse.UNKNOWN);
            sink.integer(i);
        }
    }

    private List<String> names() throws IOException {
        try (var entries = Files.list(directory)) {
            return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void complete_replacesTheFileAndLeavesNothingElse() throws IOException {
        RdbFile snapshot = snapshot(file);
        tell(snapshot.open(), 1000);
        assertThat(file).hasContent("the old file");
        assertThat(names())
                .containsExactly("dump.rdb", "temp-" + ProcessHandle.current().pid() + ".rdb");
        snapshot.prepare();
        assertThat(file).hasContent("the old file");
        snapshot.complete();
        snapshot.ended(null);
        assertThat(names()).containsExactly("dump.rdb");
        assertThat(ends).containsExactly((Throwable) null);
        RecordedDataset dataset = new RecordedDataset();
        try (InputStream in = Files.newInputStream(file)) {
            var reader = FORMAT.reader(in, "dump.rdb");
            while (reader.next(dataset)) {
                // Each call reads a key.
            }
        }
        assertThat(dataset.values()).hasSize(1000).containsEntry("0/key999", "string 999");
    }

    @Test
    void discard_leavesTheOldFileAlone() throws IOException {
        RdbFile snapshot = snapshot(file);
        tell(snapshot.open(), 100_000);
        snapshot.discard();
        assertThat(names()).containsExactly("dump.rdb");
        assertThat(file).hasContent("the old file");
    }

    @Test
    void directoryThatIsMissing_isNamed() {
        RdbFile snapshot = snapshot(directory.resolve("missing").resolve("dump.rdb"));
        assertThatThrownBy(snapshot::open).isInstanceOfSatisfying(IOException.class, failure -> assertThat(
                        snapshot.describe(failure))
                .isEqualTo("Failed opening the temp RDB file temp-"
                        + ProcessHandle.current().pid() + ".rdb (in server root dir " + directory.resolve("missing")
                        + ") for saving: No such file or directory"));
        snapshot.discard();
    }

    @Test
    void directoryInPlaceOfTheFile_isNamed() throws IOException {
        Path taken = Files.createDirectories(directory.resolve("taken/full")).getParent();
        RdbFile snapshot = snapshot(taken);
        snapshot.open();
        snapshot.prepare();
        assertThatThrownBy(snapshot::complete)
                .isInstanceOfSatisfying(IOException.class, failure -> assertThat(snapshot.describe(failure))
                        .startsWith("Error moving temp DB file temp-")
                        .contains(" on the final destination taken (in server root dir " + directory + "): "));
        snapshot.discard();
        assertThat(names()).containsExactly("dump.rdb", "taken");
    }
}

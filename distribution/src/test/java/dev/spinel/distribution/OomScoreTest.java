package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.engine.config.ConfigRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OomScoreTest {
    @TempDir
    Path directory;

    private final ConfigRegistry config = ConfigRegistry.withServerDirectives();
    private Path file = Path.of("");

    @BeforeEach
    void open() throws IOException {
        file = directory.resolve("oom_score_adj");
        Files.writeString(file, "22\n");
        new OomScore(config, ServerLog.silent(), file).open();
    }

    private void set(String mode, String values) {
        config.set(List.of("oom-score-adj", "oom-score-adj-values"), List.of(mode, values), false);
    }

    @Test
    void score_isRelativeOrAbsoluteAndRestored() throws IOException {
        assertThat(file).hasContent("22\n");
        set("yes", "10 20 30");
        assertThat(file).hasContent("32");
        set("yes", "15 20 30");
        assertThat(file).hasContent("37");
        set("absolute", "9 20 30");
        assertThat(file).hasContent("9");
        set("relative", "2000 2000 2000");
        assertThat(file).hasContent("1000");
        set("no", "2000 2000 2000");
        assertThat(file).hasContent("22");
        Files.writeString(file, "3");
        set("no", "1 1 1");
        assertThat(file).hasContent("3");
    }

    @Test
    void fileThatCannotBeWritten_leavesTheDirectives() throws IOException {
        Files.delete(file);
        assertThatThrownBy(() -> set("yes", "10 20 30"))
                .hasMessageContaining("Failed to apply new oom_score_adj configuration, check server logs.");
        assertThat(config.get("oom-score-adj").text()).isEqualTo("no");
    }
}

package dev.spinel.distribution;

import dev.spinel.engine.config.ConfigRegistry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * How soon the kernel ends this process when memory runs out: writes {@code oom-score-adj} and {@code oom-score-adj-values} to
 * the file of proc(5), and puts back what was there when that is switched off. Only Linux has the file.
 *
 * <p>Engine thread only.
 */
final class OomScore {
    private static final int MAX_SCORE = 1000;

    private final ConfigRegistry config;
    private final ServerLog log;
    private final Path file;
    private boolean adjusted;
    private int original;

    /** @param file holds the score of the process */
    OomScore(ConfigRegistry config, ServerLog log, Path file) {
        this.config = config;
        this.log = log;
        this.file = file;
    }

    /** Follows the directives from now on; what fails now is only logged. */
    void open() {
        config.bindTogether(List.of("oom-score-adj", "oom-score-adj-values"), this::apply);
        try {
            apply();
        } catch (IllegalArgumentException e) {
            log.warning(String.valueOf(e.getMessage()));
        }
    }

    private void apply() {
        String mode = config.get("oom-score-adj").text();
        if (mode.equals("no") && !adjusted) {
            return;
        }
        try {
            if (mode.equals("no")) {
                write(original);
                adjusted = false;
                return;
            }
            int before = adjusted
                    ? original
                    : Integer.parseInt(Files.readString(file).strip());
            // The values are those of a master, of a replica, and of a child process, which there is none of.
            int value =
                    Integer.parseInt(config.get("oom-score-adj-values").words().get(0));
            int score = mode.equals("absolute") ? value : before + value;
            write(Math.max(-MAX_SCORE, Math.min(MAX_SCORE, score)));
            original = before;
            adjusted = true;
        } catch (IOException e) {
            log.warning("Unable to write " + file + ": " + e.getMessage());
            throw new IllegalArgumentException(
                    "Failed to apply new oom_score_adj configuration, check server logs.", e);
        }
    }

    private void write(int score) throws IOException {
        Files.writeString(file, Integer.toString(score));
    }
}

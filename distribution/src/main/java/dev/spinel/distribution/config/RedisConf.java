package dev.spinel.distribution.config;

import dev.spinel.engine.config.ConfigFile;
import dev.spinel.engine.config.ConfigLine;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.config.ConfigRewrite;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** A configuration in the form of redis.conf. */
final class RedisConf implements ConfigFile {
    private final Path path;

    RedisConf(Path path) {
        this.path = path;
    }

    /**
     * The directives of a text, in order.
     *
     * @throws ConfigurationException when a line has unbalanced quotes
     */
    static List<Setting> parse(String text, String origin) {
        List<Setting> settings = new ArrayList<>();
        int number = 0;
        for (String raw : text.split("\n", -1)) {
            number++;
            String line = raw.strip();
            if (line.isEmpty() || line.startsWith("#")) {
                continue;
            }
            List<String> words;
            try {
                words = new ArrayList<>(ConfigLine.split(line));
            } catch (IllegalArgumentException e) {
                throw ConfigurationException.at(number, line, "Unbalanced quotes in configuration line");
            }
            words.set(0, words.get(0).toLowerCase(Locale.ROOT));
            settings.add(new Setting(words, origin, number, line));
        }
        return settings;
    }

    @Override
    public String path() {
        return path.toString();
    }

    @Override
    public void rewrite(ConfigRegistry values, Extent extent) throws IOException {
        List<String> before = List.of(Files.readString(path).split("\n", -1));
        List<String> lines = ConfigRewrite.lines(
                before.get(before.size() - 1).isEmpty() ? before.subList(0, before.size() - 1) : before,
                values,
                extent);
        AtomicFile.write(path, (String.join("\n", lines) + "\n").getBytes(StandardCharsets.UTF_8));
    }
}

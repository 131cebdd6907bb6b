package dev.spinel.distribution.config;

import java.util.List;

/**
 * One directive as a source gives it.
 *
 * @param words its name in lower case, then its value
 * @param origin where it stands: a path, {@code standard input} or {@code command line}
 * @param line the line there, from 1
 * @param text what stands there
 */
record Setting(List<String> words, String origin, int line, String text) {
    String name() {
        return words.get(0);
    }

    /** Where it stands, as messages name it. */
    String place() {
        return origin + ":" + line;
    }

    /** An error of this setting. */
    ConfigurationException refused(String reason) {
        return ConfigurationException.at(line, text, reason);
    }
}

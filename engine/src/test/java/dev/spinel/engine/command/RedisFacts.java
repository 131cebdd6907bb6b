package dev.spinel.engine.command;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;

/** What redis-server 7.0.15 answers to COMMAND and COMMAND DOCS, read from {@code redis-7.0-commands.tsv}. */
public final class RedisFacts {
    private RedisFacts() {}

    /** The columns of each command by its full name; the first line of the file names them. */
    public static Map<String, String[]> rows() {
        Map<String, String[]> rows = new TreeMap<>();
        try (InputStream in = RedisFacts.class.getResourceAsStream("redis-7.0-commands.tsv");
                BufferedReader reader = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
            reader.lines().skip(1).forEach(line -> {
                String[] row = line.split("\t", -1);
                rows.put(row[0], row);
            });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return rows;
    }
}

package dev.spinel.aof;

import dev.spinel.aof.LogPart.Kind;
import dev.spinel.engine.config.ConfigLine;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The list of the files that make a log: a base, increments in the order in which they are replayed, and history, which
 * waits for its deletion.
 *
 * <p>As text, a line per file: {@code file <name> seq <number> type b|h|i}, the base first, increments last, with their
 * numbers rising; further pairs of words are ignored, as are lines that start with {@code #}. Source: the comments in
 * redis.conf and the behaviour of redis-server 7.0.15. Immutable.
 */
final class Manifest {
    /** A log without files. */
    static final Manifest EMPTY = new Manifest(null, List.of(), List.of(), 0, 0);

    private static final int MAX_LINE_BYTES = 1024;
    private static final int MIN_WORDS = 6;

    private final @Nullable LogPart base;
    private final List<LogPart> history;
    private final List<LogPart> increments;
    private final long baseSequence;
    private final long incrementSequence;

    private Manifest(
            @Nullable LogPart base,
            List<LogPart> history,
            List<LogPart> increments,
            long baseSequence,
            long incrementSequence) {
        this.base = base;
        this.history = List.copyOf(history);
        this.increments = List.copyOf(increments);
        this.baseSequence = baseSequence;
        this.incrementSequence = incrementSequence;
    }

    /** A log that consists of one old file, made before logs had parts. */
    static Manifest ofOldFile(String name) {
        return new Manifest(new LogPart(name, 1, Kind.BASE), List.of(), List.of(), 1, 0);
    }

    /**
     * Reads the text of a manifest.
     *
     * @param file what to call it in messages
     */
    static Manifest parse(String file, byte[] text) throws InvalidManifestException {
        LogPart base = null;
        List<LogPart> history = new ArrayList<>();
        List<LogPart> increments = new ArrayList<>();
        long baseSequence = 0;
        long incrementSequence = 0;
        long historySequence = 0;
        int lineNumber = 0;
        int at = 0;
        while (at < text.length) {
            lineNumber++;
            int end = at;
            while (end < text.length && text[end] != '\n') {
                end++;
            }
            String line = new String(text, at, end - at, StandardCharsets.UTF_8).strip();
            boolean whole = end < text.length && end - at < MAX_LINE_BYTES;
            if (text[at] != '#') {
                if (!whole) {
                    throw new InvalidManifestException(
                            file, lineNumber, line, "The AOF manifest file contains too long line");
                }
                String reason = null;
                LogPart part = parseLine(file, lineNumber, line);
                switch (part.kind()) {
                    case BASE -> {
                        reason = base == null ? null : "Found duplicate base file information";
                        base = part;
                        baseSequence = part.sequence();
                    }
                    case HISTORY -> {
                        history.add(part);
                        historySequence = Math.max(historySequence, part.sequence());
                    }
                    case INCREMENT -> {
                        reason = part.sequence() > incrementSequence ? null : "Found a non-monotonic sequence number";
                        increments.add(part);
                        incrementSequence = part.sequence();
                    }
                }
                if (reason != null) {
                    throw new InvalidManifestException(file, lineNumber, line, reason);
                }
            }
            at = end + 1;
        }
        if (lineNumber == 0) {
            throw new InvalidManifestException(file, 0, "", "Found an empty AOF manifest");
        }
        // History does not say which of the two it was.
        return new Manifest(
                base,
                history,
                increments,
                Math.max(baseSequence, historySequence),
                Math.max(incrementSequence, historySequence));
    }

    private static LogPart parseLine(String file, int lineNumber, String line) throws InvalidManifestException {
        String reason = "Invalid AOF manifest file format";
        List<String> words;
        try {
            words = ConfigLine.split(line);
        } catch (IllegalArgumentException unbalancedQuotes) {
            words = List.of();
        }
        if (words.size() >= MIN_WORDS && words.size() % 2 == 0) {
            String name = "";
            long sequence = 0;
            String type = "";
            for (int i = 0; i < words.size(); i += 2) {
                String word = words.get(i);
                String value = words.get(i + 1);
                if (word.equalsIgnoreCase("file")) {
                    name = value;
                } else if (word.equalsIgnoreCase("seq")) {
                    sequence = parseSequence(value);
                } else if (word.equalsIgnoreCase("type")) {
                    type = value;
                }
            }
            if (name.indexOf('/') >= 0 || name.indexOf('\\') >= 0) {
                reason = "File can't be a path, just a filename";
            } else if (!name.isEmpty() && sequence > 0 && !type.isEmpty()) {
                for (Kind kind : Kind.values()) {
                    if (kind.mark() == type.charAt(0)) {
                        return new LogPart(name, sequence, kind);
                    }
                }
                reason = "Unknown AOF file type";
            }
        }
        throw new InvalidManifestException(file, lineNumber, line, reason);
    }

    private static long parseSequence(String text) {
        try {
            return Long.parseLong(text);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    /** The text that {@link #parse} reads back. */
    String format() {
        StringBuilder text = new StringBuilder();
        if (base != null) {
            append(text, base);
        }
        history.forEach(part -> append(text, part));
        increments.forEach(part -> append(text, part));
        return text.toString();
    }

    private static void append(StringBuilder text, LogPart part) {
        text.append("file ")
                .append(ConfigLine.quote(part.name()))
                .append(" seq ")
                .append(part.sequence())
                .append(" type ")
                .append(part.kind().mark())
                .append('\n');
    }

    @Nullable
    LogPart base() {
        return base;
    }

    List<LogPart> history() {
        return history;
    }

    List<LogPart> increments() {
        return increments;
    }

    /** Names of the files that may be deleted: those of the history, unless a part in use has the same one. */
    List<String> obsoleteFiles() {
        Set<String> names = new LinkedHashSet<>();
        history.forEach(part -> names.add(part.name()));
        parts().forEach(part -> names.remove(part.name()));
        return List.copyOf(names);
    }

    /** The increment that is written to, or null. */
    @Nullable
    LogPart lastIncrement() {
        return increments.isEmpty() ? null : increments.get(increments.size() - 1);
    }

    /** The files that hold the data, in the order in which they are loaded. */
    List<LogPart> parts() {
        List<LogPart> parts = new ArrayList<>();
        if (base != null) {
            parts.add(base);
        }
        parts.addAll(increments);
        return parts;
    }

    /** Whether there are no data. */
    boolean isEmpty() {
        return base == null && increments.isEmpty();
    }

    /** With a further increment, named after the log. */
    Manifest withIncrement(String logName) {
        long sequence = incrementSequence + 1;
        List<LogPart> more = new ArrayList<>(increments);
        more.add(new LogPart(logName + "." + sequence + ".incr.aof", sequence, Kind.INCREMENT));
        return new Manifest(base, history, more, baseSequence, sequence);
    }

    /**
     * With a new base, named after the log, which takes the place of the old one and of increments.
     *
     * @param preamble whether the base has the format of a snapshot
     * @param incrementsKept number of the last increments that hold changes which are not in the base
     */
    Manifest withBase(String logName, boolean preamble, int incrementsKept) {
        long sequence = baseSequence + 1;
        String name = logName + "." + sequence + ".base." + (preamble ? "rdb" : "aof");
        List<LogPart> old = new ArrayList<>();
        int firstKept = increments.size() - incrementsKept;
        for (int i = firstKept - 1; i >= 0; i--) {
            old.add(increments.get(i).toHistory());
        }
        if (base != null) {
            old.add(base.toHistory());
        }
        old.addAll(history);
        return new Manifest(
                new LogPart(name, sequence, Kind.BASE),
                old,
                increments.subList(firstKept, increments.size()),
                sequence,
                incrementSequence);
    }

    /** Without the files that are not needed any more. */
    Manifest withoutHistory() {
        return new Manifest(base, List.of(), increments, baseSequence, incrementSequence);
    }
}

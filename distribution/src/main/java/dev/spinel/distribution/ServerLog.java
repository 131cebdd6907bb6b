package dev.spinel.distribution;

import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDateTime;
import java.time.ZoneId;

/**
 * The log of a server in the line format of Redis: {@code pid:role day month year hour:minute:second.millis level text}.
 *
 * <p>Any thread.
 */
public final class ServerLog {
    /*
     * A DateTimeFormatter would load three hundred classes before the first line, for which the start would have to wait.
     */
    private static final String[] MONTHS = {
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"
    };

    private static final int NANOS_PER_MILLI = 1_000_000;

    private final Sink sink;
    private final long pid = ProcessHandle.current().pid();
    private volatile Level threshold = Level.NOTICE;

    /** Importance of a line, with the mark that it carries. */
    public enum Level {
        DEBUG('.'),
        VERBOSE('-'),
        NOTICE('*'),
        WARNING('#');

        private final char mark;

        Level(char mark) {
            this.mark = mark;
        }
    }

    /** Takes whole lines, one call after the other. */
    private interface Sink {
        void write(String lines);
    }

    private ServerLog(Sink sink) {
        this.sink = sink;
    }

    /** A log that writes to a stream, which it does not close. */
    public ServerLog(PrintStream out) {
        this(lines -> {
            out.print(lines);
            out.flush();
        });
    }

    /** A log that writes nothing. */
    public static ServerLog silent() {
        return new ServerLog(lines -> {});
    }

    /**
     * A log that appends to a file, which it opens for each line: so it can be moved away at any time, as programs that
     * rotate logs do.
     *
     * @throws IOException if the file cannot be opened
     */
    public static ServerLog toFile(Path file) throws IOException {
        append(file, "");
        return new ServerLog(lines -> {
            try {
                append(file, lines);
            } catch (IOException e) {
                // Like Redis: a full disk must not stop the server, and there is no better place to tell.
                System.err.println("Cannot write to " + file + ": " + e);
            }
        });
    }

    private static void append(Path file, String lines) throws IOException {
        try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            out.write(lines.getBytes(StandardCharsets.UTF_8));
        }
    }

    /** Lines below this level are dropped ({@code loglevel}). */
    public void threshold(Level level) {
        threshold = level;
    }

    public void log(Level level, String text) {
        if (level.compareTo(threshold) >= 0) {
            write(level, text, "");
        }
    }

    public void notice(String text) {
        log(Level.NOTICE, text);
    }

    public void warning(String text) {
        log(Level.WARNING, text);
    }

    /** Logs a defect with its stack trace. */
    public void failure(String text, Throwable cause) {
        StringWriter trace = new StringWriter();
        cause.printStackTrace(new PrintWriter(trace));
        write(Level.WARNING, text, trace.toString());
    }

    private synchronized void write(Level level, String text, String more) {
        StringBuilder line = new StringBuilder(128);
        line.append(pid).append(":M ");
        appendTime(line, LocalDateTime.now(ZoneId.systemDefault()));
        line.append(' ').append(level.mark).append(' ').append(text).append(System.lineSeparator());
        sink.write(line.append(more).toString());
    }

    private static void appendTime(StringBuilder line, LocalDateTime time) {
        appendPadded(line, time.getDayOfMonth(), 2);
        line.append(' ').append(MONTHS[time.getMonthValue() - 1]);
        line.append(' ').append(time.getYear());
        appendPadded(line.append(' '), time.getHour(), 2);
        appendPadded(line.append(':'), time.getMinute(), 2);
        appendPadded(line.append(':'), time.getSecond(), 2);
        appendPadded(line.append('.'), time.getNano() / NANOS_PER_MILLI, 3);
    }

    private static void appendPadded(StringBuilder line, int number, int digits) {
        String text = Integer.toString(number);
        line.append("0".repeat(digits - text.length())).append(text);
    }
}

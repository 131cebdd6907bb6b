package dev.spinel.distribution;

import java.io.PrintStream;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Objects;

/**
 * The log of the server in the line format of Redis: {@code pid:role day month year hour:minute:second.millis level text}.
 *
 * <p>Any thread.
 */
public final class ServerLog {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("dd MMM yyyy HH:mm:ss.SSS", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final PrintStream out;
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

    /** A log that writes to a stream, which it does not close. */
    public ServerLog(PrintStream out) {
        this.out = Objects.requireNonNull(out, "out");
    }

    /** Lines below this level are dropped ({@code loglevel}). */
    public void threshold(Level level) {
        threshold = level;
    }

    public void log(Level level, String text) {
        if (level.compareTo(threshold) < 0) {
            return;
        }
        out.println(pid + ":M " + TIME.format(Instant.now()) + " " + level.mark + " " + text);
        out.flush();
    }

    public void notice(String text) {
        log(Level.NOTICE, text);
    }

    public void warning(String text) {
        log(Level.WARNING, text);
    }

    /** Logs a defect with its stack trace. */
    public void failure(String text, Throwable cause) {
        synchronized (out) {
            warning(text);
            cause.printStackTrace(out);
            out.flush();
        }
    }
}

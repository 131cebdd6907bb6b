package dev.spinel.patterns.leaderboard;

import static java.util.Objects.requireNonNull;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.YearMonth;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.time.temporal.IsoFields;
import java.time.temporal.TemporalAdjusters;
import java.util.Locale;

/**
 * A stretch of time that has a board of its own ({@link Leaderboard.Builder#windows}): the days, weeks or months of a calendar, one
 * after the other, or a season. Two are equal if they are of the same kind and name, however long their boards are kept. Immutable.
 */
public final class BoardWindow {
    private static final DateTimeFormatter WEEK = new DateTimeFormatterBuilder()
            .appendValue(IsoFields.WEEK_BASED_YEAR, 4)
            .appendLiteral("-W")
            .appendValue(IsoFields.WEEK_OF_WEEK_BASED_YEAR, 2)
            .toFormatter(Locale.ROOT);

    private final Kind kind;
    private final String name;
    private final Instant from;
    private final Instant until;
    private final Duration keepFor;

    private BoardWindow(Kind kind, String name, Instant from, Instant until, Duration keepFor) {
        this.kind = kind;
        this.name = requireNonNull(name, "name");
        this.from = requireNonNull(from, "from");
        this.until = requireNonNull(until, "until");
        this.keepFor = requireNonNull(keepFor, "keepFor");
        if (!from.isBefore(until)) {
            throw new IllegalArgumentException(
                    "Season '" + name + "' ends at " + until + ", before it begins at " + from);
        }
        if (!BoardSettings.isWithinBounds(keepFor) && (isCalendar() || !keepFor.isZero())) {
            throw new IllegalArgumentException(
                    "The boards of " + this + " are kept for " + BoardSettings.BOUNDS + ", not " + keepFor);
        }
    }

    private enum Kind {
        DAY(ChronoUnit.DAYS),
        WEEK(ChronoUnit.WEEKS),
        MONTH(ChronoUnit.MONTHS),
        SEASON(ChronoUnit.FOREVER);

        private final ChronoUnit unit;

        Kind(ChronoUnit unit) {
            this.unit = unit;
        }
    }

    /**
     * One of the windows of a kind.
     *
     * @param label what keys call it
     * @param until when it is over
     */
    record Span(String label, Instant from, Instant until) {}

    /** The days of the calendar. The board of each is kept for a week after it. */
    public static BoardWindow day() {
        return new BoardWindow(Kind.DAY, "", Instant.MIN, Instant.MAX, Duration.ofDays(7));
    }

    /** The weeks of ISO 8601, which begin on Monday. The board of each is kept for five weeks after it. */
    public static BoardWindow week() {
        return new BoardWindow(Kind.WEEK, "", Instant.MIN, Instant.MAX, Duration.ofDays(35));
    }

    /** The months of the calendar. The board of each is kept for 400 days after it. */
    public static BoardWindow month() {
        return new BoardWindow(Kind.MONTH, "", Instant.MIN, Instant.MAX, Duration.ofDays(400));
    }

    /** A season that has begun and lasts as long as it is among the windows of the board. Its board is kept for ever. */
    public static BoardWindow season(String name) {
        return season(name, Instant.MIN, Instant.MAX);
    }

    /**
     * A season; its board is kept for ever.
     *
     * @param from from when submissions count, by the server's clock
     * @param until from when they no longer count
     */
    public static BoardWindow season(String name, Instant from, Instant until) {
        return new BoardWindow(Kind.SEASON, name, from, until, Duration.ZERO);
    }

    /**
     * The same, whose boards are kept so long after their window has ended; after the last submission if that is a season without an end.
     *
     * @param value from 1 ms to 3660 days, or zero to keep that of a season for ever
     * @throws IllegalArgumentException if it is not
     */
    public BoardWindow keptFor(Duration value) {
        return new BoardWindow(kind, name, from, until, value);
    }

    /** Whether there is always a present one. */
    boolean isCalendar() {
        return kind != Kind.SEASON;
    }

    Duration keepFor() {
        return keepFor;
    }

    /** Where submissions count that come now. */
    Place place(ZoneId zone) {
        return isCalendar()
                ? new Place.Present(this, zone, 0)
                : new Place.Fixed(":season:" + name, from, until, keepFor);
    }

    /** The window that a time lies in; a season if it is one, whatever the time. */
    Span at(Instant time, ZoneId zone) {
        if (!isCalendar()) {
            return new Span(":season:" + name, from, until);
        }
        LocalDate first = first(time.atZone(zone).toLocalDate());
        Span span = span(first, zone);
        // Where clocks are set back over midnight, the last hour of a day comes again after the next one has begun.
        return time.isBefore(span.until()) ? span : span(first.plus(1, kind.unit), zone);
    }

    /** What keys call the window that is so many before the one that a time lies in. */
    String labelBefore(Instant time, ZoneId zone, int back) {
        LocalDate first = at(time, zone).from().atZone(zone).toLocalDate();
        return label(first.minus(back, kind.unit));
    }

    private Span span(LocalDate first, ZoneId zone) {
        return new Span(
                label(first),
                first.atStartOfDay(zone).toInstant(),
                first.plus(1, kind.unit).atStartOfDay(zone).toInstant());
    }

    private LocalDate first(LocalDate date) {
        return switch (kind) {
            case WEEK -> date.with(TemporalAdjusters.previousOrSame(DayOfWeek.MONDAY));
            case MONTH -> date.withDayOfMonth(1);
            case DAY -> date;
            case SEASON -> throw new IllegalStateException(this + " is not of the calendar");
        };
    }

    private String label(LocalDate first) {
        return switch (kind) {
            case DAY -> ":day:" + first;
            case WEEK -> ":week:" + WEEK.format(first);
            case MONTH -> ":month:" + YearMonth.from(first);
            case SEASON -> throw new IllegalStateException(this + " is not of the calendar");
        };
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof BoardWindow window && kind == window.kind && name.equals(window.name);
    }

    @Override
    public int hashCode() {
        return 31 * kind.hashCode() + name.hashCode();
    }

    @Override
    public String toString() {
        String text = kind.name().toLowerCase(Locale.ROOT);
        return isCalendar() ? text : text + " '" + name + '\'';
    }
}

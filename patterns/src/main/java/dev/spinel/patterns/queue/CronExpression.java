package dev.spinel.patterns.queue;

import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.zone.ZoneOffsetTransition;
import java.time.zone.ZoneRules;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * When something recurs, as cron has it: minute, hour, day of month, month and weekday, or six fields with the second first. Immutable.
 *
 * <p>A field is {@code *} for all values or a list of {@code 5}, {@code 1-5}, {@code 1-5/2}, {@code 10/15} (from 10 on) and
 * {@code *}{@code /15}, separated by commas. Months and weekdays have English names of three letters; Sunday is 0 or 7; {@code L} is the last
 * day of the month. If both days of month and weekdays are restricted, either will do. {@code @hourly}, {@code @daily},
 * {@code @midnight}, {@code @weekly}, {@code @monthly}, {@code @yearly} and {@code @annually} are what they are elsewhere.
 *
 * <p>When clocks change: an expression for all hours goes by elapsed time, so that {@code *}{@code /15 * * * *} is each quarter of an hour
 * on any day. Others go by the clock on the wall: a time that is skipped is the moment of the change, and a time that comes
 * twice is the first one. What falls on the same moment is one.
 */
public final class CronExpression {
    /*
     * A parser of its own, because it is small and has to answer one question; cron-utils brings an object model for the dialects of several
     * products and a logging API, and leaves open what happens to times that clocks skip or repeat. The rule here is that of
     * Vixie's cron (cron(8), "Daylight Saving Time and other time changes"), without its limit of three hours.
     */
    private static final Map<String, String> MACROS = Map.of(
            "@hourly", "0 * * * *",
            "@daily", "0 0 * * *",
            "@midnight", "0 0 * * *",
            "@weekly", "0 0 * * 0",
            "@monthly", "0 0 1 * *",
            "@yearly", "0 0 1 1 *",
            "@annually", "0 0 1 1 *");
    /** The bit of {@code L} beside those of days. */
    private static final int LAST_DAY = 32;

    private enum Field {
        SECOND("second", 0, 59),
        MINUTE("minute", 0, 59),
        HOUR("hour", 0, 23),
        DAY("day of month", 1, 31),
        MONTH("month", 1, 12, "JAN FEB MAR APR MAY JUN JUL AUG SEP OCT NOV DEC"),
        WEEKDAY("weekday", 0, 7, "SUN MON TUE WED THU FRI SAT");

        final String name;
        final int min;
        final int max;
        /** Of the values from the least one on, three letters each, with spaces between. */
        final String names;

        Field(String name, int min, int max) {
            this(name, min, max, "");
        }

        Field(String name, int min, int max, String names) {
            this.name = name;
            this.min = min;
            this.max = max;
            this.names = names;
        }

        /** The bits of all values. */
        long all() {
            return bits(min, max, 1);
        }
    }

    private final String text;
    private final long seconds;
    private final long minutes;
    private final long hours;
    private final long days;
    private final long months;
    /** From Sunday, 0, to Saturday. */
    private final long weekdays;

    private CronExpression(String text, String[] fields) {
        this.text = text;
        int first = fields.length - 5;
        seconds = first == 1 ? read(Field.SECOND, fields[0]) : 1;
        minutes = read(Field.MINUTE, fields[first]);
        hours = read(Field.HOUR, fields[first + 1]);
        days = read(Field.DAY, fields[first + 2]);
        months = read(Field.MONTH, fields[first + 3]);
        long named = read(Field.WEEKDAY, fields[first + 4]);
        weekdays = (named | named >>> 7) & 0x7f;
        if (everyWeekday() && !anyMonthHasSuchADay()) {
            throw refuse("never comes: none of its months has such a day");
        }
    }

    /**
     * Reads an expression.
     *
     * @throws IllegalArgumentException if it is none, or can never come; says what is wrong
     */
    public static CronExpression parse(String text) {
        String upper = text.strip().toUpperCase(Locale.ROOT);
        String plain = MACROS.getOrDefault(upper.toLowerCase(Locale.ROOT), upper);
        String[] fields = plain.split("\\s+");
        if (plain.startsWith("@")) {
            throw new IllegalArgumentException("Cron '" + text
                    + "': is none of @hourly, @daily, @midnight, @weekly, @monthly, @yearly, @annually");
        }
        if (fields.length != 5 && fields.length != 6) {
            throw new IllegalArgumentException("Cron '" + text
                    + "': has the 5 fields minute, hour, day of month, month, weekday, or 6 with the second first, not "
                    + (plain.isEmpty() ? 0 : fields.length));
        }
        return new CronExpression(String.join(" ", fields), fields);
    }

    private IllegalArgumentException refuse(String why) {
        return new IllegalArgumentException("Cron '" + text + "': " + why);
    }

    /** The values of a field as bits. */
    private long read(Field field, String list) {
        long bits = 0;
        for (String element : list.split(",", -1)) {
            if (field == Field.DAY && element.equals("L")) {
                bits |= 1L << LAST_DAY;
                continue;
            }
            String[] range = element.split("/", -1);
            int step = range.length == 1 ? 1 : number(field, "a step of the " + field.name, range[1]);
            if (range.length > 2 || step < 1) {
                throw refuse(element + " has no step of at least 1");
            }
            String[] ends = range[0].split("-", -1);
            if (ends.length > 2) {
                throw refuse(element + " is no range of the " + field.name);
            }
            if (range[0].equals("*")) {
                bits |= bits(field.min, field.max, step);
            } else {
                int from = value(field, ends[0]);
                int to = ends.length == 2 ? value(field, ends[1]) : range.length == 2 ? field.max : from;
                if (to < from) {
                    throw refuse(element + " runs backwards; a " + field.name + " range may be split in two");
                }
                bits |= bits(from, to, step);
            }
        }
        return bits;
    }

    private int value(Field field, String word) {
        int named = word.length() == 3 ? field.names.indexOf(word) : -1;
        if (named >= 0) {
            return field.min + named / 4;
        }
        int value = number(field, "the " + field.name, word);
        if (value < field.min || value > field.max) {
            throw refuse("the " + field.name + " is between " + field.min + " and " + field.max + ", not " + word);
        }
        return value;
    }

    private int number(Field field, String what, String digits) {
        if (digits.isEmpty() || digits.length() > 4 || !digits.chars().allMatch(c -> c >= '0' && c <= '9')) {
            String names = field.names.isEmpty() ? "" : " or one of " + field.names;
            String hint = digits.equals("?") ? "; * stands for any" : "";
            throw refuse(what + " is a number" + names + ", not '" + digits + "'" + hint);
        }
        return Integer.parseInt(digits);
    }

    private static long bits(int from, int to, int step) {
        long bits = 0;
        for (int value = from; value <= to; value += step) {
            bits |= 1L << value;
        }
        return bits;
    }

    private boolean everyWeekday() {
        return weekdays == 0x7f;
    }

    private boolean anyMonthHasSuchADay() {
        for (int month = 1; month <= 12; month++) {
            int length = LocalDate.of(2000, month, 1).lengthOfMonth();
            if (has(months, month) && (has(days, LAST_DAY) || first(days, 1) <= length)) {
                return true;
            }
        }
        return false;
    }

    private static boolean has(long bits, int value) {
        return (bits >>> value & 1) == 1;
    }

    /** The least value from the given one on, or -1. */
    private static int first(long bits, int from) {
        long rest = bits >>> from;
        return rest == 0 ? -1 : from + Long.numberOfTrailingZeros(rest);
    }

    /** The greatest value up to the given one, or -1. */
    private static int last(long bits, int to) {
        return to < 0 ? -1 : 63 - Long.numberOfLeadingZeros(bits & ((2L << to) - 1));
    }

    /** The first moment after the given one at which it recurs in a time zone, with the rules of this platform. */
    public Instant next(Instant after, ZoneId zone) {
        ZoneRules rules = zone.getRules();
        return hours == Field.HOUR.all() ? nextByElapsedTime(after, rules) : nextByTheClock(after, rules);
    }

    /** Between two changes of the offset, local times are elapsed times. */
    private Instant nextByElapsedTime(Instant after, ZoneRules rules) {
        ZoneOffset offset = rules.getOffset(after);
        LocalDateTime local = LocalDateTime.ofInstant(after, offset);
        @Nullable ZoneOffsetTransition change = rules.nextTransition(after);
        while (true) {
            Instant found = next(local).toInstant(offset);
            if (change == null || found.isBefore(change.getInstant())) {
                return found;
            }
            offset = change.getOffsetAfter();
            local = change.getDateTimeAfter().minusSeconds(1);
            change = rules.nextTransition(change.getInstant());
        }
    }

    private Instant nextByTheClock(Instant after, ZoneRules rules) {
        LocalDateTime local = LocalDateTime.ofInstant(after, rules.getOffset(after));
        while (true) {
            local = next(local);
            Instant found = moment(local, rules);
            if (found.isAfter(after)) {
                return found;
            }
        }
    }

    /** When the clock on the wall shows a time: that of the change if it is skipped, the first one if it comes twice. */
    private static Instant moment(LocalDateTime local, ZoneRules rules) {
        @Nullable ZoneOffsetTransition change = rules.getTransition(local);
        // Of a time that comes twice, the offset is the one before the change.
        return change != null && change.isGap() ? change.getInstant() : local.toInstant(rules.getOffset(local));
    }

    /** The last moment before the given one at which it recurs, by the same rules as {@link #next(Instant, ZoneId)}. */
    Instant previous(Instant before, ZoneId zone) {
        ZoneRules rules = zone.getRules();
        return hours == Field.HOUR.all() ? previousByElapsedTime(before, rules) : previousByTheClock(before, rules);
    }

    private Instant previousByElapsedTime(Instant before, ZoneRules rules) {
        @Nullable ZoneOffsetTransition change = rules.previousTransition(before);
        ZoneOffset offset = change == null ? rules.getOffset(before.minusNanos(1)) : change.getOffsetAfter();
        LocalDateTime local = LocalDateTime.ofInstant(before, offset);
        while (true) {
            Instant found = previous(local).toInstant(offset);
            if (change == null || !found.isBefore(change.getInstant())) {
                return found;
            }
            offset = change.getOffsetBefore();
            local = change.getDateTimeBefore();
            change = rules.previousTransition(change.getInstant());
        }
    }

    private Instant previousByTheClock(Instant before, ZoneRules rules) {
        LocalDateTime local = LocalDateTime.ofInstant(before, rules.getOffset(before));
        @Nullable ZoneOffsetTransition change = rules.getTransition(local);
        if (change != null && !before.isBefore(change.getInstant())) {
            // All that comes twice has been for the first time.
            local = change.getDateTimeBefore();
        }
        while (true) {
            local = previous(local);
            Instant found = moment(local, rules);
            if (found.isBefore(before)) {
                return found;
            }
        }
    }

    private LocalDateTime next(LocalDateTime after) {
        LocalDateTime from = after.plusSeconds(1);
        LocalDate date = from.toLocalDate();
        int secondOfDay = from.toLocalTime().toSecondOfDay();
        while (true) {
            if (!has(months, date.getMonthValue())) {
                date = date.withDayOfMonth(1).plusMonths(1);
            } else {
                int found = matches(date) ? firstSecondOfDay(secondOfDay) : -1;
                if (found >= 0) {
                    return LocalDateTime.of(date, LocalTime.ofSecondOfDay(found));
                }
                date = date.plusDays(1);
            }
            secondOfDay = 0;
        }
    }

    private LocalDateTime previous(LocalDateTime before) {
        LocalDateTime to = before.minusNanos(1);
        LocalDate date = to.toLocalDate();
        int secondOfDay = to.toLocalTime().toSecondOfDay();
        while (true) {
            if (!has(months, date.getMonthValue())) {
                date = date.withDayOfMonth(1).minusDays(1);
            } else {
                int found = matches(date) ? lastSecondOfDay(secondOfDay) : -1;
                if (found >= 0) {
                    return LocalDateTime.of(date, LocalTime.ofSecondOfDay(found));
                }
                date = date.minusDays(1);
            }
            secondOfDay = 24 * 3600 - 1;
        }
    }

    private boolean matches(LocalDate date) {
        boolean day = has(days, date.getDayOfMonth())
                || (has(days, LAST_DAY) && date.getDayOfMonth() == date.lengthOfMonth());
        boolean weekday = has(weekdays, date.getDayOfWeek().getValue() % 7);
        boolean eitherWillDo = !everyWeekday() && days != Field.DAY.all();
        return eitherWillDo ? day || weekday : day && weekday;
    }

    private int firstSecondOfDay(int from) {
        for (int hour = first(hours, from / 3600); hour >= 0; hour = first(hours, hour + 1)) {
            int startOfHour = hour * 3600;
            int minute = first(minutes, from > startOfHour ? from / 60 % 60 : 0);
            for (; minute >= 0; minute = first(minutes, minute + 1)) {
                int startOfMinute = startOfHour + minute * 60;
                int second = first(seconds, from > startOfMinute ? from % 60 : 0);
                if (second >= 0) {
                    return startOfMinute + second;
                }
            }
        }
        return -1;
    }

    private int lastSecondOfDay(int to) {
        for (int hour = last(hours, to / 3600); hour >= 0; hour = last(hours, hour - 1)) {
            int startOfHour = hour * 3600;
            int minute = last(minutes, to < startOfHour + 3600 ? to / 60 % 60 : 59);
            for (; minute >= 0; minute = last(minutes, minute - 1)) {
                int startOfMinute = startOfHour + minute * 60;
                int second = last(seconds, to < startOfMinute + 60 ? to % 60 : 59);
                if (second >= 0) {
                    return startOfMinute + second;
                }
            }
        }
        return -1;
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof CronExpression expression && expression.text.equals(text);
    }

    @Override
    public int hashCode() {
        return text.hashCode();
    }

    /** The fields as they were written, in upper case and with single spaces. */
    @Override
    public String toString() {
        return text;
    }
}

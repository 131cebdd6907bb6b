package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** When expressions recur, also when clocks change, and what is refused. */
class CronExpressionTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    /** The next times after a moment, as local times with their offsets. */
    private static List<String> next(String cron, ZoneId zone, String after, int count) {
        CronExpression expression = CronExpression.parse(cron);
        List<String> times = new ArrayList<>();
        Instant time = ZonedDateTime.parse(after).toInstant();
        for (int i = 0; i < count; i++) {
            time = expression.next(time, zone);
            times.add(time.atZone(zone).toOffsetDateTime().toString());
        }
        return times;
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    * * * * *            | 2026-01-01T00:00   | 2026-01-01T00:01
                    * * * * *            | 2026-01-01T00:00:59| 2026-01-01T00:01
                    */15 * * * *         | 2026-01-01T00:46   | 2026-01-01T01:00
                    10/20 * * * *        | 2026-01-01T00:31   | 2026-01-01T00:50
                    5,7-9 3 * * *        | 2026-01-01T03:05   | 2026-01-01T03:07
                    0 9 * * MON-FRI      | 2026-01-02T09:00   | 2026-01-05T09:00
                    0 0 * * 7            | 2026-01-01T00:00   | 2026-01-04T00:00
                    0 0 * * sun          | 2026-01-01T00:00   | 2026-01-04T00:00
                    0 0 13 * FRI         | 2026-01-03T00:00   | 2026-01-09T00:00
                    0 0 13 * FRI         | 2026-01-12T00:00   | 2026-01-13T00:00
                    0 0 L * *            | 2026-01-31T00:00   | 2026-02-28T00:00
                    0 0 29 2 *           | 2096-03-01T00:00   | 2104-02-29T00:00
                    0 12 31 * *          | 2026-03-31T12:00   | 2026-05-31T12:00
                    0 0 1 JAN,jul *      | 2026-01-01T00:00   | 2026-07-01T00:00
                    30 * * * * *         | 2026-01-01T00:00:30| 2026-01-01T00:01:30
                    */10 59 23 31 12 *   | 2026-12-31T23:59:50| 2027-12-31T23:59
                    @weekly              | 2026-01-01T00:00   | 2026-01-04T00:00
                    @Yearly              | 2026-01-01T00:00   | 2027-01-01T00:00
                    """)
    void next_isTheFirstTimeAfter(String cron, LocalDateTime after, LocalDateTime expected) {
        assertThat(CronExpression.parse(cron).next(after.toInstant(ZoneOffset.UTC), ZoneOffset.UTC))
                .isEqualTo(expected.toInstant(ZoneOffset.UTC));
    }

    /** Before each time, and before moments right after it and right before the next one. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "* * * * *",
                "5,7-9 3 * * *",
                "0 0 13 * FRI",
                "0 0 29 2 *",
                "0 0 L * *",
                "*/10 59 23 31 12 *",
                "*/7 2 * * *",
                "*/7 1-23 * 3,10 SUN",
                "* * * * 1 *"
            })
    void previous_isTheReverseOfNext(String cron) {
        CronExpression expression = CronExpression.parse(cron);
        for (ZoneId zone : List.of(BERLIN, ZoneId.of("Pacific/Apia"), ZoneOffset.UTC)) {
            for (String from : List.of("2011-12-29T00:00:00Z", "2026-03-28T23:00:00Z", "2026-10-24T23:00:00Z")) {
                Instant time = expression.next(Instant.parse(from), zone);
                for (int i = 0; i < 200; i++) {
                    Instant next = expression.next(time, zone);
                    assertThat(expression.previous(next, zone))
                            .as("%s before %s in %s", cron, next, zone)
                            .isEqualTo(time);
                    assertThat(expression.previous(time.plusNanos(1), zone)).isEqualTo(time);
                    assertThat(expression.previous(next.minusNanos(1), zone)).isEqualTo(time);
                    time = next;
                }
            }
        }
    }

    @Test
    void partsOfASecond_areNotLost() {
        Instant second = Instant.parse("2026-01-01T00:00:00Z");
        CronExpression everySecond = CronExpression.parse("* * * * * *");
        assertThat(everySecond.next(second.minusNanos(1), ZoneOffset.UTC)).isEqualTo(second);
        assertThat(everySecond.next(second, ZoneOffset.UTC)).isEqualTo(second.plusSeconds(1));
        assertThat(everySecond.next(second.plusNanos(1), ZoneOffset.UTC)).isEqualTo(second.plusSeconds(1));
    }

    @Nested
    class Q11_WhenClocksChange {
        @Test
        void Q11_aTimeThatIsSkipped_isTheMomentOfTheChange() {
            assertThat(next("30 2 * * *", BERLIN, "2026-03-28T00:00+01:00[Europe/Berlin]", 3))
                    .containsExactly("2026-03-28T02:30+01:00", "2026-03-29T03:00+02:00", "2026-03-30T02:30+02:00");
        }

        @Test
        void Q11_severalTimesThatAreSkipped_areOne() {
            assertThat(next("*/20 1-3 * * *", BERLIN, "2026-03-29T01:20+01:00[Europe/Berlin]", 4))
                    .containsExactly(
                            "2026-03-29T01:40+01:00",
                            "2026-03-29T03:00+02:00",
                            "2026-03-29T03:20+02:00",
                            "2026-03-29T03:40+02:00");
        }

        @Test
        void Q11_aTimeThatComesTwice_isTheFirstOne() {
            assertThat(next("30 2 * * *", BERLIN, "2026-10-24T12:00+02:00[Europe/Berlin]", 2))
                    .containsExactly("2026-10-25T02:30+02:00", "2026-10-26T02:30+01:00");
            // From within the second pass.
            Instant second = Instant.parse("2026-10-25T01:10:00Z");
            assertThat(CronExpression.parse("30 2 * * *").next(second, BERLIN))
                    .isEqualTo(Instant.parse("2026-10-26T01:30:00Z"));
        }

        @Test
        void Q11_everyHour_goesByElapsedTime() {
            assertThat(next("30 * * * *", BERLIN, "2026-03-29T01:00+01:00[Europe/Berlin]", 2))
                    .containsExactly("2026-03-29T01:30+01:00", "2026-03-29T03:30+02:00");
            assertThat(next("*/30 * * * *", BERLIN, "2026-10-25T02:00+02:00[Europe/Berlin]", 5))
                    .containsExactly(
                            "2026-10-25T02:30+02:00",
                            "2026-10-25T02:00+01:00",
                            "2026-10-25T02:30+01:00",
                            "2026-10-25T03:00+01:00",
                            "2026-10-25T03:30+01:00");
        }

        @Test
        void Q11_changesOfHalfAnHour_andOfADay() {
            ZoneId lordHowe = ZoneId.of("Australia/Lord_Howe");
            assertThat(next("15 2 * * *", lordHowe, "2026-10-03T12:00+10:30[Australia/Lord_Howe]", 2))
                    .containsExactly("2026-10-04T02:30+11:00", "2026-10-05T02:15+11:00");
            ZoneId apia = ZoneId.of("Pacific/Apia");
            assertThat(next("0 12 * * *", apia, "2011-12-29T12:00-10:00[Pacific/Apia]", 2))
                    .containsExactly("2011-12-31T00:00+14:00", "2011-12-31T12:00+14:00");
        }

        /** Against each second of the days around a change, taken by the rule as it is stated. */
        @Test
        void everyTime_equalsTheRule() {
            long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
            Random random = new Random(seed);
            List<ZoneId> zones =
                    List.of(BERLIN, ZoneId.of("America/New_York"), ZoneId.of("Australia/Lord_Howe"), ZoneOffset.UTC);
            for (int round = 0; round < 60; round++) {
                String hours = random.nextBoolean() ? "*" : random.nextInt(4) + "-" + (3 + random.nextInt(3));
                String cron = random.nextInt(60) + "/" + (5 + random.nextInt(30)) + " " + hours + " * * "
                        + (random.nextBoolean() ? "*" : "0," + (1 + random.nextInt(6)));
                ZoneId zone = zones.get(random.nextInt(zones.size()));
                Instant change = zone.getRules().isFixedOffset()
                        ? Instant.parse("2026-03-01T00:00:00Z")
                        : zone.getRules()
                                .nextTransition(Instant.parse(
                                        random.nextBoolean() ? "2026-01-01T00:00:00Z" : "2026-07-01T00:00:00Z"))
                                .getInstant();
                Instant from = change.minus(20, ChronoUnit.HOURS).truncatedTo(ChronoUnit.HOURS);
                Instant to = change.plus(30, ChronoUnit.HOURS);
                CronExpression expression = CronExpression.parse(cron);
                List<Instant> found = new ArrayList<>();
                for (Instant time = expression.next(from, zone);
                        !time.isAfter(to);
                        time = expression.next(time, zone)) {
                    found.add(time);
                }
                assertThat(found)
                        .as("seed %d, %s in %s", seed, cron, zone)
                        .containsExactlyElementsOf(byTheRule(expression, hours.equals("*"), zone, from, to));
                List<Instant> backwards = new ArrayList<>();
                for (Instant time = expression.previous(to.plusNanos(1), zone);
                        time.isAfter(from);
                        time = expression.previous(time, zone)) {
                    backwards.add(0, time);
                }
                assertThat(backwards)
                        .as("backwards, seed %d, %s in %s", seed, cron, zone)
                        .isEqualTo(found);
            }
        }

        private List<Instant> byTheRule(
                CronExpression expression, boolean elapsed, ZoneId zone, Instant from, Instant to) {
            TreeSet<Instant> times = new TreeSet<>();
            if (elapsed) {
                for (Instant time = from.plusSeconds(60); !time.isAfter(to); time = time.plusSeconds(60)) {
                    if (matches(expression, LocalDateTime.ofInstant(time, zone))) {
                        times.add(time);
                    }
                }
            } else {
                LocalDateTime end = LocalDateTime.ofInstant(to, zone).plusDays(1);
                LocalDateTime local = LocalDateTime.ofInstant(from, zone).minusDays(1);
                for (; local.isBefore(end); local = local.plusMinutes(1)) {
                    if (matches(expression, local)) {
                        List<ZoneOffset> offsets = zone.getRules().getValidOffsets(local);
                        times.add(
                                offsets.isEmpty()
                                        ? zone.getRules().getTransition(local).getInstant()
                                        : local.toInstant(offsets.get(0)));
                    }
                }
            }
            return List.copyOf(times.subSet(from, false, to, true));
        }

        /** A local time without zone is one of a zone without changes. */
        private boolean matches(CronExpression expression, LocalDateTime local) {
            Instant time = local.toInstant(ZoneOffset.UTC);
            return expression.next(time.minusSeconds(1), ZoneOffset.UTC).equals(time);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            textBlock =
                    """
                    61 * * * *       | the minute is between 0 and 59, not 61
                    * 24 * * *       | the hour is between 0 and 23, not 24
                    * * 0 * *        | the day of month is between 1 and 31, not 0
                    * * * 13 *       | the month is between 1 and 12, not 13
                    * * * * 8        | the weekday is between 0 and 7, not 8
                    * * * * MUN      | the weekday is a number or one of SUN MON TUE WED THU FRI SAT, not 'MUN'
                    * * ? * *        | the day of month is a number, not '?'; * stands for any
                    * * * * 5L       | not '5L'
                    50-10 * * * *    | 50-10 runs backwards
                    */0 * * * *      | */0 has no step of at least 1
                    1/2/3 * * * *    | 1/2/3 has no step
                    1-2-3 * * * *    | 1-2-3 is no range of the minute
                    1,,2 * * * *     | the minute is a number, not ''
                    -5 * * * *       | the minute is a number, not ''
                    x * * * *        | the minute is a number, not 'X'
                    0 0 30 2 *       | never comes
                    0 0 31 4,6 *     | never comes
                    * * * *          | not 4
                    0 0 0 1 1 * 2030 | not 7
                    ''               | not 0
                    @reboot          | is none of @hourly
                    """)
    void whatMakesNoSense_isRefused(String cron, String reason) {
        assertThatThrownBy(() -> CronExpression.parse(cron))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Cron '")
                .hasMessageContaining(reason);
    }

    @Test
    void text_isNormal_andEqualsItself() {
        CronExpression expression = CronExpression.parse("  0  9 * *   mon-fri ");
        assertThat(expression).hasToString("0 9 * * MON-FRI").isEqualTo(CronExpression.parse("0 9 * * MON-FRI"));
        assertThat(expression).hasSameHashCodeAs(CronExpression.parse("0 9 * * mon-fri"));
        assertThat(expression).isNotEqualTo(CronExpression.parse("0 9 * * mon"));
    }
}

package dev.spinel.patterns.leaderboard;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Where windows begin and end, and what they are called. */
class BoardWindowTest {
    private static final ZoneId BERLIN = ZoneId.of("Europe/Berlin");

    private static Duration length(BoardWindow.Span span) {
        return Duration.between(span.from(), span.until());
    }

    @ParameterizedTest
    @CsvSource({
        "2026-03-29T12:00:00Z, :day:2026-03-29, 23",
        "2026-10-25T12:00:00Z, :day:2026-10-25, 25",
        "2026-10-25T22:59:59Z, :day:2026-10-25, 25",
        "2026-10-25T23:00:00Z, :day:2026-10-26, 24"
    })
    void B6_days_areAsLongAsTheClockOfTheZoneMakesThem(Instant time, String label, int hours) {
        BoardWindow.Span span = BoardWindow.day().at(time, BERLIN);
        assertThat(span.label()).isEqualTo(label);
        assertThat(length(span)).isEqualTo(Duration.ofHours(hours));
    }

    @ParameterizedTest
    @CsvSource({
        "2026-12-27T23:59:59Z, :week:2026-W52, :week:2026-W51",
        "2026-12-28T00:00:00Z, :week:2026-W53, :week:2026-W52",
        "2027-01-03T23:59:59Z, :week:2026-W53, :week:2026-W52",
        "2027-01-04T00:00:00Z, :week:2027-W01, :week:2026-W53",
        "2024-12-30T00:00:00Z, :week:2025-W01, :week:2024-W52"
    })
    void B6_weeks_haveTheirIsoNumbers(Instant time, String label, String before) {
        assertThat(BoardWindow.week().at(time, ZoneOffset.UTC).label()).isEqualTo(label);
        assertThat(BoardWindow.week().labelBefore(time, ZoneOffset.UTC, 1)).isEqualTo(before);
    }

    @Test
    void months_areThoseOfTheCalendar() {
        Instant march = Instant.parse("2028-03-31T12:00:00Z");
        assertThat(BoardWindow.month().at(march, BERLIN).label()).isEqualTo(":month:2028-03");
        assertThat(BoardWindow.month().labelBefore(march, BERLIN, 1)).isEqualTo(":month:2028-02");
        assertThat(BoardWindow.month().labelBefore(march, BERLIN, 3)).isEqualTo(":month:2027-12");
    }

    /** At one minute past midnight clocks were set back by an hour. */
    @Test
    void B6_anHourBeforeMidnightThatComesAgain_isOfTheNextDay() {
        ZoneId zone = ZoneId.of("America/St_Johns");
        Instant again = Instant.parse("2010-11-07T02:31:00Z");
        assertThat(again.atZone(zone).toLocalDate()).hasToString("2010-11-06");
        BoardWindow.Span day = BoardWindow.day().at(again.minusSeconds(90), zone);
        assertThat(day.label()).isEqualTo(":day:2010-11-06");
        assertThat(day.until()).isEqualTo(again.minusSeconds(60));
        BoardWindow.Span next = BoardWindow.day().at(again.minusSeconds(30), zone);
        assertThat(next.label()).isEqualTo(":day:2010-11-07");
        assertThat(BoardWindow.day().at(again, zone)).isEqualTo(next);
    }

    /** Also where a day is skipped, begins at one o'clock or ends twice. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "UTC",
                "Europe/Berlin",
                "America/Sao_Paulo",
                "America/St_Johns",
                "America/Asuncion",
                "Asia/Beirut",
                "Pacific/Apia",
                "+18:00"
            })
    void B6_everyTime_liesInOneWindow(String zoneName) {
        ZoneId zone = ZoneId.of(zoneName);
        long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
        Random random = new Random(seed);
        for (BoardWindow window : new BoardWindow[] {BoardWindow.day(), BoardWindow.week(), BoardWindow.month()}) {
            for (int i = 0; i < 2000; i++) {
                Instant time = Instant.ofEpochSecond(1_200_000_000L + random.nextInt(900_000_000));
                String context = "seed " + seed + ", " + window + " of " + time;
                BoardWindow.Span span = window.at(time, zone);
                assertThat(span.from()).as(context).isBeforeOrEqualTo(time).isBefore(span.until());
                assertThat(span.until()).as(context).isAfter(time);
                assertThat(window.at(span.from(), zone)).as(context).isEqualTo(span);
                assertThat(window.at(span.until().minusMillis(1), zone))
                        .as(context)
                        .isEqualTo(span);
                assertThat(window.at(span.until(), zone).from()).as(context).isEqualTo(span.until());
                assertThat(window.labelBefore(time, zone, 0)).as(context).isEqualTo(span.label());
            }
        }
    }

    @Test
    void twoOfAKind_areEqual_howeverLongTheyAreKept() {
        assertThat(BoardWindow.day().keptFor(Duration.ofDays(1)))
                .isEqualTo(BoardWindow.day())
                .hasSameHashCodeAs(BoardWindow.day());
        assertThat(BoardWindow.day()).isNotEqualTo(BoardWindow.week());
        assertThat(BoardWindow.season("a"))
                .isEqualTo(BoardWindow.season("a", Instant.EPOCH, Instant.MAX))
                .isNotEqualTo(BoardWindow.season("b"));
        assertThat(BoardWindow.season("a")).hasToString("season 'a'");
    }

    @Test
    void whatMakesNoSense_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> BoardWindow.day().keptFor(Duration.ZERO));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BoardWindow.season("a").keptFor(Duration.ofMillis(-1)));
        for (Duration tooLong : LeaderboardIT.TOO_LONG) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> BoardWindow.day().keptFor(tooLong))
                    .withMessageContaining("3660 days");
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> BoardWindow.season("a").keptFor(tooLong))
                    .withMessageContaining("3660 days");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> BoardWindow.season("a", Instant.EPOCH, Instant.EPOCH))
                .withMessageContaining("before it begins");
    }
}

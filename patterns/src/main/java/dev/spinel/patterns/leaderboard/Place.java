package dev.spinel.patterns.leaderboard;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.stream.Stream;

/** Where on the server a board is. Which one that is may depend on the server's time, which is only known roughly. */
sealed interface Place {

    /**
     * A board that it may be.
     *
     * @param label what its keys have between the hash tag and their own names
     * @param from from when it is, by the server's clock
     */
    record Candidate(String label, Instant from, Instant until) {}

    /** What it may be between two times: in order, without gaps. */
    List<Candidate> candidates(Instant earliest, Instant latest);

    /** How long its keys are kept after {@link Candidate#until}, or after the last submission if that is never; zero for ever. */
    Duration keepFor();

    /** Whether the server's time decides, so that there always is one: if it is none of the candidates, the server tells its time. */
    boolean followsTheClock();

    /** The same board at any time between two; none at others. */
    record Fixed(String label, Instant from, Instant until, Duration keepFor) implements Place {
        static Fixed always(String label, Duration keepFor) {
            return new Fixed(label, Instant.MIN, Instant.MAX, keepFor);
        }

        @Override
        public List<Candidate> candidates(Instant earliest, Instant latest) {
            return List.of(new Candidate(label, from, until));
        }

        @Override
        public boolean followsTheClock() {
            return false;
        }
    }

    /**
     * The board of the present window of a calendar, or of an earlier one.
     *
     * @param back how many windows before the present one
     */
    record Present(BoardWindow window, ZoneId zone, int back) implements Place {
        @Override
        public List<Candidate> candidates(Instant earliest, Instant latest) {
            return Stream.of(earliest, latest)
                    .map(time -> {
                        BoardWindow.Span span = window.at(time, zone);
                        return new Candidate(window.labelBefore(time, zone, back), span.from(), span.until());
                    })
                    .distinct()
                    .toList();
        }

        @Override
        public Duration keepFor() {
            return window.keepFor();
        }

        @Override
        public boolean followsTheClock() {
            return true;
        }
    }
}

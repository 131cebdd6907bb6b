package dev.spinel.patterns.leaderboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spinel.patterns.leaderboard.Leaderboard.Order;
import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Script;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Consumer;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * How boards are spoken of with the server: their keys, the settings that every script takes, and scores and codes as scripts
 * know them. Thread-safe.
 *
 * <p>Which board is that of the present day is the server's to say, but the keys have to be named before. So the client remembers
 * the server's time of the last answer, adds what has passed since by its monotonic clock, and names the boards of a minute around
 * that: one, or two near the end of a window. If the server finds neither right, it does nothing and tells its time. That
 * takes a second round trip, at the first use, after a machine was suspended, and when the server's clock steps.
 */
final class BoardProtocol {
    private static final List<String> PARTS = List.of("board", "entries", "scores", "counts", "data", "origin");
    private static final Duration CLOCK_TOLERANCE = Duration.ofMinutes(1);
    private static final int MAX_ATTEMPTS = 5;
    /** Later than all times, and exact as a double. */
    private static final long BOUNDLESS_MILLIS = 9_000_000_000_000_000L;

    private final PatternRuntime runtime;
    private final BoardSettings settings;
    private final String tag;
    /** Tells the boards that a submission counts on from others. */
    private final String digest;

    private volatile @Nullable Reading lastReading;

    BoardProtocol(PatternRuntime runtime, BoardSettings settings) {
        this.runtime = runtime;
        this.settings = settings;
        tag = "{leaderboard:" + settings.name() + '}';
        CRC32 crc = new CRC32();
        crc.update((settings.zone() + " " + settings.windows()).getBytes(UTF_8));
        digest = HexFormat.of().toHexDigits((int) crc.getValue());
    }

    /** The server's clock, and when by the local one it was read. */
    private record Reading(long serverMillis, long nanoTime) {}

    /**
     * What a script answered.
     *
     * @param items begin with the server's time
     * @param repeated whether an earlier attempt may have run
     */
    record Answer(List<Reply> items, boolean repeated) {}

    /** A member on a board, with the code by which its entry is before or behind others of the same score. */
    record Entry(Standing standing, String code) {
        /** The entry as the board has it. */
        String text() {
            return code + standing.member();
        }
    }

    /** Some entries of a board, and how many members it has. */
    record Slice(List<Entry> entries, long size) {
        List<Standing> standings() {
            return entries.stream().map(Entry::standing).toList();
        }
    }

    /** An operation whose script stands in the file of this name. */
    static Operation<Answer> operation(String name, String script, Retry retry) {
        return new Operation<>(
                "leaderboard." + name,
                Script.load(BoardProtocol.class, "boards.lua", script),
                retry,
                (reply, repeated) -> new Answer(reply.asItems(), repeated));
    }

    PatternRuntime runtime() {
        return runtime;
    }

    BoardSettings settings() {
        return settings;
    }

    /** A key beside those of the boards. */
    String key(String name) {
        return tag + ':' + name;
    }

    /**
     * Runs an operation on some boards.
     *
     * @param moreKeys after those of the boards
     * @param rest adds the arguments after those of the boards
     */
    CompletionStage<Answer> run(
            Operation<Answer> operation, List<Place> places, List<String> moreKeys, Consumer<Arguments> rest) {
        return attempt(operation, places, moreKeys, rest, false, 1);
    }

    private CompletionStage<Answer> attempt(
            Operation<Answer> operation,
            List<Place> places,
            List<String> moreKeys,
            Consumer<Arguments> rest,
            boolean repeated,
            int number) {
        List<String> keys = new ArrayList<>();
        Arguments arguments = new Arguments()
                .add(settings.ranks().code())
                .add(settings.ties().code())
                .add(settings.halfLife().toMillis())
                .add(places.size());
        Instant time = estimatedServerTime();
        for (Place place : places) {
            List<Place.Candidate> candidates =
                    place.candidates(time.minus(CLOCK_TOLERANCE), time.plus(CLOCK_TOLERANCE));
            arguments
                    .add(place.followsTheClock() ? 1 : 0)
                    .add(place.keepFor().toMillis())
                    .add(candidates.size());
            for (Place.Candidate candidate : candidates) {
                arguments.add(millis(candidate.from())).add(millis(candidate.until()));
                PARTS.forEach(part -> keys.add(tag + candidate.label() + ':' + part));
            }
        }
        keys.addAll(moreKeys);
        rest.accept(arguments);
        return runtime.run(operation, keys, arguments).thenCompose(answer -> {
            long serverMillis = answer.items().get(0).asLong();
            lastReading = new Reading(serverMillis, runtime.scheduler().nanoTime());
            boolean ran = repeated || answer.repeated();
            if (answer.items().size() > 1) {
                return CompletableFuture.completedStage(new Answer(answer.items(), ran));
            }
            if (number == MAX_ATTEMPTS) {
                throw new IllegalStateException("The server's clock does not keep still: it is at " + serverMillis);
            }
            return attempt(operation, places, moreKeys, rest, ran, number + 1);
        });
    }

    /** Before the first answer, a time that is certainly wrong. */
    private Instant estimatedServerTime() {
        Reading reading = lastReading;
        if (reading == null) {
            return Instant.EPOCH;
        }
        return Instant.ofEpochMilli(reading.serverMillis())
                .plusNanos(runtime.scheduler().nanoTime() - reading.nanoTime());
    }

    private static long millis(Instant time) {
        if (time.isBefore(Instant.EPOCH)) {
            return 0;
        }
        return time.isAfter(Instant.ofEpochMilli(BOUNDLESS_MILLIS)) ? BOUNDLESS_MILLIS : time.toEpochMilli();
    }

    /** A score as scripts take it: the best is the lowest. Adding 0 gives zero one sign. */
    double stored(double score) {
        return (settings.order() == Order.HIGH_FIRST ? -score : score) + 0.0;
    }

    /** A score that a script told. */
    double score(String told) {
        return stored(Double.parseDouble(told));
    }

    /** The code of a sub-score: as text the best is the lowest. */
    String code(long subScore) {
        return HexFormat.of().toHexDigits(bits(subScore));
    }

    /** The sub-score of a code that a script told. */
    long subScore(String code) {
        return settings.ties() == TieBreak.SUB_SCORE ? bits(Long.parseUnsignedLong(code, 16)) : 0;
    }

    /** Turns sub-scores into numbers whose unsigned order is that of the board, and back. */
    private long bits(long subScore) {
        return subScore ^ (settings.order() == Order.HIGH_FIRST ? Long.MAX_VALUE : Long.MIN_VALUE);
    }

    /** The entries in an answer, which follow the size of the board. */
    Slice slice(Answer answer, boolean withData) {
        List<Reply> items = answer.items();
        long size = items.get(1).asLong();
        int width = withData ? 6 : 5;
        List<Entry> entries = new ArrayList<>(items.size() / width);
        for (int i = 2; i < items.size(); i += width) {
            String code = items.get(i + 2).asText();
            Standing standing = new Standing(
                    items.get(i).asText(),
                    score(items.get(i + 1).asText()),
                    subScore(code),
                    items.get(i + 4).asLong(),
                    items.get(i + 3).asLong(),
                    size,
                    withData && items.get(i + 5) instanceof Reply.Bulk data
                            ? Optional.of(data.text())
                            : Optional.empty());
            entries.add(new Entry(standing, code));
        }
        return new Slice(entries, size);
    }

    /** Tells the boards that a submission counts on from others. */
    String digest() {
        return digest;
    }

    /** The submission in an answer, which may be that of another time, when the windows were others. */
    Submission submission(String member, Answer answer) {
        String[] boards = answer.items().get(1).asText().split(";", -1);
        Map<BoardWindow, Submission> windows = new HashMap<>();
        if (boards[0].equals(digest)) {
            for (int i = 0; i < settings.windows().size(); i++) {
                if (!boards[i + 2].isEmpty()) {
                    windows.put(settings.windows().get(i), submission(member, boards[i + 2], Map.of()));
                }
            }
        }
        return submission(member, boards[1], windows);
    }

    private Submission submission(String member, String board, Map<BoardWindow, Submission> windows) {
        String[] parts = board.split(",", -1);
        Standing standing = new Standing(
                member,
                score(parts[0]),
                subScore(parts[1]),
                Long.parseLong(parts[3]),
                Long.parseLong(parts[2]),
                Long.parseLong(parts[4]),
                Optional.empty());
        boolean isNew = parts[5].isEmpty();
        return new Submission(
                standing,
                isNew ? OptionalDouble.empty() : OptionalDouble.of(score(parts[5])),
                isNew ? OptionalLong.empty() : OptionalLong.of(Long.parseLong(parts[6])),
                windows);
    }
}

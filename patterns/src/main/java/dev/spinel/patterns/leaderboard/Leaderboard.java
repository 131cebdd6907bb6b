package dev.spinel.patterns.leaderboard;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.leaderboard.BoardProtocol.Answer;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.PatternRuntime;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Members by score. Every operation is one round trip and atomic: a page is what the board was at one moment, and a submission
 * answers with the rank that it led to. Thread-safe.
 *
 * <p>Scores are finite doubles; whole numbers are exact up to 2^53. Submissions, ranks and neighbours cost O(log n), plus the size of
 * the page, whatever the {@link RankMode}. All users of a board must give it the same settings. The board is one key
 * with up to five beside it, and as many for each window; all boards of one name are in one slot of a cluster.
 *
 * <p>With {@link Builder#windows}, a submission counts on this board and on those of all present windows, or on none of them; likewise
 * {@link #remove} and {@link #describe}. The first operation that has to do with windows takes a second round trip, to learn the
 * server's time.
 *
 * <p>With {@link Builder#halfLife}, scores fade: p points are worth p * 2^(-t/halfLife) after the time t. Nothing has to be done for
 * that, and the order changes by submissions only; standings and submissions tell what is left of scores. An addition is exact to
 * about n * 10^-16 of the score, where n is the age of the board in half-lives.
 *
 * <p>When a reply is lost, what has an id is repeated and counts once for its member, on all boards. Without an id, {@link #submit} and {@link
 * #submitBest} are repeated, and an addition is an unknown outcome. A repeated {@code submit} sets the score again, also
 * if another submission for the same member came between, and in the next window if that has begun. If the server's clock is set back,
 * ties by time, windows and fading follow the clock.
 */
public final class Leaderboard extends Board {
    /** How many entries are merged in one step: about a second of the server's time, with a margin to the time-outs of clients. */
    private static final int MAX_MERGED = 50_000;

    private static final int MAX_SHARDS = 1024;
    private static final int MAX_BACK = 10_000;
    private static final Instant LATEST = Instant.parse("9999-12-01T00:00:00Z");
    /** What {@link Builder#buildSharded} calls shards. */
    private static final Pattern SHARD = Pattern.compile("\\d+/\\d+:.*", Pattern.DOTALL);

    private static final Operation<Answer> SUBMIT = BoardProtocol.operation("submit", "submit.lua", Retry.IDEMPOTENT);
    private static final Operation<Answer> ADD = BoardProtocol.operation("add", "submit.lua", Retry.NEVER);
    private static final Operation<Answer> ADD_ONCE = BoardProtocol.operation("add", "submit.lua", Retry.IDEMPOTENT);
    private static final Operation<Answer> REMOVE = BoardProtocol.operation("remove", "remove.lua", Retry.IDEMPOTENT);
    private static final Operation<Answer> DESCRIBE =
            BoardProtocol.operation("describe", "describe.lua", Retry.IDEMPOTENT);
    private static final Operation<Answer> ARCHIVE =
            BoardProtocol.operation("archive", "archive.lua", Retry.IDEMPOTENT);
    private static final Operation<Answer> MERGE = BoardProtocol.operation("merge", "merge.lua", Retry.IDEMPOTENT);

    private final BoardSettings settings;
    /** This board, and those of the windows in their order. */
    private final List<Place> places;

    private Leaderboard(BoardProtocol protocol) {
        super(protocol, Place.Fixed.always("", protocol.settings().keepFor()), false);
        settings = protocol.settings();
        places = Stream.concat(
                        Stream.of(place), settings.windows().stream().map(window -> window.place(settings.zone())))
                .toList();
    }

    /** Which scores are best. */
    public enum Order {
        /** High ones, as of points. */
        HIGH_FIRST,
        /** Low ones, as of times. */
        LOW_FIRST
    }

    /** A board of this name, to be configured. */
    public static Builder builder(PatternRuntime runtime, String name) {
        return new Builder(runtime, name);
    }

    /** Sets the score of a member. */
    public Submission submit(String member, double score) {
        return submit(Change.set(member, score));
    }

    /** As {@link #submit(String, double)}. */
    public CompletionStage<Submission> submitAsync(String member, double score) {
        return submitAsync(Change.set(member, score));
    }

    /** Sets the score of a member if it is better than what it has. */
    public Submission submitBest(String member, double score) {
        return submit(Change.best(member, score));
    }

    /** As {@link #submitBest}. */
    public CompletionStage<Submission> submitBestAsync(String member, double score) {
        return submitAsync(Change.best(member, score));
    }

    /** Adds to the score of a member, which begins at 0. */
    public Submission add(String member, double points) {
        return submit(Change.add(member, points));
    }

    /** As {@link #add(String, double)}. */
    public CompletionStage<Submission> addAsync(String member, double points) {
        return submitAsync(Change.add(member, points));
    }

    /**
     * Adds to the score of a member, once however often it is called for it with this id within {@link Builder#rememberFor}; repeated calls
     * return what the first one did, but nothing of windows if the board had others then. The same id counts for other members, too,
     * such as those who were in the same match.
     */
    public Submission add(String member, double points, String id) {
        return submit(Change.add(member, points).withId(id));
    }

    /** As {@link #add(String, double, String)}. */
    public CompletionStage<Submission> addAsync(String member, double points, String id) {
        return submitAsync(Change.add(member, points).withId(id));
    }

    /**
     * Changes the score of a member.
     *
     * @throws IllegalArgumentException if the board has no sub-scores and this one does, or if scores fade and this one is not above 0
     * @throws dev.spinel.patterns.transport.PatternException.ServerError if the score would not be a finite number; nothing has changed
     * @throws dev.spinel.patterns.transport.PatternException.UnknownOutcome if points without an id may have been added or not
     */
    public Submission submit(Change change) {
        return protocol.runtime().call(() -> submitAsync(change));
    }

    /** As {@link #submit(Change)}. */
    public CompletionStage<Submission> submitAsync(Change change) {
        settings.check(change);
        Operation<Answer> operation = SUBMIT;
        if (change.rule() == Change.Rule.ADD) {
            operation = change.id().isPresent() ? ADD_ONCE : ADD;
        }
        List<String> once =
                change.id().map(id -> List.of(onceKey(id, change.member()))).orElse(List.of());
        return protocol.run(operation, places, once, arguments -> {
                    arguments
                            .add(change.member())
                            .add(Double.toString(protocol.stored(change.score())))
                            .add(change.rule().code())
                            .add(protocol.code(change.subScore().orElse(0)))
                            .add(once.isEmpty() ? 0 : settings.rememberFor().toMillis())
                            .add(protocol.digest());
                    change.data().ifPresent(arguments::add);
                })
                .thenApply(answer -> protocol.submission(change.member(), answer));
    }

    /** With the length of the id, so that no other id and member together have this key. */
    private String onceKey(String id, String member) {
        return protocol.key("once:" + id.length() + ':' + id + ':' + member);
    }

    /**
     * Takes a member off this board and those of the present windows, with the text beside it; tells whether it was on one of them, or may
     * have been as a reply was lost. Past windows, archived and merged boards keep it.
     */
    public boolean remove(String member) {
        return protocol.runtime().call(() -> removeAsync(member));
    }

    /** As {@link #remove}. */
    public CompletionStage<Boolean> removeAsync(String member) {
        return protocol.run(REMOVE, places, List.of(), arguments -> arguments.add(member))
                .thenApply(answer -> answer.repeated() || answer.items().get(1).asLong() > 0);
    }

    /**
     * Sets the text that is kept beside a member, such as its name, on this board and those of the present windows, wherever it is; tells
     * whether it is on one of them. Otherwise nothing is kept.
     */
    public boolean describe(String member, String data) {
        return protocol.runtime().call(() -> describeAsync(member, data));
    }

    /** As {@link #describe}. */
    public CompletionStage<Boolean> describeAsync(String member, String data) {
        return protocol.run(DESCRIBE, places, List.of(), arguments -> arguments
                        .add(member)
                        .add(data))
                .thenApply(answer -> answer.items().get(1).asLong() > 0);
    }

    /**
     * The board of the present window.
     *
     * @throws IllegalArgumentException if this board has no such window
     */
    public Board window(BoardWindow window) {
        return window(window, 0);
    }

    /**
     * The board of the window that is so many before the present one: 1 for yesterday, or last week. It remains that of yesterday when a day
     * is over.
     *
     * @throws IllegalArgumentException if this board has no such window, if that is a season and {@code back} is not 0, or if that is
     *     more than 10,000
     */
    public Board window(BoardWindow window, int back) {
        BoardWindow own = settings.windowOf(window);
        if (back < 0 || back > MAX_BACK || (back > 0 && !own.isCalendar())) {
            throw new IllegalArgumentException("No " + own + " is " + back + " before the present one");
        }
        if (!own.isCalendar()) {
            return window(window, Instant.EPOCH);
        }
        return new Board(protocol, new Place.Present(own, settings.zone(), back), false);
    }

    /**
     * The board of the window that a time lies in.
     *
     * @throws IllegalArgumentException if this board has no such window, or the time is not between 1970 and 9999
     */
    public Board window(BoardWindow window, Instant time) {
        BoardWindow own = settings.windowOf(window);
        if (time.isBefore(Instant.EPOCH) || time.isAfter(LATEST)) {
            throw new IllegalArgumentException(
                    "Windows have times between " + Instant.EPOCH + " and " + LATEST + ", not " + time);
        }
        String label = own.at(time, settings.zone()).label();
        return new Board(protocol, Place.Fixed.always(label, own.keepFor()), false);
    }

    /** The board that was archived or merged under this name; empty if there is none. */
    public Board named(String name) {
        return new Board(protocol, named(name, Duration.ZERO), false);
    }

    private static Place named(String name, Duration keepFor) {
        return Place.Fixed.always(":named:" + requireNonNull(name, "name"), keepFor);
    }

    /**
     * Closes a season: what is on this board is from now on the board of the given name, and this one is empty. Windows go on. One
     * step, which takes as long for millions of members as for one. If the reply is lost it is repeated and happens once.
     *
     * @param keepFor how long the archived board is kept, up to 3660 days; zero for ever
     * @return whether it was done; nothing is if the board is empty or there is one of that name
     * @throws IllegalArgumentException if {@code keepFor} is out of bounds
     */
    public boolean archive(String name, Duration keepFor) {
        return protocol.runtime().call(() -> archiveAsync(name, keepFor));
    }

    /** As {@link #archive}. */
    public CompletionStage<Boolean> archiveAsync(String name, Duration keepFor) {
        checkKept(keepFor);
        return protocol.run(
                        ARCHIVE,
                        List.of(place, named(name, keepFor)),
                        List.of(keyOfThisCall()),
                        arguments -> arguments.add(settings.rememberFor().toMillis()))
                .thenApply(answer -> answer.items().get(1).asLong() == 1);
    }

    /**
     * Unites boards under a name, in place of what was there: such as those of seven days. One step, which sees all of them
     * at one moment. The server does nothing else meanwhile: for 10 to 25 us per entry, so up to 1.3 s for the 50,000 that it takes; it
     * refuses to begin with more. If the reply is lost it is repeated and happens once, so that the board of this name may be among those
     * that are united.
     *
     * @param keepFor how long the united board is kept, up to 3660 days; zero for ever
     * @param boards this one, and those it has handed out
     * @return how many members the united board has
     * @throws IllegalArgumentException if there are no boards, if one belongs to another leaderboard, if scores fade, or if {@code keepFor}
     *     is out of bounds
     * @throws dev.spinel.patterns.transport.PatternException.ServerError if there are more than 50,000 entries on the boards, or a sum
     *     would not be finite; nothing has changed
     */
    public long merge(String name, Merge rule, Duration keepFor, Collection<Board> boards) {
        return protocol.runtime().call(() -> mergeAsync(name, rule, keepFor, boards));
    }

    /** As {@link #merge}. */
    public CompletionStage<Long> mergeAsync(String name, Merge rule, Duration keepFor, Collection<Board> boards) {
        checkKept(keepFor);
        if (settings.fades()) {
            throw new IllegalArgumentException("Boards whose scores fade are not merged: each has its own origin");
        }
        if (boards.isEmpty() || boards.stream().anyMatch(board -> board.protocol != protocol)) {
            throw new IllegalArgumentException("A merge has boards, all of them handed out by this leaderboard");
        }
        List<Place> all = new ArrayList<>();
        all.add(named(name, keepFor));
        boards.forEach(board -> all.add(board.place));
        return protocol.run(MERGE, all, List.of(keyOfThisCall()), arguments -> arguments
                        .add(rule.code())
                        .add(MAX_MERGED)
                        .add(settings.rememberFor().toMillis()))
                .thenApply(answer -> answer.items().get(1).asLong());
    }

    /** By which a call is known again when it is repeated, whatever others did meanwhile. */
    private String keyOfThisCall() {
        return protocol.key("done:" + UUID.randomUUID());
    }

    private static void checkKept(Duration keepFor) {
        if (!keepFor.isZero() && !BoardSettings.isWithinBounds(keepFor)) {
            throw new IllegalArgumentException("keepFor is zero or " + BoardSettings.BOUNDS + ", not " + keepFor);
        }
    }

    /** Settings of a board. */
    public static final class Builder {
        private final PatternRuntime runtime;
        private final String name;
        private Order order = Order.HIGH_FIRST;
        private RankMode ranks = RankMode.COMPETITION;
        private TieBreak ties = TieBreak.EARLIER_FIRST;
        private Duration halfLife = Duration.ZERO;
        private Duration keepFor = Duration.ZERO;
        private Duration rememberFor;
        private List<BoardWindow> windows = List.of();
        private ZoneId zone = ZoneOffset.UTC;

        private Builder(PatternRuntime runtime, String name) {
            this.runtime = requireNonNull(runtime, "runtime");
            this.name = requireNonNull(name, "name");
            rememberFor = runtime.memoryOf(Duration.ofMinutes(10));
        }

        /** Which scores are best; high ones if not set. */
        public Builder order(Order value) {
            order = requireNonNull(value, "order");
            return this;
        }

        /** How ranks are numbered; {@link RankMode#COMPETITION} if not set. */
        public Builder ranks(RankMode value) {
            ranks = requireNonNull(value, "ranks");
            return this;
        }

        /** Who is first at the same score; {@link TieBreak#EARLIER_FIRST} if not set. */
        public Builder ties(TieBreak value) {
            ties = requireNonNull(value, "ties");
            return this;
        }

        /**
         * In what time scores fade by half, by the server's clock, up to 3660 days; zero, if not set, for never. Needs {@link
         * Order#HIGH_FIRST} and points above 0.
         */
        public Builder halfLife(Duration value) {
            halfLife = requireNonNull(value, "halfLife");
            return this;
        }

        /**
         * Windows that have boards of their own, on which submissions count as well.
         *
         * @param calendar whose days begin when they do there
         */
        public Builder windows(ZoneId calendar, BoardWindow... values) {
            zone = requireNonNull(calendar, "calendar");
            windows = List.of(values);
            return this;
        }

        /**
         * Drops the whole board so long after its last submission, such as that of a past season, up to 3660 days; zero, if not set, for
         * never.
         */
        public Builder keepFor(Duration value) {
            keepFor = requireNonNull(value, "keepFor");
            return this;
        }

        /**
         * How long the ids of submissions are kept for each member, up to 3660 days; ten minutes if not set, or as long as it has to be: longer
         * than callers repeat them, and at least twice as long as the runtime's {@link
         * dev.spinel.patterns.transport.RetryPolicy#giveUpAfter}, as it does.
         */
        public Builder rememberFor(Duration value) {
            rememberFor = requireNonNull(value, "rememberFor");
            return this;
        }

        /**
         * The board.
         *
         * @throws IllegalArgumentException if the settings make no sense, or the name has braces, which are for the hash tag
         */
        public Leaderboard build() {
            if (SHARD.matcher(name).matches()) {
                throw new IllegalArgumentException("Board '" + name + "': a name like this is that of a shard");
            }
            return build(name);
        }

        private Leaderboard build(String ownName) {
            BoardSettings settings =
                    new BoardSettings(ownName, order, ranks, ties, halfLife, keepFor, rememberFor, windows, zone);
            Duration shortest = runtime.shortestMemory();
            if (rememberFor.compareTo(shortest) < 0) {
                throw new IllegalArgumentException("Board '" + name + "': rememberFor is at least " + shortest
                        + ", as requests are repeated that late, not " + rememberFor);
            }
            return new Leaderboard(new BoardProtocol(runtime, settings));
        }

        /**
         * The board, spread over so many keys. With another number of shards it is another board. There are ordinal and competition ranks,
         * and any ties; no windows, as their ends come at other moments on other nodes, no scores that fade, which have an origin on each
         * shard, and no {@code keepFor}, which would drop shards that nobody was submitted to lately.
         *
         * @param shards from 2 to 1024; several times as many as nodes spread well
         * @throws IllegalArgumentException if the settings make no sense, or do not go with shards
         */
        public ShardedLeaderboard buildSharded(int shards) {
            if (shards < 2 || shards > MAX_SHARDS) {
                throw new IllegalArgumentException(
                        "Board '" + name + "' has between 2 and " + MAX_SHARDS + " shards, not " + shards);
            }
            if (ranks == RankMode.DENSE || !windows.isEmpty() || !halfLife.isZero() || !keepFor.isZero()) {
                throw new IllegalArgumentException(
                        "Board '" + name + "' has shards, and so no dense ranks, windows, half-life or keepFor");
            }
            return new ShardedLeaderboard(
                    IntStream.range(0, shards)
                            .mapToObj(shard -> build(shard + "/" + shards + ":" + name))
                            .toList(),
                    false);
        }
    }
}

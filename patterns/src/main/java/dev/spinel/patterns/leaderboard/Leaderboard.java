package dev.spinel.patterns.leaderboard;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.concurrent.CompletionStage;

/**
 * Members by score. Every operation is one round trip and atomic: a page is what the board was at one moment, and a submission
 * answers with the rank that it led to. Thread-safe.
 *
 * <p>Scores are finite doubles; whole numbers are exact up to 2^53. Submissions, ranks and neighbours cost O(log n), plus the size of
 * the page, whatever the {@link RankMode}. All users of a board must give it the same order, ranks and ties. The board is one key
 * with up to three beside it, all in one slot of a cluster.
 *
 * <p>When a reply is lost, {@link #submit} and {@link #submitBest} are repeated, {@link #add} only if it has an id: otherwise its outcome
 * is unknown. A repeated {@code submit} sets the score again, also if another submission for the same member came between. If
 * the server's clock is set back, ties by time follow the clock.
 */
public final class Leaderboard {
    private static final Script SUBMIT_SCRIPT = Script.load(Leaderboard.class, "submit.lua");
    private static final Operation<Reply> SUBMIT =
            new Operation<>("leaderboard.submit", SUBMIT_SCRIPT, Retry.IDEMPOTENT, (reply, repeated) -> reply);
    private static final Operation<Reply> ADD =
            new Operation<>("leaderboard.add", SUBMIT_SCRIPT, Retry.NEVER, (reply, repeated) -> reply);
    private static final Operation<Reply> ADD_ONCE =
            new Operation<>("leaderboard.add", SUBMIT_SCRIPT, Retry.IDEMPOTENT, (reply, repeated) -> reply);
    private static final Operation<Reply> PAGE = read("leaderboard.page", "page.lua");
    private static final Operation<Reply> STANDINGS = read("leaderboard.standings", "standings.lua");
    private static final Operation<Boolean> REMOVE = new Operation<>(
            "leaderboard.remove",
            Script.load(Leaderboard.class, "remove.lua"),
            Retry.IDEMPOTENT,
            (reply, repeated) -> repeated || reply.asLong() == 1);
    private static final int MAX_PAGE = 10_000;

    private final PatternRuntime runtime;
    private final Order order;
    private final RankMode ranks;
    private final TieBreak ties;
    private final Duration keepFor;
    private final Duration rememberFor;
    private final List<String> keys;
    private final String onceKeyPrefix;

    private Leaderboard(Builder builder) {
        runtime = builder.runtime;
        order = builder.order;
        ranks = builder.ranks;
        ties = builder.ties;
        keepFor = builder.keepFor;
        rememberFor = builder.rememberFor;
        String tag = "{leaderboard:" + builder.name + '}';
        keys = List.of(tag + ":board", tag + ":entries", tag + ":scores", tag + ":counts");
        onceKeyPrefix = tag + ":once:";
    }

    /** Which scores are best. */
    public enum Order {
        /** High ones, as of points. */
        HIGH_FIRST,
        /** Low ones, as of times. */
        LOW_FIRST
    }

    private static Operation<Reply> read(String name, String script) {
        return new Operation<>(
                name, Script.load(Leaderboard.class, script), Retry.IDEMPOTENT, (reply, repeated) -> reply);
    }

    /** A board of this name, to be configured. */
    public static Builder builder(PatternRuntime runtime, String name) {
        return new Builder(runtime, name);
    }

    /** Sets the score of a member. */
    public Submission submit(String member, double score) {
        return PatternRuntime.await(submitAsync(member, score));
    }

    /** As {@link #submit}. */
    public CompletionStage<Submission> submitAsync(String member, double score) {
        return change(SUBMIT, member, score, "set", Optional.empty());
    }

    /** Sets the score of a member if it is better than what it has. */
    public Submission submitBest(String member, double score) {
        return PatternRuntime.await(submitBestAsync(member, score));
    }

    /** As {@link #submitBest}. */
    public CompletionStage<Submission> submitBestAsync(String member, double score) {
        return change(SUBMIT, member, score, "best", Optional.empty());
    }

    /** Adds to the score of a member, which begins at 0. */
    public Submission add(String member, double points) {
        return PatternRuntime.await(addAsync(member, points));
    }

    /** As {@link #add(String, double)}. */
    public CompletionStage<Submission> addAsync(String member, double points) {
        return change(ADD, member, points, "add", Optional.empty());
    }

    /**
     * Adds to the score of a member, once however often it is called with this id within {@link Builder#rememberFor}; repeated calls
     * return what the first one did.
     */
    public Submission add(String member, double points, String id) {
        return PatternRuntime.await(addAsync(member, points, id));
    }

    /** As {@link #add(String, double, String)}. */
    public CompletionStage<Submission> addAsync(String member, double points, String id) {
        return change(ADD_ONCE, member, points, "add", Optional.of(id));
    }

    private CompletionStage<Submission> change(
            Operation<Reply> operation, String member, double score, String rule, Optional<String> id) {
        if (!Double.isFinite(score)) {
            throw new IllegalArgumentException("A score is a finite number, not " + score);
        }
        List<String> all = new ArrayList<>(keys);
        id.ifPresent(value -> all.add(onceKeyPrefix + value));
        Arguments arguments = new Arguments()
                .add(member)
                .add(Double.toString(stored(score)))
                .add(rule)
                .add(ties.code())
                .add(ranks == RankMode.DENSE ? 1 : 0)
                .add(keepFor.toMillis())
                .add(ranks.code())
                .add(id.isPresent() ? rememberFor.toMillis() : 0);
        return runtime.run(operation, all, arguments).thenApply(reply -> readSubmission(member, reply.asItems()));
    }

    private Submission readSubmission(String member, List<Reply> reply) {
        Standing standing = new Standing(
                member,
                score(reply.get(0)),
                reply.get(2).asLong(),
                reply.get(1).asLong(),
                reply.get(3).asLong());
        boolean isNew = reply.get(4).asText().isEmpty();
        return new Submission(
                standing,
                isNew ? OptionalDouble.empty() : OptionalDouble.of(score(reply.get(4))),
                isNew ? OptionalLong.empty() : OptionalLong.of(reply.get(5).asLong()));
    }

    /** The best members, up to {@code count}. */
    public Page top(int count) {
        return page(0, count);
    }

    /** Up to {@code count} members, after the first {@code skip}. */
    public Page page(long skip, int count) {
        return PatternRuntime.await(pageAsync(skip, count));
    }

    /** As {@link #page}. */
    public CompletionStage<Page> pageAsync(long skip, int count) {
        if (skip < 0) {
            throw new IllegalArgumentException("Cannot skip " + skip);
        }
        checkCount(count);
        return readPage(new Arguments().add("page").add(skip).add(count), "");
    }

    /** A member with up to so many above and below it; empty if the member is not there. */
    public Page around(String member, int above, int below) {
        return PatternRuntime.await(aroundAsync(member, above, below));
    }

    /** As {@link #around}. */
    public CompletionStage<Page> aroundAsync(String member, int above, int below) {
        checkCount(above);
        checkCount(below);
        return readPage(new Arguments().add("around").add(above).add(below), member);
    }

    private CompletionStage<Page> readPage(Arguments which, String member) {
        return runtime.run(
                        PAGE,
                        keys.subList(0, 3),
                        which.add(ranks.code()).add(ties.code()).add(member))
                .thenApply(reply -> new Page(
                        readStandings(reply.asItems()), reply.asItems().get(0).asLong()));
    }

    /** Where a member stands; empty if it is not there. */
    public Optional<Standing> standing(String member) {
        return PatternRuntime.await(standingAsync(member));
    }

    /** As {@link #standing}. */
    public CompletionStage<Optional<Standing>> standingAsync(String member) {
        return standingsAsync(List.of(member))
                .thenApply(standings -> standings.stream().findFirst());
    }

    /** Where some members stand on the whole board, the best first, such as a player's friends; who is not there is left out. */
    public List<Standing> standings(Collection<String> members) {
        return PatternRuntime.await(standingsAsync(members));
    }

    /** As {@link #standings}. */
    public CompletionStage<List<Standing>> standingsAsync(Collection<String> members) {
        checkCount(members.size());
        Arguments arguments = new Arguments().add(ranks.code()).add(ties.code());
        members.forEach(arguments::add);
        return runtime.run(STANDINGS, keys.subList(0, 3), arguments)
                .thenApply(reply -> readStandings(reply.asItems()).stream()
                        .sorted(Comparator.comparingLong(Standing::position))
                        .toList());
    }

    private List<Standing> readStandings(List<Reply> reply) {
        long size = reply.get(0).asLong();
        List<Standing> standings = new ArrayList<>(reply.size() / 4);
        for (int i = 1; i < reply.size(); i += 4) {
            standings.add(new Standing(
                    reply.get(i).asText(),
                    score(reply.get(i + 1)),
                    reply.get(i + 3).asLong(),
                    reply.get(i + 2).asLong(),
                    size));
        }
        return standings;
    }

    /** Takes a member off the board. */
    public boolean remove(String member) {
        return PatternRuntime.await(removeAsync(member));
    }

    /** As {@link #remove}; tells whether it was there. */
    public CompletionStage<Boolean> removeAsync(String member) {
        return runtime.run(
                REMOVE, keys, new Arguments().add(member).add(ties.code()).add(ranks == RankMode.DENSE ? 1 : 0));
    }

    private static void checkCount(int count) {
        if (count < 0 || count > MAX_PAGE) {
            throw new IllegalArgumentException("A page has up to " + MAX_PAGE + " members, not " + count);
        }
    }

    /** On the server the best score is the lowest. Adding 0 gives zero one sign. */
    private double stored(double score) {
        return (order == Order.HIGH_FIRST ? -score : score) + 0.0;
    }

    private double score(Reply stored) {
        return stored(Double.parseDouble(stored.asText()));
    }

    /** Settings of a board. */
    public static final class Builder {
        private final PatternRuntime runtime;
        private final String name;
        private Order order = Order.HIGH_FIRST;
        private RankMode ranks = RankMode.COMPETITION;
        private TieBreak ties = TieBreak.EARLIER_FIRST;
        private Duration keepFor = Duration.ZERO;
        private Duration rememberFor = Duration.ofMinutes(10);

        private Builder(PatternRuntime runtime, String name) {
            this.runtime = requireNonNull(runtime, "runtime");
            this.name = requireNonNull(name, "name");
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

        /** Drops the whole board so long after its last submission, such as that of a past season; zero, if not set, for never. */
        public Builder keepFor(Duration value) {
            keepFor = requireNonNull(value, "keepFor");
            return this;
        }

        /** How long the ids of additions are kept, ten minutes if not set: longer than callers repeat them. */
        public Builder rememberFor(Duration value) {
            rememberFor = requireNonNull(value, "rememberFor");
            return this;
        }

        /**
         * The board.
         *
         * @throws IllegalArgumentException if the settings make no sense
         */
        public Leaderboard build() {
            if (keepFor.isNegative()) {
                throw new IllegalArgumentException("Board '" + name + "': keepFor is not negative, not " + keepFor);
            }
            if (rememberFor.toMillis() < 1) {
                throw new IllegalArgumentException(
                        "Board '" + name + "': rememberFor is at least 1 ms, not " + rememberFor);
            }
            return new Leaderboard(this);
        }
    }
}

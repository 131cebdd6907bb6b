package dev.spinel.patterns.leaderboard;

import dev.spinel.patterns.leaderboard.BoardProtocol.Answer;
import dev.spinel.patterns.leaderboard.BoardProtocol.Slice;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/**
 * What can be asked of a board: the {@link Leaderboard} itself, that of one of its windows, or one that was archived or merged.
 * Every answer is what the board was at one moment, in one round trip. Thread-safe; asking costs nothing until an operation is called.
 *
 * <p>A board that nobody was submitted to, or whose time is over, is empty. Which window is the present one is decided by the
 * server's clock; the first operation on windows takes a second round trip, to learn it.
 *
 * <p>All operations throw {@link dev.spinel.patterns.transport.PatternException.Unavailable} if the server does not answer, and {@link
 * IllegalArgumentException} for more than 10,000 members at once.
 */
public sealed class Board permits Leaderboard {
    private static final Operation<Answer> PAGE = BoardProtocol.operation("page", "page.lua", Retry.IDEMPOTENT);
    private static final Operation<Answer> STANDINGS =
            BoardProtocol.operation("standings", "standings.lua", Retry.IDEMPOTENT);
    private static final Operation<Answer> COUNT = BoardProtocol.operation("count", "count.lua", Retry.IDEMPOTENT);
    private static final int MAX_PAGE = 10_000;

    final BoardProtocol protocol;
    final Place place;
    private final boolean withData;

    Board(BoardProtocol protocol, Place place, boolean withData) {
        this.protocol = protocol;
        this.place = place;
        this.withData = withData;
    }

    /** The same board, whose standings tell the text beside members. It costs a look-up for each, which is not made otherwise. */
    public Board withData() {
        return new Board(protocol, place, true);
    }

    /** The best members, up to {@code count}. */
    public Page top(int count) {
        return page(0, count);
    }

    /** As {@link #top}. */
    public CompletionStage<Page> topAsync(int count) {
        return pageAsync(0, count);
    }

    /** Up to {@code count} members, after the first {@code skip}. */
    public Page page(long skip, int count) {
        return protocol.runtime().call(() -> pageAsync(skip, count));
    }

    /** As {@link #page}. */
    public CompletionStage<Page> pageAsync(long skip, int count) {
        if (skip < 0) {
            throw new IllegalArgumentException("Cannot skip " + skip);
        }
        checkCount(count);
        return readSlice(withData, "page", skip, count).thenApply(Board::page);
    }

    /** A member with up to so many above and below it; empty if the member is not there. */
    public Page around(String member, int above, int below) {
        return protocol.runtime().call(() -> aroundAsync(member, above, below));
    }

    /** As {@link #around}. */
    public CompletionStage<Page> aroundAsync(String member, int above, int below) {
        checkCount(above);
        checkCount(below);
        return readSlice(withData, "around", above, below, member).thenApply(Board::page);
    }

    private static Page page(Slice slice) {
        return new Page(slice.standings(), slice.size());
    }

    /** Reads neighbouring entries, as the script of pages describes it. */
    CompletionStage<Slice> readSlice(boolean texts, String which, long first, long second, String... whom) {
        return protocol.run(PAGE, List.of(place), List.of(), arguments -> {
                    arguments.add(texts ? 1 : 0).add(which).add(first).add(second);
                    for (String each : whom) {
                        arguments.add(each);
                    }
                })
                .thenApply(answer -> protocol.slice(answer, texts));
    }

    /** Where a member stands; empty if it is not there. */
    public Optional<Standing> standing(String member) {
        return protocol.runtime().call(() -> standingAsync(member));
    }

    /** As {@link #standing}. */
    public CompletionStage<Optional<Standing>> standingAsync(String member) {
        return standingsAsync(List.of(member))
                .thenApply(standings -> standings.stream().findFirst());
    }

    /** Where some members, at most 10,000, stand on the whole board, the best first; who is not there is left out. */
    public List<Standing> standings(Collection<String> members) {
        return protocol.runtime().call(() -> standingsAsync(members));
    }

    /** As {@link #standings}. */
    public CompletionStage<List<Standing>> standingsAsync(Collection<String> members) {
        checkCount(members.size());
        return findSlice(withData, members).thenApply(slice -> slice.standings().stream()
                .sorted(Comparator.comparingLong(Standing::position))
                .toList());
    }

    /** Reads the entries of those members that are there, in no order. */
    CompletionStage<Slice> findSlice(boolean texts, Collection<String> members) {
        return protocol.run(STANDINGS, List.of(place), List.of(), arguments -> {
                    arguments.add(texts ? 1 : 0);
                    members.stream().distinct().forEach(arguments::add);
                })
                .thenApply(answer -> protocol.slice(answer, texts));
    }

    /**
     * Where some members stand among each other, such as a player and its friends: as on a board of them alone, the best first. Who is not
     * there is left out.
     */
    public List<Standing> among(Collection<String> members) {
        return protocol.runtime().call(() -> amongAsync(members));
    }

    /** As {@link #among}. */
    public CompletionStage<List<Standing>> amongAsync(Collection<String> members) {
        return standingsAsync(members).thenApply(this::amongEachOther);
    }

    private List<Standing> amongEachOther(List<Standing> standings) {
        RankMode ranks = protocol.settings().ranks();
        List<Standing> relative = new ArrayList<>(standings.size());
        long rank = 0;
        for (int i = 0; i < standings.size(); i++) {
            Standing standing = standings.get(i);
            boolean tied = i > 0 && standings.get(i - 1).score() == standing.score();
            if (!tied || ranks == RankMode.ORDINAL) {
                rank = ranks == RankMode.DENSE ? rank + 1 : i + 1;
            }
            relative.add(new Standing(
                    standing.member(),
                    standing.score(),
                    standing.subScore(),
                    rank,
                    i + 1,
                    standings.size(),
                    standing.data()));
        }
        return List.copyOf(relative);
    }

    /** How many members have scores from {@code lowest} to {@code highest}, both included and possibly infinite. */
    public long countBetween(double lowest, double highest) {
        return protocol.runtime().call(() -> countBetweenAsync(lowest, highest));
    }

    /** As {@link #countBetween}. */
    public CompletionStage<Long> countBetweenAsync(double lowest, double highest) {
        if (Double.isNaN(lowest) || Double.isNaN(highest)) {
            throw new IllegalArgumentException("Not a range of scores: " + lowest + " to " + highest);
        }
        double one = protocol.stored(lowest);
        double other = protocol.stored(highest);
        boolean reversed = protocol.settings().order() == Leaderboard.Order.HIGH_FIRST;
        return protocol.run(COUNT, List.of(place), List.of(), arguments -> arguments
                        .add(bound(reversed ? other : one))
                        .add(bound(reversed ? one : other)))
                .thenApply(answer -> answer.items().get(1).asLong());
    }

    private static String bound(double score) {
        if (Double.isInfinite(score)) {
            return score < 0 ? "-inf" : "+inf";
        }
        return Double.toString(score);
    }

    /** How many members there are. */
    public long size() {
        return protocol.runtime().call(() -> sizeAsync());
    }

    /** As {@link #size}. */
    public CompletionStage<Long> sizeAsync() {
        return pageAsync(0, 0).thenApply(Page::size);
    }

    static void checkCount(int count) {
        if (count < 0 || count > MAX_PAGE) {
            throw new IllegalArgumentException("A page has up to " + MAX_PAGE + " members, not " + count);
        }
    }
}

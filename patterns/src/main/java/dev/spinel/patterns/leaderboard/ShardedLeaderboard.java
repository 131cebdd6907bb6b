package dev.spinel.patterns.leaderboard;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spinel.patterns.leaderboard.BoardProtocol.Answer;
import dev.spinel.patterns.leaderboard.BoardProtocol.Entry;
import dev.spinel.patterns.leaderboard.BoardProtocol.Slice;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.PatternRuntime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32;

/**
 * Members by score, spread over several boards: for more members, or more submissions, than one key on one node of a cluster takes. Made by
 * {@link Leaderboard.Builder#buildSharded}. Thread-safe.
 *
 * <p>Each member is on the shard of its name, by CRC-32, and each shard has a hash tag of its own, so that the cluster spreads them, evenly
 * if there are several times as many shards as nodes. With S shards:
 *
 * <table>
 * <caption>Costs and consistency</caption>
 * <tr><th>operation</th><th>calls</th><th>round trips</th><th>atomic</th></tr>
 * <tr><td>{@link #submit}, {@link #remove}, {@link #describe}</td><td>1</td><td>1</td><td>yes, as on a {@link Leaderboard}</td></tr>
 * <tr><td>{@link #page}, {@link #countBetween}, {@link #size}</td><td>S at the same time</td><td>1</td><td>on each shard</td></tr>
 * <tr><td>{@link #standings}, {@link #around}</td><td>up to 2 S</td><td>2</td><td>on each shard, in each round trip</td></tr>
 * </table>
 *
 * <p>An answer is put together from shards as they were at slightly different moments. Ranks, positions and sizes are sums over them: exact
 * if nobody submits meanwhile, and otherwise off by no more than the number of submissions between the first and the last of these
 * moments. A member is never told twice, and the members of an answer are in the order of the scores that they are told with. What a
 * caller has submitted before it asks is counted.
 *
 * <p>Ties by time compare the clocks of the nodes. A submission does not tell a rank, which would take the other shards. If one
 * shard is not available, only what its members are submitted to, removed and described works: all else fails as it does for a {@link
 * Board}.
 */
public final class ShardedLeaderboard {
    private static final Operation<Answer> AHEAD = BoardProtocol.operation("ahead", "ahead.lua", Retry.IDEMPOTENT);

    private final PatternRuntime runtime;
    private final List<Leaderboard> shards;
    private final BoardSettings settings;
    private final boolean withData;
    private final Comparator<Entry> order;

    ShardedLeaderboard(List<Leaderboard> shards, boolean withData) {
        this.shards = shards;
        this.withData = withData;
        BoardProtocol protocol = shards.get(0).protocol;
        runtime = protocol.runtime();
        settings = protocol.settings();
        order = Comparator.<Entry>comparingDouble(
                        entry -> protocol.stored(entry.standing().score()))
                .thenComparing(entry -> entry.text().getBytes(UTF_8), Arrays::compareUnsigned);
    }

    /**
     * What a submission did.
     *
     * @param score what the member has now
     * @param previousScore what it had before; empty if it is new
     */
    public record Outcome(double score, OptionalDouble previousScore) {
        /** Whether the score is not what it was. */
        public boolean changed() {
            return previousScore.isEmpty() || previousScore.getAsDouble() != score;
        }
    }

    /** The same board, whose standings tell the text beside members. */
    public ShardedLeaderboard withData() {
        return new ShardedLeaderboard(shards, true);
    }

    /** Changes the score of a member, as {@link Leaderboard#submit(Change)} does and with the same failures. */
    public Outcome submit(Change change) {
        return runtime.call(() -> submitAsync(change));
    }

    /** As {@link #submit}. */
    public CompletionStage<Outcome> submitAsync(Change change) {
        return shardOf(change.member())
                .submitAsync(change)
                .thenApply(submission -> new Outcome(submission.standing().score(), submission.previousScore()));
    }

    /** Takes a member off the board, with the text beside it; tells whether it was there, or may have been as a reply was lost. */
    public boolean remove(String member) {
        return runtime.call(() -> removeAsync(member));
    }

    /** As {@link #remove}. */
    public CompletionStage<Boolean> removeAsync(String member) {
        return shardOf(member).removeAsync(member);
    }

    /** Sets the text that is kept beside a member, if it is there; tells whether it is. */
    public boolean describe(String member, String data) {
        return runtime.call(() -> describeAsync(member, data));
    }

    /** As {@link #describe}. */
    public CompletionStage<Boolean> describeAsync(String member, String data) {
        return shardOf(member).describeAsync(member, data);
    }

    /** The best members, up to {@code count}. */
    public Page top(int count) {
        return page(0, count);
    }

    /** As {@link #top}. */
    public CompletionStage<Page> topAsync(int count) {
        return pageAsync(0, count);
    }

    /**
     * Up to {@code count} members, after the first {@code skip}. Every shard tells the best {@code skip + count} of its own.
     *
     * @throws IllegalArgumentException if {@code skip + count} is above 10,000
     */
    public Page page(int skip, int count) {
        return PatternRuntime.await(pageAsync(skip, count));
    }

    /** As {@link #page}. */
    public CompletionStage<Page> pageAsync(int skip, int count) {
        Board.checkCount(skip);
        Board.checkCount(count);
        int read = skip + count;
        Board.checkCount(read);
        return all(shard -> shard.readSlice(withData, "page", 0, read)).thenApply(slices -> {
            long size = slices.stream().mapToLong(Slice::size).sum();
            List<Standing> best = numbered(sorted(slices).limit(read).toList(), 0, 0, size);
            return new Page(best.subList(Math.min(skip, best.size()), best.size()), size);
        });
    }

    /** A member with up to so many above and below it; empty if the member is not there. */
    public Page around(String member, int above, int below) {
        return PatternRuntime.await(aroundAsync(member, above, below));
    }

    /** As {@link #around}. */
    public CompletionStage<Page> aroundAsync(String member, int above, int below) {
        Board.checkCount(above);
        Board.checkCount(below);
        Leaderboard own = shardOf(member);
        return own.readSlice(withData, "around", above, below, member).thenCompose(slice -> {
            Optional<Entry> there = slice.entries().stream()
                    .filter(entry -> entry.standing().member().equals(member))
                    .findFirst();
            if (there.isEmpty()) {
                return sizeAsync().thenApply(size -> new Page(List.of(), size));
            }
            Entry entry = there.get();
            // One above at least, so that it is known how many are.
            return all(shard -> shard == own
                            ? CompletableFuture.completedStage(slice)
                            : shard.readSlice(
                                    withData, "beside", Math.max(1, above), below, entry.text(), storedScore(entry)))
                    .thenApply(slices -> around(entry, above, below, slices));
        });
    }

    private Page around(Entry entry, int above, int below, List<Slice> slices) {
        List<Entry> all = sorted(slices).toList();
        int at = all.indexOf(entry);
        List<Entry> page = all.subList(Math.max(0, at - above), Math.min(all.size(), at + below + 1));
        long before = 0;
        long better = 0;
        long size = 0;
        for (Slice slice : slices) {
            before += countBefore(slice, page.get(0));
            better += countBetter(slice, page.get(0));
            size += slice.size();
        }
        return new Page(numbered(page, before, better, size), size);
    }

    /*
     * How many of a shard come before an entry that is not below all of its slice: those up to the first of the slice that does not. What
     * stands above the slice does come before, as a slice has all that can be above the entry on the page, if it has not everything.
     */
    private long countBefore(Slice slice, Entry entry) {
        long count = 0;
        for (Entry other : slice.entries()) {
            if (order.compare(other, entry) >= 0) {
                return other.standing().position() - 1;
            }
            count = other.standing().position();
        }
        return count;
    }

    /** How many of a shard have better scores than an entry. Likewise, but where one with the same score tells its rank on the shard. */
    private long countBetter(Slice slice, Entry entry) {
        double score = entry.standing().score();
        for (Entry other : slice.entries()) {
            if (other.standing().score() == score) {
                return other.standing().rank() - 1;
            }
        }
        return countBefore(slice, entry);
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

    /**
     * Where some members stand, the best first; who is not there is left out. At most 10,000 members; each of them is searched for in
     * each shard, which keeps a shard's server busy for as long.
     */
    public List<Standing> standings(Collection<String> members) {
        return PatternRuntime.await(standingsAsync(members));
    }

    /** As {@link #standings}. */
    public CompletionStage<List<Standing>> standingsAsync(Collection<String> members) {
        Board.checkCount(members.size());
        Map<Leaderboard, List<String>> byShard = members.stream().collect(Collectors.groupingBy(this::shardOf));
        return all(shard -> {
                    List<String> own = byShard.getOrDefault(shard, List.of());
                    return own.isEmpty()
                            ? CompletableFuture.completedStage(new Slice(List.of(), 0))
                            : shard.findSlice(withData, own);
                })
                .thenCompose(slices -> rank(sorted(slices).toList()));
    }

    /** Asks all shards how many are ahead of entries, of which some are their own. */
    private CompletionStage<List<Standing>> rank(List<Entry> entries) {
        if (entries.isEmpty()) {
            return CompletableFuture.completedStage(List.of());
        }
        return all(shard -> shard.protocol.run(AHEAD, List.of(shard.place), List.of(), arguments -> {
                    for (Entry entry : entries) {
                        arguments.add(storedScore(entry)).add(entry.text());
                    }
                }))
                .thenApply(answers -> {
                    long size = sum(answers, 1);
                    List<Standing> standings = new ArrayList<>(entries.size());
                    for (int i = 0; i < entries.size(); i++) {
                        long better = sum(answers, 2 + 2 * i);
                        long before = sum(answers, 3 + 2 * i);
                        standings.addAll(numbered(entries.subList(i, i + 1), before, better, size));
                    }
                    return List.copyOf(standings);
                });
    }

    private static long sum(List<Answer> answers, int item) {
        return answers.stream()
                .mapToLong(answer -> answer.items().get(item).asLong())
                .sum();
    }

    /** How many members have scores from {@code lowest} to {@code highest}, both included and possibly infinite. */
    public long countBetween(double lowest, double highest) {
        return PatternRuntime.await(countBetweenAsync(lowest, highest));
    }

    /** As {@link #countBetween}. */
    public CompletionStage<Long> countBetweenAsync(double lowest, double highest) {
        return all(shard -> shard.countBetweenAsync(lowest, highest)).thenApply(ShardedLeaderboard::sum);
    }

    /** How many members there are. */
    public long size() {
        return PatternRuntime.await(sizeAsync());
    }

    /** As {@link #size}. */
    public CompletionStage<Long> sizeAsync() {
        return all(Leaderboard::sizeAsync).thenApply(ShardedLeaderboard::sum);
    }

    private static long sum(List<Long> counts) {
        return counts.stream().mapToLong(Long::longValue).sum();
    }

    private Leaderboard shardOf(String member) {
        CRC32 crc = new CRC32();
        crc.update(member.getBytes(UTF_8));
        return shards.get((int) (crc.getValue() % shards.size()));
    }

    /** Asks all shards at the same time. */
    private <T> CompletionStage<List<T>> all(Function<Leaderboard, CompletionStage<T>> question) {
        List<CompletableFuture<T>> answers = shards.stream()
                .map(shard -> question.apply(shard).toCompletableFuture())
                .toList();
        return CompletableFuture.allOf(answers.toArray(CompletableFuture<?>[]::new))
                .thenApply(done -> answers.stream().map(CompletableFuture::join).toList());
    }

    private Stream<Entry> sorted(List<Slice> slices) {
        return slices.stream().flatMap(slice -> slice.entries().stream()).sorted(order);
    }

    private String storedScore(Entry entry) {
        return Double.toString(shards.get(0).protocol.stored(entry.standing().score()));
    }

    /**
     * Entries that follow each other on the whole board, as they stand there.
     *
     * @param before how many stand before the first
     * @param better how many have a better score than the first
     */
    private List<Standing> numbered(List<Entry> entries, long before, long better, long size) {
        long rank = better + 1;
        List<Standing> standings = new ArrayList<>(entries.size());
        for (int i = 0; i < entries.size(); i++) {
            Standing standing = entries.get(i).standing();
            long position = before + i + 1;
            boolean tied = i == 0 || entries.get(i - 1).standing().score() == standing.score();
            if (!tied || settings.ranks() == RankMode.ORDINAL) {
                rank = position;
            }
            standings.add(new Standing(
                    standing.member(), standing.score(), standing.subScore(), rank, position, size, standing.data()));
        }
        return standings;
    }
}

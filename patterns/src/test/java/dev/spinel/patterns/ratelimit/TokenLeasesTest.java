package dev.spinel.patterns.ratelimit;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.ratelimit.Limit.FixedWindow;
import dev.spinel.patterns.ratelimit.RateLimiter.Taken;
import dev.spinel.patterns.testing.ManualScheduler;
import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** What a limiter that leases tokens asks of the server, and what it answers itself. */
class TokenLeasesTest {
    private static final Duration TIME = Duration.ofMillis(100);
    private static final FixedWindow LIMIT = FixedWindow.of("api", 1000, Duration.ofMinutes(1));

    private record Asked(long cost, long most) {}

    private final ManualScheduler time = new ManualScheduler();
    private final List<Asked> asked = new ArrayList<>();
    private final Deque<CompletableFuture<Taken>> answers = new ArrayDeque<>();
    private final List<Grant> refunded = new ArrayList<>();
    private final TokenLeases leases = new TokenLeases(
            time,
            64,
            TIME,
            (request, most) -> {
                asked.add(new Asked(request.cost(), most));
                return answers.isEmpty() ? CompletableFuture.completedFuture(granted(most)) : answers.remove();
            },
            refunded::add);

    /** The server had 500 left afterwards, for half a minute. */
    private static Taken granted(long cost) {
        LimitState state = new LimitState(LIMIT, 500, Duration.ZERO, Duration.ofSeconds(30), false);
        Grant grant = new Grant("k", 1, "batch of " + cost, 7);
        return new Taken(new Decision.Allowed(Optional.of(grant), Duration.ZERO, List.of(state), false), cost);
    }

    private static Taken denied() {
        Duration retry = Duration.ofMillis(300);
        LimitState state = new LimitState(LIMIT, 0, retry, Duration.ofSeconds(30), false);
        return new Taken(new Decision.Limited(retry, false, List.of(state), false), 0);
    }

    private CompletableFuture<Taken> hold() {
        CompletableFuture<Taken> later = new CompletableFuture<>();
        answers.add(later);
        return later;
    }

    private CompletableFuture<Decision> take(long cost) {
        return leases.take(RateLimitRequest.of("k").withCost(cost)).toCompletableFuture();
    }

    private void take(int times, long cost) {
        for (int i = 0; i < times; i++) {
            assertThat(take(cost).join().allowed()).isTrue();
        }
    }

    @Test
    void batches_double_whileTheyAreUsedUp() {
        take(1000, 1);
        assertThat(asked).extracting(Asked::most).startsWith(1L, 2L, 4L, 8L, 16L, 32L, 64L, 64L);
        assertThat(asked).hasSize(6 + 15);
        assertThat(refunded).isEmpty();
    }

    @Test
    void batches_areMultiplesOfTheCost() {
        take(1000, 3);
        assertThat(asked).extracting(Asked::most).startsWith(3L, 6L, 12L, 24L, 48L, 63L, 63L);
        assertThat(refunded).isEmpty();
    }

    @Test
    void aLeasedAnswer_tellsWhatIsLeft_andWhatToRefund() {
        take(1 + 2 + 4, 1);
        take(1, 1);
        time.advance(Duration.ofMillis(40));
        Decision.Allowed decision = (Decision.Allowed) take(2).join();
        assertThat(decision.grant()).contains(new Grant("k", 2, "batch of 8", 7));
        assertThat(decision.states())
                .containsExactly(new LimitState(LIMIT, 500 + 5, Duration.ZERO, Duration.ofMillis(29_960), false));
    }

    @Test
    void whatIsLeftInTheEnd_isGivenBack_andTheNextBatchIsSmall() {
        take(1 + 2 + 4 + 1, 1);
        time.advance(TIME.minusNanos(1));
        take(1, 1);
        assertThat(refunded).isEmpty();
        time.advance(Duration.ofNanos(1));
        assertThat(refunded).containsExactly(new Grant("k", 6, "batch of 8", 7));
        assertThat(time.waiting()).isZero();
        asked.clear();
        take(1, 1);
        assertThat(asked).containsExactly(new Asked(1, 1));
    }

    @Test
    void aSchedulerThatTakesNoMore_leavesNobodyWithoutAnAnswer() {
        CompletableFuture<Taken> held = hold();
        TokenLeases unscheduled = new TokenLeases(
                new Scheduler() {
                    @Override
                    public long nanoTime() {
                        return time.nanoTime();
                    }

                    @Override
                    public Task schedule(Duration delay, Runnable task) {
                        throw new RejectedExecutionException("for the test");
                    }
                },
                64,
                TIME,
                (request, most) -> held,
                refunded::add);
        CompletableFuture<Decision> decision =
                unscheduled.take(RateLimitRequest.of("k")).toCompletableFuture();
        held.complete(granted(4));
        assertThat(decision.join().allowed()).isTrue();
        assertThat(refunded).containsExactly(new Grant("k", 3, "batch of 4", 7));
    }

    @Test
    void whoAsksMeanwhile_waits_andOneCallServesAll() {
        CompletableFuture<Taken> first = hold();
        List<CompletableFuture<Decision>> decisions = new ArrayList<>();
        for (int i = 0; i < 11; i++) {
            decisions.add(take(1));
        }
        assertThat(asked).containsExactly(new Asked(1, 1));
        CompletableFuture<Taken> second = hold();
        first.complete(granted(1));
        assertThat(asked).containsExactly(new Asked(1, 1), new Asked(1, 10));
        assertThat(decisions).filteredOn(CompletableFuture::isDone).hasSize(1);
        second.complete(granted(10));
        assertThat(decisions).allMatch(decision -> decision.join().allowed());
        take(1, 1);
        assertThat(asked).hasSize(3);
    }

    @Test
    void whatTheServerCuts_isHandedOut_andTheNextOnesAreAskedFor() {
        CompletableFuture<Taken> first = hold();
        CompletableFuture<Decision> one = take(2);
        CompletableFuture<Decision> two = take(2);
        CompletableFuture<Decision> three = take(2);
        CompletableFuture<Taken> second = hold();
        first.complete(granted(3));
        assertThat(one).isDone();
        assertThat(two).isNotDone();
        // The one that is left of three fits nobody who waits, but who comes.
        assertThat(take(1).join().allowed()).isTrue();
        second.complete(denied());
        assertThat(two.join().allowed()).isFalse();
        assertThat(three.join()).isSameAs(two.join());
        assertThat(asked).containsExactly(new Asked(2, 2), new Asked(2, 4));
        assertThat(refunded).isEmpty();
    }

    @Test
    void aDenial_isForThoseOfTheSameCost_thatWaitedFromTheStart() {
        CompletableFuture<Taken> first = hold();
        take(1);
        List<CompletableFuture<Decision>> high = List.of(take(5), take(5));
        CompletableFuture<Decision> low = take(1);
        CompletableFuture<Taken> second = hold();
        first.complete(granted(1));
        CompletableFuture<Decision> late = take(5);
        CompletableFuture<Taken> third = hold();
        second.complete(denied());
        assertThat(high).allMatch(decision -> !decision.join().allowed());
        assertThat(low).isNotDone();
        assertThat(late).isNotDone();
        third.complete(granted(6));
        assertThat(low.join().allowed()).isTrue();
        assertThat(late.join().allowed()).isTrue();
        assertThat(asked).extracting(Asked::cost).containsExactly(1L, 5L, 1L);
        assertThat(refunded).isEmpty();
    }

    @Test
    void aRestThatDoesNotSuffice_isGivenBack_whenTheNextBatchIsThere() {
        take(1 + 2 + 4 + 6, 1);
        take(1, 20);
        assertThat(refunded).containsExactly(new Grant("k", 2, "batch of 8", 7));
        assertThat(asked).endsWith(new Asked(20, 20));
    }

    @Test
    void noMoreThanABatch_isHeld_whileTheNextOneIsAskedFor() {
        take(1 + 2 + 4 + 8 + 16 + 32 + 54, 1);
        CompletableFuture<Taken> next = hold();
        CompletableFuture<Decision> high = take(27);
        assertThat(asked).endsWith(new Asked(27, 54));
        // What is left of the present one is still handed out.
        take(10, 1);
        next.complete(granted(54));
        assertThat(high.join().allowed()).isTrue();
        assertThat(refunded).isEmpty();
    }

    @Test
    void aSlowAnswer_servesWhoWaitedFromTheStart_andTheRestIsGivenBack() {
        take(1, 1);
        CompletableFuture<Taken> slow = hold();
        CompletableFuture<Decision> early = take(1);
        time.advance(TIME.multipliedBy(2));
        CompletableFuture<Decision> late = take(1);
        CompletableFuture<Taken> next = hold();
        slow.complete(granted(2));
        assertThat(early.join().allowed()).isTrue();
        assertThat(late).isNotDone();
        next.complete(granted(1));
        assertThat(refunded).containsExactly(new Grant("k", 1, "batch of 2", 7));
        assertThat(late.join().allowed()).isTrue();
    }

    @Test
    void aBatchThatCameTooLate_isGivenBack_beforeTheNextOneIsAskedFor() {
        CompletableFuture<Taken> first = hold();
        CompletableFuture<Decision> early = take(1);
        CompletableFuture<Decision> late = take(1);
        CompletableFuture<Taken> second = hold();
        time.advance(TIME);
        List<String> seen = new ArrayList<>();
        var unused = early.thenAccept(decision -> seen.add("decided with " + asked.size() + " asked"));
        first.complete(granted(64));
        assertThat(early).isCompleted();
        assertThat(late).isNotDone();
        assertThat(refunded).extracting(Grant::cost).containsExactly(63L);
        assertThat(seen).containsExactly("decided with 2 asked");
        second.complete(granted(8));
        assertThat(late).isCompleted();
    }

    @Test
    void aFailure_isThatOfAllWhoWait_andTheNextOneAsks() {
        CompletableFuture<Taken> first = hold();
        List<CompletableFuture<Decision>> decisions = List.of(take(1), take(2));
        IllegalStateException failure = new IllegalStateException("for the test");
        first.completeExceptionally(failure);
        assertThat(decisions).allSatisfy(decision -> assertThat(decision)
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withCause(failure));
        take(1, 1);
        assertThat(asked).hasSize(2);
    }

    @Test
    void highCosts_andRequestsWithAnId_areAskedByThemselves() {
        take(1 + 2 + 4 + 8 + 16, 1);
        asked.clear();
        take(2, 33);
        RateLimitRequest named = RateLimitRequest.of("k").withId("1");
        assertThat(leases.take(named).toCompletableFuture().join().allowed()).isTrue();
        assertThat(asked).containsExactly(new Asked(33, 33), new Asked(33, 33), new Asked(1, 1));
    }

    private void takeOf(String key) {
        assertThat(leases.take(RateLimitRequest.of(key))).isCompleted();
    }

    /** What is asked for when one of a key is taken. */
    private List<Asked> askedFor(String key) {
        asked.clear();
        takeOf(key);
        return List.copyOf(asked);
    }

    @Test
    void keysWithoutTokens_makeRoom_thoseFirstThatHaveBeenSoForLongest() {
        for (int i = 0; i < 10_000; i++) {
            takeOf("k" + i);
        }
        takeOf("k0"); // has a token left
        takeOf("k1");
        takeOf("k1"); // is spent again, after all others
        take(1 + 2 + 4, 1);
        assertThat(asked).endsWith(new Asked(1, 1), new Asked(1, 2), new Asked(1, 4));
        assertThat(askedFor("k0")).isEmpty();
        assertThat(askedFor("k1")).containsExactly(new Asked(1, 4));
        assertThat(askedFor("k3")).containsExactly(new Asked(1, 2));
        assertThat(askedFor("k2")).as("it went").containsExactly(new Asked(1, 1));
        assertThat(askedFor("k4")).as("it went for that").containsExactly(new Asked(1, 1));
        assertThat(askedFor("k9999")).containsExactly(new Asked(1, 2));
        assertThat(refunded).isEmpty();
        assertThat(time.waiting()).isEqualTo(10_000);
        time.advance(TIME);
        assertThat(time.waiting()).isZero();
    }

    @Test
    void aKeyThatIsBeingAskedFor_keepsItsPlace() {
        CompletableFuture<Taken> first = hold();
        CompletableFuture<Decision> decision = take(1);
        for (int i = 0; i < 20_000; i++) {
            takeOf("k" + i);
        }
        first.complete(granted(1));
        assertThat(decision.join().allowed()).isTrue();
        assertThat(askedFor("k")).containsExactly(new Asked(1, 2));
    }

    @Test
    void keys_areBounded() {
        for (int i = 0; i < 10_000; i++) {
            // Each has one token left.
            takeOf("k" + i);
            takeOf("k" + i);
        }
        asked.clear();
        take(4, 1);
        assertThat(asked).hasSize(4).allMatch(call -> call.most() == 1);
        time.advance(TIME);
        take(3, 1);
        assertThat(asked).endsWith(new Asked(1, 2)).hasSize(6);
    }
}

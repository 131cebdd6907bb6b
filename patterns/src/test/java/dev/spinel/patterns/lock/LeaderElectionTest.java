package dev.spinel.patterns.lock;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.lock.LeaderElection.Candidate;
import dev.spinel.patterns.testing.StepByStep;
import dev.spinel.patterns.transport.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** What becomes of a leader that fails, step by step on a clock that stands still. */
class LeaderElectionTest extends StepByStep {
    private static final Reply YES = new Reply.Int(1);
    private static final Reply GRANTED = new Reply.Items(List.of(YES, new Reply.Int(42)));

    private final List<Long> electedMillis = new ArrayList<>();

    private LeaderElection join(Executor executor, Candidate candidate) {
        return LeaderElection.join(Locks.over(runtime), "l", executor, candidate);
    }

    private void elected() {
        electedMillis.add(Duration.ofNanos(scheduler.nanoTime()).toMillis());
    }

    private void termsThatEnd(int count) {
        for (int i = 0; i < count; i++) {
            transport.reply(GRANTED).reply(YES);
        }
    }

    @Test
    void aCandidateThatThrowsAnError_resigns_andStandsAgainAfterAPauseThatGrows() {
        termsThatEnd(13);
        try (LeaderElection election = join(Runnable::run, term -> {
            elected();
            throw new AssertionError("for the test");
        })) {
            assertThat(election.term()).isEmpty();
            assertThat(transport.commands()).hasSize(2);
            scheduler.advance(Duration.ofSeconds(120));
            assertThat(electedMillis)
                    .containsExactly(
                            0L, 100L, 300L, 700L, 1_500L, 3_100L, 6_300L, 12_700L, 25_500L, 51_100L, 81_100L, 111_100L);
            assertThat(events.count("leader.candidateFailed")).isEqualTo(12);
            assertThat(events.cause("leader.candidateFailed")).hasMessage("for the test");
        }
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void aTermThatWasServed_endsThePauses() {
        termsThatEnd(5);
        try (LeaderElection election = join(Runnable::run, term -> {
            elected();
            if (electedMillis.size() == 3) {
                term.resign();
            } else if (electedMillis.size() < 5) {
                throw new IllegalStateException("for the test");
            }
        })) {
            scheduler.advance(Duration.ofSeconds(5));
            // The fourth one follows the third at once, and is the first that fails then.
            assertThat(electedMillis).containsExactly(0L, 100L, 300L, 300L, 400L);
            assertThat(election.term()).isPresent();
        }
    }

    @Test
    void resigningAndClosing_areCompleteWhenTheSeatIsGivenBack() {
        transport.reply(GRANTED);
        LeaderElection election = join(Runnable::run, term -> elected());
        CompletableFuture<Reply> resigned = transport.hold();
        CompletableFuture<Void> resignation =
                election.term().orElseThrow().resignAsync().toCompletableFuture();
        assertThat(resignation).isNotDone();
        assertThat(election.term()).isEmpty();
        transport.reply(GRANTED);
        resigned.complete(YES);
        assertThat(resignation).isCompleted();
        assertThat(electedMillis).hasSize(2);
        CompletableFuture<Reply> released = transport.hold();
        CompletableFuture<Void> end = election.closeAsync().toCompletableFuture();
        assertThat(end).isNotDone();
        released.complete(new Reply.Failure("ERR for the test"));
        assertThat(end).isCompleted();
        assertThat(events.names()).endsWith("lock.releaseFailed", "leader.ended");
        assertThat(election.closeAsync().toCompletableFuture()).isCompleted();
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void anExecutorThatRefuses_isTriedAgainAfterPauses() {
        termsThatEnd(4);
        boolean[] shutDown = {true};
        Executor executor = task -> {
            elected();
            if (shutDown[0]) {
                throw new RejectedExecutionException("for the test");
            }
            task.run();
        };
        try (LeaderElection election = join(executor, term -> {})) {
            scheduler.advance(Duration.ofMillis(500));
            shutDown[0] = false;
            scheduler.advance(Duration.ofMillis(500));
            assertThat(electedMillis).containsExactly(0L, 100L, 300L, 700L);
            assertThat(election.term()).isPresent();
        }
    }

    @Test
    void aTermThatEndsBeforeTheExecutorComesToIt_doesNotBegin() {
        termsThatEnd(2);
        List<Runnable> queued = new ArrayList<>();
        LeaderElection election = join(queued::add, term -> elected());
        election.term().orElseThrow().resign();
        election.close();
        assertThat(queued).hasSize(2);
        queued.forEach(Runnable::run);
        assertThat(electedMillis).isEmpty();
        assertThat(events.names()).containsExactly("leader.elected", "leader.ended", "leader.elected", "leader.ended");
    }

    @Test
    void closing_isCompleteWhenTheSeatIsGivenBack_thatWasBeingTaken() {
        CompletableFuture<Reply> taken = transport.hold();
        LeaderElection election = join(Runnable::run, term -> elected());
        List<CompletableFuture<Void>> ends = List.of(
                election.closeAsync().toCompletableFuture(),
                election.closeAsync().toCompletableFuture());
        assertThat(ends).noneMatch(CompletableFuture::isDone);
        CompletableFuture<Reply> released = transport.hold();
        taken.complete(GRANTED);
        assertThat(ends).noneMatch(CompletableFuture::isDone);
        released.complete(YES);
        assertThat(ends).allMatch(CompletableFuture::isDone);
        assertThat(electedMillis).isEmpty();
        assertThat(transport.commands()).hasSize(2);
    }

    @Test
    void closing_isCompleteWhenThePlaceInTheQueueIsGivenUp() {
        transport.reply(new Reply.Items(List.of(new Reply.Int(0), new Reply.Int(60_000))));
        LeaderElection election = join(Runnable::run, term -> elected());
        CompletableFuture<Reply> left = transport.hold();
        CompletableFuture<Void> end = election.closeAsync().toCompletableFuture();
        assertThat(end).isNotDone();
        left.complete(new Reply.Int(0));
        assertThat(end).isCompleted();
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void standing_endsWithTheRuntime() {
        transport.reply(new Reply.Failure("ERR for the test")).reply(YES);
        LeaderElection election = join(Runnable::run, term -> elected());
        assertThat(events.names()).containsExactly("leader.candidacyFailed");
        runtime.close();
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(scheduler.waiting()).isZero();
        assertThat(events.names()).containsExactly("leader.candidacyFailed");
        election.close();
    }
}

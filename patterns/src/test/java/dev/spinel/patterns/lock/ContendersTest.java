package dev.spinel.patterns.lock;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.testing.StepByStep;
import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RedisTransport;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Scheduler;
import dev.spinel.patterns.transport.TransportException;
import dev.spinel.patterns.transport.Way;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** How those of one process get a lock, step by step on a clock that stands still. */
class ContendersTest extends StepByStep {
    private static final Reply YES = new Reply.Int(1);
    private static final Reply NO = new Reply.Int(0);
    private static final Reply GRANTED = new Reply.Items(List.of(YES, new Reply.Int(42)));
    private static final Reply DENIED = new Reply.Items(List.of(NO, new Reply.Int(60_000)));
    private static final Duration LEASE = Duration.ofSeconds(30);

    private final DistributedLock lock =
            Locks.builder(runtime).lease(LEASE).build().lock("l");

    /** Who asked last: before it are the digest, the number of keys, the lock and the fence. */
    ContendersTest() {
        super(ONCE);
    }

    private String owner() {
        return new String(transport.lastCommand().arguments().get(4), UTF_8);
    }

    @Test
    void aGrantThatComesWhenItsLeaseIsOver_isAskedForAgain_byTheSameOwner() {
        CompletableFuture<Reply> late = transport.hold();
        CompletableFuture<Lease> waiter = lock.acquireAsync().toCompletableFuture();
        String owner = owner();
        scheduler.advance(LEASE);
        transport.reply(GRANTED);
        late.complete(GRANTED);
        assertThat(owner()).isEqualTo(owner);
        assertThat(waiter.join().remaining()).isEqualTo(Duration.ofMillis(29_398));
        assertThat(events.names()).containsExactly("lock.grantedTooLate");
    }

    @Test
    void aWaitThatIsOver_endsWithTheFirstAnswer() {
        CompletableFuture<Reply> answer = transport.hold();
        CompletableFuture<Optional<Lease>> waiter =
                lock.tryAcquireAsync(Duration.ofMillis(10)).toCompletableFuture();
        scheduler.advance(Duration.ofMillis(20));
        assertThat(waiter).isNotDone();
        answer.complete(GRANTED);
        assertThat(waiter.join()).isPresent();

        CompletableFuture<Reply> second = transport.hold();
        waiter = lock.tryAcquireAsync(Duration.ofMillis(10)).toCompletableFuture();
        scheduler.advance(Duration.ofMillis(20));
        transport.reply(NO); // to the withdrawal
        second.complete(DENIED);
        assertThat(waiter).isCompletedWithValue(Optional.empty());
    }

    @Test
    void aWait_endsInTime_orWhenItIsCancelled_orFails() {
        transport.reply(DENIED);
        CompletableFuture<Optional<Lease>> first =
                lock.tryAcquireAsync(Duration.ofMillis(10)).toCompletableFuture();
        CompletableFuture<Optional<Lease>> second =
                lock.tryAcquireAsync(Duration.ofSeconds(Long.MAX_VALUE)).toCompletableFuture();
        CompletableFuture<Optional<Lease>> third =
                lock.tryAcquireAsync(Duration.ofHours(1)).toCompletableFuture();
        transport.reply(NO).reply(DENIED); // to the withdrawal, and to the second one
        scheduler.advance(Duration.ofMillis(10));
        assertThat(first).isCompletedWithValue(Optional.empty());
        transport.reply(NO).reply(DENIED);
        second.cancel(false);
        assertThat(transport.commands()).hasSize(5);
        // No further answer is lined up.
        scheduler.advance(Duration.ofSeconds(6));
        assertThat(third).isCompletedExceptionally();
        assertThat(scheduler.waiting()).isZero();
    }

    /** The answer that the first one got may be as old as the poll interval. */
    @Test
    void aTimedWaitForAPermit_asksForItself_thoughAnotherOneWaits() {
        DistributedLock permits = Locks.builder(runtime).lease(LEASE).build().semaphore("s", 1);
        transport.reply(DENIED);
        CompletableFuture<Lease> waiter = permits.acquireAsync().toCompletableFuture();
        scheduler.advance(Duration.ofMillis(1));
        CompletableFuture<Optional<Lease>> timed =
                permits.tryAcquireAsync(Duration.ofMillis(10)).toCompletableFuture();
        transport.reply(GRANTED);
        scheduler.advance(Duration.ofMillis(10));
        assertThat(timed.join()).isPresent();
        assertThat(waiter).isNotDone();
    }

    @Test
    void requestsThatFailAtOnce_failAllWhoWait_andTheNextOneGetsIt() {
        transport.reply(DENIED);
        List<CompletableFuture<Lease>> waiters = new ArrayList<>();
        for (int i = 0; i < 5_000; i++) {
            waiters.add(lock.acquireAsync().toCompletableFuture());
        }
        // No further answer is lined up, so that sending fails.
        scheduler.advance(Duration.ofSeconds(6));
        assertThat(waiters).allMatch(CompletableFuture::isCompletedExceptionally);
        assertThat(scheduler.waiting()).isZero();
        transport.reply(GRANTED);
        assertThat(lock.acquireAsync().toCompletableFuture()).isCompleted();
    }

    @Test
    void anErrorInPlaceOfARequest_failsTheOneWhoAsks_andSparesTheNextOne() {
        RedisTransport broken = new RedisTransport() {
            @Override
            public CompletionStage<Reply> send(Command command) {
                throw new StackOverflowError("for the test");
            }

            @Override
            public ChannelSession openChannels(ChannelListener listener) {
                throw new IllegalStateException("No channels here");
            }

            @Override
            public void close() {}
        };
        DistributedLock other = Locks.over(PatternRuntime.builder(broken)
                        .ways(Way.SCRIPT)
                        .scheduler(scheduler)
                        .build())
                .lock("l");
        for (int i = 0; i < 2; i++) {
            assertThat(other.acquireAsync().toCompletableFuture())
                    .isCompletedExceptionally()
                    .failsWithin(Duration.ZERO)
                    .withThrowableThat()
                    .withCauseInstanceOf(StackOverflowError.class);
        }
    }

    @Test
    void anAttemptWhoseGrantIsOver_isMadeOnceMore() {
        CompletableFuture<Reply> late = transport.hold();
        CompletableFuture<Optional<Lease>> attempt = lock.tryAcquireAsync().toCompletableFuture();
        String owner = owner();
        scheduler.advance(LEASE);
        CompletableFuture<Reply> later = transport.hold();
        late.complete(GRANTED);
        assertThat(owner()).isEqualTo(owner);
        scheduler.advance(Duration.ofSeconds(1));
        later.complete(GRANTED);
        assertThat(attempt.join().orElseThrow().remaining()).isEqualTo(Duration.ofMillis(28_398));
    }

    @Test
    void anAttemptWhoseGrantsAreOver_givesThemBack() {
        CompletableFuture<Reply> first = transport.hold();
        CompletableFuture<Reply> second = transport.hold();
        CompletableFuture<Optional<Lease>> attempt = lock.tryAcquireAsync().toCompletableFuture();
        scheduler.advance(LEASE);
        first.complete(GRANTED);
        scheduler.advance(LEASE);
        transport.reply(YES);
        second.complete(GRANTED);
        assertThat(attempt).isCompletedWithValue(Optional.empty());
        assertThat(transport.commands()).hasSize(3);
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void aSecondGrantInARowThatIsOver_isTheFailureOfAllWhoWait() {
        CompletableFuture<Reply> first = transport.hold();
        List<CompletableFuture<Lease>> waiters = List.of(
                lock.acquireAsync().toCompletableFuture(), lock.acquireAsync().toCompletableFuture());
        scheduler.advance(LEASE);
        CompletableFuture<Reply> second = transport.hold();
        first.complete(GRANTED);
        scheduler.advance(LEASE);
        transport.reply(YES); // to the withdrawal
        second.complete(GRANTED);
        for (CompletableFuture<Lease> waiter : waiters) {
            assertThat(waiter)
                    .failsWithin(Duration.ZERO)
                    .withThrowableThat()
                    .withCauseInstanceOf(PatternException.TooLate.class)
                    .withMessageContaining("its lease of 30000 ms was over; the last answer took 30000 ms");
        }
        assertThat(transport.commands()).hasSize(3);
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void aWaitThatIsOver_endsWithAGrantThatIsOver() {
        CompletableFuture<Reply> late = transport.hold();
        CompletableFuture<Optional<Lease>> waiter =
                lock.tryAcquireAsync(Duration.ofMillis(10)).toCompletableFuture();
        scheduler.advance(LEASE);
        transport.reply(YES); // to the withdrawal
        late.complete(GRANTED);
        assertThat(waiter).isCompletedWithValue(Optional.empty());
        assertThat(transport.commands()).hasSize(2);
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void aFailure_isThatOfAllWhoWait_alsoIfTheirTimeIsOver() {
        CompletableFuture<Reply> lost = transport.hold();
        List<CompletableFuture<?>> waiters = new ArrayList<>();
        waiters.add(lock.acquireAsync().toCompletableFuture());
        waiters.add(lock.tryAcquireAsync(Duration.ofMillis(10)).toCompletableFuture());
        waiters.add(lock.acquireAsync().toCompletableFuture());
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(waiters).noneMatch(CompletableFuture::isDone);
        transport.reply(NO); // to the withdrawal
        lost.completeExceptionally(TransportException.noReply(new IOException("reset")));
        for (CompletableFuture<?> waiter : waiters) {
            assertThat(waiter)
                    .failsWithin(Duration.ZERO)
                    .withThrowableThat()
                    .withCauseInstanceOf(PatternException.UnknownOutcome.class);
        }
        assertThat(transport.commands()).hasSize(2);
        assertThat(scheduler.waiting()).isZero();
        transport.reply(GRANTED);
        assertThat(lock.acquireAsync().toCompletableFuture()).isCompleted();
    }

    @Test
    void whatHadNoEffect_isNotWithdrawn() {
        transport.fail(TransportException.notSent(new IOException("refused")));
        CompletableFuture<Lease> waiter = lock.acquireAsync().toCompletableFuture();
        assertThat(waiter).isCompletedExceptionally();
        transport.fail(TransportException.notSent(new IOException("refused")));
        assertThat(lock.tryAcquireAsync().toCompletableFuture()).isCompletedExceptionally();
        assertThat(transport.commands()).hasSize(2);
        assertThat(events.names()).isEmpty();
    }

    @Test
    void aGrantThatNobodyWants_andThatCannotBeGivenBack_isTold() {
        CompletableFuture<Reply> answer = transport.hold();
        lock.acquireAsync().toCompletableFuture().cancel(false);
        transport.fail(TransportException.noReply(new IOException("reset")));
        answer.complete(GRANTED);
        assertThat(events.names()).containsExactly("lock.grantedTooLate", "lock.releaseFailed");
    }

    @Test
    void anAttemptThatNobodyWaitsForAnyMore_leavesNothingTaken() {
        for (Duration wait : List.of(Duration.ZERO, Duration.ofMillis(1))) {
            CompletableFuture<Reply> answer = transport.hold();
            CompletableFuture<Optional<Lease>> attempt =
                    lock.tryAcquireAsync(wait).toCompletableFuture();
            attempt.cancel(false);
            transport.reply(YES); // to the release
            answer.complete(GRANTED);
            assertThat(transport.lastCommand().arguments().get(1)).as("one key").isEqualTo("1".getBytes(UTF_8));
            assertThat(scheduler.waiting()).isZero();
        }
        assertThat(transport.commands()).hasSize(4);
    }

    /** As an executor that is shut down does. */
    @Test
    void aSchedulerThatRefuses_failsAllWhoWait() {
        boolean[] shutDown = new boolean[1];
        Scheduler refusing = new Scheduler() {
            @Override
            public long nanoTime() {
                return scheduler.nanoTime();
            }

            @Override
            public Task schedule(Duration delay, Runnable task) {
                if (shutDown[0]) {
                    throw new RejectedExecutionException("for the test");
                }
                return scheduler.schedule(delay, task);
            }
        };
        DistributedLock other = Locks.over(PatternRuntime.builder(transport)
                        .ways(Way.SCRIPT)
                        .scheduler(refusing)
                        .build())
                .lock("l");
        for (Reply reply : List.of(DENIED, GRANTED, new Reply.Failure("LOADING for the test"))) {
            shutDown[0] = false;
            CompletableFuture<Reply> answer = transport.hold();
            CompletableFuture<Lease> one = other.acquireAsync().toCompletableFuture();
            CompletableFuture<Lease> two = other.acquireAsync().toCompletableFuture();
            shutDown[0] = true;
            transport.reply(NO); // to the withdrawal
            answer.complete(reply);
            assertThat(one).isCompletedExceptionally();
            assertThat(two).isCompletedExceptionally();
        }
    }

    @Test
    void aWaitThatIsOver_ofWhatSeveralMayHold_endsWithAnAttemptOfItsOwn() {
        DistributedLock permits = Locks.over(runtime).semaphore("s", 3);
        CompletableFuture<Reply> first = transport.hold();
        CompletableFuture<Lease> waiter = permits.acquireAsync().toCompletableFuture();
        List<CompletableFuture<Optional<Lease>>> brief = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            brief.add(permits.tryAcquireAsync(Duration.ofMillis(10)).toCompletableFuture());
        }
        CompletableFuture<Reply> late = transport.hold();
        transport.reply(GRANTED).reply(DENIED).reply(NO); // the last one to the withdrawal
        scheduler.advance(Duration.ofMillis(10));
        assertThat(brief.get(0)).isNotDone();
        assertThat(brief.get(1).join()).isPresent();
        assertThat(brief.get(2)).isCompletedWithValue(Optional.empty());
        late.complete(GRANTED);
        assertThat(brief.get(0).join()).isPresent();
        assertThat(waiter).isNotDone();
        first.complete(GRANTED);
        assertThat(waiter).isCompleted();
        assertThat(transport.commands()).hasSize(5);
    }

    @Test
    void readers_askForThemselves_andAgainWhenAWriterIsDone() {
        DistributedReadWriteLock sides = Locks.over(runtime).readWriteLock("l");
        transport.reply(DENIED).reply(DENIED);
        CompletableFuture<Lease> one = sides.read().acquireAsync().toCompletableFuture();
        CompletableFuture<Lease> two = sides.read().acquireAsync().toCompletableFuture();
        assertThat(transport.commands()).hasSize(2);
        String channel = transport.subscriptions().get(0).substring(1);
        String lane = channel.substring(0, channel.indexOf('}') + 1);
        transport.channelListener().message(channel, lane + ":readers:l");
        assertThat(transport.commands()).as("a reader who goes lets none in").hasSize(2);
        transport.reply(GRANTED).reply(GRANTED);
        transport.channelListener().message(channel, lane + ":writer:l");
        assertThat(one).isCompleted();
        assertThat(two).isCompleted();
    }
}

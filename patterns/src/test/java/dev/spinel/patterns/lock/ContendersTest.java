package dev.spinel.patterns.lock;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.testing.EventLog;
import dev.spinel.patterns.testing.ManualScheduler;
import dev.spinel.patterns.testing.ScriptedTransport;
import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RedisTransport;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.RetryPolicy;
import dev.spinel.patterns.transport.Way;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

/** How those of one process get a lock, step by step on a clock that stands still. */
class ContendersTest {
    private static final Reply YES = new Reply.Int(1);
    private static final Reply NO = new Reply.Int(0);
    private static final Reply GRANTED = new Reply.Items(List.of(YES, new Reply.Int(42)));
    private static final Reply DENIED = new Reply.Items(List.of(NO, new Reply.Int(60_000)));
    private static final Duration LEASE = Duration.ofSeconds(30);

    private final ScriptedTransport transport = new ScriptedTransport();
    private final ManualScheduler scheduler = new ManualScheduler();
    private final EventLog events = new EventLog();
    private final PatternRuntime runtime = PatternRuntime.builder(transport)
            .ways(Way.SCRIPT)
            .scheduler(scheduler)
            .retryPolicy(new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1)))
            .listener(events)
            .build();
    private final DistributedLock lock =
            Locks.builder(runtime).lease(LEASE).build().lock("l");

    /** Who asked last: before it are the digest, the number of keys, the lock and the fence. */
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
}

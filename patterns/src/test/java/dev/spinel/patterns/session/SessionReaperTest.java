package dev.spinel.patterns.session;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.testing.StepByStep;
import dev.spinel.patterns.transport.Codec;
import dev.spinel.patterns.transport.Reply;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A reaper and its executor step by step, without a server and on a clock that stands still. */
class SessionReaperTest extends StepByStep {
    private static final Duration INTERVAL = Duration.ofSeconds(1);
    private static final Duration LEASE = Duration.ofSeconds(10);

    private final SessionStore<String> store =
            SessionStore.builder(runtime, "s", Codec.utf8()).build();
    private final List<String> handled = new ArrayList<>();
    private final Deque<Runnable> queue = new ArrayDeque<>();

    /** Takes two tasks, and runs none. */
    private void bounded(Runnable task) {
        if (queue.size() == 2) {
            throw new RejectedExecutionException("full");
        }
        queue.add(task);
    }

    private SessionReaper start(Executor executor) {
        return SessionReaper.builder(store, executor, session -> handled.add(session.id()))
                .interval(INTERVAL)
                .lease(LEASE)
                .start();
    }

    /** The answer to a sweep that takes these sessions, nobody's, after which none is due. */
    private static Reply taken(String... ids) {
        List<Reply> items = new ArrayList<>(List.of(new Reply.Int(-1)));
        for (String id : ids) {
            items.add(new Reply.Bulk(Codec.utf8().encode(id)));
            items.add(new Reply.Bulk(Codec.utf8().encode("")));
        }
        return new Reply.Items(items);
    }

    /** How many sessions the last sweep asked for. */
    private String asked() {
        return Codec.utf8().decode(transport.lastCommand().arguments().get(6));
    }

    @Test
    void whatAFullExecutorRefuses_isOfferedToItAgain_andNoMoreIsAskedFor() {
        transport.reply(taken("a", "b", "c", "d"));
        start(this::bounded);
        assertThat(queue).hasSize(2);
        assertThat(events.cause("session.handlerFailed")).hasMessage("full");
        assertThat(asked()).isEqualTo("100");

        transport.reply(taken());
        scheduler.advance(INTERVAL);
        assertThat(asked()).isEqualTo("0");
        assertThat(events.count("session.handlerFailed"))
                .as("told once for all of them")
                .isOne();

        queue.remove().run();
        assertThat(handled).containsExactly("a");
        scheduler.advance(Duration.ofMillis(1));
        assertThat(queue).hasSize(2);
        transport.reply(taken());
        queue.remove().run();
        scheduler.advance(Duration.ofMillis(1));
        assertThat(asked()).isEqualTo("100");
        queue.forEach(Runnable::run);
        assertThat(handled).containsExactly("a", "b", "c", "d");
    }

    @Test
    void whatIsRefusedWhileTheLastHandlerEnds_isOfferedAgainSoon() {
        transport.reply(taken("a", "b", "c"));
        start(task -> {
            if (queue.size() == 2) {
                queue.remove().run();
                queue.remove().run();
                throw new RejectedExecutionException("it was full");
            }
            queue.add(task);
        });
        assertThat(handled).containsExactly("a", "b");
        scheduler.advance(Duration.ofMillis(1));
        assertThat(queue).hasSize(1);
    }

    @Test
    void anExecutorThatIsFullOfOthers_isAskedAtGrowingDistances() {
        AtomicInteger refusals = new AtomicInteger();
        transport.reply(taken("a"));
        start(task -> {
            refusals.incrementAndGet();
            throw new RejectedExecutionException("full of others");
        });
        scheduler.advance(INTERVAL.minusMillis(1));
        assertThat(refusals)
                .as("at once, after 1, 3, 7, 15, 31, 63, 127, 255, 511 ms")
                .hasValue(10);
    }

    @Test
    void whatTheExecutorDoesNotTake_isLeftToOthers_beforeItsLeaseEnds() {
        transport.reply(taken("a"));
        start(task -> {
            throw new RejectedExecutionException("shut down");
        });
        for (int i = 0; i < 5; i++) {
            transport.reply(taken());
        }
        scheduler.advance(Duration.ofSeconds(4));
        assertThat(asked()).isEqualTo("0");
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(asked()).isEqualTo("100");
    }

    @Test
    void anAnswerThatTookLongerThanHalfOfTheLease_isReportedAllTheSame() {
        CompletableFuture<Reply> slow = transport.hold();
        start(Runnable::run);
        scheduler.advance(LEASE.minusMillis(1));
        transport.reply(taken());
        slow.complete(taken("a"));
        assertThat(handled).containsExactly("a");
    }

    @Test
    void whatIsTakenAgain_asItsRenewalCameTooLate_isHandledOnce() {
        transport.reply(taken("a", "b"));
        start(this::bounded);
        CompletableFuture<Reply> late = transport.hold();
        scheduler.advance(INTERVAL);
        queue.remove().run();
        transport.reply(taken());
        late.complete(taken("a", "b"));
        queue.remove().run();
        scheduler.advance(INTERVAL);
        assertThat(queue).isEmpty();
        assertThat(handled).containsExactly("a", "b");
        assertThat(events.count("session.expired")).isEqualTo(2);
    }

    @Test
    void whatIsRefusedWhileOthersAreAskedFor_isToldOnce() {
        transport.reply(taken("a"));
        CompletableFuture<Reply> others = transport.hold();
        AtomicInteger calls = new AtomicInteger();
        SessionReaper.builder(
                        store,
                        task -> {
                            if (calls.incrementAndGet() == 2) { // another thread asks meanwhile
                                transport
                                        .channelListener()
                                        .message("__keyevent@0__:expired", "{session:s:0}:session:00b");
                            }
                            if (calls.get() <= 2) {
                                throw new RejectedExecutionException("full");
                            }
                            task.run();
                        },
                        session -> handled.add(session.id()))
                .notifications(0)
                .start();
        scheduler.advance(Duration.ofMillis(1));
        assertThat(asked()).isEqualTo("100");
        others.complete(taken("b"));
        assertThat(handled).containsExactly("a", "b");
        assertThat(events.count("session.expired")).isEqualTo(2);
    }

    @Test
    void anErrorOfTheExecutor_doesNotEndTheSweeping() {
        transport.reply(taken("a"));
        List<Throwable> errors = new ArrayList<>(List.of(new OutOfMemoryError("unable to create native thread")));
        start(task -> {
            if (!errors.isEmpty()) {
                throw (Error) errors.remove(0);
            }
            task.run();
        });
        assertThat(events.cause("session.handlerFailed")).hasMessageContaining("native thread");
        transport.reply(taken());
        scheduler.advance(INTERVAL);
        assertThat(handled).containsExactly("a");
    }

    @Test
    void afterTheRuntimeWasClosed_nobodySweeps() {
        CompletableFuture<Reply> underWay = transport.hold();
        start(Runnable::run);
        runtime.close();
        underWay.complete(taken());
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void afterItWasClosed_noHandlerIsCalled() {
        transport.reply(taken("a"));
        SessionReaper queued = start(this::bounded);
        queued.close();
        queue.remove().run();
        CompletableFuture<Reply> underWay = transport.hold();
        SessionReaper asking = start(Runnable::run);
        asking.close();
        underWay.complete(taken("b"));
        assertThat(handled).isEmpty();
    }
}

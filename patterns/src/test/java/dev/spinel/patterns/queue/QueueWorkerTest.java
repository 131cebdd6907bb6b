package dev.spinel.patterns.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.spinel.patterns.testing.StepByStep;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.RetryPolicy;
import dev.spinel.patterns.transport.TransportException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a worker does with replies, step by step on a clock that stands still. */
class QueueWorkerTest extends StepByStep {
    static final List<Duration> OUT_OF_RANGE =
            List.of(Duration.ofMillis(9), Duration.ofDays(1).plusNanos(1), ChronoUnit.FOREVER.getDuration());

    private static final Reply NOTHING = exchange(List.of());

    private final WorkQueue queue = WorkQueue.builder(runtime, "q").build();

    /** What an exchange answers: whether settlements took effect, and the ids of messages. */
    private static Reply exchange(List<Integer> settled, int... ids) {
        List<Reply> deliveries = new ArrayList<>();
        for (int id : ids) {
            deliveries.addAll(List.of(
                    text(id + ":7"), text("" + id), new Reply.Int(1), new Reply.Int(5), text("body"), text("")));
        }
        List<Reply> results =
                settled.stream().map(result -> (Reply) new Reply.Int(result)).toList();
        return new Reply.Items(List.of(new Reply.Int(-1), new Reply.Items(results), new Reply.Items(deliveries)));
    }

    private static Reply text(String text) {
        return new Reply.Bulk(text.getBytes(UTF_8));
    }

    /** The settlements of the exchange that was sent last: receipt, kind, delay and cause of each. */
    private List<String> lastSettlements() {
        List<String> arguments = transport.lastCommand().arguments().stream()
                .map(bytes -> new String(bytes, UTF_8))
                .toList();
        int keys = Integer.parseInt(arguments.get(1));
        return arguments.subList(2 + keys + 6, arguments.size());
    }

    @Test
    void Q12_whatAClaimBrings_afterClosing_isGivenBack() {
        CompletableFuture<Reply> claim = transport.hold();
        List<Delivery> begun = new ArrayList<>();
        try (QueueWorker worker = QueueWorker.builder(queue, Runnable::run, delivery -> {
                    begun.add(delivery);
                    return delivery.acknowledge();
                })
                .start()) {
            assertThat(worker.running()).isZero();
            Thread.currentThread().interrupt();
        }
        assertThat(Thread.interrupted()).isTrue();
        transport.reply(exchange(List.of(1, 1)));
        claim.complete(exchange(List.of(), 1, 2));
        assertThat(lastSettlements()).isEqualTo(Arrays.asList("1:7", "return", "0", "", "2:7", "return", "0", ""));
        assertThat(begun).isEmpty();
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void Q12_aClosedWorker_triesNothingAgain_whileTheServerIsAway() {
        transport.reply(exchange(List.of(), 1));
        for (int attempt = 0; attempt < RetryPolicy.DEFAULT.maxAttempts(); attempt++) {
            transport.fail(TransportException.notSent(new IllegalStateException("for the test")));
        }
        try (QueueWorker worker =
                QueueWorker.builder(queue, Runnable::run, Delivery::acknowledge).start()) {
            assertThat(worker.running()).isZero();
            Thread.currentThread().interrupt();
        }
        assertThat(Thread.interrupted()).isTrue();
        assertThat(scheduler.waiting()).isOne(); // the next attempt of what was on its way
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(scheduler.waiting()).isZero();
        assertThat(lastSettlements()).isEqualTo(List.of("1:7", "ack", "0", ""));
        assertThat(transport.commands()).hasSize(1 + RetryPolicy.DEFAULT.maxAttempts());
        assertThat(events.names()).containsOnlyOnce("queue.closedEarly", "queue.exchangeFailed");
    }

    @Test
    void Q12_whatWaitsToBeSentAgain_isSentOnce_whenTheWorkerIsClosed() {
        transport.reply(exchange(List.of(), 1));
        for (int attempt = 0; attempt < RetryPolicy.DEFAULT.maxAttempts(); attempt++) {
            transport.fail(TransportException.notSent(new IllegalStateException("for the test")));
        }
        CompletionStage<Void> drained;
        try (QueueWorker worker =
                QueueWorker.builder(queue, Runnable::run, Delivery::acknowledge).start()) {
            while (!events.names().contains("queue.exchangeFailed")) {
                scheduler.advance(Duration.ofMillis(1));
            }
            drained = worker.drain();
            transport.reply(exchange(List.of(1)));
            Thread.currentThread().interrupt();
        }
        assertThat(Thread.interrupted()).isTrue();
        assertThat(drained).isCompleted();
        assertThat(lastSettlements()).isEqualTo(List.of("1:7", "ack", "0", ""));
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void whoAwaitsTheEnd_isToldWithoutALock() throws Exception {
        CompletableFuture<Reply> claim = transport.hold();
        CompletableFuture<Integer> seen = new CompletableFuture<>();
        try (QueueWorker worker =
                QueueWorker.builder(queue, Runnable::run, Delivery::acknowledge).start()) {
            var unused = worker.drain().thenRun(() -> {
                Thread other = new Thread(() -> seen.complete(worker.running()));
                other.setDaemon(true);
                other.start();
                seen.orTimeout(5, TimeUnit.SECONDS).exceptionally(late -> -1).join();
            });
            claim.complete(NOTHING);
        }
        assertThat(seen).isCompletedWithValue(0);
    }

    /** A third of a lease of 30 seconds: some of the dead may have ended. */
    @ParameterizedTest
    @CsvSource({"4000, 4001", "60000, 10000"})
    void anIdleWorker_looksAfterItsPollInterval_orAThirdOfALease(long pollMillis, long lookMillis) {
        transport.reply(NOTHING).reply(NOTHING);
        try (QueueWorker worker = QueueWorker.builder(queue, Runnable::run, Delivery::acknowledge)
                .pollInterval(Duration.ofMillis(pollMillis))
                .start()) {
            scheduler.advance(Duration.ofMillis(lookMillis - 1));
            assertThat(transport.commands()).hasSize(1);
            scheduler.advance(Duration.ofMillis(1));
            assertThat(transport.commands()).hasSize(2);
            assertThat(worker.running()).isZero();
        }
    }

    @Test
    void anIdleWorker_endsWithItsRuntime() {
        transport.reply(NOTHING);
        try (QueueWorker worker =
                QueueWorker.builder(queue, Runnable::run, Delivery::acknowledge).start()) {
            runtime.close();
            scheduler.advance(Duration.ofMinutes(1));
            assertThat(scheduler.waiting()).isZero();
            assertThat(worker.drain()).isCompleted();
        }
        assertThat(events.names()).containsExactly("queue.exchangeFailed");
    }

    @Test
    void aWorkerThatCannotSettle_endsWithItsRuntime() {
        transport.reply(exchange(List.of(), 1));
        CompletableFuture<Settlement> stage = new CompletableFuture<>();
        List<Delivery> begun = new ArrayList<>();
        try (QueueWorker worker = QueueWorker.builderAsync(queue, delivery -> {
                    begun.add(delivery);
                    return stage;
                })
                .start()) {
            runtime.close();
            stage.complete(begun.get(0).acknowledge());
            assertThat(worker.drain()).isCompletedExceptionally();
            assertThat(scheduler.waiting()).isZero();
        }
        assertThat(events.names()).containsExactly("queue.exchangeFailed", "queue.closedEarly");
    }

    /** Draining would wait for the handler. */
    @Test
    void closingInTheHandler_onlyBeginsToDrain() {
        CompletableFuture<Reply> claim = transport.hold();
        QueueWorker[] closing = new QueueWorker[1];
        closing[0] = QueueWorker.builder(queue, Runnable::run, delivery -> {
                    closing[0].close();
                    return delivery.acknowledge();
                })
                .start();
        transport.reply(exchange(List.of(1)));
        claim.complete(exchange(List.of(), 1));
        assertThat(closing[0].drain()).isCompleted();
        assertThat(lastSettlements()).isEqualTo(List.of("1:7", "ack", "0", ""));
        assertThat(events.names()).containsExactly("queue.handled");
    }

    @Test
    void aFailureWithoutAText_isRetried() {
        transport.reply(exchange(List.of(), 1)).reply(exchange(List.of(1)));
        RuntimeException silent = new RuntimeException() {
            @Override
            public String toString() {
                return null;
            }
        };
        try (QueueWorker worker = QueueWorker.builder(queue, Runnable::run, delivery -> {
                    throw silent;
                })
                .start()) {
            assertThat(worker.running()).isZero();
        }
        assertThat(lastSettlements()).isEqualTo(List.of("1:7", "retry", "1000", "the handler failed"));
    }

    @Test
    void ofALongTextOfAFailure_theFirstCharactersAreTheCause() {
        transport.reply(exchange(List.of(), 1)).reply(exchange(List.of(1)));
        try (QueueWorker worker = QueueWorker.builder(queue, Runnable::run, delivery -> {
                    throw new IllegalStateException("x".repeat(2000));
                })
                .start()) {
            assertThat(worker.running()).isZero();
        }
        assertThat(lastSettlements().get(3)).hasSize(1000).startsWith("java.lang.IllegalStateException: xx");
    }

    @Test
    void pollIntervalsOutOfRange_areRefused() {
        QueueWorker.Builder builder = QueueWorker.builder(queue, Runnable::run, Delivery::acknowledge);
        for (Duration interval : OUT_OF_RANGE) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.pollInterval(interval).start())
                    .withMessage("pollInterval is between 10 ms and a day, not " + interval);
        }
    }
}

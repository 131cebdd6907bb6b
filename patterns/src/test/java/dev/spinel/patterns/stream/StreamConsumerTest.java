package dev.spinel.patterns.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.testing.StepByStep;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.TransportException;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** How a consumer begins and ends, turn by turn. */
class StreamConsumerTest extends StepByStep {
    private static final Reply LEFT = new Reply.Int(1);

    /** The first one, which is on its way. */
    private final CompletableFuture<Reply> turn = transport.hold();

    private final Deque<Runnable> tasks = new ArrayDeque<>();
    private final List<String> handled = new ArrayList<>();

    private final StreamConsumer consumer = EventStream.of(runtime, "s")
            .consumer("g", tasks::add, entry -> handled.add(entry.id()))
            .start();

    StreamConsumerTest() {
        super(ONCE);
    }

    private static Reply text(String text) {
        return new Reply.Bulk(text.getBytes(UTF_8));
    }

    /** The answer to a turn that delivers these entries. */
    private static Reply delivered(String... ids) {
        List<Reply> entries = new ArrayList<>();
        for (String id : ids) {
            entries.add(new Reply.Items(List.of(text(id), new Reply.Int(1), new Reply.Items(List.of()))));
        }
        Reply none = new Reply.Int(0);
        return new Reply.Items(List.of(none, text(""), none, text("0-0"), none, new Reply.Items(entries)));
    }

    private void succeed() {
        turn.complete(delivered());
    }

    private void failTurn() {
        turn.completeExceptionally(TransportException.noReply(new IOException("for the test")));
    }

    @Test
    void aConsumer_hasJoined_whenItsFirstTurnIsAnswered() {
        CompletableFuture<Void> joined = consumer.joined().toCompletableFuture();
        assertThat(joined).isNotDone();
        succeed();
        assertThat(joined).isCompleted();
    }

    @Test
    void aConsumer_thatIsClosedBeforeItJoined_neverDoes() {
        consumer.drain();
        transport.reply(LEFT);
        failTurn();
        assertThat(consumer.joined().toCompletableFuture()).isCompletedExceptionally();
    }

    @Test
    void draining_completes_alsoIfTheTurnThatIsOnItsWayFails() {
        CompletableFuture<Void> drained = consumer.drain().toCompletableFuture();
        assertThat(drained).isNotDone();
        transport.reply(LEFT);
        failTurn();
        assertThat(drained).isCompleted();
    }

    /** What the last turn carried: how many ids are acknowledged and given back, and which. */
    private List<String> settled() {
        List<byte[]> arguments = transport.lastCommand().arguments();
        return arguments.subList(2 + 3 + 9, arguments.size()).stream()
                .map(argument -> new String(argument, UTF_8))
                .toList();
    }

    @Test
    void whatIsNotBegunWhenClosingEnds_isGivenBack() {
        turn.complete(delivered("1-0", "2-0"));
        Thread.currentThread().interrupt();
        consumer.close();
        assertThat(Thread.interrupted()).isTrue();
        transport.reply(delivered());
        tasks.remove().run();
        assertThat(settled()).containsExactly("0", "1", "1-0", "0");
        transport.reply(delivered()).reply(LEFT);
        tasks.remove().run();
        assertThat(handled).isEmpty();
        assertThat(transport.commands()).as("three turns and a leave").hasSize(4);
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void anIdleConsumer_endsWithItsRuntime() {
        succeed();
        runtime.close();
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(scheduler.waiting()).isZero();
        assertThat(consumer.drain()).isCompleted();
        assertThat(events.names()).containsExactly("stream.turnFailed", "stream.leaveFailed");
    }

    @Test
    void aConsumerThatCannotAcknowledge_endsWithItsRuntime() {
        turn.complete(delivered("1-0"));
        runtime.close();
        tasks.remove().run();
        assertThat(handled).containsExactly("1-0");
        assertThat(consumer.drain()).isCompletedExceptionally();
        assertThat(scheduler.waiting()).isZero();
        consumer.close();
        assertThat(events.names()).containsExactly("stream.turnFailed", "stream.closedEarly");
    }

    @Test
    void drainingFails_whenClosingEnds_beforeAcknowledgementsAreTriedAgain() {
        turn.complete(delivered("1-0"));
        transport.fail(TransportException.noReply(new IOException("for the test")));
        tasks.remove().run();
        CompletableFuture<Void> drained = consumer.drain().toCompletableFuture();
        Thread.currentThread().interrupt();
        consumer.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(drained).isCompletedExceptionally();
        assertThat(scheduler.waiting()).isZero();
    }

    /** Draining would wait for what it is a part of. */
    @Test
    void closingInAGapHandler_onlyBeginsToDrain() {
        List<StreamConsumer> closed = new ArrayList<>();
        CompletableFuture<Reply> first = transport.hold();
        StreamConsumer[] closing = new StreamConsumer[1];
        closing[0] = EventStream.of(runtime, "t")
                .consumer("g", tasks::add, entry -> handled.add(entry.id()))
                .onGap(gap -> {
                    closing[0].close();
                    closed.add(closing[0]);
                })
                .start();
        Reply none = new Reply.Int(0);
        transport.reply(LEFT);
        first.complete(new Reply.Items(List.of(
                new Reply.Int(1), text("1-0"), new Reply.Int(5), text("0-0"), none, new Reply.Items(List.of()))));
        assertThat(closed).hasSize(1);
        assertThat(closing[0].drain()).isCompleted();
        assertThat(events.names()).containsExactly("stream.gap");
    }

    @Test
    void whoIsToldOfTheEnd_isToldWithoutALock() {
        CompletableFuture<Integer> running = new CompletableFuture<>();
        var unused = consumer.drain()
                .thenRun(() -> running.complete(CompletableFuture.supplyAsync(consumer::running)
                        .orTimeout(5, TimeUnit.SECONDS)
                        .join()));
        transport.reply(LEFT);
        succeed();
        assertThat(running).isCompletedWithValue(0);
    }
}

package dev.spinel.patterns.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.testing.StepByStep;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.TransportException;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How a consumer begins and ends, turn by turn. */
class StreamConsumerTest extends StepByStep {
    private static final Reply LEFT = new Reply.Int(1);

    /** The first one, which is on its way. */
    private final CompletableFuture<Reply> turn = transport.hold();

    private final StreamConsumer consumer = EventStream.of(runtime, "s")
            .consumer("g", Runnable::run, entry -> {})
            .start();

    StreamConsumerTest() {
        super(ONCE);
    }

    private void succeed() {
        Reply nothing = new Reply.Bulk(new byte[0]);
        Reply none = new Reply.Int(0);
        turn.complete(new Reply.Items(
                List.of(none, nothing, none, new Reply.Bulk("0-0".getBytes(UTF_8)), none, new Reply.Items(List.of()))));
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
}

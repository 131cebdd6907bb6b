package dev.spinel.patterns.stream;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.testing.ManualScheduler;
import dev.spinel.patterns.testing.ScriptedTransport;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.RetryPolicy;
import dev.spinel.patterns.transport.TransportException;
import dev.spinel.patterns.transport.Way;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** How a consumer begins and ends, turn by turn. */
class StreamConsumerTest {
    private static final Reply LEFT = new Reply.Int(1);

    private final ScriptedTransport transport = new ScriptedTransport();
    private final PatternRuntime runtime = PatternRuntime.builder(transport)
            .ways(Way.SCRIPT)
            .scheduler(new ManualScheduler())
            .retryPolicy(new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1)))
            .build();
    /** The first one, which is on its way. */
    private final CompletableFuture<Reply> turn = transport.hold();

    private final StreamConsumer consumer = EventStream.of(runtime, "s")
            .consumer("g", Runnable::run, entry -> {})
            .start();

    private void failTurn() {
        turn.completeExceptionally(TransportException.noReply(new IOException("for the test")));
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

package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.spinel.patterns.testing.ScriptedTransport;
import dev.spinel.patterns.transport.PatternRuntime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Settings of queues that depend on the transport. */
class WorkQueueTest {
    @Test
    void replicas_areRefused_overATransportThatDoesNotWaitForThem() {
        WorkQueue.Builder builder = WorkQueue.builder(PatternRuntime.over(new ScriptedTransport()), "mails")
                .replicas(1, Duration.ofMillis(500));
        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessageContaining("'mails': its transport does not wait for replicas");
    }
}

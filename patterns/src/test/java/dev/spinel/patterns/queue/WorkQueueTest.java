package dev.spinel.patterns.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

import dev.spinel.patterns.testing.ScriptedTransport;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Way;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What queues do and refuse without asking the server. */
class WorkQueueTest {
    private static WorkQueue.Builder builder() {
        return WorkQueue.builder(PatternRuntime.over(new ScriptedTransport()), "mails");
    }

    @Test
    void replicas_areRefused_overATransportThatDoesNotWaitForThem() {
        WorkQueue.Builder builder = builder().replicas(1, Duration.ofMillis(500));
        assertThatIllegalArgumentException()
                .isThrownBy(builder::build)
                .withMessageContaining("'mails': its transport does not wait for replicas");
    }

    @Test
    void noMessages_areEnqueuedWithoutACall() {
        assertThat(builder().build().enqueueAll(List.of())).isEmpty();
    }

    @Test
    void noDeadLetters_areReadWithoutACall() {
        assertThat(builder().build().deadLetters(0, 0)).isEmpty();
    }

    @Test
    void aSkipOutOfRange_isRefused() {
        WorkQueue queue = builder().build();
        for (long skip : new long[] {-1, (1L << 53) + 1, Long.MAX_VALUE}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> queue.deadLetters(skip, 1))
                    .withMessage("skip is between 0 and 2^53, not " + skip);
        }
    }

    /** Which key it has is that of the first exchange. */
    @Test
    void anExchangeThatIsRefused_leavesItsKeyToTheNextOne() {
        ScriptedTransport transport = new ScriptedTransport();
        PatternRuntime runtime =
                PatternRuntime.builder(transport).ways(Way.SCRIPT).build();
        WorkQueue queue = WorkQueue.builder(runtime, "mails").build();
        assertThatNullPointerException().isThrownBy(() -> queue.exchange(Collections.singletonList(null), 0));
        transport.reply(
                new Reply.Items(List.of(new Reply.Int(-1), new Reply.Items(List.of()), new Reply.Items(List.of()))));
        assertThat(queue.claim(1)).isEmpty();
        assertThat(transport.lastCommand().arguments())
                .extracting(argument -> new String(argument, UTF_8))
                .anyMatch(argument -> argument.matches("\\{queue:mails}:exchange:.*:1"));
    }

    @Test
    void timesOutOfRange_areRefused() {
        Duration forever = ChronoUnit.FOREVER.getDuration();
        for (Duration time : List.of(Duration.ZERO, Duration.ofDays(3660).plusNanos(1), forever)) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder().rememberFor(time).build())
                    .withMessageContaining("rememberFor is between 1 ms and 3660 days");
        }
        assertThatIllegalArgumentException()
                .isThrownBy(() -> builder().lease(forever).build())
                .withMessageContaining("lease is between 100 ms and a day");
        assertThat(builder().lease(Duration.ofDays(1)).build()).isNotNull();
    }

    @Test
    void anEmptyKey_isRefused() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Message.of("m").withKey(""))
                .withMessage("An idempotency key is not empty");
    }
}

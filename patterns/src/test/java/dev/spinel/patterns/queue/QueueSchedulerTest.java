package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.spinel.patterns.testing.StepByStep;
import dev.spinel.patterns.transport.Reply;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a scheduler does with replies, step by step on a clock that stands still. */
class QueueSchedulerTest extends StepByStep {
    private final WorkQueue queue = WorkQueue.builder(runtime, "q").build();

    @Test
    void anIdleScheduler_endsWithItsRuntime() {
        transport.reply(
                new Reply.Items(List.of(new Reply.Int(1), new Reply.Items(List.of()), new Reply.Items(List.of()))));
        try (QueueScheduler schedules = QueueScheduler.builder(queue).start()) {
            assertThat(scheduler.waiting()).isOne();
            runtime.close();
            scheduler.advance(Duration.ofMinutes(1));
            assertThat(scheduler.waiting()).isZero();
            assertThat(schedules).isNotNull();
        }
        assertThat(events.names()).containsExactly("schedule.turnFailed");
    }

    @Test
    void pollIntervalsOutOfRange_areRefused() {
        QueueScheduler.Builder builder = QueueScheduler.builder(queue);
        for (Duration interval : QueueWorkerTest.OUT_OF_RANGE) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> builder.pollInterval(interval).start())
                    .withMessage("pollInterval is between 10 ms and a day, not " + interval);
        }
    }
}

package dev.spinel.patterns.micrometer;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.leaderboard.Leaderboard;
import dev.spinel.patterns.testing.ManualScheduler;
import dev.spinel.patterns.testing.ScriptedTransport;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.TransportException;
import dev.spinel.patterns.transport.Way;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What the registry has after operations and events. */
class MicrometerListenerTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final ScriptedTransport transport = new ScriptedTransport();
    private final ManualScheduler scheduler = new ManualScheduler();

    private PatternRuntime runtime(MicrometerListener listener) {
        return PatternRuntime.builder(transport)
                .ways(Way.SCRIPT)
                .scheduler(scheduler)
                .listener(listener)
                .build();
    }

    @Test
    void operations_areTimed_byNameAndOutcome_andRetriesCounted() {
        Leaderboard board = Leaderboard.builder(runtime(MicrometerListener.of(registry)), "b")
                .build();
        TransportException lost = TransportException.noReply(new IOException("reset"));
        transport.fail(lost).fail(lost).reply(new Reply.Items(List.of(new Reply.Int(1), new Reply.Int(1))));
        var removed = board.removeAsync("ann").toCompletableFuture();
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(removed).isCompletedWithValue(true);
        transport.fail(lost);
        assertThat(board.addAsync("ann", 1).toCompletableFuture()).isCompletedExceptionally();

        var timer = registry.get("spinel.patterns.operations")
                .tags("operation", "leaderboard.remove", "outcome", "completed")
                .timer();
        assertThat(timer.count()).isOne();
        // Two delays with random halves, of 20 and 40 ms.
        assertThat(timer.totalTime(TimeUnit.MILLISECONDS)).isBetween(30.0, 60.0);
        assertThat(registry.get("spinel.patterns.retries")
                        .tags("operation", "leaderboard.remove")
                        .counter()
                        .count())
                .isEqualTo(2);
        assertThat(registry.get("spinel.patterns.operations")
                        .tags("operation", "leaderboard.add", "outcome", "unknown")
                        .timer()
                        .count())
                .isOne();
        assertThat(registry.find("spinel.patterns.retries")
                        .tags("operation", "leaderboard.add")
                        .counter())
                .isNull();
    }

    @Test
    void channels_areOneSubject() {
        PatternRuntime runtime = runtime(MicrometerListener.bySubject(registry));
        for (int i = 0; i < 10; i++) {
            runtime.listener().failed("runtime.channelRefused", "cache:c:" + i, new IOException("NOPERM"));
        }
        assertThat(registry.get("spinel.patterns.events").counters())
                .singleElement()
                .satisfies(counter -> assertThat(counter.count()).isEqualTo(10));
    }

    @Test
    void events_areCounted_withoutSubjects_orWith() {
        PatternRuntime runtime = runtime(MicrometerListener.of(registry));
        runtime.listener().event("lock.lost", "a");
        runtime.listener().event("lock.lost", "b");
        assertThat(registry.get("spinel.patterns.events").counters())
                .singleElement()
                .satisfies(counter -> {
                    assertThat(counter.count()).isEqualTo(2);
                    assertThat(counter.getId().getTag("event")).isEqualTo("lock.lost");
                    assertThat(counter.getId().getTag("subject")).isNull();
                });

        SimpleMeterRegistry detailed = new SimpleMeterRegistry();
        runtime(MicrometerListener.bySubject(detailed)).listener().event("lock.lost", "a");
        assertThat(detailed.get("spinel.patterns.events")
                        .tags("event", "lock.lost", "subject", "a")
                        .counter()
                        .count())
                .isOne();
    }
}

package dev.spinel.engine.loop;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class EngineLoopTest {
    private final List<String> calls = new ArrayList<>();
    private Runnable request = () -> {};

    private final EngineLoop loop = new EngineLoop(
            new IoPump() {
                @Override
                public void poll(long maxWaitNanos) {
                    calls.add("poll");
                    request.run();
                }

                @Override
                public void flush() {
                    calls.add("flush");
                }

                @Override
                public void wakeUp() {}
            },
            new EngineLoop.Turn() {
                @Override
                public long end() {
                    calls.add("end");
                    return 0;
                }

                @Override
                public void writeChanges() {
                    calls.add("write");
                }

                @Override
                public long afterReplies() {
                    return 0;
                }
            });

    @Test
    void stop_byARequest_keepsTheRepliesOfItsTurn() {
        request = loop::stop;
        loop.run();
        assertThat(calls).containsExactly("end", "flush", "poll");
    }

    @Test
    void serveOthers_goesOnUntilOneOfThemStopsTheLoop() {
        loop.serveOthers();
        assertThat(calls).containsExactly("poll", "write", "flush");
        request = loop::stop;
        assertThatThrownBy(loop::serveOthers).isInstanceOf(LoopStoppedException.class);
    }
}

package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.PatternRuntime;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Queues of a user who may not publish: all works, natively refused or not, only that workers are not woken. */
@Tag("redis-server")
class WorkQueueRightsIT {
    private RedisServer server;
    private PatternRuntime runtime;

    @BeforeEach
    void start() {
        server = RedisServer.start();
        server.call("ACL SETUSER default resetchannels");
        runtime = PatternRuntime.over(ClientKind.LETTUCE.connect(server.port()));
    }

    @AfterEach
    void stop() {
        runtime.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource
    void whatTookEffect_isToldAsThat(QueueEngine engine) {
        WorkQueue queue = WorkQueue.builder(runtime, "q").engine(engine).build();
        queue.enqueueAll(List.of(Message.of("a"), Message.of("b"), Message.of("c")));
        List<Delivery> first = queue.claim(1);
        List<Delivery> next =
                queue.exchange(List.of(first.get(0).giveBack()), 1).deliveries();
        assertThat(next).hasSize(1);
        assertThat(queue.settle(next.get(0).acknowledge())).isTrue();
        assertThat(queue.stats()).isEqualTo(new QueueStats(2, 0, 0, 0));
    }
}

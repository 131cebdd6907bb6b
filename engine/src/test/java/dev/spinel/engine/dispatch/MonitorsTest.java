package dev.spinel.engine.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.ClientRegistry;
import dev.spinel.engine.client.DetachedConnection;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class MonitorsTest {
    private final Monitors monitors = new Monitors();

    @Test
    void lastMonitor_thatStopsToWatch_leavesNothingToFeed() {
        List<Boolean> emptiness = new ArrayList<>();
        monitors.onChange(() -> emptiness.add(monitors.isEmpty()));
        Client first = client();
        Client second = client();
        monitors.add(first);
        monitors.add(second);
        monitors.remove(first);
        monitors.remove(second);
        assertThat(emptiness).containsExactly(false, false, false, true);
        assertThat(second.is(ClientFlag.MONITOR)).isFalse();
    }

    @Test
    void line_hasTimeDatabaseAddressAndQuotedArguments() {
        ReplyText seen = new ReplyText(2);
        monitors.add(client(seen));
        Client sender = client(new ReplyText(2));
        sender.database(3);
        long[] nanos = {0};
        EngineClock clock = new EngineClock(() -> 1_700_000_000_004_000L, () -> nanos[0]);
        nanos[0] = 5_600;
        clock.update();

        monitors.feed(clock, sender, new Bytes[] {Bytes.of("SET"), Bytes.of("a\"\n\u0001"), Bytes.of("unused")}, 2);

        assertThat(seen.toString()).contains("1700000000.004005 [3 127.0.0.1:1] \"SET\" \"a\\\"\\n\\x01\"");
    }

    private static Client client() {
        return client(new ReplyText(2));
    }

    private static Client client(ReplyWriter reply) {
        return ClientRegistry.unlisted(new DetachedConnection("127.0.0.1:1") {
            @Override
            public ReplyWriter reply() {
                return reply;
            }
        });
    }
}

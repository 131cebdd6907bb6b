package dev.spinel.engine.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.command.ReplyWriter;
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

    private static Client client() {
        return ClientRegistry.unlisted(new DetachedConnection("127.0.0.1:1") {
            @Override
            public ReplyWriter reply() {
                return new ReplyText(2);
            }
        });
    }
}

package dev.spinel.distribution.differential;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a server publishes on the channels of keyspace events, from the time that this is opened. Without misses: what SORT
 * looks up, and when, depends on the order of a set.
 */
final class KeyEventLog implements AutoCloseable {
    private static final String END = "__keyevents_end";

    private final RespConnection control;
    private final RespConnection events;

    KeyEventLog(int port) throws IOException {
        control = new RespConnection(port);
        events = new RespConnection(port);
        control.call("CONFIG", "SET", "notify-keyspace-events", "AKEn");
        events.call("PSUBSCRIBE", "__key*");
    }

    /** The first event in which two logs differ, or null; ends both. */
    ServerPair.@Nullable Difference compareWith(KeyEventLog actual) throws IOException {
        control.call("PUBLISH", END, "");
        actual.control.call("PUBLISH", END, "");
        for (int i = 0; ; i++) {
            Reply expectedEvent = Reply.parse(events.receive());
            Reply actualEvent = Reply.parse(actual.events.receive());
            if (!expectedEvent.equals(actualEvent)) {
                Request request = Request.of("PSUBSCRIBE", "__key*");
                return new ServerPair.Difference(i, request, expectedEvent, actualEvent);
            }
            if (isEnd(expectedEvent.children())) {
                return null;
            }
        }
    }

    private static boolean isEnd(List<Reply> message) {
        return message.get(2).text().equals(END);
    }

    @Override
    public void close() throws IOException {
        control.close();
        events.close();
    }
}

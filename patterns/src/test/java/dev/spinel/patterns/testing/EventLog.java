package dev.spinel.patterns.testing;

import dev.spinel.patterns.transport.PatternListener;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers the events of recipes, and the last cause of each failure. */
public final class EventLog implements PatternListener {
    private final List<String> events = new CopyOnWriteArrayList<>();
    private final Map<String, Throwable> causes = new ConcurrentHashMap<>();

    @Override
    public void event(String event, String subject) {
        events.add(event);
    }

    @Override
    public void failed(String event, String subject, Throwable cause) {
        causes.put(event, cause);
        event(event, subject);
    }

    /** The names of all events, in order. */
    public List<String> all() {
        return events;
    }

    /** How often an event happened. */
    public int count(String event) {
        return Math.toIntExact(events.stream().filter(event::equals).count());
    }

    /** Why a failure happened the last time; null if it did not, or without a cause. */
    public Throwable cause(String event) {
        return causes.get(event);
    }
}

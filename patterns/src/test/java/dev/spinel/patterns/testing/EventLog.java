package dev.spinel.patterns.testing;

import dev.spinel.patterns.transport.PatternListener;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;

/** Remembers the events of recipes, and the last cause of each failure. */
public final class EventLog implements PatternListener {
    /** An event, and of what lock, limiter or the like. */
    public record Event(String name, String subject) {}

    private final List<Event> events = new CopyOnWriteArrayList<>();
    private final Map<String, List<Throwable>> causes = new ConcurrentHashMap<>();

    @Override
    public void event(String event, String subject) {
        events.add(new Event(event, subject));
    }

    @Override
    public void failed(String event, String subject, Throwable cause) {
        causes.computeIfAbsent(event, key -> new CopyOnWriteArrayList<>()).add(cause);
        event(event, subject);
    }

    /** All events, in order. */
    public List<Event> all() {
        return events;
    }

    /** The names of all events, in order. */
    public List<String> names() {
        return events.stream().map(Event::name).toList();
    }

    /** How often an event happened. */
    public int count(String event) {
        return Math.toIntExact(names().stream().filter(event::equals).count());
    }

    /** Why a failure happened the last time; null if it did not, or without a cause. */
    public Throwable cause(String event) {
        List<Throwable> all = causes(event);
        return all.isEmpty() ? null : all.get(all.size() - 1);
    }

    /** Why a failure happened, each time. */
    public List<Throwable> causes(String event) {
        return causes.getOrDefault(event, List.of());
    }
}

package dev.spinel.engine.stats;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Latency spikes by event, the last 160 of each, for LATENCY. Engine thread only. */
public final class LatencyMonitor {
    private static final int MAX_SAMPLES = 160;

    private final Map<String, Event> events = new TreeMap<>();
    private long thresholdMillis;

    /** A spike: when it happened and the worst latency within that second. */
    public record Sample(long unixSeconds, long millis) {}

    /** The spikes of one event. */
    public static final class Event {
        private final List<Sample> samples = new ArrayList<>();
        private long maxMillis;

        private void add(long unixSeconds, long millis) {
            maxMillis = Math.max(maxMillis, millis);
            int last = samples.size() - 1;
            if (last >= 0 && samples.get(last).unixSeconds == unixSeconds) {
                if (samples.get(last).millis < millis) {
                    samples.set(last, new Sample(unixSeconds, millis));
                }
                return;
            }
            if (samples.size() == MAX_SAMPLES) {
                samples.remove(0);
            }
            samples.add(new Sample(unixSeconds, millis));
        }

        /** The spikes, oldest first. */
        public List<Sample> samples() {
            return samples;
        }

        /** The worst of all times, in milliseconds. */
        public long maxMillis() {
            return maxMillis;
        }
    }

    /** From how many milliseconds on an event counts as a spike; 0 turns the monitor off. */
    public void thresholdMillis(long millis) {
        thresholdMillis = millis;
    }

    public long thresholdMillis() {
        return thresholdMillis;
    }

    /** Records how long something took if that is a spike. */
    public void add(String event, long unixSeconds, long millis) {
        if (thresholdMillis > 0 && millis >= thresholdMillis) {
            events.computeIfAbsent(event, k -> new Event()).add(unixSeconds, millis);
        }
    }

    /** The events that had spikes, by name. */
    public Map<String, Event> events() {
        return events;
    }

    /** Forgets an event, or all when there is no name; returns how many. */
    public int reset(@Nullable String event) {
        if (event == null) {
            int count = events.size();
            events.clear();
            return count;
        }
        return events.remove(event) == null ? 0 : 1;
    }
}

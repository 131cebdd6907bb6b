package dev.spinel.patterns.micrometer;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.transport.PatternListener;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Locale;
import java.util.Set;

/**
 * Counts what recipes do in a registry of Micrometer. Thread-safe.
 *
 * <ul>
 *   <li>{@code spinel.patterns.operations}, a timer of operations from their first attempt to their end, by {@code operation} (such as
 *       {@code lock.acquire}) and {@code outcome} ({@code completed}, {@code unavailable}, {@code unknown}, {@code failed});
 *   <li>{@code spinel.patterns.retries}, a counter of the further attempts, by {@code operation};
 *   <li>{@code spinel.patterns.events}, a counter by {@code event} (such as {@code cache.miss}), and by {@code subject} if so chosen.
 * </ul>
 */
public final class MicrometerListener implements PatternListener {
    private static final Set<String> OF_CHANNELS = Set.of("runtime.channelRefused", "runtime.channelListenerFailed");

    private final MeterRegistry registry;
    private final boolean bySubject;
    private final Meter.MeterProvider<Timer> operations;
    private final Meter.MeterProvider<Counter> retries;
    private final Meter.MeterProvider<Counter> events;

    private MicrometerListener(MeterRegistry registry, boolean bySubject) {
        this.registry = requireNonNull(registry, "registry");
        this.bySubject = bySubject;
        operations = Timer.builder("spinel.patterns.operations")
                .description("Operations of recipes, with their retries")
                .withRegistry(registry);
        retries = Counter.builder("spinel.patterns.retries")
                .description("Attempts of operations after their first one")
                .withRegistry(registry);
        events = Counter.builder("spinel.patterns.events")
                .description("What happened to recipes")
                .withRegistry(registry);
    }

    /** Counts events without their subjects: the number of meters is bounded by that of operations and events. */
    public static MicrometerListener of(MeterRegistry registry) {
        return new MicrometerListener(registry, false);
    }

    /**
     * Counts the events of each lock, limiter, cache or queue by itself. Each subject takes a meter per event for ever: only where
     * the names of locks and the like are few. Channels, of which a cache has one per key, count as one subject, {@code channels}.
     */
    public static MicrometerListener bySubject(MeterRegistry registry) {
        return new MicrometerListener(registry, true);
    }

    @Override
    public void operationEnded(String operation, Outcome outcome, int attempts, Duration elapsed) {
        operations
                .withTags("operation", operation, "outcome", outcome.name().toLowerCase(Locale.ROOT))
                .record(elapsed);
        if (attempts > 1) {
            retries.withTags("operation", operation).increment(attempts - 1);
        }
    }

    @Override
    public void event(String event, String subject) {
        if (bySubject) {
            events.withTags("event", event, "subject", subject).increment();
        } else {
            events.withTags("event", event).increment();
        }
    }

    @Override
    public void failed(String event, String subject, Throwable cause) {
        event(event, OF_CHANNELS.contains(event) ? "channels" : subject);
    }

    @Override
    public String toString() {
        return "MicrometerListener[" + registry + ']';
    }
}

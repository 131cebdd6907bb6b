package dev.spinel.engine.admin;

import dev.spinel.engine.stats.CommandLog;
import dev.spinel.engine.stats.LatencyMonitor;
import dev.spinel.engine.stats.LatencyMonitor.Event;
import dev.spinel.engine.stats.LatencyMonitor.Sample;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** What LATENCY DOCTOR says: figures of each event that had spikes, and what can be done about it. Engine thread only. */
final class LatencyDiagnosis {
    private static final long MICROS_PER_MILLI = 1000;

    private static final String SLOW_COMMANDS =
            "SLOWLOG GET names the commands that took long. Commands on many keys or"
                    + " elements at once take their time: SCAN instead of KEYS, ranges instead of whole collections.";
    private static final String EXPIRY =
            "Many keys expire at the same time, or large ones do: a random part in the times"
                    + " to live spreads them, lazyfree-lazy-expire releases their memory later.";
    private static final String EVICTION =
            "Eviction removes many keys at once: writes come faster than memory is freed,"
                    + " or maxmemory was lowered. maxmemory-eviction-tenacity bounds how long a request waits for it.";
    private static final String DISK =
            "The disk is slow or busy: see what else writes to it, and whether appendfsync" + " everysec is enough.";
    private static final String OTHER = "The log of the garbage collector (-Xlog:gc) names its pauses.";

    private static final Map<String, String> ADVICE = Map.of(
            "command", SLOW_COMMANDS,
            "fast-command", SLOW_COMMANDS,
            "expire-cycle", EXPIRY,
            "eviction-cycle", EVICTION,
            "aof-write", DISK,
            "aof-fsync-always", DISK);

    private LatencyDiagnosis() {}

    static String of(LatencyMonitor monitor, CommandLog slowLog, long nowSeconds) {
        if (monitor.thresholdMillis() == 0) {
            return "The latency monitor is off. CONFIG SET latency-monitor-threshold <milliseconds> turns it on.\n";
        }
        if (monitor.events().isEmpty()) {
            return "No event took " + monitor.thresholdMillis() + " milliseconds or longer: nothing to report.\n";
        }
        StringBuilder text = new StringBuilder("Events that took ")
                .append(monitor.thresholdMillis())
                .append(" milliseconds or longer:\n\n");
        Set<String> advice = new TreeSet<>();
        int number = 0;
        for (Map.Entry<String, Event> event : monitor.events().entrySet()) {
            number++;
            text.append(number).append(". ").append(event.getKey()).append(": ");
            describe(text, event.getValue(), nowSeconds);
            advice.add(ADVICE.getOrDefault(event.getKey(), OTHER));
        }
        advice.add(OTHER);
        if (!slowLog.logs(monitor.thresholdMillis() * MICROS_PER_MILLI)) {
            advice.add("The slow log leaves out commands that the latency monitor counts: CONFIG SET"
                    + " slowlog-log-slower-than " + monitor.thresholdMillis() * MICROS_PER_MILLI
                    + " has it show them.");
        }
        text.append("\nWhat may help:\n\n");
        advice.forEach(line -> text.append("- ").append(line).append('\n'));
        return text.toString();
    }

    private static void describe(StringBuilder text, Event event, long nowSeconds) {
        List<Sample> samples = event.samples();
        long sum = 0;
        for (Sample sample : samples) {
            sum += sample.millis();
        }
        long average = sum / samples.size();
        long deviations = 0;
        for (Sample sample : samples) {
            deviations += Math.abs(sample.millis() - average);
        }
        double period = (double) (nowSeconds - samples.get(0).unixSeconds()) / samples.size();
        text.append(samples.size())
                .append(" spikes, ")
                .append(average)
                .append(" ms on average, mean deviation ")
                .append(deviations / samples.size())
                .append(String.format(Locale.ROOT, " ms, one every %.2f s, ", period))
                .append(event.maxMillis())
                .append(" ms at worst\n");
    }
}

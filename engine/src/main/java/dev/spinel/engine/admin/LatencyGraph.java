package dev.spinel.engine.admin;

import dev.spinel.engine.stats.LatencyMonitor.Event;
import dev.spinel.engine.stats.LatencyMonitor.Sample;
import java.util.List;

/** The spikes of an event as bars of text, with their age written downwards below each bar. */
final class LatencyGraph {
    private static final int WIDTH = 80;
    private static final int HEIGHT = 4;
    private static final int SECONDS_PER_MINUTE = 60;
    private static final int SECONDS_PER_HOUR = 3600;
    private static final int SECONDS_PER_DAY = 86_400;

    private LatencyGraph() {}

    static String draw(String name, Event event, long nowSeconds) {
        List<Sample> all = event.samples();
        List<Sample> samples = all.subList(Math.max(0, all.size() - WIDTH), all.size());
        long high = 0;
        long low = Long.MAX_VALUE;
        int labelLength = 0;
        for (Sample sample : samples) {
            high = Math.max(high, sample.millis());
            low = Math.min(low, sample.millis());
            labelLength = Math.max(labelLength, age(sample, nowSeconds).length());
        }
        StringBuilder text = new StringBuilder(name + " - high " + high + " ms, low " + low + " ms (all time high "
                + event.maxMillis() + " ms)\n" + "-".repeat(WIDTH) + "\n");
        for (int row = HEIGHT - 1; row >= 0; row--) {
            for (Sample sample : samples) {
                text.append(mark(sample.millis(), low, high, row));
            }
            text.append('\n');
        }
        text.append('\n');
        for (int row = 0; row < labelLength; row++) {
            for (Sample sample : samples) {
                String age = age(sample, nowSeconds);
                text.append(row < age.length() ? age.charAt(row) : ' ');
            }
            text.append('\n');
        }
        return text.toString();
    }

    private static char mark(long millis, long low, long high, int row) {
        long level = high == low ? HEIGHT - 1 : (millis - low) * (HEIGHT - 1) / (high - low);
        if (level == row) {
            return level == 0 ? '_' : '#';
        }
        return level > row ? '|' : ' ';
    }

    private static String age(Sample sample, long nowSeconds) {
        long seconds = nowSeconds - sample.unixSeconds();
        if (seconds < SECONDS_PER_MINUTE) {
            return seconds + "s";
        }
        if (seconds < SECONDS_PER_HOUR) {
            return seconds / SECONDS_PER_MINUTE + "m";
        }
        return seconds < SECONDS_PER_DAY ? seconds / SECONDS_PER_HOUR + "h" : seconds / SECONDS_PER_DAY + "d";
    }
}

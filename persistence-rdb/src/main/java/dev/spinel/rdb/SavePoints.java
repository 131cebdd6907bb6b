package dev.spinel.rdb;

import java.util.List;

/**
 * When to save without being asked: after so many seconds if so much has changed, by any of several such rules.
 *
 * @param points the rules
 */
record SavePoints(List<SavePoint> points) {
    private static final long MILLIS_PER_SECOND = 1000;

    /** No rule is due for as long as nothing changes. */
    static final long NEVER = Long.MAX_VALUE;

    /**
     * A rule.
     *
     * @param seconds how long after the last save it is due
     * @param changes how many changes it takes
     */
    record SavePoint(long seconds, long changes) {
        /** When it is due, in Unix milliseconds. */
        private long dueMillis(long lastSaveMillis) {
            return lastSaveMillis + (seconds + 1) * MILLIS_PER_SECOND;
        }
    }

    /** The rules that the words of {@code save} stand for: seconds and changes in turn. */
    static SavePoints of(List<String> words) {
        SavePoint[] points = new SavePoint[words.size() / 2];
        for (int i = 0; i < points.length; i++) {
            points[i] = new SavePoint(Long.parseLong(words.get(2 * i)), Long.parseLong(words.get(2 * i + 1)));
        }
        return new SavePoints(List.of(points));
    }

    boolean isEmpty() {
        return points.isEmpty();
    }

    /** When the first rule is due that so many changes are enough for, in Unix milliseconds; {@link #NEVER} if none is. */
    long dueMillis(long changes, long lastSaveMillis) {
        long due = NEVER;
        for (int i = 0; i < points.size(); i++) {
            SavePoint point = points.get(i);
            if (changes >= point.changes) {
                due = Math.min(due, point.dueMillis(lastSaveMillis));
            }
        }
        return due;
    }

    /** The first rule, in the order in which they were given, that is due by now; to be called only if one is. */
    SavePoint due(long changes, long lastSaveMillis, long nowMillis) {
        for (SavePoint point : points) {
            if (changes >= point.changes && point.dueMillis(lastSaveMillis) <= nowMillis) {
                return point;
            }
        }
        throw new IllegalStateException("no save point is due");
    }
}

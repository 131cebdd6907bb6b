package dev.spinel.patterns.queue;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a queue does, in plain collections, for one caller after the other. Time does not pass: the test says which lease ends and which
 * message becomes due. One thread.
 */
final class QueueModel {
    /** A message wherever it is. */
    static final class Entry {
        final long id;
        final String group;
        final int priority;
        int attempts;
        /** Orders those that are ready and have the same priority. */
        long place;
        /** How often it was leased: settlements of an earlier lease are refused. */
        int leases;

        Entry(long id, String group, int priority) {
            this.id = id;
            this.group = group;
            this.priority = priority;
        }
    }

    private final QueueEngine engine;
    private final int maxDeliveries;
    private final int maxLeasedPerGroup;
    private long lastId;
    private long lastPlace = 1L << 40;

    /** Those that are ready, by group; the empty one has those without a group. */
    final Map<String, TreeSet<Entry>> ready = new TreeMap<>();

    final Map<Long, Entry> delayed = new LinkedHashMap<>();
    final Map<Long, Entry> leased = new LinkedHashMap<>();
    final Map<Long, Entry> dead = new LinkedHashMap<>();
    /** What the next exchange finds to be due or ended, in this order. */
    final Set<Long> due = new LinkedHashSet<>();

    final Set<Long> ended = new LinkedHashSet<>();
    /** Whose turn it is. */
    final Deque<String> turns = new ArrayDeque<>();

    QueueModel(QueueEngine engine, int maxDeliveries, int maxLeasedPerGroup) {
        this.engine = engine;
        this.maxDeliveries = maxDeliveries;
        this.maxLeasedPerGroup = maxLeasedPerGroup;
    }

    long enqueue(String group, int priority, boolean later) {
        Entry entry = new Entry(++lastId, group, priority);
        if (later) {
            delayed.put(entry.id, entry);
        } else {
            add(entry);
        }
        return entry.id;
    }

    long leasedOf(String group) {
        return leased.values().stream()
                .filter(entry -> entry.group.equals(group))
                .count();
    }

    TreeSet<Entry> readyOf(String group) {
        return ready.computeIfAbsent(
                group,
                absent -> new TreeSet<>(Comparator.comparingInt((Entry entry) -> -entry.priority)
                        .thenComparingLong(entry -> entry.place)));
    }

    private boolean hasRoom(String group) {
        return maxLeasedPerGroup == 0 || leasedOf(group) < maxLeasedPerGroup;
    }

    /** Those of a stream are behind all others when they were not leased before. */
    private void add(Entry entry) {
        if (engine == QueueEngine.STREAM) {
            makeReady(entry, ++lastPlace);
        } else {
            makeReady(entry, entry.id);
        }
    }

    private void makeReadyAgain(Entry entry) {
        makeReady(entry, entry.id);
    }

    private void makeReady(Entry entry, long place) {
        entry.place = place;
        readyOf(entry.group).add(entry);
        takeTurn(entry.group);
    }

    /** A group that has something to offer and does not wait yet is the last to wait. */
    private void takeTurn(String group) {
        if (!group.isEmpty() && !readyOf(group).isEmpty() && hasRoom(group) && !turns.contains(group)) {
            turns.add(group);
        }
    }

    private void takeTurnWithoutGroup() {
        if (!readyOf("").isEmpty() && !turns.contains("")) {
            turns.add("");
        }
    }

    boolean settle(long id, int lease, String kind, boolean later) {
        Entry entry = leased.get(id);
        if (entry == null || entry.leases != lease) {
            return false;
        }
        if (kind.equals("extend")) {
            ended.remove(id);
            return true;
        }
        endLease(entry);
        switch (kind) {
            case "ack" -> {}
            case "return" -> {
                entry.attempts--;
                makeReadyAgain(entry);
            }
            case "reject" -> dead.put(id, entry);
            default -> {
                if (entry.attempts >= maxDeliveries) {
                    dead.put(id, entry);
                } else if (later) {
                    delayed.put(id, entry);
                } else {
                    makeReadyAgain(entry);
                }
            }
        }
        return true;
    }

    private void endLease(Entry entry) {
        leased.remove(entry.id);
        ended.remove(entry.id);
        takeTurn(entry.group);
    }

    /** Claims after what is due and ended has moved; answers what it delivers, in order. */
    List<Entry> claim(int most) {
        for (Long id : List.copyOf(due)) {
            due.remove(id);
            add(delayed.remove(id));
        }
        for (Long id : List.copyOf(ended)) {
            Entry entry = leased.get(id);
            endLease(entry);
            if (entry.attempts >= maxDeliveries) {
                dead.put(id, entry);
            } else {
                makeReadyAgain(entry);
            }
        }
        List<Entry> delivered = new ArrayList<>();
        boolean first = true;
        while (delivered.size() < most && !turns.isEmpty()) {
            String group = turns.remove();
            if (!group.isEmpty()) {
                if (first) {
                    takeTurnWithoutGroup();
                    first = false;
                }
                deliver(group, delivered);
                takeTurn(group);
            } else if (!turns.isEmpty()) {
                deliver("", delivered);
                takeTurnWithoutGroup();
            }
        }
        while (delivered.size() < most && !readyOf("").isEmpty()) {
            deliver("", delivered);
        }
        return delivered;
    }

    private void deliver(String group, List<Entry> delivered) {
        Entry entry = readyOf(group).pollFirst();
        entry.attempts++;
        entry.leases++;
        leased.put(entry.id, entry);
        delivered.add(entry);
    }

    boolean hasMore() {
        return !turns.isEmpty() || !readyOf("").isEmpty();
    }

    boolean redrive(long id) {
        Entry entry = dead.remove(id);
        if (entry == null) {
            return false;
        }
        entry.attempts = 0;
        add(entry);
        return true;
    }
}

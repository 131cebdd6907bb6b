package dev.spinel.engine.acl;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** What was refused for want of permissions, newest first; the same within a minute is one entry. Engine thread only. */
public final class AclLog {
    private static final long GROUPING_MILLIS = 60_000;
    /** How many entries a new one is compared with. */
    private static final int COMPARED_ENTRIES = 10;

    private final Deque<Entry> entries = new ArrayDeque<>();
    private final Map<Reason, long[]> counts = new EnumMap<>(Reason.class);
    private long maxEntries = 128;

    /** What was not permitted. */
    public enum Reason {
        COMMAND,
        KEY,
        CHANNEL,
        AUTH;

        /** The word of ACL LOG. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Where a command came from. */
    public enum Context {
        TOPLEVEL,
        MULTI,
        LUA;

        /** The word of ACL LOG. */
        public String wireName() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /**
     * Refusals of one kind.
     *
     * @param count how many
     * @param object name of the command, key or channel, in the form of {@link Latin1}
     * @param userName in the form of {@link Latin1}
     * @param lastUnixMillis when the last of them was
     * @param clientInfo the client of the last one, as CLIENT INFO shows it
     */
    public record Entry(
            long count,
            Reason reason,
            Context context,
            String object,
            String userName,
            long lastUnixMillis,
            String clientInfo) {
        private boolean isLike(Entry other) {
            return reason == other.reason
                    && context == other.context
                    && Math.abs(lastUnixMillis - other.lastUnixMillis) <= GROUPING_MILLIS
                    && object.equals(other.object)
                    && userName.equals(other.userName);
        }
    }

    /** Sets how many entries are kept ({@code acllog-max-len}); the next refusal removes those beyond. */
    public void maxEntries(long count) {
        maxEntries = count;
    }

    /** Adds a refusal, whose count is 1. */
    public void add(Entry refusal) {
        counts.computeIfAbsent(refusal.reason, reason -> new long[1])[0]++;
        Entry added = refusal;
        Iterator<Entry> recent = entries.iterator();
        for (int i = 0; i < COMPARED_ENTRIES && recent.hasNext(); i++) {
            Entry entry = recent.next();
            if (entry.isLike(refusal)) {
                recent.remove();
                added = new Entry(
                        entry.count + 1,
                        entry.reason,
                        entry.context,
                        entry.object,
                        entry.userName,
                        refusal.lastUnixMillis,
                        refusal.clientInfo);
                break;
            }
        }
        entries.addFirst(added);
        while (entries.size() > maxEntries) {
            entries.removeLast();
        }
    }

    /** How often something was refused for a reason, since the last reset of the statistics. */
    public long count(Reason reason) {
        long[] count = counts.get(reason);
        return count == null ? 0 : count[0];
    }

    /** Sets the counts back to zero. */
    public void resetCounts() {
        counts.clear();
    }

    /** The newest entries. */
    public List<Entry> newest(long limit) {
        List<Entry> newest = new ArrayList<>();
        for (Entry entry : entries) {
            if (newest.size() >= limit) {
                break;
            }
            newest.add(entry);
        }
        return newest;
    }

    /** Removes all entries. */
    public void clear() {
        entries.clear();
    }
}

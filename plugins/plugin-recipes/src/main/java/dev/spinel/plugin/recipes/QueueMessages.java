package dev.spinel.plugin.recipes;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.data.ValueType;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The messages of a queue whose ready messages are in sorted sets, and how they come from one place to another; {@code exchange.lua} tells
 * what each key holds. Made for one call; engine thread only.
 */
final class QueueMessages {
    static final int READY = 0;
    static final int DELAYED = 1;
    static final int LEASED = 2;
    static final int BODIES = 3;
    static final int METAS = 4;
    static final int DEAD = 5;
    static final int CAUSES = 6;
    static final int GROUPED = 7;
    static final int TURNS = 8;
    static final int LEASED_OF_GROUPS = 9;

    /** How many messages whose time came are taken at once. */
    private static final int MOST_DUE = 1000;

    /** How many groups get their turns again at once. */
    private static final int MOST_RESTORED = 1000;

    /** How many digits the length of a group has at most. */
    private static final int MOST_LENGTH_DIGITS = 9;

    /** How many digits an id has at most: ready messages have scores of {@code (9 - priority) * 2^49 + id}. */
    private static final int MOST_ID_DIGITS = 15;

    static final Bytes NOTHING = Bytes.of("");
    private static final Bytes NEVER_DELIVERED_FROM = Bytes.of("0:0:0:1:");
    private static final Bytes COLON = Bytes.of(":");
    /** What comes behind all that has a colon in its place. */
    private static final Bytes BEHIND = Bytes.of(";");

    private static final Bytes LEASE_ENDED = Bytes.of("the lease ended");
    private static final Bytes PART_GONE = Bytes.of("a part of it is gone");

    private final ScriptArguments arguments;
    private final Effects effects;
    private final long groupLimit;
    private final double now;
    private final ReadyMessages ready;
    private final QueuedMessage found = new QueuedMessage();

    private long moved;

    /** A message that was taken to be leased; the group whose turn it was, or nothing. */
    record Taken(Bytes id, Bytes group) {}

    /**
     * Checks the types of the keys.
     *
     * @param groupLimit how many messages of a group may be leased; 0: any number
     * @param now microseconds since 2020
     */
    QueueMessages(ScriptArguments arguments, Effects effects, long groupLimit, double now) {
        this.arguments = arguments;
        this.effects = effects;
        this.groupLimit = groupLimit;
        this.now = now;
        ready = new ReadyMessages(effects, arguments.key(READY), arguments.key(GROUPED), arguments.key(TURNS));
        for (int key : new int[] {READY, DELAYED, LEASED, DEAD, GROUPED, TURNS}) {
            set(key);
        }
        for (int key : new int[] {BODIES, METAS, CAUSES, LEASED_OF_GROUPS}) {
            hash(key);
        }
    }

    /** How many messages became ready, or groups got a turn as there was room for one of theirs. */
    long moved() {
        return moved;
    }

    @Nullable
    SortedSetValue set(int key) {
        return effects.keys().read(ValueType.SORTED_SET, arguments.key(key));
    }

    @Nullable
    HashValue hash(int key) {
        return effects.keys().read(ValueType.HASH, arguments.key(key));
    }

    long sizeOf(int key) {
        SortedSetValue set = set(key);
        return set == null ? 0 : set.size();
    }

    static boolean isIn(@Nullable SortedSetValue set, Bytes member) {
        return set != null && !Double.isNaN(set.score(member));
    }

    /** Has {@link #found} stand on a message; false if the hash of metas tells nothing of it. */
    boolean find(@Nullable HashValue metas, Bytes id) {
        return metas != null && found.read(metas.get(id));
    }

    /** The message found last. Its texts are valid until the next change. */
    QueuedMessage found() {
        return found;
    }

    /** Whether messages are left to be claimed. */
    boolean hasMore() {
        return sizeOf(READY) > 0 || sizeOf(TURNS) > 0;
    }

    /** The messages of delayed or leased whose time came, up to {@value #MOST_DUE} of them. */
    List<Bytes> due(int key) {
        List<Bytes> ids = new ArrayList<>();
        SortedSetValue set = set(key);
        if (set != null) {
            SortedSetValue.Cursor cursor = set.cursor(0, false);
            while (ids.size() < MOST_DUE && cursor.next() && cursor.score() <= now) {
                ids.add(cursor.member().copy());
            }
        }
        return ids;
    }

    /** Has messages be ready, for which {@link #addReady} is called later. */
    void makeReady(Bytes id, long priority, Bytes group) {
        ready.add(id, priority, group);
        if (!group.isEmpty() && (groupLimit == 0 || leasedOf(group) < groupLimit)) {
            ready.giveTurn(group);
        }
        moved++;
    }

    /** Adds those that are ready to the set of them. */
    void addReady() {
        ready.write();
    }

    void bury(Bytes id, Bytes cause) {
        effects.zadd(arguments.key(DEAD), now, id);
        effects.hset(arguments.key(CAUSES), id, cause);
    }

    /** Has a message that lost its body or its meta be a dead letter with what is left; drops what somebody added that is no id. */
    private void buryRest(Bytes id) {
        if (!isId(id)) {
            return;
        }
        effects.hsetnx(arguments.key(BODIES), id, NOTHING);
        Bytes meta = Concatenation.of(NEVER_DELIVERED_FROM, LuaNumbers.decimal((long) now), COLON);
        effects.hsetnx(arguments.key(METAS), id, meta);
        bury(id, PART_GONE);
    }

    static boolean isId(Bytes text) {
        return text.length() <= MOST_ID_DIGITS && Numbers.isLong(text) && Numbers.parseLong(text) > 0;
    }

    /** After the lease of a message of a group ended, there is room for another one; nothing to do without a group. */
    void makeRoom(Bytes group) {
        if (group.isEmpty()) {
            return;
        }
        long busy = changeLeasedOf(group, -1);
        if (busy <= 0) {
            effects.hdel(arguments.key(LEASED_OF_GROUPS), List.of(group));
        }
        if ((groupLimit == 0 || busy < groupLimit)
                && !isIn(set(TURNS), group)
                && !firstOf(group, 1).isEmpty()) {
            ready.giveTurn(group);
            moved++;
        }
    }

    void endDelays(List<Bytes> ids) {
        effects.zrem(arguments.key(DELAYED), ids);
        for (Bytes id : ids) {
            if (find(hash(METAS), id)) {
                makeReady(id, found.priority(), found.groupCopy());
            } else {
                buryRest(id);
            }
        }
    }

    void endLeases(List<Bytes> ids) {
        effects.zrem(arguments.key(LEASED), ids);
        for (Bytes id : ids) {
            if (!find(hash(METAS), id)) {
                buryRest(id);
                continue;
            }
            Bytes group = found.groupCopy();
            makeRoom(group);
            if (found.attempts() >= found.limit()) {
                bury(id, LEASE_ENDED);
            } else {
                makeReady(id, found.priority(), group);
            }
        }
    }

    /** Takes up to so many messages for a claim: those of groups in turn, one of each, then those without one. */
    List<Taken> take(long most) {
        List<Taken> taken = new ArrayList<>();
        takeInTurn(taken, most);
        takeUngrouped(taken, most - taken.size());
        if (taken.isEmpty() && restoreTurns()) {
            takeInTurn(taken, most);
        }
        return taken;
    }

    /** The groups that {@link #take} gives turns as somebody deleted these. */
    List<Bytes> groupsWithoutTurns() {
        return sizeOf(READY) > 0 || sizeOf(TURNS) > 0 ? List.of() : findGroups(new ArrayList<>());
    }

    private boolean restoreTurns() {
        List<Bytes> strangers = new ArrayList<>();
        List<Bytes> groups = findGroups(strangers);
        for (Bytes stranger : strangers) {
            effects.zrem(arguments.key(GROUPED), List.of(stranger));
        }
        groups.forEach(ready::giveTurn);
        return !groups.isEmpty();
    }

    /** The groups with messages that are not at their limit, none if the first one is; and what somebody added to grouped that is no message. */
    private List<Bytes> findGroups(List<Bytes> strangers) {
        List<Bytes> groups = new ArrayList<>();
        SortedSetValue grouped = set(GROUPED);
        long at = 0;
        for (int i = 0; grouped != null && i < MOST_RESTORED; i++) {
            SortedSetValue.Cursor cursor = grouped.cursor(at, false);
            if (!cursor.next()) {
                break;
            }
            Bytes group = groupIn(cursor.member());
            if (group == null) {
                strangers.add(cursor.member().copy());
                at++;
                continue;
            }
            if (groupLimit == 0 || leasedOf(group) < groupLimit) {
                groups.add(group);
            } else if (groups.isEmpty()) {
                break;
            }
            at = grouped.countBefore(Concatenation.of(LuaNumbers.decimal(group.length()), COLON, group, BEHIND), true);
        }
        return groups;
    }

    /** The group of a member of grouped, copied; null if somebody else added it. */
    private static @Nullable Bytes groupIn(Bytes member) {
        int digits = 0;
        while (digits < member.length() && member.at(digits) >= '0' && member.at(digits) <= '9') {
            digits++;
        }
        Bytes length = new Bytes();
        length.set(member.array(), member.offset(), digits);
        if (digits > MOST_LENGTH_DIGITS || !Numbers.isLong(length)) {
            return null;
        }
        int groupLength = (int) Numbers.parseLong(length);
        int end = digits + 1 + groupLength;
        if (groupLength == 0 || end >= member.length() || member.at(digits) != ':' || member.at(end) != ':') {
            return null;
        }
        Bytes group = new Bytes();
        group.set(member.array(), member.offset() + digits + 1, groupLength);
        return group.copy();
    }

    /** Until nobody is left with whom to share. */
    private void takeInTurn(List<Taken> taken, long most) {
        boolean shared = false;
        while (taken.size() < most) {
            List<Bytes> next = effects.zpopmin(arguments.key(TURNS), 1);
            if (next.isEmpty()) {
                return;
            }
            Bytes group = next.get(0);
            if (!group.isEmpty()) {
                if (!shared && sizeOf(READY) > 0) {
                    ready.giveTurn(NOTHING);
                }
                shared = true;
                takeOf(group, taken);
            } else if (sizeOf(TURNS) > 0) {
                takeUngrouped(taken, 1);
                if (sizeOf(READY) > 0) {
                    ready.giveTurn(NOTHING);
                }
            }
        }
    }

    private void takeUngrouped(List<Taken> taken, long most) {
        for (Bytes id : effects.zpopmin(arguments.key(READY), most)) {
            taken.add(new Taken(id, NOTHING));
        }
    }

    /** Takes the first message of a group, unless as many as may be are leased. */
    private void takeOf(Bytes group, List<Taken> taken) {
        List<Bytes> first = firstOf(group, 2);
        if (first.isEmpty()) {
            return;
        }
        long busy = changeLeasedOf(group, 1);
        if (groupLimit > 0 && busy > groupLimit) {
            changeLeasedOf(group, -1);
            return;
        }
        effects.zrem(arguments.key(GROUPED), first.subList(0, 1));
        taken.add(new Taken(idOf(first.get(0), ReadyMessages.prefix(group).length()), group));
        if (first.size() > 1 && (groupLimit == 0 || busy < groupLimit)) {
            ready.giveTurn(group);
        }
    }

    /** Has a message that was taken, but lost its body or its meta, be a dead letter, and another one of its group take its place. */
    void buryTaken(Taken taken) {
        buryRest(taken.id());
        makeRoom(taken.group());
    }

    private long leasedOf(Bytes group) {
        return leasedOf(hash(LEASED_OF_GROUPS), group);
    }

    /** How many messages of a group are leased; what somebody else wrote there, if it is no number, counts as none. */
    static long leasedOf(@Nullable HashValue leased, Bytes group) {
        Bytes count = leased == null ? null : leased.get(group);
        return count == null || !Numbers.isLong(count) ? 0 : Numbers.parseLong(count);
    }

    private long changeLeasedOf(Bytes group, long by) {
        HashValue leased = hash(LEASED_OF_GROUPS);
        long sum = leasedOf(leased, group) + by;
        Bytes count = leased == null ? null : leased.get(group);
        if (count == null || Numbers.isLong(count)) {
            effects.hincrby(arguments.key(LEASED_OF_GROUPS), group, by, sum);
        } else {
            effects.hset(arguments.key(LEASED_OF_GROUPS), group, LuaNumbers.decimal(sum));
        }
        return sum;
    }

    /** The first of a group's ready messages as they are in grouped, up to so many. */
    private List<Bytes> firstOf(Bytes group, int count) {
        List<Bytes> first = new ArrayList<>();
        SortedSetValue grouped = set(GROUPED);
        if (grouped != null) {
            Bytes prefix = ReadyMessages.prefix(group);
            SortedSetValue.Cursor cursor = grouped.cursor(grouped.countBefore(prefix, false), false);
            while (first.size() < count && cursor.next() && startsWith(cursor.member(), prefix)) {
                first.add(cursor.member().copy());
            }
        }
        return first;
    }

    private static boolean startsWith(Bytes text, Bytes prefix) {
        Bytes start = new Bytes();
        start.set(text.array(), text.offset(), Math.min(text.length(), prefix.length()));
        return start.equals(prefix);
    }

    /** The id that a member of grouped ends with, behind its group and a digit of priority, without the zeros before it; else nothing. */
    private static Bytes idOf(Bytes member, int prefixLength) {
        int end = member.length();
        for (int i = prefixLength; i < end; i++) {
            if (member.at(i) < '0' || member.at(i) > '9') {
                return NOTHING;
            }
        }
        int start = Math.min(prefixLength + 1, end);
        while (start < end - 1 && member.at(start) == '0') {
            start++;
        }
        Bytes id = new Bytes();
        id.set(member.array(), member.offset() + start, end - start);
        return id;
    }
}

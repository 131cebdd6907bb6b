package dev.spinel.plugin.recipes;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.data.ValueType;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;

/**
 * The ready messages of a queue: those without a group in one sorted set, those of groups in another one, and whose turn it is. {@code
 * exchange.lua} tells what these keys hold. Made for one call; engine thread only.
 */
final class ReadyMessages {
    static final int MAX_PRIORITY = 9;

    /** How far apart the scores of two priorities are: more than there are ids. */
    private static final double PRIORITY_STEP = 0x1p49;

    private static final int ID_DIGITS = 16;
    private static final Bytes COLON = Bytes.of(":");

    private final Effects effects;
    private final Bytes ready;
    private final Bytes grouped;
    private final Bytes turns;
    /** What {@link #write} adds: messages without a group, those of groups, and turns. */
    private final ScoredMembers added = new ScoredMembers(0);

    private final ScoredMembers addedOfGroups = new ScoredMembers(0);
    private final ScoredMembers addedTurns = new ScoredMembers(0);
    private final Set<Bytes> groupsWithAddedTurns = new HashSet<>();

    /** The highest turn of a group, NaN until it is needed. */
    private double lastTurn = Double.NaN;

    ReadyMessages(Effects effects, Bytes ready, Bytes grouped, Bytes turns) {
        this.effects = effects;
        this.ready = ready;
        this.grouped = grouped;
        this.turns = turns;
    }

    /** Adds a message, one without a group when {@link #write} is called. */
    void add(Bytes id, long priority, Bytes group) {
        long rank = MAX_PRIORITY - priority;
        if (group.isEmpty()) {
            added.add(rank * PRIORITY_STEP + LuaNumbers.parse(id), id);
        } else {
            effects.zadd(grouped, 0, inGroup(id, rank, group));
        }
    }

    /** Adds a message of a group when {@link #write} is called. */
    void addLater(Bytes id, long priority, Bytes group) {
        addedOfGroups.add(0, inGroup(id, MAX_PRIORITY - priority, group));
    }

    private static Bytes inGroup(Bytes id, long rank, Bytes group) {
        return Concatenation.of(prefix(group), LuaNumbers.decimal(rank), padded(id));
    }

    void write() {
        effects.zadd(ready, added);
        effects.zadd(grouped, addedOfGroups);
        effects.zadd(turns, addedTurns);
        added.clear();
        addedOfGroups.clear();
        addedTurns.clear();
        groupsWithAddedTurns.clear();
    }

    /** Puts a group behind the others, unless it has a turn. */
    void giveTurn(Bytes group) {
        if (takesTurn(group)) {
            effects.zadd(turns, Math.rint(lastTurn), group);
        }
    }

    /** As {@link #giveTurn}, when {@link #write} is called. */
    void giveTurnLater(Bytes group) {
        if (takesTurn(group) && groupsWithAddedTurns.add(group)) {
            addedTurns.add(Math.rint(lastTurn), group);
        }
    }

    /** Counts the last turn on; whether the group takes it, as it has none. */
    private boolean takesTurn(Bytes group) {
        SortedSetValue waiting = effects.keys().read(ValueType.SORTED_SET, turns);
        if (Double.isNaN(lastTurn)) {
            lastTurn = waiting == null ? 0 : SortedByTime.timeAt(waiting, waiting.size() - 1);
        }
        lastTurn++;
        return waiting == null || Double.isNaN(waiting.score(group));
    }

    /** How the members of a group begin in grouped. */
    static Bytes prefix(Bytes group) {
        return Concatenation.of(LuaNumbers.decimal(group.length()), COLON, group, COLON);
    }

    /** An id in 16 digits. */
    private static Bytes padded(Bytes id) {
        byte[] text = new byte[ID_DIGITS];
        int zeros = ID_DIGITS - id.length();
        Arrays.fill(text, 0, zeros, (byte) '0');
        System.arraycopy(id.array(), id.offset(), text, zeros, id.length());
        return Bytes.of(text);
    }
}

package dev.spinel.plugin.recipes;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the kinds of limits share that keep a sorted set of entries by time. Engine thread only. */
final class SortedByTime {
    private static final Bytes COLON = Bytes.of(":");

    private SortedByTime() {}

    /** The entries of a key, null if there are none; valid until the key is changed otherwise. */
    static @Nullable SortedSetValue of(Effects effects, Bytes key) {
        return effects.keys().modify(ValueType.SORTED_SET, key);
    }

    /** The entries of a key, null if there are none, once all that lie beyond a time have got that time. */
    static @Nullable SortedSetValue pulledBack(Effects effects, Bytes key, double latest) {
        SortedSetValue entries = of(effects, key);
        long from = entries == null ? 0 : entries.countBelow(latest, true);
        if (entries == null || from == entries.size()) {
            return entries;
        }
        List<Bytes> members = new ArrayList<>();
        SortedSetValue.Cursor cursor = entries.cursor(from, false);
        while (cursor.next()) {
            members.add(cursor.member().copy());
        }
        effects.zadd(key, latest, members);
        return of(effects, key);
    }

    /** The time of the entry at a rank, or an error if the set has no such rank. */
    static double timeAt(@Nullable SortedSetValue entries, long rank) {
        if (entries == null || rank < 0 || rank >= entries.size()) {
            throw incomplete();
        }
        SortedSetValue.Cursor cursor = entries.cursor(rank, false);
        cursor.next();
        return cursor.score();
    }

    /** What is answered where entries are not as the limit left them. */
    static CommandException incomplete() {
        return Errors.err("the entries of the limit are not complete");
    }

    /** The name of an entry: {@code token:now:number}. */
    static Bytes member(Bytes token, double now, Bytes number) {
        return Concatenation.of(token, COLON, LuaNumbers.text(now), COLON, number);
    }
}

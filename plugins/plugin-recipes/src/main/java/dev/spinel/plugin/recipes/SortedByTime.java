package dev.spinel.plugin.recipes;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the kinds of limits share that keep a sorted set of entries by time. Engine thread only. */
final class SortedByTime {
    private SortedByTime() {}

    /** The entries of a key, null if there are none; valid until the key is changed otherwise. */
    static @Nullable SortedSetValue of(Effects effects, Bytes key) {
        return effects.keys().modify(ValueType.SORTED_SET, key);
    }

    /** Gives all entries that lie beyond a time that time. */
    static void pullBack(Effects effects, Bytes key, SortedSetValue entries, double latest) {
        long from = entries.countBelow(latest, true);
        if (from == entries.size()) {
            return;
        }
        List<Bytes> members = new ArrayList<>();
        SortedSetValue.Cursor cursor = entries.cursor(from, false);
        while (cursor.next()) {
            members.add(cursor.member().copy());
        }
        for (Bytes member : members) {
            effects.zadd(key, latest, member);
        }
    }

    /** The time of the entry at a rank, or an error if the set has no such rank. */
    static double timeAt(@Nullable SortedSetValue entries, long rank) {
        if (entries == null || rank < 0 || rank >= entries.size()) {
            throw Errors.err("the entries of the limit are not complete");
        }
        SortedSetValue.Cursor cursor = entries.cursor(rank, false);
        cursor.next();
        return cursor.score();
    }

    /** The name of an entry: {@code token:now:number}. */
    static Bytes member(Bytes token, double now, Bytes number) {
        Bytes time = LuaNumbers.text(now);
        byte[] text = new byte[token.length() + time.length() + number.length() + 2];
        System.arraycopy(token.array(), token.offset(), text, 0, token.length());
        int at = token.length();
        text[at++] = ':';
        System.arraycopy(time.array(), time.offset(), text, at, time.length());
        at += time.length();
        text[at++] = ':';
        System.arraycopy(number.array(), number.offset(), text, at, number.length());
        return Bytes.of(text);
    }
}

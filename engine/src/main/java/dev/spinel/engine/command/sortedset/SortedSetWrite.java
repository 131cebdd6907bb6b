package dev.spinel.engine.command.sortedset;

import static dev.spinel.api.data.ValueType.SORTED_SET;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import org.jspecify.annotations.Nullable;

/** The commands that add members, change scores and remove members. */
final class SortedSetWrite {
    private static final int NX = 1;
    private static final int XX = 1 << 1;
    private static final int GT = 1 << 2;
    private static final int LT = 1 << 3;
    private static final int CH = 1 << 4;
    private static final int INCR = 1 << 5;

    private SortedSetWrite() {}

    static void zadd(Call call) {
        add(call, 0);
    }

    static void zincrby(Call call) {
        add(call, INCR);
    }

    private static void add(Call call, int presetOptions) {
        int options = presetOptions;
        int first = 2;
        for (int option; first < call.argCount() && (option = optionAt(call, first)) != 0; first++) {
            options |= option;
        }
        check(options, call.argCount() - first);
        double firstScore = call.realArg(first);
        for (int i = first + 2; i < call.argCount(); i += 2) {
            call.realArg(i);
        }

        Bytes key = call.arg(1);
        boolean incr = (options & INCR) != 0;
        SortedSetValue sortedSet = (options & XX) != 0
                ? call.keys().modify(SORTED_SET, key)
                : call.keys().modifyOrCreate(SORTED_SET, key);
        if (incr) {
            increment(call, sortedSet, options, firstScore, call.arg(first + 1));
            return;
        }
        int added = 0;
        int updated = 0;
        if (sortedSet != null) {
            for (int i = first; i < call.argCount(); i += 2) {
                Bytes member = call.arg(i + 1);
                double score = i == first ? firstScore : call.realArg(i);
                double old = sortedSet.score(member);
                if (admits(options, old, score) && score != old) {
                    if (sortedSet.put(member, score)) {
                        added++;
                    } else {
                        updated++;
                    }
                }
            }
        }
        if (added + updated > 0) {
            call.changed(key, KeyEvent.SORTED_SET, "zadd");
        }
        call.reply().integer((options & CH) != 0 ? added + updated : added);
    }

    private static int optionAt(Call call, int index) {
        if (call.argIs(index, "NX")) {
            return NX;
        }
        if (call.argIs(index, "XX")) {
            return XX;
        }
        if (call.argIs(index, "GT")) {
            return GT;
        }
        if (call.argIs(index, "LT")) {
            return LT;
        }
        if (call.argIs(index, "CH")) {
            return CH;
        }
        return call.argIs(index, "INCR") ? INCR : 0;
    }

    private static void check(int options, int pairedArgs) {
        if (pairedArgs == 0 || pairedArgs % 2 != 0) {
            throw Errors.syntax();
        }
        if ((options & (NX | XX)) == (NX | XX)) {
            throw Errors.err("XX and NX options at the same time are not compatible");
        }
        if (Integer.bitCount(options & (NX | GT | LT)) > 1) {
            throw Errors.err("GT, LT, and/or NX options at the same time are not compatible");
        }
        if ((options & INCR) != 0 && pairedArgs > 2) {
            throw Errors.err("INCR option supports a single increment-element pair");
        }
    }

    /** Whether the options let a member get a score; {@code old} is NaN when it is not there. */
    private static boolean admits(int options, double old, double score) {
        if (Double.isNaN(old)) {
            return (options & XX) == 0;
        }
        return (options & NX) == 0 && ((options & GT) == 0 || score > old) && ((options & LT) == 0 || score < old);
    }

    private static void increment(
            Call call, @Nullable SortedSetValue sortedSet, int options, double increment, Bytes member) {
        double old = sortedSet == null ? Double.NaN : sortedSet.score(member);
        double score = Double.isNaN(old) ? increment : old + increment;
        if (Double.isNaN(score) && (options & NX) == 0) {
            throw Errors.err("resulting score is not a number (NaN)");
        }
        if (sortedSet == null || !admits(options, old, score)) {
            call.reply().nil();
            return;
        }
        if (score != old) {
            sortedSet.put(member, score);
            call.changed(call.arg(1), KeyEvent.SORTED_SET, "zincr");
        }
        call.reply().real(score);
    }

    static void zrem(Call call) {
        Bytes key = call.arg(1);
        SortedSetValue sortedSet = call.keys().modify(SORTED_SET, key);
        int removed = 0;
        if (sortedSet != null) {
            for (int i = 2; i < call.argCount(); i++) {
                if (sortedSet.remove(call.arg(i))) {
                    removed++;
                }
            }
        }
        if (removed > 0) {
            call.changed(key, KeyEvent.SORTED_SET, "zrem");
            call.keys().removeIfEmpty(key);
        }
        call.reply().integer(removed);
    }

    static void zremrangebyrank(Call call) {
        removeRange(call, RankRange.byRank(call, 2, 3), "zremrangebyrank");
    }

    static void zremrangebyscore(Call call) {
        removeRange(call, RankRange.byScore(call, 2, 3), "zremrangebyscore");
    }

    static void zremrangebylex(Call call) {
        removeRange(call, RankRange.byMember(call, 2, 3), "zremrangebylex");
    }

    private static void removeRange(Call call, RankRange range, String event) {
        ReplyWriter reply = call.reply();
        Bytes key = call.arg(1);
        SortedSetValue sortedSet = call.keys().modify(SORTED_SET, key);
        if (sortedSet == null) {
            reply.integer(0);
            return;
        }
        long from = range.from(sortedSet);
        long to = range.to(sortedSet);
        if (from >= to) {
            reply.integer(0);
            return;
        }
        sortedSet.removeRange(from, to);
        call.changed(key, KeyEvent.SORTED_SET, event);
        call.keys().removeIfEmpty(key);
        reply.integer(to - from);
    }
}

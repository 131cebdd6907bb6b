package dev.spinel.engine.command.sortedset;

import static dev.spinel.api.data.ValueType.SORTED_SET;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;

/** The commands that remove the lowest or highest members and answer them, some of which wait for members to come. */
final class SortedSetPop {
    private static final Bytes ZPOPMIN = Bytes.of("ZPOPMIN");
    private static final Bytes ZPOPMAX = Bytes.of("ZPOPMAX");

    private SortedSetPop() {}

    static void zpopmin(Call call) {
        popFromOne(call, false);
    }

    static void zpopmax(Call call) {
        popFromOne(call, true);
    }

    private static void popFromOne(Call call, boolean highest) {
        if (call.argCount() > 3) {
            throw Errors.syntax();
        }
        boolean counted = call.argCount() == 3;
        long count = counted ? call.integerArg(2, 0, Long.MAX_VALUE, "value is out of range, must be positive") : 1;
        ReplyWriter reply = call.reply();
        Bytes key = call.arg(1);
        SortedSetValue sortedSet = call.keys().modify(SORTED_SET, key);
        if (sortedSet == null || count == 0) {
            reply.array(0);
            return;
        }
        int popped = (int) Math.min(count, sortedSet.size());
        boolean nested = counted && reply.protocol() > 2;
        reply.array(nested ? popped : popped * 2);
        pop(call, key, sortedSet, highest, popped, nested);
    }

    /** Answers {@code count} members with their scores, removes them, and the key when nothing is left. */
    private static void pop(
            Call call, Bytes key, SortedSetValue sortedSet, boolean highest, int count, boolean nested) {
        ReplyWriter reply = call.reply();
        long size = sortedSet.size();
        SortedSetValue.Cursor cursor = sortedSet.cursor(highest ? size - 1 : 0, highest);
        for (int i = 0; i < count && cursor.next(); i++) {
            if (nested) {
                reply.array(2);
            }
            reply.bulk(cursor.member());
            reply.real(cursor.score());
        }
        sortedSet.removeRange(highest ? size - count : 0, highest ? size : count);
        call.changed(key, KeyEvent.SORTED_SET, highest ? "zpopmax" : "zpopmin");
        call.keys().removeIfEmpty(key);
    }

    static void bzpopmin(Call call) {
        popOrBlock(call, false);
    }

    static void bzpopmax(Call call) {
        popOrBlock(call, true);
    }

    private static void popOrBlock(Call call, boolean highest) {
        int keyCount = call.argCount() - 2;
        long timeoutMillis = call.timeoutArg(call.argCount() - 1);
        for (int i = 1; i <= keyCount; i++) {
            Bytes key = call.arg(i);
            SortedSetValue sortedSet = call.keys().modify(SORTED_SET, key);
            if (sortedSet != null) {
                call.reply().array(3);
                call.reply().bulk(key);
                pop(call, key, sortedSet, highest, 1, false);
                call.propagateAs(highest ? ZPOPMAX : ZPOPMIN, key);
                return;
            }
        }
        call.block(SORTED_SET, 1, keyCount, timeoutMillis, Call.TimeoutReply.NIL_ARRAY);
    }

    static void zmpop(Call call) {
        MultipleKeys arguments = MultipleKeys.parse(call, 1);
        if (!popFromFirst(call, arguments)) {
            call.reply().nilArray();
        }
    }

    static void bzmpop(Call call) {
        MultipleKeys arguments = MultipleKeys.parse(call, 2);
        long timeoutMillis = call.timeoutArg(1);
        if (!popFromFirst(call, arguments)) {
            call.block(SORTED_SET, arguments.firstKey, arguments.keyCount, timeoutMillis, Call.TimeoutReply.NIL_ARRAY);
        }
    }

    /** Pops from the first key that holds a sorted set; false, without a reply, when there is none. */
    private static boolean popFromFirst(Call call, MultipleKeys arguments) {
        for (int i = 0; i < arguments.keyCount; i++) {
            Bytes key = call.arg(arguments.firstKey + i);
            SortedSetValue sortedSet = call.keys().modify(SORTED_SET, key);
            if (sortedSet != null) {
                int popped = (int) Math.min(arguments.count, sortedSet.size());
                ReplyWriter reply = call.reply();
                reply.array(2);
                reply.bulk(key);
                reply.array(popped);
                pop(call, key, sortedSet, arguments.highest, popped, true);
                call.propagateAs(arguments.highest ? ZPOPMAX : ZPOPMIN, key, Bytes.of(Integer.toString(popped)));
                return true;
            }
        }
        return false;
    }

    /**
     * The arguments of ZMPOP and BZMPOP.
     *
     * @param count members to pop at most, at least 1
     */
    private record MultipleKeys(int firstKey, int keyCount, boolean highest, long count) {
        static MultipleKeys parse(Call call, int countIndex) {
            long keyCount = call.integerArg(countIndex, 1, Long.MAX_VALUE, "numkeys should be greater than 0");
            if (keyCount >= call.argCount() - countIndex - 1) {
                throw Errors.syntax();
            }
            int firstKey = countIndex + 1;
            int endIndex = firstKey + (int) keyCount;
            boolean highest = call.argIs(endIndex, "MAX");
            if (!highest && !call.argIs(endIndex, "MIN")) {
                throw Errors.syntax();
            }
            long count = -1;
            for (int i = endIndex + 1; i < call.argCount(); i += 2) {
                if (count != -1 || i + 1 == call.argCount() || !call.argIs(i, "COUNT")) {
                    throw Errors.syntax();
                }
                count = call.integerArg(i + 1, 1, Long.MAX_VALUE, "count should be greater than 0");
            }
            return new MultipleKeys(firstKey, (int) keyCount, highest, count == -1 ? 1 : count);
        }
    }
}

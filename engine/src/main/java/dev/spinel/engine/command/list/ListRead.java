package dev.spinel.engine.command.list;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ListValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;

/** The commands that only read lists: LINDEX, LLEN, LRANGE and LPOS. */
final class ListRead {
    private ListRead() {}

    static void llen(Call call) {
        ListValue list = call.keys().read(ValueType.LIST, call.arg(1));
        call.reply().integer(list == null ? 0 : list.size());
    }

    static void lindex(Call call) {
        ListValue list = call.keys().read(ValueType.LIST, call.arg(1));
        if (list == null) {
            call.reply().nil();
            return;
        }
        long index = call.integerArg(2);
        long size = list.size();
        long fromHead = index < 0 ? size + index : index;
        if (fromHead < 0 || fromHead >= size) {
            call.reply().nil();
        } else {
            call.reply().bulk(list.get(fromHead));
        }
    }

    static void lrange(Call call) {
        long start = call.integerArg(2);
        long end = call.integerArg(3);
        ListValue list = call.keys().read(ValueType.LIST, call.arg(1));
        if (list == null) {
            call.reply().array(0);
            return;
        }
        long size = list.size();
        long first = Math.max(0, start < 0 ? size + start : start);
        long last = Math.min(size - 1, end < 0 ? size + end : end);
        if (first > last) {
            call.reply().array(0);
        } else {
            replyElements(call.reply(), list.cursor(first, false), (int) (last - first + 1));
        }
    }

    /** Writes an array of the next {@code count} elements of a cursor. */
    static void replyElements(ReplyWriter reply, ListValue.Cursor cursor, int count) {
        reply.array(count);
        for (int i = 0; i < count && cursor.next(); i++) {
            reply.bulk(cursor.element());
        }
    }

    /** LPOS: a negative RANK searches from the tail; COUNT 0 means all matches, MAXLEN 0 the whole list. */
    static void lpos(Call call) {
        long rank = 1;
        boolean many = false;
        long count = 1;
        long maxCompared = 0;
        for (int i = 3; i < call.argCount(); i += 2) {
            if (i + 1 == call.argCount()) {
                throw Errors.syntax();
            }
            if (call.argIs(i, "RANK")) {
                rank = call.integerArg(i + 1, -Long.MAX_VALUE, Long.MAX_VALUE);
                if (rank == 0) {
                    throw Errors.err("RANK can't be zero: use 1 to start from the first match, 2 from the second ..."
                            + " or use negative to start from the end of the list");
                }
            } else if (call.argIs(i, "COUNT")) {
                many = true;
                count = call.integerArg(i + 1, 0, Long.MAX_VALUE, "COUNT can't be negative");
            } else if (call.argIs(i, "MAXLEN")) {
                maxCompared = call.integerArg(i + 1, 0, Long.MAX_VALUE, "MAXLEN can't be negative");
            } else {
                throw Errors.syntax();
            }
        }
        ListValue list = call.keys().read(ValueType.LIST, call.arg(1));
        if (list == null) {
            replyNoMatch(call.reply(), many);
            return;
        }
        long wanted = count == 0 ? Long.MAX_VALUE : count;
        replyMatches(call, list, rank, many, wanted, maxCompared == 0 ? Long.MAX_VALUE : maxCompared);
    }

    private static void replyNoMatch(ReplyWriter reply, boolean many) {
        if (many) {
            reply.array(0);
        } else {
            reply.nil();
        }
    }

    private static void replyMatches(
            Call call, ListValue list, long rank, boolean many, long wanted, long maxCompared) {
        ReplyWriter reply = call.reply();
        Bytes element = call.arg(2);
        boolean reversed = rank < 0;
        long skipped = Math.abs(rank) - 1;
        long size = list.size();
        ListValue.Cursor cursor = list.cursor(reversed ? size - 1 : 0, reversed);
        int mark = many ? reply.begin() : 0;
        int found = 0;
        for (long i = 0; found < wanted && i < maxCompared && cursor.next(); i++) {
            if (!cursor.elementEquals(element)) {
                continue;
            }
            if (skipped > 0) {
                skipped--;
            } else {
                reply.integer(reversed ? size - 1 - i : i);
                found++;
            }
        }
        if (many) {
            reply.endArray(mark, found);
        } else if (found == 0) {
            reply.nil();
        }
    }
}

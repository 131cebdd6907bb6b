package dev.spinel.engine.command.list;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ListValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/** The commands that change a list in its middle: LINSERT, LSET, LREM and LTRIM. */
final class ListEdit {
    private ListEdit() {}

    static void linsert(Call call) {
        boolean after = call.argIs(2, "AFTER");
        if (!after && !call.argIs(2, "BEFORE")) {
            throw Errors.syntax();
        }
        Bytes key = call.arg(1);
        Bytes pivot = call.arg(3);
        ListValue list = call.keys().modify(ValueType.LIST, key);
        if (list == null) {
            call.reply().integer(0);
            return;
        }
        ListValue.Cursor cursor = list.cursor(0, false);
        while (cursor.next()) {
            if (cursor.elementEquals(pivot)) {
                if (after) {
                    cursor.insertAfter(call.arg(4));
                } else {
                    cursor.insertBefore(call.arg(4));
                }
                call.changed(key, KeyEvent.LIST, "linsert");
                call.reply().integer(list.size());
                return;
            }
        }
        call.reply().integer(-1);
    }

    static void lset(Call call) {
        Bytes key = call.arg(1);
        ListValue list = call.keys().modify(ValueType.LIST, key);
        if (list == null) {
            throw Errors.noSuchKey();
        }
        long index = call.integerArg(2);
        long size = list.size();
        long fromHead = index < 0 ? size + index : index;
        if (fromHead < 0 || fromHead >= size) {
            throw Errors.indexOutOfRange();
        }
        list.set(fromHead, call.arg(3));
        call.changed(key, KeyEvent.LIST, "lset");
        call.reply().ok();
    }

    /** LREM: a positive count removes from the head on, a negative one from the tail on, zero removes all. */
    static void lrem(Call call) {
        long count = call.integerArg(2);
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        Bytes element = call.arg(3);
        ListValue list = keys.modify(ValueType.LIST, key);
        if (list == null) {
            call.reply().integer(0);
            return;
        }
        boolean reversed = count < 0;
        // The smallest long has no positive counterpart, but means all as well as the largest does.
        long wanted = count == 0 || count == Long.MIN_VALUE ? Long.MAX_VALUE : Math.abs(count);
        long removed = 0;
        ListValue.Cursor cursor = list.cursor(reversed ? list.size() - 1 : 0, reversed);
        while (removed < wanted && cursor.next()) {
            if (cursor.elementEquals(element)) {
                cursor.remove();
                removed++;
            }
        }
        if (removed > 0) {
            boolean emptied = list.size() == 0;
            call.changed(key, KeyEvent.LIST, "lrem");
            if (emptied) {
                keys.removeIfEmpty(key);
            }
        }
        call.reply().integer(removed);
    }

    static void ltrim(Call call) {
        long start = call.integerArg(2);
        long end = call.integerArg(3);
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        ListValue list = keys.modify(ValueType.LIST, key);
        if (list == null) {
            call.reply().ok();
            return;
        }
        long size = list.size();
        long first = Math.max(0, start < 0 ? size + start : start);
        long last = Math.min(size - 1, end < 0 ? size + end : end);
        boolean emptied = first > last;
        if (emptied) {
            list.removeRange(0, size);
        } else {
            list.removeRange(last + 1, size);
            list.removeRange(0, first);
        }
        call.changed(key, KeyEvent.LIST, "ltrim");
        if (emptied) {
            keys.removeIfEmpty(key);
        } else if (list.size() == size) {
            call.propagateNothing();
        }
        call.reply().ok();
    }
}

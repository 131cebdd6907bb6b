package dev.spinel.engine.command.list;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ListValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.KeyEvent;

/** The commands that add to the ends of a list: LPUSH, RPUSH, LPUSHX and RPUSHX. */
final class ListPush {
    private ListPush() {}

    static void lpush(Call call) {
        push(call, call.keys().modifyOrCreate(ValueType.LIST, call.arg(1)), ListEnd.HEAD);
    }

    static void rpush(Call call) {
        push(call, call.keys().modifyOrCreate(ValueType.LIST, call.arg(1)), ListEnd.TAIL);
    }

    static void lpushx(Call call) {
        pushToExisting(call, ListEnd.HEAD);
    }

    static void rpushx(Call call) {
        pushToExisting(call, ListEnd.TAIL);
    }

    private static void pushToExisting(Call call, ListEnd end) {
        ListValue list = call.keys().modify(ValueType.LIST, call.arg(1));
        if (list == null) {
            call.reply().integer(0);
        } else {
            push(call, list, end);
        }
    }

    private static void push(Call call, ListValue list, ListEnd end) {
        int argCount = call.argCount();
        for (int i = 2; i < argCount; i++) {
            end.push(list, call.arg(i));
        }
        call.reply().integer(list.size());
        Bytes key = call.arg(1);
        call.changed(key, KeyEvent.LIST, end.pushEvent());
    }
}

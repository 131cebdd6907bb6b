package dev.spinel.engine.command.list;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Call.TimeoutReply;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ListValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/** The commands that move an element from list to list: LMOVE, RPOPLPUSH, and BLMOVE, BRPOPLPUSH that wait. */
final class ListMove {
    private static final Bytes LMOVE = Bytes.of("LMOVE");
    private static final Bytes RPOPLPUSH = Bytes.of("RPOPLPUSH");

    private ListMove() {}

    static void lmove(Call call) {
        ListEnd from = ListEnd.parse(call, 3);
        ListEnd to = ListEnd.parse(call, 4);
        moveOrNil(call, from, to);
    }

    static void rpoplpush(Call call) {
        moveOrNil(call, ListEnd.TAIL, ListEnd.HEAD);
    }

    private static void moveOrNil(Call call, ListEnd from, ListEnd to) {
        if (!move(call, from, to)) {
            call.reply().nil();
        }
    }

    static void blmove(Call call) {
        ListEnd from = ListEnd.parse(call, 3);
        ListEnd to = ListEnd.parse(call, 4);
        long timeoutMillis = call.timeoutArg(5);
        if (move(call, from, to)) {
            call.propagateAs(LMOVE, call.arg(1), call.arg(2), call.arg(3), call.arg(4));
        } else {
            call.block(ValueType.LIST, 1, 1, timeoutMillis, TimeoutReply.NIL_IF_DENIED);
        }
    }

    static void brpoplpush(Call call) {
        long timeoutMillis = call.timeoutArg(3);
        if (move(call, ListEnd.TAIL, ListEnd.HEAD)) {
            call.propagateAs(RPOPLPUSH, call.arg(1), call.arg(2));
        } else {
            call.block(ValueType.LIST, 1, 1, timeoutMillis, TimeoutReply.NIL_IF_DENIED);
        }
    }

    /** Moves an element from the list of the first argument to that of the second and replies it; false without one. */
    private static boolean move(Call call, ListEnd from, ListEnd to) {
        Keyspace keys = call.keys();
        Bytes source = call.arg(1);
        Bytes target = call.arg(2);
        ListValue popped = keys.modify(ValueType.LIST, source);
        if (popped == null) {
            return false;
        }
        ValueType<?> targetType = keys.typeOf(target);
        if (targetType != null && targetType != ValueType.LIST) {
            throw Errors.wrongType();
        }
        // A copy, because pushing may move the bytes of this list.
        Bytes element = from.peek(popped).copy();
        // Pushing may fail, so it comes first; within one list it takes the place of the element.
        if (source.equals(target)) {
            from.pop(popped);
            to.push(popped, element);
        } else {
            to.push(keys.modifyOrCreate(ValueType.LIST, target), element);
            from.pop(popped);
        }
        boolean emptied = popped.size() == 0;
        call.changed(target, KeyEvent.LIST, to.pushEvent());
        call.reply().bulk(element);
        call.changed(source, KeyEvent.LIST, from.popEvent());
        if (emptied) {
            keys.removeIfEmpty(source);
        }
        return true;
    }
}

package dev.spinel.engine.command.list;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Call.TimeoutReply;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ListValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/** The commands that take elements from the ends of lists: LPOP, RPOP, LMPOP, and BLPOP, BRPOP, BLMPOP that wait. */
final class ListPop {
    private static final Bytes LPOP = Bytes.of("LPOP");
    private static final Bytes RPOP = Bytes.of("RPOP");

    private ListPop() {}

    static void lpop(Call call) {
        pop(call, ListEnd.HEAD, "lpop");
    }

    static void rpop(Call call) {
        pop(call, ListEnd.TAIL, "rpop");
    }

    private static void pop(Call call, ListEnd end, String commandName) {
        if (call.argCount() > 2) {
            popCount(call, end, commandName);
            return;
        }
        Bytes key = call.arg(1);
        ListValue list = call.keys().modify(ValueType.LIST, key);
        if (list == null) {
            call.reply().nil();
        } else {
            popOne(call, key, list, end);
        }
    }

    /** Pops, replies the element and tells of the change. */
    private static void popOne(Call call, Bytes key, ListValue list, ListEnd end) {
        call.reply().bulk(end.pop(list));
        removed(call, key, list, end);
    }

    private static void removed(Call call, Bytes key, ListValue list, ListEnd end) {
        boolean emptied = list.size() == 0;
        call.changed(key, KeyEvent.LIST, end.popEvent());
        if (emptied) {
            call.keys().removeIfEmpty(key);
        }
    }

    private static void popCount(Call call, ListEnd end, String commandName) {
        if (call.argCount() > 3) {
            throw Errors.wrongArity(commandName);
        }
        long count = call.integerArg(2, 0, Long.MAX_VALUE, "value is out of range, must be positive");
        Bytes key = call.arg(1);
        ListValue list = call.keys().modify(ValueType.LIST, key);
        if (list == null) {
            call.reply().nilArray();
        } else if (count == 0) {
            call.reply().array(0);
        } else {
            popElements(call, key, list, end, count);
        }
    }

    /** Pops and replies up to {@code count} elements in the order in which they come off. */
    private static void popElements(Call call, Bytes key, ListValue list, ListEnd end, long count) {
        long size = list.size();
        long popped = Math.min(count, size);
        if (end == ListEnd.HEAD) {
            ListRead.replyElements(call.reply(), list.cursor(0, false), (int) popped);
            list.removeRange(0, popped);
        } else {
            ListRead.replyElements(call.reply(), list.cursor(size - 1, true), (int) popped);
            list.removeRange(size - popped, size);
        }
        removed(call, key, list, end);
    }

    static void blpop(Call call) {
        blockingPop(call, ListEnd.HEAD);
    }

    static void brpop(Call call) {
        blockingPop(call, ListEnd.TAIL);
    }

    private static void blockingPop(Call call, ListEnd end) {
        int keyCount = call.argCount() - 2;
        long timeoutMillis = call.timeoutArg(keyCount + 1);
        Keyspace keys = call.keys();
        for (int i = 1; i <= keyCount; i++) {
            Bytes key = call.arg(i);
            ListValue list = keys.modify(ValueType.LIST, key);
            if (list != null) {
                ReplyWriter reply = call.reply();
                reply.array(2);
                reply.bulk(key);
                popOne(call, key, list, end);
                call.propagateAs(popCommand(end), key);
                return;
            }
        }
        call.block(ValueType.LIST, 1, keyCount, timeoutMillis, TimeoutReply.NIL_ARRAY);
    }

    /** The command that pops at an end, for the log. */
    private static Bytes popCommand(ListEnd end) {
        return end == ListEnd.HEAD ? LPOP : RPOP;
    }

    static void lmpop(Call call) {
        PopArguments arguments = PopArguments.parse(call, 1);
        if (!popFirst(call, arguments)) {
            call.reply().nilArray();
        }
    }

    static void blmpop(Call call) {
        PopArguments arguments = PopArguments.parse(call, 2);
        long timeoutMillis = call.timeoutArg(1);
        if (!popFirst(call, arguments)) {
            call.block(ValueType.LIST, arguments.firstKey, arguments.keyCount, timeoutMillis, TimeoutReply.NIL_ARRAY);
        }
    }

    /** Pops from the first key that exists, logged as LPOP or RPOP with a count; false when there is none. */
    private static boolean popFirst(Call call, PopArguments arguments) {
        Keyspace keys = call.keys();
        for (int i = 0; i < arguments.keyCount; i++) {
            Bytes key = call.arg(arguments.firstKey + i);
            ListValue list = keys.modify(ValueType.LIST, key);
            if (list != null) {
                long count = Math.min(arguments.count, list.size());
                ReplyWriter reply = call.reply();
                reply.array(2);
                reply.bulk(key);
                popElements(call, key, list, arguments.end, count);
                call.propagateAs(popCommand(arguments.end), key, Bytes.of(Long.toString(count)));
                return true;
            }
        }
        return false;
    }

    /** The arguments of LMPOP: {@code numkeys key [key ...] LEFT|RIGHT [COUNT count]}. */
    private record PopArguments(int firstKey, int keyCount, ListEnd end, long count) {
        static PopArguments parse(Call call, int numkeysIndex) {
            long keyCount = call.integerArg(numkeysIndex, 1, Long.MAX_VALUE, "numkeys should be greater than 0");
            if (keyCount >= call.argCount() - numkeysIndex - 1) {
                throw Errors.syntax();
            }
            int endIndex = numkeysIndex + 1 + (int) keyCount;
            ListEnd end = ListEnd.parse(call, endIndex);
            long count = 1;
            if (endIndex + 1 < call.argCount()) {
                if (!call.argIs(endIndex + 1, "COUNT") || endIndex + 2 == call.argCount()) {
                    throw Errors.syntax();
                }
                count = call.integerArg(endIndex + 2, 1, Long.MAX_VALUE, "count should be greater than 0");
                if (endIndex + 3 < call.argCount()) {
                    throw Errors.syntax();
                }
            }
            return new PopArguments(numkeysIndex + 1, (int) keyCount, end, count);
        }
    }
}

package dev.spinel.engine.command.list;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Call.TimeoutReply;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ListValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/**
 * The commands that move several elements from list to list: LMOVEM, and BLMOVEM that waits.
 *
 * <p>All elements are popped before the first is pushed, so that a list may be its own target. Logged as a pop and a push, which
 * any server understands. Source: the command pages of Redis 8.10, and where they say that an absent list gives an empty array,
 * the tests of ioredis and node-redis, which read null.
 *
 * @param from where elements are taken
 * @param to where they are put
 * @param count how many at most
 * @param exactly whether fewer are not moved at all
 * @param bulk whether they keep their order, instead of being pushed one after the other as they were popped
 */
record ListMoveMany(ListEnd from, ListEnd to, long count, boolean exactly, boolean bulk) {
    private static final Bytes LPOP = Bytes.of("LPOP");
    private static final Bytes RPOP = Bytes.of("RPOP");
    private static final Bytes LPUSH = Bytes.of("LPUSH");
    private static final Bytes RPUSH = Bytes.of("RPUSH");

    static void lmovem(Call call) {
        ListMoveMany move = parse(call, 5);
        if (!move.execute(call)) {
            call.reply().nilArray();
        }
    }

    static void blmovem(Call call) {
        ListMoveMany move = parse(call, 6);
        long timeoutMillis = call.timeoutArg(5);
        if (!move.execute(call)) {
            call.block(ValueType.LIST, 1, 1, timeoutMillis, TimeoutReply.NIL_ARRAY);
        }
    }

    /** Parses the ends, and how many elements to move, which is said from an argument on or not at all. */
    private static ListMoveMany parse(Call call, int howMany) {
        ListEnd from = ListEnd.parse(call, 3);
        ListEnd to = ListEnd.parse(call, 4);
        if (call.argCount() == howMany) {
            return new ListMoveMany(from, to, 1, false, false);
        }
        if (call.argCount() != howMany + 3) {
            throw Errors.syntax();
        }
        boolean exactly = call.argIs(howMany, "EXACTLY");
        boolean bulk = call.argIs(howMany + 2, "BULK");
        if (!(exactly || call.argIs(howMany, "COUNT")) || !(bulk || call.argIs(howMany + 2, "OBO"))) {
            throw Errors.syntax();
        }
        String error = (exactly ? "exactly" : "count") + " should be greater than 0";
        return new ListMoveMany(from, to, call.integerArg(howMany + 1, 1, Long.MAX_VALUE, error), exactly, bulk);
    }

    /** Moves the elements and replies them in the order of the target; false when there are too few. */
    private boolean execute(Call call) {
        Keyspace keys = call.keys();
        Bytes source = call.arg(1);
        Bytes target = call.arg(2);
        ListValue popped = keys.modify(ValueType.LIST, source);
        if (popped == null || (exactly && popped.size() < count)) {
            return false;
        }
        ValueType<?> targetType = keys.typeOf(target);
        if (targetType != null && targetType != ValueType.LIST) {
            throw Errors.wrongType();
        }
        Bytes[] elements = new Bytes[(int) Math.min(count, popped.size())];
        boolean popsInOrderOfTarget = bulk ? from == ListEnd.HEAD : to == ListEnd.TAIL;
        for (int i = 0; i < elements.length; i++) {
            elements[popsInOrderOfTarget ? i : elements.length - 1 - i] =
                    popped.get(from == ListEnd.HEAD ? i : popped.size() - 1 - i).copy();
        }
        Bytes[] push;
        // Pushing may fail, so it comes first; within one list it takes the place of the elements.
        if (source.equals(target)) {
            pop(from, popped, elements.length);
            push = push(call, popped, elements);
        } else {
            push = push(call, keys.modifyOrCreate(ValueType.LIST, target), elements);
            pop(from, popped, elements.length);
        }
        boolean emptied = popped.size() == 0;
        call.changed(target, KeyEvent.LIST, to.pushEvent());
        call.changed(source, KeyEvent.LIST, from.popEvent());
        if (emptied) {
            keys.removeIfEmpty(source);
        }
        Bytes pop = from == ListEnd.HEAD ? LPOP : RPOP;
        call.propagateAs(pop, source, Bytes.of(Integer.toString(elements.length)));
        call.propagateAs(push);
        call.reply().array(elements.length);
        for (Bytes element : elements) {
            call.reply().bulk(element);
        }
        return true;
    }

    private static void pop(ListEnd end, ListValue list, int elements) {
        for (int i = 0; i < elements; i++) {
            end.pop(list);
        }
    }

    /** Pushes elements that are in the order of the target; returns the command that does so. */
    private Bytes[] push(Call call, ListValue target, Bytes[] elements) {
        Bytes[] pushes = new Bytes[2 + elements.length];
        pushes[0] = to == ListEnd.HEAD ? LPUSH : RPUSH;
        pushes[1] = call.arg(2);
        int pushed = 0;
        try {
            while (pushed < elements.length) {
                Bytes element = elements[to == ListEnd.HEAD ? elements.length - 1 - pushed : pushed];
                to.push(target, element);
                pushes[2 + pushed++] = element;
            }
        } catch (RuntimeException e) {
            // Memory ends: all or none.
            pop(to, target, pushed);
            throw e;
        }
        return pushes;
    }
}

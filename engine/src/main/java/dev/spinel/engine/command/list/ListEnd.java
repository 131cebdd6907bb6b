package dev.spinel.engine.command.list;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ListValue;
import dev.spinel.api.error.Errors;

/** One end of a list, with the names that go with it. */
enum ListEnd {
    HEAD("lpush", "lpop"),
    TAIL("rpush", "rpop");

    private final String pushEvent;
    private final String popEvent;

    ListEnd(String pushEvent, String popEvent) {
        this.pushEvent = pushEvent;
        this.popEvent = popEvent;
    }

    /** Parses LEFT or RIGHT, or {@code ERR syntax error}. */
    static ListEnd parse(Call call, int index) {
        if (call.argIs(index, "LEFT")) {
            return HEAD;
        } else if (call.argIs(index, "RIGHT")) {
            return TAIL;
        }
        throw Errors.syntax();
    }

    /** The keyspace event of an element pushed here. */
    String pushEvent() {
        return pushEvent;
    }

    /** The keyspace event of an element popped here. */
    String popEvent() {
        return popEvent;
    }

    void push(ListValue list, Bytes element) {
        if (this == HEAD) {
            list.pushHead(element);
        } else {
            list.pushTail(element);
        }
    }

    /** The element at this end of a list that has one. */
    Bytes peek(ListValue list) {
        return list.get(this == HEAD ? 0 : list.size() - 1);
    }

    /** As {@link ListValue#popHead}. */
    Bytes pop(ListValue list) {
        return this == HEAD ? list.popHead() : list.popTail();
    }
}

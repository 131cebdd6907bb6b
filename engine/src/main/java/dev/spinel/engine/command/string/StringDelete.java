package dev.spinel.engine.command.string;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/** The commands that remove a string on a condition: DELEX, and DELIFEQ, by which Valkey does the same. */
final class StringDelete {
    private static final Bytes DEL = Bytes.of("DEL");

    private StringDelete() {}

    /** Without a condition DELEX removes a value of any type. */
    static void delex(Call call) {
        Bytes key = call.arg(1);
        if (call.argCount() == 2) {
            remove(call, key);
            return;
        }
        if (call.argCount() != 4) {
            throw Errors.wrongArity("delex");
        }
        ValueCondition condition = ValueCondition.named(call, 2);
        if (condition == null) {
            throw Errors.err("Invalid condition. Use IFEQ, IFNE, IFDEQ, or IFDNE");
        }
        ValueType<?> type = call.keys().typeOf(key);
        if (type != null && type != ValueType.STRING) {
            throw Errors.err("Key should be of string type if conditions are specified");
        }
        removeIf(call, key, condition);
    }

    static void delifeq(Call call) {
        removeIf(call, call.arg(1), ValueCondition.IFEQ);
    }

    /** Removes a string that meets a condition whose operand is the last argument. */
    private static void removeIf(Call call, Bytes key, ValueCondition condition) {
        StringValue value = call.keys().read(ValueType.STRING, key);
        if (value != null && condition.isMet(call.arg(call.argCount() - 1), value)) {
            remove(call, key);
        } else {
            call.reply().integer(0);
        }
    }

    private static void remove(Call call, Bytes key) {
        Keyspace keys = call.keys();
        boolean removed = keys.remove(key);
        if (removed) {
            call.changed(key, KeyEvent.GENERIC, "del");
            call.propagateAs(DEL, key);
        }
        call.reply().integer(removed ? 1 : 0);
    }
}

package dev.spinel.engine.command.generic;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/** The commands that ask whether keys are there, and of which type, and that remove them. */
final class KeyPresence {
    private KeyPresence() {}

    static void del(Call call) {
        remove(call, call.configNumber("lazyfree-lazy-user-del") != 0);
    }

    static void unlink(Call call) {
        remove(call, true);
    }

    private static void remove(Call call, boolean lazily) {
        Keyspace keys = call.keys();
        int removed = 0;
        for (int i = 1; i < call.argCount(); i++) {
            Bytes key = call.arg(i);
            if (lazily ? keys.unlink(key) : keys.remove(key)) {
                call.changed(key, KeyEvent.GENERIC, "del");
                removed++;
            }
        }
        call.reply().integer(removed);
    }

    static void exists(Call call) {
        Keyspace keys = call.keys();
        int present = 0;
        for (int i = 1; i < call.argCount(); i++) {
            if (keys.peek(call.arg(i))) {
                present++;
            }
        }
        call.reply().integer(present);
    }

    static void touch(Call call) {
        Keyspace keys = call.keys();
        int present = 0;
        for (int i = 1; i < call.argCount(); i++) {
            if (keys.exists(call.arg(i))) {
                present++;
            }
        }
        call.reply().integer(present);
    }

    static void type(Call call) {
        Bytes key = call.arg(1);
        ValueType<?> type = call.keys().peek(key) ? call.keys().typeOf(key) : null;
        call.reply().simple(type == null ? "none" : type.name());
    }
}

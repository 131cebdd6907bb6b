package dev.spinel.engine.command.generic;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/** The commands that give a value another key, in the same database or another one. */
final class KeyMove {
    private KeyMove() {}

    static void rename(Call call) {
        rename(call, false);
    }

    static void renamenx(Call call) {
        rename(call, true);
    }

    private static void rename(Call call, boolean onlyIfAbsent) {
        Keyspace keys = call.keys();
        Bytes from = call.arg(1);
        Bytes to = call.arg(2);
        if (keys.typeOf(from) == null) {
            throw Errors.noSuchKey();
        }
        boolean same = from.equals(to);
        if (onlyIfAbsent && (same || keys.typeOf(to) != null)) {
            call.reply().integer(0);
            return;
        }
        if (!same) {
            keys.rename(from, to);
            call.changed(from, KeyEvent.GENERIC, "rename_from");
            call.changed(to, KeyEvent.GENERIC, "rename_to");
        }
        if (onlyIfAbsent) {
            call.reply().integer(1);
        } else {
            call.reply().ok();
        }
    }

    static void move(Call call) {
        Keyspace source = call.keys();
        Bytes key = call.arg(1);
        Keyspace target = call.keys(call.integerArg(2, Integer.MIN_VALUE, Integer.MAX_VALUE));
        if (target.index() == source.index()) {
            throw sameObject();
        }
        if (source.typeOf(key) == null || target.typeOf(key) != null) {
            call.reply().integer(0);
            return;
        }
        source.move(key, target);
        call.changed(source, key, KeyEvent.GENERIC, "move_from");
        call.changed(target, key, KeyEvent.GENERIC, "move_to");
        call.reply().integer(1);
    }

    static void copy(Call call) {
        Keyspace source = call.keys();
        Keyspace target = source;
        boolean replace = false;
        for (int i = 3; i < call.argCount(); i++) {
            if (call.argIs(i, "REPLACE")) {
                replace = true;
            } else if (call.argIs(i, "DB") && i + 1 < call.argCount()) {
                target = call.keys(call.integerArg(++i, Integer.MIN_VALUE, Integer.MAX_VALUE));
            } else {
                throw Errors.syntax();
            }
        }
        Bytes from = call.arg(1);
        Bytes to = call.arg(2);
        if (target.index() == source.index() && from.equals(to)) {
            throw sameObject();
        }
        if (!source.exists(from) || (!replace && target.typeOf(to) != null)) {
            call.reply().integer(0);
            return;
        }
        source.copy(from, target, to);
        call.changed(target, to, KeyEvent.GENERIC, "copy_to");
        call.reply().integer(1);
    }

    private static CommandException sameObject() {
        return Errors.err("source and destination objects are the same");
    }
}

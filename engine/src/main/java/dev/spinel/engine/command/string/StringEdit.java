package dev.spinel.engine.command.string;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/** The commands that change a string in place: APPEND and SETRANGE. */
final class StringEdit {
    /** No configuration allows less, so shorter strings need no look at it. */
    private static final int ALWAYS_ALLOWED_BYTES = 1024 * 1024;

    private StringEdit() {}

    static void append(Call call) {
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        Bytes suffix = call.arg(2);
        StringValue value = keys.modify(ValueType.STRING, key);
        long length;
        if (value == null) {
            keys.setString(key, suffix, false);
            length = suffix.length();
        } else {
            checkLength(call, value.length(), suffix.length());
            length = value.append(suffix);
        }
        call.changed(key, KeyEvent.STRING, "append");
        call.reply().integer(length);
    }

    static void setrange(Call call) {
        long offset = call.integerArg(2);
        if (offset < 0) {
            throw Errors.err("offset is out of range");
        }
        Keyspace keys = call.keys();
        Bytes key = call.arg(1);
        Bytes replacement = call.arg(3);
        StringValue value = keys.modify(ValueType.STRING, key);
        if (replacement.isEmpty()) {
            call.reply().integer(value == null ? 0 : value.length());
            return;
        }
        checkLength(call, offset, replacement.length());
        if (value == null) {
            value = keys.modifyOrCreate(ValueType.STRING, key);
        }
        int length = value.setRange((int) offset, replacement);
        call.changed(key, KeyEvent.STRING, "setrange");
        call.reply().integer(length);
    }

    private static void checkLength(Call call, long length, int more) {
        if (length > ALWAYS_ALLOWED_BYTES - more
                && (length > Integer.MAX_VALUE - more || length + more > call.configNumber("proto-max-bulk-len"))) {
            throw Errors.stringTooLong();
        }
    }
}

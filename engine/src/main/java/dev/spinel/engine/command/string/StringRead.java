package dev.spinel.engine.command.string;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.Keyspace;
import java.util.HexFormat;

/** The commands that only read strings: GET, MGET, STRLEN, DIGEST, GETRANGE and its old name SUBSTR. */
final class StringRead {
    private StringRead() {}

    static void get(Call call) {
        StringValue value = call.keys().read(ValueType.STRING, call.arg(1));
        if (value == null) {
            call.reply().nil();
        } else {
            call.reply().bulk(value.bytes());
        }
    }

    /** MGET answers nil for a key of another type instead of an error. */
    static void mget(Call call) {
        ReplyWriter reply = call.reply();
        Keyspace keys = call.keys();
        int argCount = call.argCount();
        reply.array(argCount - 1);
        for (int i = 1; i < argCount; i++) {
            StringValue value = keys.readIfOfType(ValueType.STRING, call.arg(i));
            if (value == null) {
                reply.nil();
            } else {
                reply.bulk(value.bytes());
                keys.releaseViews();
            }
        }
    }

    static void strlen(Call call) {
        StringValue value = call.keys().read(ValueType.STRING, call.arg(1));
        call.reply().integer(value == null ? 0 : value.length());
    }

    static void digest(Call call) {
        StringValue value = call.keys().read(ValueType.STRING, call.arg(1));
        if (value == null) {
            call.reply().nil();
        } else {
            call.reply().bulk(HexFormat.of().toHexDigits(Xxh3.hash(value.bytes())));
        }
    }

    static void getrange(Call call) {
        long start = call.integerArg(2);
        long end = call.integerArg(3);
        ReplyWriter reply = call.reply();
        StringValue value = call.keys().read(ValueType.STRING, call.arg(1));
        if (value == null || (start < 0 && end < 0 && start > end)) {
            reply.bulk("");
            return;
        }
        int length = value.length();
        long first = start < 0 ? Math.max(0, length + start) : start;
        long last = Math.min(length - 1L, end < 0 ? Math.max(0, length + end) : end);
        if (first > last) {
            reply.bulk("");
        } else {
            Bytes bytes = value.bytes();
            reply.bulk(bytes.array(), bytes.offset() + (int) first, (int) (last - first + 1));
        }
    }
}

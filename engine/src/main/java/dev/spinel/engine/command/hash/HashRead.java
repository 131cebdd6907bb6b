package dev.spinel.engine.command.hash;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.command.ScanOptions;
import dev.spinel.api.command.ScanReply;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.ValueType;

/** The commands that only read hashes, but HRANDFIELD. */
final class HashRead {
    private HashRead() {}

    static void hget(Call call) {
        HashValue hash = call.keys().read(ValueType.HASH, call.arg(1));
        if (hash == null) {
            call.reply().nil();
        } else {
            replyField(call.reply(), hash, call.arg(2));
        }
    }

    private static void replyField(ReplyWriter reply, HashValue hash, Bytes field) {
        Bytes value = hash.get(field);
        if (value == null) {
            reply.nil();
        } else {
            reply.bulk(value);
        }
    }

    /** HMGET answers for an absent key as for an empty hash. */
    static void hmget(Call call) {
        HashValue hash = call.keys().read(ValueType.HASH, call.arg(1));
        ReplyWriter reply = call.reply();
        int argCount = call.argCount();
        reply.array(argCount - 2);
        for (int i = 2; i < argCount; i++) {
            if (hash == null) {
                reply.nil();
            } else {
                replyField(reply, hash, call.arg(i));
            }
        }
    }

    static void hexists(Call call) {
        HashValue hash = call.keys().read(ValueType.HASH, call.arg(1));
        call.reply().integer(hash != null && hash.contains(call.arg(2)) ? 1 : 0);
    }

    static void hlen(Call call) {
        HashValue hash = call.keys().read(ValueType.HASH, call.arg(1));
        call.reply().integer(hash == null ? 0 : hash.size());
    }

    static void hstrlen(Call call) {
        HashValue hash = call.keys().read(ValueType.HASH, call.arg(1));
        Bytes value = hash == null ? null : hash.get(call.arg(2));
        call.reply().integer(value == null ? 0 : value.length());
    }

    static void hgetall(Call call) {
        HashValue hash = call.keys().read(ValueType.HASH, call.arg(1));
        ReplyWriter reply = call.reply();
        if (hash == null) {
            reply.map(0);
            return;
        }
        reply.map((int) hash.size());
        HashValue.Cursor cursor = hash.cursor();
        while (cursor.next()) {
            reply.bulk(cursor.field());
            reply.bulk(cursor.value());
        }
    }

    static void hkeys(Call call) {
        HashValue hash = call.keys().read(ValueType.HASH, call.arg(1));
        ReplyWriter reply = call.reply();
        if (hash == null) {
            reply.array(0);
            return;
        }
        reply.array((int) hash.size());
        HashValue.Cursor cursor = hash.cursor();
        while (cursor.next()) {
            reply.bulk(cursor.field());
        }
    }

    static void hvals(Call call) {
        HashValue hash = call.keys().read(ValueType.HASH, call.arg(1));
        ReplyWriter reply = call.reply();
        if (hash == null) {
            reply.array(0);
            return;
        }
        reply.array((int) hash.size());
        HashValue.Cursor cursor = hash.cursor();
        while (cursor.next()) {
            reply.bulk(cursor.value());
        }
    }

    static void hscan(Call call) {
        long cursor = ScanOptions.cursor(call, 2);
        HashValue hash = call.keys().read(ValueType.HASH, call.arg(1));
        if (hash == null) {
            ScanReply.writeEmpty(call.reply());
            return;
        }
        ScanOptions options = ScanOptions.parse(call, 3, "NOVALUES");
        ScanReply found = new ScanReply();
        long next = hash.scan(cursor, options.count(), (field, value) -> {
            if (options.matches(field)) {
                found.add(field);
                if (!options.bare()) {
                    found.add(value);
                }
            }
        });
        found.write(call.reply(), next);
    }
}

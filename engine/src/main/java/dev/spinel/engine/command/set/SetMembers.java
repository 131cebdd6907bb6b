package dev.spinel.engine.command.set;

import static dev.spinel.api.data.ValueType.SET;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.command.ScanOptions;
import dev.spinel.api.command.ScanReply;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.GlobPattern;
import dev.spinel.api.data.SetValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import org.jspecify.annotations.Nullable;

/** The commands that add, remove, test and list the members of one set. */
final class SetMembers {
    private SetMembers() {}

    static void sadd(Call call) {
        Bytes key = call.arg(1);
        SetValue set = call.keys().modifyOrCreate(SET, key);
        int added = 0;
        for (int i = 2; i < call.argCount(); i++) {
            if (set.add(call.arg(i))) {
                added++;
            }
        }
        if (added > 0) {
            call.changed(key, KeyEvent.SET, "sadd");
        }
        call.reply().integer(added);
    }

    static void srem(Call call) {
        Bytes key = call.arg(1);
        SetValue set = call.keys().modify(SET, key);
        int removed = 0;
        if (set != null) {
            for (int i = 2; i < call.argCount(); i++) {
                if (set.remove(call.arg(i))) {
                    removed++;
                }
            }
        }
        if (removed > 0) {
            call.changed(key, KeyEvent.SET, "srem");
            call.keys().removeIfEmpty(key);
        }
        call.reply().integer(removed);
    }

    static void smove(Call call) {
        Keyspace keys = call.keys();
        Bytes from = call.arg(1);
        Bytes to = call.arg(2);
        Bytes member = call.arg(3);
        SetValue source = keys.modify(SET, from);
        if (source == null) {
            call.reply().integer(0);
            return;
        }
        ValueType<?> targetType = keys.typeOf(to);
        if (targetType != null && targetType != SET) {
            throw Errors.wrongType();
        }
        if (from.equals(to)) {
            call.reply().integer(source.contains(member) ? 1 : 0);
            return;
        }
        if (!source.remove(member)) {
            call.reply().integer(0);
            return;
        }
        call.changed(from, KeyEvent.SET, "srem");
        keys.removeIfEmpty(from);
        if (keys.modifyOrCreate(SET, to).add(member)) {
            call.changed(to, KeyEvent.SET, "sadd");
        }
        call.reply().integer(1);
    }

    static void sismember(Call call) {
        SetValue set = call.keys().read(SET, call.arg(1));
        call.reply().integer(set != null && set.contains(call.arg(2)) ? 1 : 0);
    }

    static void smismember(Call call) {
        SetValue set = call.keys().read(SET, call.arg(1));
        ReplyWriter reply = call.reply();
        reply.array(call.argCount() - 2);
        for (int i = 2; i < call.argCount(); i++) {
            reply.integer(set != null && set.contains(call.arg(i)) ? 1 : 0);
        }
    }

    static void scard(Call call) {
        SetValue set = call.keys().read(SET, call.arg(1));
        call.reply().integer(set == null ? 0 : set.size());
    }

    static void smembers(Call call) {
        ReplyWriter reply = call.reply();
        SetValue set = call.keys().read(SET, call.arg(1));
        if (set == null) {
            reply.set(0);
            return;
        }
        reply.set((int) set.size());
        SetValue.Cursor cursor = set.cursor();
        while (cursor.next()) {
            reply.bulk(cursor.member());
        }
    }

    static void sscan(Call call) {
        long cursor = ScanOptions.cursor(call, 2);
        SetValue set = call.keys().read(SET, call.arg(1));
        if (set == null) {
            ScanReply.writeEmpty(call.reply());
            return;
        }
        ScanOptions options = ScanOptions.parse(call, 3, false);
        ScanReply found = new ScanReply();
        Bytes pattern = options.pattern();
        long next = set.scan(cursor, options.count(), member -> addIfMatching(found, pattern, member));
        found.write(call.reply(), next);
    }

    private static void addIfMatching(ScanReply found, @Nullable Bytes pattern, Bytes member) {
        if (pattern == null || GlobPattern.matches(pattern, member, false)) {
            found.add(member);
        }
    }
}

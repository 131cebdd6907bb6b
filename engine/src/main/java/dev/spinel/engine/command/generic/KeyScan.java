package dev.spinel.engine.command.generic;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.command.ScanOptions;
import dev.spinel.api.command.ScanReply;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.GlobPattern;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.Keyspace;
import org.jspecify.annotations.Nullable;

/** The commands that go through the names of keys. */
final class KeyScan {
    private static final int KEYS_PER_STEP = 1024;

    private KeyScan() {}

    static void keys(Call call) {
        Bytes pattern = call.arg(1);
        boolean all = pattern.length() == 1 && pattern.at(0) == '*';
        ReplyWriter reply = call.reply();
        int mark = reply.begin();
        MatchingKeys matching = new MatchingKeys(reply, all ? null : pattern);
        long cursor = 0;
        do {
            cursor = call.keys().scan(cursor, KEYS_PER_STEP, matching);
        } while (cursor != 0);
        reply.endArray(mark, matching.count);
    }

    static void scan(Call call) {
        long cursor = ScanOptions.cursor(call, 1);
        ScanOptions options = ScanOptions.parse(call, 2, true);
        ScannedKeys found = new ScannedKeys(options);
        long next = call.keys().scan(cursor, options.count(), found);
        found.reply.write(call.reply(), next);
    }

    static void randomkey(Call call) {
        Bytes key = call.keys().randomKey();
        if (key == null) {
            call.reply().nil();
        } else {
            call.reply().bulk(key);
        }
    }

    /** Answers the keys that match a pattern, or all keys without one. */
    private static final class MatchingKeys implements Keyspace.KeyVisitor {
        private final ReplyWriter reply;
        private final @Nullable Bytes pattern;
        private int count;

        MatchingKeys(ReplyWriter reply, @Nullable Bytes pattern) {
            this.reply = reply;
            this.pattern = pattern;
        }

        @Override
        public void visit(Bytes key, ValueType<?> type) {
            if (pattern == null || GlobPattern.matches(pattern, key, false)) {
                reply.bulk(key);
                count++;
            }
        }
    }

    /** Collects the keys that match the options of SCAN. */
    private static final class ScannedKeys implements Keyspace.KeyVisitor {
        private final ScanReply reply = new ScanReply();
        private final @Nullable Bytes pattern;
        private final @Nullable String typeName;

        ScannedKeys(ScanOptions options) {
            Bytes type = options.type();
            pattern = options.pattern();
            typeName = type == null ? null : type.toString();
        }

        @Override
        public void visit(Bytes key, ValueType<?> type) {
            if ((typeName == null || typeName.equalsIgnoreCase(type.name()))
                    && (pattern == null || GlobPattern.matches(pattern, key, false))) {
                reply.add(key);
            }
        }
    }
}

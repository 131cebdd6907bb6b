package dev.spinel.engine.command.sortedset;

import static dev.spinel.api.data.ValueType.SORTED_SET;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.command.ScanOptions;
import dev.spinel.api.command.ScanReply;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.error.Errors;
import org.jspecify.annotations.Nullable;

/** The commands that ask for scores, ranks and counts, and iterate. */
final class SortedSetRead {
    private SortedSetRead() {}

    static void zcard(Call call) {
        SortedSetValue sortedSet = call.keys().read(SORTED_SET, call.arg(1));
        call.reply().integer(sortedSet == null ? 0 : sortedSet.size());
    }

    static void zscore(Call call) {
        SortedSetValue sortedSet = call.keys().read(SORTED_SET, call.arg(1));
        replyScore(call.reply(), sortedSet, call.arg(2));
    }

    static void zmscore(Call call) {
        SortedSetValue sortedSet = call.keys().read(SORTED_SET, call.arg(1));
        ReplyWriter reply = call.reply();
        reply.array(call.argCount() - 2);
        for (int i = 2; i < call.argCount(); i++) {
            replyScore(reply, sortedSet, call.arg(i));
        }
    }

    private static void replyScore(ReplyWriter reply, @Nullable SortedSetValue sortedSet, Bytes member) {
        double score = sortedSet == null ? Double.NaN : sortedSet.score(member);
        if (Double.isNaN(score)) {
            reply.nil();
        } else {
            reply.real(score);
        }
    }

    static void zrank(Call call) {
        rank(call, false);
    }

    static void zrevrank(Call call) {
        rank(call, true);
    }

    private static void rank(Call call, boolean reversed) {
        if (call.argCount() > 4) {
            throw Errors.wrongArity(reversed ? "zrevrank" : "zrank");
        }
        boolean withScore = call.argCount() == 4;
        if (withScore && !call.argIs(3, "WITHSCORE")) {
            throw Errors.syntax();
        }
        ReplyWriter reply = call.reply();
        Bytes member = call.arg(2);
        SortedSetValue sortedSet = call.keys().read(SORTED_SET, call.arg(1));
        long rank = sortedSet == null ? -1 : sortedSet.rank(member);
        if (sortedSet == null || rank < 0) {
            if (withScore) {
                reply.nilArray();
            } else {
                reply.nil();
            }
            return;
        }
        if (withScore) {
            reply.array(2);
        }
        reply.integer(reversed ? sortedSet.size() - 1 - rank : rank);
        if (withScore) {
            reply.real(sortedSet.score(member));
        }
    }

    static void zcount(Call call) {
        count(call, RankRange.byScore(call, 2, 3));
    }

    static void zlexcount(Call call) {
        count(call, RankRange.byMember(call, 2, 3));
    }

    private static void count(Call call, RankRange range) {
        SortedSetValue sortedSet = call.keys().read(SORTED_SET, call.arg(1));
        call.reply().integer(sortedSet == null ? 0 : Math.max(0, range.to(sortedSet) - range.from(sortedSet)));
    }

    static void zscan(Call call) {
        long cursor = ScanOptions.cursor(call, 2);
        SortedSetValue sortedSet = call.keys().read(SORTED_SET, call.arg(1));
        if (sortedSet == null) {
            ScanReply.writeEmpty(call.reply());
            return;
        }
        ScanOptions options = ScanOptions.parse(call, 3, "NOSCORES");
        ScannedMembers found = new ScannedMembers(options);
        long next = sortedSet.scan(cursor, options.count(), found);
        found.reply.write(call.reply(), next);
    }

    /** Collects the members that are wanted, each followed by its score unless it is wanted without. */
    private static final class ScannedMembers implements SortedSetValue.MemberVisitor {
        private final ScanReply reply = new ScanReply();
        private final byte[] digits = new byte[Numbers.MAX_DOUBLE_LENGTH];
        private final Bytes text = new Bytes();
        private final ScanOptions options;

        ScannedMembers(ScanOptions options) {
            this.options = options;
        }

        @Override
        public void visit(Bytes member, double score) {
            if (!options.matches(member)) {
                return;
            }
            reply.add(member);
            if (!options.bare()) {
                text.set(digits, 0, Numbers.formatDouble(score, digits, 0));
                reply.add(text);
            }
        }
    }
}

package dev.spinel.engine.command.sortedset;

import static dev.spinel.api.data.ValueType.SORTED_SET;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.SortedSetValue;
import dev.spinel.api.error.Errors;
import org.jspecify.annotations.Nullable;

/** The commands that answer or store a range of members: ZRANGE in all its forms and its predecessors. */
final class SortedSetRange {
    private SortedSetRange() {}

    static void zrange(Call call) {
        if (call.argCount() == 4) {
            rangeByRank(call, false);
        } else {
            new Options(1, Kind.ANY, Direction.ANY).parse(call).answer(call);
        }
    }

    static void zrevrange(Call call) {
        if (call.argCount() == 4) {
            rangeByRank(call, true);
        } else {
            new Options(1, Kind.RANK, Direction.DOWN).parse(call).answer(call);
        }
    }

    static void zrangebyscore(Call call) {
        new Options(1, Kind.SCORE, Direction.UP).parse(call).answer(call);
    }

    static void zrevrangebyscore(Call call) {
        new Options(1, Kind.SCORE, Direction.DOWN).parse(call).answer(call);
    }

    static void zrangebylex(Call call) {
        new Options(1, Kind.MEMBER, Direction.UP).parse(call).answer(call);
    }

    static void zrevrangebylex(Call call) {
        new Options(1, Kind.MEMBER, Direction.DOWN).parse(call).answer(call);
    }

    static void zrangestore(Call call) {
        new Options(2, Kind.ANY, Direction.ANY).parse(call).store(call);
    }

    /** The range by rank without options, which needs no objects. */
    private static void rangeByRank(Call call, boolean reversed) {
        long start = call.integerArg(2);
        long stop = call.integerArg(3);
        ReplyWriter reply = call.reply();
        SortedSetValue sortedSet = call.keys().read(SORTED_SET, call.arg(1));
        long size = sortedSet == null ? 0 : sortedSet.size();
        long from = Math.max(0, start < 0 ? start + size : start);
        long to = Math.min(size - 1, stop < 0 ? stop + size : stop) + 1;
        if (sortedSet == null || from >= to) {
            reply.array(0);
            return;
        }
        int length = (int) (to - from);
        reply.array(length);
        SortedSetValue.Cursor cursor = sortedSet.cursor(reversed ? size - 1 - from : from, reversed);
        for (int i = 0; i < length && cursor.next(); i++) {
            reply.bulk(cursor.member());
        }
    }

    private enum Kind {
        ANY,
        RANK,
        SCORE,
        MEMBER
    }

    private enum Direction {
        ANY,
        UP,
        DOWN
    }

    /** What the arguments of a range ask for. */
    private static final class Options {
        private final int keyIndex;
        private Kind kind;
        private Direction direction;
        private boolean withScores;
        private long offset;
        private long limit = -1;

        Options(int keyIndex, Kind kind, Direction direction) {
            this.keyIndex = keyIndex;
            this.kind = kind;
            this.direction = direction;
        }

        private boolean isStore() {
            return keyIndex == 2;
        }

        Query parse(Call call) {
            for (int i = keyIndex + 3; i < call.argCount(); i++) {
                if (!isStore() && call.argIs(i, "WITHSCORES")) {
                    withScores = true;
                } else if (call.argIs(i, "LIMIT") && i + 2 < call.argCount()) {
                    offset = call.integerArg(i + 1);
                    limit = call.integerArg(i + 2);
                    i += 2;
                } else if (direction == Direction.ANY && call.argIs(i, "REV")) {
                    direction = Direction.DOWN;
                } else if (kind == Kind.ANY && call.argIs(i, "BYLEX")) {
                    kind = Kind.MEMBER;
                } else if (kind == Kind.ANY && call.argIs(i, "BYSCORE")) {
                    kind = Kind.SCORE;
                } else {
                    throw Errors.syntax();
                }
            }
            boolean byRank = kind == Kind.ANY || kind == Kind.RANK;
            if (byRank) {
                if (limit != -1) {
                    throw Errors.err(
                            "syntax error, LIMIT is only supported in combination with either BYSCORE or BYLEX");
                }
                offset = 0;
            }
            if (withScores && kind == Kind.MEMBER) {
                throw Errors.err("syntax error, WITHSCORES not supported in combination with BYLEX");
            }
            return new Query(keyIndex, range(call), byRank, direction == Direction.DOWN, withScores, offset, limit);
        }

        /** The bounds: reversed ranges by score and by member name the upper one first, ranges by rank never. */
        private RankRange range(Call call) {
            int first = keyIndex + 1;
            int second = keyIndex + 2;
            boolean swapped = direction == Direction.DOWN;
            return switch (kind) {
                case ANY, RANK -> RankRange.byRank(call, first, second);
                case SCORE -> RankRange.byScore(call, swapped ? second : first, swapped ? first : second);
                case MEMBER -> RankRange.byMember(call, swapped ? second : first, swapped ? first : second);
            };
        }
    }

    /**
     * A checked range command.
     *
     * @param byRank whether the bounds are ranks
     * @param offset members to leave out at the begin; all of them when negative
     * @param limit members to answer at most; negative: no limit
     */
    private record Query(
            int keyIndex,
            RankRange range,
            boolean byRank,
            boolean reversed,
            boolean withScores,
            long offset,
            long limit) {
        void answer(Call call) {
            ReplyWriter reply = call.reply();
            SortedSetValue sortedSet = call.keys().read(SORTED_SET, call.arg(keyIndex));
            int length = sortedSet == null ? 0 : length(sortedSet);
            ScoredMember.replyHead(reply, length, withScores);
            if (sortedSet != null && length > 0) {
                SortedSetValue.Cursor cursor = cursor(sortedSet);
                for (int i = 0; i < length && cursor.next(); i++) {
                    ScoredMember.reply(reply, cursor.member(), cursor.score(), withScores);
                }
            }
        }

        void store(Call call) {
            SortedSetValue sortedSet = call.keys().read(SORTED_SET, call.arg(keyIndex));
            int length = sortedSet == null ? 0 : length(sortedSet);
            ScoredMember.store(call, sink -> tell(sortedSet, length, sink), "zrangestore", byRank);
        }

        private void tell(@Nullable SortedSetValue sortedSet, int length, ScoredMember.Sink sink) {
            if (sortedSet != null && length > 0) {
                SortedSetValue.Cursor cursor = cursor(sortedSet);
                for (int i = 0; i < length && cursor.next(); i++) {
                    sink.add(cursor.member(), cursor.score());
                }
            }
        }

        private int length(SortedSetValue sortedSet) {
            long all = range.to(sortedSet) - range.from(sortedSet);
            if (offset < 0 || offset >= all) {
                return 0;
            }
            long left = all - offset;
            return (int) (limit < 0 ? left : Math.min(left, limit));
        }

        private SortedSetValue.Cursor cursor(SortedSetValue sortedSet) {
            if (!reversed) {
                return sortedSet.cursor(range.from(sortedSet) + offset, false);
            }
            boolean countsFromTop = range.countsFromTop();
            long top = countsFromTop ? sortedSet.size() - range.from(sortedSet) : range.to(sortedSet);
            return sortedSet.cursor(top - 1 - offset, true);
        }
    }
}

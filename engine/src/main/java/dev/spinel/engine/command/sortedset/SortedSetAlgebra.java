package dev.spinel.engine.command.sortedset;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.Errors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** Union, intersection and difference of sorted sets and sets, answered, counted or stored. */
final class SortedSetAlgebra {
    /*
     * As in SetAlgebra, membership tests take the place of a table of the results: a member of a union is taken with the
     * first source that contains it, its score folded over that source and the later ones. The sources of a union and an
     * intersection are ordered by size, so that scores are added in the order in which Redis adds them: sums of doubles
     * depend on it. What is answered is gathered as copies, because it is to be ordered by score; what is stored is not.
     */
    private static final Comparator<Source> BY_SIZE = Comparator.comparingLong(Source::size);

    private SortedSetAlgebra() {}

    static void zunion(Call call) {
        answer(call, new Arguments("zunion", Form.ANSWER, true).parse(call), Operation.UNION);
    }

    static void zunionstore(Call call) {
        Arguments arguments = new Arguments("zunionstore", Form.STORE, true).parse(call);
        store(call, arguments, Operation.UNION);
    }

    static void zinter(Call call) {
        answer(call, new Arguments("zinter", Form.ANSWER, true).parse(call), Operation.INTERSECTION);
    }

    static void zinterstore(Call call) {
        Arguments arguments = new Arguments("zinterstore", Form.STORE, true).parse(call);
        store(call, arguments, Operation.INTERSECTION);
    }

    static void zdiff(Call call) {
        answer(call, new Arguments("zdiff", Form.ANSWER, false).parse(call), Operation.DIFFERENCE);
    }

    static void zdiffstore(Call call) {
        Arguments arguments = new Arguments("zdiffstore", Form.STORE, false).parse(call);
        store(call, arguments, Operation.DIFFERENCE);
    }

    static void zintercard(Call call) {
        Arguments arguments = new Arguments("zintercard", Form.COUNT, false).parse(call);
        Source[] sources = arguments.sources;
        Arrays.sort(sources, BY_SIZE);
        Source smallest = sources[0];
        long count = 0;
        smallest.open();
        while ((arguments.limit == 0 || count < arguments.limit) && smallest.next()) {
            if (isInAll(sources, smallest.member())) {
                count++;
            }
        }
        call.reply().integer(count);
    }

    private static void answer(Call call, Arguments arguments, Operation operation) {
        List<ScoredMember> members = new ArrayList<>();
        tell(arguments, operation, (member, score) -> {
            call.takeHeap(ScoredMember.HEAP_BYTES + member.length());
            members.add(new ScoredMember(member.copy(), score));
        });
        Collections.sort(members);
        ReplyWriter reply = call.reply();
        ScoredMember.replyHead(reply, members.size(), arguments.withScores);
        for (int i = 0; i < members.size(); i++) {
            ScoredMember member = members.get(i);
            ScoredMember.reply(reply, member.member(), member.score(), arguments.withScores);
        }
    }

    private static void store(Call call, Arguments arguments, Operation operation) {
        ScoredMember.store(call, sink -> tell(arguments, operation, sink), arguments.commandName, true);
    }

    private static void tell(Arguments arguments, Operation operation, ScoredMember.Sink sink) {
        Source[] sources = arguments.sources;
        if (operation != Operation.DIFFERENCE) {
            Arrays.sort(sources, BY_SIZE);
        }
        switch (operation) {
            case UNION -> tellUnion(sources, arguments.aggregate, sink);
            case INTERSECTION -> tellIntersection(sources, arguments.aggregate, sink);
            case DIFFERENCE -> tellDifference(sources, sink);
        }
    }

    private static void tellUnion(Source[] sources, Aggregate aggregate, ScoredMember.Sink sink) {
        for (int i = 0; i < sources.length; i++) {
            Source source = sources[i];
            source.open();
            while (source.next()) {
                Bytes member = source.member();
                if (!isInAny(sources, 0, i, member)) {
                    double score = source.weighted(aggregate.contribution(source.currentScore()));
                    for (int j = i + 1; j < sources.length; j++) {
                        double other = sources[j].score(member);
                        if (!Double.isNaN(other)) {
                            score = aggregate.combine(score, sources[j].weighted(aggregate.contribution(other)));
                        }
                    }
                    sink.add(member, score);
                }
            }
        }
    }

    private static void tellIntersection(Source[] sources, Aggregate aggregate, ScoredMember.Sink sink) {
        Source smallest = sources[0];
        smallest.open();
        while (smallest.next()) {
            Bytes member = smallest.member();
            if (isInAll(sources, member)) {
                double score = smallest.weighted(aggregate.contribution(smallest.currentScore()));
                for (int j = 1; j < sources.length; j++) {
                    double other = aggregate.contribution(sources[j].score(member));
                    score = aggregate.combine(score, sources[j].rawWeighted(other));
                }
                sink.add(member, score);
            }
        }
    }

    private static void tellDifference(Source[] sources, ScoredMember.Sink sink) {
        Source first = sources[0];
        first.open();
        while (first.next()) {
            if (!isInAny(sources, 1, sources.length, first.member())) {
                sink.add(first.member(), first.currentScore());
            }
        }
    }

    private static boolean isInAny(Source[] sources, int from, int to, Bytes member) {
        for (int i = from; i < to; i++) {
            if (sources[i].contains(member)) {
                return true;
            }
        }
        return false;
    }

    private static boolean isInAll(Source[] sources, Bytes member) {
        for (int i = 1; i < sources.length; i++) {
            if (!sources[i].contains(member)) {
                return false;
            }
        }
        return true;
    }

    private enum Operation {
        UNION,
        INTERSECTION,
        DIFFERENCE
    }

    private enum Form {
        ANSWER,
        STORE,
        COUNT
    }

    private enum Aggregate {
        SUM,
        MIN,
        MAX,
        /** The number of sources that contain the member; with weights, the sum of theirs. */
        COUNT;

        /** What a source whose member has a score contributes, before its weight. */
        double contribution(double score) {
            return this == COUNT ? 1 : score;
        }

        /** The score of a member of two sources; the sum of opposite infinities is 0. */
        double combine(double left, double right) {
            return switch (this) {
                case SUM, COUNT -> {
                    double sum = left + right;
                    yield Double.isNaN(sum) ? 0 : sum;
                }
                case MIN -> right < left ? right : left;
                case MAX -> right > left ? right : left;
            };
        }
    }

    /** The arguments of one command of this class. */
    private static final class Arguments {
        private final String commandName;
        private final Form form;
        private final boolean weighable;
        private Source[] sources = {};
        private Aggregate aggregate = Aggregate.SUM;
        private boolean withScores;
        private long limit;

        Arguments(String commandName, Form form, boolean weighable) {
            this.commandName = commandName;
            this.form = form;
            this.weighable = weighable;
        }

        /** Reads the sources, whose types are checked before the options are, then the options. */
        Arguments parse(Call call) {
            int countIndex = form == Form.STORE ? 2 : 1;
            long keyCount = call.integerArg(countIndex);
            if (keyCount < 1) {
                throw Errors.err("at least 1 input key is needed for '" + commandName + "' command");
            }
            if (keyCount > call.argCount() - countIndex - 1) {
                throw Errors.syntax();
            }
            sources = new Source[(int) keyCount];
            for (int i = 0; i < sources.length; i++) {
                sources[i] = Source.read(call.keys(), call.arg(countIndex + 1 + i));
            }
            int index = countIndex + 1 + sources.length;
            while (index < call.argCount()) {
                index = parseOption(call, index);
            }
            return this;
        }

        /** Parses the option at an index; returns the index of the next one. */
        private int parseOption(Call call, int index) {
            int left = call.argCount() - index;
            if (weighable && left > sources.length && call.argIs(index, "WEIGHTS")) {
                for (int i = 0; i < sources.length; i++) {
                    sources[i].weight(call, index + 1 + i);
                }
                return index + 1 + sources.length;
            }
            if (weighable && left >= 2 && call.argIs(index, "AGGREGATE")) {
                aggregate = aggregateArg(call, index + 1);
                return index + 2;
            }
            if (form == Form.ANSWER && call.argIs(index, "WITHSCORES")) {
                withScores = true;
                return index + 1;
            }
            if (form == Form.COUNT && left >= 2 && call.argIs(index, "LIMIT")) {
                limit = call.integerArg(index + 1, 0, Long.MAX_VALUE, "LIMIT can't be negative");
                return index + 2;
            }
            throw Errors.syntax();
        }

        private static Aggregate aggregateArg(Call call, int index) {
            if (call.argIs(index, "SUM")) {
                return Aggregate.SUM;
            }
            if (call.argIs(index, "MIN")) {
                return Aggregate.MIN;
            }
            if (call.argIs(index, "MAX")) {
                return Aggregate.MAX;
            }
            if (call.argIs(index, "COUNT")) {
                return Aggregate.COUNT;
            }
            throw Errors.syntax();
        }
    }
}

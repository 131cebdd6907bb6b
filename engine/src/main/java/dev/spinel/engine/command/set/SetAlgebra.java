package dev.spinel.engine.command.set;

import static dev.spinel.api.data.ValueType.SET;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.SetValue;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import org.jspecify.annotations.Nullable;

/** Union, intersection and difference of sets, answered, counted or stored. */
final class SetAlgebra {
    /*
     * No result set is built for an answer. A member of a union is answered with the first set that contains it, and one
     * of a difference or an intersection once the other sets were asked, so that only membership tests are needed, and
     * no memory. Nor is one for what is stored, though the destination may be one of the sources: what it held can be read
     * until the command ends.
     */
    private SetAlgebra() {}

    static void sunion(Call call) {
        answer(call, new Union(sources(call, 1, call.argCount() - 1)));
    }

    static void sunionstore(Call call) {
        store(call, new Union(sources(call, 2, call.argCount() - 2)), "sunionstore");
    }

    static void sdiff(Call call) {
        answer(call, new Difference(sources(call, 1, call.argCount() - 1)));
    }

    static void sdiffstore(Call call) {
        store(call, new Difference(sources(call, 2, call.argCount() - 2)), "sdiffstore");
    }

    static void sinter(Call call) {
        answer(call, new Intersection(sources(call, 1, call.argCount() - 1)));
    }

    static void sinterstore(Call call) {
        store(call, new Intersection(sources(call, 2, call.argCount() - 2)), "sinterstore");
    }

    static void sintercard(Call call) {
        Cardinality arguments = Cardinality.parse(call, false);
        arguments.answer(call, new Intersection(arguments.sets));
    }

    /** APPROX is allowed to change nothing: counting takes no memory here. */
    static void sunioncard(Call call) {
        Cardinality arguments = Cardinality.parse(call, true);
        arguments.answer(call, new Union(arguments.sets));
    }

    static void sdiffcard(Call call) {
        Cardinality arguments = Cardinality.parse(call, false);
        arguments.answer(call, new Difference(arguments.sets));
    }

    /** The arguments of a command that counts: how many keys, the keys, options. */
    private static final class Cardinality {
        private final @Nullable SetValue[] sets;
        /** Where counting stops; 0 for nowhere. */
        private final long limit;

        private Cardinality(@Nullable SetValue[] sets, long limit) {
            this.sets = sets;
            this.limit = limit;
        }

        private static Cardinality parse(Call call, boolean takesApprox) {
            long keyCount = call.integerArg(1, 1, Long.MAX_VALUE, "numkeys should be greater than 0");
            if (keyCount > call.argCount() - 2) {
                throw Errors.err("Number of keys can't be greater than number of args");
            }
            long limit = 0;
            int option = 2 + (int) keyCount;
            while (option < call.argCount()) {
                if (takesApprox && call.argIs(option, "APPROX")) {
                    option++;
                    continue;
                }
                if (option + 1 == call.argCount() || !call.argIs(option, "LIMIT")) {
                    throw Errors.syntax();
                }
                limit = call.integerArg(option + 1, 0, Long.MAX_VALUE, "LIMIT can't be negative");
                option += 2;
            }
            return new Cardinality(sources(call, 2, (int) keyCount), limit);
        }

        private void answer(Call call, Combination members) {
            long count = 0;
            while ((limit == 0 || count < limit) && members.next()) {
                count++;
            }
            call.reply().integer(count);
        }
    }

    /** The sets of consecutive keys, null for an absent one. */
    private static @Nullable SetValue[] sources(Call call, int firstKey, int keyCount) {
        @Nullable SetValue[] sets = new SetValue[keyCount];
        for (int i = 0; i < keyCount; i++) {
            sets[i] = call.keys().read(SET, call.arg(firstKey + i));
        }
        return sets;
    }

    private static void answer(Call call, Combination members) {
        ReplyWriter reply = call.reply();
        int mark = reply.begin();
        int size = 0;
        while (members.next()) {
            reply.bulk(members.member());
            size++;
        }
        reply.endSet(mark, size);
    }

    private static void store(Call call, Combination members, String event) {
        Keyspace keys = call.keys();
        Bytes destination = call.arg(1);
        int size = 0;
        if (members.next()) {
            SetValue stored = keys.replace(SET, destination);
            do {
                stored.add(members.member());
                size++;
            } while (members.next());
            call.changed(destination, KeyEvent.SET, event);
        } else if (keys.remove(destination)) {
            call.changed(destination, KeyEvent.GENERIC, "del");
        }
        call.reply().integer(size);
    }

    /** Iteration over the members of a combination of sets, each member once. */
    private abstract static sealed class Combination {
        final @Nullable SetValue[] sets;
        private SetValue.@Nullable Cursor cursor;

        Combination(@Nullable SetValue[] sets) {
            this.sets = sets;
        }

        /** Moves to the next member; false past the end. */
        abstract boolean next();

        final void iterate(@Nullable SetValue set) {
            cursor = set == null ? null : set.cursor();
        }

        final boolean advance() {
            return cursor != null && cursor.next();
        }

        /** The current member, valid until the next move. */
        final Bytes member() {
            if (cursor == null) {
                throw new IllegalStateException("no current member");
            }
            return cursor.member();
        }

        /** Whether a set other than the iterated one contains the current member; an absent set contains nothing. */
        final boolean isIn(@Nullable SetValue set) {
            return set != null && set.contains(member());
        }
    }

    private static final class Union extends Combination {
        private int current;

        Union(@Nullable SetValue[] sets) {
            super(sets);
            iterate(sets[0]);
        }

        @Override
        boolean next() {
            while (true) {
                while (advance()) {
                    if (!isInEarlierSet()) {
                        return true;
                    }
                }
                if (current == sets.length - 1) {
                    return false;
                }
                iterate(sets[++current]);
            }
        }

        private boolean isInEarlierSet() {
            for (int i = 0; i < current; i++) {
                if (isIn(sets[i])) {
                    return true;
                }
            }
            return false;
        }
    }

    private static final class Difference extends Combination {
        Difference(@Nullable SetValue[] sets) {
            super(sets);
            iterate(sets[0]);
        }

        @Override
        boolean next() {
            while (advance()) {
                if (!isInLaterSet()) {
                    return true;
                }
            }
            return false;
        }

        private boolean isInLaterSet() {
            for (int i = 1; i < sets.length; i++) {
                if (isIn(sets[i])) {
                    return true;
                }
            }
            return false;
        }
    }

    private static final class Intersection extends Combination {
        private final int smallest;

        Intersection(@Nullable SetValue[] sets) {
            super(sets);
            smallest = indexOfSmallest(sets);
            iterate(sets[smallest]);
        }

        private static int indexOfSmallest(@Nullable SetValue[] sets) {
            int smallest = 0;
            long smallestSize = Long.MAX_VALUE;
            for (int i = 0; i < sets.length; i++) {
                SetValue set = sets[i];
                long size = set == null ? 0 : set.size();
                if (size < smallestSize) {
                    smallest = i;
                    smallestSize = size;
                }
            }
            return smallest;
        }

        @Override
        boolean next() {
            while (advance()) {
                if (isInAllOthers()) {
                    return true;
                }
            }
            return false;
        }

        private boolean isInAllOthers() {
            for (int i = 0; i < sets.length; i++) {
                if (i != smallest && !isIn(sets[i])) {
                    return false;
                }
            }
            return true;
        }
    }
}

package dev.spinel.engine.command.string;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.error.Errors;
import org.jspecify.annotations.Nullable;

/**
 * The options of SET, MSETEX and GETEX, parsed.
 *
 * <p>An option may be repeated but not combined with one that contradicts it; of a repeated expiry the last one counts. A
 * condition on the value may not be repeated. Source: the command pages of SET, MSETEX and GETEX.
 *
 * @param flags the options that were given, as bits
 * @param expiryIndex index of the argument of the expiry option, when {@link #expires()}
 * @param condition what the value must be, null when that does not matter
 * @param conditionIndex index of the argument that names the condition, when there is one; its operand follows
 */
record StringOptions(int flags, int expiryIndex, @Nullable ValueCondition condition, int conditionIndex) {
    private static final int NX = 1;
    private static final int XX = 1 << 1;
    private static final int GET = 1 << 2;
    private static final int KEEPTTL = 1 << 3;
    private static final int PERSIST = 1 << 4;
    private static final int EX = 1 << 5;
    private static final int PX = 1 << 6;
    private static final int EXAT = 1 << 7;
    private static final int PXAT = 1 << 8;
    private static final int VALUE = 1 << 9;
    private static final int EXPIRY = EX | PX | EXAT | PXAT;
    private static final int CONDITION = NX | XX | VALUE;
    private static final int ONLY_SET = CONDITION | GET | KEEPTTL;
    private static final int TIME_TO_LIVE = EXPIRY | KEEPTTL | PERSIST;

    /** Parses the options of SET, which start at the fourth argument. */
    static StringOptions ofSet(Call call) {
        return parse(call, 3, PERSIST);
    }

    /** Parses the options of GETEX, which start at the third argument. */
    static StringOptions ofGetex(Call call) {
        return parse(call, 2, ONLY_SET);
    }

    /** Parses the options of MSETEX, which follow its keys and values. */
    static StringOptions ofMsetex(Call call, int first) {
        return parse(call, first, GET | PERSIST | VALUE);
    }

    private static StringOptions parse(Call call, int first, int unknown) {
        int flags = 0;
        int expiryIndex = 0;
        ValueCondition condition = null;
        int conditionIndex = 0;
        for (int i = first; i < call.argCount(); i++) {
            int option = option(call, i);
            if (option == 0 || (option & unknown) != 0 || (flags & contradicting(option)) != 0) {
                throw Errors.syntax();
            }
            flags |= option;
            if ((option & (EXPIRY | VALUE)) != 0 && i + 1 == call.argCount()) {
                throw Errors.syntax();
            }
            if ((option & EXPIRY) != 0) {
                i++;
                expiryIndex = i;
            } else if (option == VALUE) {
                condition = ValueCondition.named(call, i);
                conditionIndex = i;
                i++;
            }
        }
        return new StringOptions(flags, expiryIndex, condition, conditionIndex);
    }

    /** The bit of the option that an argument names, or 0. */
    private static int option(Call call, int index) {
        if (call.argIs(index, "EX")) {
            return EX;
        } else if (call.argIs(index, "PX")) {
            return PX;
        } else if (call.argIs(index, "NX")) {
            return NX;
        } else if (call.argIs(index, "XX")) {
            return XX;
        } else if (call.argIs(index, "GET")) {
            return GET;
        } else if (call.argIs(index, "EXAT")) {
            return EXAT;
        } else if (call.argIs(index, "PXAT")) {
            return PXAT;
        } else if (call.argIs(index, "KEEPTTL")) {
            return KEEPTTL;
        } else if (call.argIs(index, "PERSIST")) {
            return PERSIST;
        }
        return ValueCondition.named(call, index) == null ? 0 : VALUE;
    }

    private static int contradicting(int option) {
        if (option == VALUE) {
            return CONDITION;
        } else if (option == NX || option == XX) {
            return CONDITION & ~option;
        } else if (option == GET) {
            return 0;
        }
        return TIME_TO_LIVE & ~option;
    }

    boolean nx() {
        return (flags & NX) != 0;
    }

    boolean xx() {
        return (flags & XX) != 0;
    }

    boolean get() {
        return (flags & GET) != 0;
    }

    /** Whether the string under a key, null when there is none, is what it must be. */
    boolean acceptsValue(Call call, @Nullable StringValue value) {
        return condition == null || condition.isMet(call.arg(conditionIndex + 1), value);
    }

    boolean keepTtl() {
        return (flags & KEEPTTL) != 0;
    }

    boolean persist() {
        return (flags & PERSIST) != 0;
    }

    /** Whether one of EX, PX, EXAT and PXAT was given. */
    boolean expires() {
        return (flags & EXPIRY) != 0;
    }

    /** Whether the expiry is a point in time, not a duration. */
    boolean expiresAtTime() {
        return (flags & (EXAT | PXAT)) != 0;
    }

    /** The expiry as milliseconds of Unix time, or {@code ERR invalid expire time in '...' command}. */
    long expiresAtMillis(Call call, String commandName) {
        return expiresAtMillis(call, expiryIndex, (flags & (EX | EXAT)) != 0, (flags & (EX | PX)) != 0, commandName);
    }

    /**
     * Parses an expiry into milliseconds of Unix time.
     *
     * @param seconds whether the argument counts seconds, not milliseconds
     * @param relative whether it counts from now on
     * @param commandName what {@code ERR invalid expire time in '...' command} names
     */
    static long expiresAtMillis(Call call, int index, boolean seconds, boolean relative, String commandName) {
        long time = call.integerArg(index);
        if (time <= 0 || (seconds && time > Long.MAX_VALUE / 1000)) {
            throw Errors.invalidExpire(commandName);
        }
        long millis = seconds ? time * 1000 : time;
        if (relative) {
            millis += call.nowMillis();
        }
        if (millis <= 0) {
            throw Errors.invalidExpire(commandName);
        }
        return millis;
    }
}

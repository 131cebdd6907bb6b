package dev.spinel.engine.command.string;

import dev.spinel.api.command.Call;
import dev.spinel.api.error.Errors;

/**
 * The options of SET and GETEX, parsed.
 *
 * <p>An option may be repeated but not combined with one that contradicts it; of a repeated expiry the last one counts.
 * Source: the command pages of SET and GETEX.
 *
 * @param flags the options that were given, as bits
 * @param expiryIndex index of the argument of the expiry option, when {@link #expires()}
 */
record StringOptions(int flags, int expiryIndex) {
    private static final int NX = 1;
    private static final int XX = 1 << 1;
    private static final int GET = 1 << 2;
    private static final int KEEPTTL = 1 << 3;
    private static final int PERSIST = 1 << 4;
    private static final int EX = 1 << 5;
    private static final int PX = 1 << 6;
    private static final int EXAT = 1 << 7;
    private static final int PXAT = 1 << 8;
    private static final int EXPIRY = EX | PX | EXAT | PXAT;
    private static final int ONLY_SET = NX | XX | GET | KEEPTTL;
    private static final int TIME_TO_LIVE = EXPIRY | KEEPTTL | PERSIST;

    /** Parses the options of SET, which start at the fourth argument. */
    static StringOptions ofSet(Call call) {
        return parse(call, 3, PERSIST);
    }

    /** Parses the options of GETEX, which start at the third argument. */
    static StringOptions ofGetex(Call call) {
        return parse(call, 2, ONLY_SET);
    }

    private static StringOptions parse(Call call, int first, int unknown) {
        int flags = 0;
        int expiryIndex = 0;
        for (int i = first; i < call.argCount(); i++) {
            int option = option(call, i);
            if (option == 0 || (option & unknown) != 0 || (flags & contradicting(option)) != 0) {
                throw Errors.syntax();
            }
            flags |= option;
            if ((option & EXPIRY) != 0) {
                i++;
                if (i == call.argCount()) {
                    throw Errors.syntax();
                }
                expiryIndex = i;
            }
        }
        return new StringOptions(flags, expiryIndex);
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
        return 0;
    }

    private static int contradicting(int option) {
        if (option == NX) {
            return XX;
        } else if (option == XX) {
            return NX;
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

package dev.spinel.plugin.recipes;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.Errors;

/**
 * The arguments {@code numkeys key [key ...] arg [arg ...]} of a call, as a script has them: KEYS and ARGV. Here both count
 * from 0. Valid until the handler returns.
 *
 * @param name the command, in lower case, for errors
 * @param keyCount number of keys, from 0 to the number of arguments
 */
record ScriptArguments(Call call, String name, int keyCount) {
    private static final int NUMKEYS = 1;
    private static final int FIRST_KEY = 2;

    /** Splits the arguments, with the errors of EVAL for a {@code numkeys} that is none. */
    static ScriptArguments of(Call call, String name) {
        long keyCount = call.integerArg(NUMKEYS);
        if (keyCount > call.argCount() - FIRST_KEY) {
            throw Errors.err("Number of keys can't be greater than number of args");
        }
        if (keyCount < 0) {
            throw Errors.err("Number of keys can't be negative");
        }
        return new ScriptArguments(call, name, (int) keyCount);
    }

    /** As {@link #of(Call, String)}, for a command that has a certain number of keys and so many arguments or more. */
    static ScriptArguments of(Call call, String name, int keyCount, int minArguments) {
        ScriptArguments arguments = of(call, name);
        arguments.requireKeys(keyCount);
        if (arguments.count() < minArguments) {
            throw Errors.wrongArity(name);
        }
        return arguments;
    }

    /** Refuses any other number of keys. */
    void requireKeys(int expected) {
        if (keyCount != expected) {
            throw Errors.err("wrong number of keys for '" + name + "' command: " + keyCount + ", not " + expected);
        }
    }

    /** Number of arguments after the keys. */
    int count() {
        return call.argCount() - FIRST_KEY - keyCount;
    }

    Bytes key(int index) {
        return call.arg(FIRST_KEY + index);
    }

    Bytes arg(int index) {
        return call.arg(indexOf(index));
    }

    /** Where an argument stands among all those of the call. */
    int indexOf(int argument) {
        return FIRST_KEY + keyCount + argument;
    }

    /** An argument that counts something, from 0 on, or {@code ERR value is out of range}. */
    static long countArg(Call call, int index) {
        long value = call.integerArg(index);
        if (value < 0) {
            throw Errors.outOfRange();
        }
        return value;
    }

    /**
     * An argument that is a time to live in milliseconds, at least 1, as the Unix time in milliseconds at which it ends;
     * {@code ERR invalid expire time} if there is none.
     */
    long expiryArg(int index) {
        long millis = call.integerArg(indexOf(index));
        if (millis < 1 || millis > Long.MAX_VALUE - call.nowMillis()) {
            throw Errors.invalidExpire(name);
        }
        return call.nowMillis() + millis;
    }
}

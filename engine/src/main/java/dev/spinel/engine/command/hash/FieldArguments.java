package dev.spinel.engine.command.hash;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import java.util.Arrays;
import java.util.List;

/**
 * The arguments {@code FIELDS numfields field [field ...]}, and the effects that name fields in the same way.
 *
 * @param first index of the first field
 * @param count number of fields, at least 1
 */
record FieldArguments(int first, int count) {
    private static final Bytes FIELDS = Bytes.of("FIELDS");
    private static final Bytes HSETEX = Bytes.of("HSETEX");
    private static final Bytes PXAT = Bytes.of("PXAT");

    /**
     * Parses the arguments, which are the last ones.
     *
     * @param index where the word FIELDS is to be
     * @param countError what is wrong with a number of fields that is not positive
     */
    static FieldArguments parse(Call call, int index, String countError) {
        FieldArguments fields = parseFirst(call, index, countError);
        if (fields.end() != call.argCount()) {
            throw wrongCount();
        }
        return fields;
    }

    /** Parses the arguments, which others may follow. */
    static FieldArguments parseFirst(Call call, int index, String countError) {
        if (index >= call.argCount() || !call.argIs(index, "FIELDS")) {
            throw Errors.err("Mandatory argument FIELDS is missing or not at the right position");
        }
        if (index + 1 == call.argCount()) {
            throw Errors.err(countError);
        }
        long count = call.integerArg(index + 1, 1, Long.MAX_VALUE, countError);
        if (count > call.argCount() - index - 2) {
            throw wrongCount();
        }
        return new FieldArguments(index + 2, (int) count);
    }

    /** Parses a number of fields, of which each takes some arguments, followed by perhaps other options. */
    static FieldArguments parseAmongOptions(Call call, int index, int argumentsPerField) {
        if (index + 1 == call.argCount()) {
            throw Errors.err("wrong number of arguments");
        }
        long count = call.integerArg(index + 1, 1, Integer.MAX_VALUE, "invalid number of fields");
        if (count * argumentsPerField > call.argCount() - index - 2) {
            throw Errors.err("wrong number of arguments");
        }
        return new FieldArguments(index + 2, (int) count);
    }

    /** What is wrong when the number of fields is not that of the fields. */
    static CommandException wrongCount() {
        return Errors.err("The `numfields` parameter must match the number of arguments");
    }

    /** The index behind the last field. */
    int end() {
        return first + count;
    }

    Bytes field(Call call, int index) {
        return call.arg(first + index);
    }

    /** Logs and replicates a command that starts in some way and ends with {@code FIELDS}, a number and as many fields. */
    static void propagate(Call call, List<Bytes> fields, Bytes... start) {
        Bytes[] head = Arrays.copyOf(start, start.length + 2);
        head[start.length] = FIELDS;
        head[start.length + 1] = number(fields.size());
        call.propagateAs(effect(fields, head));
    }

    /** Logs and replicates that fields with their values, in turn, are set and expire at a time. */
    static void propagateExpiring(Call call, List<Bytes> fieldsAndValues, long unixMillis) {
        Bytes count = number(fieldsAndValues.size() / 2);
        call.propagateAs(effect(fieldsAndValues, HSETEX, call.arg(1), PXAT, number(unixMillis), FIELDS, count));
    }

    /** A command that starts in some way and goes on with a list of arguments. */
    static Bytes[] effect(List<Bytes> rest, Bytes... start) {
        Bytes[] effect = Arrays.copyOf(start, start.length + rest.size());
        for (int i = 0; i < rest.size(); i++) {
            effect[start.length + i] = rest.get(i);
        }
        return effect;
    }

    /** A number as an argument of an effect. */
    static Bytes number(long value) {
        byte[] digits = new byte[Numbers.lengthOfLong(value)];
        Numbers.formatLong(value, digits, 0);
        return Bytes.of(digits);
    }
}

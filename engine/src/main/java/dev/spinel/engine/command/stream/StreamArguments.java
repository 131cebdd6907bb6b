package dev.spinel.engine.command.stream;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the IDs of stream commands. */
final class StreamArguments {
    private StreamArguments() {}

    private static CommandException invalidId() {
        return Errors.err("Invalid stream ID specified as stream command argument");
    }

    /** An ID, of which the second number may be missing; {@code -} and {@code +} are the least and the greatest. */
    static StreamId id(Call call, int index, long missingSequence) {
        Bytes text = call.arg(index);
        if (text.length() == 1 && text.at(0) == '-') {
            return StreamId.MIN;
        }
        if (text.length() == 1 && text.at(0) == '+') {
            return StreamId.MAX;
        }
        return strictId(call, index, missingSequence);
    }

    /** An ID, of which the second number may be missing. */
    static StreamId strictId(Call call, int index, long missingSequence) {
        StreamId id = idOrNull(call.arg(index), missingSequence);
        if (id == null) {
            throw invalidId();
        }
        return id;
    }

    /** IDs, of which the second numbers may be missing and then are 0. */
    static List<StreamId> ids(Call call, int first, int count) {
        List<StreamId> ids = new ArrayList<>(count);
        for (int i = first; i < first + count; i++) {
            ids.add(strictId(call, i, 0));
        }
        return ids;
    }

    /** An ID, of which the second number may be missing; null if it is none. */
    static @Nullable StreamId idOrNull(Bytes text, long missingSequence) {
        int hyphen = indexOfHyphen(text);
        if (hyphen < 0) {
            return isNumber(text, 0, text.length())
                    ? new StreamId(number(text, 0, text.length()), missingSequence)
                    : null;
        }
        if (!isNumber(text, 0, hyphen) || !isNumber(text, hyphen + 1, text.length())) {
            return null;
        }
        return new StreamId(number(text, 0, hyphen), number(text, hyphen + 1, text.length()));
    }

    /** Whether an argument is a first number followed by {@code -*}. */
    static boolean isPartial(Bytes text) {
        int length = text.length();
        return length > 2 && text.at(length - 1) == '*' && text.at(length - 2) == '-' && isNumber(text, 0, length - 2);
    }

    /** The first number of an argument that {@link #isPartial}. */
    static long partialMillis(Bytes text) {
        return number(text, 0, text.length() - 2);
    }

    /** The begin of a range; an open one begins behind the ID that follows the bracket. */
    static StreamId rangeStart(Call call, int index) {
        Bytes text = call.arg(index);
        if (text.length() > 1 && text.at(0) == '(') {
            StreamId id = exclusive(text, 0).next();
            if (id == null) {
                throw Errors.err("invalid start ID for the interval");
            }
            return id;
        }
        return id(call, index, 0);
    }

    /** The end of a range; an open one ends before the ID that follows the bracket. */
    static StreamId rangeEnd(Call call, int index) {
        Bytes text = call.arg(index);
        if (text.length() > 1 && text.at(0) == '(') {
            StreamId id = exclusive(text, -1).previous();
            if (id == null) {
                throw Errors.err("invalid end ID for the interval");
            }
            return id;
        }
        return id(call, index, -1);
    }

    private static StreamId exclusive(Bytes text, long missingSequence) {
        Bytes rest = new Bytes();
        rest.set(text.array(), text.offset() + 1, text.length() - 1);
        StreamId id = idOrNull(rest, missingSequence);
        if (id == null) {
            throw invalidId();
        }
        return id;
    }

    private static int indexOfHyphen(Bytes text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.at(i) == '-') {
                return i;
            }
        }
        return -1;
    }

    private static boolean isNumber(Bytes text, int from, int to) {
        if (from >= to) {
            return false;
        }
        long value = 0;
        for (int i = from; i < to; i++) {
            int digit = text.at(i) - '0';
            if (digit < 0 || digit > 9) {
                return false;
            }
            if (Long.compareUnsigned(value, Long.divideUnsigned(-1 - digit, 10)) > 0) {
                return false;
            }
            value = value * 10 + digit;
        }
        return true;
    }

    private static long number(Bytes text, int from, int to) {
        long value = 0;
        for (int i = from; i < to; i++) {
            value = value * 10 + (text.at(i) - '0');
        }
        return value;
    }
}

package dev.spinel.engine.command.string;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import org.jspecify.annotations.Nullable;

/**
 * What the string under a key must be for SET or DELEX to change it: equal to a value or not, by its bytes or by its digest.
 *
 * <p>The names are those of the options. Source: the command pages of SET and DELEX of Redis 8.4.
 */
enum ValueCondition {
    IFEQ(false, false),
    IFNE(true, false),
    IFDEQ(false, true),
    IFDNE(true, true);

    private static final ValueCondition[] ALL = values();
    private static final int DIGEST_DIGITS = 16;
    private static final int RADIX = 16;

    private final boolean negated;
    private final boolean comparesDigest;

    ValueCondition(boolean negated, boolean comparesDigest) {
        this.negated = negated;
        this.comparesDigest = comparesDigest;
    }

    /** The condition that an argument names, or null. */
    static @Nullable ValueCondition named(Call call, int index) {
        for (ValueCondition condition : ALL) {
            if (call.argIs(index, condition.name())) {
                return condition;
            }
        }
        return null;
    }

    /**
     * Whether a string meets the condition. O(length).
     *
     * @param operand the value, or the digest in hexadecimal digits, that follows the option
     * @param value the string, null when there is none, which equals nothing
     * @throws CommandException when there is a string to compare with what is no digest
     */
    boolean isMet(Bytes operand, @Nullable StringValue value) {
        return (value != null && matches(operand, value)) != negated;
    }

    private boolean matches(Bytes operand, StringValue value) {
        return comparesDigest ? parseDigest(operand) == Xxh3.hash(value.bytes()) : operand.equals(value.bytes());
    }

    private static long parseDigest(Bytes text) {
        long digest = 0;
        for (int i = 0; i < text.length(); i++) {
            int digit = Character.digit(text.at(i), RADIX);
            if (digit < 0) {
                throw invalidDigest();
            }
            digest = (digest << 4) | digit;
        }
        if (text.length() != DIGEST_DIGITS) {
            throw invalidDigest();
        }
        return digest;
    }

    private static CommandException invalidDigest() {
        return Errors.err("IFDEQ/IFDNE digest must be exactly 16 hexadecimal characters");
    }
}

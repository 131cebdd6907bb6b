package dev.spinel.engine.command.generic;

import static dev.spinel.api.data.ValueType.HASH;
import static dev.spinel.api.data.ValueType.STRING;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.keyspace.Keyspace;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of SORT that leads from an element to another value.
 *
 * <p>The first {@code *} is replaced by the element, which names a string, or with {@code ->field} at the end the field of
 * a hash. {@code #} stands for the element itself. A pattern without {@code *} leads to nothing.
 */
final class SortPattern {
    private static final int NONE = -1;

    private final Bytes pattern;
    private final int star;
    private final int keyEnd;
    private final @Nullable Bytes field;
    private final Bytes key = new Bytes();
    private byte[] keyArray = new byte[64];

    SortPattern(Bytes pattern) {
        this.pattern = pattern;
        this.star = indexOfStar(pattern);
        int arrow = indexOfArrow(pattern, star);
        if (arrow == NONE) {
            keyEnd = pattern.length();
            field = null;
        } else {
            keyEnd = arrow;
            field = new Bytes();
            field.set(pattern.array(), pattern.offset() + arrow + 2, pattern.length() - arrow - 2);
        }
    }

    private static int indexOfStar(Bytes pattern) {
        for (int i = 0; i < pattern.length(); i++) {
            if (pattern.at(i) == '*') {
                return i;
            }
        }
        return NONE;
    }

    /** Where {@code ->} stands after the star with a field behind it. */
    private static int indexOfArrow(Bytes pattern, int star) {
        if (star != NONE) {
            for (int i = star + 1; i + 2 < pattern.length(); i++) {
                if (pattern.at(i) == '-' && pattern.at(i + 1) == '>') {
                    return i;
                }
            }
        }
        return NONE;
    }

    boolean hasStar() {
        return star != NONE;
    }

    /**
     * What the pattern leads to, valid until the next call or change, or null when that does not exist. Takes back the views
     * of values used before.
     */
    @Nullable
    Bytes lookup(Keyspace keys, Bytes element) {
        if (pattern.length() == 1 && pattern.at(0) == '#') {
            return element;
        }
        if (star == NONE) {
            return null;
        }
        substitute(element);
        keys.releaseViews();
        if (field != null) {
            HashValue hash = keys.readIfOfType(HASH, key);
            return hash == null ? null : hash.get(field);
        }
        StringValue string = keys.readIfOfType(STRING, key);
        return string == null ? null : string.bytes();
    }

    private void substitute(Bytes element) {
        int tail = keyEnd - star - 1;
        int length = star + element.length() + tail;
        if (keyArray.length < length) {
            keyArray = new byte[length * 2];
        }
        System.arraycopy(pattern.array(), pattern.offset(), keyArray, 0, star);
        System.arraycopy(element.array(), element.offset(), keyArray, star, element.length());
        System.arraycopy(pattern.array(), pattern.offset() + star + 1, keyArray, star + element.length(), tail);
        key.set(keyArray, 0, length);
    }
}

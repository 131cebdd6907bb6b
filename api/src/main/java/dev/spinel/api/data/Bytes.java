package dev.spinel.api.data;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A view of a run of bytes: an argument in the read buffer, or a value inside the store.
 *
 * <p>A view that the server hands out is valid until the handler returns, and a view of stored data only until the next
 * change to the keyspace: the bytes under it may then move. Keep a {@link #copy()} instead. The array must not be
 * written through a view.
 *
 * <p>Equality and hash code go by content. Engine thread only, unless the owner says otherwise.
 */
public final class Bytes implements Comparable<Bytes> {
    private static final byte[] NOTHING = new byte[0];

    private byte[] array;
    private int offset;
    private int length;

    /** An empty view, to be pointed somewhere by {@link #set}. */
    public Bytes() {
        this.array = NOTHING;
    }

    private Bytes(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
    }

    /** A view of a whole array, which is not copied. */
    public static Bytes of(byte[] array) {
        return new Bytes(array, 0, array.length);
    }

    /** The UTF-8 bytes of a text. */
    public static Bytes of(String text) {
        return of(text.getBytes(StandardCharsets.UTF_8));
    }

    /** Points this view at other bytes; for the owner of a reused view. */
    public void set(byte[] array, int offset, int length) {
        this.array = array;
        this.offset = offset;
        this.length = length;
    }

    /** Has this view end at another distance from its start; for the owner of a reused view. */
    public void setLength(int length) {
        this.length = length;
    }

    /** Points this view at the bytes of another one; for the owner of a reused view. */
    public void set(Bytes other) {
        set(other.array, other.offset, other.length);
    }

    /** The array that holds the bytes, among others; read only. */
    public byte[] array() {
        return array;
    }

    /** Index of the first byte in {@link #array()}. */
    public int offset() {
        return offset;
    }

    /** Number of bytes. */
    public int length() {
        return length;
    }

    public boolean isEmpty() {
        return length == 0;
    }

    /** The byte at an index from 0 to {@code length() - 1}; the bound is not checked beyond the array's. */
    public byte at(int index) {
        return array[offset + index];
    }

    /** The bytes in an array of their own. */
    public byte[] toByteArray() {
        return Arrays.copyOfRange(array, offset, offset + length);
    }

    /** A view of a copy, valid for ever. */
    public Bytes copy() {
        return of(toByteArray());
    }

    public boolean contentEquals(byte[] other, int otherOffset, int otherLength) {
        return length == otherLength
                && Arrays.equals(array, offset, offset + length, other, otherOffset, otherOffset + otherLength);
    }

    /** Whether the bytes are an ASCII word, ignoring its case; {@code upperCaseWord} is in upper case. */
    public boolean isWord(String upperCaseWord) {
        if (length != upperCaseWord.length()) {
            return false;
        }
        for (int i = 0; i < length; i++) {
            int b = array[offset + i];
            if (b >= 'a' && b <= 'z') {
                b -= 'a' - 'A';
            }
            if (b != upperCaseWord.charAt(i)) {
                return false;
            }
        }
        return true;
    }

    /** Order of unsigned bytes, a prefix before what it is a prefix of (memcmp order). */
    @Override
    public int compareTo(Bytes other) {
        return Arrays.compareUnsigned(
                array, offset, offset + length, other.array, other.offset, other.offset + other.length);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof Bytes bytes && contentEquals(bytes.array, bytes.offset, bytes.length);
    }

    @Override
    public int hashCode() {
        int hash = 1;
        for (int i = offset; i < offset + length; i++) {
            hash = 31 * hash + array[i];
        }
        return hash;
    }

    /**
     * The start of the bytes as an error message quotes it: UTF-8 text, malformed input replaced, up to the first zero
     * byte.
     */
    public String quotable(int maxBytes) {
        return new String(array, offset, quotableLength(maxBytes), StandardCharsets.UTF_8);
    }

    /** The number of bytes that {@link #quotable} quotes. */
    public int quotableLength(int maxBytes) {
        int count = 0;
        while (count < Math.min(length, maxBytes) && array[offset + count] != 0) {
            count++;
        }
        return count;
    }

    /** The bytes as UTF-8 text, malformed input replaced; for messages, not for the command path. */
    @Override
    public String toString() {
        return new String(array, offset, length, StandardCharsets.UTF_8);
    }
}

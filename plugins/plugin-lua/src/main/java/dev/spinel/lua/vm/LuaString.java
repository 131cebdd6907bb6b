package dev.spinel.lua.vm;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A Lua string: any bytes, never changed. Any thread. */
public final class LuaString implements Comparable<LuaString> {
    /** The string without bytes. */
    public static final LuaString EMPTY = new LuaString(new byte[0]);

    private final byte[] bytes;
    private int hash;

    private LuaString(byte[] bytes) {
        this.bytes = bytes;
    }

    /** The string of an array, which is not copied and must not change any more. */
    public static LuaString of(byte[] bytes) {
        return new LuaString(bytes);
    }

    /** A string of a part of an array, which is copied. */
    public static LuaString of(byte[] array, int offset, int length) {
        return length == 0 ? EMPTY : new LuaString(Arrays.copyOfRange(array, offset, offset + length));
    }

    /** The UTF-8 bytes of a text. */
    public static LuaString of(String text) {
        return new LuaString(text.getBytes(StandardCharsets.UTF_8));
    }

    /** The bytes themselves; read only. */
    public byte[] bytes() {
        return bytes;
    }

    /** Number of bytes. */
    public int length() {
        return bytes.length;
    }

    /** The byte at an index from 0 on, as 0 to 255. */
    public int at(int index) {
        return bytes[index] & 0xFF;
    }

    boolean contentEquals(LuaString other) {
        return hashCode() == other.hashCode() && Arrays.equals(bytes, other.bytes);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof LuaString string && contentEquals(string);
    }

    @Override
    public int hashCode() {
        int h = hash;
        if (h == 0) {
            h = Arrays.hashCode(bytes);
            // Spread, as tables take the low bits; never 0, which stands for unknown.
            h = (h ^ (h >>> 16)) * 0x45d9f3b | 1;
            hash = h;
        }
        return h;
    }

    /** Order of unsigned bytes. */
    @Override
    public int compareTo(LuaString other) {
        return Arrays.compareUnsigned(bytes, other.bytes);
    }

    /** The bytes read as UTF-8, for messages. */
    @Override
    public String toString() {
        return new String(bytes, StandardCharsets.UTF_8);
    }
}

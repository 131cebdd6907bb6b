package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaString;
import java.nio.charset.StandardCharsets;

/** Bytes on the way to a string, counted as they become more. */
final class ByteBuilder {
    private static final long MAX_DOUBLED_BYTES = Integer.MAX_VALUE - 64;

    private final Interpreter lua;
    private byte[] bytes = new byte[64];
    private int length;

    ByteBuilder(Interpreter lua) {
        this.lua = lua;
    }

    int length() {
        return length;
    }

    void append(int b) {
        ensure(1);
        bytes[length++] = (byte) b;
    }

    void append(byte[] source, int offset, int count) {
        ensure(count);
        System.arraycopy(source, offset, bytes, length, count);
        length += count;
    }

    void append(LuaString string) {
        append(string.bytes(), 0, string.length());
    }

    void append(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        append(utf8, 0, utf8.length);
    }

    private void ensure(int count) {
        long needed = (long) length + count;
        if (needed > bytes.length) {
            byte[] larger = lua.memory().newBytes(Math.max(needed, Math.min(2L * bytes.length, MAX_DOUBLED_BYTES)));
            System.arraycopy(bytes, 0, larger, 0, length);
            bytes = larger;
        }
    }

    LuaString toLuaString() {
        return length == bytes.length ? LuaString.of(bytes) : lua.newString(bytes, 0, length);
    }
}

package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaString;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Bytes on the way to a string, counted as they become more. */
final class ByteBuilder {
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
            long size = Math.max(needed, 2L * bytes.length);
            lua.memory().charge(size);
            bytes = Arrays.copyOf(bytes, (int) size);
        }
    }

    LuaString toLuaString() {
        return LuaString.of(bytes, 0, length);
    }
}

package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaError;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import org.jspecify.annotations.Nullable;

/** Reads MessagePack values one after the other. */
final class MessagePackReader {
    /** Values that nest deeper are taken for damage; each level takes room on the thread's stack. */
    private static final int MAX_NESTING = 1000;

    private final Interpreter lua;
    private final byte[] data;
    private int at;
    private int nesting;

    MessagePackReader(Interpreter lua, byte[] data, int offset) {
        this.lua = lua;
        this.data = data;
        this.at = offset;
    }

    boolean hasMore() {
        return at < data.length;
    }

    int position() {
        return at;
    }

    private LuaError bad() {
        return lua.error("Bad data format in input.");
    }

    private void require(long bytes) {
        if (data.length - at < bytes) {
            throw lua.error("Missing bytes in input.");
        }
    }

    @Nullable
    Object read() {
        require(1);
        int head = data[at++] & 0xFF;
        if (head <= 0x7F) {
            return (double) head;
        }
        if (head >= 0xE0) {
            return (double) (byte) head;
        }
        if (head <= 0x8F) {
            return map(head & 0xF);
        }
        if (head <= 0x9F) {
            return array(head & 0xF);
        }
        if (head <= 0xBF) {
            return string(head & 0x1F);
        }
        return switch (head) {
            case 0xC0 -> null;
            case 0xC2 -> false;
            case 0xC3 -> true;
            case 0xC4, 0xD9 -> string(unsigned(1));
            case 0xC5, 0xDA -> string(unsigned(2));
            case 0xC6, 0xDB -> string(unsigned(4));
            case 0xCA -> (double) Float.intBitsToFloat((int) unsigned(4));
            case 0xCB -> Double.longBitsToDouble(unsigned(8));
            case 0xCC -> (double) unsigned(1);
            case 0xCD -> (double) unsigned(2);
            case 0xCE -> (double) unsigned(4);
            case 0xD0 -> (double) (byte) unsigned(1);
            case 0xD1 -> (double) (short) unsigned(2);
            case 0xD2 -> (double) (int) unsigned(4);
            // Redis reads an unsigned integer of eight bytes as a signed one.
            case 0xCF, 0xD3 -> (double) unsigned(8);
            case 0xDC -> array(unsigned(2));
            case 0xDD -> array(unsigned(4));
            case 0xDE -> map(unsigned(2));
            case 0xDF -> map(unsigned(4));
            default -> throw bad();
        };
    }

    private long unsigned(int bytes) {
        require(bytes);
        long value = 0;
        for (int i = 0; i < bytes; i++) {
            value = value << 8 | (data[at++] & 0xFF);
        }
        return value;
    }

    private LuaString string(long length) {
        require(length);
        LuaString text = lua.newString(data, at, (int) length);
        at += (int) length;
        return text;
    }

    private void enter() {
        if (++nesting > MAX_NESTING) {
            throw bad();
        }
    }

    private LuaTable array(long length) {
        enter();
        LuaTable table = lua.newTable();
        for (long i = 1; i <= length; i++) {
            lua.tick();
            table.put((int) i, read());
        }
        nesting--;
        return table;
    }

    private LuaTable map(long length) {
        enter();
        LuaTable table = lua.newTable();
        for (long i = 0; i < length; i++) {
            lua.tick();
            Object key = read();
            Object value = read();
            lua.rawSet(table, key, value);
        }
        nesting--;
        return table;
    }
}

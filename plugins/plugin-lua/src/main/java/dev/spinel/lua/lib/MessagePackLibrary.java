package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Arguments;
import dev.spinel.lua.vm.Builtin;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The library {@code cmsgpack}. Source: the MessagePack specification and the documentation of lua-cmsgpack 0.4. */
final class MessagePackLibrary {
    /** Tables that nest deeper become nil. */
    private static final int MAX_NESTING = 16;

    /** Arguments and results of a call together. */
    private static final int MAX_VALUES = 8000;

    private MessagePackLibrary() {}

    static LuaTable create(Interpreter lua) {
        LuaTable library = lua.newTable();
        Builtin.define(library, "pack", MessagePackLibrary::pack);
        Builtin.define(library, "unpack", (l, args) -> unpack(l, args, 0, 0));
        Builtin.define(library, "unpack_one", (l, args) -> unpack(l, args, 1, args.integer(1, 0)));
        Builtin.define(library, "unpack_limit", (l, args) -> unpack(l, args, args.integer(1), args.integer(2, 0)));
        library.put(LuaString.of("_NAME"), LuaString.of("cmsgpack"));
        library.put(LuaString.of("_VERSION"), LuaString.of("lua-cmsgpack 0.4.0"));
        library.put(LuaString.of("_COPYRIGHT"), LuaString.of("Copyright (C) 2012, Salvatore Sanfilippo"));
        library.put(LuaString.of("_DESCRIPTION"), LuaString.of("MessagePack C implementation for Lua"));
        return library;
    }

    private static Object pack(Interpreter lua, Arguments args) {
        if (args.count() == 0) {
            throw args.error(-1, "MessagePack pack needs input.");
        }
        ByteBuilder out = new ByteBuilder(lua);
        for (int i = 0; i < args.count(); i++) {
            write(lua, out, args.get(i), 0);
        }
        return out.toLuaString();
    }

    private static void write(Interpreter lua, ByteBuilder out, @Nullable Object value, int nesting) {
        lua.tick();
        if (value instanceof LuaString text) {
            writeLength(out, text.length(), 0xA0, 32, 0xD9, 0xDA);
            out.append(text);
        } else if (value instanceof Double number) {
            writeNumber(out, number);
        } else if (value instanceof Boolean bool) {
            out.append(bool ? 0xC3 : 0xC2);
        } else if (value instanceof LuaTable table && nesting < MAX_NESTING) {
            writeTable(lua, out, table, nesting + 1);
        } else {
            out.append(0xC0);
        }
    }

    /** Writes the head of something with a length; {@code oneByte} is 0 if there is no form with one byte of length. */
    private static void writeLength(ByteBuilder out, int length, int fixed, int fixedBelow, int oneByte, int twoBytes) {
        if (length < fixedBelow) {
            out.append(fixed | length);
        } else if (length <= 0xFF && oneByte != 0) {
            out.append(oneByte);
            out.append(length);
        } else if (length <= 0xFFFF) {
            out.append(twoBytes);
            writeBigEndian(out, length, 2);
        } else {
            out.append(twoBytes + 1);
            writeBigEndian(out, length, 4);
        }
    }

    private static void writeBigEndian(ByteBuilder out, long value, int bytes) {
        for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
            out.append((int) (value >> shift));
        }
    }

    private static void writeNumber(ByteBuilder out, double number) {
        long whole = (long) number;
        if (whole == number) {
            writeInteger(out, whole);
        } else if ((float) number == number) {
            out.append(0xCA);
            writeBigEndian(out, Float.floatToIntBits((float) number), 4);
        } else {
            out.append(0xCB);
            writeBigEndian(out, Double.doubleToLongBits(number), 8);
        }
    }

    private static void writeInteger(ByteBuilder out, long n) {
        if (n >= -32 && n <= 127) {
            out.append((int) n);
            return;
        }
        int size;
        if (n >= 0) {
            size = n <= 0xFF ? 0 : n <= 0xFFFF ? 1 : n <= 0xFFFFFFFFL ? 2 : 3;
            out.append(0xCC + size);
        } else {
            size = n >= Byte.MIN_VALUE ? 0 : n >= Short.MIN_VALUE ? 1 : n >= Integer.MIN_VALUE ? 2 : 3;
            out.append(0xD0 + size);
        }
        writeBigEndian(out, n, 1 << size);
    }

    private static void writeTable(Interpreter lua, ByteBuilder out, LuaTable table, int nesting) {
        int pairs = 0;
        boolean array = true;
        double max = 0;
        LuaTable.Traversal traversal = table.traversal();
        while (traversal.next()) {
            pairs++;
            lua.tick();
            if (traversal.key() instanceof Double number && number > 0 && number == Math.floor(number)) {
                max = Math.max(max, number);
            } else {
                array = false;
            }
        }
        if (array && max == pairs) {
            writeLength(out, pairs, 0x90, 16, 0, 0xDC);
            for (int i = 1; i <= pairs; i++) {
                write(lua, out, table.get((double) i), nesting);
            }
            return;
        }
        writeLength(out, pairs, 0x80, 16, 0, 0xDE);
        traversal = table.traversal();
        while (traversal.next()) {
            write(lua, out, traversal.key(), nesting);
            write(lua, out, traversal.value(), nesting);
        }
    }

    private static Object unpack(Interpreter lua, Arguments args, long limit, long offset) {
        LuaString data = args.string(0);
        int most = MAX_VALUES - args.count();
        if (offset < 0 || limit < 0) {
            throw lua.error(
                    "Invalid request to unpack with offset of " + offset + " and limit of " + data.length() + ".");
        }
        if (offset > data.length()) {
            throw lua.error("Start offset " + offset + " greater than input length " + data.length() + ".");
        }
        MessagePackReader reader = new MessagePackReader(lua, data.bytes(), (int) offset);
        List<@Nullable Object> values = new ArrayList<>();
        boolean partial = limit != 0 || offset != 0;
        if (partial) {
            values.add(null);
        }
        for (long i = 0; (limit == 0 || i < limit) && reader.hasMore(); i++) {
            lua.tick();
            if (i >= most) {
                throw lua.error("stack overflow"
                        + " (too many return values at once; use unpack_one or unpack_limit instead.)");
            }
            values.add(reader.read());
        }
        if (partial) {
            values.set(0, reader.hasMore() ? (double) reader.position() : -1.0);
        }
        return values.toArray();
    }
}

package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Arguments;
import dev.spinel.lua.vm.Builtin;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The library {@code struct}: values in the form of C. Source: the documentation of struct 0.2 by Roberto Ierusalimschy. */
final class StructLibrary {
    private static final int MAX_ALIGNMENT = 8;
    private static final int MAX_INTEGER_BYTES = 32;
    /** Arguments and results of a call together, and how many of them there must be room for. */
    private static final int MAX_VALUES = 8000;

    private static final int SPARE_VALUES = 2;

    private StructLibrary() {}

    static LuaTable create(Interpreter lua) {
        LuaTable struct = lua.newTable();
        Builtin.define(struct, "pack", StructLibrary::pack);
        Builtin.define(struct, "unpack", StructLibrary::unpack);
        Builtin.define(struct, "size", StructLibrary::size);
        return struct;
    }

    /** A format on its way from item to item. */
    private static final class Format {
        private final Interpreter lua;
        private final LuaString text;
        private int at;
        private boolean littleEndian = true;
        private int alignment = 1;
        /** The item: its letter, its size in bytes, and the padding before it. */
        private int letter;

        private long size;
        private int padding;

        Format(Interpreter lua, LuaString text) {
            this.lua = lua;
            this.text = text;
        }

        /** Goes to the next item, at an offset of the data; false at the end. */
        boolean next(Arguments args, long offset) {
            while (at < text.length()) {
                lua.tick();
                letter = text.at(at++);
                size = itemSize();
                padding = padding(offset);
                if (!isControl(args)) {
                    return true;
                }
            }
            return false;
        }

        private long number(long otherwise) {
            if (at >= text.length() || text.at(at) < '0' || text.at(at) > '9') {
                return otherwise;
            }
            long value = 0;
            while (at < text.length() && text.at(at) >= '0' && text.at(at) <= '9') {
                value = value * 10 + text.at(at++) - '0';
                if (value > Integer.MAX_VALUE) {
                    throw lua.error("integral size overflow");
                }
            }
            return value;
        }

        private long itemSize() {
            return switch (letter) {
                case 'B', 'b', 'x' -> 1;
                case 'H', 'h' -> 2;
                case 'L', 'l', 'T', 'd' -> 8;
                case 'f' -> 4;
                case 'c' -> number(1);
                case 'i', 'I' -> {
                    long bytes = number(4);
                    if (bytes > MAX_INTEGER_BYTES) {
                        throw lua.error("integral size " + bytes + " is larger than limit of " + MAX_INTEGER_BYTES);
                    }
                    yield bytes;
                }
                default -> 0;
            };
        }

        private int padding(long offset) {
            if (size == 0 || letter == 'c') {
                return 0;
            }
            long align = Math.min(size, alignment);
            if (align > 1 && letter != 'x') {
                return (int) ((align - (offset & (align - 1))) & (align - 1));
            }
            return 0;
        }

        private boolean isControl(Arguments args) {
            switch (letter) {
                case ' ' -> {}
                case '>' -> littleEndian = false;
                case '<' -> littleEndian = true;
                case '!' -> {
                    long value = number(MAX_ALIGNMENT);
                    if (value == 0 || (value & (value - 1)) != 0) {
                        throw lua.error("alignment is not a power of 2");
                    }
                    alignment = (int) value;
                }
                case 'B', 'b', 'x', 'H', 'h', 'L', 'l', 'T', 'd', 'f', 'c', 'i', 'I', 's' -> {
                    return false;
                }
                default -> throw args.error(0, "invalid format option '" + (char) letter + "'");
            }
            return true;
        }
    }

    private static Object pack(Interpreter lua, Arguments args) {
        Format format = new Format(lua, args.string(0));
        ByteBuilder out = new ByteBuilder(lua);
        int arg = 1;
        while (format.next(args, out.length())) {
            for (int i = 0; i < format.padding; i++) {
                out.append(0);
            }
            switch (format.letter) {
                case 'x' -> out.append(0);
                case 'f', 'd' -> {
                    requireGiven(args, arg, "number");
                    double number = args.number(arg++);
                    boolean small = format.letter == 'f';
                    long bits = small ? Float.floatToIntBits((float) number) : Double.doubleToLongBits(number);
                    writeInteger(out, bits, small ? 4 : 8, format.littleEndian);
                }
                case 'c', 's' -> {
                    requireGiven(args, arg, "string");
                    LuaString text = args.string(arg);
                    long length = format.size == 0 ? text.length() : format.size;
                    arg++;
                    if (text.length() < length) {
                        throw args.error(arg, "string too short");
                    }
                    out.append(text.bytes(), 0, (int) length);
                    if (format.letter == 's') {
                        out.append(0);
                    }
                }
                default -> {
                    requireGiven(args, arg, "number");
                    double number = args.number(arg++);
                    long bits =
                            number < 0 || number < 0x1p63 ? (long) number : (long) (number - 0x1p63) ^ Long.MIN_VALUE;
                    writeInteger(out, bits, (int) format.size, format.littleEndian);
                }
            }
        }
        return out.toLuaString();
    }

    /** Redis finds nil behind the last argument. */
    private static void requireGiven(Arguments args, int index, String type) {
        if (index >= args.count()) {
            throw args.error(index, type + " expected, got nil");
        }
    }

    private static void writeInteger(ByteBuilder out, long value, int size, boolean littleEndian) {
        for (int i = 0; i < size; i++) {
            int index = littleEndian ? i : size - 1 - i;
            // Beyond the eighth byte C shifts everything out of an unsigned number.
            out.append(index < 8 ? (int) (value >>> (8 * index)) : 0);
        }
    }

    private static Object unpack(Interpreter lua, Arguments args) {
        Format format = new Format(lua, args.string(0));
        LuaString data = args.string(1);
        long position = args.integer(2, 1) - 1;
        if (position < 0) {
            throw args.error(2, "offset must be 1 or greater");
        }
        List<@Nullable Object> values = new ArrayList<>();
        while (format.next(args, position)) {
            if (args.count() + values.size() + SPARE_VALUES > MAX_VALUES) {
                throw lua.error("stack overflow (too many results)");
            }
            position += format.padding;
            if (position > data.length() || format.size > data.length() - position) {
                throw args.error(1, "data string too short");
            }
            int at = (int) position;
            int size = (int) format.size;
            switch (format.letter) {
                case 'x' -> {}
                case 'f' -> values.add((double) Float.intBitsToFloat((int) readInteger(data, at, 4, format)));
                case 'd' -> values.add(Double.longBitsToDouble(readInteger(data, at, 8, format)));
                case 'c' -> {
                    if (size == 0) {
                        Object last = values.isEmpty() ? null : values.remove(values.size() - 1);
                        if (!(last instanceof Double length)) {
                            throw lua.error("format 'c0' needs a previous size");
                        }
                        if (length < 0 || length > data.length() - at) {
                            throw args.error(1, "data string too short");
                        }
                        size = (int) length.doubleValue();
                    }
                    values.add(lua.newString(data.bytes(), at, size));
                }
                case 's' -> {
                    int end = at;
                    while (end < data.length() && data.at(end) != 0) {
                        end++;
                    }
                    if (end == data.length()) {
                        throw lua.error("unfinished string in data");
                    }
                    values.add(lua.substring(data, at, end));
                    size = end - at + 1;
                }
                default -> values.add(integer(format, readInteger(data, at, size, format)));
            }
            position = (long) at + size;
        }
        values.add((double) (position + 1));
        return values.toArray();
    }

    private static double integer(Format format, long bits) {
        boolean signed = format.letter >= 'a' && format.letter <= 'z';
        if (signed) {
            int unused = (int) (64 - 8 * Math.min(format.size, 8));
            return (double) (bits << unused >> unused);
        }
        return bits >= 0 ? (double) bits : (double) (bits >>> 1) * 2 + (bits & 1);
    }

    private static long readInteger(LuaString data, int at, int size, Format format) {
        long value = 0;
        for (int i = 0; i < size; i++) {
            int index = format.littleEndian ? size - 1 - i : i;
            value = value << 8 | data.at(at + index);
        }
        return value;
    }

    private static Object size(Interpreter lua, Arguments args) {
        Format format = new Format(lua, args.string(0));
        long position = 0;
        while (format.next(args, position)) {
            if (format.letter == 's') {
                throw args.error(0, "option 's' has no fixed size");
            }
            if (format.letter == 'c' && format.size == 0) {
                throw args.error(0, "option 'c0' has no fixed size");
            }
            position += format.padding + format.size;
            if (position > Integer.MAX_VALUE) {
                throw lua.error("integral size overflow");
            }
        }
        return (double) position;
    }
}

package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaError;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.NumberText;
import dev.spinel.lua.vm.Values;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Makes one JSON text of a Lua value. */
final class JsonEncoder {
    private static final byte[] HEX = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);

    private final Interpreter lua;
    private final Options options;
    private final ByteBuilder out;

    /**
     * What {@code cjson}'s functions set.
     *
     * @param invalidNumbers what to do with NaN and infinities: {@code on}, {@code off}, {@code null}
     */
    record Options(
            int maxDepth,
            int precision,
            boolean convertsSparse,
            int sparseRatio,
            int sparseSafe,
            String invalidNumbers) {}

    JsonEncoder(Interpreter lua, Options options) {
        this.lua = lua;
        this.options = options;
        this.out = new ByteBuilder(lua);
    }

    LuaString encode(@Nullable Object value) {
        write(value, 0);
        return out.toLuaString();
    }

    private LuaError unsupported(String what, String reason) {
        return lua.error("Cannot serialise " + what + ": " + reason);
    }

    private void write(@Nullable Object value, int depth) {
        if (value instanceof LuaString text) {
            writeString(text);
        } else if (value instanceof Double number) {
            writeNumber(number);
        } else if (value instanceof Boolean) {
            out.append(value.toString());
        } else if (value instanceof LuaTable table) {
            writeTable(table, depth + 1);
        } else if (value == null || value == JsonLibrary.NULL) {
            out.append("null");
        } else {
            throw unsupported(Values.typeName(value), "type not supported");
        }
    }

    private void writeNumber(double number) {
        if (Double.isNaN(number) || Double.isInfinite(number)) {
            switch (options.invalidNumbers) {
                case "on" -> out.append(Double.isNaN(number) ? "nan" : number > 0 ? "inf" : "-inf");
                case "null" -> out.append("null");
                default -> throw unsupported("number", "must not be NaN or Inf");
            }
            return;
        }
        out.append(NumberText.general(number, options.precision, false));
    }

    private void writeTable(LuaTable table, int depth) {
        if (depth > options.maxDepth) {
            throw lua.error("Cannot serialise, excessive nesting (" + depth + ")");
        }
        lua.tick();
        int length = arrayLength(table);
        if (length > 0) {
            out.append('[');
            for (int i = 1; i <= length; i++) {
                if (i > 1) {
                    out.append(',');
                }
                lua.tick();
                write(table.get((double) i), depth);
            }
            out.append(']');
            return;
        }
        out.append('{');
        boolean first = true;
        LuaTable.Traversal pairs = table.traversal();
        while (pairs.next()) {
            if (!first) {
                out.append(',');
            }
            first = false;
            Object key = pairs.key();
            if (key instanceof Double number) {
                out.append('"');
                writeNumber(number);
                out.append('"');
            } else if (key instanceof LuaString text) {
                writeString(text);
            } else {
                throw unsupported(Values.typeName(key), "table key must be a number or string");
            }
            out.append(':');
            write(pairs.value(), depth);
            lua.tick();
        }
        out.append('}');
    }

    /** The length of a table that is an array, -1 for an object. */
    private int arrayLength(LuaTable table) {
        double max = 0;
        int items = 0;
        LuaTable.Traversal pairs = table.traversal();
        while (pairs.next()) {
            if (!(pairs.key() instanceof Double number) || number < 1 || number != Math.floor(number)) {
                return -1;
            }
            max = Math.max(max, number);
            items++;
            lua.tick();
        }
        if (options.sparseRatio > 0 && max > (double) items * options.sparseRatio && max > options.sparseSafe) {
            if (!options.convertsSparse) {
                throw unsupported("table", "excessively sparse array");
            }
            return -1;
        }
        return (int) max;
    }

    private void writeString(LuaString text) {
        out.append('"');
        byte[] bytes = text.bytes();
        int from = 0;
        for (int i = 0; i < bytes.length; i++) {
            int escape = escape(bytes[i]);
            if (escape == 0) {
                continue;
            }
            out.append(bytes, from, i - from);
            from = i + 1;
            out.append('\\');
            out.append(escape);
            if (escape == 'u') {
                out.append("00");
                out.append(HEX[bytes[i] >> 4]);
                out.append(HEX[bytes[i] & 0xF]);
            }
        }
        out.append(bytes, from, bytes.length - from);
        out.append('"');
    }

    /** What follows the backslash that a byte needs, 0 if it needs none. */
    private static int escape(byte b) {
        return switch (b) {
            case '"', '\\', '/' -> b;
            case '\b' -> 'b';
            case '\f' -> 'f';
            case '\n' -> 'n';
            case '\r' -> 'r';
            case '\t' -> 't';
            default -> (b >= 0 && b < 0x20) || b == 0x7F ? 'u' : 0;
        };
    }
}

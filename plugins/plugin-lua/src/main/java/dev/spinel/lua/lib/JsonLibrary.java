package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Arguments;
import dev.spinel.lua.vm.Builtin;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import org.jspecify.annotations.Nullable;

/** The library {@code cjson}. Source: the manual of lua-cjson 2.1.0. One interpreter's; its options hold for all scripts. */
final class JsonLibrary {
    /** What JSON's null becomes, as Lua's nil cannot be in a table. */
    static final Object NULL = new Object() {
        @Override
        public String toString() {
            return "userdata: (nil)";
        }
    };

    private static final LuaString ON = LuaString.of("on");
    private static final LuaString OFF = LuaString.of("off");
    private static final LuaString NULL_OPTION = LuaString.of("null");
    private static final int MAX_OPTION_BYTES = 64;
    private static final int DEFAULT_DEPTH = 1000;

    private int encodeMaxDepth = DEFAULT_DEPTH;
    private int decodeMaxDepth = DEFAULT_DEPTH;
    private int precision = 14;
    private boolean convertsSparse;
    private int sparseRatio = 2;
    private int sparseSafe = 10;
    private boolean keepsBuffer = true;
    private LuaString encodeInvalid = OFF;
    private boolean decodeInvalid = true;

    private JsonLibrary() {}

    static LuaTable create(Interpreter lua) {
        JsonLibrary library = new JsonLibrary();
        LuaTable json = lua.newTable();
        Builtin.define(json, "encode", library::encode);
        Builtin.define(json, "decode", library::decode);
        Builtin.define(json, "encode_max_depth", (l, args) -> {
            requireAtMost(args, 1);
            library.encodeMaxDepth = option(args, 0, library.encodeMaxDepth, 1, Integer.MAX_VALUE);
            return (double) library.encodeMaxDepth;
        });
        Builtin.define(json, "decode_max_depth", (l, args) -> {
            requireAtMost(args, 1);
            library.decodeMaxDepth = option(args, 0, library.decodeMaxDepth, 1, Integer.MAX_VALUE);
            return (double) library.decodeMaxDepth;
        });
        Builtin.define(json, "encode_number_precision", (l, args) -> {
            requireAtMost(args, 1);
            library.precision = option(args, 0, library.precision, 1, 14);
            return (double) library.precision;
        });
        Builtin.define(json, "encode_keep_buffer", (l, args) -> {
            requireAtMost(args, 1);
            library.keepsBuffer = option(args, library.keepsBuffer);
            return library.keepsBuffer;
        });
        Builtin.define(json, "encode_sparse_array", library::sparseArray);
        Builtin.define(json, "encode_invalid_numbers", library::encodeInvalidNumbers);
        Builtin.define(json, "decode_invalid_numbers", (l, args) -> {
            requireAtMost(args, 1);
            library.decodeInvalid = option(args, library.decodeInvalid);
            return library.decodeInvalid;
        });
        Builtin.define(json, "new", (l, args) -> create(l));
        json.put(LuaString.of("null"), NULL);
        json.put(LuaString.of("_NAME"), LuaString.of("cjson"));
        json.put(LuaString.of("_VERSION"), LuaString.of("2.1.0"));
        return json;
    }

    private static void requireAtMost(Arguments args, int count) {
        if (args.count() > count) {
            throw args.error(count, "found too many arguments");
        }
    }

    private static int option(Arguments args, int index, int current, int min, int max) {
        if (args.isNil(index)) {
            return current;
        }
        long value = args.integer(index);
        if (value < min || value > max) {
            throw args.error(0, "expected integer between " + min + " and " + max);
        }
        return (int) value;
    }

    /** A switch: a boolean, or {@code on} or {@code off}. */
    private static boolean option(Arguments args, boolean current) {
        if (args.isNil(0)) {
            return current;
        }
        if (args.get(0) instanceof Boolean value) {
            return value;
        }
        String text = Interpreter.javaText(args.string(0), MAX_OPTION_BYTES);
        return switch (text) {
            case "on" -> true;
            case "off" -> false;
            default -> throw args.error(0, "invalid option '" + text + "'");
        };
    }

    private Object sparseArray(Interpreter lua, Arguments args) {
        requireAtMost(args, 3);
        convertsSparse = option(args, convertsSparse);
        sparseRatio = option(args, 1, sparseRatio, 0, Integer.MAX_VALUE);
        sparseSafe = option(args, 2, sparseSafe, 0, Integer.MAX_VALUE);
        return new @Nullable Object[] {convertsSparse, (double) sparseRatio, (double) sparseSafe};
    }

    private Object encodeInvalidNumbers(Interpreter lua, Arguments args) {
        requireAtMost(args, 1);
        if (args.get(0) instanceof LuaString text && text.equals(NULL_OPTION)) {
            encodeInvalid = NULL_OPTION;
        } else if (!args.isNil(0)) {
            encodeInvalid = option(args, false) ? ON : OFF;
        }
        return encodeInvalid.equals(NULL_OPTION) ? (Object) NULL_OPTION : (Object) encodeInvalid.equals(ON);
    }

    private Object encode(Interpreter lua, Arguments args) {
        if (args.count() != 1) {
            throw args.error(0, "expected 1 argument");
        }
        JsonEncoder.Options options = new JsonEncoder.Options(
                encodeMaxDepth, precision, convertsSparse, sparseRatio, sparseSafe, encodeInvalid.toString());
        return new JsonEncoder(lua, options).encode(args.get(0));
    }

    private @Nullable Object decode(Interpreter lua, Arguments args) {
        if (args.count() != 1) {
            throw args.error(0, "expected 1 argument");
        }
        return new JsonDecoder(lua, args.string(0).bytes(), decodeMaxDepth, decodeInvalid).decode();
    }
}

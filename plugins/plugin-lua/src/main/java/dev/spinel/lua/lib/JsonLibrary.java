package dev.spinel.lua.lib;

import dev.spinel.lua.vm.Arguments;
import dev.spinel.lua.vm.Builtin;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.Values;
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

    private static final int DEFAULT_DEPTH = 1000;

    private int encodeMaxDepth = DEFAULT_DEPTH;
    private int decodeMaxDepth = DEFAULT_DEPTH;
    private int precision = 14;
    private boolean convertsSparse;
    private int sparseRatio = 2;
    private int sparseSafe = 10;
    private boolean keepsBuffer = true;
    private LuaString encodeInvalid = LuaString.of("off");
    private boolean decodeInvalid = true;

    private JsonLibrary() {}

    static LuaTable create(Interpreter lua) {
        JsonLibrary library = new JsonLibrary();
        LuaTable json = lua.newTable();
        Builtin.define(json, "encode", library::encode);
        Builtin.define(json, "decode", library::decode);
        Builtin.define(json, "encode_max_depth", (l, args) -> {
            library.encodeMaxDepth = option(args, library.encodeMaxDepth, 1, Integer.MAX_VALUE);
            return (double) library.encodeMaxDepth;
        });
        Builtin.define(json, "decode_max_depth", (l, args) -> {
            library.decodeMaxDepth = option(args, library.decodeMaxDepth, 1, Integer.MAX_VALUE);
            return (double) library.decodeMaxDepth;
        });
        Builtin.define(json, "encode_number_precision", (l, args) -> {
            library.precision = option(args, library.precision, 1, 14);
            return (double) library.precision;
        });
        Builtin.define(json, "encode_keep_buffer", (l, args) -> {
            library.keepsBuffer = args.isNil(0) ? library.keepsBuffer : Values.isTrue(args.get(0));
            return library.keepsBuffer;
        });
        Builtin.define(json, "encode_sparse_array", library::sparseArray);
        Builtin.define(json, "encode_invalid_numbers", library::encodeInvalidNumbers);
        Builtin.define(json, "decode_invalid_numbers", (l, args) -> {
            library.decodeInvalid = args.isNil(0) ? library.decodeInvalid : Values.isTrue(args.get(0));
            return library.decodeInvalid;
        });
        Builtin.define(json, "new", (l, args) -> create(l));
        json.put(LuaString.of("null"), NULL);
        json.put(LuaString.of("_NAME"), LuaString.of("cjson"));
        json.put(LuaString.of("_VERSION"), LuaString.of("2.1.0"));
        return json;
    }

    private static int option(Arguments args, int current, int min, int max) {
        if (args.isNil(0)) {
            return current;
        }
        long value = args.integer(0);
        if (value < min || value > max) {
            throw args.error(0, "expected integer between " + min + " and " + max);
        }
        return (int) value;
    }

    private Object sparseArray(Interpreter lua, Arguments args) {
        convertsSparse = args.isNil(0) ? convertsSparse : Values.isTrue(args.get(0));
        sparseRatio = (int) args.integer(1, sparseRatio);
        sparseSafe = (int) args.integer(2, sparseSafe);
        return new @Nullable Object[] {convertsSparse, (double) sparseRatio, (double) sparseSafe};
    }

    private Object encodeInvalidNumbers(Interpreter lua, Arguments args) {
        if (!args.isNil(0)) {
            Object value = args.get(0);
            encodeInvalid = value instanceof LuaString text ? text : LuaString.of(Values.isTrue(value) ? "on" : "off");
        }
        String mode = encodeInvalid.toString();
        return mode.equals("null") ? (Object) encodeInvalid : (Object) mode.equals("on");
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

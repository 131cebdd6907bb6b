package dev.spinel.lua;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.lua.Library.Function;
import dev.spinel.lua.vm.Arguments;
import dev.spinel.lua.vm.Builtin;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaError;
import dev.spinel.lua.vm.LuaFunction;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.Values;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Makes libraries of their code. Source: the manual's page on functions. Engine thread only. */
final class LibraryLoader {
    /*
     * While a library is loaded, the only global is a table redis, or server, that has no commands to call but
     * register_function, so that what is loaded is the same everywhere. Functions that run later find the others in the
     * same table of globals.
     */
    private static final LuaString REDIS = LuaString.of("redis");
    private static final LuaString SERVER = LuaString.of("server");
    private static final String SHEBANG = "#!";
    private static final String NAME = "name=";
    private static final String BAD_NAME = "Library names can only contain letters, numbers, or underscores(_) and must"
            + " be at least one character long";

    private final ScriptRunner runner;
    private final Interpreter lua;
    private final LuaTable globals;
    private final LuaTable globalsOfLoading;
    private final long globalsBytes;
    private @Nullable Map<String, Function> registered;

    LibraryLoader(ScriptRunner runner, RedisApi redis) {
        this.runner = runner;
        this.lua = runner.lua();
        long before = lua.memory().chargedBytes();
        LuaTable whileLoading = redis.forLibraries();
        Builtin.define(whileLoading, "register_function", this::register);
        Sandbox.refuseUnknown(lua, whileLoading);
        whileLoading.readOnly(true);
        globalsOfLoading = lua.newTable(REDIS, whileLoading);
        globalsOfLoading.put(SERVER, whileLoading);
        globals = Sandbox.globals(lua, redis.forScripts());
        Sandbox.protect(lua, globals);
        globalsBytes = lua.memory().chargedBytes() - before;
    }

    /** What was counted as memory for what libraries find. */
    long globalsBytes() {
        return globalsBytes;
    }

    /**
     * Loads a library, which is not known to anybody yet.
     *
     * @param code a copy
     * @throws CommandException with the reason if that is not possible
     */
    Library load(Bytes code) {
        lua.memory().begin();
        String text = code.toString();
        int end = text.indexOf('\n');
        if (!text.startsWith(SHEBANG)) {
            throw Errors.err("Missing library metadata");
        }
        if (end < 0) {
            throw Errors.err("Invalid library metadata");
        }
        String name = name(Shebang.words(text.substring(0, end)));
        LuaString source = LuaString.of(code.array(), code.offset(), code.length());
        int bodyAt = 0;
        while (source.at(bodyAt) != '\n') {
            bodyAt++;
        }
        LuaFunction body;
        long before = lua.memory().chargedBytes();
        try {
            body = lua.compile(lua.substring(source, bodyAt, source.length()), "@user_function", globals);
        } catch (LuaError e) {
            throw Errors.err("Error compiling function: " + e.getMessage());
        }
        Map<String, Function> functions = functions(body);
        return new Library(name, code, lua.memory().chargedBytes() - before, functions);
    }

    private static String name(List<String> words) {
        if (words.isEmpty()) {
            throw Errors.err("Invalid library metadata");
        }
        String engine = words.get(0).substring(SHEBANG.length());
        String name = null;
        for (String word : words.subList(1, words.size())) {
            if (!word.toLowerCase(Locale.ROOT).startsWith(NAME)) {
                throw Errors.err("Invalid metadata value given: " + word);
            }
            if (name != null) {
                throw Errors.err("Invalid metadata value, name argument was given multiple times");
            }
            name = word.substring(NAME.length());
        }
        if (name == null) {
            throw Errors.err("Library name was not given");
        }
        if (!isName(name)) {
            throw Errors.err(BAD_NAME);
        }
        if (!engine.equalsIgnoreCase("lua")) {
            throw Errors.err("Engine '" + engine + "' not found");
        }
        return name;
    }

    private static boolean isName(String name) {
        for (int i = 0; i < name.length(); i++) {
            char c = name.charAt(i);
            boolean valid = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
            if (!valid) {
                return false;
            }
        }
        return !name.isEmpty();
    }

    private Map<String, Function> functions(LuaFunction body) {
        Map<String, Function> functions = new LinkedHashMap<>();
        registered = functions;
        globals.exchange(globalsOfLoading);
        runner.startLoading();
        try {
            body.call(lua, Values.NONE);
        } catch (LuaError e) {
            String text = ScriptErrors.text(e);
            throw Errors.err("Error registering functions: " + text);
        } catch (ScriptKilled e) {
            throw Errors.err("Error registering functions: ERR " + e.getMessage());
        } finally {
            runner.endLoading();
            lua.endCoroutines();
            globals.exchange(globalsOfLoading);
            registered = null;
        }
        if (functions.isEmpty()) {
            throw Errors.err("No functions registered");
        }
        return functions;
    }

    private LuaError refused(String text) {
        return ScriptErrors.raised(lua, text);
    }

    private Object register(Interpreter l, Arguments args) {
        Map<String, Function> functions = registered;
        if (functions == null) {
            throw refused("redis.register_function can only be called on FUNCTION LOAD command");
        }
        if (args.count() < 1 || args.count() > 2) {
            throw refused("wrong number of arguments to redis.register_function");
        }
        Function function = args.count() == 1 ? named(args.get(0)) : positional(args);
        if (!isName(function.name())) {
            throw refused(BAD_NAME);
        }
        if (functions.putIfAbsent(function.name(), function) != null) {
            throw refused("Function already exists in the library");
        }
        return Values.NONE;
    }

    private Function positional(Arguments args) {
        LuaString name = Values.toText(args.get(0));
        if (name == null) {
            throw refused("first argument to redis.register_function must be a string");
        }
        if (!(args.get(1) instanceof LuaFunction callback)) {
            throw refused("second argument to redis.register_function must be a function");
        }
        return new Function(name.toString(), callback, null, Set.of());
    }

    private Function named(@Nullable Object argument) {
        if (!(argument instanceof LuaTable table)) {
            throw refused("calling redis.register_function with a single argument is only applicable to Lua table"
                    + " (representing named arguments).");
        }
        String name = null;
        String description = null;
        LuaFunction callback = null;
        Set<ScriptFlag> flags = Set.of();
        LuaTable.Traversal pairs = table.traversal();
        while (pairs.next()) {
            if (!(pairs.key() instanceof LuaString key)) {
                throw refused("named argument key given to redis.register_function is not a string");
            }
            Object value = pairs.value();
            switch (key.toString().toLowerCase(Locale.ROOT)) {
                case "function_name" ->
                    name = text(value, "function_name argument given to redis.register_function must be a string");
                case "description" ->
                    description = text(value, "description argument given to redis.register_function must be a string");
                case "callback" -> {
                    if (!(value instanceof LuaFunction function)) {
                        throw refused("callback argument given to redis.register_function must be a function");
                    }
                    callback = function;
                }
                case "flags" -> flags = flags(value);
                default -> throw refused("unknown argument given to redis.register_function");
            }
        }
        if (name == null) {
            throw refused("redis.register_function must get a function name argument");
        }
        if (callback == null) {
            throw refused("redis.register_function must get a callback argument");
        }
        return new Function(name, callback, description, flags);
    }

    private String text(Object value, String refusal) {
        LuaString text = Values.toText(value);
        if (text == null) {
            throw refused(refusal);
        }
        return text.toString();
    }

    private Set<ScriptFlag> flags(Object value) {
        if (!(value instanceof LuaTable names)) {
            throw refused("flags argument to redis.register_function must be a table representing function flags");
        }
        Set<ScriptFlag> flags = EnumSet.noneOf(ScriptFlag.class);
        for (int i = 1; i <= names.length(); i++) {
            ScriptFlag flag = names.get((double) i) instanceof LuaString name ? ScriptFlag.of(name.toString()) : null;
            if (flag == null) {
                throw refused("unknown flag given");
            }
            flags.add(flag);
        }
        return flags;
    }
}

package dev.spinel.lua;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.propagate.Audience;
import dev.spinel.lua.ScriptRunner.Running;
import dev.spinel.lua.vm.Arguments;
import dev.spinel.lua.vm.Builtin;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaError;
import dev.spinel.lua.vm.LuaFunction;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.NumberText;
import dev.spinel.lua.vm.Values;
import org.jspecify.annotations.Nullable;

/** The table {@code redis} of scripts. Source: the manual's page on the Lua API. Engine thread only. */
final class RedisApi {
    private static final LuaString OK = LuaString.of("ok");
    private static final int LOG_WARNING = 3;
    private static final int REPL_AOF = 1;
    private static final int REPL_REPLICA = 2;
    private static final int REPL_ALL = 3;
    private static final int MAX_REUSED_ARGS = 64;
    /** So many bytes are hashed in the time of a loop. */
    private static final int HASHED_PER_TICK = 128;

    private static final int MAX_LOGGED_BYTES = 1024;
    private static final double MAX_EXACT_INTEGER = 1e17;

    private final ScriptRunner runner;
    private final Interpreter lua;
    private final String redisVersion;
    private final Sha1 sha1 = new Sha1();
    private Bytes[] views = new Bytes[0];

    RedisApi(ScriptRunner runner, String redisVersion) {
        this.runner = runner;
        this.lua = runner.lua();
        this.redisVersion = redisVersion;
    }

    /** What a library sees while it is loaded. */
    LuaTable forLibraries() {
        LuaTable redis = lua.newTable();
        constants(redis);
        Builtin.define(redis, "log", this::log);
        return redis;
    }

    /** What a script sees. */
    LuaTable forScripts() {
        LuaTable redis = forLibraries();
        redis.put(LuaString.of("call"), new CommandFunction(true));
        redis.put(LuaString.of("pcall"), new CommandFunction(false));
        Builtin.define(redis, "error_reply", (l, args) -> reply(args, true));
        Builtin.define(redis, "status_reply", (l, args) -> reply(args, false));
        Builtin.define(redis, "sha1hex", this::sha1hex);
        Builtin.define(redis, "setresp", this::setResp);
        Builtin.define(redis, "acl_check_cmd", this::aclCheckCommand);
        Builtin.define(redis, "replicate_commands", (l, args) -> true);
        Builtin.define(redis, "set_repl", this::setRepl);
        Builtin.define(redis, "breakpoint", (l, args) -> false);
        Builtin.define(redis, "debug", (l, args) -> Values.NONE);
        redis.put(LuaString.of("REPL_NONE"), 0.0);
        redis.put(LuaString.of("REPL_AOF"), (double) REPL_AOF);
        redis.put(LuaString.of("REPL_SLAVE"), (double) REPL_REPLICA);
        redis.put(LuaString.of("REPL_REPLICA"), (double) REPL_REPLICA);
        redis.put(LuaString.of("REPL_ALL"), (double) REPL_ALL);
        return redis;
    }

    /** {@code pcall} as it is in scripts of Redis: of an error that is a table with {@code err}, only that is answered. */
    static void installProtectedCall(LuaTable globals) {
        if (!(globals.get(LuaString.of("pcall")) instanceof LuaFunction plain)) {
            throw new IllegalStateException("pcall is missing");
        }
        Builtin.define(globals, "pcall", (l, args) -> {
            Object results = plain.call(l, args.all());
            if (results instanceof Object[] several
                    && several.length == 2
                    && several[0] == Boolean.FALSE
                    && ScriptErrors.errorText(several[1]) != null) {
                several[1] = ScriptErrors.errorText(several[1]);
            }
            return results;
        });
    }

    private void constants(LuaTable redis) {
        redis.put(LuaString.of("LOG_DEBUG"), 0.0);
        redis.put(LuaString.of("LOG_VERBOSE"), 1.0);
        redis.put(LuaString.of("LOG_NOTICE"), 2.0);
        redis.put(LuaString.of("LOG_WARNING"), (double) LOG_WARNING);
        redis.put(LuaString.of("REDIS_VERSION"), LuaString.of(redisVersion));
        int number = 0;
        for (String part : redisVersion.split("\\.", -1)) {
            number = number << 8 | Integer.parseInt(part);
        }
        redis.put(LuaString.of("REDIS_VERSION_NUM"), (double) number);
    }

    /** {@code redis.call}, and {@code redis.pcall}, which raises no errors of commands. */
    private final class CommandFunction extends LuaFunction {
        private final boolean raises;

        CommandFunction(boolean raises) {
            this.raises = raises;
        }

        @Override
        public @Nullable Object call(Interpreter l, @Nullable Object[] args) {
            Running script = runner.running();
            if (script == null) {
                throw raised("redis.call/pcall can only be called inside a script invocation");
            }
            Object result = run(script, args);
            if (raises && ScriptErrors.errorText(result) != null) {
                throw new LuaError(result);
            }
            return result;
        }
    }

    private @Nullable Object run(Running script, @Nullable Object[] args) {
        int count = args.length;
        if (count == 0) {
            return error("Please specify at least one argument for this redis lib call");
        }
        if (!toViews(args)) {
            return error("Lua redis lib command arguments must be strings or integers");
        }
        // The views serve one call at a time: no command calls back into Lua.
        return lua.runningCoroutine() == null
                ? runner.call(script, views, count)
                : lua.onHost(() -> runner.call(script, views, count));
    }

    private Object error(String text) {
        return ScriptErrors.table(lua, ScriptErrors.withCode(text));
    }

    private LuaError raised(String text) {
        return ScriptErrors.raised(lua, text);
    }

    /** Points the views at the bytes of arguments; false if one is neither a string nor a number. */
    private boolean toViews(@Nullable Object[] args) {
        int count = args.length;
        if (views.length < count || views.length > Math.max(MAX_REUSED_ARGS, count)) {
            views = new Bytes[Math.max(count, 8)];
            for (int i = 0; i < views.length; i++) {
                views[i] = new Bytes();
            }
        }
        for (int i = 0; i < count; i++) {
            Object arg = args[i];
            LuaString text;
            if (arg instanceof LuaString string) {
                text = string;
            } else if (arg instanceof Double number) {
                text = numberText(number);
            } else {
                return false;
            }
            views[i].set(text.bytes(), 0, text.length());
        }
        return true;
    }

    /** A number as an argument: {@code %.17g}, so that nothing of it is lost. */
    private static LuaString numberText(double number) {
        if (number == Math.rint(number) && Math.abs(number) < MAX_EXACT_INTEGER && (number != 0 || 1 / number > 0)) {
            return NumberText.ofInteger((long) number);
        }
        return LuaString.of(NumberText.general(number, 17, false));
    }

    private Object reply(Arguments args, boolean isError) {
        if (args.count() != 1 || !(args.get(0) instanceof LuaString text)) {
            return error("wrong number or type of arguments");
        }
        if (isError) {
            String raw = ScriptErrors.message(text);
            String message = raw.startsWith("-") ? raw.substring(1) : raw;
            // As Redis has it: a single word is no code.
            return ScriptErrors.table(lua, message.contains(" ") ? message : "ERR " + message);
        }
        return lua.newTable(OK, text);
    }

    private Object sha1hex(Interpreter l, Arguments args) {
        if (args.count() != 1) {
            throw raised("wrong number of arguments");
        }
        LuaString text = Values.toText(args.get(0));
        byte[] bytes = (text == null ? LuaString.EMPTY : text).bytes();
        lua.tick(bytes.length / HASHED_PER_TICK);
        Bytes hex = sha1.hex(bytes, 0, bytes.length);
        return lua.newString(hex.array(), hex.offset(), hex.length());
    }

    private Object setResp(Interpreter l, Arguments args) {
        if (runner.running() == null) {
            throw raised("redis.setresp can only be called inside a script invocation");
        }
        if (args.count() != 1) {
            throw raised("redis.setresp() requires one argument.");
        }
        double version = args.number(0);
        if (version != 2 && version != 3) {
            throw raised("RESP version must be 2 or 3.");
        }
        runner.protocol((int) version);
        return Values.NONE;
    }

    private Object setRepl(Interpreter l, Arguments args) {
        Running script = runner.running();
        if (script == null) {
            throw raised("redis.set_repl can only be called inside a script invocation");
        }
        if (args.count() != 1) {
            throw raised("redis.set_repl() requires two arguments.");
        }
        long flags = args.integer(0);
        if ((flags & ~REPL_ALL) != 0) {
            throw raised("Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.");
        }
        Audience logged = (flags & REPL_AOF) != 0 ? Audience.EVERYBODY : Audience.REPLICAS;
        script.audience = logged.and((flags & REPL_REPLICA) != 0 ? Audience.EVERYBODY : Audience.LOG);
        return Values.NONE;
    }

    private Object aclCheckCommand(Interpreter l, Arguments args) {
        if (runner.running() == null) {
            throw raised("redis.acl_check_cmd can only be called inside a script invocation");
        }
        if (args.count() == 0) {
            throw raised("Please specify at least one argument for this redis lib call");
        }
        if (!toViews(args.all())) {
            throw raised("Lua redis lib command arguments must be strings or integers");
        }
        Boolean allowed = lua.onHost(() -> runner.ports().scripts().mayCall(views, args.count()));
        if (allowed == null) {
            throw raised("Invalid command passed to redis.acl_check_cmd()");
        }
        return allowed;
    }

    private Object log(Interpreter l, Arguments args) {
        if (args.count() < 2) {
            throw raised("redis.log() requires two arguments or more.");
        }
        if (!(args.get(0) instanceof Double level)) {
            throw raised("First argument must be a number (log level).");
        }
        if (level < 0 || level > LOG_WARNING) {
            throw raised("Invalid debug level.");
        }
        if (level < logThreshold()) {
            return Values.NONE;
        }
        StringBuilder line = new StringBuilder();
        for (int i = 1; i < args.count(); i++) {
            LuaString text = Values.toText(args.get(i));
            if (text != null) {
                line.append(i > 1 ? " " : "").append(Interpreter.javaText(text, MAX_LOGGED_BYTES));
            }
        }
        lua.onHost(() -> {
            runner.ports().log().accept(line.toString());
            return true;
        });
        return Values.NONE;
    }

    private int logThreshold() {
        return switch (runner.ports().config().get("loglevel").text()) {
            case "debug" -> 0;
            case "verbose" -> 1;
            case "notice" -> 2;
            default -> LOG_WARNING;
        };
    }
}

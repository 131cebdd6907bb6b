package dev.spinel.lua;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaError;
import dev.spinel.lua.vm.LuaString;
import dev.spinel.lua.vm.LuaTable;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** EVAL, EVALSHA, their read-only forms, and SCRIPT. Engine thread only. */
final class ScriptCommands {
    private static final LuaString KEYS = LuaString.of("KEYS");
    private static final LuaString ARGV = LuaString.of("ARGV");
    private static final int ARGS_FROM = 3;
    private static final int SHA_LENGTH = 40;
    /** What a cached script takes beside its text: nodes of the tree, an entry of the map. */
    private static final long BYTES_PER_SCRIPT = 512;

    private final ScriptRunner runner;
    private final Interpreter lua;
    private final LuaTable globals;
    private final Sha1 sha1 = new Sha1();
    private final Map<Bytes, Script> scripts = new HashMap<>();
    private final long globalsBytes;
    private long textBytes;
    private long compiledBytes;

    ScriptCommands(ScriptRunner runner, RedisApi redis) {
        this.runner = runner;
        this.lua = runner.lua();
        long before = lua.memory().chargedBytes();
        this.globals = Sandbox.globals(lua, redis.forScripts());
        globals.put(KEYS, lua.newTable());
        globals.put(ARGV, lua.newTable());
        Sandbox.protect(lua, globals);
        globalsBytes = lua.memory().chargedBytes() - before;
    }

    List<Command> commands() {
        return List.of(
                Command.of(ScriptSpecs.EVAL, call -> eval(call, false)),
                Command.of(ScriptSpecs.EVAL_RO, call -> eval(call, true)),
                Command.of(ScriptSpecs.EVALSHA, call -> evalSha(call, false)),
                Command.of(ScriptSpecs.EVALSHA_RO, call -> evalSha(call, true)),
                Command.container(
                        ScriptSpecs.SCRIPT,
                        Command.of(ScriptSpecs.SCRIPT_DEBUG, ScriptCommands::debug),
                        Command.of(ScriptSpecs.SCRIPT_EXISTS, this::exists),
                        Command.of(ScriptSpecs.SCRIPT_FLUSH, this::flush),
                        Command.of(ScriptSpecs.SCRIPT_HELP, ScriptHelp.SCRIPT),
                        Command.of(ScriptSpecs.SCRIPT_KILL, call -> runner.kill(call, false)),
                        Command.of(ScriptSpecs.SCRIPT_LOAD, this::load),
                        Command.of(ScriptSpecs.SCRIPT_SHOW, this::show)));
    }

    int count() {
        return scripts.size();
    }

    long bytes() {
        return textBytes + scripts.size() * BYTES_PER_SCRIPT;
    }

    long vmBytes() {
        return globalsBytes + compiledBytes;
    }

    /** Whether a text is a script that says of itself that it only reads. */
    boolean onlyReads(Bytes text) {
        try {
            return compile(text).flags().contains(ScriptFlag.NO_WRITES);
        } catch (CommandException invalid) {
            // The call that runs it says so.
            return false;
        }
    }

    /** Whether a digest is that of a script that says of itself that it only reads. */
    boolean onlyReadsSha(Bytes sha) {
        Script script = find(sha);
        return script != null && script.flags().contains(ScriptFlag.NO_WRITES);
    }

    private void eval(Call call, boolean readOnly) {
        runner.show(call);
        int keys = ScriptRunner.keyCount(call, false);
        run(call, compile(call.arg(1)), keys, readOnly);
    }

    private void evalSha(Call call, boolean readOnly) {
        runner.show(call);
        if (call.arg(1).length() != SHA_LENGTH) {
            throw noScript();
        }
        int keys = ScriptRunner.keyCount(call, false);
        Script script = find(call.arg(1));
        if (script == null) {
            throw noScript();
        }
        run(call, script, keys, readOnly);
    }

    private static CommandException noScript() {
        return new CommandException("NOSCRIPT No matching script. Please use EVAL.");
    }

    private @Nullable Script find(Bytes sha) {
        Script script = scripts.get(sha);
        return script == null && sha.length() == SHA_LENGTH ? scripts.get(LowerCase.of(sha)) : script;
    }

    private Script compile(Bytes text) {
        lua.memory().begin();
        Bytes sha = sha1.hex(text.array(), text.offset(), text.length());
        Script script = scripts.get(sha);
        if (script == null) {
            Bytes key = sha.copy();
            Bytes kept = keep(text);
            long before = lua.memory().chargedBytes();
            script = Script.compile(lua, kept, key.toString(), globals);
            compiledBytes += lua.memory().chargedBytes() - before;
            scripts.put(key, script);
            textBytes += kept.length();
        }
        return script;
    }

    private Bytes keep(Bytes text) {
        try {
            byte[] copy = lua.memory().newBytes(text.length());
            System.arraycopy(text.array(), text.offset(), copy, 0, copy.length);
            return Bytes.of(copy);
        } catch (LuaError e) {
            throw new CommandException(ScriptErrors.text(e));
        }
    }

    private void run(Call call, Script script, int keys, boolean readOnly) {
        lua.memory().begin();
        int argsFrom = ARGS_FROM + keys;
        globals.put(KEYS, runner.table(call, ARGS_FROM, argsFrom));
        globals.put(ARGV, runner.table(call, argsFrom, call.argCount()));
        runner.run(call, script.sha(), script.function(), script.hasFlags() ? script.flags() : null, readOnly, false);
    }

    private void load(Call call) {
        call.reply().bulk(compile(call.arg(2)).sha());
    }

    private void exists(Call call) {
        call.reply().array(call.argCount() - 2);
        for (int i = 2; i < call.argCount(); i++) {
            call.reply().integer(find(call.arg(i)) == null ? 0 : 1);
        }
    }

    private void show(Call call) {
        Script script = find(call.arg(2));
        if (script == null) {
            throw new CommandException("NOSCRIPT No matching script.");
        }
        call.reply().bulk(script.text());
    }

    private void flush(Call call) {
        boolean known =
                call.argCount() == 2 || (call.argCount() == 3 && (call.argIs(2, "ASYNC") || call.argIs(2, "SYNC")));
        if (!known) {
            throw Errors.err("SCRIPT FLUSH only support SYNC|ASYNC option");
        }
        scripts.clear();
        textBytes = 0;
        compiledBytes = 0;
        lua.memory().released();
        call.reply().ok();
    }

    /** There is no debugger: NO is what is the case already. */
    private static void debug(Call call) {
        if (call.argIs(2, "NO")) {
            call.reply().ok();
        } else if (call.argIs(2, "YES") || call.argIs(2, "SYNC")) {
            throw Errors.err("SCRIPT DEBUG is not supported by this server");
        } else {
            throw Errors.err("Use SCRIPT DEBUG YES/SYNC/NO");
        }
    }
}

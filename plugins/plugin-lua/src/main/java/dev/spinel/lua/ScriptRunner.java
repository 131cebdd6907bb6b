package dev.spinel.lua;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.engine.EnginePorts;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.dispatch.ScriptCalls.Rules;
import dev.spinel.engine.hashimport.Fieldsets;
import dev.spinel.engine.propagate.Audience;
import dev.spinel.lua.vm.Interpreter;
import dev.spinel.lua.vm.LuaError;
import dev.spinel.lua.vm.LuaFunction;
import dev.spinel.lua.vm.LuaTable;
import dev.spinel.lua.vm.Values;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Runs one script at a time, within the command that asks for it. Engine thread only. */
final class ScriptRunner {
    /*
     * A script runs on the engine's thread, so that data need no locks and a short script no hand-over. Once it has run for
     * busy-reply-threshold, it serves other clients itself now and then: the transport reads, executes what is allowed
     * then, answers -BUSY to anything else, and sends.
     */
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final long SERVE_EVERY_NANOS = 2 * NANOS_PER_MILLI;
    static final String BUSY_SCRIPT =
            "BUSY Redis is busy running a script. You can only call SCRIPT KILL or SHUTDOWN NOSAVE.";
    private static final String BUSY_FUNCTION =
            "BUSY Redis is busy running a script. You can only call FUNCTION KILL or SHUTDOWN NOSAVE.";
    private static final String LOADING_TIMEOUT = "FUNCTION LOAD timeout";
    private static final long LOADING_NANOS = 500 * NANOS_PER_MILLI;
    private static final int KEYS_FROM = 3;
    private static final int BYTES_PER_CALL = 256;
    /** A command may take as long as many loops. */
    private static final int TICKS_PER_CALL = 20;

    private final EnginePorts ports;
    private final Interpreter lua;
    private final ReplyToLua replies;
    private final ScriptClient scriptClient;
    private final Fieldsets fieldsets;
    private @Nullable Running running;
    private boolean killed;
    private boolean runsDenied;
    private boolean loading;
    private long loadingSinceNanos;

    /** A script that runs. */
    static final class Running {
        final String name;
        final boolean isFunction;
        /** The command that runs it. */
        final Call call;

        final long startNanos = System.nanoTime();
        final boolean readOnly;
        final boolean ignoresMemoryLimit;
        /** Who is told of what its commands change ({@code redis.set_repl}). */
        Audience audience = Audience.EVERYBODY;

        boolean wrote;
        private @Nullable Rules rules;
        /** Its reply is being written, which others who are served now would send in pieces. */
        private boolean replies;

        private long nextServeNanos;

        Running(String name, boolean isFunction, Call call, boolean readOnly, boolean ignoresMemoryLimit) {
            this.name = name;
            this.isFunction = isFunction;
            this.call = call;
            this.readOnly = readOnly;
            this.ignoresMemoryLimit = ignoresMemoryLimit;
        }
    }

    ScriptRunner(EnginePorts ports) {
        this.ports = ports;
        this.lua = new Interpreter(new ScriptHeap(ports.unclaimedDataBytes()), this::check);
        this.replies = new ReplyToLua(lua);
        this.scriptClient = new ScriptClient(replies);
        this.fieldsets = new Fieldsets(ports.keptRequests());
    }

    Interpreter lua() {
        return lua;
    }

    EnginePorts ports() {
        return ports;
    }

    /** The script that runs, null if none does. */
    @Nullable
    Running running() {
        return running;
    }

    /** Looks whether the script has run for so long that others are to be served, or is to end. */
    private void check() {
        if (loading && System.nanoTime() - loadingSinceNanos > LOADING_NANOS) {
            throw new ScriptKilled(LOADING_TIMEOUT);
        }
        Running script = running;
        if (script == null || script.replies) {
            return;
        }
        long now = System.nanoTime();
        long threshold = ports.config().number("busy-reply-threshold");
        if (threshold > 0
                && now - script.startNanos >= threshold * NANOS_PER_MILLI
                && now - script.nextServeNanos >= 0) {
            if (script.nextServeNanos == 0) {
                ports.log()
                        .accept("Slow script detected: still in execution after " + threshold
                                + " milliseconds. You can try killing the script using the "
                                + (script.isFunction ? "FUNCTION KILL" : "SCRIPT KILL") + " command. Script name is: "
                                + script.name + ".");
            }
            ports.scripts().serveOthers(script.isFunction ? BUSY_FUNCTION : BUSY_SCRIPT);
            script.nextServeNanos = System.nanoTime() + SERVE_EVERY_NANOS;
        }
        if (killed) {
            ports.log().accept("Lua script killed by user with SCRIPT KILL.");
            // Redis names this command for functions, too.
            throw new ScriptKilled("ERR Script killed by user with SCRIPT KILL... script: " + script.name + ", on @"
                    + lua.chunk(1) + ":" + Math.max(1, lua.line(1)) + ".");
        }
    }

    /** A library is being loaded, which may take {@value #LOADING_NANOS} nanoseconds. */
    void startLoading() {
        loading = true;
        loadingSinceNanos = System.nanoTime();
    }

    void endLoading() {
        loading = false;
    }

    /** SCRIPT KILL and FUNCTION KILL. */
    void kill(Call call, boolean function) {
        Running script = running;
        if (script == null) {
            throw new CommandException("NOTBUSY No scripts in execution right now.");
        }
        if (script.wrote) {
            throw new CommandException(
                    "UNKILLABLE Sorry the script already executed write commands against the dataset. You can either"
                            + " wait the script termination or kill the server in a hard way using the SHUTDOWN NOSAVE"
                            + " command.");
        }
        if (script.isFunction != function) {
            throw new CommandException(script.isFunction ? BUSY_FUNCTION : BUSY_SCRIPT);
        }
        killed = true;
        call.reply().ok();
    }

    /** Shows a call to MONITOR, which is the first thing that its command does: also when it finds no script to run. */
    void show(Call call) {
        ports.scripts().show(ClientCall.of(call));
    }

    /** The number of keys of a call, checked. */
    static int keyCount(Call call, boolean function) {
        long keys;
        if (function) {
            keys = call.integerArg(2, Integer.MIN_VALUE, Integer.MAX_VALUE, "Bad number of keys provided");
        } else {
            keys = call.integerArg(2);
        }
        if (keys > call.argCount() - KEYS_FROM) {
            throw Errors.err("Number of keys can't be greater than number of args");
        }
        if (keys < 0) {
            throw Errors.err("Number of keys can't be negative");
        }
        return (int) keys;
    }

    /** The arguments of a call from one to another, exclusive, as a table. */
    LuaTable table(Call call, int from, int to) {
        @Nullable Object[] elements = new @Nullable Object[to - from];
        try {
            for (int i = from; i < to; i++) {
                Bytes arg = call.arg(i);
                elements[i - from] = lua.newString(arg.array(), arg.offset(), arg.length());
            }
            return lua.newTable(elements);
        } catch (LuaError e) {
            throw new CommandException(ScriptErrors.text(e));
        }
    }

    /**
     * Runs a script and writes its reply.
     *
     * @param name its SHA-1, or the function's name
     * @param flags null if the script says nothing of itself, which allows everything that older scripts could do
     */
    void run(
            Call call,
            String name,
            LuaFunction function,
            @Nullable Set<ScriptFlag> flags,
            boolean readOnlyCommand,
            boolean isFunction,
            @Nullable Object... args) {
        if (running != null) {
            throw new IllegalStateException("a script runs in a script");
        }
        call.propagateNothing();
        boolean readOnly = readOnlyCommand || (flags != null && flags.contains(ScriptFlag.NO_WRITES));
        if (flags != null) {
            requireAllowed(flags, readOnlyCommand);
        }
        // A script without flags that started below the limit may go on above it.
        boolean ignoresMemoryLimit =
                flags == null ? !ports.scripts().isOutOfMemory() : flags.contains(ScriptFlag.ALLOW_OOM) || !readOnly;
        Client caller = ClientCall.of(call).client();
        Running script = new Running(name, isFunction, call, readOnly, ignoresMemoryLimit);
        scriptClient.client().database(caller.database());
        scriptClient.client().protocol(2);
        killed = false;
        running = script;
        try {
            Object result;
            try {
                result = Values.first(function.call(lua, args));
            } catch (LuaError e) {
                String text = ScriptErrors.located(e, name);
                ports.scripts().answersError(ScriptErrors.isCounted(e.value()) ? null : text);
                call.reply().error(text);
                return;
            }
            script.replies = true;
            new LuaToReply(
                            lua,
                            ports.scripts(),
                            call.reply(),
                            scriptClient.client().protocol())
                    .write(result);
        } catch (LuaError e) {
            // Of the reply; what was written of it is taken back.
            throw new CommandException(ScriptErrors.text(e));
        } catch (ScriptKilled e) {
            throw new CommandException(String.valueOf(e.getMessage()));
        } catch (StackOverflowError e) {
            throw Errors.err("stack overflow script: " + name + ", on <unknown>:0.");
        } finally {
            lua.endCoroutines();
            running = null;
            replies.clear();
            fieldsets.discardAll(scriptClient.client());
        }
    }

    private void requireAllowed(Set<ScriptFlag> flags, boolean readOnlyCommand) {
        boolean writes = !flags.contains(ScriptFlag.NO_WRITES);
        if (writes) {
            if (readOnlyCommand) {
                throw Errors.err("Can not execute a script with write flag using *_ro command.");
            }
            String error = ports.scripts().writeError();
            if (error != null) {
                throw new CommandException(error);
            }
        }
        if (writes && !flags.contains(ScriptFlag.ALLOW_OOM) && ports.scripts().isOutOfMemory()) {
            throw new CommandException(
                    "OOM allow-oom flag is not set on the script, can not run it when used memory >" + " 'maxmemory'");
        }
    }

    /** Runs a command for a script; the answer is a table with {@code err} if it failed. */
    @Nullable
    Object call(Running script, Bytes[] args, int argCount) {
        long before = ports.changes().changes();
        // The command may take memory too.
        lua.memory().charge(BYTES_PER_CALL);
        lua.tick(TICKS_PER_CALL);
        replies.expectReply();
        String refusal;
        try {
            refusal = ports.scripts().call(scriptClient.client(), args, argCount, rules(script));
        } finally {
            lua.memory().refusesScripts();
        }
        if (refusal != null) {
            return ScriptErrors.counted(lua, refusal);
        }
        script.wrote |= ports.changes().changes() != before;
        return replies.take();
    }

    private Rules rules(Running script) {
        Rules rules = script.rules;
        if (rules == null
                || rules.hasWritten() != script.wrote
                || rules.audience() != script.audience
                || rules.runsDenied() != runsDenied) {
            rules = new Rules(script.readOnly, script.ignoresMemoryLimit, script.wrote, script.audience, runsDenied);
            script.rules = rules;
        }
        return rules;
    }

    /** Sets whether scripts may call commands that are denied to them. */
    void runsDenied(boolean value) {
        runsDenied = value;
    }

    /** Sets the protocol in which commands answer a script. */
    void protocol(int version) {
        scriptClient.client().protocol(version);
    }
}

package dev.spinel.lua;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.GlobPattern;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.LibraryFormat;
import dev.spinel.lua.Library.Function;
import dev.spinel.lua.ScriptRunner.Running;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** FUNCTION and FCALL, with the libraries that they are about. Engine thread only. */
final class FunctionCommands {
    private static final long NANOS_PER_MILLI = 1_000_000;
    private static final int ARGS_FROM = 3;
    private static final long BYTES_PER_LIBRARY = 256;
    private static final long BYTES_PER_FUNCTION = 192;

    private final ScriptRunner runner;
    private final LibraryLoader loader;
    private final LibraryFormat format;
    private final Map<String, Library> libraries = new LinkedHashMap<>();
    /** By their names in lower case. */
    private final Map<Bytes, Function> functions = new HashMap<>();

    FunctionCommands(ScriptRunner runner, RedisApi redis, LibraryFormat format) {
        this.runner = runner;
        this.loader = new LibraryLoader(runner, redis);
        this.format = format;
    }

    List<Command> commands() {
        return List.of(
                Command.of(ScriptSpecs.FCALL, call -> fcall(call, false)),
                Command.of(ScriptSpecs.FCALL_RO, call -> fcall(call, true)),
                Command.container(
                        ScriptSpecs.FUNCTION,
                        Command.of(ScriptSpecs.FUNCTION_DELETE, this::delete),
                        Command.of(ScriptSpecs.FUNCTION_DUMP, this::dump),
                        Command.of(ScriptSpecs.FUNCTION_FLUSH, this::flush),
                        Command.of(ScriptSpecs.FUNCTION_HELP, ScriptHelp.FUNCTION),
                        Command.of(ScriptSpecs.FUNCTION_KILL, call -> runner.kill(call, true)),
                        Command.of(ScriptSpecs.FUNCTION_LIST, this::list),
                        Command.of(ScriptSpecs.FUNCTION_LOAD, this::load),
                        Command.of(ScriptSpecs.FUNCTION_RESTORE, this::restore),
                        Command.of(ScriptSpecs.FUNCTION_STATS, this::stats)));
    }

    Collection<Library> libraries() {
        return libraries.values();
    }

    int functionCount() {
        return functions.size();
    }

    long bytes() {
        long bytes = 0;
        for (Library library : libraries.values()) {
            bytes += BYTES_PER_LIBRARY
                    + library.code().length()
                    + library.functions().size() * BYTES_PER_FUNCTION;
        }
        return bytes;
    }

    /** Loads a library of a file. */
    void take(Bytes code, boolean replaces) {
        add(loader.load(code.copy()), replaces);
    }

    long vmBytes() {
        long bytes = loader.globalsBytes();
        for (Library library : libraries.values()) {
            bytes += library.compiledBytes();
        }
        return bytes;
    }

    private void add(Library library, boolean replaces) {
        addAll(List.of(library), replaces);
    }

    /** Adds libraries, all or none. */
    private void addAll(List<Library> added, boolean replaces) {
        Map<String, Library> all = new LinkedHashMap<>(libraries);
        for (Library library : added) {
            if (all.put(library.name(), library) != null && !replaces) {
                throw Errors.err("Library " + library.name() + " already exists");
            }
        }
        become(all);
    }

    private void become(Map<String, Library> all) {
        Map<Bytes, Function> names = new HashMap<>();
        for (Library library : all.values()) {
            for (Function function : library.functions().values()) {
                if (names.put(Bytes.of(function.name().toLowerCase(Locale.ROOT)), function) != null) {
                    throw Errors.err("Function " + function.name() + " already exists");
                }
            }
        }
        libraries.clear();
        libraries.putAll(all);
        functions.clear();
        functions.putAll(names);
        runner.lua().memory().released();
    }

    /** Whether a name is that of a function that says of itself that it only reads. */
    boolean onlyReads(Bytes name) {
        Function function = find(name);
        return function != null && function.flags().contains(ScriptFlag.NO_WRITES);
    }

    private @Nullable Function find(Bytes name) {
        Function function = functions.get(name);
        return function == null ? functions.get(LowerCase.of(name)) : function;
    }

    private void fcall(Call call, boolean readOnly) {
        runner.show(call);
        Function function = find(call.arg(1));
        if (function == null) {
            throw Errors.err("Function not found");
        }
        int argsFrom = ARGS_FROM + ScriptRunner.keyCount(call, true);
        runner.lua().memory().begin();
        runner.run(
                call,
                function.name(),
                function.callback(),
                function.flags(),
                readOnly,
                true,
                runner.table(call, ARGS_FROM, argsFrom),
                runner.table(call, argsFrom, call.argCount()));
    }

    private void load(Call call) {
        boolean replaces = false;
        int at = 2;
        for (; at < call.argCount() - 1; at++) {
            if (!call.argIs(at, "REPLACE")) {
                throw Errors.err("Unknown option given: " + call.arg(at));
            }
            replaces = true;
        }
        if (at >= call.argCount()) {
            throw Errors.err("Function code is missing");
        }
        Library library = loader.load(call.arg(at).copy());
        if (!replaces && libraries.containsKey(library.name())) {
            throw Errors.err("Library '" + library.name() + "' already exists");
        }
        add(library, replaces);
        call.changed();
        call.reply().bulk(library.name());
    }

    private void delete(Call call) {
        if (libraries.get(call.arg(2).toString()) == null) {
            throw Errors.err("Library not found");
        }
        Map<String, Library> rest = new LinkedHashMap<>(libraries);
        rest.remove(call.arg(2).toString());
        become(rest);
        call.changed();
        call.reply().ok();
    }

    /** Forgets all libraries. */
    void clear() {
        become(Map.of());
    }

    private void flush(Call call) {
        if (call.argCount() > 3) {
            throw Errors.err("unknown subcommand or wrong number of arguments for 'flush'. Try FUNCTION HELP.");
        }
        if (call.argCount() == 3 && !call.argIs(2, "ASYNC") && !call.argIs(2, "SYNC")) {
            throw Errors.err("FUNCTION FLUSH only supports SYNC|ASYNC option");
        }
        clear();
        call.changed();
        call.reply().ok();
    }

    private void dump(Call call) {
        byte[] payload =
                format.dump(libraries.values().stream().map(Library::code).toList());
        call.reply().bulk(payload, 0, payload.length);
    }

    private void restore(Call call) {
        if (call.argCount() > 4) {
            throw Errors.err("unknown subcommand or wrong number of arguments for 'restore'. Try FUNCTION HELP.");
        }
        boolean flushes = call.argCount() == 4 && call.argIs(3, "FLUSH");
        boolean replaces = call.argCount() == 4 && call.argIs(3, "REPLACE");
        if (call.argCount() == 4 && !flushes && !replaces && !call.argIs(3, "APPEND")) {
            throw Errors.err("Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.");
        }
        List<Library> restored = new ArrayList<>();
        try {
            for (Bytes code : format.parse(call.arg(2))) {
                restored.add(loader.load(code));
            }
        } catch (InvalidDatasetException e) {
            throw Errors.err(String.valueOf(e.getMessage()));
        }
        if (flushes) {
            Map<String, Library> all = new LinkedHashMap<>();
            restored.forEach(library -> all.put(library.name(), library));
            become(all);
        } else {
            addAll(restored, replaces);
        }
        call.changed();
        call.reply().ok();
    }

    private void list(Call call) {
        Bytes pattern = null;
        boolean withCode = false;
        for (int i = 2; i < call.argCount(); i++) {
            if (!withCode && call.argIs(i, "WITHCODE")) {
                withCode = true;
            } else if (pattern == null && call.argIs(i, "LIBRARYNAME")) {
                if (++i >= call.argCount()) {
                    throw Errors.err("library name argument was not given");
                }
                pattern = call.arg(i);
            } else {
                throw Errors.err("Unknown argument " + call.arg(i));
            }
        }
        ReplyWriter reply = call.reply();
        int mark = reply.begin();
        int size = 0;
        for (Library library : libraries.values()) {
            if (pattern == null || GlobPattern.matches(pattern, Bytes.of(library.name()), true)) {
                describe(reply, library, withCode);
                size++;
            }
        }
        reply.endArray(mark, size);
    }

    private static void describe(ReplyWriter reply, Library library, boolean withCode) {
        reply.map(withCode ? 4 : 3);
        reply.bulk("library_name");
        reply.bulk(library.name());
        reply.bulk("engine");
        reply.bulk("LUA");
        reply.bulk("functions");
        reply.array(library.functions().size());
        for (Function function : library.functions().values()) {
            reply.map(3);
            reply.bulk("name");
            reply.bulk(function.name());
            reply.bulk("description");
            text(reply, function.description());
            reply.bulk("flags");
            reply.set(function.flags().size());
            function.flags().forEach(flag -> reply.simple(flag.wireName()));
        }
        if (withCode) {
            reply.bulk("library_code");
            reply.bulk(library.code());
        }
    }

    private static void text(ReplyWriter reply, @Nullable String text) {
        if (text == null) {
            reply.nil();
        } else {
            reply.bulk(text);
        }
    }

    private void stats(Call call) {
        ReplyWriter reply = call.reply();
        Running script = runner.running();
        if (script != null && !script.isFunction) {
            throw new CommandException(ScriptRunner.BUSY_SCRIPT);
        }
        reply.map(2);
        reply.bulk("running_script");
        if (script == null) {
            reply.nil();
        } else {
            reply.map(3);
            reply.bulk("name");
            reply.bulk(script.name);
            reply.bulk("command");
            reply.array(script.call.argCount());
            for (int i = 0; i < script.call.argCount(); i++) {
                reply.bulk(script.call.arg(i));
            }
            reply.bulk("duration_ms");
            reply.integer((System.nanoTime() - script.startNanos) / NANOS_PER_MILLI);
        }
        reply.bulk("engines");
        reply.map(1);
        reply.bulk("LUA");
        reply.map(2);
        reply.bulk("libraries_count");
        reply.integer(libraries.size());
        reply.bulk("functions_count");
        reply.integer(functions.size());
    }
}

package dev.spinel.lua;

import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandHandler;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;
import dev.spinel.engine.Capability;
import dev.spinel.engine.EnginePorts;
import dev.spinel.engine.admin.ScriptFigures;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.LibraryFormat;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Scripts and functions in Lua. Engine thread only, which should have the stack that the interpreter asks for. */
public final class LuaScripting implements Capability {
    private final String redisVersion;
    private final LibraryFormat format;
    private @Nullable ScriptRunner runner;
    private @Nullable ScriptCommands scripts;
    private @Nullable FunctionCommands functions;

    /**
     * @param redisVersion the version that scripts are told, {@code major.minor.patch}
     * @param format the form of FUNCTION DUMP
     */
    public LuaScripting(String redisVersion, LibraryFormat format) {
        this.redisVersion = redisVersion;
        this.format = format;
    }

    @Override
    public String name() {
        return "lua";
    }

    @Override
    public void connect(EnginePorts ports) {
        ScriptRunner created = new ScriptRunner(ports);
        RedisApi redis = new RedisApi(created, redisVersion);
        runner = created;
        scripts = new ScriptCommands(created, redis);
        functions = new FunctionCommands(created, redis, format);
    }

    private ScriptCommands scripts() {
        return Objects.requireNonNull(scripts, "connect comes first");
    }

    private FunctionCommands functions() {
        return Objects.requireNonNull(functions, "connect comes first");
    }

    @Override
    public List<Command> commands() {
        List<Command> commands = new ArrayList<>(scripts().commands());
        commands.addAll(functions().commands());
        return commands;
    }

    @Override
    public Map<String, CommandHandler> debugSubcommands() {
        return Map.of("SET-DISABLE-DENY-SCRIPTS", call -> {
            Objects.requireNonNull(runner, "connect comes first").runsDenied(call.integerArg(2) != 0);
            call.reply().ok();
        });
    }

    @Override
    public boolean onlyReads(String command, Bytes script) {
        return switch (command) {
            case "EVAL" -> scripts().onlyReads(script);
            case "EVALSHA" -> scripts().onlyReadsSha(script);
            case "FCALL" -> functions().onlyReads(script);
            default -> false;
        };
    }

    @Override
    public void tellLibraries(DatasetSink sink) throws IOException {
        for (Library library : functions().libraries()) {
            sink.library(library.code());
        }
    }

    @Override
    public boolean takeLibrary(Bytes code, boolean replaces) throws IOException {
        try {
            functions().take(code, replaces);
            return true;
        } catch (CommandException e) {
            throw new InvalidDatasetException("Failed loading a library of functions: " + e.message(), e);
        }
    }

    @Override
    public void clearLibraries() {
        functions().clear();
    }

    @Override
    public ScriptFigures scriptFigures() {
        return new ScriptFigures(
                scripts().count(),
                scripts().bytes(),
                scripts().vmBytes(),
                functions().libraries().size(),
                functions().functionCount(),
                functions().bytes(),
                functions().vmBytes());
    }
}

package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.admin.PluginHost.LoadedPlugin;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.config.ConfigRegistry;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** MODULE and its subcommands: a module is a plugin here. Engine thread only. */
public final class ModuleCommands implements ServerPlugin {
    private static final int PATH = 2;

    private final ConfigRegistry config;
    private final PluginHost plugins;
    private final ServerProcess process;

    public ModuleCommands(ConfigRegistry config, PluginHost plugins, ServerProcess process) {
        this.config = config;
        this.plugins = plugins;
        this.process = process;
    }

    @Override
    public String name() {
        return "module";
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.container(
                ModuleSpecs.MODULE,
                Command.of(
                        ModuleSpecs.MODULE_HELP,
                        HelpText.of(
                                "MODULE",
                                "LIST",
                                "    Describe the loaded plugins.",
                                "LOAD <path> [<arg> ...]",
                                "    Load the plugin at <path>.",
                                "LOADEX <path> [[CONFIG NAME VALUE] [CONFIG NAME VALUE]] [ARGS ...]",
                                "    Load the plugin at <path> with values for its parameters.",
                                "UNLOAD <name>",
                                "    Unload a plugin.")),
                Command.of(ModuleSpecs.MODULE_LIST, this::list),
                Command.of(ModuleSpecs.MODULE_LOAD, this::load),
                Command.of(ModuleSpecs.MODULE_LOADEX, this::loadex),
                Command.of(ModuleSpecs.MODULE_UNLOAD, this::unload)));
    }

    private void list(Call call) {
        List<LoadedPlugin> loaded = plugins.loaded();
        ReplyWriter reply = call.reply();
        reply.array(loaded.size());
        for (LoadedPlugin plugin : loaded) {
            reply.map(4);
            reply.bulk("name");
            reply.bulk(plugin.name());
            reply.bulk("ver");
            reply.integer(plugin.version());
            reply.bulk("path");
            reply.bulk(plugin.path());
            reply.bulk("args");
            reply.array(plugin.arguments().size());
            plugin.arguments().forEach(reply::bulk);
        }
    }

    private void load(Call call) {
        requireAccess(call);
        load(call, Map.of(), arguments(call, PATH + 1));
    }

    private void loadex(Call call) {
        requireAccess(call);
        Map<String, String> values = new LinkedHashMap<>();
        int at = PATH + 1;
        while (at < call.argCount() && call.argIs(at, "CONFIG")) {
            if (at + 2 >= call.argCount()) {
                throw refused("CONFIG specified without name value pair");
            }
            values.put(call.arg(at + 1).toString(), call.arg(at + 2).toString());
            at += 3;
        }
        if (at < call.argCount() && !call.argIs(at, "ARGS")) {
            throw refused("Syntax Error from arguments to loadex around " + call.arg(at) + ".");
        }
        load(call, values, arguments(call, at + 1));
    }

    private void requireAccess(Call call) {
        ProtectedAccess.require(config, "MODULE", ClientCall.of(call).client());
    }

    private static List<String> arguments(Call call, int first) {
        List<String> arguments = new ArrayList<>();
        for (int i = first; i < call.argCount(); i++) {
            arguments.add(call.arg(i).toString());
        }
        return arguments;
    }

    private void load(Call call, Map<String, String> values, List<String> arguments) {
        String path = call.arg(PATH).toString();
        try {
            plugins.load(path, values, arguments);
        } catch (IllegalArgumentException e) {
            throw refused("Plugin " + path + " failed to load: " + e.getMessage());
        }
        call.reply().ok();
    }

    /** The error for the client, after the log was told the reason. */
    private CommandException refused(String reason) {
        process.log(reason);
        return Errors.err("Error loading the extension. Please check the server logs.");
    }

    private void unload(Call call) {
        requireAccess(call);
        try {
            plugins.unload(call.arg(PATH).toString());
        } catch (IllegalArgumentException e) {
            throw Errors.err("Error unloading module: " + e.getMessage());
        }
        call.reply().ok();
    }
}

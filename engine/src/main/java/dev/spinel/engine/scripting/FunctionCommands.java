package dev.spinel.engine.scripting;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.List;

/**
 * FUNCTION FLUSH. No library can be loaded yet, so there is nothing to delete; tools that empty a server before they use
 * it send the command all the same, Redis's test suite among them. Engine thread only.
 */
public final class FunctionCommands implements ServerPlugin {
    @Override
    public String name() {
        return "functions";
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.container(
                FunctionSpecs.FUNCTION, Command.of(FunctionSpecs.FUNCTION_FLUSH, FunctionCommands::flush)));
    }

    private static void flush(Call call) {
        if (call.argCount() == 3 && !call.argIs(2, "ASYNC") && !call.argIs(2, "SYNC")) {
            throw Errors.err("FUNCTION FLUSH only supports SYNC|ASYNC option");
        }
        if (call.argCount() > 3) {
            throw Errors.err("unknown subcommand or wrong number of arguments for 'flush'. Try FUNCTION HELP.");
        }
        call.reply().ok();
    }
}

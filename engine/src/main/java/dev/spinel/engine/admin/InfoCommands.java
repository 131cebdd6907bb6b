package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.plugin.ServerPlugin;
import java.util.ArrayList;
import java.util.List;

/** INFO. Engine thread only. */
public final class InfoCommands implements ServerPlugin {
    private final InfoReport report;

    public InfoCommands(InfoReport report) {
        this.report = report;
    }

    @Override
    public String name() {
        return "info";
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.of(ServerSpecs.INFO, this::info));
    }

    private void info(Call call) {
        List<String> names = new ArrayList<>();
        for (int i = 1; i < call.argCount(); i++) {
            names.add(call.arg(i).toString());
        }
        call.reply().verbatim("txt", report.text(names));
    }
}

package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.config.ConfigFile;
import dev.spinel.engine.config.ConfigFile.Extent;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.config.ConfigValue;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

/** CONFIG and its subcommands. Engine thread only. */
public final class ConfigCommands implements ServerPlugin {
    private static final int FIRST_ARGUMENT = 2;

    private final ConfigRegistry config;
    private final ConfigFile file;
    private final Runnable describeUsers;
    private final Runnable resetStatistics;
    private final BooleanSupplier isLoading;

    /**
     * The commands on the configuration.
     *
     * @param describeUsers has the configuration hold the users as they are
     * @param resetStatistics sets all statistics back to zero
     * @param isLoading whether data are being loaded
     */
    public ConfigCommands(
            ConfigRegistry config,
            ConfigFile file,
            Runnable describeUsers,
            Runnable resetStatistics,
            BooleanSupplier isLoading) {
        this.config = config;
        this.file = file;
        this.describeUsers = describeUsers;
        this.resetStatistics = resetStatistics;
        this.isLoading = isLoading;
    }

    @Override
    public String name() {
        return "config";
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.container(
                ConfigSpecs.CONFIG,
                Command.of(ConfigSpecs.CONFIG_GET, this::get),
                Command.of(
                        ConfigSpecs.CONFIG_HELP,
                        HelpText.of(
                                "CONFIG",
                                "GET <pattern> [<pattern> ...]",
                                "    Return the directives whose names match a pattern, with their values.",
                                "SET <directive> <value> [<directive> <value> ...]",
                                "    Set directives, all of them or none.",
                                "RESETSTAT",
                                "    Set the statistics of INFO back to zero.",
                                "REWRITE",
                                "    Write the values in force to the configuration file.")),
                Command.of(ConfigSpecs.CONFIG_RESETSTAT, this::resetstat),
                Command.of(ConfigSpecs.CONFIG_REWRITE, this::rewrite),
                Command.of(ConfigSpecs.CONFIG_SET, this::set)));
    }

    private void get(Call call) {
        List<Bytes> patterns = new ArrayList<>();
        for (int i = FIRST_ARGUMENT; i < call.argCount(); i++) {
            patterns.add(call.arg(i));
        }
        Map<String, ConfigValue> found = config.matching(patterns);
        call.reply().map(found.size());
        found.forEach((name, value) -> {
            call.reply().bulk(name);
            call.reply().bulk(value.text());
        });
    }

    private void set(Call call) {
        if (call.argCount() % 2 != 0) {
            throw Errors.syntax();
        }
        List<String> names = new ArrayList<>();
        List<String> values = new ArrayList<>();
        boolean isFixed = false;
        for (int i = FIRST_ARGUMENT; i < call.argCount(); i += 2) {
            names.add(call.arg(i).toString());
            values.add(call.arg(i + 1).toString());
            ConfigValue value = config.find(call.arg(i).toString());
            if (value != null && value.isSensitive()) {
                ClientCall.of(call).redact(i + 1);
            }
            isFixed |= value != null && value.isFixedWhileLoading() && isLoading.getAsBoolean();
        }
        if (isFixed) {
            throw Errors.loading();
        }
        boolean allowProtected = ProtectedAccess.isAllowed(
                config, "enable-protected-configs", ClientCall.of(call).client());
        config.set(names, values, allowProtected);
        call.reply().ok();
    }

    private void resetstat(Call call) {
        resetStatistics.run();
        call.reply().ok();
    }

    private void rewrite(Call call) {
        rewrite(call, Extent.CHANGED);
    }

    /** DEBUG CONFIG-REWRITE-FORCE-ALL: CONFIG REWRITE with all directives, those with their defaults included. */
    public void rewriteAll(Call call) {
        rewrite(call, Extent.ALL);
    }

    private void rewrite(Call call, Extent extent) {
        if (file.path().isEmpty()) {
            throw Errors.err("The server is running without a config file");
        }
        describeUsers.run();
        try {
            file.rewrite(config, extent);
        } catch (IOException e) {
            throw Errors.err("Rewriting config file: " + e.getMessage());
        }
        call.reply().ok();
    }
}

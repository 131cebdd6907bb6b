package dev.spinel.engine;

import dev.spinel.api.command.Command;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.plugin.ConfigParameter;
import dev.spinel.api.plugin.InfoSection;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.admin.InfoReport;
import dev.spinel.engine.client.Blocked;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientRegistry;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.dispatch.CommandTable;
import dev.spinel.engine.dispatch.Dispatcher.FailureLog;
import dev.spinel.engine.dispatch.RegisteredCommand;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What plugins have brought to a running engine: their commands, configuration parameters and sections of INFO, taken over
 * all or none, and given back as a whole.
 *
 * <p>Parameters and sections call into the plugin outside any command, so they are wrapped: whatever such a call throws is
 * logged as the plugin's defect and never reaches CONFIG or INFO. Engine thread only.
 */
public final class Contributions {
    private final CommandTable commands;
    private final ConfigRegistry config;
    private final InfoReport info;
    private final ClientRegistry clients;
    private final FailureLog failureLog;
    private final Map<String, Extras> extrasByPlugin = new HashMap<>();

    private record Extras(
            List<ConfigParameter> parameters, List<InfoSection> sections, List<ValueType<?>> valueTypes) {}

    Contributions(
            CommandTable commands,
            ConfigRegistry config,
            InfoReport info,
            ClientRegistry clients,
            FailureLog failureLog) {
        this.commands = commands;
        this.config = config;
        this.info = info;
        this.clients = clients;
        this.failureLog = failureLog;
    }

    /**
     * Takes over what a plugin brings and makes it visible.
     *
     * @param name the plugin's name
     * @param values initial values of its parameters, by name
     * @throws RuntimeException if something of it is not acceptable, or whatever the plugin throws; nothing is then taken
     */
    public void add(String name, ServerPlugin plugin, Map<String, String> values) {
        List<Command> newCommands = List.copyOf(plugin.commands());
        List<ConfigParameter> parameters = new ArrayList<>();
        for (ConfigParameter parameter : plugin.configParameters()) {
            parameters.add(guarded(name, parameter));
        }
        List<InfoSection> sections = new ArrayList<>();
        for (InfoSection section : plugin.infoSections()) {
            sections.add(guarded(name, section));
        }
        List<ValueType<?>> valueTypes = List.copyOf(plugin.valueTypes());
        valueTypes.forEach(this::requireNewName);
        for (String valued : values.keySet()) {
            if (parameters.stream().noneMatch(parameter -> parameter.name().equals(valued))) {
                throw new IllegalArgumentException("there is no configuration parameter " + valued);
            }
        }
        commands.register(name, newCommands);
        int registered = 0;
        try {
            for (ConfigParameter parameter : parameters) {
                config.register(parameter);
                registered++;
            }
            values.forEach((parameter, value) -> config.load(List.of(parameter, value)));
        } catch (IllegalArgumentException e) {
            parameters.subList(0, registered).forEach(config::unregister);
            commands.unregister(name);
            throw e;
        }
        sections.forEach(info::add);
        extrasByPlugin.put(name, new Extras(parameters, sections, valueTypes));
    }

    /** Gives back what a plugin brought; nothing of it is referred to afterwards. */
    public void remove(String name) {
        commands.unregister(name);
        Extras extras = extrasByPlugin.remove(name);
        if (extras != null) {
            extras.parameters.forEach(config::unregister);
            extras.sections.forEach(info::remove);
        }
    }

    /** Whether keys may hold objects of a plugin. */
    public boolean hasValueTypes(String name) {
        Extras extras = extrasByPlugin.get(name);
        return extras != null && !extras.valueTypes.isEmpty();
    }

    /** The type of values with a name that a plugin brought, or null. */
    public @Nullable ValueType<?> valueType(String name) {
        for (Extras extras : extrasByPlugin.values()) {
            for (ValueType<?> type : extras.valueTypes) {
                if (type.name().equals(name)) {
                    return type;
                }
            }
        }
        return null;
    }

    private void requireNewName(ValueType<?> type) {
        if (valueType(type.name()) != null) {
            throw new IllegalArgumentException("value type " + type.name() + " exists already");
        }
    }

    /** Whether a client waits in a command of a plugin. O(clients). */
    public boolean hasBlockedClients(String name) {
        for (Client client : clients.all()) {
            Blocked blocked = client.blocked();
            if (blocked != null) {
                RegisteredCommand command = commands.find(blocked.request().args()[0]);
                if (command != null && command.owner().equals(name)) {
                    return true;
                }
            }
        }
        return false;
    }

    private ConfigParameter guarded(String plugin, ConfigParameter parameter) {
        if (!parameter.name().startsWith(plugin + ".")) {
            throw new IllegalArgumentException("configuration parameter " + parameter.name()
                    + " (expected: a name that starts with " + plugin + ".)");
        }
        Consumer<String> apply = parameter.apply();
        return new ConfigParameter(parameter.name(), parameter.defaultValue(), value -> {
            try {
                apply.accept(value);
            } catch (IllegalArgumentException e) {
                throw e;
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                failureLog.failed("config set " + parameter.name(), e);
                throw new IllegalArgumentException("internal error in plugin '" + plugin + "'", e);
            }
        });
    }

    private InfoSection guarded(String plugin, InfoSection section) {
        return new InfoSection(section.name(), () -> {
            try {
                return new LinkedHashMap<>(section.fields().get());
            } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
                failureLog.failed("info " + section.name(), e);
                return Map.of("error", "internal error in plugin '" + plugin + "'");
            }
        });
    }
}

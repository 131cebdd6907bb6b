package dev.spinel.distribution.config;

import dev.spinel.engine.acl.Latin1;
import dev.spinel.engine.acl.Users;
import dev.spinel.engine.config.ConfigFile;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.dispatch.CommandRename;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one server is configured with: its directives with their values, the file they came from, and what its plugins are
 * to be given.
 *
 * <p>Read by the thread that starts the server; then the registry belongs to the engine thread.
 */
public final class Configuration {
    static final String RENAME = "rename-command";

    /** Directives that the engine's registry does not know because they have no value. */
    private static final Set<String> WITHOUT_VALUE = Set.of("include", "loadmodule", RENAME);

    /** Directives that redis-server 7.0.15 accepts with one value and ignores. */
    private static final Set<String> OBSOLETE =
            Set.of("list-max-ziplist-entries", "list-max-ziplist-value", "lua-replicate-commands");

    private final ConfigRegistry registry = ConfigRegistry.withServerDirectives();
    private final List<List<String>> pluginPaths = new ArrayList<>();
    private final List<CommandRename> commandRenames = new ArrayList<>();
    private final Map<String, String> pluginParameters = new LinkedHashMap<>();
    private final Deque<Path> including = new ArrayDeque<>();
    private ConfigFile file = new NoConfigFile();

    /** A configuration of defaults. */
    public Configuration() {}

    /**
     * Reads what the command line names: the file, standard input and the directives in the arguments; the last one counts.
     *
     * @throws ConfigurationException with the message for the user
     */
    public static Configuration load(CommandLine commandLine, InputStream standardInput) {
        Configuration configuration = new Configuration();
        Path path = commandLine.file();
        if (path != null) {
            configuration.file = isYaml(path) ? new YamlFile(path) : new RedisConf(path);
            configuration.read(path);
        }
        if (commandLine.readsStandardInput()) {
            try {
                String text = new String(standardInput.readAllBytes(), StandardCharsets.UTF_8);
                configuration.apply(RedisConf.parse(text, "standard input"));
            } catch (IOException e) {
                throw ConfigurationException.of("Can't read standard input: " + ConfigurationException.reason(e));
            }
        }
        configuration.apply(commandLine.settings());
        return configuration;
    }

    /** The directives and their values. */
    public ConfigRegistry registry() {
        return registry;
    }

    /** The file that CONFIG REWRITE writes. */
    public ConfigFile file() {
        return file;
    }

    /** What {@code loadmodule} names: each a path and arguments. */
    public List<List<String>> pluginPaths() {
        return pluginPaths;
    }

    /** What {@code rename-command} asks for, in order; whether there are such commands the engine knows. */
    public List<CommandRename> commandRenames() {
        return commandRenames;
    }

    /** Values for the parameters of plugins, by the parameter's full name. */
    public Map<String, String> pluginParameters() {
        return pluginParameters;
    }

    private static boolean isYaml(Path path) {
        String name = path.toString();
        return name.endsWith(".yml") || name.endsWith(".yaml");
    }

    private void read(Path path) {
        if (including.contains(path)) {
            throw ConfigurationException.unreadable(path, "it includes itself");
        }
        if (Files.isDirectory(path)) {
            throw ConfigurationException.unreadable(path, "Is a directory");
        }
        String text;
        try {
            text = new String(Files.readAllBytes(path), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw ConfigurationException.unreadable(path, ConfigurationException.reason(e));
        }
        including.push(path);
        apply(isYaml(path) ? YamlFile.parse(text, path.toString()) : RedisConf.parse(text, path.toString()));
        including.pop();
    }

    private void apply(List<Setting> settings) {
        for (Setting setting : settings) {
            apply(setting);
        }
    }

    private void apply(Setting setting) {
        List<String> words = setting.words();
        String name = setting.name();
        if (registry.find(name) != null) {
            try {
                if (name.equals(ConfigRegistry.USER) && words.size() > 1) {
                    Users.check(words.stream().skip(1).map(Latin1::ofReadable).toList());
                }
                registry.load(words);
            } catch (IllegalArgumentException e) {
                throw setting.refused(String.valueOf(e.getMessage()));
            }
        } else if (name.equals("include") && words.size() == 2) {
            include(words.get(1));
        } else if (name.equals("loadmodule") && words.size() >= 2) {
            pluginPaths.add(words.subList(1, words.size()));
        } else if (name.equals(RENAME) && words.size() == 3) {
            commandRenames.add(new CommandRename(words.get(1), words.get(2), setting.place()));
        } else if (name.indexOf('.') > 0) {
            if (words.size() < 2) {
                throw setting.refused("Module config specified without value");
            }
            pluginParameters.put(name, String.join(" ", words.subList(1, words.size())));
        } else if (!OBSOLETE.contains(name) || words.size() != 2) {
            throw setting.refused("Bad directive or wrong number of arguments" + explained(setting));
        }
    }

    private String explained(Setting setting) {
        if (WITHOUT_VALUE.contains(setting.name())) {
            return "";
        }
        String closest = Suggestion.closest(setting.name(), registry.names());
        return "\n" + setting.place() + ": there is no directive '" + setting.name() + "'"
                + (closest == null ? "" : "; did you mean '" + closest + "'?");
    }

    /** Reads an included file, or all files that a pattern finds, in the order of their names; it may find none. */
    private void include(String name) {
        if (name.indexOf('*') < 0 && name.indexOf('?') < 0 && name.indexOf('[') < 0) {
            read(Path.of(name).toAbsolutePath());
            return;
        }
        Path pattern = Path.of(name).toAbsolutePath();
        Path directory = pattern.getParent();
        Path last = pattern.getFileName();
        if (directory == null || last == null || !Files.isDirectory(directory)) {
            return;
        }
        List<Path> found = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, last.toString())) {
            entries.forEach(found::add);
        } catch (IOException e) {
            throw ConfigurationException.unreadable(pattern, ConfigurationException.reason(e));
        }
        found.sort(null);
        found.forEach(this::read);
    }
}

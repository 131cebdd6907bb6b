package dev.spinel.engine.config;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.GlobPattern;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ConfigParameter;
import dev.spinel.engine.config.ConfigValue.Trait;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All directives of one server by their names and old names.
 *
 * <p>Engine thread only, once the server runs; before that, the thread that starts it.
 */
public final class ConfigRegistry {
    /** The directive that declares a user, one on each line; only files have it, CONFIG GET and SET do not know it. */
    public static final String USER = "user";

    private final Map<String, ConfigValue> byName = new LinkedHashMap<>();

    /** A registry of all directives that redis-server 7.0.15 knows and Spinel's own, with their defaults. */
    public static ConfigRegistry withServerDirectives() {
        ConfigRegistry registry = new ConfigRegistry();
        ServerDirectives.register(registry);
        AcceptedDirectives.register(registry);
        return registry;
    }

    /**
     * Adds a directive.
     *
     * @param oldNames names that mean the same directive
     * @throws IllegalArgumentException when a name exists already
     */
    public void register(ConfigValue value, String... oldNames) {
        add(value.name(), value);
        for (String name : oldNames) {
            add(name, value);
        }
    }

    private void add(String name, ConfigValue value) {
        if (byName.putIfAbsent(name, value) != null) {
            throw new IllegalArgumentException("configuration parameter " + name + " exists already");
        }
    }

    /**
     * Adds a plugin's parameter and hands it its default.
     *
     * @throws IllegalArgumentException when the name exists already or the plugin refuses its own default
     */
    public void register(ConfigParameter parameter) {
        ConfigValue value = ConfigValue.text(parameter.name(), parameter.defaultValue());
        register(value);
        try {
            value.hook(changed -> parameter.apply().accept(changed.text()));
        } catch (IllegalArgumentException e) {
            unregister(parameter);
            throw e;
        }
    }

    /** Removes a plugin's parameter. */
    public void unregister(ConfigParameter parameter) {
        byName.remove(parameter.name());
    }

    /** Has a hook take over a directive's value now and after each change; see {@link ConfigValue}. */
    public void bind(String name, Consumer<ConfigValue> hook) {
        get(name).hook(hook);
    }

    /**
     * Has an action take over several directives at once, after each CONFIG SET that changes any of them; it may refuse with
     * IllegalArgumentException.
     */
    public void bindTogether(List<String> names, Runnable action) {
        names.forEach(name -> get(name).groupHook(action));
    }

    /**
     * A directive by its name or an old name, in lower case.
     *
     * @throws IllegalArgumentException when there is none
     */
    public ConfigValue get(String name) {
        ConfigValue value = byName.get(name);
        if (value == null) {
            throw new IllegalArgumentException("'" + name + "' (expected: a configuration parameter)");
        }
        return value;
    }

    /** A directive by its name or an old name in any case, or null. */
    public @Nullable ConfigValue find(String name) {
        return byName.get(name.toLowerCase(Locale.ROOT));
    }

    /** Replaces the lines that declare users, each without the word {@code user}. */
    public void userLines(List<String> lines) {
        get(USER).accept(UserLines.text(lines));
    }

    /** The value of a directive that is a number. */
    public long number(String name) {
        return get(name).number();
    }

    /** The names, old ones included. */
    public Set<String> names() {
        return Collections.unmodifiableSet(byName.keySet());
    }

    /** All directives, each once. */
    public Collection<ConfigValue> values() {
        return new LinkedHashSet<>(byName.values());
    }

    /** The names that any of the patterns finds, with their values; each once, sorted. */
    public Map<String, ConfigValue> matching(List<Bytes> patterns) {
        Map<String, ConfigValue> found = new TreeMap<>();
        Set<String> foundNames = new HashSet<>();
        for (Bytes pattern : patterns) {
            if (isPlain(pattern)) {
                // A name without wildcards is answered as it was asked for.
                String name = pattern.toString();
                String folded = name.toLowerCase(Locale.ROOT);
                ConfigValue value = byName.get(folded);
                if (value != null && !value.is(Trait.FILE_ONLY) && foundNames.add(folded)) {
                    found.put(name, value);
                }
            } else {
                byName.forEach((name, value) -> {
                    if (!value.is(Trait.HIDDEN)
                            && GlobPattern.matches(pattern, Bytes.of(name), true)
                            && foundNames.add(name)) {
                        found.put(name, value);
                    }
                });
            }
        }
        return found;
    }

    private static boolean isPlain(Bytes pattern) {
        for (int i = 0; i < pattern.length(); i++) {
            if ("*?[\\".indexOf(pattern.at(i)) >= 0) {
                return false;
            }
        }
        return true;
    }

    /**
     * Takes one directive of a configuration file or of the command line.
     *
     * @param words the name and what follows it
     * @throws IllegalArgumentException with the reason when there is no such directive or it does not accept the value
     */
    public void load(List<String> words) {
        ConfigValue value = find(words.get(0));
        if (value == null) {
            throw new IllegalArgumentException("Bad directive or wrong number of arguments");
        }
        value.load(words.subList(1, words.size()));
    }

    /** One change that CONFIG SET asks for. */
    private record Change(String name, ConfigValue value, String before, String after) {}

    /**
     * Sets several directives, all or none, as CONFIG SET does.
     *
     * @param names the names in any case
     * @param texts the value of each
     * @param allowProtected whether the client may set protected directives
     * @throws CommandException with Redis's text; all values are then what they were
     */
    public void set(List<String> names, List<String> texts, boolean allowProtected) {
        List<ConfigValue> values = check(names, allowProtected);
        List<Change> changes = new ArrayList<>();
        for (int i = 0; i < values.size(); i++) {
            ConfigValue value = values.get(i);
            String text = texts.get(i);
            try {
                String after = value.parse(value.takesSeveralWords() ? ConfigKind.words(text) : List.of(text));
                changes.add(new Change(names.get(i), value, value.text(), after));
            } catch (IllegalArgumentException e) {
                throw failed(names.get(i), e.getMessage());
            }
        }
        for (int i = 0; i < changes.size(); i++) {
            Change change = changes.get(i);
            try {
                change.value.accept(change.after);
            } catch (IllegalArgumentException e) {
                for (int j = i; j >= 0; j--) {
                    changes.get(j).value.accept(changes.get(j).before);
                }
                throw failed(change.name, e.getMessage());
            }
        }
        runGroupHooks(changes);
    }

    private static void runGroupHooks(List<Change> changes) {
        Map<Runnable, String> hooks = new LinkedHashMap<>();
        for (Change change : changes) {
            Runnable hook = change.value.groupHook();
            if (hook != null) {
                hooks.putIfAbsent(hook, change.name);
            }
        }
        hooks.forEach((hook, name) -> {
            try {
                hook.run();
            } catch (IllegalArgumentException e) {
                changes.forEach(change -> change.value.accept(change.before));
                hooks.keySet().forEach(Runnable::run);
                throw failed(name, e.getMessage());
            }
        });
    }

    private List<ConfigValue> check(List<String> names, boolean allowProtected) {
        List<ConfigValue> values = new ArrayList<>();
        Set<ConfigValue> seen = new HashSet<>();
        for (String name : names) {
            ConfigValue value = find(name);
            if (value == null || value.is(Trait.FILE_ONLY)) {
                throw Errors.err("Unknown option or number of arguments for CONFIG SET - '" + name + "'");
            }
            if (value.is(Trait.IMMUTABLE)) {
                throw failed(name, "can't set immutable config");
            }
            if (value.is(Trait.PROTECTED) && !allowProtected) {
                throw failed(name, "can't set protected config");
            }
            // An old name and the new one are told apart, as in Redis, where both may be set at once.
            if (!seen.add(value) && Collections.frequency(lowerCase(names), name.toLowerCase(Locale.ROOT)) > 1) {
                throw failed(name, "duplicate parameter");
            }
            values.add(value);
        }
        return values;
    }

    private static List<String> lowerCase(List<String> names) {
        List<String> folded = new ArrayList<>();
        for (String name : names) {
            folded.add(name.toLowerCase(Locale.ROOT));
        }
        return folded;
    }

    private static CommandException failed(String name, @Nullable String reason) {
        return Errors.err("CONFIG SET failed (possibly related to argument '" + name + "') - " + reason);
    }
}

package dev.spinel.engine.config;

import dev.spinel.engine.config.WholeNumber.Notation;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One directive: its name, its kind, its value and what takes the value over.
 *
 * <p>Engine thread only, once the server runs.
 */
public final class ConfigValue {
    private final String name;
    private final ConfigKind kind;
    private final Set<Trait> traits;
    private final String defaultText;
    private String text;
    private boolean setByFile;
    private @Nullable Consumer<ConfigValue> hook;
    private @Nullable Runnable groupHook;

    /** What CONFIG may do with a directive. */
    public enum Trait {
        /** Only a file or the command line sets it. */
        IMMUTABLE,
        /** CONFIG SET needs {@code enable-protected-configs}. */
        PROTECTED,
        /** A pattern of CONFIG GET does not find it; its name does. */
        HIDDEN,
        /** Its value is a secret that logs must not show. */
        SENSITIVE,
        /** CONFIG GET and SET do not know it. */
        FILE_ONLY,
        /** CONFIG SET refuses it while data are loaded. */
        FIXED_WHILE_LOADING
    }

    private ConfigValue(String name, ConfigKind kind, String defaultText, Trait... traits) {
        this.name = name;
        this.kind = kind;
        this.defaultText = defaultText;
        this.text = defaultText;
        this.traits = Set.of(traits);
    }

    /** A directive of any kind. */
    static ConfigValue directive(String name, ConfigKind kind, String defaultText, Trait... traits) {
        return new ConfigValue(name, kind, defaultText, traits);
    }

    /** A directive that is {@code yes} or {@code no}. */
    public static ConfigValue yesNo(String name, boolean defaultValue, Trait... traits) {
        return new ConfigValue(name, new YesNo(), defaultValue ? "yes" : "no", traits);
    }

    /** A directive that is an integer between two bounds, both included. */
    public static ConfigValue integer(String name, long defaultValue, long min, long max, Trait... traits) {
        return number(Notation.DECIMAL, name, defaultValue, min, max, traits);
    }

    /** A directive that is an amount of bytes between two bounds, both included. */
    public static ConfigValue memory(String name, long defaultBytes, long minBytes, long maxBytes, Trait... traits) {
        return number(Notation.MEMORY, name, defaultBytes, minBytes, maxBytes, traits);
    }

    static ConfigValue number(Notation notation, String name, long defaultValue, long min, long max, Trait... traits) {
        WholeNumber kind = new WholeNumber(notation, min, max);
        return new ConfigValue(name, kind, kind.canonical(defaultValue), traits);
    }

    /**
     * The amount of bytes that a text such as {@code 64mb} tells, -1 when it exceeds 63 bits.
     *
     * @throws IllegalArgumentException when it tells none
     */
    public static long bytes(String text) {
        return WholeNumber.memory(text, "argument must be a memory value");
    }

    /** A directive that is any text. */
    public static ConfigValue text(String name, String defaultText, Trait... traits) {
        return new ConfigValue(name, Text.any(), defaultText, traits);
    }

    /** A directive that is one of several words, the first of them by default; its number is their index. */
    public static ConfigValue choice(String name, List<String> words, Trait... traits) {
        return new ConfigValue(name, new Choice(false, words.toArray(new String[0])), words.get(0), traits);
    }

    public String name() {
        return name;
    }

    boolean is(Trait trait) {
        return traits.contains(trait);
    }

    /** Whether its value is a secret. */
    public boolean isSensitive() {
        return is(Trait.SENSITIVE);
    }

    /** Whether it may not change while data are loaded. */
    public boolean isFixedWhileLoading() {
        return is(Trait.FIXED_WHILE_LOADING);
    }

    boolean takesSeveralWords() {
        return kind.takesSeveralWords();
    }

    /** The value in its canonical form, as CONFIG GET answers it. */
    public String text() {
        return text;
    }

    /** The words of the value; none for the empty value. */
    public List<String> words() {
        return text.isEmpty() ? List.of() : ConfigKind.words(text);
    }

    /**
     * The value as a number: bytes, the index of a choice, 1 and 0 for yes and no, the negative of a percentage. Parses,
     * so hot readers take it over by a hook.
     *
     * @throws IllegalArgumentException when it is not a number
     */
    public long number() {
        return kind.number(text);
    }

    /** Whether the value is {@code yes}. */
    public boolean isYes() {
        return text.equals("yes");
    }

    /** Whether the value is what holds without a configuration file. */
    public boolean isDefault() {
        return text.equals(defaultText);
    }

    /** The lines of a configuration file that set the value, without the name; each is a list of words. */
    public List<List<String>> lines() {
        return kind.lines(text);
    }

    /** Has a hook take over the value now and after each change; it may refuse with IllegalArgumentException. */
    void hook(Consumer<ConfigValue> newHook) {
        hook = newHook;
        newHook.accept(this);
    }

    /** Has an action run after a change of this value and of others that belong together. */
    void groupHook(Runnable action) {
        groupHook = action;
    }

    @Nullable
    Runnable groupHook() {
        return groupHook;
    }

    /** The canonical form of a value, or IllegalArgumentException with the reason why it cannot be. */
    String parse(List<String> words) {
        return kind.parse(words, text);
    }

    /** Takes a canonical value and hands it to the hook. */
    void accept(String canonical) {
        text = canonical;
        if (hook != null) {
            hook.accept(this);
        }
    }

    /** Takes what follows the name on a line of a file. */
    void load(List<String> arguments) {
        String canonical = parseLine(arguments, text, setByFile);
        setByFile = true;
        accept(canonical);
    }

    private String parseLine(List<String> arguments, String current, boolean isFurther) {
        if (arguments.size() != 1 && !kind.takesSeveralWords()) {
            throw new IllegalArgumentException("wrong number of arguments");
        }
        List<String> words =
                arguments.size() == 1 && kind.takesSeveralWords() ? ConfigKind.words(arguments.get(0)) : arguments;
        return isFurther ? kind.parseFurtherLine(words, current) : kind.parse(words, current);
    }

    /** Whether a file with these lines, each what follows the name, sets the value that is in force. */
    public boolean isSetBy(List<List<String>> lines) {
        String given = defaultText;
        try {
            for (int i = 0; i < lines.size(); i++) {
                given = parseLine(lines.get(i), given, i > 0);
            }
        } catch (IllegalArgumentException e) {
            return false;
        }
        return given.equals(text);
    }
}

package dev.spinel.engine.acl;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.GlobPattern;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Commands, keys and channels that go together: a command is allowed when one of its user's permissions allows all of it.
 *
 * <p>Rules of a user change the first of its permissions; each selector is a further one. Engine thread only.
 */
public final class Permissions {
    /** Access that reads what a key holds. */
    public static final int READ = 1;
    /** Access that changes what a key holds, or whether it exists. */
    public static final int WRITE = 2;

    private final List<KeyPattern> keyPatterns = new ArrayList<>();
    private final List<Bytes> channels = new ArrayList<>();
    private final Map<Integer, List<String>> firstArguments = new HashMap<>();
    private CommandSet commands = new CommandSet();
    private boolean allKeys;
    private boolean allChannels;
    private boolean allCommands;

    Permissions(boolean allChannels) {
        this.allChannels = allChannels;
    }

    /**
     * Keys that match a pattern.
     *
     * @param access {@link #READ}, {@link #WRITE} or both
     */
    record KeyPattern(Bytes pattern, int access) {
        String text() {
            String prefix = access == READ ? "%R~" : access == WRITE ? "%W~" : "~";
            return prefix + Latin1.text(pattern);
        }
    }

    Permissions copy() {
        Permissions copy = new Permissions(allChannels);
        copy.keyPatterns.addAll(keyPatterns);
        copy.channels.addAll(channels);
        firstArguments.forEach((id, words) -> copy.firstArguments.put(id, new ArrayList<>(words)));
        copy.commands = commands.copy();
        copy.allKeys = allKeys;
        copy.allCommands = allCommands;
        return copy;
    }

    /** Whether everything is allowed. */
    boolean allowEverything() {
        return allKeys && allChannels && allCommands;
    }

    public boolean allowAllKeys() {
        return allKeys;
    }

    /** Whether every key may be read. */
    public boolean allowReadOfAllKeys() {
        return allKeys || keyPatterns.stream().anyMatch(each -> (each.access & READ) != 0 && each.pattern.isWord("*"));
    }

    public boolean allowAllChannels() {
        return allChannels;
    }

    /**
     * Whether a command is allowed, by itself or with its first argument; it may have none.
     *
     * @param args holds the command name, at {@code offset}, and the arguments after it
     */
    public boolean allowCommand(int id, Bytes[] args, int offset, int argCount) {
        return allCommands || commands.contains(id) || (argCount > 1 && allowFirstArgument(id, args[offset + 1]));
    }

    private boolean allowFirstArgument(int id, Bytes argument) {
        for (String word : firstArguments.getOrDefault(id, List.of())) {
            if (Latin1.text(argument).equalsIgnoreCase(word)) {
                return true;
            }
        }
        return false;
    }

    /** Whether a key may be accessed; {@code access} is a sum of {@link #READ} and {@link #WRITE}, or 0. */
    public boolean allowKey(Bytes key, int access) {
        if (allKeys) {
            return true;
        }
        for (int i = 0; i < keyPatterns.size(); i++) {
            KeyPattern pattern = keyPatterns.get(i);
            if ((pattern.access & access) == access && GlobPattern.matches(pattern.pattern, key, false)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Whether a channel may be used.
     *
     * @param asPattern whether the name is a pattern to subscribe to, which must be one of those allowed word for word
     */
    public boolean allowChannel(Bytes name, boolean asPattern) {
        if (allChannels) {
            return true;
        }
        for (int i = 0; i < channels.size(); i++) {
            Bytes channel = channels.get(i);
            if (asPattern ? channel.equals(name) : GlobPattern.matches(channel, name, false)) {
                return true;
            }
        }
        return false;
    }

    CommandSet commands() {
        return commands;
    }

    List<String> firstArguments(int id) {
        return firstArguments.getOrDefault(id, List.of());
    }

    List<Bytes> channels() {
        return channels;
    }

    void setAllKeys(boolean all) {
        allKeys = all;
        keyPatterns.clear();
    }

    void addKeyPattern(Bytes pattern, int access) {
        for (int i = 0; i < keyPatterns.size(); i++) {
            KeyPattern existing = keyPatterns.get(i);
            if (existing.pattern.equals(pattern)) {
                keyPatterns.set(i, new KeyPattern(pattern, existing.access | access));
                return;
            }
        }
        keyPatterns.add(new KeyPattern(pattern, access));
    }

    void setAllChannels(boolean all) {
        allChannels = all;
        channels.clear();
    }

    void addChannel(Bytes channel) {
        if (!channels.contains(channel)) {
            channels.add(channel);
        }
    }

    void setAllCommands(boolean all) {
        allCommands = all;
        commands.setAll(all);
        firstArguments.clear();
    }

    /** Allows or forbids a command with its subcommands. */
    void setCommand(RuleCommand command, boolean allowed) {
        commands.set(command.accessId(), allowed);
        allCommands &= allowed;
        firstArguments.remove(command.accessId());
        for (RuleCommand subcommand : command.subcommands()) {
            commands.set(subcommand.accessId(), allowed);
        }
    }

    /** Allows a command with one first argument. */
    void addFirstArgument(RuleCommand command, String word) {
        List<String> words = firstArguments.computeIfAbsent(command.accessId(), id -> new ArrayList<>());
        if (words.stream().noneMatch(word::equalsIgnoreCase)) {
            words.add(word);
        }
    }

    /** The rules on keys, separated by blanks. */
    public String keyRules() {
        if (allKeys) {
            return "~*";
        }
        List<String> rules = new ArrayList<>();
        keyPatterns.forEach(pattern -> rules.add(pattern.text()));
        return String.join(" ", rules);
    }

    /** The rules on channels, separated by blanks. */
    public String channelRules() {
        if (allChannels) {
            return "&*";
        }
        List<String> rules = new ArrayList<>();
        channels.forEach(channel -> rules.add("&" + Latin1.text(channel)));
        return String.join(" ", rules);
    }
}

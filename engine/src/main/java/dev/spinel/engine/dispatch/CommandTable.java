package dev.spinel.engine.dispatch;

import dev.spinel.api.command.Command;
import dev.spinel.api.data.Bytes;
import dev.spinel.engine.acl.CommandCatalog;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * All commands, found by the bytes of their name in any case.
 *
 * <p>Engine thread only.
 */
public final class CommandTable implements CommandCatalog {
    private static final int MAX_NAME_BYTES = 64;

    /** By the name that clients use in lower case, which a renamed command does not call itself. */
    private final Map<String, RegisteredCommand> byName = new LinkedHashMap<>();

    /** By their own names, those without a name for clients included. */
    private final Map<String, RegisteredCommand> byOwnName = new LinkedHashMap<>();

    /** A name keeps its index, so that a plugin that is loaded again finds its commands allowed as before. */
    private final Map<String, Integer> accessIds = new HashMap<>();

    private final Map<String, List<RegisteredCommand>> byOwner = new HashMap<>();
    private RegisteredCommand[] slots = new RegisteredCommand[0];
    private byte[][] names = new byte[0][];
    private boolean ownComplete;

    /**
     * Adds the commands of one plugin, all or none.
     *
     * @throws IllegalArgumentException when the name of the plugin or of a command exists already
     */
    public void register(String owner, Collection<Command> commands) {
        if (byOwner.containsKey(owner)) {
            throw new IllegalArgumentException("a plugin named " + owner + " exists already");
        }
        Map<String, RegisteredCommand> added = new LinkedHashMap<>();
        for (Command command : commands) {
            RegisteredCommand registered = new RegisteredCommand(command, owner, ownComplete, null, this::accessId);
            RegisteredCommand other = byName.get(registered.fullName());
            if (other == null) {
                other = added.get(registered.fullName());
            }
            if (other != null) {
                throw new IllegalArgumentException("command " + command.spec().name() + " of plugin " + owner
                        + " exists already, from plugin " + other.owner());
            }
            if (command.spec().name().length() > MAX_NAME_BYTES) {
                throw new IllegalArgumentException(
                        "command name " + command.spec().name() + " of plugin " + owner + " is longer than "
                                + MAX_NAME_BYTES + " bytes");
            }
            added.put(registered.fullName(), registered);
        }
        byName.putAll(added);
        byOwnName.putAll(added);
        byOwner.put(owner, List.copyOf(added.values()));
        rebuild();
    }

    /**
     * Gives a command another name, or none. It still calls itself by its own name, in errors, statistics and COMMAND.
     *
     * @throws IllegalArgumentException when there is no such command or the new name is taken
     */
    public void rename(CommandRename rename) {
        RegisteredCommand command = byName.remove(rename.name().toLowerCase(Locale.ROOT));
        if (command == null) {
            throw new IllegalArgumentException(rename.origin() + ": No such command in rename-command");
        }
        String newName = rename.newName().toLowerCase(Locale.ROOT);
        if (newName.length() > MAX_NAME_BYTES) {
            throw new IllegalArgumentException(
                    rename.origin() + ": Target command name is longer than " + MAX_NAME_BYTES + " bytes");
        }
        if (!newName.isEmpty() && byName.putIfAbsent(newName, command) != null) {
            throw new IllegalArgumentException(rename.origin() + ": Target command name already exists");
        }
        rebuild();
    }

    /** Says that all commands of the engine itself are registered; those to come are plugins'. */
    public void ownComplete() {
        ownComplete = true;
    }

    /** Removes the commands of one plugin. */
    public void unregister(String owner) {
        List<RegisteredCommand> commands = byOwner.remove(owner);
        if (commands != null) {
            for (RegisteredCommand command : commands) {
                byName.remove(command.fullName());
                byOwnName.remove(command.fullName());
            }
            rebuild();
        }
    }

    private int accessId(String fullName) {
        return accessIds.computeIfAbsent(fullName, name -> accessIds.size());
    }

    @Override
    public Collection<RegisteredCommand> ruleCommands() {
        return byOwnName.values();
    }

    @Override
    public @Nullable RegisteredCommand ruleCommand(String fullName) {
        String name = fullName.toLowerCase(Locale.ROOT);
        int bar = name.indexOf('|');
        RegisteredCommand command = byOwnName.get(bar < 0 ? name : name.substring(0, bar));
        return command == null || bar < 0 ? command : command.subcommand(Bytes.of(name.substring(bar + 1)));
    }

    private void rebuild() {
        int capacity = Integer.highestOneBit(Math.max(8, byName.size() * 4 - 1)) << 1;
        RegisteredCommand[] newSlots = new RegisteredCommand[capacity];
        byte[][] newNames = new byte[capacity][];
        for (Map.Entry<String, RegisteredCommand> entry : byName.entrySet()) {
            byte[] name = entry.getKey().toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
            int slot = foldedHash(name, 0, name.length) & (capacity - 1);
            while (newNames[slot] != null) {
                slot = (slot + 1) & (capacity - 1);
            }
            newSlots[slot] = entry.getValue();
            newNames[slot] = name;
        }
        slots = newSlots;
        names = newNames;
    }

    /** The command of a name, or null. */
    public @Nullable RegisteredCommand find(Bytes name) {
        int length = name.length();
        if (length > MAX_NAME_BYTES) {
            return null;
        }
        int mask = slots.length - 1;
        int slot = foldedHash(name.array(), name.offset(), length) & mask;
        byte[] candidate = names[slot];
        while (candidate != null) {
            if (candidate.length == length && foldedEquals(candidate, name)) {
                return slots[slot];
            }
            slot = (slot + 1) & mask;
            candidate = names[slot];
        }
        return null;
    }

    /** The command of a name, or null; not for the command path. */
    public @Nullable RegisteredCommand find(String name) {
        return byName.get(name.toLowerCase(Locale.ROOT));
    }

    /** All commands in the order of their registration. */
    public Collection<RegisteredCommand> all() {
        return byName.values();
    }

    /** Folding by clearing the case bit maps some punctuation together too, which only costs a comparison. */
    private static int foldedHash(byte[] array, int offset, int length) {
        int hash = length;
        for (int i = offset; i < offset + length; i++) {
            hash = hash * 31 + (array[i] & 0xdf);
        }
        return hash ^ hash >>> 15;
    }

    private static boolean foldedEquals(byte[] upperCase, Bytes name) {
        byte[] array = name.array();
        int offset = name.offset();
        for (int i = 0; i < upperCase.length; i++) {
            int b = array[offset + i];
            if (b >= 'a' && b <= 'z') {
                b -= 'a' - 'A';
            }
            if (b != upperCase[i]) {
                return false;
            }
        }
        return true;
    }
}

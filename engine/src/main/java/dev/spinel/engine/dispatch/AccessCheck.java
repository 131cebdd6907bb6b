package dev.spinel.engine.dispatch;

import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.KeySpec;
import dev.spinel.api.data.Bytes;
import dev.spinel.engine.acl.Permissions;
import dev.spinel.engine.acl.User;
import java.util.List;
import java.util.Set;

/**
 * Decides whether a user may run a command with its arguments.
 *
 * <p>Allocates nothing for commands that are allowed as a whole and whose keys are in their arguments. Engine thread only.
 */
public final class AccessCheck {
    private final KeyFinder keys = new KeyFinder();
    private boolean keysFound;
    private int position;

    /** What a check found; of several that forbid a command, the later one counts. */
    public enum Verdict {
        ALLOWED,
        COMMAND,
        KEY,
        CHANNEL
    }

    /**
     * Checks one command.
     *
     * @param args holds the command name, at {@code offset}, and the arguments after it
     * @param argCount number of arguments of the command, its name included
     */
    public Verdict check(User user, RegisteredCommand command, Bytes[] args, int offset, int argCount) {
        // Of the selectors that forbid the command, the one that got furthest tells the reason.
        Verdict reason = Verdict.COMMAND;
        int reasonPosition = 0;
        keysFound = false;
        List<Permissions> permissions = user.permissions();
        for (int i = 0; i < permissions.size(); i++) {
            position = 0;
            Verdict verdict = check(permissions.get(i), command, args, offset, argCount);
            if (verdict == Verdict.ALLOWED) {
                return verdict;
            }
            int order = verdict.compareTo(reason);
            if (order > 0 || (order == 0 && position > reasonPosition)) {
                reason = verdict;
                reasonPosition = position;
            }
        }
        position = reasonPosition;
        return reason;
    }

    /** Whether a user may run a command and, with the same permissions, read all keys there are. */
    boolean allowsReadOfAllKeys(User user, RegisteredCommand command, Bytes[] args, int argCount) {
        keysFound = false;
        for (Permissions permissions : user.permissions()) {
            if (permissions.allowReadOfAllKeys() && check(permissions, command, args, 0, argCount) == Verdict.ALLOWED) {
                return true;
            }
        }
        return false;
    }

    /** The position, from the command name, of the key or channel that the last check refused. */
    public int position() {
        return position;
    }

    private Verdict check(Permissions permissions, RegisteredCommand command, Bytes[] args, int offset, int argCount) {
        if (!command.spec().is(CommandFlag.NO_AUTH)
                && !permissions.allowCommand(command.accessId(), args, offset, argCount)) {
            return Verdict.COMMAND;
        }
        if (!permissions.allowAllKeys() && KeyFinder.mayHaveKeys(command.spec())) {
            findKeys(command, args, offset, argCount);
            for (int i = 0; i < keys.count(); i++) {
                if (!permissions.allowKey(args[offset + keys.position(i)], access(keys.flags(i)))) {
                    position = keys.position(i);
                    return Verdict.KEY;
                }
            }
        }
        return permissions.allowAllChannels()
                ? Verdict.ALLOWED
                : checkChannels(permissions, command, args, offset, argCount);
    }

    private void findKeys(RegisteredCommand command, Bytes[] args, int offset, int argCount) {
        if (!keysFound) {
            keys.find(command.spec(), args, offset, argCount);
            keysFound = true;
        }
    }

    private static int access(Set<KeySpec.Flag> flags) {
        int access = flags.contains(KeySpec.Flag.ACCESS) ? Permissions.READ : 0;
        boolean writes = flags.contains(KeySpec.Flag.INSERT)
                || flags.contains(KeySpec.Flag.DELETE)
                || flags.contains(KeySpec.Flag.UPDATE);
        return writes ? access | Permissions.WRITE : access;
    }

    private Verdict checkChannels(
            Permissions permissions, RegisteredCommand command, Bytes[] args, int offset, int argCount) {
        ChannelUse use = command.channelUse();
        int end = use == ChannelUse.NONE ? 1 : use == ChannelUse.FIRST ? 2 : argCount;
        for (int i = 1; i < end; i++) {
            if (!permissions.allowChannel(args[offset + i], use == ChannelUse.PATTERNS)) {
                position = i;
                return Verdict.CHANNEL;
            }
        }
        int channel = command.spec().channelIndex();
        if (channel < 0) {
            findKeys(command, args, offset, argCount);
            if (keys.count() == 0) { // so that nobody knows what is a channel
                position = 0;
                return Verdict.CHANNEL;
            }
            channel = keys.position(keys.count() - 1) - channel;
        }
        if (channel > 0 && channel < argCount && !permissions.allowChannel(args[offset + channel], false)) {
            position = channel;
            return Verdict.CHANNEL;
        }
        return Verdict.ALLOWED;
    }
}

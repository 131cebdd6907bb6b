package dev.spinel.engine.acl;

import dev.spinel.api.command.CommandSpec;
import java.util.List;

/** A command as access rules see it. Engine thread only. */
public interface RuleCommand {
    /** The index of its bit among the commands that a user may run; a name keeps its index for ever. */
    int accessId();

    /** Its own name in lower case, that of a subcommand as {@code config|get}; renaming does not change it. */
    String fullName();

    CommandSpec spec();

    /** Whether a plugin brought it; rules on categories leave it alone then. */
    boolean isForeign();

    /** Whether it belongs to a container. */
    boolean isSubcommand();

    List<? extends RuleCommand> subcommands();
}

package dev.spinel.engine.acl;

import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** The commands that rules can name, whatever clients call them. Engine thread only. */
public interface CommandCatalog {
    /** All commands by their own names, without subcommands, in the order of their registration. */
    Collection<? extends RuleCommand> ruleCommands();

    /** The command of a name in any case, a subcommand as {@code config|get}; null when there is none. */
    @Nullable
    RuleCommand ruleCommand(String fullName);
}

package dev.spinel.api.command;

import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A command: its specification and its handler, or its subcommands.
 *
 * @param spec what it is called and takes
 * @param handler what it does; a container such as CONFIG may have none, and then needs a subcommand
 * @param subcommands the commands of a container, each specified by its own name ({@code GET} of {@code CONFIG GET})
 */
public record Command(CommandSpec spec, @Nullable CommandHandler handler, List<Command> subcommands) {
    public Command {
        Objects.requireNonNull(spec, "spec");
        subcommands = List.copyOf(subcommands);
        if (handler == null && subcommands.isEmpty()) {
            throw new IllegalArgumentException("command " + spec.name() + " has neither a handler nor subcommands");
        }
        Set<String> names = new HashSet<>();
        for (Command subcommand : subcommands) {
            if (!names.add(subcommand.spec.name())) {
                throw new IllegalArgumentException(
                        "command " + spec.name() + " has two subcommands " + subcommand.spec.name());
            }
        }
    }

    public static Command of(CommandSpec spec, CommandHandler handler) {
        return new Command(spec, handler, List.of());
    }

    /** A command that only holds subcommands. */
    public static Command container(CommandSpec spec, Command... subcommands) {
        return new Command(spec, null, List.of(subcommands));
    }

    /** A command that runs by itself and also holds subcommands, as COMMAND does. */
    public static Command container(CommandSpec spec, CommandHandler handler, Command... subcommands) {
        return new Command(spec, handler, List.of(subcommands));
    }
}

package dev.spinel.engine.admin;

import dev.spinel.api.command.CommandHandler;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import java.util.List;

/** The HELP subcommand of a container, as lines. */
final class HelpText {
    private HelpText() {}

    /** The error for a subcommand with too many arguments that its arity alone does not tell. */
    static CommandException unknownOrWrongArity(String container, Bytes subcommand) {
        return Errors.err("unknown subcommand or wrong number of arguments for '" + subcommand + "'. Try " + container
                + " HELP.");
    }

    /**
     * A handler that answers the help of a container.
     *
     * @param container its name in upper case
     * @param lines a subcommand with its arguments, or an explanation indented by four blanks
     */
    static CommandHandler of(String container, String... lines) {
        List<String> help = List.of(lines);
        return call -> {
            call.reply().array(help.size() + 3);
            call.reply().simple(container + " <subcommand> [<arg> [value] [opt] ...]. Subcommands are:");
            for (String line : help) {
                call.reply().simple(line);
            }
            call.reply().simple("HELP");
            call.reply().simple("    Print this help.");
        };
    }
}

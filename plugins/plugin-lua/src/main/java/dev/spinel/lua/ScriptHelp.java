package dev.spinel.lua;

import dev.spinel.api.command.CommandHandler;
import java.util.List;

/** SCRIPT HELP and FUNCTION HELP. */
final class ScriptHelp {
    static final CommandHandler SCRIPT = of(
            "SCRIPT",
            "DEBUG (YES|SYNC|NO)",
            "    NO is accepted; there is no debugger.",
            "EXISTS <sha1> [<sha1> ...]",
            "    Tell of each script whether it is cached.",
            "FLUSH [ASYNC|SYNC]",
            "    Forget all cached scripts.",
            "KILL",
            "    End the script that runs, unless it has written.",
            "LOAD <script>",
            "    Cache a script without running it.",
            "SHOW <sha1>",
            "    Return the text of a cached script.");

    static final CommandHandler FUNCTION = of(
            "FUNCTION",
            "DELETE <library-name>",
            "    Delete a library with its functions.",
            "DUMP",
            "    Answer all libraries in the form that RESTORE takes.",
            "FLUSH [ASYNC|SYNC]",
            "    Delete all libraries.",
            "KILL",
            "    End the function that runs, unless it has written.",
            "LIST [LIBRARYNAME <pattern>] [WITHCODE]",
            "    Tell of all libraries, or those whose names match.",
            "LOAD [REPLACE] <function-code>",
            "    Add a library, or put it in the place of one of the same name.",
            "RESTORE <serialized-value> [FLUSH|APPEND|REPLACE]",
            "    Add libraries that were dumped: instead of all that exist, beside",
            "    them (the default), or in the place of those of the same names.",
            "STATS",
            "    Tell which function runs, and how many there are.");

    private ScriptHelp() {}

    private static CommandHandler of(String container, String... lines) {
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

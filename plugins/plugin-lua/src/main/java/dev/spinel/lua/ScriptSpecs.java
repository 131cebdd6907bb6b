package dev.spinel.lua;

import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.ALLOW_BUSY;
import static dev.spinel.api.command.CommandFlag.DENYOOM;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.MAY_REPLICATE;
import static dev.spinel.api.command.CommandFlag.MOVABLEKEYS;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.NO_MANDATORY_KEYS;
import static dev.spinel.api.command.CommandFlag.READONLY;
import static dev.spinel.api.command.CommandFlag.SKIP_MONITOR;
import static dev.spinel.api.command.CommandFlag.STALE;
import static dev.spinel.api.command.CommandFlag.WRITE;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;

/**
 * Specifications of EVAL, SCRIPT, FCALL, FUNCTION and their relatives, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15, and for SCRIPT SHOW the command page of Valkey 8.0.
 */
final class ScriptSpecs {
    static final CommandSpec EVAL = runs("EVAL", "2.6.0", "script")
            .flags(NOSCRIPT, SKIP_MONITOR, STALE, NO_MANDATORY_KEYS, MOVABLEKEYS, MAY_REPLICATE)
            .keys(KeySpec.counted(2, KeySpec.Flag.RW, KeySpec.Flag.ACCESS, KeySpec.Flag.UPDATE))
            .summary("Runs a Lua script on the server.")
            .build();

    static final CommandSpec EVAL_RO = runs("EVAL_RO", "7.0.0", "script")
            .flags(NOSCRIPT, SKIP_MONITOR, STALE, NO_MANDATORY_KEYS, MOVABLEKEYS, READONLY)
            .keys(KeySpec.counted(2, KeySpec.Flag.RO, KeySpec.Flag.ACCESS))
            .summary("Runs a Lua script on the server, which may only read.")
            .build();

    static final CommandSpec EVALSHA = runs("EVALSHA", "2.6.0", "sha1")
            .flags(NOSCRIPT, SKIP_MONITOR, STALE, NO_MANDATORY_KEYS, MOVABLEKEYS, MAY_REPLICATE)
            .keys(KeySpec.counted(2, KeySpec.Flag.RW, KeySpec.Flag.ACCESS, KeySpec.Flag.UPDATE))
            .summary("Runs a cached Lua script.")
            .build();

    static final CommandSpec EVALSHA_RO = runs("EVALSHA_RO", "7.0.0", "sha1")
            .flags(NOSCRIPT, SKIP_MONITOR, STALE, NO_MANDATORY_KEYS, MOVABLEKEYS, READONLY)
            .keys(KeySpec.counted(2, KeySpec.Flag.RO, KeySpec.Flag.ACCESS))
            .summary("Runs a cached Lua script, which may only read.")
            .build();

    static final CommandSpec FCALL = runs("FCALL", "7.0.0", "function")
            .flags(NOSCRIPT, SKIP_MONITOR, STALE, NO_MANDATORY_KEYS, MOVABLEKEYS, MAY_REPLICATE)
            .keys(KeySpec.counted(2, KeySpec.Flag.RW, KeySpec.Flag.ACCESS, KeySpec.Flag.UPDATE))
            .summary("Calls a function of a library.")
            .build();

    static final CommandSpec FCALL_RO = runs("FCALL_RO", "7.0.0", "function")
            .flags(NOSCRIPT, SKIP_MONITOR, STALE, NO_MANDATORY_KEYS, MOVABLEKEYS, READONLY)
            .keys(KeySpec.counted(2, KeySpec.Flag.RO, KeySpec.Flag.ACCESS))
            .summary("Calls a function of a library, which may only read.")
            .build();

    static final CommandSpec SCRIPT = container("SCRIPT", "2.6.0", "Groups the commands on cached scripts.");
    static final CommandSpec FUNCTION = container("FUNCTION", "7.0.0", "Groups the commands on function libraries.");

    static final CommandSpec SCRIPT_DEBUG = subcommand("DEBUG", "3.2.0", 3, NOSCRIPT)
            .arguments(oneOf("mode", word("yes", "YES"), word("sync", "SYNC"), word("no", "NO")))
            .summary("Sets how scripts are debugged.")
            .complexity("O(1)")
            .build();

    static final CommandSpec SCRIPT_EXISTS = subcommand("EXISTS", "2.6.0", -3, NOSCRIPT)
            .arguments(Argument.string("sha1").multiple())
            .tips("request_policy:all_shards", "response_policy:agg_logical_and")
            .summary("Tells whether scripts are cached.")
            .complexity("O(N) for N scripts to look for.")
            .build();

    static final CommandSpec SCRIPT_FLUSH = subcommand("FLUSH", "2.6.0", -2, NOSCRIPT)
            .arguments(oneOf("async", word("async", "ASYNC"), word("sync", "SYNC"))
                    .optional()
                    .since("6.2.0"))
            .changed("6.2.0", "Options ASYNC and SYNC.")
            .tips("request_policy:all_nodes", "response_policy:all_succeeded")
            .summary("Forgets all cached scripts.")
            .complexity("O(N) for N cached scripts.")
            .build();

    static final CommandSpec SCRIPT_HELP = subcommand("HELP", "5.0.0", 2, LOADING, STALE)
            .summary("Lists the subcommands of SCRIPT.")
            .complexity("O(1)")
            .build();

    static final CommandSpec SCRIPT_KILL = subcommand("KILL", "2.6.0", 2, NOSCRIPT, ALLOW_BUSY)
            .tips("request_policy:all_shards", "response_policy:one_succeeded")
            .summary("Ends the script that runs.")
            .complexity("O(1)")
            .build();

    static final CommandSpec SCRIPT_LOAD = subcommand("LOAD", "2.6.0", 3, NOSCRIPT, STALE)
            .arguments(Argument.string("script"))
            .tips("request_policy:all_nodes", "response_policy:all_succeeded")
            .summary("Caches a script.")
            .complexity("O(N) for N bytes of the script.")
            .build();

    static final CommandSpec SCRIPT_SHOW = subcommand("SHOW", "8.0.0", 3, NOSCRIPT, STALE)
            .arguments(Argument.string("sha1"))
            .summary("Returns the text of a cached script.")
            .complexity("O(1)")
            .build();

    static final CommandSpec FUNCTION_DELETE = subcommand("DELETE", "7.0.0", 3, NOSCRIPT, WRITE)
            .arguments(Argument.string("library-name"))
            .tips("request_policy:all_shards", "response_policy:all_succeeded")
            .summary("Deletes a library with its functions.")
            .complexity("O(1)")
            .build();

    static final CommandSpec FUNCTION_DUMP = subcommand("DUMP", "7.0.0", 2, NOSCRIPT)
            .summary("Answers all libraries in a form to restore.")
            .complexity("O(N) for N functions.")
            .build();

    static final CommandSpec FUNCTION_FLUSH = subcommand("FLUSH", "7.0.0", -2, NOSCRIPT, WRITE)
            .arguments(
                    oneOf("async", word("async", "ASYNC"), word("sync", "SYNC")).optional())
            .tips("request_policy:all_shards", "response_policy:all_succeeded")
            .summary("Deletes all function libraries.")
            .complexity("O(N) for N functions.")
            .build();

    static final CommandSpec FUNCTION_HELP = subcommand("HELP", "7.0.0", 2, LOADING, STALE)
            .summary("Lists the subcommands of FUNCTION.")
            .complexity("O(1)")
            .build();

    static final CommandSpec FUNCTION_KILL = subcommand("KILL", "7.0.0", 2, NOSCRIPT, ALLOW_BUSY)
            .tips("request_policy:all_shards", "response_policy:one_succeeded")
            .summary("Ends the function that runs.")
            .complexity("O(1)")
            .build();

    static final CommandSpec FUNCTION_LIST = subcommand("LIST", "7.0.0", -2, NOSCRIPT)
            .arguments(
                    Argument.string("library-name-pattern").token("LIBRARYNAME").optional(),
                    word("withcode", "WITHCODE").optional())
            .tips("nondeterministic_output_order")
            .summary("Tells of the libraries.")
            .complexity("O(N) for N functions.")
            .build();

    static final CommandSpec FUNCTION_LOAD = subcommand("LOAD", "7.0.0", -3, NOSCRIPT, WRITE, DENYOOM)
            .arguments(word("replace", "REPLACE").optional(), Argument.string("function-code"))
            .tips("request_policy:all_shards", "response_policy:all_succeeded")
            .summary("Adds a library of functions.")
            .complexity("O(1), the compilation aside.")
            .build();

    static final CommandSpec FUNCTION_RESTORE = subcommand("RESTORE", "7.0.0", -3, NOSCRIPT, WRITE, DENYOOM)
            .arguments(
                    Argument.string("serialized-value"),
                    oneOf("policy", word("flush", "FLUSH"), word("append", "APPEND"), word("replace", "REPLACE"))
                            .optional())
            .tips("request_policy:all_shards", "response_policy:all_succeeded")
            .summary("Adds libraries that were dumped.")
            .complexity("O(N) for N functions of the payload.")
            .build();

    static final CommandSpec FUNCTION_STATS = subcommand("STATS", "7.0.0", 2, NOSCRIPT, ALLOW_BUSY)
            .tips("nondeterministic_output", "request_policy:all_shards", "response_policy:special")
            .summary("Tells which function runs and how many there are.")
            .complexity("O(1)")
            .build();

    private ScriptSpecs() {}

    private static CommandSpec.Builder runs(String name, String since, String what) {
        return CommandSpec.named(name)
                .group(CommandGroup.SCRIPTING)
                .since(since)
                .arity(-3)
                .acl(AclCategory.SCRIPTING)
                .arguments(
                        Argument.string(what),
                        Argument.integer("numkeys"),
                        Argument.key("key", 0).optional().multiple(),
                        Argument.string("arg").optional().multiple())
                .complexity("By what is run.");
    }

    private static CommandSpec container(String name, String since, String summary) {
        return CommandSpec.named(name)
                .group(CommandGroup.SCRIPTING)
                .since(since)
                .arity(-2)
                .summary(summary)
                .complexity("By subcommand.")
                .build();
    }

    private static CommandSpec.Builder subcommand(String name, String since, int arity, CommandFlag... flags) {
        return CommandSpec.named(name)
                .group(CommandGroup.SCRIPTING)
                .since(since)
                .arity(arity)
                .flags(flags)
                .acl(AclCategory.SCRIPTING);
    }
}

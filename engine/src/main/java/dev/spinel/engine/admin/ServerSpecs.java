package dev.spinel.engine.admin;

import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.ADMIN;
import static dev.spinel.api.command.CommandFlag.ALLOW_BUSY;
import static dev.spinel.api.command.CommandFlag.FAST;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.NO_MULTI;
import static dev.spinel.api.command.CommandFlag.PROTECTED;
import static dev.spinel.api.command.CommandFlag.READONLY;
import static dev.spinel.api.command.CommandFlag.SENTINEL;
import static dev.spinel.api.command.CommandFlag.STALE;
import static dev.spinel.api.command.CommandFlag.SYSTEM;
import static dev.spinel.api.command.CommandFlag.WRITE;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;

/**
 * Specifications of the commands on the server as a whole, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class ServerSpecs {
    private static final Argument ASYNC = oneOf(
                    "async",
                    word("async", "ASYNC").since("4.0.0"),
                    word("sync", "SYNC").since("6.2.0"))
            .optional();

    static final CommandSpec DBSIZE = command("DBSIZE")
            .since("1.0.0")
            .arity(1)
            .flags(READONLY, FAST)
            .acl(AclCategory.KEYSPACE)
            .summary("Returns the number of keys of the database.")
            .complexity("O(1)")
            .tips("request_policy:all_shards", "response_policy:agg_sum")
            .build();

    static final CommandSpec DEBUG = command("DEBUG")
            .since("1.0.0")
            .arity(-2)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE, PROTECTED, SYSTEM)
            .summary("Holds tools for tests and diagnosis.")
            .complexity("By subcommand.")
            .build();

    static final CommandSpec FLUSHALL = command("FLUSHALL")
            .since("1.0.0")
            .arity(-1)
            .flags(WRITE)
            .acl(AclCategory.DANGEROUS, AclCategory.KEYSPACE)
            .arguments(ASYNC)
            .summary("Removes all keys of all databases.")
            .complexity("O(N) for N keys.")
            .changed("4.0.0", "Option ASYNC.")
            .changed("6.2.0", "Option SYNC.")
            .tips("request_policy:all_shards", "response_policy:all_succeeded")
            .build();

    static final CommandSpec FLUSHDB = command("FLUSHDB")
            .since("1.0.0")
            .arity(-1)
            .flags(WRITE)
            .acl(AclCategory.DANGEROUS, AclCategory.KEYSPACE)
            .arguments(ASYNC)
            .summary("Removes all keys of the database.")
            .complexity("O(N) for N keys.")
            .changed("4.0.0", "Option ASYNC.")
            .changed("6.2.0", "Option SYNC.")
            .tips("request_policy:all_shards", "response_policy:all_succeeded")
            .build();

    static final CommandSpec INFO = command("INFO")
            .since("1.0.0")
            .arity(-1)
            .flags(LOADING, STALE, SENTINEL)
            .acl(AclCategory.DANGEROUS)
            .arguments(string("section").optional().multiple())
            .summary("Describes the server and its statistics.")
            .complexity("O(1)")
            .changed("7.0.0", "Takes several sections.")
            .tips("nondeterministic_output", "request_policy:all_shards", "response_policy:special")
            .build();

    static final CommandSpec LOLWUT = command("LOLWUT")
            .since("5.0.0")
            .arity(-1)
            .flags(READONLY, FAST)
            .arguments(integer("version").token("VERSION").optional())
            .summary("Draws a picture and names the version.")
            .build();

    static final CommandSpec MONITOR = command("MONITOR")
            .since("1.0.0")
            .arity(1)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE)
            .summary("Streams every command that the server runs.")
            .build();

    static final CommandSpec SHUTDOWN = command("SHUTDOWN")
            .since("1.0.0")
            .arity(-1)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE, NO_MULTI, ALLOW_BUSY, SENTINEL)
            .arguments(
                    oneOf("nosave_save", word("nosave", "NOSAVE"), word("save", "SAVE"))
                            .optional(),
                    word("now", "NOW").optional().since("7.0.0"),
                    word("force", "FORCE").optional().since("7.0.0"),
                    word("abort", "ABORT").optional().since("7.0.0"))
            .summary("Stops the server, saving data first if asked to.")
            .complexity("O(N) for N keys when saving, otherwise O(1).")
            .changed("7.0.0", "Options NOW, FORCE and ABORT.")
            .build();

    static final CommandSpec SWAPDB = command("SWAPDB")
            .since("4.0.0")
            .arity(3)
            .flags(WRITE, FAST)
            .acl(AclCategory.DANGEROUS, AclCategory.KEYSPACE)
            .arguments(integer("index1"), integer("index2"))
            .summary("Exchanges the contents of two databases.")
            .complexity("O(N) for N clients that watch or wait for keys of either.")
            .build();

    static final CommandSpec TIME = command("TIME")
            .since("2.6.0")
            .arity(1)
            .flags(LOADING, STALE, FAST)
            .summary("Returns the server's clock.")
            .complexity("O(1)")
            .tips("nondeterministic_output")
            .build();

    private ServerSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.SERVER);
    }
}

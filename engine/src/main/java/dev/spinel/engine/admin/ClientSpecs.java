package dev.spinel.engine.admin;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.word;
import static dev.spinel.api.command.CommandFlag.ADMIN;
import static dev.spinel.api.command.CommandFlag.ALLOW_BUSY;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.SENTINEL;
import static dev.spinel.api.command.CommandFlag.STALE;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Argument;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;

/**
 * Specifications of CLIENT and its subcommands, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15; the manual for what 7.2 added.
 */
final class ClientSpecs {
    private static final Argument ENABLED = oneOf("enabled", word("on", "ON"), word("off", "OFF"));

    private static final Argument NAME = string("name").token("NAME").optional().since("9.0.0");
    private static final Argument IDLE =
            integer("idle").token("IDLE").optional().since("9.0.0");
    private static final Argument FLAGS =
            string("flags").token("FLAGS").optional().since("9.0.0");
    private static final Argument LIB_NAME =
            string("lib-name").token("LIB-NAME").optional().since("9.0.0");
    private static final Argument LIB_VER =
            string("lib-ver").token("LIB-VER").optional().since("9.0.0");
    private static final Argument DB = integer("db").token("DB").optional().since("9.0.0");
    private static final Argument CAPA = string("capa").token("CAPA").optional().since("9.0.0");
    private static final Argument IP = string("ip").token("IP").optional().since("9.0.0");

    static final CommandSpec CLIENT = command("CLIENT")
            .since("2.4.0")
            .arity(-2)
            .flags(SENTINEL)
            .summary("Groups the commands on client connections.")
            .complexity("By subcommand.")
            .build();

    static final CommandSpec CLIENT_CACHING = command("CACHING")
            .since("6.0.0")
            .arity(3)
            .flags(NOSCRIPT, LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .arguments(oneOf("mode", word("yes", "YES"), word("no", "NO")))
            .summary("Tells whether the keys of the next command are tracked.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLIENT_CAPA = command("CAPA")
            .since("8.0.0")
            .arity(-3)
            .flags(NOSCRIPT, LOADING, STALE, ALLOW_BUSY)
            .acl(AclCategory.CONNECTION)
            .arguments(string("capability").multiple())
            .summary("Tells what the client can do.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLIENT_GETNAME = command("GETNAME")
            .since("2.6.9")
            .arity(2)
            .flags(NOSCRIPT, LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .summary("Returns the name of the connection.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLIENT_GETREDIR = command("GETREDIR")
            .since("6.0.0")
            .arity(2)
            .flags(NOSCRIPT, LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .summary("Returns the client to which invalidations of this connection go.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLIENT_HELP = command("HELP")
            .since("5.0.0")
            .arity(2)
            .flags(LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .summary("Lists the subcommands.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLIENT_ID = command("ID")
            .since("5.0.0")
            .arity(2)
            .flags(NOSCRIPT, LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .summary("Returns the number of the connection.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLIENT_IMPORT_SOURCE = command("IMPORT-SOURCE")
            .since("8.1.0")
            .arity(3)
            .flags(NOSCRIPT, LOADING, STALE)
            .acl(AclCategory.CONNECTION)
            .arguments(ENABLED)
            .summary("Makes the connection the source of data that are imported.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLIENT_INFO = command("INFO")
            .since("6.2.0")
            .arity(2)
            .flags(NOSCRIPT, LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .summary("Describes the connection.")
            .complexity("O(1)")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec CLIENT_KILL = command("KILL")
            .since("2.4.0")
            .arity(-3)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .arguments(oneOf(
                    "filter",
                    string("ip:port").deprecatedSince("2.8.12"),
                    oneOf(
                                    "new-format",
                                    integer("client-id").token("ID").optional().since("2.8.12"),
                                    oneOf(
                                                    "normal_master_slave_pubsub",
                                                    word("normal", "NORMAL"),
                                                    word("master", "MASTER").since("3.2.0"),
                                                    word("slave", "SLAVE"),
                                                    word("replica", "REPLICA").since("5.0.0"),
                                                    word("pubsub", "PUBSUB"))
                                            .token("TYPE")
                                            .optional()
                                            .since("2.8.12"),
                                    string("username").token("USER").optional(),
                                    string("ip:port").token("ADDR").optional(),
                                    string("ip:port").token("LADDR").optional().since("6.2.0"),
                                    string("yes/no").token("SKIPME").optional(),
                                    integer("maxage").token("MAXAGE").optional().since("7.4.0"),
                                    NAME,
                                    IDLE,
                                    FLAGS,
                                    LIB_NAME,
                                    LIB_VER,
                                    DB,
                                    CAPA,
                                    IP)
                            .multiple()))
            .summary("Closes connections.")
            .complexity("O(N) for N clients.")
            .changed("2.8.12", "Takes filters.")
            .changed("2.8.12", "Filter ID.")
            .changed("3.2.0", "Type master.")
            .changed("5.0.0", "Type replica; slave stays as its other name.")
            .changed("6.2.0", "Filter LADDR.")
            .changed("7.4.0", "Filter MAXAGE.")
            .changed("9.0.0", "Filters NAME, IDLE, FLAGS, LIB-NAME, LIB-VER, DB, CAPA and IP, and NOT-, of Valkey.")
            .build();

    static final CommandSpec CLIENT_LIST = command("LIST")
            .since("2.4.0")
            .arity(-2)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .arguments(
                    oneOf(
                                    "normal_master_replica_pubsub",
                                    word("normal", "NORMAL"),
                                    word("master", "MASTER"),
                                    word("replica", "REPLICA"),
                                    word("pubsub", "PUBSUB"))
                            .token("TYPE")
                            .optional()
                            .since("5.0.0"),
                    block("id", integer("client-id").multiple())
                            .token("ID")
                            .optional()
                            .since("6.2.0"),
                    string("username").token("USER").optional().since("8.1.0"),
                    string("ip:port").token("ADDR").optional().since("8.1.0"),
                    string("ip:port").token("LADDR").optional().since("8.1.0"),
                    string("yes/no").token("SKIPME").optional().since("8.1.0"),
                    integer("maxage").token("MAXAGE").optional().since("8.1.0"),
                    NAME,
                    IDLE,
                    FLAGS,
                    LIB_NAME,
                    LIB_VER,
                    DB,
                    CAPA,
                    IP)
            .summary("Describes the open connections.")
            .complexity("O(N) for N clients.")
            .changed("2.8.12", "Field id.")
            .changed("5.0.0", "Filter TYPE.")
            .changed("6.0.0", "Field user.")
            .changed("6.2.0", "Fields argv-mem, tot-mem, laddr and redir; filter ID.")
            .changed("7.0.0", "Fields resp, multi-mem, rbs and rbp.")
            .changed("7.0.3", "Field ssub.")
            .changed("7.2.0", "Fields lib-name and lib-ver.")
            .changed("8.1.0", "Filters USER, ADDR, LADDR, SKIPME and MAXAGE, of Valkey.")
            .changed("9.0.0", "Filters NAME, IDLE, FLAGS, LIB-NAME, LIB-VER, DB, CAPA and IP, and NOT-, of Valkey.")
            .tips("nondeterministic_output")
            .build();

    static final CommandSpec CLIENT_NO_EVICT = command("NO-EVICT")
            .since("7.0.0")
            .arity(3)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .arguments(ENABLED)
            .summary("Exempts the connection from being closed to free memory.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLIENT_NO_TOUCH = command("NO-TOUCH")
            .since("7.2.0")
            .arity(3)
            .flags(NOSCRIPT, LOADING, STALE)
            .acl(AclCategory.CONNECTION)
            .arguments(ENABLED)
            .summary("Lets the commands of the connection leave access clocks alone.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLIENT_PAUSE = command("PAUSE")
            .since("2.9.50")
            .arity(-3)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .arguments(
                    integer("timeout"),
                    oneOf("mode", word("write", "WRITE"), word("all", "ALL"))
                            .optional()
                            .since("6.2.0"))
            .summary("Suspends the commands of clients for a time.")
            .complexity("O(1)")
            .changed("6.2.0", "Modes WRITE and ALL.")
            .build();

    static final CommandSpec CLIENT_REPLY = command("REPLY")
            .since("3.2.0")
            .arity(3)
            .flags(NOSCRIPT, LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .arguments(oneOf("on_off_skip", word("on", "ON"), word("off", "OFF"), word("skip", "SKIP")))
            .summary("Tells whether the connection gets replies.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLIENT_SETINFO = command("SETINFO")
            .since("7.2.0")
            .arity(4)
            .flags(NOSCRIPT, LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .arguments(oneOf(
                    "attr",
                    string("libname").token("LIB-NAME"),
                    string("libver").token("LIB-VER")))
            .summary("Tells the server the name or the version of the client library.")
            .complexity("O(1)")
            .tips("request_policy:all_nodes", "response_policy:all_succeeded")
            .build();

    static final CommandSpec CLIENT_SETNAME = command("SETNAME")
            .since("2.6.9")
            .arity(3)
            .flags(NOSCRIPT, LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .arguments(string("connection-name"))
            .summary("Names the connection.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLIENT_TRACKING = command("TRACKING")
            .since("6.0.0")
            .arity(-3)
            .flags(NOSCRIPT, LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .arguments(
                    oneOf("status", word("on", "ON"), word("off", "OFF")),
                    integer("client-id").token("REDIRECT").optional(),
                    string("prefix").token("PREFIX").optional().multiple().multipleToken(),
                    word("bcast", "BCAST").optional(),
                    word("optin", "OPTIN").optional(),
                    word("optout", "OPTOUT").optional(),
                    word("noloop", "NOLOOP").optional())
            .summary("Switches the tracking of keys that the client caches.")
            .complexity("O(1), and the cost of the given prefixes.")
            .build();

    static final CommandSpec CLIENT_TRACKINGINFO = command("TRACKINGINFO")
            .since("6.2.0")
            .arity(2)
            .flags(NOSCRIPT, LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .summary("Describes the tracking of the connection.")
            .complexity("O(1)")
            .build();

    static final CommandSpec CLIENT_UNBLOCK = command("UNBLOCK")
            .since("5.0.0")
            .arity(-3)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .arguments(
                    integer("client-id"),
                    oneOf("timeout_error", word("timeout", "TIMEOUT"), word("error", "ERROR"))
                            .optional())
            .summary("Ends the waiting of another client.")
            .complexity("O(log(N)) for N clients.")
            .build();

    static final CommandSpec CLIENT_UNPAUSE = command("UNPAUSE")
            .since("6.2.0")
            .arity(2)
            .flags(ADMIN, NOSCRIPT, LOADING, STALE, SENTINEL)
            .acl(AclCategory.CONNECTION)
            .summary("Ends CLIENT PAUSE.")
            .complexity("O(N) for N paused clients.")
            .build();

    private ClientSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.CONNECTION);
    }
}

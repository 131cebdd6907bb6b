package dev.spinel.engine.admin;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.CommandFlag.ALLOW_BUSY;
import static dev.spinel.api.command.CommandFlag.FAST;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.NO_AUTH;
import static dev.spinel.api.command.CommandFlag.SENTINEL;
import static dev.spinel.api.command.CommandFlag.STALE;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;

/**
 * Specifications of the commands on the own connection, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class ConnectionSpecs {
    static final CommandSpec AUTH = command("AUTH")
            .since("1.0.0")
            .arity(-2)
            .flags(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY, SENTINEL)
            .arguments(string("username").optional().since("6.0.0"), string("password"))
            .summary("Authenticates the connection.")
            .complexity("O(N) for N passwords of the user.")
            .changed("6.0.0", "Takes a user name.")
            .build();

    static final CommandSpec ECHO = command("ECHO")
            .since("1.0.0")
            .arity(2)
            .flags(LOADING, STALE, FAST)
            .arguments(string("message"))
            .summary("Returns its argument.")
            .complexity("O(1)")
            .build();

    static final CommandSpec HELLO = command("HELLO")
            .since("6.0.0")
            .arity(-1)
            .flags(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY, SENTINEL)
            .arguments(block(
                            "arguments",
                            integer("protover"),
                            block("username_password", string("username"), string("password"))
                                    .token("AUTH")
                                    .optional(),
                            string("clientname").token("SETNAME").optional())
                    .optional())
            .summary("Chooses the protocol version, with authentication and a name if given.")
            .complexity("O(1)")
            .changed("6.2.0", "The protocol version is optional; without it the connection is described.")
            .build();

    static final CommandSpec PING = command("PING")
            .since("1.0.0")
            .arity(-1)
            .flags(FAST, SENTINEL)
            .arguments(string("message").optional())
            .summary("Answers PONG or its argument.")
            .complexity("O(1)")
            .tips("request_policy:all_shards", "response_policy:all_succeeded")
            .build();

    static final CommandSpec QUIT = command("QUIT")
            .since("1.0.0")
            .arity(-1)
            .flags(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY)
            .summary("Closes the connection.")
            .complexity("O(1)")
            .build();

    static final CommandSpec RESET = command("RESET")
            .since("6.2.0")
            .arity(1)
            .flags(NOSCRIPT, LOADING, STALE, FAST, NO_AUTH, ALLOW_BUSY)
            .summary("Sets the connection back to its first state.")
            .complexity("O(1)")
            .build();

    static final CommandSpec SELECT = command("SELECT")
            .since("1.0.0")
            .arity(2)
            .flags(LOADING, STALE, FAST)
            .arguments(integer("index"))
            .summary("Chooses the database of the connection.")
            .complexity("O(1)")
            .build();

    private ConnectionSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.CONNECTION).acl(AclCategory.CONNECTION);
    }
}

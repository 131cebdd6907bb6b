package dev.spinel.engine.transaction;

import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.CommandFlag.ALLOW_BUSY;
import static dev.spinel.api.command.CommandFlag.FAST;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.SKIP_SLOWLOG;
import static dev.spinel.api.command.CommandFlag.STALE;
import static dev.spinel.api.command.KeySpec.Flag.RO;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;

/**
 * Specifications of the commands of transactions, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class TransactionSpecs {
    static final CommandSpec DISCARD = command("DISCARD")
            .since("2.0.0")
            .arity(1)
            .flags(NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY)
            .summary("Drops the commands queued since MULTI.")
            .complexity("O(N) for N queued commands.")
            .build();

    static final CommandSpec EXEC = command("EXEC")
            .since("1.2.0")
            .arity(1)
            .flags(NOSCRIPT, LOADING, STALE, SKIP_SLOWLOG)
            .summary("Runs the commands queued since MULTI as one.")
            .complexity("The sum of the queued commands.")
            .build();

    static final CommandSpec MULTI = command("MULTI")
            .since("1.2.0")
            .arity(1)
            .flags(NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY)
            .summary("Starts queueing commands to run as one.")
            .complexity("O(1)")
            .build();

    static final CommandSpec UNWATCH = command("UNWATCH")
            .since("2.2.0")
            .arity(1)
            .flags(NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY)
            .summary("Forgets all watched keys.")
            .complexity("O(1)")
            .build();

    static final CommandSpec WATCH = command("WATCH")
            .since("2.2.0")
            .arity(-2)
            .flags(NOSCRIPT, LOADING, STALE, FAST, ALLOW_BUSY)
            .keys(KeySpec.range(1, -1, 1, RO))
            .arguments(key("key", 0).multiple())
            .summary("Makes the next EXEC depend on keys staying unchanged.")
            .complexity("O(N) for N keys.")
            .build();

    private TransactionSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.TRANSACTIONS).acl(AclCategory.TRANSACTION);
    }
}

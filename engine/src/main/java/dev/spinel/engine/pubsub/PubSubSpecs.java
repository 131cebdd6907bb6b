package dev.spinel.engine.pubsub;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.pattern;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.CommandFlag.FAST;
import static dev.spinel.api.command.CommandFlag.LOADING;
import static dev.spinel.api.command.CommandFlag.MAY_REPLICATE;
import static dev.spinel.api.command.CommandFlag.NOSCRIPT;
import static dev.spinel.api.command.CommandFlag.SENTINEL;
import static dev.spinel.api.command.CommandFlag.STALE;
import static dev.spinel.api.command.KeySpec.Flag.NOT_KEY;

import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandGroup;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;

/**
 * Specifications of the commands of publish/subscribe, by name.
 *
 * <p>Source of the facts: COMMAND INFO and COMMAND DOCS of Redis 7.0.15.
 */
final class PubSubSpecs {
    static final CommandSpec PSUBSCRIBE = command("PSUBSCRIBE")
            .since("2.0.0")
            .arity(-2)
            .flags(CommandFlag.PUBSUB, NOSCRIPT, LOADING, STALE, SENTINEL)
            .arguments(block("pattern", pattern("pattern")).multiple())
            .summary("Subscribes to the channels that match patterns.")
            .complexity("O(N) for N patterns of the client.")
            .build();

    static final CommandSpec PUBLISH = command("PUBLISH")
            .since("2.0.0")
            .arity(3)
            .flags(CommandFlag.PUBSUB, LOADING, STALE, FAST, MAY_REPLICATE, SENTINEL)
            .arguments(string("channel"), string("message"))
            .summary("Sends a message to a channel.")
            .complexity("O(N+M) for N subscribers of the channel and M patterns of all clients.")
            .build();

    static final CommandSpec PUBSUB = command("PUBSUB")
            .since("2.8.0")
            .arity(-2)
            .summary("Groups the commands that look into subscriptions.")
            .complexity("By subcommand.")
            .build();

    static final CommandSpec PUBSUB_CHANNELS = command("CHANNELS")
            .since("2.8.0")
            .arity(-2)
            .flags(CommandFlag.PUBSUB, LOADING, STALE)
            .arguments(pattern("pattern").optional())
            .summary("Returns the channels that have subscribers.")
            .complexity("O(N) for N channels.")
            .build();

    static final CommandSpec PUBSUB_HELP = command("HELP")
            .since("6.2.0")
            .arity(2)
            .flags(LOADING, STALE)
            .summary("Lists the subcommands.")
            .complexity("O(1)")
            .build();

    static final CommandSpec PUBSUB_NUMPAT = command("NUMPAT")
            .since("2.8.0")
            .arity(2)
            .flags(CommandFlag.PUBSUB, LOADING, STALE)
            .summary("Counts the patterns that have subscribers.")
            .complexity("O(1)")
            .build();

    static final CommandSpec PUBSUB_NUMSUB = command("NUMSUB")
            .since("2.8.0")
            .arity(-2)
            .flags(CommandFlag.PUBSUB, LOADING, STALE)
            .arguments(string("channel").optional().multiple())
            .summary("Counts the subscribers of channels.")
            .complexity("O(N) for N channels named.")
            .build();

    static final CommandSpec PUBSUB_SHARDCHANNELS = command("SHARDCHANNELS")
            .since("7.0.0")
            .arity(-2)
            .flags(CommandFlag.PUBSUB, LOADING, STALE)
            .arguments(pattern("pattern").optional())
            .summary("Returns the shard channels that have subscribers.")
            .complexity("O(N) for N shard channels.")
            .build();

    static final CommandSpec PUBSUB_SHARDNUMSUB = command("SHARDNUMSUB")
            .since("7.0.0")
            .arity(-2)
            .flags(CommandFlag.PUBSUB, LOADING, STALE)
            .arguments(string("shardchannel").optional().multiple())
            .summary("Counts the subscribers of shard channels.")
            .complexity("O(N) for N shard channels named.")
            .build();

    static final CommandSpec PUNSUBSCRIBE = command("PUNSUBSCRIBE")
            .since("2.0.0")
            .arity(-1)
            .flags(CommandFlag.PUBSUB, NOSCRIPT, LOADING, STALE, SENTINEL)
            .arguments(pattern("pattern").optional().multiple())
            .summary("Ends subscriptions to patterns.")
            .complexity("O(N+M) for N patterns of the client and M of all clients.")
            .build();

    static final CommandSpec SPUBLISH = command("SPUBLISH")
            .since("7.0.0")
            .arity(3)
            .flags(CommandFlag.PUBSUB, LOADING, STALE, FAST, MAY_REPLICATE)
            .keys(KeySpec.at(1, NOT_KEY))
            .arguments(string("shardchannel"), string("message"))
            .summary("Sends a message to a shard channel.")
            .complexity("O(N) for N subscribers of the shard channel.")
            .build();

    static final CommandSpec SSUBSCRIBE = command("SSUBSCRIBE")
            .since("7.0.0")
            .arity(-2)
            .flags(CommandFlag.PUBSUB, NOSCRIPT, LOADING, STALE)
            .keys(KeySpec.range(1, -1, 1, NOT_KEY))
            .arguments(string("shardchannel").multiple())
            .summary("Subscribes to shard channels.")
            .complexity("O(N) for N shard channels named.")
            .build();

    static final CommandSpec SUBSCRIBE = command("SUBSCRIBE")
            .since("2.0.0")
            .arity(-2)
            .flags(CommandFlag.PUBSUB, NOSCRIPT, LOADING, STALE, SENTINEL)
            .arguments(string("channel").multiple())
            .summary("Subscribes to channels.")
            .complexity("O(N) for N channels named.")
            .build();

    static final CommandSpec SUNSUBSCRIBE = command("SUNSUBSCRIBE")
            .since("7.0.0")
            .arity(-1)
            .flags(CommandFlag.PUBSUB, NOSCRIPT, LOADING, STALE)
            .keys(KeySpec.range(1, -1, 1, NOT_KEY))
            .arguments(string("shardchannel").optional().multiple())
            .summary("Ends subscriptions to shard channels.")
            .complexity("O(N) for N shard channels of the client.")
            .build();

    static final CommandSpec UNSUBSCRIBE = command("UNSUBSCRIBE")
            .since("2.0.0")
            .arity(-1)
            .flags(CommandFlag.PUBSUB, NOSCRIPT, LOADING, STALE, SENTINEL)
            .arguments(string("channel").optional().multiple())
            .summary("Ends subscriptions to channels.")
            .complexity("O(N) for N channels of the client.")
            .build();

    private PubSubSpecs() {}

    private static CommandSpec.Builder command(String name) {
        return CommandSpec.named(name).group(CommandGroup.PUBSUB);
    }
}

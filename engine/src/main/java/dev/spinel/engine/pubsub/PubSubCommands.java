package dev.spinel.engine.pubsub;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientCall;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.KeptRequests;
import dev.spinel.engine.pubsub.PubSub.Kind;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The commands of publish/subscribe. Engine thread only. */
public final class PubSubCommands implements ServerPlugin {
    private static final List<String> HELP = List.of(
            "PUBSUB <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
            "CHANNELS [<pattern>]",
            "    Return the currently active channels matching a <pattern> (default: '*').",
            "NUMPAT",
            "    Return number of subscriptions to patterns.",
            "NUMSUB [<channel> ...]",
            "    Return the number of subscribers for the specified channels, excluding",
            "    pattern subscriptions(default: no channels).",
            "SHARDCHANNELS [<pattern>]",
            "    Return the currently active shard level channels matching a <pattern> (default: '*').",
            "SHARDNUMSUB [<shardchannel> ...]",
            "    Return the number of subscribers for the specified shard level channel(s)",
            "HELP",
            "    Print this help.");

    private final PubSub pubSub;
    private final KeptRequests kept;

    public PubSubCommands(PubSub pubSub, KeptRequests kept) {
        this.pubSub = pubSub;
        this.kept = kept;
    }

    @Override
    public String name() {
        return "pubsub";
    }

    @Override
    public List<Command> commands() {
        return List.of(
                Command.of(PubSubSpecs.PSUBSCRIBE, call -> subscribe(call, Kind.PATTERN)),
                Command.of(PubSubSpecs.PUBLISH, this::publish),
                Command.container(
                        PubSubSpecs.PUBSUB,
                        Command.of(PubSubSpecs.PUBSUB_CHANNELS, call -> names(call, Kind.CHANNEL)),
                        Command.of(PubSubSpecs.PUBSUB_HELP, PubSubCommands::help),
                        Command.of(
                                PubSubSpecs.PUBSUB_NUMPAT, call -> call.reply().integer(pubSub.patternCount())),
                        Command.of(PubSubSpecs.PUBSUB_NUMSUB, call -> subscriberCounts(call, Kind.CHANNEL)),
                        Command.of(PubSubSpecs.PUBSUB_SHARDCHANNELS, call -> names(call, Kind.SHARD)),
                        Command.of(PubSubSpecs.PUBSUB_SHARDNUMSUB, call -> subscriberCounts(call, Kind.SHARD))),
                Command.of(PubSubSpecs.PUNSUBSCRIBE, call -> unsubscribe(call, Kind.PATTERN)),
                Command.of(PubSubSpecs.SPUBLISH, this::spublish),
                Command.of(PubSubSpecs.SSUBSCRIBE, call -> subscribe(call, Kind.SHARD)),
                Command.of(PubSubSpecs.SUBSCRIBE, call -> subscribe(call, Kind.CHANNEL)),
                Command.of(PubSubSpecs.SUNSUBSCRIBE, call -> unsubscribe(call, Kind.SHARD)),
                Command.of(PubSubSpecs.UNSUBSCRIBE, call -> unsubscribe(call, Kind.CHANNEL)));
    }

    private void subscribe(Call call, Kind kind) {
        Client client = ClientCall.of(call).client();
        if (kind == Kind.SHARD && client.is(ClientFlag.IN_EXEC)) {
            throw Errors.err("SSUBSCRIBE isn't allowed for a DENY BLOCKING client");
        }
        long bytes = 0;
        for (int i = 1; i < call.argCount(); i++) {
            bytes += PubSub.heapBytes(call.arg(i));
        }
        kept.requireRoom(client, bytes);
        for (int i = 1; i < call.argCount(); i++) {
            pubSub.subscribe(client, kind, call.arg(i));
        }
    }

    private void unsubscribe(Call call, Kind kind) {
        Client client = ClientCall.of(call).client();
        if (call.argCount() == 1) {
            pubSub.unsubscribeAll(client, kind);
            return;
        }
        for (int i = 1; i < call.argCount(); i++) {
            pubSub.unsubscribe(client, kind, call.arg(i));
        }
    }

    private void publish(Call call) {
        call.reply().integer(pubSub.publish(call.arg(1), call.arg(2)));
        ClientCall.of(call).propagateToReplicas();
    }

    private void spublish(Call call) {
        call.reply().integer(pubSub.publishToShard(call.arg(1), call.arg(2)));
        ClientCall.of(call).propagateToReplicas();
    }

    private void names(Call call, Kind kind) {
        if (call.argCount() > 3) {
            throw Errors.err(
                    "unknown subcommand or wrong number of arguments for '" + call.arg(1) + "'. Try PUBSUB HELP.");
        }
        @Nullable Bytes pattern = call.argCount() == 3 ? call.arg(2) : null;
        List<Bytes> names = pubSub.names(kind, pattern);
        call.reply().array(names.size());
        for (Bytes name : names) {
            call.reply().bulk(name);
        }
    }

    private void subscriberCounts(Call call, Kind kind) {
        call.reply().array((call.argCount() - 2) * 2);
        for (int i = 2; i < call.argCount(); i++) {
            call.reply().bulk(call.arg(i));
            call.reply().integer(pubSub.subscriberCount(kind, call.arg(i)));
        }
    }

    private static void help(Call call) {
        ReplyWriter reply = call.reply();
        reply.array(HELP.size());
        for (String line : HELP) {
            reply.simple(line);
        }
    }
}

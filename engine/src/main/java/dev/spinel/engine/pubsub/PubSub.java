package dev.spinel.engine.pubsub;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.GlobPattern;
import dev.spinel.api.error.CommandException;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.client.KeptRequests;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who subscribed to what, and the delivery of messages.
 *
 * <p>Engine thread only.
 */
public final class PubSub {
    /** What a subscription takes of the heap beside the bytes of its name, here and with its client. */
    private static final long SUBSCRIPTION_BYTES = 384;

    private final KeptRequests kept;
    private final Map<Bytes, Set<Client>> channels = new LinkedHashMap<>();
    private final Map<Bytes, Set<Client>> patterns = new LinkedHashMap<>();
    private final Map<Bytes, Set<Client>> shardChannels = new LinkedHashMap<>();

    /** @param kept counts the subscriptions */
    public PubSub(KeptRequests kept) {
        this.kept = kept;
    }

    /** A way to subscribe, with the words of its messages. */
    enum Kind {
        CHANNEL("subscribe", "unsubscribe"),
        PATTERN("psubscribe", "punsubscribe"),
        SHARD("ssubscribe", "sunsubscribe");

        private final String subscribed;
        private final String unsubscribed;

        Kind(String subscribed, String unsubscribed) {
            this.subscribed = subscribed;
            this.unsubscribed = unsubscribed;
        }

        private Set<Bytes> of(Client client) {
            return switch (this) {
                case CHANNEL -> client.channels();
                case PATTERN -> client.patterns();
                case SHARD -> client.shardChannels();
            };
        }
    }

    private Map<Bytes, Set<Client>> registry(Kind kind) {
        return switch (kind) {
            case CHANNEL -> channels;
            case PATTERN -> patterns;
            case SHARD -> shardChannels;
        };
    }

    /** Number of channels with subscribers. */
    public int channelCount() {
        return channels.size();
    }

    /** Number of patterns with subscribers. */
    public int patternCount() {
        return patterns.size();
    }

    /** Number of shard channels with subscribers. */
    public int shardChannelCount() {
        return shardChannels.size();
    }

    /** The channels of a kind that have subscribers, those that match a pattern if there is one. */
    List<Bytes> names(Kind kind, @Nullable Bytes pattern) {
        List<Bytes> names = new ArrayList<>();
        for (Bytes name : registry(kind).keySet()) {
            if (pattern == null || GlobPattern.matches(pattern, name, false)) {
                names.add(name);
            }
        }
        return names;
    }

    /** Number of subscribers of a channel. */
    int subscriberCount(Kind kind, Bytes channel) {
        Set<Client> clients = registry(kind).get(channel);
        return clients == null ? 0 : clients.size();
    }

    /** What a subscription takes of the heap, in bytes. */
    static long heapBytes(Bytes name) {
        return SUBSCRIPTION_BYTES + name.length();
    }

    /** Subscribes a client and tells it. */
    void subscribe(Client client, Kind kind, Bytes name) {
        Bytes copy = name.copy();
        if (kind.of(client).add(copy)) {
            registry(kind).computeIfAbsent(copy, k -> new LinkedHashSet<>(1)).add(client);
            kept.keep(client, heapBytes(copy));
        }
        client.set(ClientFlag.SUBSCRIBED, true);
        confirm(client, kind, kind.subscribed, copy);
    }

    /** Unsubscribes a client and tells it, even if it was not subscribed. */
    void unsubscribe(Client client, Kind kind, Bytes name) {
        forget(client, kind, name);
        confirm(client, kind, kind.unsubscribed, name);
    }

    /** Unsubscribes a client from everything of a kind and tells it, once for each or once without a name. */
    void unsubscribeAll(Client client, Kind kind) {
        if (kind.of(client).isEmpty()) {
            confirm(client, kind, kind.unsubscribed, null);
            return;
        }
        for (Bytes name : List.copyOf(kind.of(client))) {
            unsubscribe(client, kind, name);
        }
    }

    private void forget(Client client, Kind kind, Bytes name) {
        if (kind.of(client).remove(name)) {
            kept.give(client, heapBytes(name));
            Set<Client> clients = registry(kind).get(name);
            if (clients != null && clients.remove(client) && clients.isEmpty()) {
                registry(kind).remove(name);
            }
        }
        client.set(
                ClientFlag.SUBSCRIBED,
                client.subscriptionCount() + client.shardChannels().size() > 0);
    }

    /** Unsubscribes a client from everything without telling it. */
    public void disconnect(Client client) {
        if (client.is(ClientFlag.SUBSCRIBED)) {
            for (Kind kind : Kind.values()) {
                for (Bytes name : List.copyOf(kind.of(client))) {
                    forget(client, kind, name);
                }
            }
        }
    }

    private static void confirm(Client client, Kind kind, String word, @Nullable Bytes name) {
        ReplyWriter reply = client.reply();
        reply.push(3);
        reply.bulk(word);
        if (name == null) {
            reply.nil();
        } else {
            reply.bulk(name);
        }
        reply.integer(kind == Kind.SHARD ? client.shardChannels().size() : client.subscriptionCount());
    }

    /**
     * Delivers a message to the subscribers of a channel and of the patterns that match it.
     *
     * @return the number of deliveries
     */
    public int publish(Bytes channel, Bytes message) {
        int receivers = 0;
        Set<Client> subscribers = channels.get(channel);
        if (subscribers != null) {
            receivers += subscribers.size();
            deliver(subscribers, "message", channel, message);
        }
        if (!patterns.isEmpty()) {
            for (Map.Entry<Bytes, Set<Client>> entry : patterns.entrySet()) {
                if (GlobPattern.matches(entry.getKey(), channel, false)) {
                    receivers += entry.getValue().size();
                    for (Client client : entry.getValue()) {
                        deliver(client, "pmessage", entry.getKey(), channel, message);
                    }
                }
            }
        }
        return receivers;
    }

    /** Delivers a message to the subscribers of a shard channel; returns their number. */
    int publishToShard(Bytes channel, Bytes message) {
        Set<Client> subscribers = shardChannels.get(channel);
        if (subscribers == null) {
            return 0;
        }
        deliver(subscribers, "smessage", channel, message);
        return subscribers.size();
    }

    private static void deliver(Set<Client> subscribers, String word, Bytes channel, Bytes message) {
        for (Client client : subscribers) {
            deliver(client, word, null, channel, message);
        }
    }

    private static void deliver(Client client, String word, @Nullable Bytes pattern, Bytes channel, Bytes message) {
        try {
            ReplyWriter reply = client.reply();
            reply.push(pattern == null ? 3 : 4);
            reply.bulk(word);
            if (pattern != null) {
                reply.bulk(pattern);
            }
            reply.bulk(channel);
            reply.bulk(message);
        } catch (CommandException noRoom) {
            // It is the subscriber that fails, not the publisher; what is half written goes with the connection.
            client.connection().close();
        }
    }

    /** Whether anybody subscribed to anything, so that events are worth making. */
    public boolean hasSubscribers() {
        return !channels.isEmpty() || !patterns.isEmpty();
    }
}

package dev.spinel.engine.client;

import dev.spinel.api.error.CommandException;
import dev.spinel.engine.stats.ServerStatistics;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;

/**
 * When a client is closed without having asked for it: too long idle, too much output that it does not read, no memory for
 * its reply.
 *
 * <p>Engine thread only.
 */
public final class ClientLimits {
    /** Output that no hard limit concerns; as in Redis, where each client has a buffer of this size that is not counted. */
    private static final int UNLIMITED_BYTES = 16 << 10;

    private static final long MILLIS_PER_SECOND = 1000;

    /** How long the memory of all clients is not summed up again, for each of them; some forty times what it takes. */
    private static final long WEIGH_PAUSE_NANOS = 2000;

    private static final long MAX_WEIGH_PAUSE_NANOS = 5_000_000;

    private final ClientRegistry clients;
    private final ServerStatistics statistics;
    private final Consumer<String> log;
    private Consumer<Client> forget = client -> {};
    private long idleMillis;
    private long allBytes;
    private long nextWeighNanos;
    private boolean weighsNow;
    private OutputLimit normal = OutputLimit.NONE;
    private OutputLimit pubSub = OutputLimit.NONE;
    private OutputLimit replica = OutputLimit.NONE;
    private long leastReplicaHardBytes;
    /** The smallest hard limit: below it no look at the kind of client is needed. */
    private long leastHardBytes = Long.MAX_VALUE;

    /**
     * How much output may wait for a client.
     *
     * @param hardBytes closes at once; 0 for no limit
     * @param softBytes closes when exceeded for longer than {@code softSeconds}; 0 for no limit
     */
    public record OutputLimit(long hardBytes, long softBytes, long softSeconds) {
        static final OutputLimit NONE = new OutputLimit(0, 0, 0);
    }

    /** @param log receives a line for each client closed because of its output or the memory of all */
    public ClientLimits(ClientRegistry clients, ServerStatistics statistics, Consumer<String> log) {
        this.statistics = statistics;
        this.clients = clients;
        this.log = log;
    }

    /** Sets how a client is removed whose connection was closed, before its transport tells. */
    public void onClose(Consumer<Client> value) {
        forget = value;
    }

    /** Sets after how many seconds without a command a client is closed ({@code timeout}); 0 for never. */
    public void idleSeconds(long seconds) {
        idleMillis = seconds * MILLIS_PER_SECOND;
    }

    /** Sets the limits of {@code client-output-buffer-limit}: ordinary clients, those with subscriptions, replicas. */
    public void output(OutputLimit ofNormal, OutputLimit ofPubSub, OutputLimit ofReplica) {
        normal = ofNormal;
        pubSub = ofPubSub;
        replica = ofReplica;
        leastHardBytes = Math.min(
                orEndless(ofReplica.hardBytes), Math.min(orEndless(ofNormal.hardBytes), orEndless(ofPubSub.hardBytes)));
    }

    /** Sets below which bytes the hard limit of replicas has no effect: what is kept for all of them anyway. */
    public void leastReplicaHardBytes(long bytes) {
        leastReplicaHardBytes = bytes;
    }

    private static long orEndless(long bytes) {
        return bytes == 0 ? Long.MAX_VALUE : bytes;
    }

    /** Closes a client whose output is above the hard limit; returns whether it did. */
    public boolean closeIfOverHardLimit(Client client) {
        if (client.isOutputRefused()) {
            end(client);
            return true;
        }
        if (isWithinHardLimit(client, client.outputBytes())) {
            return false;
        }
        close(client);
        return true;
    }

    /**
     * Whether output may grow to so many bytes; if not, the client is over its limit from now on. What is written to replicas
     * is not a reply that could be given up: they are closed when it is complete.
     */
    public boolean allows(Client client, long outputBytes) {
        if (client.is(ClientFlag.REPLICA) || isWithinHardLimit(client, outputBytes)) {
            return true;
        }
        if (!client.isOutputRefused()) {
            client.refuseOutput();
            tellOverLimit(client);
        }
        return false;
    }

    /**
     * Writes a reply in whose place no error can be answered. A client that has no room for it is closed, since its later
     * replies would be taken for this one; nobody else is to suffer from that.
     */
    public void replyOrClose(Client client, Consumer<Client> reply) {
        try {
            reply.accept(client);
        } catch (CommandException noRoom) {
            if (!client.isOutputRefused()) {
                client.refuseOutput();
                log.accept("Client id=" + client.id() + " addr="
                        + client.connection().remoteAddress() + " closed as there is no memory for its reply.");
            }
            client.connection().close();
        }
    }

    private boolean isWithinHardLimit(Client client, long outputBytes) {
        return outputBytes < leastHardBytes || outputBytes < hardBytes(client) || outputBytes <= UNLIMITED_BYTES;
    }

    /** Closes all clients that are idle for too long or over a limit. O(number of clients). */
    public void sweep(long nowMillis) {
        for (Client client : new ArrayList<>(clients.all())) {
            if (isIdle(client, nowMillis)) {
                end(client);
            } else if (!closeIfOverHardLimit(client) && isOverSoftLimit(client, nowMillis)) {
                close(client);
            }
        }
    }

    private long hardBytes(Client client) {
        long bytes = orEndless(limit(client).hardBytes);
        return client.is(ClientFlag.REPLICA) ? Math.max(bytes, leastReplicaHardBytes) : bytes;
    }

    private OutputLimit limit(Client client) {
        if (client.is(ClientFlag.REPLICA)) {
            return replica;
        }
        boolean subscribed =
                client.subscriptionCount() > 0 || !client.shardChannels().isEmpty();
        return subscribed ? pubSub : normal;
    }

    private boolean isIdle(Client client, long nowMillis) {
        return idleMillis > 0
                && nowMillis - client.lastInteractionMillis() > idleMillis
                && !client.is(ClientFlag.BLOCKED)
                && !client.is(ClientFlag.MONITOR)
                && !client.is(ClientFlag.REPLICA)
                && client.subscriptionCount() == 0
                && client.shardChannels().isEmpty();
    }

    private boolean isOverSoftLimit(Client client, long nowMillis) {
        OutputLimit limit = limit(client);
        if (limit.softBytes == 0 || client.outputBytes() < limit.softBytes) {
            client.softLimitSinceMillis(0);
            return false;
        }
        if (client.softLimitSinceMillis() == 0) {
            client.softLimitSinceMillis(nowMillis);
        }
        return nowMillis - client.softLimitSinceMillis() > limit.softSeconds * MILLIS_PER_SECOND;
    }

    /** Sets how much memory clients may use together ({@code maxmemory-clients}); 0 for no limit. */
    public void together(long bytes) {
        allBytes = bytes;
        weighsNow = true;
    }

    /**
     * Closes the clients that use the most memory until the others are within the limit for all, at most every few
     * milliseconds, or more often when they are few. Monitors and replicas are left out, and clients with CLIENT NO-EVICT
     * counted only. O(number of clients).
     *
     * @return whether any was closed
     */
    public boolean evictLargest(long nowNanos) {
        if (allBytes == 0 || (!weighsNow && nowNanos - nextWeighNanos < 0)) {
            return false;
        }
        weighsNow = false;
        nextWeighNanos = nowNanos + Math.min(MAX_WEIGH_PAUSE_NANOS, clients.count() * WEIGH_PAUSE_NANOS);
        long bytes = 0;
        for (Client client : clients.all()) {
            bytes += isLeftOut(client) ? 0 : ClientMemory.bytes(client);
        }
        return bytes > allBytes && evict(bytes);
    }

    private static boolean isLeftOut(Client client) {
        return client.is(ClientFlag.MONITOR) || client.is(ClientFlag.REPLICA);
    }

    private boolean evict(long usedBytes) {
        List<Weighed> candidates = new ArrayList<>();
        for (Client client : clients.all()) {
            if (!isLeftOut(client) && !client.is(ClientFlag.NO_EVICT)) {
                candidates.add(new Weighed(client, ClientMemory.bytes(client)));
            }
        }
        candidates.sort(Comparator.comparingLong(Weighed::bytes).reversed());
        long bytes = usedBytes;
        for (Weighed largest : candidates) {
            if (bytes <= allBytes) {
                break;
            }
            log.accept("Evicting client: id=" + largest.client.id() + " addr="
                    + largest.client.connection().remoteAddress() + " tot-mem=" + largest.bytes);
            end(largest.client);
            statistics.clientEvicted();
            bytes -= largest.bytes;
        }
        return bytes < usedBytes;
    }

    private record Weighed(Client client, long bytes) {}

    private void close(Client client) {
        tellOverLimit(client);
        end(client);
    }

    private void tellOverLimit(Client client) {
        statistics.outputLimitExceeded();
        log.accept("Client id=" + client.id() + " addr=" + client.connection().remoteAddress()
                + " closed for overcoming of output buffer limits.");
    }

    private void end(Client client) {
        client.connection().close();
        forget.accept(client);
    }
}

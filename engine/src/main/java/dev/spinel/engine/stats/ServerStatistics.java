package dev.spinel.engine.stats;

import java.util.Map;
import java.util.TreeMap;

/** Counters of the whole server since start or CONFIG RESETSTAT, for INFO. Engine thread only. */
public final class ServerStatistics {
    private static final int MAX_ERROR_CODES = 128;
    private static final int MAX_ERROR_CODE_CHARS = 30;

    private final Map<String, long[]> errors = new TreeMap<>();
    private long commands;
    private long connections;
    private long errorReplies;
    private NetworkTotals network = NetworkTotals.NONE;
    private NetworkTotals networkAtReset = NetworkTotals.NONE;
    private long expireTimeLimitReached;
    private long expiryNanos;
    private long evictedClients;
    private long outputLimitDisconnections;

    public void commandExecuted() {
        commands++;
    }

    public long commands() {
        return commands;
    }

    public void connectionAccepted() {
        connections++;
    }

    public long connections() {
        return connections;
    }

    /** Counts an error reply under its code, the first word of the message; one without a short such word under ERR. */
    public void errorReplied(String message) {
        errorReplies++;
        int space = message.indexOf(' ');
        String code = space < 0 || space > MAX_ERROR_CODE_CHARS ? "ERR" : message.substring(0, space);
        if (errors.size() < MAX_ERROR_CODES || errors.containsKey(code)) {
            errors.computeIfAbsent(code, k -> new long[1])[0]++;
        }
    }

    public long errorReplies() {
        return errorReplies;
    }

    /** Number of error replies by code; the arrays have one element. */
    public Map<String, long[]> errors() {
        return errors;
    }

    /** Takes over what the transport has counted since it started. */
    public void network(NetworkTotals totals) {
        network = totals;
    }

    /** What the transport has counted. */
    public NetworkTotals network() {
        return network.since(networkAtReset);
    }

    public void expireTimeLimitWasReached() {
        expireTimeLimitReached++;
    }

    public long expireTimeLimitReached() {
        return expireTimeLimitReached;
    }

    /** Counts the time that a cycle of active expiry took. */
    public void expiryTook(long nanos) {
        expiryNanos += nanos;
    }

    /** Time that active expiry took, in nanoseconds. */
    public long expiryNanos() {
        return expiryNanos;
    }

    public void outputLimitExceeded() {
        outputLimitDisconnections++;
    }

    /** Number of clients that were closed because too much output waited for them. */
    public long outputLimitDisconnections() {
        return outputLimitDisconnections;
    }

    public void clientEvicted() {
        evictedClients++;
    }

    /** Number of clients that were closed because clients used too much memory. */
    public long evictedClients() {
        return evictedClients;
    }

    /** CONFIG RESETSTAT. */
    public void reset() {
        errors.clear();
        commands = 0;
        connections = 0;
        errorReplies = 0;
        networkAtReset = network;
        expireTimeLimitReached = 0;
        expiryNanos = 0;
        evictedClients = 0;
        outputLimitDisconnections = 0;
    }
}

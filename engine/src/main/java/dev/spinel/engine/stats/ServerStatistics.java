package dev.spinel.engine.stats;

import java.util.Map;
import java.util.TreeMap;

/** Counters of the whole server since start or CONFIG RESETSTAT, for INFO. Engine thread only. */
public final class ServerStatistics {
    private static final int MAX_ERROR_CODES = 128;

    private final Map<String, long[]> errors = new TreeMap<>();
    private long commands;
    private long connections;
    private long totalRejectedConnections;
    private long rejectedConnectionsAtReset;
    private long errorReplies;
    private long totalInputBytes;
    private long inputBytesAtReset;
    private long totalOutputBytes;
    private long outputBytesAtReset;
    private long expireTimeLimitReached;
    private long evictedClients;

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

    public long rejectedConnections() {
        return totalRejectedConnections - rejectedConnectionsAtReset;
    }

    /** Counts an error reply under its code, the first word of the message. */
    public void errorReplied(String message) {
        errorReplies++;
        int space = message.indexOf(' ');
        String code = space < 0 ? message : message.substring(0, space);
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

    /** Takes over the totals that the transport has counted since it started. */
    public void transportTotals(long inputBytes, long outputBytes, long rejected) {
        totalInputBytes = inputBytes;
        totalOutputBytes = outputBytes;
        totalRejectedConnections = rejected;
    }

    public long networkInputBytes() {
        return totalInputBytes - inputBytesAtReset;
    }

    public long networkOutputBytes() {
        return totalOutputBytes - outputBytesAtReset;
    }

    public void expireTimeLimitWasReached() {
        expireTimeLimitReached++;
    }

    public long expireTimeLimitReached() {
        return expireTimeLimitReached;
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
        rejectedConnectionsAtReset = totalRejectedConnections;
        errorReplies = 0;
        inputBytesAtReset = totalInputBytes;
        outputBytesAtReset = totalOutputBytes;
        expireTimeLimitReached = 0;
        evictedClients = 0;
    }
}

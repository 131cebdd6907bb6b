package dev.spinel.engine.stats;

import java.util.Map;
import java.util.TreeMap;

/** Counters of the whole server since start or CONFIG RESETSTAT, for INFO. Engine thread only. */
public final class ServerStatistics {
    private static final int MAX_ERROR_CODES = 128;

    private final Map<String, long[]> errors = new TreeMap<>();
    private long commands;
    private long connections;
    private long rejectedConnections;
    private long errorReplies;
    private long networkInputBytes;
    private long networkOutputBytes;
    private long expireTimeLimitReached;
    private long peakUsedBytes;

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

    public void connectionRejected() {
        rejectedConnections++;
    }

    public long rejectedConnections() {
        return rejectedConnections;
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

    public void addNetworkInputBytes(long bytes) {
        networkInputBytes += bytes;
    }

    public long networkInputBytes() {
        return networkInputBytes;
    }

    public void addNetworkOutputBytes(long bytes) {
        networkOutputBytes += bytes;
    }

    public long networkOutputBytes() {
        return networkOutputBytes;
    }

    public void expireTimeLimitWasReached() {
        expireTimeLimitReached++;
    }

    public long expireTimeLimitReached() {
        return expireTimeLimitReached;
    }

    /** Notes the memory in use, in bytes, for its peak. */
    public void usedBytes(long bytes) {
        peakUsedBytes = Math.max(peakUsedBytes, bytes);
    }

    public long peakUsedBytes() {
        return peakUsedBytes;
    }

    /** CONFIG RESETSTAT. */
    public void reset() {
        errors.clear();
        commands = 0;
        connections = 0;
        rejectedConnections = 0;
        errorReplies = 0;
        networkInputBytes = 0;
        networkOutputBytes = 0;
        expireTimeLimitReached = 0;
    }
}

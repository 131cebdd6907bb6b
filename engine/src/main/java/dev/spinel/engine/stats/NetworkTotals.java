package dev.spinel.engine.stats;

/**
 * What a transport has counted since it started.
 *
 * @param inputBytes bytes read from clients
 * @param outputBytes bytes written to clients
 * @param reads reads from sockets that brought something
 * @param writes writes to sockets
 * @param rejectedConnections connections refused because there were too many
 * @param overlongRequests connections closed because too much of their requests waited
 */
public record NetworkTotals(
        long inputBytes, long outputBytes, long reads, long writes, long rejectedConnections, long overlongRequests) {
    /** Nothing has happened yet. */
    public static final NetworkTotals NONE = new NetworkTotals(0, 0, 0, 0, 0, 0);

    /** What was counted since earlier totals. */
    NetworkTotals since(NetworkTotals earlier) {
        return new NetworkTotals(
                inputBytes - earlier.inputBytes,
                outputBytes - earlier.outputBytes,
                reads - earlier.reads,
                writes - earlier.writes,
                rejectedConnections - earlier.rejectedConnections,
                overlongRequests - earlier.overlongRequests);
    }
}

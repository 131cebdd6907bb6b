package dev.spinel.engine.admin;

/**
 * What INFO tells of replication outside its own section.
 *
 * @param fullSyncs how many replicas were given all data
 * @param partialSyncs how many went on where they had stopped
 * @param refusedPartialSyncs how many asked for that and were given all data
 * @param outputBytes bytes given to replicas
 * @param backlogBytes heap of what is kept of the stream of changes
 * @param excessBytes what is kept beyond {@code repl-backlog-size}, for replicas that are behind
 * @param owedBytes bytes of it that replicas have yet to be given, the one most behind
 */
public record ReplicationFigures(
        long fullSyncs,
        long partialSyncs,
        long refusedPartialSyncs,
        long outputBytes,
        long backlogBytes,
        long excessBytes,
        long owedBytes) {
    /** Those of a server without replicas. */
    public static final ReplicationFigures NONE = new ReplicationFigures(0, 0, 0, 0, 0, 0, 0);

    /** What counts when keys are evicted: a replica that is behind must not make them go. */
    public long countedBytes() {
        return backlogBytes - excessBytes;
    }

    /** The sums of two. */
    public ReplicationFigures plus(ReplicationFigures other) {
        return new ReplicationFigures(
                fullSyncs + other.fullSyncs,
                partialSyncs + other.partialSyncs,
                refusedPartialSyncs + other.refusedPartialSyncs,
                outputBytes + other.outputBytes,
                backlogBytes + other.backlogBytes,
                excessBytes + other.excessBytes,
                owedBytes + other.owedBytes);
    }
}

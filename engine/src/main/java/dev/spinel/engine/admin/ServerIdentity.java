package dev.spinel.engine.admin;

import java.util.random.RandomGenerator;

/** What tells this run of this server from others. Engine thread only. */
public final class ServerIdentity {
    private static final int ID_LENGTH = 40;

    private final String redisVersion;
    private final String spinelVersion;
    private final long startMillis;
    private final RandomGenerator random;
    private final String runId;
    private String replicationId;

    /**
     * A new identity.
     *
     * @param redisVersion the version of Redis that clients are told
     * @param spinelVersion the version of Spinel
     * @param startMillis Unix time of the start in milliseconds
     */
    public ServerIdentity(String redisVersion, String spinelVersion, long startMillis, RandomGenerator random) {
        this.redisVersion = redisVersion;
        this.spinelVersion = spinelVersion;
        this.startMillis = startMillis;
        this.random = random;
        this.runId = newId();
        this.replicationId = newId();
    }

    private String newId() {
        StringBuilder id = new StringBuilder();
        while (id.length() < ID_LENGTH) {
            id.append(Character.forDigit(random.nextInt(16), 16));
        }
        return id.toString();
    }

    String redisVersion() {
        return redisVersion;
    }

    String spinelVersion() {
        return spinelVersion;
    }

    long startMillis() {
        return startMillis;
    }

    /** 40 hexadecimal digits that no other run has. */
    String runId() {
        return runId;
    }

    /** 40 hexadecimal digits of the history of changes. */
    String replicationId() {
        return replicationId;
    }

    /** Starts another history. */
    void changeReplicationId() {
        replicationId = newId();
    }
}

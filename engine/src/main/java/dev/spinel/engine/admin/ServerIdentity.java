package dev.spinel.engine.admin;

import java.util.random.RandomGenerator;

/** What tells this run of this server from others. Engine thread only. */
public final class ServerIdentity {
    private static final int ID_LENGTH = 40;

    private final String redisVersion;
    private final String spinelVersion;
    private final long startMillis;
    private final String runId;

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
        this.runId = id(random);
    }

    /** 40 random hexadecimal digits. */
    public static String id(RandomGenerator random) {
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
}

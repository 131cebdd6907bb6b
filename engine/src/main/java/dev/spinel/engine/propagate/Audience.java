package dev.spinel.engine.propagate;

/** Who is told of an effect: what makes the data durable here, replicas, or both. */
public enum Audience {
    NOBODY(0),
    /** The append-only log. */
    LOG(1),
    /** The stream that replicas follow. */
    REPLICAS(2),
    EVERYBODY(3);

    private static final Audience[] BY_BITS = values();

    private final int bits;

    Audience(int bits) {
        this.bits = bits;
    }

    /** Whether any of another audience belongs to this one. */
    public boolean includes(Audience other) {
        return (bits & other.bits) != 0;
    }

    /** Those who belong to both. */
    public Audience and(Audience other) {
        return BY_BITS[bits & other.bits];
    }
}

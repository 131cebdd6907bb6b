package dev.spinel.patterns.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Optional;

/** A message that failed for good. */
public final class DeadLetter {
    private final long id;
    private final int attempts;
    private final String cause;
    private final byte[] body;
    /** Empty for none. */
    private final String group;

    DeadLetter(long id, int attempts, String cause, byte[] body, String group) {
        this.id = id;
        this.attempts = attempts;
        this.cause = cause;
        this.body = body;
        this.group = group;
    }

    /** The message's id in the queue. */
    public long id() {
        return id;
    }

    /** How often it was delivered. */
    public int attempts() {
        return attempts;
    }

    /** Why it failed the last time. */
    public String cause() {
        return cause;
    }

    /** The body, not copied. */
    public byte[] body() {
        return body;
    }

    /** The body read as UTF-8. */
    public String text() {
        return new String(body, UTF_8);
    }

    /** The group that the message belongs to, if any. */
    public Optional<String> group() {
        return group.isEmpty() ? Optional.empty() : Optional.of(group);
    }

    @Override
    public String toString() {
        return "DeadLetter[" + id + ", " + attempts + " attempts, " + cause + ']';
    }
}

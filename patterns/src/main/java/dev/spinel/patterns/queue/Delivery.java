package dev.spinel.patterns.queue;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spinel.patterns.queue.QueueSchedules.ServerTime;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * A message on lease, and the receipt for it: until the lease ends nobody else gets it, unless it is settled before. No two
 * leases have the same receipt, and a settlement of an earlier one is refused: a worker that was paused cannot settle what another one
 * works on, nor can a settlement that was sent again because its reply was lost.
 */
public final class Delivery {
    private final String receipt;
    private final long id;
    private final int attempt;
    private final long enqueuedAtMicros;
    private final byte[] body;
    /** Empty for none. */
    private final String group;

    private volatile boolean lost;

    Delivery(String receipt, long id, int attempt, long enqueuedAtMicros, byte[] body, String group) {
        this.receipt = receipt;
        this.id = id;
        this.attempt = attempt;
        this.enqueuedAtMicros = enqueuedAtMicros;
        this.body = body;
        this.group = group;
    }

    /** What settlements call this lease of the message; text of the engine's own. */
    String receipt() {
        return receipt;
    }

    /** The message's id in the queue: the same for each attempt, for use as an idempotency key. */
    public long id() {
        return id;
    }

    /** How often it has been delivered, this time included. */
    public int attempt() {
        return attempt;
    }

    /**
     * When it was enqueued by the server's clock, in microseconds since 2020-01-01T00:00Z; for a message of a schedule, the time that
     * it is for.
     */
    public long enqueuedAtMicros() {
        return enqueuedAtMicros;
    }

    /** The same as {@link #enqueuedAtMicros}, as an instant. */
    public Instant enqueuedAt() {
        return ServerTime.instant(enqueuedAtMicros);
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

    /**
     * Whether its {@link QueueWorker} was told, when it extended the lease, that this had ended: somebody else has the message, or will, or it
     * is gone. What its handler returns then has no effect, so that one at long work had better stop. Turns true within a third of a
     * lease while the server is reached, and never for what no worker claimed.
     */
    public boolean isLost() {
        return lost;
    }

    void lose() {
        lost = true;
    }

    /** Done: the message leaves the queue. */
    public Settlement acknowledge() {
        return new Settlement(this, "ack", Duration.ZERO, "");
    }

    /**
     * Failed: to be delivered again after a delay, or dead if it was delivered as often as it may.
     *
     * @param cause what a dead letter tells
     */
    public Settlement retry(Duration delay, String cause) {
        if (delay.isNegative() || delay.compareTo(Duration.ofDays(3660)) > 0) {
            throw new IllegalArgumentException("A delay is between 0 and 3660 days, not " + delay);
        }
        return new Settlement(this, "retry", delay, cause);
    }

    /**
     * Failed for good: dead at once.
     *
     * @param cause what the dead letter tells
     */
    public Settlement reject(String cause) {
        return new Settlement(this, "reject", Duration.ZERO, cause);
    }

    /** Not begun: ready again, and this attempt does not count. */
    public Settlement giveBack() {
        return new Settlement(this, "return", Duration.ZERO, "");
    }

    /** Still at it: the lease begins anew. */
    public Settlement extend() {
        return new Settlement(this, "extend", Duration.ZERO, "");
    }

    @Override
    public String toString() {
        return "Delivery[" + id + ", attempt " + attempt + ", " + body.length + " bytes]";
    }
}

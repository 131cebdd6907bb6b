package dev.spinel.patterns.queue;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.util.Optional;

/** What is to be enqueued. Immutable, apart from the body's bytes, which are not copied. */
public final class Message {
    private final byte[] body;
    private final int priority;
    private final Duration delay;
    private final Optional<String> key;
    /** Empty for none. */
    private final String group;

    private Message(byte[] body, int priority, Duration delay, Optional<String> key, String group) {
        this.body = requireNonNull(body, "body");
        this.priority = priority;
        this.delay = requireNonNull(delay, "delay");
        this.key = requireNonNull(key, "key");
        this.group = requireNonNull(group, "group");
        if (priority < 0 || priority > 9) {
            throw new IllegalArgumentException("A priority is between 0 and 9, not " + priority);
        }
        if (delay.isNegative() || delay.compareTo(Duration.ofDays(3660)) > 0) {
            throw new IllegalArgumentException("A delay is between 0 and 3660 days, not " + delay);
        }
    }

    /** A message of these bytes, with priority 0, without delay, key and group. */
    public static Message of(byte[] body) {
        return new Message(body, 0, Duration.ZERO, Optional.empty(), "");
    }

    /** A message of this text in UTF-8. */
    public static Message of(String text) {
        return of(text.getBytes(UTF_8));
    }

    /** The same with a priority from 0 to 9; higher ones are delivered first, within a group if it has one. */
    public Message withPriority(int value) {
        return new Message(body, value, delay, key, group);
    }

    /** The same, not to be delivered before this time has passed on the server. */
    public Message withDelay(Duration value) {
        return new Message(body, priority, value, key, group);
    }

    /**
     * The same with an idempotency key: enqueued again within {@link WorkQueue.Builder#rememberFor} it stays one message.
     *
     * @throws IllegalArgumentException if it is empty
     */
    public Message withKey(String value) {
        if (value.isEmpty()) {
            throw new IllegalArgumentException("An idempotency key is not empty");
        }
        return new Message(body, priority, delay, Optional.of(value), group);
    }

    /**
     * The same as one of a group, such as a tenant: groups are served in turn, a message of each, and may be limited to so many
     * messages at the same time ({@link WorkQueue.Builder#maxLeasedPerGroup}).
     *
     * @param value from 1 to 256 characters
     */
    public Message withGroup(String value) {
        if (value.isEmpty() || value.length() > 256) {
            throw new IllegalArgumentException(
                    "The name of a group has between 1 and 256 characters, not " + value.length());
        }
        return new Message(body, priority, delay, key, value);
    }

    byte[] body() {
        return body;
    }

    int priority() {
        return priority;
    }

    Duration delay() {
        return delay;
    }

    Optional<String> key() {
        return key;
    }

    /** Empty for none. */
    String group() {
        return group;
    }
}

package dev.spinel.patterns.topic;

import dev.spinel.patterns.transport.RedisTransport.ChannelListener;
import dev.spinel.patterns.transport.Scheduler;
import java.time.Duration;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One who listens to a topic, until closed. Thread-safe.
 *
 * <p>Gaps are found in two ways: by a message whose number does not follow the last one; and each time that the subscription took effect,
 * by the topic's position, which the server sends over a channel of the subscriber's own. Channels of one connection keep the server's
 * order, so that no message which the position counts can come after it.
 *
 * <p>A position that could not be asked for is the event {@code topic.positionFailed}, with its cause, and asked for again: after a second,
 * then two, and so on up to half a minute.
 *
 * <p>The listener is called with the lock held, which keeps messages and gaps in order.
 */
public final class TopicSubscription implements AutoCloseable {
    private static final Duration ASK_AGAIN_AFTER = Duration.ofSeconds(1);
    private static final Duration ASK_AGAIN_WITHIN = Duration.ofSeconds(30);
    /** Before the first message of a topic. */
    private static final String NO_EPOCH = "0";
    /** Nothing was heard yet. */
    private static final long NOWHERE = -1;

    private final Topic topic;
    private final TopicListener listener;
    private final String ownChannel;
    private final ReentrantLock lock = new ReentrantLock();
    /** Since when the numbers count; guarded by the lock, as all below. */
    private String epoch = NO_EPOCH;
    /** The last message that was delivered or counted as missing. */
    private long last = NOWHERE;

    private boolean closed;
    /** Whether the subscription to the messages ever took effect. */
    private boolean listening;

    private boolean asking;
    private boolean askAgain;
    private Duration pause = ASK_AGAIN_AFTER;
    private Scheduler.Task timer = () -> {};
    private Scheduler.Task positions = () -> {};
    private Scheduler.Task messages = () -> {};

    TopicSubscription(Topic topic, TopicListener listener) {
        this.topic = topic;
        this.listener = listener;
        ownChannel = topic.ownChannel();
    }

    void begin() {
        lock.lock();
        try {
            positions = topic.runtime().subscribe(ownChannel, new ChannelListener() {
                @Override
                public void message(String channel, String message) {
                    read(message, 2, parts -> position(parts[0], Long.parseLong(parts[1])));
                }

                @Override
                public void subscribed(String channel) {
                    tookEffect(false);
                }
            });
            messages = topic.runtime().subscribe(topic.channel(), new ChannelListener() {
                @Override
                public void message(String channel, String message) {
                    read(message, 3, parts -> published(parts[0], Long.parseLong(parts[1]), parts[2]));
                }

                @Override
                public void subscribed(String channel) {
                    tookEffect(true);
                }
            });
        } finally {
            lock.unlock();
        }
    }

    /** Ignores what somebody else published on a channel of the topic, whose messages begin with two numbers. */
    private void read(String message, int count, Consumer<String[]> reader) {
        String[] parts = message.split(":", count);
        if (parts.length == count && isNumber(parts[0]) && isNumber(parts[1])) {
            reader.accept(parts);
        } else {
            topic.runtime()
                    .listener()
                    .failed(
                            "topic.messageIgnored",
                            topic.name(),
                            new IllegalArgumentException("Not published by a topic: a message of " + message.length()
                                    + " characters that does not begin with two numbers"));
        }
    }

    /** Whether a text is a number from 0 that the numbers of a topic can be. */
    private static boolean isNumber(String text) {
        return !text.isEmpty() && text.length() <= 18 && text.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    /** Asks once more if a request is on its way, as its answer may go to the connection that broke. */
    private void askForPosition() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            askAgain = asking;
            if (asking) {
                return;
            }
            asking = true;
            timer.cancel();
        } finally {
            lock.unlock();
        }
        var unused = topic.announcePosition(ownChannel).whenComplete((done, failure) -> asked(failure));
    }

    /**
     * Asks for the position when either channel takes effect: only after both is it sure to be heard, and they may come in any order. But not
     * before messages could first be heard, as those of the time until then would seem to be missed.
     */
    private void tookEffect(boolean ofMessages) {
        lock.lock();
        try {
            listening |= ofMessages;
            if (!listening) {
                return;
            }
            pause = ASK_AGAIN_AFTER;
        } finally {
            lock.unlock();
        }
        askForPosition();
    }

    private void asked(@Nullable Throwable failure) {
        boolean now;
        lock.lock();
        try {
            asking = false;
            now = askAgain;
            if (closed || topic.runtime().isClosed()) {
                return;
            }
            if (failure != null && !now) {
                timer = topic.runtime().scheduler().schedule(pause, this::askForPosition);
                Duration longer = pause.multipliedBy(2);
                pause = longer.compareTo(ASK_AGAIN_WITHIN) < 0 ? longer : ASK_AGAIN_WITHIN;
            }
        } finally {
            lock.unlock();
        }
        if (failure != null) {
            topic.runtime().listener().failed("topic.positionFailed", topic.name(), failure);
        }
        if (now) {
            askForPosition();
        }
    }

    /** Nothing up to this number will come any more. */
    private void position(String of, long number) {
        lock.lock();
        try {
            if (!closed) {
                reached(of, number);
            }
        } finally {
            lock.unlock();
        }
    }

    private void published(String of, long number, String body) {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            if (last == NOWHERE || (of.equals(epoch) && number <= last)) {
                restart(of, number - 1);
            } else {
                reached(of, number - 1);
            }
            last = number;
            tell(() -> listener.message(body, number));
        } finally {
            lock.unlock();
        }
    }

    /** All messages up to this one were published, and those that were not delivered are missing. */
    private void reached(String of, long number) {
        boolean first = epoch.equals(NO_EPOCH) && last == 0;
        if (last == NOWHERE || !(of.equals(epoch) || first) || number < last) {
            restart(of, number);
            return;
        }
        epoch = of;
        if (number > last) {
            Gap gap = new Gap.Missed(last + 1, number);
            last = number;
            tell(() -> listener.gap(gap));
        }
    }

    /** Goes on from another position, which is no continuation of the present one if there is one. */
    private void restart(String of, long number) {
        long before = last;
        epoch = of;
        last = number;
        if (before != NOWHERE) {
            tell(() -> listener.gap(new Gap.Unknown(before)));
        }
    }

    private void tell(Runnable call) {
        try {
            call.run();
        } catch (Throwable e) {
            topic.runtime().listener().failed("topic.listenerFailed", topic.name(), e);
        }
    }

    /** Listens no more; when this returns, the listener is not called any more, unless it is the caller. */
    @Override
    public void close() {
        lock.lock();
        try {
            closed = true;
            timer.cancel();
            messages.cancel();
            positions.cancel();
        } finally {
            lock.unlock();
        }
    }
}

package dev.spinel.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.RedisTransport;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.TransportException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The transport of recipes ({@code spinel-patterns}, which is an optional dependency) to a server within the same JVM, without sockets.
 *
 * <p>Stages complete on, and listeners are called by, one daemon thread of the transport: never the engine's, so that what depends on them
 * may take its time, though not block. A command without a reply after 5 seconds, as the server is paused or runs a long script, fails with
 * an unknown outcome, on the thread that the JVM has for time-outs; one that is on its way when the transport is closed, on the thread that closes
 * it. Thread-safe.
 */
public final class EmbeddedTransport implements RedisTransport {
    private static final Duration TIMEOUT = Duration.ofSeconds(5);
    private static final long IDLE_SECONDS = 10;
    private static final String SUBSCRIBE = "SUBSCRIBE";
    private static final String UNSUBSCRIBE = "UNSUBSCRIBE";

    private final SpinelServer server;
    /** User and password of each connection; none for the default user without a password. */
    private final List<String> credentials;

    private final Executor executor = oneThread();
    private final ReentrantLock lock = new ReentrantLock();
    private @Nullable LocalLink commands;
    private boolean closed;

    private EmbeddedTransport(SpinelServer server, List<String> credentials) {
        this.server = requireNonNull(server, "server");
        this.credentials = credentials;
    }

    /** A transport to a server, as the default user without a password. Closing it leaves the server running. */
    public static EmbeddedTransport to(SpinelServer server) {
        return new EmbeddedTransport(server, List.of());
    }

    /**
     * A transport to a server that asks for a password, as clients with sockets give it. If the server refuses it, so it does operations, with NOAUTH.
     *
     * @param user {@code default} for the password of {@code requirepass}
     */
    public static EmbeddedTransport to(SpinelServer server, String user, String password) {
        return new EmbeddedTransport(server, List.of(user, password));
    }

    /** Connects and authenticates; what follows is answered after that. */
    private LocalLink open(Consumer<Reply> messages, Runnable broken) {
        LocalLink made = LocalLink.open(server, executor, messages, broken);
        if (!credentials.isEmpty()) {
            var unused = made.send("AUTH", credentials.get(0), credentials.get(1));
        }
        return made;
    }

    /** A thread for one task after the other, which ends when there is none for a while. */
    private static Executor oneThread() {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
                    Thread thread = new Thread(task, "spinel-embedded");
                    thread.setDaemon(true);
                    return thread;
                });
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    @Override
    public Optional<Duration> timeout() {
        return Optional.of(TIMEOUT);
    }

    @Override
    public CompletionStage<Reply> send(Command command) {
        List<byte[]> request = new ArrayList<>(1 + command.arguments().size());
        request.add(command.name().getBytes(UTF_8));
        request.addAll(command.arguments());
        CompletableFuture<Reply> result = new CompletableFuture<>();
        CompletableFuture<Reply> reply;
        try {
            reply = commands().send(request);
        } catch (RejectedExecutionException e) {
            result.completeExceptionally(TransportException.notSent(e));
            return result;
        }
        var unused = reply.orTimeout(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS).whenComplete((value, failure) -> {
            if (failure == null) {
                result.complete(value);
            } else if (failure instanceof TimeoutException) {
                result.completeExceptionally(TransportException.noReply(failure));
            } else {
                result.completeExceptionally(
                        failure instanceof CompletionException && failure.getCause() != null
                                ? failure.getCause()
                                : failure);
            }
        });
        return result;
    }

    /** The connection for commands, made again after one that the server ended. */
    private LocalLink commands() {
        lock.lock();
        try {
            if (closed) {
                throw new RejectedExecutionException("The transport is closed");
            }
            LocalLink present = commands;
            if (present == null) {
                present = open(message -> {}, this::commandsBroken);
                commands = present;
            }
            return present;
        } finally {
            lock.unlock();
        }
    }

    private void commandsBroken() {
        lock.lock();
        try {
            commands = null;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public ChannelSession openChannels(ChannelListener listener) {
        LocalChannels session = new LocalChannels(listener);
        session.open();
        return session;
    }

    @Override
    public Optional<TrackingSession> openTracking(String prefix, TrackingListener listener) {
        return Optional.of(new LocalTracking(prefix, listener));
    }

    /** Ends its connection; sessions that are open are closed by those who opened them. */
    @Override
    public void close() {
        LocalLink present;
        lock.lock();
        try {
            closed = true;
            present = commands;
            commands = null;
        } finally {
            lock.unlock();
        }
        if (present != null) {
            present.close();
        }
    }

    /** Subscriptions on a connection of their own, which subscribes again when the server ended it. */
    private final class LocalChannels implements ChannelSession {
        private record Request(String command, String channel) {}

        private final ChannelListener listener;
        private final ReentrantLock lock = new ReentrantLock();
        private final Set<String> channels = new LinkedHashSet<>();
        /** The requests without an answer, in order; guarded by the lock, as all else here. */
        private final Queue<Request> asked = new ArrayDeque<>();
        /** Null once the server has stopped, which is for good. */
        private @Nullable LocalLink link;

        private boolean closed;

        LocalChannels(ChannelListener listener) {
            this.listener = listener;
        }

        /** Connects, and subscribes what is wanted. */
        private void open() {
            lock.lock();
            try {
                if (!closed) {
                    LocalLink made = EmbeddedTransport.this.open(this::received, this::open);
                    link = made;
                    asked.clear();
                    channels.forEach(channel -> ask(SUBSCRIBE, channel));
                }
            } catch (RejectedExecutionException e) {
                link = null;
            } finally {
                lock.unlock();
            }
        }

        private void received(Reply reply) {
            if (reply instanceof Reply.Failure error) {
                Request request = answered();
                if (request != null && request.command.equals(SUBSCRIBE)) {
                    listener.refused(request.channel, new IllegalStateException(error.message()));
                }
                return;
            }
            List<Reply> parts = reply.asItems();
            String channel = parts.get(1).asText();
            switch (parts.get(0).asText()) {
                case "message" -> listener.message(channel, parts.get(2).asText());
                case "subscribe" -> {
                    answered();
                    listener.subscribed(channel);
                }
                default -> answered(); // an unsubscription, which nobody waits for
            }
        }

        private @Nullable Request answered() {
            lock.lock();
            try {
                return asked.poll();
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void subscribe(String channel) {
            lock.lock();
            try {
                channels.add(channel);
                ask(SUBSCRIBE, channel);
            } finally {
                lock.unlock();
            }
        }

        @Override
        public void unsubscribe(String channel) {
            lock.lock();
            try {
                channels.remove(channel);
                ask(UNSUBSCRIBE, channel);
            } finally {
                lock.unlock();
            }
        }

        private void ask(String command, String channel) {
            if (link != null) {
                asked.add(new Request(command, channel));
                link.tell(command, channel);
            }
        }

        @Override
        public void close() {
            lock.lock();
            try {
                closed = true;
                if (link != null) {
                    link.close();
                }
            } finally {
                lock.unlock();
            }
        }
    }

    /** Tracking in broadcasting mode on a connection of its own, which is made again with the confirmation after its end. */
    private final class LocalTracking implements TrackingSession {
        private final String prefix;
        private final TrackingListener listener;
        private final ReentrantLock lock = new ReentrantLock();
        private @Nullable LocalLink link;
        private boolean closed;

        LocalTracking(String prefix, TrackingListener listener) {
            this.prefix = prefix;
            this.listener = listener;
        }

        @Override
        public CompletionStage<Boolean> confirm() {
            lock.lock();
            try {
                if (closed) {
                    return CompletableFuture.failedFuture(
                            new IllegalStateException("The tracking of " + prefix + " is closed"));
                }
                LocalLink present = link;
                if (present != null) {
                    return present.send("PING").thenApply(pong -> true);
                }
                LocalLink made = open(this::received, this::broken);
                link = made;
                return made.send("HELLO", "3")
                        .thenCompose(greeting -> made.send("CLIENT", "TRACKING", "ON", "BCAST", "PREFIX", prefix))
                        .thenApply(this::began)
                        .whenComplete((before, failure) -> {
                            if (failure != null) {
                                made.close();
                            }
                        });
            } catch (RejectedExecutionException e) {
                return CompletableFuture.failedFuture(TransportException.notSent(e));
            } finally {
                lock.unlock();
            }
        }

        private boolean began(Reply reply) {
            if (reply instanceof Reply.Failure failure) {
                throw new IllegalStateException(failure.message());
            }
            return false;
        }

        private void received(Reply reply) {
            List<Reply> message = reply.asItems();
            if (!message.get(0).asText().equals("invalidate")) {
                return;
            }
            if (message.get(1) instanceof Reply.Items keys) {
                keys.values().forEach(key -> listener.invalidated(key.asText()));
            } else {
                listener.lost();
            }
        }

        private void broken() {
            lock.lock();
            try {
                link = null;
            } finally {
                lock.unlock();
            }
            listener.lost();
        }

        @Override
        public void close() {
            LocalLink present;
            lock.lock();
            try {
                closed = true;
                present = link;
                link = null;
            } finally {
                lock.unlock();
            }
            if (present != null) {
                present.close();
            }
        }
    }
}

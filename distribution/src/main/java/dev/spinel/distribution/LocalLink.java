package dev.spinel.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spinel.engine.client.Client;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.TransportException;
import dev.spinel.resp.transport.LocalConnection;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One local connection as recipes use it: requests find their replies, and messages their receiver. Thread-safe.
 *
 * <p>What the engine writes is read on the executor, which runs one task after the other; replies, messages and the end of the connection
 * arrive in that order.
 */
final class LocalLink implements LocalConnection.Output {
    private final Executor executor;
    private final Consumer<Reply> messages;
    private final Runnable broken;
    private final LocalConnection<Client> connection;
    private final ReplyReader reader = new ReplyReader();
    private final ReentrantLock lock = new ReentrantLock();
    /** Requests without a reply, guarded by the lock, as below. */
    private final Deque<CompletableFuture<Reply>> pending = new ArrayDeque<>();

    private boolean ended;

    private LocalLink(SpinelServer server, Executor executor, Consumer<Reply> messages, Runnable broken) {
        this.executor = executor;
        this.messages = messages;
        this.broken = broken;
        connection = server.connect(this);
    }

    /**
     * Connects.
     *
     * @param messages receives what is published or pushed, and the errors of requests whose replies are messages
     * @param broken run when the server ended the connection
     * @throws RejectedExecutionException if the server has stopped
     */
    static LocalLink open(SpinelServer server, Executor executor, Consumer<Reply> messages, Runnable broken) {
        return new LocalLink(server, executor, messages, broken);
    }

    /** Sends a request; fails with a {@link TransportException} if no reply will come. */
    CompletableFuture<Reply> send(List<byte[]> request) {
        CompletableFuture<Reply> reply = new CompletableFuture<>();
        lock.lock();
        try {
            if (ended) {
                reply.completeExceptionally(TransportException.notSent(new IOException("The connection has ended")));
                return reply;
            }
            connection.send(request);
            pending.add(reply);
        } catch (RejectedExecutionException e) {
            reply.completeExceptionally(TransportException.notSent(e));
        } finally {
            lock.unlock();
        }
        return reply;
    }

    CompletableFuture<Reply> send(String... words) {
        return send(Arrays.stream(words).map(word -> word.getBytes(UTF_8)).toList());
    }

    /** Sends a request whose replies are messages, as those of SUBSCRIBE are, also if it is an error. */
    void tell(String... words) {
        lock.lock();
        try {
            if (!ended) {
                connection.send(
                        Arrays.stream(words).map(word -> word.getBytes(UTF_8)).toList());
            }
        } catch (RejectedExecutionException e) {
            // The server has stopped; the end of the connection is told as well.
            return;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void replied(byte[] part) {
        executor.execute(() -> {
            reader.receive(part);
            for (ReplyReader.Received next = reader.next(); next != null; next = reader.next()) {
                received(next);
            }
        });
    }

    private void received(ReplyReader.Received next) {
        CompletableFuture<Reply> asked = next.isPush() ? null : nextPending();
        if (asked != null) {
            asked.complete(next.reply());
        } else {
            messages.accept(next.reply());
        }
    }

    private @Nullable CompletableFuture<Reply> nextPending() {
        lock.lock();
        try {
            return pending.poll();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void closed() {
        executor.execute(() -> {
            failPending();
            broken.run();
        });
    }

    private void failPending() {
        List<CompletableFuture<Reply>> lost;
        lock.lock();
        try {
            ended = true;
            lost = List.copyOf(pending);
            pending.clear();
        } finally {
            lock.unlock();
        }
        lost.forEach(reply ->
                reply.completeExceptionally(TransportException.noReply(new IOException("The connection has ended"))));
    }

    /** Ends the connection. Requests without a reply fail with an unknown outcome. */
    void close() {
        failPending();
        connection.disconnect();
    }
}

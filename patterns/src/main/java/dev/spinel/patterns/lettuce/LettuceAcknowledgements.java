package dev.spinel.patterns.lettuce;

import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.ReplicaAcknowledgement;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.TransportException;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisURI;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Sends commands that replicas have to acknowledge, on a Lettuce connection of their own, made with the first of them: the server answers
 * nothing on it while it waits for replicas.
 *
 * <p>One batch is on its way at a time. What comes meanwhile is the next one, with one mark and one WAIT for all that ask for the same
 * ({@link ReplicaAcknowledgement}). So however many callers there are, and though no replica answers, nobody waits for longer than two batches
 * of each kind, where one after the other each would wait for all before it.
 *
 * <p>The connection is not re-established, but another one made for the next batch: the rest of a batch must not go to a server
 * that took the place of the one that ran its commands, and whose replicas know nothing of them. Thread-safe; does not block.
 */
final class LettuceAcknowledgements {
    private record Waiting(Command command, ReplicaAcknowledgement wanted, CompletableFuture<Reply> result) {}

    private final LettuceSender sender;
    private final RedisClient client;
    private final RedisURI uri;
    private final ReentrantLock lock = new ReentrantLock();
    /** What is not sent yet; guarded by the lock, as below. */
    private final Deque<Waiting> waiting = new ArrayDeque<>();

    private boolean underWay;
    private @Nullable CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection;

    /**
     * Does not connect yet.
     *
     * @param client one that does not reconnect, for this alone
     */
    LettuceAcknowledgements(LettuceSender sender, RedisClient client, RedisURI uri) {
        this.sender = sender;
        this.client = client;
        this.uri = uri;
    }

    /** Sends a command; its reply is told once replicas have acknowledged it. */
    CompletionStage<Reply> send(Command command, ReplicaAcknowledgement wanted) {
        Waiting added = new Waiting(command, wanted, new CompletableFuture<>());
        lock.lock();
        try {
            waiting.add(added);
            if (underWay) {
                return added.result;
            }
            underWay = true;
        } finally {
            lock.unlock();
        }
        sendNext();
        return added.result;
    }

    private void sendNext() {
        List<Waiting> batch = takeBatch();
        if (batch.isEmpty()) {
            return;
        }
        var unused = connection().whenComplete((made, failure) -> {
            if (failure == null) {
                send(made, batch);
            } else {
                batch.forEach(one -> one.result.completeExceptionally(TransportException.notSent(failure)));
                sendNext();
            }
        });
    }

    /** All that wait for what the first one waits for; if nobody does, nothing is under way. */
    private List<Waiting> takeBatch() {
        List<Waiting> batch = new ArrayList<>();
        lock.lock();
        try {
            Waiting first = waiting.peek();
            underWay = first != null;
            for (Iterator<Waiting> each = waiting.iterator(); first != null && each.hasNext(); ) {
                Waiting next = each.next();
                if (next.wanted.equals(first.wanted)) {
                    batch.add(next);
                    each.remove();
                }
            }
        } finally {
            lock.unlock();
        }
        return batch;
    }

    /** The connection, made with the first batch and after one on which it broke or was not made. */
    private CompletableFuture<StatefulRedisConnection<byte[], byte[]>> connection() {
        lock.lock();
        try {
            CompletableFuture<StatefulRedisConnection<byte[], byte[]>> present = connection;
            if (present != null && !present.isCompletedExceptionally()) {
                if (!present.isDone() || present.join().isOpen()) {
                    return present;
                }
                var unused = present.join().closeAsync();
            }
            present = client.connectAsync(ByteArrayCodec.INSTANCE, uri).toCompletableFuture();
            connection = present;
            return present;
        } catch (RuntimeException e) { // the client was shut down
            return CompletableFuture.failedFuture(e);
        } finally {
            lock.unlock();
        }
    }

    /** Has another connection be made for the next batch. */
    private void leave(StatefulConnection<byte[], byte[]> made) {
        lock.lock();
        try {
            connection = null;
        } finally {
            lock.unlock();
        }
        var unused = made.closeAsync();
    }

    /** Closes the connection. */
    void close() {
        client.shutdown(Duration.ZERO, LettuceTransport.SHUTDOWN_TIMEOUT);
    }

    private void send(StatefulConnection<byte[], byte[]> made, List<Waiting> batch) {
        ReplicaAcknowledgement wanted = batch.get(0).wanted;
        List<Command> commands = new ArrayList<>(batch.size() + 2);
        batch.forEach(one -> commands.add(one.command));
        commands.add(wanted.mark(batch.get(batch.size() - 1).command));
        commands.add(wanted.waiting());
        List<CompletableFuture<Reply>> replies = sender.sendTogether(made, commands);
        CompletableFuture<Reply> marked = replies.get(batch.size());
        CompletableFuture<Reply> acknowledged = replies.get(batch.size() + 1);
        var unused = CompletableFuture.allOf(replies.toArray(CompletableFuture[]::new))
                .whenComplete((all, failure) -> {
                    if (acknowledged.isCompletedExceptionally()) { // broken or silent
                        leave(made);
                    }
                    for (int i = 0; i < batch.size(); i++) {
                        finish(batch.get(i), replies.get(i), marked, acknowledged);
                    }
                    sendNext();
                });
    }

    /** Tells what became of a command; all these have ended. */
    private static void finish(
            Waiting one,
            CompletableFuture<Reply> replied,
            CompletableFuture<Reply> marked,
            CompletableFuture<Reply> acknowledged) {
        var unused = replied.whenComplete((reply, failure) -> {
            if (failure != null) {
                one.result.completeExceptionally(failure);
                return;
            }
            try {
                one.result.complete(one.wanted.confirm(reply, marked.join(), acknowledged.join()));
            } catch (CompletionException e) { // the command has a reply, but one of these has none
                one.result.completeExceptionally(TransportException.noReply(e));
            } catch (TransportException e) {
                one.result.completeExceptionally(e);
            }
        });
    }
}

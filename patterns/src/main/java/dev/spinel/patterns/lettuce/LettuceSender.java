package dev.spinel.patterns.lettuce;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.TransportException;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisCommandTimeoutException;
import io.lettuce.core.RedisException;
import io.lettuce.core.api.StatefulConnection;
import io.lettuce.core.codec.ByteArrayCodec;
import io.lettuce.core.protocol.AsyncCommand;
import io.lettuce.core.protocol.CommandArgs;
import io.lettuce.core.protocol.ProtocolKeyword;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;

/** Sends commands on Lettuce connections, and tells for each whether it may have run if it has no reply. Thread-safe; does not block. */
final class LettuceSender {
    private static final String REFUSAL = "Currently not connected. Commands are rejected";

    private final ConcurrentMap<String, Keyword> keywords = new ConcurrentHashMap<>();

    /** Sends one command. */
    CompletableFuture<Reply> send(StatefulConnection<byte[], byte[]> connection, Command command) {
        AsyncCommand<byte[], byte[], Reply> sent = encode(command);
        boolean disconnected = !connection.isOpen();
        try {
            connection.dispatch(sent);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(TransportException.noReply(e));
        }
        return reply(sent, disconnected);
    }

    /**
     * Sends commands directly behind each other. They go to the same server if the connection is not one that is re-established.
     *
     * @return their replies, in order
     */
    List<CompletableFuture<Reply>> sendTogether(StatefulConnection<byte[], byte[]> connection, List<Command> commands) {
        List<AsyncCommand<byte[], byte[], Reply>> sent =
                commands.stream().map(this::encode).toList();
        boolean disconnected = !connection.isOpen();
        try {
            connection.dispatch(sent);
        } catch (RuntimeException e) {
            sent.forEach(command -> command.completeExceptionally(e));
            disconnected = false;
        }
        List<CompletableFuture<Reply>> replies = new ArrayList<>(sent.size());
        for (AsyncCommand<byte[], byte[], Reply> command : sent) {
            replies.add(reply(command, disconnected));
        }
        return replies;
    }

    /** Whether a command failed as no reply came in time. */
    static boolean isTimeout(Throwable failure) {
        return failure instanceof TransportException && failure.getCause() instanceof RedisCommandTimeoutException;
    }

    private AsyncCommand<byte[], byte[], Reply> encode(Command command) {
        CommandArgs<byte[], byte[]> arguments = new CommandArgs<>(ByteArrayCodec.INSTANCE);
        for (byte[] argument : command.arguments()) {
            if (argument == command.routingKey()) {
                arguments.addKey(argument);
            } else {
                arguments.add(argument);
            }
        }
        return new AsyncCommand<>(new io.lettuce.core.protocol.Command<>(
                keywords.computeIfAbsent(command.name(), Keyword::new), new ReplyOutput(), arguments));
    }

    /** The reply to a command that was dispatched when there was no connection, or was one. */
    private static CompletableFuture<Reply> reply(AsyncCommand<byte[], byte[], Reply> sent, boolean disconnected) {
        CompletableFuture<Reply> result = new CompletableFuture<>();
        // Lettuce refuses for want of a connection before dispatch returns, with no exception class of its own. Any
        // other failure leaves the outcome unknown, which errs on the safe side.
        boolean refused = disconnected && sent.isCompletedExceptionally();
        var unused = sent.whenComplete((reply, failure) -> {
            if (failure == null) {
                result.complete(reply);
            } else {
                settle(result, failure, refused);
            }
        });
        return result;
    }

    private static void settle(CompletableFuture<Reply> result, Throwable failure, boolean refused) {
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause instanceof RedisCommandExecutionException error && error.getMessage() != null) {
            result.complete(new Reply.Failure(error.getMessage()));
        } else {
            result.completeExceptionally(
                    refused || isRefusal(cause)
                            ? TransportException.notSent(cause)
                            : TransportException.noReply(cause));
        }
    }

    /** Whether a command was refused later, when the connection to a node of a cluster was being made: told by its text alone. */
    private static boolean isRefusal(Throwable cause) {
        return cause.getClass() == RedisException.class
                && cause.getMessage() != null
                && cause.getMessage().startsWith(REFUSAL);
    }

    /** A command's name as Lettuce sends it. */
    private static final class Keyword implements ProtocolKeyword {
        private final String name;
        private final byte[] bytes;

        Keyword(String name) {
            this.name = requireNonNull(name, "name");
            bytes = name.getBytes(StandardCharsets.US_ASCII);
        }

        @Override
        public byte[] getBytes() {
            return bytes;
        }

        @Override
        public String toString() {
            return name;
        }
    }
}

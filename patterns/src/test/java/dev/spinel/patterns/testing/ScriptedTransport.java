package dev.spinel.patterns.testing;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.RedisTransport;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.TransportException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** A transport without a server: answers what the test lined up, at once, and remembers what was sent. One thread. */
public final class ScriptedTransport implements RedisTransport {
    private final Deque<CompletableFuture<Reply>> answers = new ArrayDeque<>();
    private final List<Command> sent = new ArrayList<>();
    private final Deque<CompletableFuture<Boolean>> confirmations = new ArrayDeque<>();
    private final List<String> subscriptions = new ArrayList<>();
    private ChannelListener channelListener;
    private TrackingListener tracker;

    /** Lines up a reply. */
    public ScriptedTransport reply(Reply reply) {
        answers.add(CompletableFuture.completedFuture(reply));
        return this;
    }

    /** Lines up a command that gets no reply. */
    public ScriptedTransport fail(TransportException failure) {
        answers.add(CompletableFuture.failedFuture(failure));
        return this;
    }

    /** Lines up a command whose reply the test gives later. */
    public CompletableFuture<Reply> hold() {
        CompletableFuture<Reply> later = new CompletableFuture<>();
        answers.add(later);
        return later;
    }

    /** The names of the commands sent so far. */
    public List<String> commands() {
        return sent.stream().map(Command::name).toList();
    }

    /** The command sent last. */
    public Command lastCommand() {
        return sent.get(sent.size() - 1);
    }

    @Override
    public CompletionStage<Reply> send(Command command) {
        sent.add(command);
        return answers.remove();
    }

    /** The one who listens to channels, once it does. */
    public ChannelListener channelListener() {
        return requireNonNull(channelListener, "channelListener");
    }

    /** The changes of subscriptions so far. */
    public List<String> subscriptions() {
        return subscriptions;
    }

    @Override
    public ChannelSession openChannels(ChannelListener listener) {
        channelListener = listener;
        return new ChannelSession() {
            @Override
            public void subscribe(String channel) {
                subscriptions.add('+' + channel);
            }

            @Override
            public void unsubscribe(String channel) {
                subscriptions.add('-' + channel);
            }

            @Override
            public void close() {
                subscriptions.add("closed");
            }
        };
    }

    /** The one who listens to changes, once it does. */
    public TrackingListener tracker() {
        return requireNonNull(tracker, "tracker");
    }

    /** Lines up what the server answers to the next question whether it tracks. */
    public CompletableFuture<Boolean> nextConfirmation() {
        CompletableFuture<Boolean> next = new CompletableFuture<>();
        confirmations.add(next);
        return next;
    }

    @Override
    public Optional<TrackingSession> openTracking(String prefix, TrackingListener listener) {
        tracker = listener;
        return Optional.of(new TrackingSession() {
            @Override
            public CompletionStage<Boolean> confirm() {
                return confirmations.remove();
            }

            @Override
            public void close() {}
        });
    }

    @Override
    public void close() {}
}

package dev.spinel.patterns.testing;

import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.RedisTransport;
import dev.spinel.patterns.transport.Reply;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** A transport that does what another one does, but for what a subclass does itself. */
abstract class ForwardingTransport implements RedisTransport {
    protected final RedisTransport transport;

    ForwardingTransport(RedisTransport transport) {
        this.transport = transport;
    }

    @Override
    public CompletionStage<Reply> send(Command command) {
        return transport.send(command);
    }

    @Override
    public Optional<Duration> timeout() {
        return transport.timeout();
    }

    @Override
    public Optional<Duration> roundTrip() {
        return transport.roundTrip();
    }

    @Override
    public boolean waitsForReplicas() {
        return transport.waitsForReplicas();
    }

    @Override
    public ChannelSession openChannels(ChannelListener listener) {
        return transport.openChannels(listener);
    }

    @Override
    public Optional<TrackingSession> openTracking(String prefix, TrackingListener listener) {
        return transport.openTracking(prefix, listener);
    }

    @Override
    public void close() {
        transport.close();
    }
}

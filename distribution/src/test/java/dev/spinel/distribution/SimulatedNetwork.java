package dev.spinel.distribution;

import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.RedisTransport;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.TransportException;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * Connections of simulated processes to a server, with faults that the seed decides: requests and replies are lost, requests arrive long
 * after their caller gave up, connections break, messages are lost, the server restarts. One thread.
 */
final class SimulatedNetwork implements AutoCloseable {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);
    private static final Duration LEAST_DELAY = Duration.ofNanos(100_000);
    private static final Duration MOST_DELAY = Duration.ofMillis(5);

    private final Simulation simulation;
    private final SimulatedServer server;
    private final List<Channels> sessions = new ArrayList<>();
    /** One request in so many meets with each fault; 0 for none. */
    private int faults;

    private boolean delaysRequests;
    private boolean down;
    private final Set<Request> underway = new LinkedHashSet<>();

    SimulatedNetwork(Simulation simulation, Path directory) {
        this.simulation = simulation;
        server = new SimulatedServer(simulation, directory, this::published);
    }

    /**
     * From now on one request in so many meets with each fault.
     *
     * @param oneIn 0 for none
     * @param delays whether requests may arrive after their caller gave up
     */
    void faults(int oneIn, boolean delays) {
        faults = oneIn;
        delaysRequests = delays;
    }

    /** The transport of a process. */
    RedisTransport connect(Simulation.Process process) {
        return new Connection(process);
    }

    /** A look at the server past all connections and faults: what it answers at this moment. */
    RedisTransport look() {
        return new RedisTransport() {
            @Override
            public CompletionStage<Reply> send(Command command) {
                return CompletableFuture.completedFuture(server.execute(command));
            }

            @Override
            public ChannelSession openChannels(ChannelListener listener) {
                throw new IllegalStateException("A look has no channels");
            }

            @Override
            public void close() {}
        };
    }

    /** Ends all connections, and the server for a while. */
    void restartServer() {
        down = true;
        for (Request request : List.copyOf(underway)) {
            request.fail("the server restarts");
        }
        server.restart();
        simulation.after(simulation.between(Duration.ofMillis(50), Duration.ofSeconds(2)), () -> {
            down = false;
            sessions.forEach(Channels::connectAgain);
        });
    }

    /** Sets the wall clock of the server forward, or back if below zero. */
    void stepServerClock(Duration by) {
        server.stepClock(by);
    }

    private boolean fails() {
        return faults > 0 && simulation.oneIn(faults);
    }

    private Duration delay() {
        return simulation.between(LEAST_DELAY, MOST_DELAY);
    }

    private void published(String channel, String message) {
        for (Channels session : sessions) {
            session.published(channel, message);
        }
    }

    @Override
    public void close() {
        server.close();
    }

    /** A command between a process and the server. */
    private final class Request {
        private final Connection connection;
        private final Command command;
        private final CompletableFuture<Reply> result = new CompletableFuture<>();

        Request(Connection connection, Command command) {
            this.connection = connection;
            this.command = command;
        }

        void send() {
            underway.add(this);
            connection.process.schedule(TIMEOUT, () -> fail("timed out"));
            if (fails()) {
                return; // lost
            }
            if (delaysRequests && fails()) {
                simulation.after(simulation.between(TIMEOUT, TIMEOUT.multipliedBy(4)), this::execute);
                return;
            }
            connection.lastArrivalNanos =
                    Math.max(connection.lastArrivalNanos, simulation.nowNanos() + delay().toNanos());
            simulation.after(Duration.ofNanos(connection.lastArrivalNanos - simulation.nowNanos()), this::execute);
        }

        private void execute() {
            if (down) {
                return;
            }
            Reply reply = server.execute(command);
            if (fails()) {
                return; // the reply is lost
            }
            if (fails()) {
                connection.breaks();
                return;
            }
            connection.process.schedule(delay(), () -> finish(() -> result.complete(reply)));
        }

        void fail(String reason) {
            connection.process.schedule(
                    Duration.ZERO,
                    () -> finish(
                            () -> result.completeExceptionally(TransportException.noReply(new IOException(reason)))));
        }

        private void finish(Runnable how) {
            if (underway.remove(this)) {
                how.run();
            }
        }
    }

    private final class Connection implements RedisTransport {
        private final Simulation.Process process;
        private long lastArrivalNanos;

        Connection(Simulation.Process process) {
            this.process = process;
        }

        @Override
        public CompletionStage<Reply> send(Command command) {
            if (down) {
                CompletableFuture<Reply> refused = new CompletableFuture<>();
                process.schedule(
                        LEAST_DELAY,
                        () -> refused.completeExceptionally(TransportException.notSent(new IOException("refused"))));
                return refused;
            }
            // The arguments are used again for the next attempt.
            Request request = new Request(
                    this, new Command(command.name(), List.copyOf(command.arguments()), command.routingKey()));
            request.send();
            return request.result;
        }

        /** What was sent and is not there yet is lost, or is not. */
        void breaks() {
            for (Request request : List.copyOf(underway)) {
                if (request.connection == this) {
                    request.fail("the connection broke");
                }
            }
        }

        @Override
        public ChannelSession openChannels(ChannelListener listener) {
            Channels session = new Channels(process, listener);
            sessions.add(session);
            return session;
        }

        @Override
        public void close() {
            breaks();
        }
    }

    /** Subscriptions of a process. */
    private final class Channels implements RedisTransport.ChannelSession {
        private final Simulation.Process process;
        private final RedisTransport.ChannelListener listener;
        private final Set<String> channels = new HashSet<>();
        private final Set<String> confirmed = new HashSet<>();

        Channels(Simulation.Process process, RedisTransport.ChannelListener listener) {
            this.process = process;
            this.listener = listener;
        }

        @Override
        public void subscribe(String channel) {
            channels.add(channel);
            simulation.after(delay(), () -> confirm(channel));
        }

        private void confirm(String channel) {
            if (!down && channels.contains(channel)) {
                confirmed.add(channel);
                process.schedule(delay(), () -> listener.subscribed(channel));
            }
        }

        void connectAgain() {
            confirmed.clear();
            for (String channel : new TreeSet<>(channels)) {
                simulation.after(delay(), () -> confirm(channel));
            }
        }

        void published(String channel, String message) {
            if (confirmed.contains(channel) && !fails()) {
                process.schedule(delay(), () -> listener.message(channel, message));
            }
        }

        @Override
        public void unsubscribe(String channel) {
            channels.remove(channel);
            confirmed.remove(channel);
        }

        @Override
        public void close() {
            channels.clear();
            confirmed.clear();
        }
    }
}

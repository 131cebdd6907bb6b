package dev.spinel.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.plugin.recipes.RecipesPlugin;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.BiConsumer;

/**
 * A real server in virtual time, with a log in which every acknowledged write is. It executes one command after the other, while the
 * simulation waits; time stands still meanwhile. One thread.
 */
final class SimulatedServer implements AutoCloseable {
    /** A whole millisecond, so that Unix time and the steady clock do not differ by a part of one. */
    private static final long START_MICROS = 1_900_000_000_000_000L;

    private final Simulation simulation;
    private final Path directory;
    private final BiConsumer<String, String> messages;
    /** What the server's thread hands over. */
    private final Arrivals arrivals = new Arrivals();

    private volatile long clockAheadMicros;
    private SpinelServer server;
    private LocalLink commands;
    private LocalLink subscriptions;

    /**
     * Starts a server.
     *
     * @param messages receives what is published, channel and message
     */
    SimulatedServer(Simulation simulation, Path directory, BiConsumer<String, String> messages) {
        this.simulation = simulation;
        this.directory = directory;
        this.messages = messages;
        start();
    }

    private void start() {
        server = SpinelServer.builder()
                .port(0)
                .plugin(new RecipesPlugin())
                .clock(new ServerClock(
                        () -> START_MICROS + clockAheadMicros + simulation.nowNanos() / 1_000, simulation::nowNanos))
                .directive("dir", directory.toString())
                .directive("appendonly", "yes")
                .directive("appendfsync", "no") // the process is not killed
                .start();
        commands = LocalLink.open(server, arrivals::add, message -> {}, () -> {});
        subscriptions = LocalLink.open(server, arrivals::add, this::received, () -> {});
        await(subscriptions.send("HELLO", "3"));
        subscriptions.tell("PSUBSCRIBE", "*");
    }

    private void received(Reply pushed) {
        List<Reply> message = pushed.asItems();
        if (message.get(0).asText().equals("pmessage")) {
            messages.accept(message.get(2).asText(), message.get(3).asText());
        }
    }

    /** Executes a command; what it published has been told when this returns. */
    Reply execute(Command command) {
        List<byte[]> request = new ArrayList<>();
        request.add(command.name().getBytes(UTF_8));
        request.addAll(command.arguments());
        Reply reply = await(commands.send(request));
        await(subscriptions.send("PING"));
        return reply;
    }

    private Reply await(CompletableFuture<Reply> reply) {
        return arrivals.await(reply);
    }

    /** Sets the wall clock of the server forward, or back if below zero. */
    void stepClock(Duration by) {
        clockAheadMicros += by.toNanos() / 1_000;
    }

    /** Stops the server and starts it again from its log. Scripts and subscriptions are gone. */
    void restart() {
        close();
        start();
    }

    @Override
    public void close() {
        commands.close();
        subscriptions.close();
        server.close();
        arrivals.clear();
    }
}

package dev.spinel.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spinel.patterns.transport.Reply;
import dev.spinel.plugin.recipes.RecipesPlugin;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * A server of this JVM with the commands of recipes and a clock that stands still until it is set, and one who listens to all that is
 * published there. One thread.
 */
final class ServerAtATime implements AutoCloseable {
    /** A whole millisecond, so that Unix time and the steady clock do not differ by a part of one. */
    static final long START_MICROS = 1_900_000_000_000_000L;

    private final SpinelServer server;
    private final LocalLink commands;
    private final LocalLink subscriptions;
    private final List<String> published = new ArrayList<>();
    /** What the server's thread hands over. */
    private final Arrivals arrivals = new Arrivals();

    /**
     * Starts a server.
     *
     * @param unixMicros its clock
     * @param directory where it has an append-only log, or null for none
     */
    ServerAtATime(AtomicLong unixMicros, @Nullable Path directory) {
        SpinelServer.Builder builder = SpinelServer.builder()
                .port(0)
                .clock(new ServerClock(unixMicros::get, () -> unixMicros.get() * 1_000))
                .directive("enable-debug-command", "yes")
                // All but those of keys that expire, which come in no certain order.
                .directive("notify-keyspace-events", "Eg$lshzn")
                .plugin(new RecipesPlugin());
        if (directory != null) {
            builder.directive("dir", directory.toString())
                    .directive("appendonly", "yes")
                    .directive("appendfsync", "no"); // the process is not killed
        }
        server = builder.start();
        commands = LocalLink.open(server, arrivals::add, message -> {}, () -> {});
        subscriptions = LocalLink.open(server, arrivals::add, this::received, () -> {});
        await(subscriptions.send("HELLO", "3"));
        subscriptions.tell("PSUBSCRIBE", "*");
    }

    private void received(Reply pushed) {
        List<Reply> message = pushed.asItems();
        if (message.get(0).asText().equals("pmessage")) {
            published.add(message.get(2).asText() + " " + message.get(3).asText());
        }
    }

    int port() {
        return server.port();
    }

    /** Sends a command, whose reply {@link #await} waits for. */
    CompletableFuture<Reply> send(String... words) {
        return commands.send(
                Arrays.stream(words).map(word -> word.getBytes(UTF_8)).toList());
    }

    Reply execute(String... words) {
        return await(send(words));
    }

    /** Executes a command and returns the {@link #text} of its reply. */
    String ask(String... words) {
        return text(execute(words));
    }

    /** A reply as text: {@code -} and the message of an error, {@code [1, 2]} for an array. */
    static String text(Reply reply) {
        if (reply instanceof Reply.Items items) {
            return items.values().stream().map(ServerAtATime::text).toList().toString();
        }
        if (reply instanceof Reply.Failure failure) {
            return "-" + failure.message();
        }
        if (reply instanceof Reply.Int number) {
            return Long.toString(number.value());
        }
        return reply instanceof Reply.Null ? "null" : reply.asText();
    }

    /** Channels and messages since the last time, once those of all commands that were answered have arrived. */
    List<String> published() {
        await(subscriptions.send("PING"));
        List<String> all = List.copyOf(published);
        published.clear();
        return all;
    }

    Reply await(CompletableFuture<Reply> reply) {
        return arrivals.await(reply);
    }

    @Override
    public void close() {
        commands.close();
        subscriptions.close();
        server.close();
        arrivals.clear();
    }
}

package dev.spinel.patterns.testing;

import static java.util.Objects.requireNonNull;

import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.util.Optional;
import java.util.ServiceLoader;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** One server for all test classes of a run, started by the first that wants it and stopped after the last. */
final class SharedServer implements BeforeAllCallback {
    /** The server of this JVM, if it has one; otherwise a process is started. */
    static final Optional<EmbeddedServer> EMBEDDED =
            ServiceLoader.load(EmbeddedServer.class).findFirst();

    /** Closed by JUnit with the store that holds it. */
    private record Running(TestServer server, RedisClient inspector, RedisCommands<String, String> commands)
            implements AutoCloseable {
        static Running start() {
            TestServer server = EMBEDDED.map(EmbeddedServer::start)
                    .orElseGet(() -> RedisServer.start("--notify-keyspace-events", "Ex"));
            RedisClient inspector = RedisClient.create(server.uri());
            return new Running(server, inspector, inspector.connect().sync());
        }

        @Override
        public void close() {
            inspector.shutdown();
            server.close();
        }
    }

    private static Running running;

    @Override
    public void beforeAll(ExtensionContext context) {
        running = context.getRoot()
                .getStore(ExtensionContext.Namespace.create(SharedServer.class))
                .getOrComputeIfAbsent(Running.class, absent -> Running.start(), Running.class);
    }

    static TestServer server() {
        return requireNonNull(running, "running").server();
    }

    /** A look at the server past the recipes. */
    static RedisCommands<String, String> commands() {
        return requireNonNull(running, "running").commands();
    }
}

package dev.spinel.distribution;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.testing.EmbeddedServer;
import dev.spinel.patterns.testing.TestServer;
import dev.spinel.patterns.transport.RedisTransport;
import dev.spinel.plugin.recipes.RecipesPlugin;
import org.jspecify.annotations.Nullable;

/** The server of this JVM that the tests of recipes run on, as the service that they look for. */
public final class RecipeServer implements EmbeddedServer {
    private @Nullable SpinelServer server;

    @Override
    public TestServer start() {
        SpinelServer started = SpinelServer.builder()
                .port(0)
                .plugin(new RecipesPlugin())
                .directive("notify-keyspace-events", "Ex")
                .start();
        server = started;
        return new TestServer() {
            @Override
            public int port() {
                return started.port();
            }

            @Override
            public void close() {
                started.close();
            }
        };
    }

    @Override
    public RedisTransport connect() {
        return EmbeddedTransport.to(requireNonNull(server, "server"));
    }
}

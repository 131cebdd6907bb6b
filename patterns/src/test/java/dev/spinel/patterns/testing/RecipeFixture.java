package dev.spinel.patterns.testing;

import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Way;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.time.Duration;
import java.util.UUID;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.provider.ArgumentsSource;

/**
 * What the tests of a recipe stand on, with each client library: a server, which is shared by all test classes, so that every test uses names of
 * its own; a runtime that reaches it through a proxy with faults, and one that reaches it straight, as another process would.
 */
@ParameterizedClass
@ArgumentsSource(ClientKinds.class)
@Tag("redis-server")
@ExtendWith(SharedServer.class)
public abstract class RecipeFixture {
    private static final Duration TIMEOUT = Duration.ofSeconds(1);

    protected final ClientKind client;
    protected final TestServer server = SharedServer.server();
    /** A look at the server past the recipe. */
    protected final RedisCommands<String, String> redis = SharedServer.commands();
    /** Of this test alone. */
    protected final String name = UUID.randomUUID().toString();

    /** What both runtimes tell. */
    protected final EventLog events = new EventLog();

    /** Between the server and {@link #runtime}. */
    protected Faults proxy;
    /** What {@link #runtime} sends. */
    protected RecordingTransport transport;
    /** Through the proxy. Runs scripts only, so that what it sends is the same on every server. */
    protected PatternRuntime runtime;
    /** Straight to the server. */
    protected PatternRuntime other;

    protected RecipeFixture(ClientKind client) {
        this.client = client;
    }

    @BeforeAll
    static void pollOften() {
        Awaitility.setDefaultPollInterval(Duration.ofMillis(10));
    }

    @BeforeEach
    void connect() {
        if (client.usesSockets()) {
            FaultProxy sockets = new FaultProxy(server.port());
            proxy = sockets;
            transport = new RecordingTransport(client.connect(sockets.port(), TIMEOUT));
        } else {
            FaultyTransport inProcess = new FaultyTransport(client.connect(server.port(), TIMEOUT));
            proxy = inProcess;
            transport = new RecordingTransport(inProcess);
        }
        runtime = PatternRuntime.builder(transport)
                .ways(Way.SCRIPT)
                .listener(events)
                .build();
        other = PatternRuntime.builder(client.connect(server.port()))
                .listener(events)
                .build();
    }

    /** What is done while the server refuses what takes memory. */
    @FunctionalInterface
    protected interface Steps<E extends Exception> {
        void run() throws E;
    }

    /** Does this while the server, which all tests share, refuses what takes memory. */
    protected final <E extends Exception> void withoutMemory(Steps<E> steps) throws E {
        String before = redis.configGet("maxmemory").get("maxmemory");
        redis.configSet("maxmemory", "1");
        try {
            steps.run();
        } finally {
            redis.configSet("maxmemory", before);
        }
    }

    @AfterEach
    void disconnect() throws IOException {
        runtime.close();
        other.close();
        proxy.close();
    }
}

package dev.spinel.patterns.testing;

import static org.junit.jupiter.api.Assumptions.abort;

/** A server for tests, on this machine. */
public interface TestServer extends AutoCloseable {
    int port();

    default String uri() {
        return "redis://127.0.0.1:" + port();
    }

    /** Stops it from running until {@link #resume}; skips the test where that would stop the test as well. */
    default void pause() {
        abort("A server of this JVM cannot be paused");
    }

    /** Lets a paused server run on. */
    default void resume() {}

    @Override
    void close();
}

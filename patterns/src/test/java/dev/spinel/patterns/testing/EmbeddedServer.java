package dev.spinel.patterns.testing;

import dev.spinel.patterns.transport.RedisTransport;

/**
 * A server within this JVM: a service that a module provides which has one, to have the recipes tested on it, both through sockets and
 * without.
 */
public interface EmbeddedServer {
    /** Starts a server that publishes expirations of keys ({@code notify-keyspace-events Ex}). */
    TestServer start();

    /** A transport to the server that was started, without sockets. */
    RedisTransport connect();
}

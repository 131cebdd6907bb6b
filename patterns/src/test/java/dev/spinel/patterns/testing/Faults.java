package dev.spinel.patterns.testing;

import java.io.IOException;

/** Breaks what is between a client and its server at the moments that hurt. */
public interface Faults extends AutoCloseable {
    /** Swallows the next replies, each time ending the connection: the request was executed, and nobody is told. */
    void loseReplies(int count);

    /** How many replies were swallowed. */
    int repliesLost();

    /** Ends all connections, and with {@code refuse} also every new one. */
    void cut(boolean refuse);

    /** Takes connections again. */
    void heal();

    @Override
    void close() throws IOException;
}

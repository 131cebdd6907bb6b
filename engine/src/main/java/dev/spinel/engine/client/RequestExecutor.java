package dev.spinel.engine.client;

import dev.spinel.api.data.Bytes;

/**
 * The engine as a transport sees it: connections come, send requests, and go.
 *
 * <p>Engine thread only.
 *
 * @param <C> what the engine keeps of a connected client
 */
public interface RequestExecutor<C> {
    /** Takes on a new connection. */
    C connect(Connection connection);

    /**
     * Executes one request; its reply, if it has one already, has been written when this returns.
     *
     * @param args the arguments, valid during the call, {@code argCount} of them; the first is the command name
     * @return whether the client may execute its next request now; if not, the transport keeps later requests and waits
     *     for {@link Connection#resume}
     */
    boolean execute(C client, Bytes[] args, int argCount);

    /** Answers {@code -ERR Protocol error: <reason>} and closes the connection. */
    void protocolError(C client, String reason);

    /**
     * Whether the output of a client may take so many bytes. If not, the client is closed after the request in progress, and
     * what it is being answered is given up.
     */
    boolean mayGrow(C client, long outputBytes);

    /** Tells at the end of a turn that the peer has not taken all output of a client, which may be closed then. */
    void outputWaits(C client);

    /** Forgets a client whose connection is gone. */
    void disconnect(C client);
}

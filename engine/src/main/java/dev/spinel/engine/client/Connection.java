package dev.spinel.engine.client;

import dev.spinel.api.command.ReplyWriter;

/**
 * The engine's side of one client's connection, implemented by a transport.
 *
 * <p>Engine thread only.
 */
public interface Connection {
    /**
     * Appends to the connection's output buffer and has it flushed at the end of the turn. May be used at any time, for
     * published messages too. After the connection closed, what is written is dropped. When there is no memory for what is
     * written, the writer throws a {@code CommandException} with the error for the client.
     */
    ReplyWriter reply();

    /**
     * Appends bytes that are no reply, as they are, and has them flushed as replies are.
     *
     * @throws dev.spinel.api.error.CommandException when there is no memory for them; nothing is then appended
     */
    void send(byte[] source, int offset, int length);

    /** What {@link #repliesSince} answers when the last reply lacks elements. */
    int INCOMPLETE = -1;

    /** The position in the output buffer, for {@link #rollback}; valid within one command. */
    int mark();

    /** Takes back everything written since a mark. */
    void rollback(int mark);

    /**
     * The number of whole replies written since a mark, {@link #INCOMPLETE} when the last one lacks elements. Messages of
     * RESP3 count as none. O(elements of the replies).
     */
    int repliesSince(int mark);

    /** Sets the protocol version of replies, 2 or 3. */
    void protocol(int version);

    /**
     * Sets whether requests must be small (10 arguments, each of 16 KiB at most), because the client has yet to
     * authenticate; larger ones are protocol errors. Connections start without this restriction.
     */
    void restrictRequests(boolean restricted);

    /** Closes the connection once everything written so far has been sent; no further request is read. */
    void closeAfterReply();

    /** Closes the connection at once, dropping unsent output; {@link RequestExecutor#disconnect} follows later. */
    void close();

    /**
     * Goes on with requests that wait in the read buffer: called when a client that could not execute (blocked, paused)
     * can again. They run before the turn ends.
     */
    void resume();

    /**
     * Executes nothing of what the peer sends while the command in progress serves other clients, and keeps it; then goes on.
     */
    void suspend(boolean suspended);

    /** {@code host:port} of the peer, or {@code path:0} for a unix socket. */
    String remoteAddress();

    /** {@code host:port} of this side, or {@code path:0} for a unix socket. */
    String localAddress();

    boolean isUnixSocket();

    /** The file descriptor, or a number that stands for it; -1 when unknown. */
    int fileDescriptor();

    /** Bytes written but not yet taken by the operating system. */
    long outputBytes();

    /** Bytes that the peer has sent so far, empty lines included. */
    long receivedBytes();

    /**
     * Bytes of requests read but not yet executed, the one that is being executed included; of an incomplete one those that
     * are not decoded yet.
     */
    int queryBufferBytes();

    /** Bytes of an incomplete request that are decoded already. */
    int decodedBytes();

    /** Room in the read buffer beyond {@link #queryBufferBytes}. */
    int queryBufferFreeBytes();
}

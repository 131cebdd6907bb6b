package dev.spinel.resp.transport;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.engine.client.Connection;
import dev.spinel.resp.codec.RespReplies;
import dev.spinel.resp.codec.RespWriter;
import org.jspecify.annotations.Nullable;

/**
 * The engine's side of a connection, whatever carries its bytes: requests are executed in its turns, replies gather in a writer
 * until the end of the turn.
 *
 * <p>Engine thread only, except the constructor.
 *
 * @param <C> what the engine keeps of a connected client
 */
abstract class ClientConnection<C> implements Connection {
    private static final System.Logger LOGGER = System.getLogger(ClientConnection.class.getName());

    private final NettyTransport<C> transport;
    private final RespWriter writer;

    private @Nullable C client;
    /** The client can execute nothing at present; its requests wait. */
    private boolean suspended;
    /** A command of the client is in progress and has others served. */
    private boolean inCommand;
    /** No request is executed any more. */
    private boolean closing;

    private boolean closed;
    /** The client is forgotten as soon as its requests have been executed. */
    private boolean ending;

    private boolean flushQueued;
    private boolean resumeQueued;

    ClientConnection(NettyTransport<C> transport) {
        this.transport = transport;
        this.writer = transport.newWriter(this::mayGrow);
    }

    /** Executes the requests that wait, as far as the client can and its share of a turn allows. */
    abstract void executeRequests(C executing);

    /** Hands on what was written, unless it {@link #holdsReplies}; the connection is open. */
    abstract void writeOutput();

    /** The difference between the writer's length and the bytes that the operating system has yet to take. */
    abstract long pendingBytes();

    /** Introduces the client to the engine, or turns it away. */
    final void open() {
        if (transport.admit()) {
            client = transport.executor().connect(this);
        } else {
            reply().error("ERR max number of clients reached");
            closeAfterReply();
        }
    }

    /** The peer has gone: what it sent before is executed, as Redis does, and then the client forgotten. */
    final void end() {
        if (resumeQueued && !closing) {
            ending = true;
        } else {
            forgetClient();
        }
    }

    /** Has the engine forget the client; nothing is written or executed any more. */
    void forgetClient() {
        closed = true;
        closing = true;
        clearOutput();
        C leaving = client;
        if (leaving != null) {
            client = null;
            transport.leave();
            transport.executor().disconnect(leaving);
        }
    }

    /** Goes on with requests that wait; once for each time it was queued. */
    final void runResumed() {
        resumeQueued = false;
        C executing = client;
        if (executing != null && !closing) {
            try {
                executeRequests(executing);
            } catch (RuntimeException | Error failure) {
                closeAfter(failure);
            }
        }
        if (ending && !resumeQueued) {
            forgetClient();
        }
    }

    /** Hands on what was written in this turn; once for each time it was queued. */
    final void flushOutput() {
        flushQueued = false;
        if (closed) {
            clearOutput();
        } else {
            writeOutput();
        }
    }

    /** Closes at once, and has the log say why. */
    final void closeAfter(Throwable failure) {
        LOGGER.log(System.Logger.Level.ERROR, "Connection " + remoteAddress() + " is closed after a failure", failure);
        close();
    }

    /** Has {@link #flushOutput} run at the end of the turn. */
    final void queueFlush() {
        if (!flushQueued) {
            flushQueued = true;
            transport.queueFlush(this);
        }
    }

    /** Has {@link #runResumed} run in this poll, or in the next one if it is in progress. */
    final void queueResume() {
        if (!resumeQueued) {
            resumeQueued = true;
            transport.queueResume(this);
        }
    }

    final NettyTransport<C> transport() {
        return transport;
    }

    /** The bytes that were written and not handed on. */
    final RespWriter writer() {
        return writer;
    }

    void clearOutput() {
        writer.clear();
    }

    /** What the engine keeps, null before {@link #open} and after {@link #forgetClient}, and for one that was turned away. */
    final @Nullable C client() {
        return client;
    }

    final boolean isSuspended() {
        return suspended;
    }

    final void suspended(boolean value) {
        suspended = value;
    }

    /** Whether what is written must stay in the writer, where the command in progress may take it back. */
    final boolean holdsReplies() {
        return inCommand;
    }

    final boolean isResumeQueued() {
        return resumeQueued;
    }

    final boolean isClosing() {
        return closing;
    }

    /** Executes nothing any more, and closes once everything written has been sent. */
    final void closing() {
        closing = true;
        queueFlush();
    }

    final boolean isClosed() {
        return closed;
    }

    private boolean mayGrow(long bytes) {
        C growing = client;
        return growing == null || closed || transport.executor().mayGrow(growing, bytes + pendingBytes());
    }

    @Override
    public final ReplyWriter reply() {
        if (closed) {
            clearOutput();
        }
        queueFlush();
        return writer;
    }

    @Override
    public final void send(byte[] source, int offset, int length) {
        if (!closed) {
            queueFlush();
            writer.raw(source, offset, length);
        }
    }

    @Override
    public final int mark() {
        return writer.length();
    }

    @Override
    public final void rollback(int mark) {
        writer.rollback(mark);
    }

    @Override
    public final int repliesSince(int mark) {
        return RespReplies.count(writer.array(), mark, writer.length());
    }

    @Override
    public final void protocol(int version) {
        writer.protocol(version);
    }

    @Override
    public final void closeAfterReply() {
        closing();
    }

    @Override
    public void close() {
        closing = true;
        closed = true;
    }

    @Override
    public final void resume() {
        // Not when its turn in the queue comes: it may stand there already for what the last turn left over, and the
        // client may have been suspended since.
        suspended = false;
        queueResume();
    }

    @Override
    public void suspend(boolean value) {
        suspended = value;
        inCommand = value;
        queueFlush();
    }

    @Override
    public final long outputBytes() {
        return writer.length() + pendingBytes();
    }
}

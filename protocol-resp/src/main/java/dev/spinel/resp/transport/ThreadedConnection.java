package dev.spinel.resp.transport;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.engine.client.Connection;
import dev.spinel.engine.client.RequestExecutor;
import dev.spinel.resp.codec.RespReplies;
import dev.spinel.resp.codec.RespWriter;
import org.jspecify.annotations.Nullable;

/**
 * The engine's half of a connection that a further I/O loop reads and writes; {@link ThreadedSocket} is the other.
 *
 * <p>Engine thread only, except the constructor.
 *
 * @param <C> what the engine keeps of a connected client
 */
final class ThreadedConnection<C> implements Connection, TurnMember {
    /*
     * The two halves share no lock; they hand objects over.
     *
     *   I/O loop                                   engine
     *   reads, decodes into the batch  --submit->  executes it, replies gather in the writer
     *   writes the replies, reads on   <-TurnEnd-  end of the turn: hands over reply array and batch
     *
     * Both arrows are Netty's task queues (many producers, one consumer), which also wake the thread that they lead to. What
     * the producer wrote before it offered a task is visible to the consumer that polled it; so the batch, the reply array
     * and all fields of the messages need no synchronisation, as long as each has one owner at a time:
     *
     * - The batch is the engine's from submit() to the TurnEnd that says batchDone. There is one per connection, so
     *   that the order of its requests is kept, and a turn executes at most one of them. Until the engine knows a new
     *   connection it counts as out, so that limits set by connect() apply to the first request.
     * - A reply array is the loop's from its TurnEnd until OutputSlot.free(), which publishes by a volatile write; one
     *   at a time, so that what a slow reader has not taken gathers in the writer, where limits see it. The array goes
     *   back to the engine's pool through a queue that nobody waits for.
     * - Single numbers (unsent and waiting bytes, the restriction of requests) are volatile fields with one writer at a
     *   time.
     *
     * Back-pressure: while the batch is out the socket reads on only until one more batch waits. A suspended client is the
     * exception, since the end of its connection must be noticed: it is read up to the limit of the query buffer.
     */

    private static final System.Logger LOGGER = System.getLogger(ThreadedConnection.class.getName());

    private final NettyTransport<C> transport;
    private final ThreadedSocket<C> socket;
    private final Endpoint endpoint;
    private final OutputSlot slot;
    private final RespWriter writer;

    private @Nullable C client;
    /** The requests to execute, or executed in this turn; null while the I/O loop owns them. */
    private @Nullable RequestBatch batch;
    /** The I/O loop waits for the end of the batch, or of {@link #opened}. */
    private boolean batchDue;

    private boolean suspended;
    /** The I/O loop has been told that the client is suspended. */
    private boolean suspensionTold;
    /** No request is executed any more. */
    private boolean closing;

    private boolean closed;
    private boolean flushQueued;
    private boolean resumeQueued;

    ThreadedConnection(NettyTransport<C> transport, ThreadedSocket<C> socket, Endpoint endpoint, OutputSlot slot) {
        this.transport = transport;
        this.socket = socket;
        this.endpoint = endpoint;
        this.slot = slot;
        this.writer = transport.newWriter(this::mayGrow);
    }

    /** The first message of the I/O loop. */
    void opened() {
        batchDue = true;
        if (transport.admit()) {
            client = transport.executor().connect(this);
            queueFlush();
        } else {
            reply().error("ERR max number of clients reached");
            closeAfterReply();
        }
    }

    /** The last message of the I/O loop. */
    void disconnected() {
        closed = true;
        closing = true;
        batch = null;
        writer.clear();
        C leaving = client;
        if (leaving != null) {
            client = null;
            transport.leave();
            transport.executor().disconnect(leaving);
        }
    }

    /** Takes on requests of the I/O loop. */
    void submit(RequestBatch requests) {
        batch = requests;
        batchDue = true;
        executeOrClose();
    }

    private void executeOrClose() {
        try {
            executeRequests();
        } catch (RuntimeException | Error failure) {
            LOGGER.log(
                    System.Logger.Level.ERROR, "Connection " + remoteAddress() + " is closed after a failure", failure);
            close();
        }
    }

    private void executeRequests() {
        C executing = client;
        RequestBatch requests = batch;
        if (executing == null || requests == null || closing) {
            return;
        }
        queueFlush();
        RequestExecutor<C> executor = transport.executor();
        while (!suspended && !closing && requests.hasNext()) {
            int argCount = requests.nextArgCount();
            suspended = !executor.execute(executing, requests.nextArgs(transport.requestViews()), argCount);
        }
        String error = requests.error();
        if (error != null && !suspended && !closing) {
            closing = true;
            executor.protocolError(executing, error);
        }
    }

    @Override
    public void runResumed() {
        resumeQueued = false;
        suspended = false;
        executeOrClose();
    }

    @Override
    public void flushOutput() {
        flushQueued = false;
        if (closed) {
            writer.clear();
            return;
        }
        int length = writer.length();
        byte[] replies = null;
        if (length > 0 && slot.take()) {
            socket.unsentBytes(length);
            replies = writer.handOver();
        }
        boolean close = closing && writer.length() == 0;
        boolean batchDone = batchDue && !suspended && !closing;
        if (batchDone) {
            batch = null;
            batchDue = false;
        }
        if (replies != null || batchDone || close || suspended != suspensionTold) {
            suspensionTold = suspended;
            socket.post(new TurnEnd(socket, replies, replies == null ? 0 : length, batchDone, suspended, close));
        }
        C waiting = client;
        if (writer.length() > 0 && waiting != null) {
            transport.executor().outputWaits(waiting);
        }
    }

    /** Has the output handed over at the end of the turn; the I/O loop too asks for it, once it can take more. */
    void queueFlush() {
        if (!flushQueued) {
            flushQueued = true;
            transport.queueFlush(this);
        }
    }

    private boolean mayGrow(long bytes) {
        C growing = client;
        return growing == null || closed || transport.executor().mayGrow(growing, bytes + socket.unsentBytes());
    }

    @Override
    public ReplyWriter reply() {
        if (closed) {
            writer.clear();
        }
        queueFlush();
        return writer;
    }

    @Override
    public void send(byte[] source, int offset, int length) {
        if (closed) {
            return;
        }
        queueFlush();
        writer.raw(source, offset, length);
    }

    @Override
    public int mark() {
        return writer.length();
    }

    @Override
    public void rollback(int mark) {
        writer.rollback(mark);
    }

    @Override
    public int repliesSince(int mark) {
        return RespReplies.count(writer.array(), mark, writer.length());
    }

    @Override
    public void protocol(int version) {
        writer.protocol(version);
    }

    @Override
    public void restrictRequests(boolean restricted) {
        socket.restricted(restricted);
    }

    @Override
    public void closeAfterReply() {
        closing = true;
        queueFlush();
    }

    @Override
    public void close() {
        closing = true;
        closed = true;
        socket.close();
    }

    @Override
    public void resume() {
        if (!resumeQueued) {
            resumeQueued = true;
            transport.queueResume(this);
        }
    }

    @Override
    public void suspend(boolean value) {
        suspended = value;
        // Behind what was flushed while the command in progress served others.
        queueFlush();
    }

    @Override
    public String remoteAddress() {
        return endpoint.remoteAddress();
    }

    @Override
    public String localAddress() {
        return endpoint.localAddress();
    }

    @Override
    public boolean isUnixSocket() {
        return endpoint.isUnixSocket();
    }

    @Override
    public int fileDescriptor() {
        return endpoint.fileDescriptor();
    }

    /** {@inheritDoc} While a socket takes a buffer bit by bit, it counts as a whole: at most 64 KiB too many. */
    @Override
    public long outputBytes() {
        return (long) writer.length() + socket.unsentBytes();
    }

    @Override
    public long receivedBytes() {
        return socket.receivedBytes();
    }

    @Override
    public int queryBufferBytes() {
        RequestBatch requests = batch;
        return socket.waitingBytes() + (requests == null ? 0 : requests.remainingBytes());
    }

    @Override
    public int decodedBytes() {
        return socket.decodedBytes();
    }

    @Override
    public int queryBufferFreeBytes() {
        return socket.freeBytes();
    }
}

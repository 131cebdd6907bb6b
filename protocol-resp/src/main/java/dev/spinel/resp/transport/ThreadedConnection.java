package dev.spinel.resp.transport;

import dev.spinel.engine.client.RequestExecutor;
import org.jspecify.annotations.Nullable;

/**
 * The engine's half of a connection that a further I/O loop reads and writes; {@link ThreadedSocket} is the other.
 *
 * <p>Engine thread only, except the constructor.
 *
 * @param <C> what the engine keeps of a connected client
 */
final class ThreadedConnection<C> extends ClientConnection<C> {
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

    private final ThreadedSocket<C> socket;
    private final Endpoint endpoint;
    private final OutputSlot slot;

    /** The requests to execute, or executed in this turn; null while the I/O loop owns them. */
    private @Nullable RequestBatch batch;
    /** The I/O loop waits for the end of the batch, or of {@link #opened}. */
    private boolean batchDue;
    /** The I/O loop has been told that the client is suspended. */
    private boolean suspensionTold;

    ThreadedConnection(NettyTransport<C> transport, ThreadedSocket<C> socket, Endpoint endpoint, OutputSlot slot) {
        super(transport);
        this.socket = socket;
        this.endpoint = endpoint;
        this.slot = slot;
    }

    /** The first message of the I/O loop. */
    void opened() {
        batchDue = true;
        open();
        queueFlush();
    }

    /** Takes on requests of the I/O loop. */
    void submit(RequestBatch requests) {
        batch = requests;
        batchDue = true;
        queueResume();
    }

    @Override
    void forgetClient() {
        batch = null;
        super.forgetClient();
    }

    @Override
    void executeRequests(C executing) {
        RequestBatch requests = batch;
        if (requests == null) {
            return;
        }
        queueFlush();
        RequestExecutor<C> executor = transport().executor();
        while (!isSuspended() && !isClosing() && requests.hasNext()) {
            int argCount = requests.nextArgCount();
            suspended(!executor.execute(executing, requests.nextArgs(transport().requestViews()), argCount));
        }
        String error = requests.error();
        if (error != null && !isSuspended() && !isClosing()) {
            closing();
            executor.protocolError(executing, error);
        }
    }

    @Override
    void writeOutput() {
        int length = writer().length();
        byte[] replies = null;
        if (length > 0 && !holdsReplies() && slot.take()) {
            socket.unsentBytes(length);
            replies = writer().handOver();
        }
        boolean close = isClosing() && writer().length() == 0;
        boolean batchDone = batchDue && !isSuspended() && !isResumeQueued() && !isClosing();
        if (batchDone) {
            batch = null;
            batchDue = false;
        }
        if (replies != null || batchDone || close || isSuspended() != suspensionTold) {
            suspensionTold = isSuspended();
            socket.post(new TurnEnd(socket, replies, replies == null ? 0 : length, batchDone, suspensionTold, close));
        }
        C waiting = client();
        if (writer().length() > 0 && waiting != null) {
            transport().executor().outputWaits(waiting);
        }
    }

    /** {@inheritDoc} While a socket takes a buffer bit by bit, it counts as a whole: at most 64 KiB too many. */
    @Override
    long pendingBytes() {
        return socket.unsentBytes();
    }

    @Override
    public void restrictRequests(boolean restricted) {
        socket.restricted(restricted);
    }

    @Override
    public void close() {
        super.close();
        socket.close();
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

package dev.spinel.resp.transport;

import dev.spinel.engine.client.RequestExecutor;
import dev.spinel.engine.loop.IoPump;
import dev.spinel.engine.stats.NetworkTotals;
import dev.spinel.resp.codec.BufferPool;
import dev.spinel.resp.codec.RequestViews;
import dev.spinel.resp.codec.RespWriter;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ManualIoEventLoop;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The connections of a server on Netty, whose event loop is the engine's thread; with I/O threads, that loop accepts and
 * executes only.
 *
 * <p>Created on any thread; the first call of {@link #listen} or {@link #poll} makes the calling thread the engine thread,
 * and all but {@link #wakeUp} and {@link #connect(LocalConnection.Output)} is for that thread only.
 *
 * @param <C> what the engine keeps of a connected client
 */
public final class NettyTransport<C> implements IoPump, AutoCloseable {
    /** Reply arrays kept for reuse. */
    private static final long MAX_POOLED_BYTES = 16L << 20;

    private final ManualIoEventLoop loop;
    private final RequestExecutor<C> executor;
    private final ConnectionSettings settings;
    private final Listeners<C> listeners;
    private final IoTransport io;

    private final LoopBuffers buffers = new LoopBuffers();
    private final BusyPoll busyPoll = new BusyPoll();
    private final @Nullable IoLoops<C> ioLoops;
    private final BufferPool replyArrays;

    private ArrayList<ClientConnection<C>> toFlush = new ArrayList<>();
    private ArrayList<ClientConnection<C>> flushing = new ArrayList<>();
    private final ArrayDeque<ClientConnection<C>> toResume = new ArrayDeque<>();
    private final Set<LocalConnection<C>> localConnections = new HashSet<>();

    private boolean owned;
    /** Set when the transport closes: from then on its loop may not run what it is given. */
    private volatile boolean closed;

    private int connectionCount;
    private long rejectedConnections;
    private long inputBytes;
    private long outputBytes;
    private long reads;
    private long writes;
    private long overlongRequests;

    /**
     * A transport without listeners yet.
     *
     * @param ioThreads threads that read and write, the engine's included ({@code io-threads}); with 1 it does so itself,
     *     with more the others do
     */
    public NettyTransport(IoTransport io, int ioThreads, ConnectionSettings settings, RequestExecutor<C> executor) {
        this.loop = new ManualIoEventLoop(null, io.ioHandlerFactory());
        this.io = io;
        this.settings = settings;
        this.replyArrays = new BufferPool(MAX_POOLED_BYTES, settings.bufferBudget());
        this.executor = executor;
        this.listeners = new Listeners<>(this, io, loop);
        this.ioLoops = ioThreads > 1 ? new IoLoops<>(this, io, ioThreads - 1) : null;
    }

    /**
     * A thread to run the loop on, not started yet. Any thread may be it, but only on this kind does Netty reuse the 64-byte
     * object that it makes of each write.
     *
     * @param stackBytes the size of its stack, 0 for the usual one
     */
    public static Thread newThread(Runnable loop, String name, long stackBytes) {
        return new FastThreadLocalThread(null, loop, name, stackBytes);
    }

    /**
     * Accepts connections where the settings say, and no longer where earlier settings said.
     *
     * @throws IOException if an address cannot be used, with a message for the server's log; nothing has changed then
     */
    public void listen(ListenSettings where) throws IOException {
        own();
        replyArrays.maxLength(settings.maxReplyBytes());
        listeners.replace(where);
    }

    /** The TCP port that is listened on, or 0 if none is. */
    public int port() {
        return listeners.port();
    }

    /** The TCP port for TLS that is listened on, or 0 if none is. */
    public int tlsPort() {
        return listeners.tlsPort();
    }

    /**
     * A connection of a client within this process; any thread.
     *
     * @throws RejectedExecutionException if the transport is closed
     */
    public LocalConnection<C> connect(LocalConnection.Output output) {
        LocalConnection<C> connection = new LocalConnection<>(this, output);
        onRunningEngine(() -> {
            localConnections.add(connection);
            connection.open();
        });
        return connection;
    }

    /**
     * As {@link #onEngineThread}.
     *
     * @throws RejectedExecutionException if the transport is closed
     */
    void onRunningEngine(Runnable task) {
        if (closed) {
            throw new RejectedExecutionException("The server has stopped");
        }
        onEngineThread(task);
    }

    /** A local connection has ended; returns whether it had not before. */
    boolean forget(LocalConnection<C> connection) {
        return localConnections.remove(connection);
    }

    @Override
    public void poll(long maxWaitNanos) {
        own();
        runResumed();
        if (maxWaitNanos <= 0 || isWorkLeft()) {
            loop.runNow();
        } else if (!pollBusily(Math.min(maxWaitNanos, settings.busyPollNanos()))) {
            loop.run(maxWaitNanos);
        }
        runResumed();
    }

    private boolean isWorkLeft() {
        return !toResume.isEmpty() || !toFlush.isEmpty();
    }

    /** Polls without a wait until something was done, at most for {@code maxNanos}; whether something was. */
    private boolean pollBusily(long maxNanos) {
        if (maxNanos == 0 || !busyPoll.pays()) {
            return false;
        }
        long began = System.nanoTime();
        boolean found;
        do {
            found = loop.runNow() > 0 || isWorkLeft();
        } while (!found && System.nanoTime() - began < maxNanos);
        busyPoll.looked(found);
        return found;
    }

    @Override
    public void flush() {
        if (ioLoops != null) {
            ioLoops.takeBackArrays(replyArrays);
        }
        ArrayList<ClientConnection<C>> batch = toFlush;
        toFlush = flushing;
        flushing = batch;
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).flushOutput();
        }
        batch.clear();
    }

    @Override
    public void wakeUp() {
        // Netty's own wake-up may get lost while the loop is not waiting; a task that waits cannot.
        loop.execute(NettyTransport::endWait);
    }

    private static void endWait() {}

    /** The way to the operating system's sockets; any thread. */
    public IoTransport io() {
        return io;
    }

    /** What has been counted since the start; engine thread. */
    public NetworkTotals totals() {
        return ioLoops == null
                ? new NetworkTotals(inputBytes, outputBytes, reads, writes, rejectedConnections, overlongRequests)
                : ioLoops.totals(rejectedConnections);
    }

    /** Closes listeners and connections at once, and frees the buffers. */
    @Override
    public void close() {
        own();
        closed = true;
        listeners.close();
        List.copyOf(localConnections).forEach(LocalConnection::forgetClient);
        if (ioLoops != null) {
            ioLoops.close(loop);
        }
        Future<?> terminated = loop.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
        while (!terminated.isDone()) {
            loop.runNow();
        }
        buffers.release();
    }

    private void own() {
        if (!owned) {
            loop.setOwningThread(Thread.currentThread());
            owned = true;
        }
    }

    private void runResumed() {
        // A connection that has more to execute queues up again, for the next turn. One that runs a long script has
        // others served meanwhile, those that wait here included.
        for (int i = toResume.size(); i > 0 && !toResume.isEmpty(); i--) {
            toResume.remove().runResumed();
        }
        buffers.reads().clear();
    }

    /** The loops that connections are accepted for. */
    EventLoopGroup connectionLoops() {
        return ioLoops == null ? loop : ioLoops.group();
    }

    /** Makes a connection of an accepted channel; on the thread of its loop. */
    void connect(Endpoint endpoint) {
        if (ioLoops != null) {
            ioLoops.connect(endpoint);
            return;
        }
        buffers.useFor(endpoint);
        new NettyConnection<>(this, buffers, endpoint).addTo(endpoint.channel().pipeline());
    }

    /** Runs something in this turn or the next one on the engine's thread; any thread. */
    void onEngineThread(Runnable task) {
        loop.execute(task);
    }

    /** Room for the arguments of a request that the engine executes. */
    RequestViews requestViews() {
        return buffers.requestViews();
    }

    RequestExecutor<C> executor() {
        return executor;
    }

    ConnectionSettings settings() {
        return settings;
    }

    /** A writer for the engine's thread; any thread may create it. */
    RespWriter newWriter(RespWriter.Growth growth) {
        return new RespWriter(replyArrays, growth);
    }

    /** Counts a new connection in, or rejects it. */
    boolean admit() {
        if (connectionCount >= settings.maxClients()) {
            rejectedConnections++;
            return false;
        }
        connectionCount++;
        return true;
    }

    /** Counts an admitted connection out. */
    void leave() {
        connectionCount--;
    }

    void countInput(int bytes) {
        inputBytes += bytes;
        reads++;
    }

    void countOutput(int bytes) {
        outputBytes += bytes;
        writes++;
    }

    void countOverlongRequest() {
        overlongRequests++;
    }

    void queueFlush(ClientConnection<C> connection) {
        toFlush.add(connection);
    }

    void queueResume(ClientConnection<C> connection) {
        toResume.add(connection);
    }
}

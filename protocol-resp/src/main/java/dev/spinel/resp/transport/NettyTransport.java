package dev.spinel.resp.transport;

import dev.spinel.engine.client.RequestExecutor;
import dev.spinel.engine.loop.IoPump;
import dev.spinel.resp.codec.BufferPool;
import dev.spinel.resp.codec.RequestDecoder;
import dev.spinel.resp.codec.RequestViews;
import dev.spinel.resp.codec.RespWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ManualIoEventLoop;
import io.netty.util.concurrent.FastThreadLocalThread;
import io.netty.util.concurrent.Future;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.concurrent.TimeUnit;

/**
 * The connections of a server on Netty, whose event loop is the engine's thread.
 *
 * <p>Created on any thread; the first call of {@link #listen} or {@link #poll} makes the calling thread the engine thread,
 * and all but {@link #wakeUp} is for that thread only.
 *
 * @param <C> what the engine keeps of a connected client
 */
public final class NettyTransport<C> implements IoPump, AutoCloseable {
    /** The most bytes handed to the operating system at once. */
    static final int WRITE_BYTES = 64 * 1024;

    /** Reply arrays kept for reuse. */
    private static final long MAX_POOLED_BYTES = 16L << 20;

    private final ManualIoEventLoop loop;
    private final RequestExecutor<C> executor;
    private final ConnectionSettings settings;
    private final Listeners<C> listeners;

    private final SharedReadBuffer readBuffer = new SharedReadBuffer();
    /** A read goes to the second half; the first has room for the start of a request that it completes. */
    private final byte[] requestArray = new byte[2 * SharedReadBuffer.SIZE_BYTES];

    private final RequestViews requestViews = new RequestViews();
    private final BufferPool replyArrays = new BufferPool(MAX_POOLED_BYTES);
    private ByteBuf writeBuffer = Unpooled.directBuffer(WRITE_BYTES, WRITE_BYTES);

    private ArrayList<NettyConnection<C>> toFlush = new ArrayList<>();
    private ArrayList<NettyConnection<C>> flushing = new ArrayList<>();
    private final ArrayDeque<NettyConnection<C>> toResume = new ArrayDeque<>();

    private boolean owned;
    private int connectionCount;
    private long rejectedConnections;
    private long inputBytes;
    private long outputBytes;

    /** A transport without listeners yet. */
    public NettyTransport(IoTransport io, ConnectionSettings settings, RequestExecutor<C> executor) {
        this.loop = new ManualIoEventLoop(null, io.ioHandlerFactory());
        this.settings = settings;
        this.executor = executor;
        this.listeners = new Listeners<>(this, io, loop, readBuffer);
    }

    /**
     * A thread to run the loop on, not started yet. Any thread may be it, but only on this kind does Netty reuse the 64-byte
     * object that it makes of each write.
     */
    public static Thread newThread(Runnable loop, String name) {
        return new FastThreadLocalThread(loop, name);
    }

    /**
     * Accepts connections where the settings say, and no longer where earlier settings said.
     *
     * @throws IOException if an address cannot be used, with a message for the server's log; nothing has changed then
     */
    public void listen(ListenSettings where) throws IOException {
        own();
        listeners.replace(where);
    }

    /** The TCP port that is listened on, or 0 if none is. */
    public int port() {
        return listeners.port();
    }

    @Override
    public void poll(long maxWaitNanos) {
        own();
        runResumed();
        if (maxWaitNanos > 0 && toResume.isEmpty() && toFlush.isEmpty()) {
            loop.run(maxWaitNanos);
        } else {
            loop.runNow();
        }
        runResumed();
    }

    @Override
    public void flush() {
        ArrayList<NettyConnection<C>> batch = toFlush;
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

    /** Connections rejected because of {@code maxclients}. */
    public long rejectedConnections() {
        return rejectedConnections;
    }

    /** Bytes read from all connections. */
    public long inputBytes() {
        return inputBytes;
    }

    /** Bytes written to all connections. */
    public long outputBytes() {
        return outputBytes;
    }

    /** Closes listeners and connections at once, and frees the buffers. */
    @Override
    public void close() {
        own();
        listeners.close();
        Future<?> terminated = loop.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
        while (!terminated.isDone()) {
            loop.runNow();
        }
        readBuffer.release();
        writeBuffer.release();
    }

    private void own() {
        if (!owned) {
            loop.setOwningThread(Thread.currentThread());
            owned = true;
        }
    }

    private void runResumed() {
        // A connection that has more to execute queues up again, for the next turn.
        for (int i = toResume.size(); i > 0; i--) {
            toResume.remove().runResumed();
        }
    }

    RequestExecutor<C> executor() {
        return executor;
    }

    ConnectionSettings settings() {
        return settings;
    }

    RequestDecoder newDecoder() {
        return new RequestDecoder(settings.requestLimits(), requestViews);
    }

    RespWriter newWriter() {
        replyArrays.maxLength(settings.maxReplyBytes());
        return new RespWriter(replyArrays);
    }

    /** Where a connection puts what it has read, until it has executed it. */
    byte[] requestArray() {
        return requestArray;
    }

    /** An empty buffer of {@link #WRITE_BYTES}, owned by the transport: retain what Netty is to release. */
    ByteBuf writeBuffer() {
        if (writeBuffer.refCnt() > 1) {
            writeBuffer.release();
            writeBuffer = Unpooled.directBuffer(WRITE_BYTES, WRITE_BYTES);
        }
        return writeBuffer.clear();
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
    }

    void countOutput(int bytes) {
        outputBytes += bytes;
    }

    void queueFlush(NettyConnection<C> connection) {
        toFlush.add(connection);
    }

    void queueResume(NettyConnection<C> connection) {
        toResume.add(connection);
    }
}

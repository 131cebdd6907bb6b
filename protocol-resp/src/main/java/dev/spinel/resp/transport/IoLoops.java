package dev.spinel.resp.transport;

import dev.spinel.engine.stats.NetworkTotals;
import dev.spinel.resp.codec.BufferPool;
import io.netty.channel.EventLoop;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.netty.util.concurrent.EventExecutor;
import io.netty.util.concurrent.Future;
import java.util.IdentityHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/**
 * The further I/O loops of a transport ({@code io-threads}): threads that read, decode and write, so that the engine's thread
 * only executes.
 *
 * <p>Any thread, where a method does not say otherwise.
 *
 * @param <C> what the engine keeps of a connected client
 */
final class IoLoops<C> {
    /** Arrays of batches kept for reuse by a loop. */
    private static final long MAX_POOLED_BYTES = 16L << 20;

    private static final long SHUTDOWN_TURN_NANOS = 10_000_000;

    private final NettyTransport<C> transport;
    private final MultiThreadIoEventLoopGroup group;
    private final IdentityHashMap<EventExecutor, Loop> loops = new IdentityHashMap<>();
    private final ConcurrentLinkedQueue<byte[]> sentArrays = new ConcurrentLinkedQueue<>();
    private final LongAdder inputBytes = new LongAdder();
    private final LongAdder outputBytes = new LongAdder();
    private final LongAdder reads = new LongAdder();
    private final LongAdder writes = new LongAdder();
    private final LongAdder overlongRequests = new LongAdder();

    /**
     * What the connections of one loop share; that loop's thread only.
     *
     * @param batchArrays for the bytes of batches
     */
    record Loop(LoopBuffers buffers, BufferPool batchArrays) {}

    IoLoops(NettyTransport<C> transport, IoTransport io, int count) {
        this.transport = transport;
        this.group = new MultiThreadIoEventLoopGroup(
                count, new DefaultThreadFactory("spinel-io", true), io.ioHandlerFactory());
        for (EventExecutor executor : group) {
            loops.put(
                    executor,
                    new Loop(
                            new LoopBuffers(),
                            new BufferPool(
                                    MAX_POOLED_BYTES, transport.settings().bufferBudget())));
        }
    }

    MultiThreadIoEventLoopGroup group() {
        return group;
    }

    /** Makes a connection of an accepted channel; on the thread of its loop. */
    void connect(Endpoint endpoint) {
        EventLoop executor = endpoint.channel().eventLoop();
        Loop loop = loops.get(executor);
        if (loop == null) {
            throw new IllegalStateException("a channel on " + executor + ", which is no I/O loop of this transport");
        }
        loop.buffers().useFor(endpoint);
        endpoint.channel().pipeline().addLast(new ThreadedSocket<>(this, loop, transport, endpoint));
    }

    void onEngineThread(Runnable task) {
        transport.onEngineThread(task);
    }

    /** Takes a reply array whose bytes are on their way, for {@link #takeBackArrays}. */
    void giveBack(byte[] replies) {
        sentArrays.add(replies);
    }

    /** Puts the reply arrays that the loops need no more back in stock; engine thread. */
    void takeBackArrays(BufferPool stock) {
        for (byte @Nullable [] array = sentArrays.poll(); array != null; array = sentArrays.poll()) {
            stock.give(array);
        }
    }

    void countInput(int bytes) {
        inputBytes.add(bytes);
        reads.increment();
    }

    void countOutput(int bytes) {
        outputBytes.add(bytes);
        writes.increment();
    }

    void countOverlongRequest() {
        overlongRequests.increment();
    }

    /** What has been counted since the start; any thread. */
    NetworkTotals totals(long rejectedConnections) {
        return new NetworkTotals(
                inputBytes.sum(),
                outputBytes.sum(),
                reads.sum(),
                writes.sum(),
                rejectedConnections,
                overlongRequests.sum());
    }

    /** Closes all connections, ends the threads and frees their memory; engine thread, which runs its loop meanwhile. */
    void close(ManualIoEventLoop engineLoop) {
        Future<?> terminated = group.shutdownGracefully(0, 0, TimeUnit.NANOSECONDS);
        while (!terminated.isDone()) {
            engineLoop.run(SHUTDOWN_TURN_NANOS);
        }
        for (Loop loop : loops.values()) {
            loop.buffers().release();
        }
    }
}

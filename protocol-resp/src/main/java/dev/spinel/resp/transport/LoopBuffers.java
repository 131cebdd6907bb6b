package dev.spinel.resp.transport;

import dev.spinel.resp.codec.RequestViews;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/**
 * The memory that all connections of one loop share, because they read, decode and write one after the other.
 *
 * <p>The loop's thread only.
 */
final class LoopBuffers {
    /** The most bytes handed to the operating system at once. */
    static final int WRITE_BYTES = 64 * 1024;

    private final SharedReadBuffer readBuffer = new SharedReadBuffer();
    private final TurnReads reads = new TurnReads();
    private final RequestViews requestViews = new RequestViews();
    private ByteBuf writeBuffer = Unpooled.directBuffer(WRITE_BYTES, WRITE_BYTES);

    /** Has a connection read into the shared buffer, unless TLS keeps what it reads until a record is complete. */
    void useFor(Endpoint endpoint) {
        if (!endpoint.isTls()) {
            endpoint.channel().config().setRecvByteBufAllocator(readBuffer);
        }
    }

    /** Where a connection puts what it has read, until it has been decoded. */
    TurnReads reads() {
        return reads;
    }

    RequestViews requestViews() {
        return requestViews;
    }

    /** An empty buffer of {@link #WRITE_BYTES}, owned by the loop: retain what Netty is to release. */
    ByteBuf writeBuffer() {
        if (writeBuffer.refCnt() > 1) {
            writeBuffer.release();
            writeBuffer = Unpooled.directBuffer(WRITE_BYTES, WRITE_BYTES);
        }
        return writeBuffer.clear();
    }

    /** Frees the buffers; any thread, once the loop has ended. */
    void release() {
        readBuffer.release();
        writeBuffer.release();
    }
}

package dev.spinel.resp.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelConfig;
import io.netty.channel.RecvByteBufAllocator;
import io.netty.util.UncheckedBooleanSupplier;

/**
 * The one buffer into which all connections of a loop read, one after the other.
 *
 * <p>A connection empties it before the next one reads. It reads once per turn, at most the buffer's size, so that no
 * connection starves the others. One thread only.
 */
final class SharedReadBuffer implements RecvByteBufAllocator {
    /** The most that one connection reads in one turn. */
    static final int SIZE_BYTES = 64 * 1024;

    private final ByteBuf buffer = Unpooled.directBuffer(SIZE_BYTES, SIZE_BYTES);

    /** Frees the buffer; no connection reads any more. */
    void release() {
        buffer.release();
    }

    // Netty's transports insist on the deprecated interface's newer sub-interface.
    @SuppressWarnings("deprecation")
    @Override
    public Handle newHandle() {
        return new OneReadPerTurn();
    }

    private final class OneReadPerTurn implements ExtendedHandle {
        private int attempted;
        private int lastRead;

        @Override
        public ByteBuf allocate(ByteBufAllocator allocator) {
            return buffer.clear().retain();
        }

        @Override
        public int guess() {
            return SIZE_BYTES;
        }

        @Override
        public void reset(ChannelConfig config) {
            lastRead = 0;
        }

        @Override
        public void incMessagesRead(int count) {}

        @Override
        public void lastBytesRead(int bytes) {
            lastRead = bytes;
        }

        @Override
        public int lastBytesRead() {
            return lastRead;
        }

        @Override
        public void attemptedBytesRead(int bytes) {
            attempted = bytes;
        }

        @Override
        public int attemptedBytesRead() {
            return attempted;
        }

        @Override
        public boolean continueReading() {
            return false;
        }

        @Override
        public boolean continueReading(UncheckedBooleanSupplier maybeMoreDataSupplier) {
            return false;
        }

        @Override
        public void readComplete() {}
    }
}

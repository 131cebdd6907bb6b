package dev.spinel.resp.transport;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * The way of one connection's bytes to its socket, of which Netty holds at most one buffer.
 *
 * <p>The loop's thread only.
 */
// What fails on a channel ends in exceptionCaught or channelInactive, so that the futures of single operations tell
// nothing.
@SuppressWarnings("FutureReturnValueIgnored")
final class SocketOutput {
    /*
     * Bytes go to the socket through one direct buffer that all connections of the loop share; the usual case copies once
     * and leaves nothing behind. When the socket takes only a part, that buffer belongs to this connection until the
     * socket is writable again and everything in it is sent; what follows stays with the caller. Netty thus never
     * queues more than one buffer per connection, and the unsent bytes can be told exactly.
     */

    private final LoopBuffers buffers;
    private final Runnable whenSent;
    /** The buffer of which the socket has taken only a part. */
    private @Nullable ByteBuf inFlight;

    /** @param whenSent runs after each time that the output was busy */
    SocketOutput(LoopBuffers buffers, Runnable whenSent) {
        this.buffers = buffers;
        this.whenSent = whenSent;
    }

    /** Whether the socket has yet to take what it was given, and nothing more can be written now. */
    boolean isBusy() {
        return inFlight != null;
    }

    /** Bytes written that the socket has not taken. */
    int pendingBytes() {
        ByteBuf sending = inFlight;
        return sending == null ? 0 : sending.readableBytes();
    }

    /** Writes as many of the bytes as one buffer holds, and returns how many; only while not busy. */
    int write(ChannelHandlerContext ctx, byte[] source, int offset, int length) {
        int count = Math.min(LoopBuffers.WRITE_BYTES, length);
        ByteBuf out = buffers.writeBuffer();
        out.writeBytes(source, offset, count);
        ctx.write(out.retain(), ctx.voidPromise());
        ctx.flush();
        if (out.refCnt() > 1 || !ctx.channel().isWritable()) {
            // Under TLS the buffer is free once it is encrypted, and what waits is the copy.
            inFlight = out.refCnt() > 1 ? out : Unpooled.EMPTY_BUFFER;
            // Completes when everything before it, that is the buffer, has been sent.
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> {
                inFlight = null;
                whenSent.run();
            });
        }
        return count;
    }
}

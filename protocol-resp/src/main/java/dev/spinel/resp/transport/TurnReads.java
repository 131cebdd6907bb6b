package dev.spinel.resp.transport;

import dev.spinel.resp.codec.RequestDecoder;
import io.netty.buffer.ByteBuf;

/**
 * Where what the connections of a loop read in one turn stays until it is decoded, one read behind the other.
 *
 * <p>The loop's thread only.
 */
final class TurnReads {
    /** Beyond this, what is read in the same turn gets memory of its own. */
    private static final int SIZE_BYTES = 512 * 1024;

    /** The longest read, and before it the start of the request that it completes, which is no longer. */
    private static final int MAX_READ_BYTES = 2 * SharedReadBuffer.SIZE_BYTES;

    /** With room for the read that fills it, and for one that does not stay. */
    private final byte[] array = new byte[SIZE_BYTES + 2 * MAX_READ_BYTES];

    private int used;

    /** Moves bytes, at most {@link SharedReadBuffer#SIZE_BYTES}, from a buffer to a decoder; returns how many. */
    int receive(ByteBuf in, RequestDecoder decoder) {
        int count = Math.min(in.readableBytes(), SharedReadBuffer.SIZE_BYTES);
        // Of this turn, if the connection has read before.
        decoder.retain();
        int offset = used + Math.min(decoder.waitingBytes(), count);
        in.readBytes(array, offset, count);
        decoder.receive(array, offset, count);
        if (used > SIZE_BYTES) {
            decoder.retain();
        } else if (decoder.isBorrowing()) {
            used = offset + count;
        }
        return count;
    }

    /** Begins anew; every decoder has been told to retain what it needs. */
    void clear() {
        used = 0;
    }
}

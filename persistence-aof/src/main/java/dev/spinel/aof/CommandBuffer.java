package dev.spinel.aof;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * Commands in their form on the wire, on their way to a file.
 *
 * <p>One thread at a time. In steady state nothing is allocated.
 */
final class CommandBuffer {
    /*
     * A chain of chunks. It grows without moving what is in it, so that a disk that is slow for two seconds costs memory but
     * no pause for copying. Chunks that were written are kept for the next commands, up to a number.
     *
     * Whether a unit needs MULTI shows only when its second effect comes. Every chunk therefore leaves some bytes free, and
     * the insertion shifts what the unit has in the chunk in which it starts. A unit starts in a chunk that has not touched
     * those bytes, so one insertion is always possible.
     */
    private static final int CHUNK_BYTES = 64 * 1024;
    private static final int INSERTION_BYTES = 16;
    private static final int LIMIT = CHUNK_BYTES - INSERTION_BYTES;
    private static final int MAX_SPARE_CHUNKS = 32;

    /** Type, digits and line end of the head of an array or a string. */
    private static final int MAX_HEAD_BYTES = 1 + Numbers.MAX_LONG_LENGTH + 2;

    private Chunk first = new Chunk();
    private Chunk last = first;
    private @Nullable Chunk spare;
    private int spareCount;
    private long size;
    private Chunk markChunk = first;
    private int markAt;

    private static final class Chunk {
        private final byte[] bytes = new byte[CHUNK_BYTES];
        private final ByteBuffer view = ByteBuffer.wrap(bytes);
        private int start;
        private int end;
        private @Nullable Chunk next;
    }

    /** What became of an attempt to write everything. */
    static final class Written {
        private long bytes;
        private @Nullable IOException failure;

        /** Number of bytes that the file took. */
        long bytes() {
            return bytes;
        }

        /** Why it took no more, or null if it took all or just stopped short. */
        @Nullable
        IOException failure() {
            return failure;
        }
    }

    private final Written written = new Written();

    /** Number of bytes. */
    long size() {
        return size;
    }

    boolean isEmpty() {
        return size == 0;
    }

    /** Appends a command. */
    void command(Bytes[] args, int argCount) {
        array(argCount);
        for (int i = 0; i < argCount; i++) {
            Bytes arg = args[i];
            string(arg.array(), arg.offset(), arg.length());
        }
    }

    /** Appends the head of a command; as many strings follow. */
    void array(long count) {
        head('*', count);
    }

    /** Appends a string. */
    void string(byte[] array, int offset, int length) {
        head('$', length);
        Chunk chunk = last;
        if (length <= LIMIT - 2 - chunk.end) {
            System.arraycopy(array, offset, chunk.bytes, chunk.end, length);
            chunk.end += length;
            size += length;
        } else {
            raw(array, offset, length);
            chunk = room(2);
        }
        chunk.bytes[chunk.end++] = '\r';
        chunk.bytes[chunk.end++] = '\n';
        size += 2;
    }

    private void head(char type, long count) {
        Chunk chunk = room(MAX_HEAD_BYTES);
        byte[] bytes = chunk.bytes;
        int at = chunk.end;
        bytes[at++] = (byte) type;
        if (count < 10) {
            bytes[at++] = (byte) ('0' + count);
        } else if (count < 100) {
            int tens = (int) count / 10;
            bytes[at++] = (byte) ('0' + tens);
            bytes[at++] = (byte) ('0' + count - 10L * tens);
        } else {
            at += Numbers.formatLong(count, bytes, at);
        }
        bytes[at++] = '\r';
        bytes[at++] = '\n';
        size += at - chunk.end;
        chunk.end = at;
    }

    /** Appends bytes as they are. */
    void raw(byte[] array, int offset, int length) {
        size += length;
        int from = offset;
        int left = length;
        while (left > 0) {
            Chunk chunk = room(1);
            int count = Math.min(left, LIMIT - chunk.end);
            System.arraycopy(array, from, chunk.bytes, chunk.end, count);
            chunk.end += count;
            from += count;
            left -= count;
        }
    }

    /** The last chunk, with room for some bytes. */
    private Chunk room(int bytes) {
        return last.end + bytes <= LIMIT ? last : addChunk();
    }

    private Chunk addChunk() {
        Chunk chunk = spare;
        if (chunk == null) {
            chunk = new Chunk();
        } else {
            spare = chunk.next;
            spareCount--;
            chunk.next = null;
        }
        last.next = chunk;
        last = chunk;
        return chunk;
    }

    /** Remembers the end as the place of an {@link #insertAtMark}. */
    void mark() {
        markChunk = room(1);
        markAt = markChunk.end;
    }

    /** Inserts up to 16 bytes at the mark; once per mark, of what follows which nothing was released. */
    void insertAtMark(byte[] inserted) {
        Chunk chunk = markChunk;
        System.arraycopy(chunk.bytes, markAt, chunk.bytes, markAt + inserted.length, chunk.end - markAt);
        System.arraycopy(inserted, 0, chunk.bytes, markAt, inserted.length);
        chunk.end += inserted.length;
        size += inserted.length;
    }

    /**
     * Writes the first bytes to a file, but keeps them: {@link #release} lets go of what is safe there.
     *
     * @return valid until the next call
     */
    Written writeTo(LogFile file, long bytes) {
        written.bytes = 0;
        written.failure = null;
        try {
            for (Chunk chunk = first; chunk != null && written.bytes < bytes; chunk = chunk.next) {
                ByteBuffer view = chunk.view;
                int length = (int) Math.min(bytes - written.bytes, chunk.end - chunk.start);
                view.limit(chunk.start + length).position(chunk.start);
                while (view.hasRemaining()) {
                    int count = file.write(view);
                    written.bytes += count;
                    if (count == 0) {
                        return written;
                    }
                }
            }
        } catch (IOException e) {
            written.failure = e;
        }
        return written;
    }

    /** Lets go of the first bytes. */
    void release(long bytes) {
        long left = bytes;
        size -= bytes;
        while (left > 0) {
            Chunk chunk = first;
            int count = (int) Math.min(left, chunk.end - chunk.start);
            chunk.start += count;
            left -= count;
            if (chunk.start == chunk.end && chunk.next != null) {
                first = chunk.next;
                recycle(chunk);
            }
        }
        if (first.start == first.end) {
            first.start = 0;
            first.end = 0;
        }
    }

    private void recycle(Chunk chunk) {
        chunk.start = 0;
        chunk.end = 0;
        if (spareCount < MAX_SPARE_CHUNKS) {
            chunk.next = spare;
            spare = chunk;
            spareCount++;
        } else {
            chunk.next = null;
        }
    }
}

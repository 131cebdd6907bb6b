package dev.spinel.aof;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;

/** The file in which a base is made. One thread at a time. */
final class BaseFile extends OutputStream {
    private static final int BUFFER_BYTES = 64 * 1024;

    /** The amount after which a sync takes place, so that the last one does not hold everybody up. */
    private static final int SYNC_BYTES = 4 << 20;

    private final LogFile file;
    private final boolean syncsAlong;
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private long bytes;
    private long unsynced;

    /** @param syncsAlong whether to sync every few megabytes ({@code aof-rewrite-incremental-fsync}) */
    BaseFile(LogFile file, boolean syncsAlong) {
        this.file = file;
        this.syncsAlong = syncsAlong;
    }

    @Override
    public void write(int b) throws IOException {
        if (!buffer.hasRemaining()) {
            flush();
        }
        buffer.put((byte) b);
    }

    @Override
    public void write(byte[] array, int offset, int length) throws IOException {
        int from = offset;
        int left = length;
        while (left > 0) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int count = Math.min(left, buffer.remaining());
            buffer.put(array, from, count);
            from += count;
            left -= count;
        }
    }

    @Override
    public void flush() throws IOException {
        buffer.flip();
        try {
            while (buffer.hasRemaining()) {
                int count = file.write(buffer);
                if (count == 0) {
                    throw new IOException("No space left on device");
                }
                bytes += count;
                unsynced += count;
            }
        } finally {
            buffer.compact();
        }
        if (syncsAlong && unsynced >= SYNC_BYTES) {
            file.force();
            unsynced = 0;
        }
    }

    /** Number of bytes written to the file. */
    long bytes() {
        return bytes;
    }

    /** Writes and syncs everything. */
    void sync() throws IOException {
        flush();
        file.force();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}

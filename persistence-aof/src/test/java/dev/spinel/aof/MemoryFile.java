package dev.spinel.aof;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/** A file in memory on a disk that can be full, broken or slow. */
final class MemoryFile implements LogFile {
    private byte[] content = new byte[1024];
    private int length;
    private long freeBytes = Long.MAX_VALUE;
    private int forces;
    private boolean forceFails;
    private boolean truncateFails;
    private boolean closed;
    private @Nullable CountDownLatch forceWaits;
    private long syncedBytes;

    /** Leaves room for some more bytes. */
    synchronized void freeBytes(long bytes) {
        freeBytes = bytes;
    }

    synchronized void forceFails(boolean value) {
        forceFails = value;
    }

    synchronized void truncateFails(boolean value) {
        truncateFails = value;
    }

    /** Has fsync take until the latch is open. */
    synchronized void forceWaits(@Nullable CountDownLatch latch) {
        forceWaits = latch;
    }

    synchronized int forces() {
        return forces;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized long syncedBytes() {
        return syncedBytes;
    }

    synchronized String text() {
        return new String(content, 0, length, StandardCharsets.ISO_8859_1);
    }

    @Override
    public synchronized int write(ByteBuffer bytes) throws IOException {
        int count = (int) Math.min(bytes.remaining(), freeBytes);
        if (count == 0) {
            throw new IOException("No space left on device");
        }
        freeBytes -= count;
        if (length + count > content.length) {
            content = Arrays.copyOf(content, 2 * (length + count));
        }
        bytes.get(content, length, count);
        length += count;
        return count;
    }

    @Override
    public synchronized long size() {
        return length;
    }

    @Override
    public synchronized void truncate(long sizeBytes) throws IOException {
        if (truncateFails) {
            throw new IOException("Input/output error");
        }
        freeBytes += length - sizeBytes;
        length = (int) sizeBytes;
    }

    @Override
    public void force() throws IOException {
        CountDownLatch latch;
        long size;
        synchronized (this) {
            forces++;
            latch = forceWaits;
            size = length;
            if (forceFails) {
                throw new IOException("Input/output error");
            }
        }
        if (latch != null) {
            try {
                latch.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }
        synchronized (this) {
            syncedBytes = size;
        }
    }

    @Override
    public synchronized void close() {
        closed = true;
    }
}

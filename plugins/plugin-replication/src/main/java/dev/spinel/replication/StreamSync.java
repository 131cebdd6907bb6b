package dev.spinel.replication;

import dev.spinel.engine.client.Connection;
import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.snapshot.SnapshotTarget.Contents;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot that goes to replicas as it is made, without a file ({@code repl-diskless-sync}). Its length is not known when it
 * begins, so it ends with a mark that was told before.
 */
final class StreamSync implements FullSync {
    /*
     * The snapshot's thread hands over pieces, the engine's thread keeps them until the slowest replica has them. When that
     * many wait, the snapshot's thread does, and with it the walk over the data, so that memory stays bounded; the price is
     * that a slow replica makes the snapshot last.
     */
    private static final long MAX_WAITING_BYTES = 4L << 20;
    private static final long PAUSE_NANOS = 300_000;

    private final DatasetFormat format;
    private final Contents contents;
    private final long offset;
    private final byte[] mark;
    private final Runnable wakeUp;
    private final BiConsumer<FullSync, @Nullable Throwable> whenEnded;
    private final Queue<byte[]> pieces = new ConcurrentLinkedQueue<>();
    /** What some replica has yet to be given; engine thread. */
    private final Backlog waiting = new Backlog(0);

    private DatasetFormat.@Nullable Writer writer;
    private volatile long takenBytes;
    private volatile boolean abandoned;
    private volatile boolean complete;

    /**
     * A snapshot.
     *
     * @param offset where the stream stands
     * @param mark 40 characters that cannot be in the data
     * @param wakeUp has the engine's thread begin a turn soon
     * @param whenEnded hears of the end on the engine's thread
     */
    StreamSync(
            DatasetFormat format,
            Contents contents,
            long offset,
            String mark,
            Runnable wakeUp,
            BiConsumer<FullSync, @Nullable Throwable> whenEnded) {
        this.format = format;
        this.contents = contents;
        this.offset = offset;
        this.mark = mark.getBytes(StandardCharsets.US_ASCII);
        this.wakeUp = wakeUp;
        this.whenEnded = whenEnded;
    }

    @Override
    public Contents contents() {
        return contents;
    }

    @Override
    public long offset() {
        return offset;
    }

    @Override
    public boolean takesMore() {
        return false;
    }

    @Override
    public boolean isComplete() {
        return complete;
    }

    @Override
    public boolean hasGivenAll(Replica replica) {
        return replica.syncedBytes() == waiting.end();
    }

    @Override
    public boolean endsWithMark() {
        return true;
    }

    @Override
    public DatasetSink open() throws IOException {
        DatasetFormat.Writer created = format.writer(new PieceOutput(), false);
        writer = created;
        return created;
    }

    @Override
    public void complete() throws IOException {
        Objects.requireNonNull(writer, "complete before open").end();
        pieces.add(mark);
        complete = true;
        wakeUp.run();
    }

    @Override
    public void discard() {
        pieces.clear();
    }

    @Override
    public void ended(@Nullable Throwable failure) {
        whenEnded.accept(this, failure);
    }

    @Override
    public boolean send(Replica replica, long maxBytes) {
        boolean isComplete = complete;
        for (byte[] piece = pieces.poll(); piece != null; piece = pieces.poll()) {
            waiting.append(piece, 0, piece.length);
        }
        Connection connection = replica.client().connection();
        if (replica.is(Replica.State.SAVING)) {
            byte[] head = ("$EOF:" + new String(mark, StandardCharsets.US_ASCII) + "\r\n")
                    .getBytes(StandardCharsets.US_ASCII);
            connection.send(head, 0, head.length);
            replica.sending();
        }
        long left = maxBytes;
        while (replica.syncedBytes() < waiting.end() && left > 0) {
            long from = replica.syncedBytes();
            int count = (int) Math.min(left, waiting.contiguous(from));
            connection.send(waiting.chunk(from), waiting.index(from), count);
            replica.synced(count);
            left -= count;
        }
        return isComplete && hasGivenAll(replica);
    }

    @Override
    public void slowestReplica(long syncedBytes) {
        waiting.discardBefore(syncedBytes);
        takenBytes = syncedBytes;
    }

    @Override
    public void abandon() {
        abandoned = true;
    }

    @Override
    public void close() {
        waiting.discardBefore(waiting.end());
    }

    /** Hands pieces over to the engine's thread, and waits while it has many. */
    private final class PieceOutput extends OutputStream {
        private long writtenBytes;

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] array, int from, int length) throws IOException {
            while (writtenBytes - takenBytes > MAX_WAITING_BYTES && !abandoned) {
                LockSupport.parkNanos(PAUSE_NANOS);
            }
            if (abandoned) {
                throw new IOException("no replica takes the snapshot any more");
            }
            pieces.add(Arrays.copyOfRange(array, from, from + length));
            writtenBytes += length;
            wakeUp.run();
        }
    }
}

package dev.spinel.replication;

import dev.spinel.engine.client.Connection;
import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.snapshot.SnapshotTarget.Contents;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot that goes to a file first and from there to replicas, each at its own pace.
 *
 * <p>The file has no name where the operating system allows that (it is deleted as soon as it is open), so that nothing is left
 * of it when the process ends.
 */
final class FileSync implements FullSync {
    private static final int PIECE_BYTES = 64 << 10;

    private final DatasetFormat format;
    private final Path directory;
    private final Contents contents;
    private final long offset;
    private final BiConsumer<FullSync, @Nullable Throwable> whenEnded;
    private final byte[] piece = new byte[PIECE_BYTES];
    private @Nullable FileChannel file;
    private DatasetFormat.@Nullable Writer writer;
    /** Length of the data, once they are complete. */
    private volatile long lengthBytes = -1;

    /**
     * A snapshot.
     *
     * @param directory where the file is made
     * @param offset where the stream stands
     * @param whenEnded hears of the end on the engine's thread
     */
    FileSync(
            DatasetFormat format,
            Path directory,
            Contents contents,
            long offset,
            BiConsumer<FullSync, @Nullable Throwable> whenEnded) {
        this.format = format;
        this.directory = directory;
        this.contents = contents;
        this.offset = offset;
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
        return !isComplete();
    }

    @Override
    public boolean isComplete() {
        return lengthBytes >= 0;
    }

    @Override
    public boolean hasGivenAll(Replica replica) {
        return replica.syncedBytes() == Math.max(0, lengthBytes);
    }

    @Override
    public boolean endsWithMark() {
        return false;
    }

    @Override
    public DatasetSink open() throws IOException {
        FileChannel opened = FileChannel.open(
                Files.createTempFile(directory, "temp-repl-", ".rdb"),
                StandardOpenOption.READ,
                StandardOpenOption.WRITE,
                StandardOpenOption.DELETE_ON_CLOSE);
        file = opened;
        DatasetFormat.Writer created = format.writer(new FileOutput(opened), false);
        writer = created;
        return created;
    }

    @Override
    public void complete() throws IOException {
        Objects.requireNonNull(writer, "complete before open").end();
        lengthBytes = Objects.requireNonNull(file).position();
    }

    @Override
    public void discard() {
        close();
    }

    @Override
    public void ended(@Nullable Throwable failure) {
        whenEnded.accept(this, failure);
    }

    @Override
    public boolean send(Replica replica, long maxBytes) throws IOException {
        long length = lengthBytes;
        if (length < 0) {
            return false;
        }
        Connection connection = replica.client().connection();
        if (replica.is(Replica.State.SAVING)) {
            byte[] head = ("$" + length + "\r\n").getBytes(StandardCharsets.US_ASCII);
            connection.send(head, 0, head.length);
            replica.sending();
        }
        long left = maxBytes;
        while (replica.syncedBytes() < length && left > 0) {
            int wanted = (int) Math.min(Math.min(PIECE_BYTES, left), length - replica.syncedBytes());
            int count = Objects.requireNonNull(file).read(ByteBuffer.wrap(piece, 0, wanted), replica.syncedBytes());
            if (count <= 0) {
                throw new IOException("the snapshot ends at " + replica.syncedBytes() + " of " + length + " bytes");
            }
            connection.send(piece, 0, count);
            replica.synced(count);
            left -= count;
        }
        return replica.syncedBytes() == length;
    }

    @Override
    public void slowestReplica(long syncedBytes) {
        // The file waits for nobody.
    }

    @Override
    public void abandon() {
        // Writing it needs nobody.
    }

    @Override
    public void close() {
        FileChannel open = file;
        if (open == null) {
            return;
        }
        try {
            open.close();
        } catch (IOException deletionFailed) {
            // The file is one of many in the directory for temporary data, and in nobody's way.
            return;
        }
    }

    /** Writes to the end of the file. */
    private static final class FileOutput extends OutputStream {
        private final FileChannel target;

        FileOutput(FileChannel target) {
            this.target = target;
        }

        @Override
        public void write(int value) throws IOException {
            write(new byte[] {(byte) value}, 0, 1);
        }

        @Override
        public void write(byte[] array, int offset, int length) throws IOException {
            ByteBuffer rest = ByteBuffer.wrap(array, offset, length);
            while (rest.hasRemaining()) {
                target.write(rest);
            }
        }
    }
}

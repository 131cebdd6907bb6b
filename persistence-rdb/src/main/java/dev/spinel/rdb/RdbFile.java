package dev.spinel.rdb;

import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.snapshot.SnapshotTarget;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A snapshot on its way into a file. It is written under another name, forced to the disk, and then renamed, so that after a
 * crash the file is the old one or the new one. The directory is forced to the disk last: once the snapshot has ended well,
 * it is there after a power failure.
 */
final class RdbFile implements SnapshotTarget {
    /** How much may be written before it is forced to the disk, so that the end does not have to wait for everything. */
    private static final long UNFORCED_BYTES = 4L << 20;

    private final RdbFormat format;
    private final Path file;
    private final Path temporary;
    private final boolean forcedAlong;
    private final BiConsumer<RdbFile, @Nullable Throwable> whenEnded;
    private @Nullable FileChannel channel;
    private DatasetFormat.@Nullable Writer writer;
    private volatile Step step = Step.OPEN;

    /** What was being done when something failed. */
    enum Step {
        OPEN,
        WRITE,
        RENAME
    }

    /**
     * A snapshot.
     *
     * @param file where it goes
     * @param forcedAlong whether bytes are forced to the disk while the snapshot is written, not only at its end
     * @param whenEnded hears of the end on the engine's thread
     */
    RdbFile(RdbFormat format, Path file, boolean forcedAlong, BiConsumer<RdbFile, @Nullable Throwable> whenEnded) {
        this.format = format;
        this.file = file.toAbsolutePath();
        this.temporary =
                this.file.resolveSibling("temp-" + ProcessHandle.current().pid() + ".rdb");
        this.forcedAlong = forcedAlong;
        this.whenEnded = whenEnded;
    }

    @Override
    public DatasetSink open() throws IOException {
        FileChannel opened = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE);
        channel = opened;
        step = Step.WRITE;
        DatasetFormat.Writer created = format.writer(new ChannelOutput(opened), false);
        writer = created;
        return created;
    }

    @Override
    public void prepare() throws IOException {
        FileChannel opened = Objects.requireNonNull(channel, "channel");
        Objects.requireNonNull(writer, "writer").end();
        opened.force(true);
        opened.close();
    }

    @Override
    public void complete() throws IOException {
        step = Step.RENAME;
        Files.move(temporary, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        forceDirectory(Objects.requireNonNull(file.getParent(), "directory"));
    }

    /**
     * Makes the rename last. Systems on which a directory cannot be opened or synced (Windows, many network and user space
     * file systems) are left to see to that themselves.
     */
    static void forceDirectory(Path path) throws IOException {
        try (FileChannel directory = FileChannel.open(path, StandardOpenOption.READ)) {
            directory.force(true);
        } catch (AccessDeniedException cannotBeOpened) {
            return;
        } catch (IOException e) {
            // EINVAL or EBADF, or EISDIR of opening; Java gives the text of the operating system only.
            String text = String.valueOf(e.getMessage());
            if (!text.endsWith("Invalid argument")
                    && !text.endsWith("Bad file descriptor")
                    && !text.endsWith("Is a directory")) {
                throw e;
            }
        }
    }

    @Override
    public void discard() {
        try {
            FileChannel opened = channel;
            if (opened != null) {
                opened.close();
                Files.deleteIfExists(temporary);
            }
        } catch (IOException e) {
            // The next snapshot overwrites what could not be removed.
            return;
        }
    }

    @Override
    public void ended(@Nullable Throwable failure) {
        whenEnded.accept(this, failure);
    }

    /** What to tell the log of a failure. */
    String describe(Throwable failure) {
        String reason = reason(failure);
        String directory = String.valueOf(file.getParent());
        return switch (step) {
            case OPEN ->
                "Failed opening the temp RDB file " + temporary.getFileName() + " (in server root dir " + directory
                        + ") for saving: " + reason;
            case WRITE -> "Write error saving DB on disk: " + reason;
            case RENAME ->
                "Error moving temp DB file " + temporary.getFileName() + " on the final destination "
                        + file.getFileName() + " (in server root dir " + directory + "): " + reason;
        };
    }

    /** The reason of a failure without the path that exceptions on files begin with, or nothing else, where that is all. */
    static String reason(Throwable failure) {
        if (failure instanceof NoSuchFileException) {
            return "No such file or directory";
        }
        if (failure instanceof AccessDeniedException) {
            return "Permission denied";
        }
        if (failure instanceof FileSystemException onFile && onFile.getReason() != null) {
            return onFile.getReason();
        }
        String message = failure.getMessage();
        return message == null ? failure.getClass().getSimpleName() : message;
    }

    /** Writes to the file, and forces what has been written to the disk from time to time. */
    private final class ChannelOutput extends OutputStream {
        private final FileChannel target;
        private long unforcedBytes;

        ChannelOutput(FileChannel target) {
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
            unforcedBytes += length;
            if (forcedAlong && unforcedBytes >= UNFORCED_BYTES) {
                unforcedBytes = 0;
                target.force(false);
            }
        }
    }
}

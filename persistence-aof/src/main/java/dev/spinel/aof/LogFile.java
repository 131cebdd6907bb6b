package dev.spinel.aof;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/**
 * A file that grows at its end.
 *
 * <p>One thread writes and truncates; {@link #force} may run on another one at the same time.
 */
interface LogFile extends Closeable {
    /** Opens files. */
    interface Opener {
        /** Opens a file to go on at its end, and makes it if it does not exist. */
        LogFile append(Path path) throws IOException;

        /** Opens a file without contents, whatever was there. */
        LogFile create(Path path) throws IOException;

        /** Has the names of the files in a directory survive a crash of the operating system, where that is possible. */
        void forceDirectory(Path directory) throws IOException;
    }

    /** Opens files of the operating system. */
    Opener OF_SYSTEM = new Opener() {
        @Override
        public LogFile append(Path path) throws IOException {
            return new ChannelFile(FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND));
        }

        @Override
        public LogFile create(Path path) throws IOException {
            FileChannel channel = FileChannel.open(path, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
            channel.truncate(0);
            return new ChannelFile(channel);
        }

        @Override
        public void forceDirectory(Path directory) throws IOException {
            DirectoryEntries.force(directory);
        }
    };

    /**
     * Appends bytes.
     *
     * @return how many were taken, which may be fewer than there are
     */
    int write(ByteBuffer bytes) throws IOException;

    /** Length in bytes. */
    long size() throws IOException;

    /** Cuts the file; writing goes on at its new end. */
    void truncate(long sizeBytes) throws IOException;

    /** Has everything written so far survive a crash of the operating system, before it returns. */
    void force() throws IOException;

    /** {@link LogFile} over a channel. */
    final class ChannelFile implements LogFile {
        private final FileChannel channel;

        private ChannelFile(FileChannel channel) {
            this.channel = channel;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            return channel.write(bytes);
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            channel.truncate(sizeBytes);
        }

        @Override
        public void force() throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}

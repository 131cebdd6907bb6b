package dev.spinel.aof;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** Files of the operating system, some of which cannot be made or written to. Any thread. */
final class FaultyDisk implements LogFile.Opener {
    private volatile String refusedName = "";
    private volatile boolean full;

    /** Refuses to make files whose name holds some text, none for the empty text. */
    void refuse(String partOfName) {
        refusedName = partOfName;
    }

    /** Whether nothing more can be written. */
    void full(boolean value) {
        full = value;
    }

    private void check(Path path) throws IOException {
        if (!refusedName.isEmpty() && String.valueOf(path.getFileName()).contains(refusedName)) {
            throw new IOException("Permission denied");
        }
    }

    @Override
    public LogFile append(Path path) throws IOException {
        check(path);
        return new CheckedFile(LogFile.OF_SYSTEM.append(path));
    }

    @Override
    public LogFile create(Path path) throws IOException {
        check(path);
        return new CheckedFile(LogFile.OF_SYSTEM.create(path));
    }

    private final class CheckedFile implements LogFile {
        private final LogFile file;

        CheckedFile(LogFile file) {
            this.file = file;
        }

        @Override
        public int write(ByteBuffer bytes) throws IOException {
            if (full) {
                throw new IOException("No space left on device");
            }
            return file.write(bytes);
        }

        @Override
        public long size() throws IOException {
            return file.size();
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            file.truncate(sizeBytes);
        }

        @Override
        public void force() throws IOException {
            file.force();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}

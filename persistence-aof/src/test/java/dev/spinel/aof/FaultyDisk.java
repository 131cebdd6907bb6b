package dev.spinel.aof;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Files of the operating system, some of which cannot be made or written to. Any thread. */
final class FaultyDisk implements LogFile.Opener {
    private volatile String refusedName = "";
    private volatile boolean full;
    private volatile boolean syncFails;
    private final AtomicInteger directorySyncsToFailure = new AtomicInteger();
    private final CountDownLatch syncBegan = new CountDownLatch(1);
    private volatile @Nullable Thread syncWaitsFor;

    /** Refuses to make files whose name holds some text, none for the empty text. */
    void refuse(String partOfName) {
        refusedName = partOfName;
    }

    /** Whether nothing more can be written. */
    void full(boolean value) {
        full = value;
    }

    /** Has the next sync take until a thread waits. */
    void holdSyncUntilWaits(Thread thread) {
        syncWaitsFor = thread;
    }

    /** Returns once such a sync has begun. */
    void awaitSync() throws InterruptedException {
        syncBegan.await();
    }

    /** Whether files cannot be synced. */
    void syncFails(boolean value) {
        syncFails = value;
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

    /** Fails the n-th sync of a directory from now on, or none for 0. */
    void failDirectorySync(int which) {
        directorySyncsToFailure.set(which);
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        if (directorySyncsToFailure.getAndDecrement() == 1) {
            throw new IOException("Input/output error");
        }
        LogFile.OF_SYSTEM.forceDirectory(directory);
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
            Thread waiter = syncWaitsFor;
            if (waiter != null) {
                syncWaitsFor = null;
                syncBegan.countDown();
                await().until(() -> waiter.getState() == Thread.State.TIMED_WAITING);
            }
            if (syncFails) {
                throw new IOException("Input/output error");
            }
            file.force();
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}

package dev.spinel.aof;

import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.snapshot.SnapshotTarget;
import java.io.IOException;
import java.util.List;
import java.util.Objects;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One rewrite of the log: makes a base of what the databases held at the cut, and puts it in place of the files before.
 *
 * <p>From the cut on, changes go to an increment that the new manifest keeps. The manifest is replaced by the background
 * thread that made the base; what is in it is known since the cut, because nobody else changes the list of files while a
 * rewrite runs.
 */
final class Rewrite implements SnapshotTarget {
    private final AofDirectory directory;
    private final LogFile.Opener opener;
    private final @Nullable DatasetFormat format;
    private final boolean syncsAlong;
    private final boolean removesHistory;
    private final Manifest next;
    private final @Nullable String temporaryIncrement;
    private final BiConsumer<Rewrite, @Nullable Throwable> whenEnded;

    private @Nullable BaseFile file;
    private final long timestampSeconds;
    private DatasetFormat.@Nullable Writer snapshot;
    private @Nullable BaseCommands commands;
    private volatile long baseBytes;
    private volatile @Nullable Manifest installed;
    private volatile @Nullable IOException cleaningFailure;

    /**
     * A rewrite.
     *
     * @param format the format of the base, null for commands
     * @param syncsAlong whether to sync every few megabytes
     * @param removesHistory whether to delete the files that are not needed any more
     * @param timestampSeconds Unix time that precedes the commands of a base, 0 for none
     * @param next the list of files with the new base
     * @param temporaryIncrement name so far of the increment of {@code next}, null when it has its name already
     * @param whenEnded takes the rewrite, and the failure or null; engine thread
     */
    Rewrite(
            AofDirectory directory,
            LogFile.Opener opener,
            @Nullable DatasetFormat format,
            boolean syncsAlong,
            boolean removesHistory,
            long timestampSeconds,
            Manifest next,
            @Nullable String temporaryIncrement,
            BiConsumer<Rewrite, @Nullable Throwable> whenEnded) {
        this.directory = directory;
        this.opener = opener;
        this.format = format;
        this.syncsAlong = syncsAlong;
        this.removesHistory = removesHistory;
        this.timestampSeconds = timestampSeconds;
        this.next = next;
        this.temporaryIncrement = temporaryIncrement;
        this.whenEnded = whenEnded;
    }

    @Override
    public DatasetSink open() throws IOException {
        BaseFile opened = new BaseFile(opener.create(directory.file(directory.temporaryBase())), syncsAlong);
        file = opened;
        if (format == null) {
            BaseCommands sink = new BaseCommands(opened);
            commands = sink;
            if (timestampSeconds != 0) {
                sink.timestamp(timestampSeconds);
            }
            return sink;
        }
        DatasetFormat.Writer sink = format.writer(opened, true);
        snapshot = sink;
        return sink;
    }

    @Override
    public void complete() throws IOException {
        DatasetFormat.Writer writer = snapshot;
        if (writer != null) {
            writer.end();
        } else {
            Objects.requireNonNull(commands, "complete before open").end();
        }
        BaseFile written = Objects.requireNonNull(file);
        written.sync();
        baseBytes = written.bytes();
        closeFile();
        directory.rename(directory.temporaryBase(), baseName());
        if (temporaryIncrement != null) {
            directory.rename(temporaryIncrement, incrementName());
        }
        try {
            directory.replaceManifest(next);
        } catch (UnsyncedManifestException e) {
            installed = next;
            cleaningFailure = e;
            return;
        }
        installed = next;
        if (removesHistory) {
            removeHistory();
        }
    }

    /** Deletes the files before; those that resist stay in the manifest until the next start. */
    private void removeHistory() {
        try {
            directory.delete(next.obsoleteFiles(), e -> cleaningFailure = e);
            if (cleaningFailure == null) {
                Manifest cleaned = next.withoutHistory();
                directory.replaceManifest(cleaned);
                installed = cleaned;
            }
        } catch (UnsyncedManifestException e) {
            installed = next.withoutHistory();
            cleaningFailure = e;
        } catch (IOException e) {
            cleaningFailure = e;
        }
    }

    private void closeFile() throws IOException {
        BaseFile open = file;
        file = null;
        if (open != null) {
            open.close();
        }
    }

    /**
     * Removes what is not in use; a manifest that is in place is never undone. What cannot be removed now is at the next
     * start, or is written over by the next rewrite.
     */
    @Override
    public void discard() {
        if (installed != null) {
            return;
        }
        try {
            closeFile();
        } catch (IOException e) {
            cleaningFailure = e;
        }
        directory.delete(List.of(directory.temporaryBase(), baseName()), e -> cleaningFailure = e);
        if (temporaryIncrement != null) {
            directory.delete(List.of(temporaryIncrement, incrementName()), e -> cleaningFailure = e);
        }
    }

    @Override
    public void ended(@Nullable Throwable failure) {
        Throwable cleaning = cleaningFailure;
        if (failure != null && cleaning != null) {
            failure.addSuppressed(cleaning);
        }
        whenEnded.accept(this, installed != null ? null : failure);
    }

    /** What kept the history from being removed for good, once the rewrite succeeded; null when nothing did. */
    @Nullable
    IOException cleaningFailure() {
        return cleaningFailure;
    }

    /** The list of files once the rewrite succeeded. */
    Manifest installed() {
        return Objects.requireNonNull(installed, "the rewrite did not succeed");
    }

    /** The files before that are deleted now. */
    List<LogPart> removedHistory() {
        return installed().history().isEmpty() ? next.history() : List.of();
    }

    /** Length of the base in bytes, once the rewrite succeeded. */
    long baseBytes() {
        return baseBytes;
    }

    /** Whether the base is the first one of a log that is being turned on. */
    boolean isInitial() {
        return temporaryIncrement != null;
    }

    /** Name of the file of the base. */
    String baseName() {
        return Objects.requireNonNull(next.base()).name();
    }

    /** Name of the file for the changes since the cut. */
    String incrementName() {
        return Objects.requireNonNull(next.lastIncrement()).name();
    }
}

package dev.spinel.aof;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.EnginePorts;
import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dispatch.Replay;
import dev.spinel.engine.dispatch.ReplayFailedException;
import dev.spinel.engine.memory.ArenaExhaustedException;
import dev.spinel.engine.snapshot.ReadAhead;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Loads a log: its base, a snapshot or commands or both, then its increments.
 *
 * <p>Engine thread only. Any damage ends loading with an {@link IOException} whose message names file and offset, except for
 * an end that comes too early in the last file, which is cut off if that is allowed.
 */
final class AofLoader {
    /** Commands and keys between two looks at the clock. */
    private static final int STEPS_PER_LOOK = 64;

    private static final int MAX_LOGGED_ERRORS = 100;
    private static final double NANOS_PER_SECOND = 1e9;

    private final EnginePorts ports;
    private final DatasetFormat format;
    private final AofDirectory directory;
    private final List<LogPart> parts;
    private final long totalBytes;
    private final long startNanos = System.nanoTime();
    private int next;
    private long finishedBytes;
    private long partStartNanos;
    private int errors;
    private @Nullable Source source;

    /**
     * Starts loading.
     *
     * @throws IOException if a file is missing
     */
    AofLoader(EnginePorts ports, DatasetFormat format, AofDirectory directory, Manifest manifest) throws IOException {
        this.ports = ports;
        this.format = format;
        this.directory = directory;
        this.parts = manifest.parts();
        long bytes = 0;
        for (LogPart part : parts) {
            bytes += directory.size(part);
        }
        this.totalBytes = bytes;
    }

    /** Number of bytes of all files, before any is cut. */
    long totalBytes() {
        return totalBytes;
    }

    /** Whether commands answered errors, which they did not when they were logged. */
    boolean hadErrors() {
        return errors > 0;
    }

    /** What is read now, step by step. */
    private interface Source extends AutoCloseable {
        /** Loads a key or a command; false at the end. */
        boolean step() throws IOException;

        /** Number of bytes of the file that were read. */
        long position();

        @Override
        void close() throws IOException;
    }

    /**
     * Loads some more.
     *
     * @param budgetNanos about how long that may take
     * @return whether nothing is left
     */
    boolean run(long budgetNanos) throws IOException {
        long start = System.nanoTime();
        while (next < parts.size()) {
            Source current = source;
            if (current == null) {
                current = open(parts.get(next));
                source = current;
            }
            boolean more = true;
            for (int i = 0; i < STEPS_PER_LOOK && more; i++) {
                more = current.step();
            }
            ports.state().loadingProgress(totalBytes, finishedBytes + current.position());
            if (!more) {
                endPart(current);
            }
            if (System.nanoTime() - start > budgetNanos) {
                return next == parts.size();
            }
        }
        return true;
    }

    private void endPart(Source current) throws IOException {
        LogPart part = parts.get(next);
        current.close();
        source = null;
        next++;
        finishedBytes += current.position();
        ports.log()
                .accept("DB loaded from " + (part.kind() == LogPart.Kind.BASE ? "base" : "incr") + " file "
                        + part.name() + ": " + seconds(partStartNanos) + " seconds");
        if (next == parts.size()) {
            ports.log().accept("DB loaded from append only file: " + seconds(startNanos) + " seconds");
        }
    }

    private static String seconds(long sinceNanos) {
        return String.format(Locale.ROOT, "%.3f", (System.nanoTime() - sinceNanos) / NANOS_PER_SECOND);
    }

    /** Closes the file that is being read. */
    void close() throws IOException {
        Source current = source;
        source = null;
        if (current != null) {
            current.close();
        }
    }

    private boolean isLast() {
        return next == parts.size() - 1;
    }

    private Source open(LogPart part) throws IOException {
        partStartNanos = System.nanoTime();
        Path path = directory.file(part.name());
        try {
            if (!AofDirectory.startsAsSnapshot(path)) {
                return new Commands(part, CommandReader.open(path, 0));
            }
            boolean hasTail = !part.name().endsWith(".rdb");
            ports.log()
                    .accept(
                            hasTail
                                    ? "Reading RDB preamble from AOF file..."
                                    : "Reading RDB base file on AOF loading...");
            return new Snapshot(part, FileChannel.open(path, StandardOpenOption.READ));
        } catch (InvalidDatasetException e) {
            throw invalidSnapshot(part, e);
        } catch (IOException e) {
            throw new IOException(
                    "Fatal error: can't open the append log file " + part.name() + " for reading: " + DiskError.text(e),
                    e);
        }
    }

    private static IOException invalidSnapshot(LogPart part, IOException cause) {
        String what = part.name().endsWith(".rdb") ? "RDB base file" : "RDB preamble of the AOF file";
        return new IOException(
                cause.getMessage() + "\nError reading the " + what + " " + part.name() + ", AOF loading aborted",
                cause);
    }

    /** A file that starts as a snapshot; commands may follow it. */
    private final class Snapshot implements Source {
        private final LogPart part;
        private final FileChannel channel;
        private final ReadAhead reader;
        private @Nullable Commands tail;

        Snapshot(LogPart part, FileChannel channel) throws IOException {
            this.part = part;
            this.channel = channel;
            InputStream in = Channels.newInputStream(channel);
            this.reader = new ReadAhead(format.reader(in, part.name()), part.name(), ports.threads());
            ports.loader().begin(true);
        }

        @Override
        public boolean step() throws IOException {
            Commands commands = tail;
            if (commands != null) {
                return commands.step();
            }
            try {
                if (reader.next(ports.loader())) {
                    return true;
                }
            } catch (IOException e) {
                throw invalidSnapshot(part, e);
            } catch (ArenaExhaustedException e) {
                throw invalidSnapshot(
                        part,
                        new IOException("Out of memory at offset " + reader.position() + ": " + e.getMessage(), e));
            }
            ports.loader().end();
            if (reader.position() == channel.size()) {
                return false;
            }
            ports.log().accept("Reading the remaining AOF tail...");
            tail = new Commands(part, CommandReader.open(directory.file(part.name()), reader.position()));
            return true;
        }

        @Override
        public long position() {
            Commands commands = tail;
            return commands == null ? reader.position() : commands.position();
        }

        @Override
        public void close() throws IOException {
            reader.close();
            channel.close();
            Commands commands = tail;
            if (commands != null) {
                commands.close();
            }
        }
    }

    /** A file of commands, or the rest of one. */
    private final class Commands implements Source {
        private final LogPart part;
        private final CommandReader reader;
        private final Replay replay = ports.replays().get();
        private long transactionOffset;

        Commands(LogPart part, CommandReader reader) {
            this.part = part;
            this.reader = reader;
            this.transactionOffset = reader.position();
        }

        @Override
        public boolean step() throws IOException {
            try {
                if (!reader.next()) {
                    return endOfFile();
                }
            } catch (TruncatedLogException e) {
                if (reader.isFollowedByCommands()) {
                    throw badFormat(e);
                }
                cutOff(reader.position(), e);
                return false;
            } catch (InvalidLogException e) {
                throw badFormat(e);
            } catch (IOException e) {
                throw new IOException(
                        "Unrecoverable error reading the append only file " + part.name() + ": " + DiskError.text(e),
                        e);
            }
            if (!reader.isAnnotation()) {
                run();
            }
            return true;
        }

        private void run() throws IOException {
            if (!replay.inTransaction()) {
                transactionOffset = reader.commandOffset();
            }
            Bytes[] args = reader.args();
            String error;
            try {
                error = replay.run(args, reader.argCount());
            } catch (ReplayFailedException e) {
                throw notReplayed(args[0], e.getMessage(), e);
            }
            if (error == null) {
                return;
            }
            if (error.startsWith("OOM ")) {
                throw notReplayed(args[0], error, null);
            }
            if (error.startsWith("ERR unknown ") || error.startsWith("ERR wrong number of arguments")) {
                throw new IOException((error.startsWith("ERR unknown command")
                                ? "Unknown command '" + args[0].quotable(128) + "'"
                                : "Wrong command '" + args[0].quotable(128) + "' (" + error + ")")
                        + " reading the append only file " + part.name() + " at offset " + reader.commandOffset());
            }
            if (errors++ < MAX_LOGGED_ERRORS) {
                ports.log()
                        .accept("== CRITICAL == This server is sending an error to its AOF-loading-client: '" + error
                                + "' after processing the command '" + args[0].quotable(128) + "' (file " + part.name()
                                + ", offset " + reader.commandOffset() + ")");
            }
        }

        /** The refusal to start with less than the log holds, which nothing would give back. */
        private IOException notReplayed(Bytes name, @Nullable String reason, @Nullable Throwable cause) {
            return new IOException(
                    "Fatal error: can't replay the command '" + name.quotable(128) + "' of the append only file "
                            + part.name() + " at offset " + reader.commandOffset() + ": " + reason,
                    cause);
        }

        private boolean endOfFile() throws IOException {
            if (replay.inTransaction()) {
                cutOff(
                        reader.position(),
                        new TruncatedLogException(
                                reader.position(), "Expected EXEC of the MULTI at offset " + transactionOffset));
            }
            return false;
        }

        /** Cuts off a command or transaction that is not there as a whole, or says why not. */
        private void cutOff(long validBytes, TruncatedLogException cause) throws IOException {
            long valid = validBytes;
            if (!isLast()) {
                throw new IOException(
                        "Unexpected end of file reading the append only file " + part.name() + " at offset "
                                + cause.offset() + ": " + cause.getMessage()
                                + "\nFatal error: the truncated file is not the last file",
                        cause);
            }
            if (replay.inTransaction()) {
                ports.log().accept("Revert incomplete MULTI/EXEC transaction in AOF file " + part.name());
                replay.discard();
                valid = transactionOffset;
            }
            if (ports.config().get("aof-load-truncated").isYes()) {
                ports.log().accept("!!! Warning: short read while loading the AOF file " + part.name() + "!!!");
                ports.log().accept("!!! Truncating the AOF " + part.name() + " at offset " + valid + " !!!");
                try (FileChannel channel = FileChannel.open(directory.file(part.name()), StandardOpenOption.WRITE)) {
                    channel.truncate(valid);
                    channel.force(true);
                    ports.log().accept("AOF " + part.name() + " loaded anyway because aof-load-truncated is enabled");
                    return;
                } catch (IOException e) {
                    ports.log().accept("Error truncating the AOF file " + part.name() + ": " + DiskError.text(e));
                }
            }
            throw new IOException(
                    "Unexpected end of file reading the append only file " + part.name()
                            + ". You can: 1) Make a backup of your AOF file, then use ./redis-check-aof --fix"
                            + " <filename.manifest>. 2) Alternatively you can set the 'aof-load-truncated' configuration"
                            + " option to yes and restart the server. (offset " + cause.offset() + ": "
                            + cause.getMessage() + ")",
                    cause);
        }

        private IOException badFormat(InvalidLogException cause) {
            return new IOException(
                    "Bad file format reading the append only file " + part.name()
                            + ": make a backup of your AOF file, then use ./redis-check-aof --fix <filename.manifest>"
                            + " (offset " + cause.offset() + ": " + cause.getMessage() + ")",
                    cause);
        }

        @Override
        public long position() {
            return reader.position();
        }

        @Override
        public void close() throws IOException {
            reader.close();
        }
    }
}

package dev.spinel.aof;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.DatasetFormat;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Locale;

/**
 * Checks the files of a log, cuts off what is damaged at the end of it, or what is later than some time.
 *
 * <p>Takes the arguments of redis-check-aof and prints its lines; where Redis leaves that open, the offset in a message is
 * that of the first byte that is wrong. One thread.
 */
public final class AofCheck {
    private static final int MANIFEST_START_BYTES = 1024;
    private static final long PROGRESS_NANOS = 2_000_000_000;
    private static final int STEPS_PER_LOOK = 1024;
    private static final int PERCENT = 100;

    private final String program;
    private final DatasetFormat format;
    private final BufferedReader in;
    private final PrintStream out;
    private boolean fixes;
    private long timestamp;
    private long line = 1;

    /** How far the file that is being checked consists of whole commands and transactions. */
    private long validBytes;

    private long lookNanos = System.nanoTime();

    /**
     * A check.
     *
     * @param program name for the usage line
     * @param format the format of snapshots, with which a log may start
     * @param in where the answer is read from whether to cut off damage
     * @param out takes all lines
     */
    public AofCheck(String program, DatasetFormat format, InputStream in, PrintStream out) {
        this.program = program;
        this.format = format;
        this.in = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
        this.out = out;
    }

    /** What a check found that ends it; the message is the last line. */
    private static final class CheckFailedException extends Exception {
        private static final long serialVersionUID = 1;

        CheckFailedException(String message) {
            super(message);
        }
    }

    /** What became of a file. */
    private enum Result {
        VALID("is valid"),
        EMPTY("is empty"),
        CUT_OFF(""),
        CUT_OFF_AT_TIME("");

        private final String text;

        Result(String text) {
            this.text = text;
        }
    }

    /**
     * Runs the check.
     *
     * @return the exit code: 0 when all is well, now at least; 1 otherwise
     */
    public int run(List<String> args) {
        try {
            run(parse(args));
            return 0;
        } catch (CheckFailedException e) {
            out.println(e.getMessage());
        } catch (InvalidManifestException e) {
            out.println(e.getMessage());
        } catch (IOException e) {
            out.println("Failed to read from AOF: " + DiskError.text(e));
        }
        return 1;
    }

    private Path parse(List<String> args) throws CheckFailedException {
        int count = args.size();
        boolean usable = count == 1;
        if (count == 2 && args.get(0).equals("--fix")) {
            fixes = true;
            usable = true;
        } else if (count == 3 && args.get(0).equals("--truncate-to-timestamp")) {
            try {
                timestamp = Long.parseLong(args.get(1));
            } catch (NumberFormatException e) {
                throw new CheckFailedException("Invalid timestamp, aborting...");
            }
            usable = true;
        }
        if (!usable) {
            throw new CheckFailedException(
                    "Usage: " + program + " [--fix|--truncate-to-timestamp $timestamp] <file.manifest|file.aof>");
        }
        return Path.of(args.get(count - 1));
    }

    private void run(Path file) throws CheckFailedException, IOException {
        if (!Files.isReadable(file) || Files.isDirectory(file)) {
            String reason = Files.isDirectory(file)
                    ? "Is a directory"
                    : Files.exists(file) ? "Permission denied" : "No such file or directory";
            throw new CheckFailedException("Cannot open file " + file + ": " + reason);
        }
        if (isManifest(file)) {
            out.println("Start checking Multi Part AOF");
            checkParts(file);
        } else {
            out.println("Start checking Old-Style AOF");
            Result result = check(file, String.valueOf(file), true);
            printResult("AOF", String.valueOf(file), result);
        }
    }

    private static boolean isManifest(Path file) throws IOException {
        byte[] start;
        try (InputStream input = Files.newInputStream(file)) {
            start = input.readNBytes(MANIFEST_START_BYTES);
        }
        for (String text : new String(start, StandardCharsets.ISO_8859_1).split("\n", -1)) {
            if (!text.startsWith("#")) {
                return text.startsWith("file");
            }
        }
        return false;
    }

    private void checkParts(Path manifestFile) throws CheckFailedException, IOException {
        Manifest manifest =
                Manifest.parse(String.valueOf(manifestFile.getFileName()), Files.readAllBytes(manifestFile));
        List<LogPart> parts = manifest.parts();
        boolean announced = false;
        for (LogPart part : parts) {
            Path file = manifestFile.resolveSibling(part.name());
            boolean isBase = part.kind() == LogPart.Kind.BASE;
            if (!Files.isReadable(file)) {
                if (!isBase && !announced) {
                    out.println("Start to check INCR files.");
                }
                throw new CheckFailedException("Cannot open file " + file + ": "
                        + (Files.exists(file) ? "Permission denied" : "No such file or directory") + ", aborting...");
            }
            if (isBase) {
                out.println("Start to check BASE AOF (" + (AofDirectory.startsAsSnapshot(file) ? "RDB" : "RESP")
                        + " format).");
            } else if (!announced) {
                announced = true;
                out.println("Start to check INCR files.");
            }
            boolean isLast = part.equals(parts.get(parts.size() - 1));
            printResult(isBase ? "BASE AOF" : "INCR AOF", part.name(), check(file, part.name(), isLast));
        }
        out.println("All AOF files and manifest are valid");
    }

    private void printResult(String what, String name, Result result) {
        switch (result) {
            case VALID, EMPTY -> out.println(what + " " + name + " " + result.text);
            case CUT_OFF -> out.println("Successfully truncated AOF " + name);
            case CUT_OFF_AT_TIME -> out.println("Successfully truncated AOF " + name + " to timestamp " + timestamp);
        }
    }

    private Result check(Path file, String name, boolean isLast) throws CheckFailedException, IOException {
        if (Files.size(file) == 0) {
            return Result.EMPTY;
        }
        long start = AofDirectory.startsAsSnapshot(file) ? checkSnapshot(file, name) : 0;
        long valid;
        long size;
        try (CommandReader reader = CommandReader.open(file, start)) {
            size = reader.fileBytes();
            long tooLate = checkCommands(reader, name);
            if (tooLate >= 0) {
                cutOffAtTime(file, tooLate, isLast);
                return Result.CUT_OFF_AT_TIME;
            }
            valid = validBytes;
        }
        if (timestamp != 0 && valid == size) {
            out.println("Truncate nothing in AOF " + name + " to timestamp " + timestamp);
            return Result.VALID;
        }
        out.println("AOF analyzed: filename=" + name + ", size=" + size + ", ok_up_to=" + valid + ", ok_up_to_line="
                + line + ", diff=" + (size - valid));
        if (valid == size) {
            return Result.VALID;
        }
        if (!fixes) {
            throw new CheckFailedException("AOF " + name + " is not valid. Use the --fix option to try fixing it.");
        }
        if (!isLast) {
            throw new CheckFailedException("Failed to truncate AOF " + name + " because it is not the last file");
        }
        cutOff(file, name, size, valid);
        return Result.CUT_OFF;
    }

    /**
     * Reads commands up to the end or the first that is wrong.
     *
     * @return the offset of the first annotation later than the wanted time, -1 without
     */
    private long checkCommands(CommandReader reader, String name) throws IOException {
        validBytes = reader.position();
        long lines = 0;
        boolean inTransaction = false;
        try {
            for (long steps = 0; reader.next(); steps++) {
                if (steps % STEPS_PER_LOOK == 0) {
                    progress(name, reader.position(), reader.fileBytes());
                }
                if (reader.isAnnotation()) {
                    if (timestamp != 0 && reader.timestamp() > timestamp) {
                        return reader.commandOffset();
                    }
                } else {
                    lines += reader.lines();
                    Bytes verb = reader.args()[0];
                    if (verb.isWord("MULTI")) {
                        if (inTransaction) {
                            throw new InvalidLogException(reader.commandOffset(), "Unexpected MULTI in AOF " + name);
                        }
                        inTransaction = true;
                    } else if (verb.isWord("EXEC")) {
                        if (!inTransaction) {
                            throw new InvalidLogException(reader.commandOffset(), "Unexpected EXEC in AOF " + name);
                        }
                        inTransaction = false;
                    }
                }
                if (!inTransaction) {
                    validBytes = reader.position();
                    line += lines;
                    lines = 0;
                }
            }
            if (inTransaction) {
                throw new InvalidLogException(reader.position(), "Reached EOF before reading EXEC for MULTI");
            }
        } catch (InvalidLogException e) {
            out.println(String.format("0x%16x: %s", e.offset(), e.getMessage()));
            if (e instanceof TruncatedLogException && reader.isFollowedByCommands()) {
                out.println("Whole commands follow behind the damage; cutting it off removes them, too.");
            }
        }
        return -1;
    }

    private void progress(String name, long position, long size) {
        long now = System.nanoTime();
        if (now - lookNanos > PROGRESS_NANOS) {
            lookNanos = now;
            out.println("Checked " + PERCENT * position / size + "% of AOF " + name + " (" + position + " of " + size
                    + " bytes)");
        }
    }

    /** Checks the snapshot with which a file starts; returns where it ends. */
    private long checkSnapshot(Path file, String name) throws CheckFailedException, IOException {
        out.println("[offset 0] Checking RDB file " + name);
        DatasetCounter counter = new DatasetCounter(System.currentTimeMillis());
        long end = 0;
        String error = null;
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            DatasetFormat.Reader reader = format.reader(Channels.newInputStream(channel), name);
            try {
                for (long steps = 0; reader.next(counter); steps++) {
                    if (steps % STEPS_PER_LOOK == 0) {
                        progress(name, reader.position(), channel.size());
                    }
                }
            } finally {
                end = reader.position();
            }
        } catch (IOException e) {
            error = DiskError.text(e);
        }
        if (error == null) {
            out.println("[offset " + end + "] Checksum OK");
            out.println("[offset " + end + "] \\o/ RDB looks OK! \\o/");
        } else {
            out.println("--- RDB ERROR DETECTED ---");
            out.println("[offset " + end + "] " + error);
        }
        out.println("[info] " + counter.keys() + " keys read");
        out.println("[info] " + counter.withExpiry() + " expires");
        out.println("[info] " + counter.expired() + " already expired");
        if (error != null) {
            throw new CheckFailedException("RDB preamble of AOF file is not sane, aborting.");
        }
        out.println("RDB preamble is OK, proceeding with AOF tail...");
        return end;
    }

    private void cutOffAtTime(Path file, long offset, boolean isLast) throws CheckFailedException {
        if (offset == 0) {
            throw new CheckFailedException(
                    "AOF " + file + " has nothing before timestamp " + timestamp + ", aborting...");
        }
        if (!isLast) {
            throw new CheckFailedException(
                    "Failed to truncate AOF " + file + " to timestamp " + timestamp + " to offset "
                            + offset
                            + " because it is not the last file.\nIf you insist, please delete all files after this file"
                            + " according to the manifest file and delete the corresponding records in manifest file manually."
                            + " Then re-run the check.");
        }
        try {
            truncate(file, offset);
        } catch (IOException e) {
            throw new CheckFailedException(
                    "Failed to truncate AOF " + file + " to timestamp " + timestamp + ": " + DiskError.text(e));
        }
    }

    private void cutOff(Path file, String name, long size, long valid) throws CheckFailedException, IOException {
        out.println("This will shrink the AOF " + name + " from " + size + " bytes, with " + (size - valid)
                + " bytes, to " + valid + " bytes");
        out.print("Continue? [y/N]: ");
        out.flush();
        String answer = in.readLine();
        if (answer == null || !answer.toLowerCase(Locale.ROOT).startsWith("y")) {
            throw new CheckFailedException("Aborting...");
        }
        try {
            truncate(file, valid);
        } catch (IOException e) {
            throw new CheckFailedException("Failed to truncate AOF " + name + ": " + DiskError.text(e));
        }
    }

    private static void truncate(Path file, long sizeBytes) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            channel.truncate(sizeBytes);
            channel.force(true);
        }
    }
}

package dev.spinel.aof;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * Where the files of a log are, and the changes of that place that survive a crash at any moment.
 *
 * <p>Any thread, one at a time.
 */
final class AofDirectory {
    private static final String TEMPORARY = "temp-";

    private final Path serverDirectory;
    private final Path directory;
    private final String logName;
    private final LogFile.Opener opener;

    /**
     * The place of a log, which need not exist.
     *
     * @param serverDirectory {@code dir}
     * @param directoryName {@code appenddirname}
     * @param logName {@code appendfilename}
     * @param opener has changes of names last
     */
    AofDirectory(Path serverDirectory, String directoryName, String logName, LogFile.Opener opener) {
        this.serverDirectory = serverDirectory;
        this.directory = serverDirectory.resolve(directoryName);
        this.logName = logName;
        this.opener = opener;
    }

    /** The name with which the names of its files start. */
    String logName() {
        return logName;
    }

    /** Its name without the path. */
    String name() {
        return String.valueOf(directory.getFileName());
    }

    /** The path of a file. */
    Path file(String name) {
        return directory.resolve(name);
    }

    /** Path of the file that was the whole log before logs had parts. */
    Path oldFile() {
        return serverDirectory.resolve(logName);
    }

    private String manifestName() {
        return logName + ".manifest";
    }

    /** Name of the file for changes while the first base is written. */
    String temporaryIncrement() {
        return TEMPORARY + logName + ".incr";
    }

    /** Name of the file in which a base is made. */
    String temporaryBase() {
        return TEMPORARY + "rewriteaof-bg-" + ProcessHandle.current().pid() + ".aof";
    }

    boolean exists() {
        return Files.isDirectory(directory);
    }

    /** Makes the directory unless it exists. */
    void create() throws IOException {
        try {
            Files.createDirectories(directory);
        } catch (IOException e) {
            throw new IOException("Can't open or create append-only dir " + name() + ": " + DiskError.text(e), e);
        }
    }

    /** Reads the manifest; that of a log without files if there is none. */
    Manifest readManifest() throws IOException {
        Path path = file(manifestName());
        if (!exists() || !Files.exists(path)) {
            return Manifest.EMPTY;
        }
        byte[] text;
        try {
            text = Files.readAllBytes(path);
        } catch (IOException e) {
            throw new IOException(
                    "Fatal error: can't open the AOF manifest file " + manifestName() + " for reading: "
                            + DiskError.text(e),
                    e);
        }
        return Manifest.parse(manifestName(), text);
    }

    /**
     * Replaces the manifest: after a crash at any moment there is the old one or the new one.
     *
     * @throws UnsyncedManifestException if it is in place, but a crash of the operating system may bring back the old one
     * @throws IOException if the old one is in place
     */
    void replaceManifest(Manifest manifest) throws IOException {
        Path temporary = file(TEMPORARY + manifestName());
        try (FileChannel channel = FileChannel.open(
                temporary, StandardOpenOption.CREATE, StandardOpenOption.WRITE, StandardOpenOption.TRUNCATE_EXISTING)) {
            ByteBuffer text = ByteBuffer.wrap(manifest.format().getBytes(StandardCharsets.UTF_8));
            while (text.hasRemaining()) {
                channel.write(text);
            }
            channel.force(true);
        } catch (IOException e) {
            throw new IOException(
                    "Error trying to write the temporary AOF manifest file " + temporary.getFileName() + ": "
                            + DiskError.text(e),
                    e);
        }
        try {
            rename(temporary, file(manifestName()));
        } catch (IOException e) {
            throw new IOException(
                    "Error trying to rename the temporary AOF manifest file " + temporary.getFileName() + " into "
                            + manifestName() + ": " + DiskError.text(e),
                    e);
        }
        try {
            opener.forceDirectory(directory);
        } catch (IOException e) {
            throw new UnsyncedManifestException(
                    "Fail to fsync AOF directory " + name() + ": " + DiskError.text(e) + ".", e);
        }
    }

    /** Gives a file of the directory another name, in place of any file of that name. */
    void rename(String from, String to) throws IOException {
        move(file(from), file(to));
    }

    /** Moves the file of an old log, that of the server's directory, into the directory. */
    void adoptOldFile() throws IOException {
        try {
            move(oldFile(), file(logName));
        } catch (IOException e) {
            throw new IOException(
                    "Error trying to move the old AOF file " + logName + " into dir " + name() + ": "
                            + DiskError.text(e),
                    e);
        }
    }

    private void move(Path from, Path to) throws IOException {
        rename(from, to);
        opener.forceDirectory(directory);
    }

    private static void rename(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("Invalid cross-device link", e);
        }
    }

    /** Deletes files, as far as they exist. */
    void delete(List<String> names, Consumer<IOException> failed) {
        for (String name : names) {
            try {
                Files.deleteIfExists(file(name));
            } catch (IOException e) {
                failed.accept(e);
            }
        }
    }

    /** Names of files that a crash left: what was being made when it happened. */
    List<String> leftovers() throws IOException {
        List<String> names = new ArrayList<>();
        if (exists()) {
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, TEMPORARY + "*")) {
                for (Path file : files) {
                    String name = String.valueOf(file.getFileName());
                    if (name.startsWith(TEMPORARY + "rewriteaof-") || name.startsWith(TEMPORARY + logName + ".")) {
                        names.add(name);
                    }
                }
            }
        }
        return names;
    }

    /**
     * Length of a part in bytes.
     *
     * @throws IOException with Redis's message if it is not there
     */
    long size(LogPart part) throws IOException {
        try {
            return Files.size(file(part.name()));
        } catch (IOException e) {
            throw new IOException(
                    "Unable to obtain the AOF file " + part.name() + " length. stat: " + DiskError.text(e), e);
        }
    }

    /** Whether a file starts as a snapshot does, of Redis or of Valkey 9. */
    static boolean startsAsSnapshot(Path path) throws IOException {
        ByteBuffer start = ByteBuffer.allocate("VALKEY".length());
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            int count = 0;
            while (count >= 0 && start.hasRemaining()) {
                count = channel.read(start);
            }
        }
        String text = new String(start.array(), 0, start.position(), StandardCharsets.ISO_8859_1);
        return text.startsWith("REDIS") || text.equals("VALKEY");
    }

    /**
     * Whether the server's directory has an old log that is to become the base: nothing else is there, or an upgrade ended
     * before it moved the file.
     */
    boolean needsUpgrade(Manifest manifest) {
        if (!Files.isRegularFile(oldFile())) {
            return false;
        }
        LogPart base = manifest.base();
        return manifest.isEmpty()
                || (base != null
                        && manifest.increments().isEmpty()
                        && base.name().equals(logName)
                        && !Files.exists(file(logName)));
    }
}

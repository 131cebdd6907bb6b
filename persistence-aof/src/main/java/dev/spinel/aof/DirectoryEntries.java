package dev.spinel.aof;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The names of the files in a directory, as far as they are on the disk. Any thread. */
final class DirectoryEntries {
    private DirectoryEntries() {}

    /**
     * Has files made and renamed so far keep their names after a crash of the operating system. Systems on which a directory
     * cannot be opened or synced (Windows, many network and user space file systems) are left to see to that themselves.
     *
     * @throws IOException if the disk fails
     */
    static void force(Path directory) throws IOException {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (AccessDeniedException cannotBeOpened) {
            return;
        } catch (IOException e) {
            if (!isUnsupported(e)) {
                throw e;
            }
        }
    }

    /** Whether the failure is EINVAL or EBADF, or EISDIR of opening; Java gives the text of the operating system only. */
    private static boolean isUnsupported(IOException failure) {
        String text = String.valueOf(failure.getMessage());
        return text.endsWith("Invalid argument")
                || text.endsWith("Bad file descriptor")
                || text.endsWith("Is a directory");
    }
}

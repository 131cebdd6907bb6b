package dev.spinel.engine.acl;

import java.io.IOException;

/** The file of users that {@code aclfile} names, as the distribution implements it; text in the form of {@link Latin1}. */
public interface AclFile {
    /**
     * The content of a file.
     *
     * @throws IOException with the operating system's reason
     */
    String read(String path) throws IOException;

    /**
     * Replaces a file as a whole, or creates it.
     *
     * @throws IOException with the operating system's reason
     */
    void write(String path, String text) throws IOException;
}

package dev.spinel.distribution.config;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** A configuration with which no server can start; its message is what the user reads, in Redis's form. */
public final class ConfigurationException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private ConfigurationException(String message) {
        super(message, null, false, false);
    }

    /** A configuration that is wrong as a whole. */
    public static ConfigurationException of(String reason) {
        return new ConfigurationException("\n*** FATAL CONFIG FILE ERROR (Redis 7.0.15) ***\n" + reason);
    }

    /** A configuration that is wrong at one line. */
    static ConfigurationException at(int line, String text, String reason) {
        return of("Reading the configuration file, at line " + line + "\n>>> '" + text + "'\n" + reason);
    }

    /** A configuration file that cannot be read. */
    static ConfigurationException unreadable(Path path, String reason) {
        return new ConfigurationException("Fatal error, can't open config file '" + path + "': " + reason);
    }

    /** The operating system's words for a failure on a file. */
    public static String reason(IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return "No such file or directory";
        } else if (failure instanceof AccessDeniedException) {
            return "Permission denied";
        } else if (failure instanceof NotDirectoryException) {
            return "Not a directory";
        }
        String message = String.valueOf(failure.getMessage());
        // The file system puts the path before the operating system's words.
        return message.substring(message.lastIndexOf(": ") + 1).strip();
    }
}

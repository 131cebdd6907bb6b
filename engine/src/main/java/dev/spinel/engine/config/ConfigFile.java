package dev.spinel.engine.config;

import java.io.IOException;

/** The file that the configuration came from, as the distribution implements it. */
public interface ConfigFile {
    /** Absolute path of the file; empty when the server runs without one. */
    String path();

    /** Which directives {@link #rewrite} adds that the file does not name. */
    enum Extent {
        /** Those whose value is not the default. */
        CHANGED,
        /** All of them. */
        ALL
    }

    /**
     * Writes the values in force to the file, keeping comments and order where it can.
     *
     * @throws IOException with a message for the client
     */
    void rewrite(ConfigRegistry values, Extent extent) throws IOException;
}

package dev.spinel.engine.dataset;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/**
 * A file format for a whole data set, which whoever writes files (snapshots, the base of a log, a full synchronisation)
 * uses without knowing it. Any thread; the writers and readers it makes belong to one thread each.
 */
public interface DatasetFormat {
    /**
     * Starts a file.
     *
     * @param out where its bytes go, buffered here and flushed by {@link Writer#end}; not closed
     * @param logBase whether the file is the base of an append-only log, which the format records
     */
    Writer writer(OutputStream out, boolean logBase) throws IOException;

    /**
     * Starts reading a file.
     *
     * @param in its bytes from the first one on; not closed
     * @param name what to call it in messages, a path
     */
    Reader reader(InputStream in, String name) throws IOException;

    /** Takes the keys and values of a file. */
    interface Writer extends DatasetSink {
        /** Ends the file after the last value. */
        void end() throws IOException;
    }

    /** Gives the keys and values of a file. */
    interface Reader {
        /**
         * Gives the next key with its value to a sink.
         *
         * @return false when the file had ended before, its checksum verified
         * @throws InvalidDatasetException if the file is damaged, with its name and the offset; part of a value may then
         *     have been given
         */
        boolean next(DatasetSink sink) throws IOException;

        /** Number of bytes read so far; behind the last byte of the file once {@link #next} has answered false. */
        long position();
    }
}

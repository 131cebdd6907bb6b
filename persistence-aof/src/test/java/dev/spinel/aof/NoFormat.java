package dev.spinel.aof;

import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.InvalidDatasetException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** A format in which no file is. */
final class NoFormat implements DatasetFormat {
    @Override
    public Writer writer(OutputStream out, boolean logBase) {
        throw new AssertionError("no snapshot is written");
    }

    @Override
    public Reader reader(InputStream in, String name) throws IOException {
        throw new InvalidDatasetException("file " + name + " at offset 0: not a snapshot");
    }
}

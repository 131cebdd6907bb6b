package dev.spinel.engine.dataset;

import dev.spinel.api.data.Bytes;
import java.util.List;

/** The form in which FUNCTION DUMP answers libraries of functions and FUNCTION RESTORE takes them. Any thread. */
public interface LibraryFormat {
    /** The payload of the code of libraries. */
    byte[] dump(List<Bytes> codes);

    /**
     * The code of the libraries of a payload.
     *
     * @throws InvalidDatasetException with the reason, as a client is told, if it is no such payload
     */
    List<Bytes> parse(Bytes payload) throws InvalidDatasetException;
}

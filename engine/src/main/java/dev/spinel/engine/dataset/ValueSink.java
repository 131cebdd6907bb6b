package dev.spinel.engine.dataset;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Takes one value in the terms in which it is stored, so that neither side knows the other's encodings. The engine speaks
 * to one when data are saved, and is one when they are loaded.
 *
 * <p>A value is one call, or the first call of a collection with a count and then as many calls for its elements. Byte
 * views are valid during the call only. A count is at least 1, elements of a set and fields of a hash differ. Which thread
 * calls is up to who made the sink.
 *
 * <p>A sink that stores values throws {@link InvalidDatasetException} for what makes no sense; one that writes them,
 * {@link IOException} when that fails.
 */
public interface ValueSink {
    /** A string. */
    void string(Bytes value) throws IOException;

    /**
     * A string of megabytes as the pieces that it consists of. Without an implementation of its own a sink gets it as a whole,
     * for which it is copied.
     */
    default void longString(byte[][] pieces) throws IOException {
        int length = 0;
        for (byte[] piece : pieces) {
            length += piece.length;
        }
        ByteBuffer whole = ByteBuffer.allocate(length);
        for (byte[] piece : pieces) {
            whole.put(piece);
        }
        string(Bytes.of(whole.array()));
    }

    /** A string that is the decimal form of a number. */
    void integer(long value) throws IOException;

    /**
     * Starts a list; {@link #listPage} or {@link #listElement} follows {@code parts} times in all. From a file they may be fewer,
     * but at least one: parts without elements are passed over.
     */
    void list(long parts) throws IOException;

    /** The next elements of a list, one or more, as a listpack. */
    void listPage(Bytes listpack) throws IOException;

    /** The next element of a list. */
    void listElement(Bytes element) throws IOException;

    /** A set of integers as an intset: width of a number (2, 4 or 8), count (both 32 bits), numbers; all little-endian. */
    void intset(Bytes intset) throws IOException;

    /** A set as a listpack of its members. */
    void set(Bytes listpack) throws IOException;

    /** Starts a set; {@link #member} follows {@code members} times. */
    void set(long members) throws IOException;

    void member(Bytes member) throws IOException;

    /** A hash as a listpack of fields and values in turn. */
    void hash(Bytes listpack) throws IOException;

    /** Starts a hash; {@link #field} follows {@code fields} times. */
    void hash(long fields) throws IOException;

    void field(Bytes field, Bytes value) throws IOException;

    /**
     * A hash some of whose fields expire, as a listpack of fields, values and times, which are milliseconds of Unix time or
     * 0: those that expire in the order of their times, then the others.
     */
    void expiringHash(Bytes listpack) throws IOException;

    /**
     * Starts a hash some of whose fields expire; {@link #field} or {@link #expiringField} follows {@code fields} times in
     * all.
     *
     * @param earliestMillis a time before which no field expires
     */
    void expiringHash(long fields, long earliestMillis) throws IOException;

    /** A field with the time at which it expires, in milliseconds of Unix time. */
    void expiringField(Bytes field, Bytes value, long expiresAtMillis) throws IOException;

    /** A sorted set as a listpack of members and scores in turn, in order of score. */
    void sortedSet(Bytes listpack) throws IOException;

    /** Starts a sorted set; {@link #scored} follows {@code members} times, in any order. */
    void sortedSet(long members) throws IOException;

    /** A member with its score, which is not NaN. */
    void scored(Bytes member, double score) throws IOException;

    /**
     * What the stream that follows keeps of its idempotent producers, or a piece of it, see {@link SavedProducers}; only if it has
     * any.
     */
    void streamProducers(SavedValue producers) throws IOException;

    /** Starts a stream; {@link #streamNode} follows {@code nodes} times, then {@link #streamState}. */
    void stream(long nodes) throws IOException;

    /** Flag of an entry in the listpack of a node of a stream: it was deleted. */
    int STREAM_ENTRY_DELETED = 1;

    /** Flag of an entry in the listpack of a node of a stream: it has the fields that the node begins with. */
    int STREAM_ENTRY_SAME_FIELDS = 2;

    /**
     * The next entries of a stream, as a listpack in the format of Redis.
     *
     * @param millis first number of the ID of the node
     * @param sequence second number of it
     */
    void streamNode(long millis, long sequence, Bytes listpack) throws IOException;

    /** What a stream is beside its entries; {@link #streamGroup} follows for each of its groups. */
    void streamState(StreamState state) throws IOException;

    /** A number of entries read that the source does not tell: what the position of the group says of it. */
    long ESTIMATED = -2;

    /**
     * Starts a group of a stream; {@link #streamPending} follows {@code pending} times, then {@link #streamConsumers}.
     *
     * @param lastId ID of the last entry that was delivered
     * @param entriesRead how many entries were ever read, -1 if it is not known, or {@link #ESTIMATED}
     */
    void streamGroup(Bytes name, StreamId lastId, long entriesRead, long pending) throws IOException;

    /** An entry that is pending in a group, in the order of IDs, delivered at a Unix time and so many times. */
    void streamPending(long millis, long sequence, long deliveredMillis, long deliveries) throws IOException;

    /** Starts the consumers of a group; {@link #streamConsumer} follows {@code consumers} times. */
    void streamConsumers(long consumers) throws IOException;

    /**
     * Starts a consumer; {@link #streamOwned} follows {@code pending} times.
     *
     * @param seenMillis Unix time when it last tried to read
     */
    void streamConsumer(Bytes name, long seenMillis, long pending) throws IOException;

    /** The ID of an entry that is pending for a consumer, in the order of IDs. */
    void streamOwned(long millis, long sequence) throws IOException;

    /**
     * A value of a plugin's own type.
     *
     * @param typeName the nine characters of the type's name
     * @param version the version of the type's format
     * @param value the parts that the type saved
     */
    void custom(String typeName, int version, SavedValue value) throws IOException;
}

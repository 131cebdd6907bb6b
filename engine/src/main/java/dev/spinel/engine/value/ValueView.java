package dev.spinel.engine.value;

import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A reusable typed view of the value in a {@link ValueCell}: what the keyspace may ask of a value of any type.
 *
 * <p>Engine thread only.
 */
public abstract class ValueView {
    /** Points the view at a value. */
    public abstract void bind(ValueCell cell);

    /**
     * Makes the bound cell an empty value, whatever it held. A cell that was made longer, for a value that is about to be
     * loaded, may stay so until then.
     */
    public abstract void init();

    /** Releases what the value holds outside its cell, before the record is freed. */
    public abstract void free();

    /** Makes the bound cell, which holds nothing yet, a copy of a value of the same type that shares nothing with it. */
    public abstract void copyFrom(ValueView source);

    /** Whether the value has no elements; a string never is. */
    public abstract boolean isEmpty();

    /** What OBJECT ENCODING answers. */
    public abstract String encodingName();

    /**
     * Tells the value as a whole; leaves views and cursors that it handed out valid.
     *
     * @throws IOException when the sink does
     */
    public abstract void tell(ValueSink sink) throws IOException;

    /**
     * Starts to tell the value as it is now, piece by piece.
     *
     * @return null, and nothing was told, if the value is not large and can only be told as a whole
     */
    public abstract @Nullable ValueCut cut(ValueSink sink) throws IOException;

    /** Bytes that the value holds outside its cell. */
    public abstract long externalBytes();

    /** Number of elements, the effort to free it: 1 for a string. */
    public abstract long elementCount();
}

package dev.spinel.engine.value;

import dev.spinel.api.data.CustomType;
import dev.spinel.api.data.ValueType;
import dev.spinel.engine.dataset.SavedValue;
import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;
import java.util.Objects;

/**
 * A value of a plugin's own type, kept by its handle like a large value. Engine thread only.
 *
 * @param <V> the class of the plugin's object
 */
public final class CustomValue<V> implements LargeValue {
    private final ValueType<V> type;
    private final CustomType<V> behaviour;
    private final V object;
    private long lastMemoryBytes;

    private CustomValue(ValueType<V> type, V object) {
        this.type = type;
        this.behaviour = Objects.requireNonNull(type.custom(), "custom type");
        this.object = type.view().cast(Objects.requireNonNull(object, "custom value"));
    }

    /** A new, empty value. */
    public static <V> CustomValue<V> create(ValueType<V> type) {
        return new CustomValue<>(
                type, Objects.requireNonNull(type.custom(), "custom type").create());
    }

    /**
     * The value that was saved in some version of its type's format.
     *
     * @throws RuntimeException whatever the plugin throws when that makes no sense to it
     */
    public static <V> CustomValue<V> load(ValueType<V> type, SavedValue saved, int version) {
        return new CustomValue<>(
                type, Objects.requireNonNull(type.custom(), "custom type").load(saved.input(), version));
    }

    /** A copy that shares nothing with this value. */
    CustomValue<V> copy() {
        SavedValue saved = new SavedValue();
        behaviour.save(object, saved);
        return new CustomValue<>(type, behaviour.load(saved.input(), behaviour.version()));
    }

    ValueType<V> type() {
        return type;
    }

    V object() {
        return object;
    }

    boolean isEmpty() {
        return behaviour.isEmpty(object);
    }

    long elementCount() {
        return behaviour.elementCount(object);
    }

    /** The plugin's object is the collector's. */
    @Override
    public boolean releasePiece() {
        return true;
    }

    @Override
    public void tell(ValueSink sink) throws IOException {
        SavedValue saved = new SavedValue();
        try {
            behaviour.save(object, saved);
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            throw new IOException("the plugin of type '" + type.name() + "' can't save a value: " + e, e);
        }
        sink.custom(type.name(), behaviour.version(), saved);
    }

    /** The plugin's object cannot be cut. */
    @Override
    public boolean startCut(ValueSink sink) {
        return false;
    }

    @Override
    public boolean advanceCut(int elements) {
        throw new IllegalStateException("cut of a custom value");
    }

    /** What the plugin says. The server also asks outside any command: a plugin that throws then leaves the last figure. */
    @Override
    public long heapBytes() {
        try {
            lastMemoryBytes = behaviour.memoryBytes(object);
        } catch (RuntimeException | LinkageError | StackOverflowError | AssertionError e) {
            return lastMemoryBytes;
        }
        return lastMemoryBytes;
    }
}

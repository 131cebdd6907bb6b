package dev.spinel.engine.value;

import dev.spinel.api.data.ValueType;
import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A view of values of plugins' own types: the cell holds the handle of a {@link CustomValue}. Engine thread only. */
public final class CustomView extends ValueView {
    private final ValueContext context;
    private ValueCell cell;
    private @Nullable CustomValue<?> value;

    /** Creates a view of a cell that holds no value yet; {@link #link} makes it usable. */
    public CustomView(ValueContext context, ValueCell cell) {
        this.context = context;
        this.cell = cell;
    }

    @Override
    public void bind(ValueCell bound) {
        cell = bound;
        value = cell.length() == 0 ? null : (CustomValue<?>) context.large.linkedFrom(cell);
    }

    /** Makes a value the content of the bound cell, which holds nothing yet. */
    public void link(CustomValue<?> newValue) {
        context.large.link(cell, newValue);
        value = newValue;
    }

    private CustomValue<?> value() {
        return Objects.requireNonNull(value, "custom value");
    }

    /** The type of the bound value. */
    public ValueType<?> type() {
        return value().type();
    }

    /** The object of the plugin. */
    public Object object() {
        return value().object();
    }

    /** A copy of the bound value that no cell holds. */
    public CustomValue<?> copyOfValue() {
        return value().copy();
    }

    /** Not for custom values, whose type the record does not tell: {@link #link} takes its place. */
    @Override
    public void init() {
        throw new UnsupportedOperationException("init of a custom value");
    }

    @Override
    public void free() {
        if (value != null) {
            context.large.release(cell);
            value = null;
        }
    }

    /** Not for custom values: a copy is made with {@link #copyOfValue} before there is a cell for it. */
    @Override
    public void copyFrom(ValueView source) {
        throw new UnsupportedOperationException("copyFrom of a custom value");
    }

    @Override
    public void tell(ValueSink sink) throws IOException {
        value().tell(sink);
    }

    @Override
    public @Nullable ValueCut cut(ValueSink sink) throws IOException {
        return context.large.cut(value(), sink);
    }

    @Override
    public boolean isEmpty() {
        return value().isEmpty();
    }

    @Override
    public String encodingName() {
        return "raw";
    }

    @Override
    public long externalBytes() {
        return value().heapBytes();
    }

    @Override
    public long elementCount() {
        return value().elementCount();
    }
}

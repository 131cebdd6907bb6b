package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamGroup;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamProducers;
import dev.spinel.api.data.StreamValue;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.SavedValue;
import dev.spinel.engine.dataset.StreamState;
import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;
import java.util.Collection;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A view of streams, whose cells hold the handle of a {@link LargeStream} whatever their size. */
public final class StreamView extends ValueView implements StreamValue {
    private final ValueContext context;
    private ValueCell cell;
    private @Nullable LargeStream stream;
    private @Nullable PendingGroup loadedGroup;
    private StreamGroup.@Nullable Consumer loadedConsumer;

    /** Creates a view of a cell, to which it must still be bound. */
    public StreamView(ValueContext context, ValueCell cell) {
        this.context = context;
        this.cell = cell;
    }

    @Override
    public void bind(ValueCell bound) {
        cell = bound;
        // The cell of a new key is empty until init.
        stream = cell.length() == 0 ? null : (LargeStream) context.large.linkedFrom(cell);
    }

    @Override
    public void init() {
        link(new LargeStream(context));
    }

    private void link(LargeStream linked) {
        context.large.link(cell, linked);
        stream = linked;
    }

    private LargeStream stream() {
        return Objects.requireNonNull(stream, "stream");
    }

    @Override
    public void free() {
        if (stream != null) {
            context.large.release(cell);
            stream = null;
        }
    }

    @Override
    public void copyFrom(ValueView source) {
        LargeStream copy = new LargeStream(context);
        copy.copyFrom(((StreamView) source).stream());
        link(copy);
    }

    /** Always false: a stream without entries stays. */
    @Override
    public boolean isEmpty() {
        return false;
    }

    @Override
    public String encodingName() {
        return "stream";
    }

    @Override
    public void tell(ValueSink sink) throws IOException {
        stream().tell(sink);
    }

    @Override
    public @Nullable ValueCut cut(ValueSink sink) throws IOException {
        return context.large.cut(stream(), sink);
    }

    @Override
    public long externalBytes() {
        return stream().memoryBytes();
    }

    @Override
    public long elementCount() {
        return Math.max(1, stream().nodes());
    }

    /** Adds a node that is loaded; false, and nothing happened, if it is malformed or out of order. */
    public boolean loadNode(StreamId id, Bytes listpack) {
        return stream().loadNode(id, listpack);
    }

    /** Takes what a stream is beside the nodes, which were loaded before; false if it does not fit them. */
    public boolean loadState(StreamState state) {
        return stream().loadState(state);
    }

    /** Takes what was saved of the idempotent producers of a stream that is new, or a piece of it. */
    public void loadProducers(SavedValue saved) throws InvalidDatasetException {
        stream().makeProducers().load(saved);
    }

    /** Adds a group that is loaded; false if it is there already. */
    public boolean loadGroup(Bytes name, StreamId lastId, long entriesRead) {
        if (stream().group(name) != null) {
            return false;
        }
        loadedGroup = stream()
                .createGroup(name, lastId, entriesRead == ValueSink.ESTIMATED ? entriesUpTo(lastId) : entriesRead);
        return true;
    }

    private PendingGroup loadedGroup() {
        return Objects.requireNonNull(loadedGroup, "group");
    }

    /** Adds a pending entry to the group loaded last, for no consumer yet; false if it is there already. */
    public boolean loadPending(long millis, long sequence, long deliveredMillis, long deliveries) {
        StreamId id = new StreamId(millis, sequence);
        if (id.compareTo(stream().lastId()) > 0) {
            stream().mayReturn(id);
        }
        return loadedGroup().loadPending(millis, sequence, deliveredMillis, deliveries);
    }

    /** Adds a consumer to the group loaded last; false if it is there already. */
    public boolean loadConsumer(Bytes name, long seenMillis) {
        if (loadedGroup().consumer(name) != null) {
            return false;
        }
        loadedConsumer = loadedGroup().createConsumer(name, seenMillis);
        return true;
    }

    /** Gives a pending entry to the consumer loaded last; false if there is none or it has another consumer. */
    public boolean loadOwned(long millis, long sequence) {
        return loadedGroup().loadOwner(millis, sequence, Objects.requireNonNull(loadedConsumer, "consumer"));
    }

    @Override
    public long size() {
        return stream().size();
    }

    @Override
    public StreamId lastId() {
        return stream().lastId();
    }

    @Override
    public void lastId(StreamId id) {
        stream().lastId(id);
    }

    @Override
    public StreamId firstId() {
        return stream().firstId();
    }

    @Override
    public StreamId maxDeletedId() {
        return stream().maxDeletedId();
    }

    @Override
    public void maxDeletedId(StreamId id) {
        stream().maxDeletedId(id);
    }

    @Override
    public long entriesAdded() {
        return stream().entriesAdded();
    }

    @Override
    public void entriesAdded(long entries) {
        stream().entriesAdded(entries);
    }

    @Override
    public long nodes() {
        return stream().nodes();
    }

    @Override
    public void append(StreamId id, Bytes[] strings, int first, int count) {
        stream().append(id, strings, first, count);
    }

    @Override
    public boolean delete(StreamId id) {
        return stream().delete(id);
    }

    @Override
    public long trimToSize(long maxSize, boolean wholeNodes, long limit) {
        return stream().trimToSize(maxSize, wholeNodes, limit);
    }

    @Override
    public long trimBelow(StreamId minId, boolean wholeNodes, long limit) {
        return stream().trimBelow(minId, wholeNodes, limit);
    }

    @Override
    public long trimmableToSize(long maxSize, long limit) {
        return stream().trimmable(maxSize, null, limit);
    }

    @Override
    public long trimmableBelow(StreamId minId, long limit) {
        return stream().trimmable(0, minId, limit);
    }

    @Override
    public Cursor cursor(StreamId from, StreamId to, boolean reversed) {
        return stream().cursor(from, to, reversed);
    }

    @Override
    public Collection<? extends StreamGroup> groups() {
        return stream().groups();
    }

    @Override
    public @Nullable StreamGroup group(Bytes name) {
        return stream().group(name);
    }

    @Override
    public StreamGroup createGroup(Bytes name, StreamId lastId, long entriesRead) {
        return stream().createGroup(name, lastId, entriesRead);
    }

    @Override
    public boolean removeGroup(Bytes name) {
        return stream().removeGroup(name);
    }

    @Override
    public @Nullable StreamProducers producers() {
        return stream().producers();
    }

    @Override
    public StreamProducers makeProducers() {
        return stream().makeProducers();
    }
}

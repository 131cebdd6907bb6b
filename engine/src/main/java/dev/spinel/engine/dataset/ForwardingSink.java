package dev.spinel.engine.dataset;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import java.io.IOException;

/** Passes values on to another sink, which may be another one for each key. */
public abstract class ForwardingSink implements DatasetSink {
    /** What takes the value of the key that came last. */
    protected abstract ValueSink target();

    @Override
    public void string(Bytes value) throws IOException {
        target().string(value);
    }

    @Override
    public void integer(long value) throws IOException {
        target().integer(value);
    }

    @Override
    public void list(long parts) throws IOException {
        target().list(parts);
    }

    @Override
    public void listPage(Bytes listpack) throws IOException {
        target().listPage(listpack);
    }

    @Override
    public void listElement(Bytes element) throws IOException {
        target().listElement(element);
    }

    @Override
    public void intset(Bytes intset) throws IOException {
        target().intset(intset);
    }

    @Override
    public void set(Bytes listpack) throws IOException {
        target().set(listpack);
    }

    @Override
    public void set(long members) throws IOException {
        target().set(members);
    }

    @Override
    public void member(Bytes member) throws IOException {
        target().member(member);
    }

    @Override
    public void hash(Bytes listpack) throws IOException {
        target().hash(listpack);
    }

    @Override
    public void hash(long fields) throws IOException {
        target().hash(fields);
    }

    @Override
    public void field(Bytes field, Bytes value) throws IOException {
        target().field(field, value);
    }

    @Override
    public void expiringHash(Bytes listpack) throws IOException {
        target().expiringHash(listpack);
    }

    @Override
    public void expiringHash(long fields, long earliestMillis) throws IOException {
        target().expiringHash(fields, earliestMillis);
    }

    @Override
    public void expiringField(Bytes field, Bytes value, long expiresAtMillis) throws IOException {
        target().expiringField(field, value, expiresAtMillis);
    }

    @Override
    public void sortedSet(Bytes listpack) throws IOException {
        target().sortedSet(listpack);
    }

    @Override
    public void sortedSet(long members) throws IOException {
        target().sortedSet(members);
    }

    @Override
    public void scored(Bytes member, double score) throws IOException {
        target().scored(member, score);
    }

    @Override
    public void streamProducers(SavedValue producers) throws IOException {
        target().streamProducers(producers);
    }

    @Override
    public void stream(long nodes) throws IOException {
        target().stream(nodes);
    }

    @Override
    public void streamNode(long millis, long sequence, Bytes listpack) throws IOException {
        target().streamNode(millis, sequence, listpack);
    }

    @Override
    public void streamState(StreamState state) throws IOException {
        target().streamState(state);
    }

    @Override
    public void streamGroup(Bytes name, StreamId lastId, long entriesRead, long pending) throws IOException {
        target().streamGroup(name, lastId, entriesRead, pending);
    }

    @Override
    public void streamPending(long millis, long sequence, long deliveredMillis, long deliveries) throws IOException {
        target().streamPending(millis, sequence, deliveredMillis, deliveries);
    }

    @Override
    public void streamConsumers(long consumers) throws IOException {
        target().streamConsumers(consumers);
    }

    @Override
    public void streamConsumer(Bytes name, long seenMillis, long pending) throws IOException {
        target().streamConsumer(name, seenMillis, pending);
    }

    @Override
    public void streamOwned(long millis, long sequence) throws IOException {
        target().streamOwned(millis, sequence);
    }

    @Override
    public void custom(String typeName, int version, SavedValue value) throws IOException {
        target().custom(typeName, version, value);
    }
}

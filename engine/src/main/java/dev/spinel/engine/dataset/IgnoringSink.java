package dev.spinel.engine.dataset;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import java.io.IOException;

/** Does nothing with what it is told, but for what a subclass takes. */
public class IgnoringSink implements DatasetSink {
    @Override
    public void announceExpiringFields() throws IOException {}

    @Override
    public void library(Bytes code) throws IOException {}

    @Override
    public void key(int database, Bytes key, long expiresAtMillis, long use) throws IOException {}

    @Override
    public void string(Bytes value) throws IOException {}

    @Override
    public void integer(long value) throws IOException {}

    @Override
    public void list(long parts) throws IOException {}

    @Override
    public void listPage(Bytes listpack) throws IOException {}

    @Override
    public void listElement(Bytes element) throws IOException {}

    @Override
    public void intset(Bytes intset) throws IOException {}

    @Override
    public void set(Bytes listpack) throws IOException {}

    @Override
    public void set(long members) throws IOException {}

    @Override
    public void member(Bytes member) throws IOException {}

    @Override
    public void hash(Bytes listpack) throws IOException {}

    @Override
    public void hash(long fields) throws IOException {}

    @Override
    public void field(Bytes field, Bytes value) throws IOException {}

    @Override
    public void expiringHash(Bytes listpack) throws IOException {}

    @Override
    public void expiringHash(long fields, long earliestMillis) throws IOException {}

    @Override
    public void expiringField(Bytes field, Bytes value, long expiresAtMillis) throws IOException {}

    @Override
    public void sortedSet(Bytes listpack) throws IOException {}

    @Override
    public void sortedSet(long members) throws IOException {}

    @Override
    public void scored(Bytes member, double score) throws IOException {}

    @Override
    public void streamProducers(SavedValue producers) throws IOException {}

    @Override
    public void stream(long nodes) throws IOException {}

    @Override
    public void streamNode(long millis, long sequence, Bytes listpack) throws IOException {}

    @Override
    public void streamState(StreamState state) throws IOException {}

    @Override
    public void streamGroup(Bytes name, StreamId lastId, long entriesRead, long pending) throws IOException {}

    @Override
    public void streamPending(long millis, long sequence, long deliveredMillis, long deliveries) throws IOException {}

    @Override
    public void streamConsumers(long consumers) throws IOException {}

    @Override
    public void streamConsumer(Bytes name, long seenMillis, long pending) throws IOException {}

    @Override
    public void streamOwned(long millis, long sequence) throws IOException {}

    @Override
    public void custom(String typeName, int version, SavedValue value) throws IOException {}
}

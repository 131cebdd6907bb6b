package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamProducers;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.SavedProducers;
import dev.spinel.engine.dataset.SavedValue;
import dev.spinel.engine.dataset.ValueSink;
import java.io.IOException;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The records of the idempotent producers of a stream: a few objects for each producer. */
final class ProducerRecords implements StreamProducers, SavedProducers.Receiver {
    /*
     * Records whose time is over go when their producer is asked for; whole producers, those that were asked for nothing for
     * the longest time first, when any producer adds something. So they take memory as long as a stream is left alone, at most.
     */
    private static final long MILLIS_PER_SECOND = 1000;

    /** Beside the producers. */
    private static final long OBJECT_BYTES = 136;

    /** A piece of what is told ends when it has so many bytes. */
    private static final int PIECE_BYTES = 64 << 10;

    /** Of a producer beside its name and records. */
    private static final long PRODUCER_BYTES = 112;

    private final EncodingLimits limits;
    private final HeapSum heap;
    /** By name; the one that was asked for last comes last. */
    private final LinkedHashMap<Bytes, Producer> producers = new LinkedHashMap<>(16, 0.75f, true);

    /** As set for the stream, or {@link #NOT_SET}. */
    private long durationSeconds = NOT_SET;
    /** As set for the stream, or {@link #NOT_SET}. */
    private long maxSize = NOT_SET;

    private long added;
    private long duplicates;

    private static final class Producer {
        private final RecordQueue records;
        private long lastMillis;

        Producer(RecordQueue records, long lastMillis) {
            this.records = records;
            this.lastMillis = lastMillis;
        }
    }

    /**
     * @param limits tells what the stream does not set itself
     * @param heap is told of what the records take
     */
    ProducerRecords(EncodingLimits limits, HeapSum heap) {
        this.limits = limits;
        this.heap = heap;
        heap.add(OBJECT_BYTES);
    }

    ProducerRecords(ProducerRecords source, HeapSum heap) {
        this(source.limits, heap);
        durationSeconds = source.durationSeconds;
        maxSize = source.maxSize;
        added = source.added;
        duplicates = source.duplicates;
        source.producers.forEach((name, producer) -> {
            put(name, new Producer(new RecordQueue(producer.records), producer.lastMillis));
            heap.add(producer.records.heapBytes());
        });
    }

    private void put(Bytes name, Producer producer) {
        producers.put(name, producer);
        heap.add(PRODUCER_BYTES + name.length());
    }

    /** Takes a producer that the map has no more out of the sum. */
    private void leave(Bytes name, Producer producer) {
        heap.add(-PRODUCER_BYTES - name.length() - producer.records.heapBytes());
    }

    @Override
    public long durationSeconds() {
        return durationSeconds == NOT_SET ? limits.streamIdmpDurationSeconds : durationSeconds;
    }

    @Override
    public long maxSize() {
        return maxSize == NOT_SET ? limits.streamIdmpMaxSize : maxSize;
    }

    @Override
    public boolean configure(long newDurationSeconds, long newMaxSize) {
        long durationBefore = durationSeconds();
        long maxSizeBefore = maxSize();
        boolean changes = (newDurationSeconds != NOT_SET && newDurationSeconds != durationSeconds)
                || (newMaxSize != NOT_SET && newMaxSize != maxSize);
        durationSeconds = newDurationSeconds == NOT_SET ? durationSeconds : newDurationSeconds;
        maxSize = newMaxSize == NOT_SET ? maxSize : newMaxSize;
        if (durationSeconds() != durationBefore || maxSize() != maxSizeBefore) {
            producers.forEach(this::leave);
            producers.clear();
        }
        return changes;
    }

    /** Whether the time of a record is over; the first number of an ID may be greater than any time. */
    private boolean isOver(long entryMillis, long nowMillis) {
        return entryMillis >= 0 && entryMillis <= nowMillis - MILLIS_PER_SECOND * durationSeconds();
    }

    private void expire(Producer producer, long nowMillis) {
        while (producer.records.count() > 0 && isOver(producer.records.firstMillis(), nowMillis)) {
            producer.records.removeFirst();
        }
    }

    @Override
    public @Nullable StreamId find(Bytes producerName, Bytes id, long nowMillis) {
        Producer producer = producers.get(producerName);
        if (producer == null) {
            return null;
        }
        expire(producer, nowMillis);
        return producer.records.find(id);
    }

    @Override
    public void reserve(Bytes producerName, Bytes id) {
        reserved(producerName, id);
    }

    /** The producer, with memory for a record. */
    private Producer reserved(Bytes producerName, Bytes id) {
        Producer producer = producers.get(producerName);
        if (producer != null) {
            long before = producer.records.heapBytes();
            producer.records.reserve(id);
            heap.add(producer.records.heapBytes() - before);
            return producer;
        }
        Producer created = new Producer(new RecordQueue(), 0);
        created.records.reserve(id);
        put(producerName.copy(), created);
        heap.add(created.records.heapBytes());
        return created;
    }

    @Override
    public void add(Bytes producerName, Bytes id, StreamId entry, long nowMillis) {
        record(producerName, id, entry);
        added++;
        Iterator<Map.Entry<Bytes, Producer>> longest = producers.entrySet().iterator();
        while (longest.hasNext()) {
            Map.Entry<Bytes, Producer> oldest = longest.next();
            if (!isOver(oldest.getValue().lastMillis, nowMillis)) {
                break;
            }
            leave(oldest.getKey(), oldest.getValue());
            longest.remove();
        }
    }

    @Override
    public void record(Bytes producerName, Bytes id, StreamId entry) {
        Producer producer = reserved(producerName, id);
        producer.lastMillis = entry.millis();
        producer.records.remove(id);
        while (producer.records.count() >= maxSize()) {
            producer.records.removeFirst();
        }
        producer.records.add(id, entry);
    }

    @Override
    public void settings(long savedDurationSeconds, long savedMaxSize, long savedAdded, long savedDuplicates) {
        configure(savedDurationSeconds, savedMaxSize);
        added = savedAdded;
        duplicates = savedDuplicates;
    }

    @Override
    public void countDuplicate() {
        duplicates++;
    }

    @Override
    public long added() {
        return added;
    }

    @Override
    public long duplicates() {
        return duplicates;
    }

    @Override
    public long producerCount(long nowMillis) {
        long found = 0;
        for (Producer producer : producers.values()) {
            expire(producer, nowMillis);
            found += producer.records.count() > 0 ? 1 : 0;
        }
        return found;
    }

    @Override
    public long recordCount(long nowMillis) {
        long found = 0;
        for (Producer producer : producers.values()) {
            expire(producer, nowMillis);
            found += producer.records.count();
        }
        return found;
    }

    /** Tells all of it, in pieces: first what is set, then the records of one producer each, or some of them. */
    void tell(ValueSink sink) throws IOException {
        sink.streamProducers(newPiece().value());
        for (Map.Entry<Bytes, Producer> producer : producers.entrySet()) {
            Telling telling = new Telling(producer.getKey(), sink);
            producer.getValue().records.forEach(telling);
            telling.end();
        }
    }

    private SavedProducers newPiece() {
        return new SavedProducers(durationSeconds, maxSize, added, duplicates);
    }

    /** Tells the records of one producer. */
    private final class Telling implements RecordQueue.Receiver {
        private final Bytes name;
        private final ValueSink sink;
        private @Nullable SavedProducers piece;

        Telling(Bytes name, ValueSink sink) {
            this.name = name;
            this.sink = sink;
        }

        @Override
        public void record(Bytes id, long millis, long sequence) throws IOException {
            SavedProducers current = piece == null ? newPiece() : piece;
            piece = current;
            current.record(name, id, millis, sequence);
            if (current.sizeBytes() >= PIECE_BYTES) {
                end();
            }
        }

        void end() throws IOException {
            if (piece != null) {
                sink.streamProducers(piece.value());
                piece = null;
            }
        }
    }

    /** Takes a piece of what was saved. */
    void load(SavedValue saved) throws InvalidDatasetException {
        SavedProducers.read(saved, this);
    }
}

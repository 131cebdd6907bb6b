package dev.spinel.engine.value;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamProducers;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.SavedProducers;
import dev.spinel.engine.dataset.SavedValue;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The records of the idempotent producers of a stream: a few objects for each producer. */
final class ProducerRecords implements StreamProducers, SavedProducers.Receiver {
    /*
     * Records whose time is over go when their producer is asked for; whole producers, those that have added nothing for the
     * longest time first, when any producer adds something. So they take memory as long as a stream is left alone, at most.
     */
    private static final long MILLIS_PER_SECOND = 1000;

    /** Beside the producers. */
    private static final long OBJECT_BYTES = 136;

    /** Of a producer beside its name and records. */
    private static final long PRODUCER_BYTES = 112;

    private final EncodingLimits limits;
    private final HeapSum heap;
    /** By name; the one that has added something last comes last. */
    private final LinkedHashMap<Bytes, Producer> producers = new LinkedHashMap<>();

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
    public void add(Bytes producerName, Bytes id, StreamId entry, long nowMillis) {
        Iterator<Map.Entry<Bytes, Producer>> longest = producers.entrySet().iterator();
        while (longest.hasNext()) {
            Map.Entry<Bytes, Producer> oldest = longest.next();
            if (!isOver(oldest.getValue().lastMillis, nowMillis)) {
                break;
            }
            leave(oldest.getKey(), oldest.getValue());
            longest.remove();
        }
        record(producerName, id, entry);
        added++;
    }

    @Override
    public void record(Bytes producerName, Bytes id, StreamId entry) {
        Producer producer = producers.remove(producerName);
        if (producer == null) {
            producer = new Producer(new RecordQueue(), 0);
            put(producerName.copy(), producer);
            heap.add(producer.records.heapBytes());
        } else {
            producers.put(producerName.copy(), producer);
        }
        producer.lastMillis = entry.millis();
        if (producer.records.replace(id, entry)) {
            return;
        }
        while (producer.records.count() >= maxSize()) {
            producer.records.removeFirst();
        }
        long before = producer.records.heapBytes();
        producer.records.add(id, entry);
        heap.add(producer.records.heapBytes() - before);
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

    /** All of it, for a file. */
    SavedValue save() {
        SavedProducers saved = new SavedProducers(durationSeconds, maxSize, added, duplicates);
        producers.forEach((name, producer) ->
                producer.records.forEach((id, millis, sequence) -> saved.record(name, id, millis, sequence)));
        return saved.value();
    }

    /** Takes what was saved; these records are new. */
    void load(SavedValue saved) throws InvalidDatasetException {
        SavedProducers.read(saved, this);
    }
}

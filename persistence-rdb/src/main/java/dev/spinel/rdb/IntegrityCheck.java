package dev.spinel.rdb;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.StreamId;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.SavedProducers;
import dev.spinel.engine.dataset.SavedValue;
import dev.spinel.engine.dataset.StreamState;

/** Takes values, looks at what the reader hands on as it is, and forgets them. One thread. */
final class IntegrityCheck implements DatasetSink {
    private static final int INTSET_HEADER_BYTES = 8;
    private static final int FIELD_VALUE_AND_TIME = 3;

    private final ListpackCursor cursor = new ListpackCursor();

    private void listpack(Bytes listpack, int groupSize) throws InvalidDatasetException {
        cursor.start(listpack);
        int count = cursor.count();
        if (count < 1 || count % groupSize != 0) {
            throw new InvalidDatasetException("Listpack integrity check failed.");
        }
    }

    @Override
    public void announceExpiringFields() {}

    @Override
    public void library(Bytes code) {}

    @Override
    public void intset(Bytes intset) throws InvalidDatasetException {
        long width = number(intset, 0);
        long count = number(intset, Integer.BYTES);
        boolean knownWidth = width == Short.BYTES || width == Integer.BYTES || width == Long.BYTES;
        if (!knownWidth || intset.length() != INTSET_HEADER_BYTES + width * count) {
            throw new InvalidDatasetException("Intset integrity check failed.");
        }
    }

    private static long number(Bytes bytes, int offset) {
        long value = 0;
        for (int i = Integer.BYTES - 1; i >= 0; i--) {
            value = (value << Byte.SIZE) | (bytes.at(offset + i) & 0xff);
        }
        return value;
    }

    @Override
    public void listPage(Bytes listpack) throws InvalidDatasetException {
        listpack(listpack, 1);
    }

    @Override
    public void set(Bytes listpack) throws InvalidDatasetException {
        listpack(listpack, 1);
    }

    @Override
    public void hash(Bytes listpack) throws InvalidDatasetException {
        listpack(listpack, 2);
    }

    /** Fields that expire come first, in the order of their times, and those that don't, with a 0, last. */
    @Override
    public void expiringHash(Bytes listpack) throws InvalidDatasetException {
        listpack(listpack, FIELD_VALUE_AND_TIME);
        long last = 1;
        for (int entry = 1; cursor.next(); entry++) {
            if (entry % FIELD_VALUE_AND_TIME == 0) {
                long time = cursor.number();
                if (!cursor.isNumber() || (time != 0 && (time < last || time > HashValue.MAX_EXPIRY_MILLIS))) {
                    throw new InvalidDatasetException("Listpack integrity check failed: fields not in order of expiry");
                }
                last = time == 0 ? Long.MAX_VALUE : time;
            }
        }
    }

    @Override
    public void expiringHash(long fields, long earliestMillis) {}

    @Override
    public void expiringField(Bytes field, Bytes value, long expiresAtMillis) throws InvalidDatasetException {
        if (expiresAtMillis <= 0) {
            throw new InvalidDatasetException("A field of a hash expires at " + expiresAtMillis);
        }
    }

    @Override
    public void sortedSet(Bytes listpack) throws InvalidDatasetException {
        listpack(listpack, 2);
    }

    @Override
    public void key(int database, Bytes key, long expiresAtMillis, long use) {}

    @Override
    public void string(Bytes value) {}

    @Override
    public void integer(long value) {}

    @Override
    public void list(long parts) {}

    @Override
    public void listElement(Bytes element) {}

    @Override
    public void set(long members) {}

    @Override
    public void member(Bytes member) {}

    @Override
    public void hash(long fields) {}

    @Override
    public void field(Bytes field, Bytes value) {}

    @Override
    public void sortedSet(long members) {}

    @Override
    public void scored(Bytes member, double score) {}

    @Override
    public void streamProducers(SavedValue producers) throws InvalidDatasetException {
        SavedProducers.read(producers, new SavedProducers.Receiver() {
            @Override
            public void settings(long durationSeconds, long maxSize, long added, long duplicates) {}

            @Override
            public void record(Bytes producer, Bytes id, StreamId entry) {}
        });
    }

    @Override
    public void stream(long nodes) {}

    @Override
    public void streamNode(long millis, long sequence, Bytes listpack) throws InvalidDatasetException {
        listpack(listpack, 1);
    }

    @Override
    public void streamState(StreamState state) {}

    @Override
    public void streamGroup(Bytes name, StreamId lastId, long entriesRead, long pending) {}

    @Override
    public void streamPending(long millis, long sequence, long deliveredMillis, long deliveries) {}

    @Override
    public void streamConsumers(long consumers) {}

    @Override
    public void streamConsumer(Bytes name, long seenMillis, long pending) {}

    @Override
    public void streamOwned(long millis, long sequence) {}

    @Override
    public void custom(String typeName, int version, SavedValue value) {}
}

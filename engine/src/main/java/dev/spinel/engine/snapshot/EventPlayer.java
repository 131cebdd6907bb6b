package dev.spinel.engine.snapshot;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.SavedValue;
import dev.spinel.engine.dataset.StreamState;
import java.io.IOException;

/** Tells a sink what an {@link EventRecorder} was told. One thread. */
final class EventPlayer {
    /** How much is told in some 20 microseconds. */
    private static final int BREAK_BYTES = 2 << 10;

    private final Runnable beforeKey;
    private final Runnable atBreak;
    private final Bytes first = new Bytes();
    private final Bytes second = new Bytes();
    private byte[] bytes = new byte[0];
    private int at;

    /** A player that goes on without waiting. */
    EventPlayer() {
        this(() -> {}, () -> {});
    }

    /**
     * A player that may leave the processor to others.
     *
     * @param beforeKey runs before each key that is told
     * @param atBreak runs after every {@value #BREAK_BYTES} bytes or so
     */
    EventPlayer(Runnable beforeKey, Runnable atBreak) {
        this.beforeKey = beforeKey;
        this.atBreak = atBreak;
    }

    /** Tells the events of a chunk. */
    void play(EventRecorder.Chunk chunk, DatasetSink sink) throws IOException {
        bytes = chunk.bytes();
        at = 0;
        int breakAt = BREAK_BYTES;
        while (at < chunk.length()) {
            if (at >= breakAt) {
                breakAt = at + BREAK_BYTES;
                atBreak.run();
            }
            byte event = bytes[at++];
            if (event == EventRecorder.LONG_STRING) {
                sink.longString(chunk.pieces());
            } else {
                playEvent(event, sink);
            }
        }
    }

    private void playEvent(byte event, DatasetSink sink) throws IOException {
        switch (event) {
            case EventRecorder.KEY -> {
                beforeKey.run();
                sink.key(readInt(), read(first), readLong(), readLong());
            }
            case EventRecorder.EXPECTED_KEYS -> sink.expectKeys(readInt(), readLong(), readLong());
            case EventRecorder.LIBRARY -> sink.library(read(first));
            case EventRecorder.STRING -> sink.string(read(first));
            case EventRecorder.INTEGER -> sink.integer(readLong());
            case EventRecorder.LIST -> sink.list(readLong());
            case EventRecorder.LIST_PAGE -> sink.listPage(read(first));
            case EventRecorder.LIST_ELEMENT -> sink.listElement(read(first));
            case EventRecorder.INTSET -> sink.intset(read(first));
            case EventRecorder.SET_PACKED -> sink.set(read(first));
            case EventRecorder.SET -> sink.set(readLong());
            case EventRecorder.MEMBER -> sink.member(read(first));
            case EventRecorder.HASH_PACKED -> sink.hash(read(first));
            case EventRecorder.HASH -> sink.hash(readLong());
            case EventRecorder.FIELD -> sink.field(read(first), read(second));
            case EventRecorder.EXPIRING_FIELDS -> sink.announceExpiringFields();
            case EventRecorder.EXPIRING_HASH_PACKED -> sink.expiringHash(read(first));
            case EventRecorder.EXPIRING_HASH -> sink.expiringHash(readLong(), readLong());
            case EventRecorder.EXPIRING_FIELD -> sink.expiringField(read(first), read(second), readLong());
            case EventRecorder.SORTED_SET_PACKED -> sink.sortedSet(read(first));
            case EventRecorder.SORTED_SET -> sink.sortedSet(readLong());
            case EventRecorder.SCORED -> sink.scored(read(first), Double.longBitsToDouble(readLong()));
            case EventRecorder.STREAM_PRODUCERS -> sink.streamProducers(SavedValue.of(read(first)));
            case EventRecorder.STREAM -> sink.stream(readLong());
            case EventRecorder.STREAM_NODE -> sink.streamNode(readLong(), readLong(), read(first));
            case EventRecorder.STREAM_STATE ->
                sink.streamState(new StreamState(readLong(), readId(), readId(), readId(), readLong(), readLong()));
            case EventRecorder.STREAM_GROUP -> sink.streamGroup(read(first), readId(), readLong(), readLong());
            case EventRecorder.STREAM_PENDING -> sink.streamPending(readLong(), readLong(), readLong(), readLong());
            case EventRecorder.STREAM_CONSUMERS -> sink.streamConsumers(readLong());
            case EventRecorder.STREAM_CONSUMER -> sink.streamConsumer(read(first), readLong(), readLong());
            case EventRecorder.STREAM_OWNED -> sink.streamOwned(readLong(), readLong());
            case EventRecorder.CUSTOM -> sink.custom(read(first).toString(), readInt(), SavedValue.of(read(second)));
            default -> throw new IllegalStateException("event " + event + " at " + (at - 1));
        }
    }

    private int readInt() {
        return (int) readLong();
    }

    private long readLong() {
        byte next = bytes[at++];
        long value = next & 0x7f;
        for (int shift = 7; next < 0; shift += 7) {
            next = bytes[at++];
            value |= (next & 0x7fL) << shift;
        }
        return (value >>> 1) ^ -(value & 1);
    }

    private StreamId readId() {
        return new StreamId(readLong(), readLong());
    }

    private Bytes read(Bytes view) {
        int length = readInt();
        view.set(bytes, at, length);
        at += length;
        return view;
    }
}

package dev.spinel.patterns.cache;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The copies of a near cache: a bounded map, those not used for longest going first. Thread-safe.
 *
 * <p>A copy and the message that ends it come on different connections, in any order. So a place is reserved before the entry is asked
 * for, and only a place that is still there is filled: a message that comes between question and answer takes the place away, and one that comes
 * after the answer takes the copy. Either way no copy outlives the message. Questions that overlap share a place, as that of the first one proves
 * as much for those after it: each answer fills it, so that also what is asked for all the time is copied.
 *
 * <p>Split into segments with a lock each, as every use moves a copy to the end of its queue; not into such small ones that keys which
 * meet by chance push each other out.
 */
final class NearEntries<V> {
    private static final int MAX_SEGMENTS = 16;
    private static final int MIN_PLACES_PER_SEGMENT = 16;

    /** A power of two of them. */
    private final List<Segment<V>> segments = new ArrayList<>(MAX_SEGMENTS);

    NearEntries(int maxEntries) {
        int wanted = Math.max(1, Math.min(MAX_SEGMENTS, maxEntries / MIN_PLACES_PER_SEGMENT));
        int count = Integer.highestOneBit(wanted);
        for (int i = 0; i < count; i++) {
            segments.add(new Segment<>(maxEntries / count + (i < maxEntries % count ? 1 : 0)));
        }
    }

    /**
     * What is known of an entry.
     *
     * @param value empty if the source has none
     */
    record Copy<V>(Optional<V> value) {}

    /** A place for a copy, told apart from others by identity; guarded by the lock of its segment. */
    static final class Place<V> {
        private final long reservedNanos;
        private long untilNanos;
        private @Nullable Copy<V> copy;

        private Place(long reservedNanos) {
            this.reservedNanos = reservedNanos;
            untilNanos = reservedNanos;
        }

        long reservedNanos() {
            return reservedNanos;
        }
    }

    private static final class Segment<V> {
        final ReentrantLock lock = new ReentrantLock();
        final Map<String, Place<V>> places = new LinkedHashMap<>(16, 0.75f, true);
        final int maxPlaces;

        Segment(int maxPlaces) {
            this.maxPlaces = maxPlaces;
        }
    }

    private Segment<V> segment(String key) {
        int hash = key.hashCode();
        return segments.get((hash ^ (hash >>> 16)) & (segments.size() - 1));
    }

    /** The copy of a key, unless its time is over. */
    @Nullable
    Copy<V> find(String key, long nowNanos) {
        Segment<V> segment = segment(key);
        segment.lock.lock();
        try {
            Place<V> place = segment.places.get(key);
            return place == null || nowNanos - place.untilNanos >= 0 ? null : place.copy;
        } finally {
            segment.lock.unlock();
        }
    }

    /** Reserves a place, to be filled or given back: the one that is there, unless the time of its copy is over. */
    Place<V> reserve(String key, long nowNanos) {
        Segment<V> segment = segment(key);
        segment.lock.lock();
        try {
            Place<V> present = segment.places.get(key);
            if (present != null && (present.copy == null || nowNanos - present.untilNanos < 0)) {
                return present;
            }
            Place<V> place = new Place<>(nowNanos);
            segment.places.put(key, place);
            if (segment.places.size() > segment.maxPlaces) {
                var oldest = segment.places.keySet().iterator();
                oldest.next();
                oldest.remove();
            }
            return place;
        } finally {
            segment.lock.unlock();
        }
    }

    /** Fills a place, unless it was taken away. */
    void fill(String key, Place<V> place, Optional<V> value, long untilNanos) {
        Segment<V> segment = segment(key);
        segment.lock.lock();
        try {
            if (segment.places.get(key) == place) {
                place.copy = new Copy<>(value);
                place.untilNanos = untilNanos;
            }
        } finally {
            segment.lock.unlock();
        }
    }

    /** Gives a place back, unless somebody else filled it. */
    void giveBack(String key, Place<V> place) {
        Segment<V> segment = segment(key);
        segment.lock.lock();
        try {
            if (place.copy == null) {
                segment.places.remove(key, place);
            }
        } finally {
            segment.lock.unlock();
        }
    }

    /** Takes away the copy of a key, and a place that is reserved for it. */
    void drop(String key) {
        Segment<V> segment = segment(key);
        segment.lock.lock();
        try {
            segment.places.remove(key);
        } finally {
            segment.lock.unlock();
        }
    }

    /** Takes away all copies and places. */
    void clear() {
        for (Segment<V> segment : segments) {
            segment.lock.lock();
            try {
                segment.places.clear();
            } finally {
                segment.lock.unlock();
            }
        }
    }

    /** How many copies and places there are. */
    int size() {
        int size = 0;
        for (Segment<V> segment : segments) {
            segment.lock.lock();
            try {
                size += segment.places.size();
            } finally {
                segment.lock.unlock();
            }
        }
        return size;
    }
}

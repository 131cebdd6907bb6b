package dev.spinel.patterns.topic;

/** Messages of a topic that a subscriber did not get, and never will. */
public sealed interface Gap {
    /**
     * So many messages, from the first to the last, both included.
     *
     * @param first its number
     * @param last its number
     */
    record Missed(long first, long last) implements Gap {
        /** How many. */
        public long count() {
            return last - first + 1;
        }
    }

    /**
     * Nobody knows how many, as the numbers began anew or went back: the server lost its data, or the last of them in a failover.
     *
     * @param after the number of the last message that the subscriber knew of
     */
    record Unknown(long after) implements Gap {}
}

package dev.spinel.engine.value;

import dev.spinel.api.data.StreamProducers;

/**
 * Up to which sizes collections stay in their compact encodings, and what streams keep of idempotent producers, as set by the
 * configuration.
 *
 * <p>One instance is shared by all views and changed by CONFIG SET. Engine thread only. Names and defaults are those of
 * Redis 7, for producers of 8.6.
 */
public final class EncodingLimits {
    int hashMaxListpackEntries = 128;
    int hashMaxListpackValue = 64;
    int setMaxIntsetEntries = 512;
    int setMaxListpackEntries = 128;
    int setMaxListpackValue = 64;
    int zsetMaxListpackEntries = 128;
    int zsetMaxListpackValue = 64;
    int listMaxListpackSize = -2;
    int listCompressDepth;
    long streamNodeMaxBytes = 4096;
    long streamNodeMaxEntries = 100;
    long streamIdmpDurationSeconds = StreamProducers.DEFAULT_DURATION_SECONDS;
    long streamIdmpMaxSize = StreamProducers.DEFAULT_MAX_SIZE;

    public void hashMaxListpackEntries(int entries) {
        hashMaxListpackEntries = entries;
    }

    public void hashMaxListpackValue(int bytes) {
        hashMaxListpackValue = bytes;
    }

    public void setMaxIntsetEntries(int entries) {
        setMaxIntsetEntries = entries;
    }

    public void setMaxListpackEntries(int entries) {
        setMaxListpackEntries = entries;
    }

    public void setMaxListpackValue(int bytes) {
        setMaxListpackValue = bytes;
    }

    public void zsetMaxListpackEntries(int entries) {
        zsetMaxListpackEntries = entries;
    }

    public void zsetMaxListpackValue(int bytes) {
        zsetMaxListpackValue = bytes;
    }

    /** Positive: elements per page; -1 to -5: 4, 8, 16, 32, 64 KiB per page. */
    public void listMaxListpackSize(int size) {
        listMaxListpackSize = size;
    }

    /** Bytes of a node of a stream, 0 without limit. */
    public void streamNodeMaxBytes(long bytes) {
        streamNodeMaxBytes = bytes;
    }

    /** Entries of a node of a stream, 0 without limit. */
    public void streamNodeMaxEntries(long entries) {
        streamNodeMaxEntries = entries;
    }

    /** How long the records of idempotent producers are kept in streams that do not say. */
    public void streamIdmpDurationSeconds(long seconds) {
        streamIdmpDurationSeconds = seconds;
    }

    /** How many records of an idempotent producer are kept in streams that do not say. */
    public void streamIdmpMaxSize(long records) {
        streamIdmpMaxSize = records;
    }

    public void listCompressDepth(int depth) {
        listCompressDepth = depth;
    }
}

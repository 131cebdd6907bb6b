package dev.spinel.resp.codec;

/**
 * What a request may announce at most; shared by the decoders of one server and changed by CONFIG SET.
 *
 * <p>Changed by one thread; any thread may read.
 */
public final class RequestLimits {
    /** The default of {@code proto-max-bulk-len}: 512 MiB. */
    public static final long DEFAULT_MAX_BULK_BYTES = 512L << 20;

    private volatile long maxBulkBytes = DEFAULT_MAX_BULK_BYTES;

    /** The length in bytes up to which an argument is accepted ({@code proto-max-bulk-len}). */
    public long maxBulkBytes() {
        return maxBulkBytes;
    }

    /** Sets {@link #maxBulkBytes()}; more than an array can hold counts as that. */
    public void maxBulkBytes(long bytes) {
        maxBulkBytes = bytes;
    }
}

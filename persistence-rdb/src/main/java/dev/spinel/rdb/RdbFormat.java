package dev.spinel.rdb;

import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.dataset.DatasetFormat;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Redis's RDB format: reads what Redis up to 8.0 and Valkey up to 9 write, and writes version 10, which Redis 7.0 reads,
 * or, if fields of hashes expire, version 12 of Redis 7.4 or, where that is asked for, version 80 of Valkey 9.
 *
 * <p>Any thread, but for {@link #connect}; a writer or reader belongs to one thread.
 */
public final class RdbFormat implements DatasetFormat {
    private static final int MILLIS_PER_SECOND = 1000;
    private static final double BYTES_PER_MIB = 1 << 20;

    private final String redisVersion;
    private final LongSupplier unixMillis;
    private volatile boolean compressing = true;
    private volatile boolean summing = true;
    private volatile boolean skippingChecksums;
    private volatile boolean takingAnyVersion;
    private volatile boolean forValkey;
    private volatile Consumer<String> log = line -> {};

    /**
     * A format that compresses and sums up, and says nothing.
     *
     * @param redisVersion the version of Redis that files name as their origin
     * @param unixMillis Unix time in milliseconds
     */
    public RdbFormat(String redisVersion, LongSupplier unixMillis) {
        this.redisVersion = redisVersion;
        this.unixMillis = unixMillis;
    }

    /**
     * Follows {@code rdbcompression}, {@code rdbchecksum}, {@code rdb-version-check} and {@code rdb-field-expiry-format}, and
     * logs what files tell. Engine thread.
     */
    void connect(ConfigRegistry config, Consumer<String> newLog) {
        config.bind("rdbcompression", value -> compressing = value.isYes());
        config.bind("rdbchecksum", value -> summing = value.isYes());
        config.bind(
                "rdb-version-check", value -> takingAnyVersion = value.text().equals("relaxed"));
        config.bind("rdb-field-expiry-format", value -> forValkey = value.text().equals("valkey"));
        log = newLog;
    }

    boolean isCompressing() {
        return compressing;
    }

    /** Sets whether wrong checksums are accepted, in files and payloads (DEBUG SET-SKIP-CHECKSUM-VALIDATION). */
    void skipChecksums(boolean value) {
        skippingChecksums = value;
    }

    boolean isSkippingChecksums() {
        return skippingChecksums;
    }

    /** Whether files and payloads of unknown versions are read as far as what is in them is known. */
    boolean isTakingAnyVersion() {
        return takingAnyVersion;
    }

    /** Whether hashes whose fields expire are written as Valkey does, not as Redis does. */
    boolean isForValkey() {
        return forValkey;
    }

    /** Adds a line to the server's log. */
    void log(String line) {
        log.accept(line);
    }

    @Override
    public DatasetFormat.Writer writer(OutputStream out, boolean logBase) {
        Runtime runtime = Runtime.getRuntime();
        return new RdbWriter(
                new RdbOutput(out, compressing, summing),
                new RdbWriter.About(
                        redisVersion,
                        unixMillis.getAsLong() / MILLIS_PER_SECOND,
                        runtime.totalMemory() - runtime.freeMemory(),
                        logBase),
                forValkey);
    }

    @Override
    public RdbReader reader(InputStream in, String name) {
        return new RdbReader(new RdbInput(in), name, summing && !skippingChecksums, takingAnyVersion, new Origin());
    }

    /** Logs where a file comes from. */
    private final class Origin implements RdbReader.Observer {
        @Override
        public void about(String name, String value) {
            switch (name) {
                case "redis-ver" -> log.accept("Loading RDB produced by version " + value);
                case "valkey-ver" -> log.accept("Loading RDB produced by Valkey version " + value);
                case "ctime" ->
                    log.accept("RDB age " + Math.max(0, unixMillis.getAsLong() / MILLIS_PER_SECOND - number(value))
                            + " seconds");
                case "used-mem" ->
                    log.accept(String.format(
                            Locale.ROOT, "RDB memory usage when created %.2f Mb", number(value) / BYTES_PER_MIB));
                case "aof-base" -> {
                    if (number(value) != 0) {
                        log.accept("RDB is base AOF");
                    }
                }
                default -> {
                    // Whoever writes a field may expect others not to know it.
                }
            }
        }

        private static long number(String text) {
            try {
                return Long.parseLong(text);
            } catch (NumberFormatException e) {
                return 0;
            }
        }

        @Override
        public void warning(String text) {
            log.accept(text);
        }

        @Override
        public void ended(boolean withChecksum) {
            if (!withChecksum && summing) {
                log.accept("RDB file was saved with checksum disabled: no check performed.");
            }
        }
    }
}

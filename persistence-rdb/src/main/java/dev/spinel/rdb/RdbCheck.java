package dev.spinel.rdb;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.InvalidDatasetException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The program {@code spinel-check-rdb}: reads a file to its end, tells what is in it and where the first damage is, in the words of
 * redis-check-rdb, so that scripts that read those go on working.
 */
public final class RdbCheck {
    private static final int MAX_QUOTED_BYTES = 128;
    private static final int PERCENT = 100;
    private static final long PROGRESS_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final String CHECKSUM_ERROR = "RDB CRC error";
    private static final String EARLY_END = "Short read";

    private final PrintStream out;
    private final LongSupplier unixMillis;
    private final LongSupplier nanos;
    private long keys;
    private long keysWithExpiry;
    private long keysExpired;

    /**
     * A check.
     *
     * @param out takes the report
     * @param unixMillis Unix time in milliseconds, by which keys are expired
     * @param nanos a steady clock, by which progress is told every five seconds
     */
    RdbCheck(PrintStream out, LongSupplier unixMillis, LongSupplier nanos) {
        this.out = out;
        this.unixMillis = unixMillis;
        this.nanos = nanos;
    }

    /** Checks the file that the one argument names; exits with 0 if it is in order, otherwise with 1. */
    public static void main(String[] arguments) {
        String first = arguments.length == 1 ? arguments[0] : "";
        if (first.equals("-v") || first.equals("--version")) {
            String version = RdbCheck.class.getPackage().getImplementationVersion();
            System.out.println("spinel-check-rdb " + (version == null ? "dev" : version));
        } else if (first.isEmpty() || first.equals("-h") || first.equals("--help")) {
            (first.isEmpty() ? System.err : System.out).println("Usage: spinel-check-rdb <rdb-file-name>");
            System.exit(first.isEmpty() ? 1 : 0);
        } else {
            RdbCheck check = new RdbCheck(System.out, System::currentTimeMillis, System::nanoTime);
            System.exit(check.check(Path.of(first)) ? 0 : 1);
        }
    }

    /** Checks a file and prints the report; tells whether the file is in order. */
    boolean check(Path file) {
        out.println("[offset 0] Checking RDB file " + file);
        try (InputStream in = Files.newInputStream(file)) {
            boolean intact = new Run(in, file.toString(), Files.size(file)).check();
            out.println("[info] " + keys + " keys read");
            out.println("[info] " + keysWithExpiry + " expires");
            out.println("[info] " + keysExpired + " already expired");
            return intact;
        } catch (IOException e) {
            out.println("Can't read " + file + ": " + RdbFile.reason(e));
            return false;
        }
    }

    /** The check of one file. */
    private final class Run implements RdbReader.Observer {
        private final RdbReader reader;
        private final long totalBytes;
        private final IntegrityCheck sink = new IntegrityCheck();
        private String doing = "start";
        /** The key whose value is being read; what it shows is valid until the next one is. */
        private @Nullable Bytes key;

        private int type;
        private long progressNanos = nanos.getAsLong();

        Run(InputStream in, String name, long totalBytes) {
            this.reader = new RdbReader(new RdbInput(in), name, true, false, this);
            this.totalBytes = totalBytes;
        }

        boolean check() throws IOException {
            try {
                while (reader.next(sink)) {
                    key = null;
                    doing = "read-type";
                    tellProgress();
                }
            } catch (InvalidDatasetException e) {
                tellDamage(e.getCause() == null ? e : e.getCause());
                return false;
            }
            print("\\o/ RDB looks OK! \\o/");
            return true;
        }

        private void print(String text) {
            out.println("[offset " + reader.position() + "] " + text);
        }

        private void tellProgress() {
            if (nanos.getAsLong() - progressNanos >= PROGRESS_NANOS) {
                progressNanos = nanos.getAsLong();
                long percent = totalBytes == 0 ? PERCENT : PERCENT * reader.position() / totalBytes;
                print(percent + "% checked, " + keys + " keys read");
            }
        }

        private void tellDamage(Throwable damage) {
            String text = String.valueOf(damage.getMessage());
            if (text.startsWith(CHECKSUM_ERROR)) {
                text = CHECKSUM_ERROR;
                doing = "check-sum";
            } else if (text.startsWith(EARLY_END)) {
                text = "Unexpected EOF reading RDB file";
            }
            out.println("--- RDB ERROR DETECTED ---");
            print(text);
            out.println("[additional info] While doing: " + doing);
            if (key != null) {
                out.println("[additional info] Reading key '" + key.quotable(MAX_QUOTED_BYTES) + "'");
                out.println("[additional info] Reading type " + type + " (" + RdbType.name(type) + ")");
            }
        }

        @Override
        public void about(String name, String value) {
            doing = "read-type";
            print("AUX FIELD " + name + " = '" + value + "'");
        }

        @Override
        public void warning(String text) {
            print(text);
        }

        @Override
        public void unsupported(String what) {
            print("This is a " + what + ", which this server does not support");
        }

        @Override
        public void database(int index) {
            doing = "read-type";
            print("Selecting DB ID " + index);
        }

        @Override
        public void value(int newType, Bytes newKey, long expiresAtMillis) {
            doing = "read-object-value";
            type = newType;
            key = newKey;
            keys++;
            if (expiresAtMillis != DatasetSink.NO_EXPIRY) {
                keysWithExpiry++;
                keysExpired += expiresAtMillis < unixMillis.getAsLong() ? 1 : 0;
            }
        }

        @Override
        public void ended(boolean withChecksum) {
            if (withChecksum) {
                print("Checksum OK");
            } else {
                print("RDB file was saved with checksum disabled: no check performed.");
            }
        }
    }
}

package dev.spinel.rdb;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.KeyUse;
import dev.spinel.engine.snapshot.ValueTransfer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** DUMP, RESTORE and RESTORE-ASKING. Engine thread only. */
final class DumpCommands {
    private static final int MAX_FREQUENCY = 255;
    private static final Bytes ABSTTL = Bytes.of("ABSTTL");
    private static final Bytes DEL = Bytes.of("DEL");

    private final RdbFormat format;
    private final ValueTransfer values;
    private final LongSupplier unclaimedDataBytes;

    /** @param unclaimedDataBytes by how many bytes of the heap the data may still grow */
    DumpCommands(RdbFormat format, ValueTransfer values, LongSupplier unclaimedDataBytes) {
        this.format = format;
        this.values = values;
        this.unclaimedDataBytes = unclaimedDataBytes;
    }

    /** How long a string may be that is in the heap twice: as it was read, and as the value of a key. */
    private long roomBytes() {
        Runtime runtime = Runtime.getRuntime();
        long unusedBytes = runtime.maxMemory() - runtime.totalMemory() + runtime.freeMemory();
        return Math.max(unusedBytes, unclaimedDataBytes.getAsLong()) / 2;
    }

    void dump(Call call) {
        byte[] payload = call.keys().exists(call.arg(1)) ? payload(call.keys(), call.arg(1)) : null;
        if (payload == null) {
            call.reply().nil();
        } else {
            call.reply().bulk(payload, 0, payload.length);
        }
    }

    /** The payload of a key's value, null if there is no such key. */
    byte @Nullable [] payload(Keyspace keyspace, Bytes key) {
        try {
            return DumpPayload.of(
                    sink -> values.tell(keyspace, key, sink), format.isCompressing(), format.isForValkey());
        } catch (IOException e) {
            throw new UncheckedIOException("a payload in memory cannot be written", e);
        }
    }

    /** The options of RESTORE. */
    private static final class Options {
        private boolean replace;
        private boolean absolute;
        private long use = KeyUse.UNKNOWN;

        static Options parse(Call call) {
            Options options = new Options();
            for (int i = 4; i < call.argCount(); i++) {
                boolean hasValue = i + 1 < call.argCount();
                if (call.argIs(i, "REPLACE")) {
                    options.replace = true;
                } else if (call.argIs(i, "ABSTTL")) {
                    options.absolute = true;
                } else if (call.argIs(i, "IDLETIME") && hasValue && !KeyUse.isFrequency(options.use)) {
                    long idleSeconds = call.integerArg(++i);
                    if (idleSeconds < 0) {
                        throw Errors.err("Invalid IDLETIME value, must be >= 0");
                    }
                    options.use = KeyUse.idle(idleSeconds);
                } else if (call.argIs(i, "FREQ") && hasValue && !KeyUse.isIdle(options.use)) {
                    long frequency = call.integerArg(++i);
                    if (frequency < 0 || frequency > MAX_FREQUENCY) {
                        throw Errors.err("Invalid FREQ value, must be >= 0 and <= 255");
                    }
                    options.use = KeyUse.frequency((int) frequency);
                } else {
                    throw Errors.syntax();
                }
            }
            return options;
        }
    }

    void restore(Call call) {
        Options options = Options.parse(call);
        Keyspace keyspace = call.keys();
        Bytes key = call.arg(1);
        Bytes payload = call.arg(3);
        boolean exists = keyspace.typeOf(key) != null;
        if (exists && !options.replace) {
            throw new CommandException("BUSYKEY Target key name already exists.");
        }
        long timeToLive = call.integerArg(2);
        if (timeToLive < 0) {
            throw Errors.err("Invalid TTL value, must be >= 0");
        }
        if (!DumpPayload.isAcceptable(payload, format.isTakingAnyVersion(), format.isSkippingChecksums())) {
            throw Errors.err("DUMP payload version or checksum are wrong");
        }
        long expiresAtMillis = timeToLive;
        if (timeToLive != 0 && !options.absolute) {
            expiresAtMillis =
                    timeToLive > Long.MAX_VALUE - call.nowMillis() ? Long.MAX_VALUE : timeToLive + call.nowMillis();
        }
        boolean expired = timeToLive != 0 && keyspace.isPast(expiresAtMillis);
        read(payload);
        if (expired) {
            values.drop();
            restoreExpired(call, keyspace, key, exists);
            return;
        }
        values.put(keyspace, key, timeToLive == 0 ? Keyspace.NO_EXPIRY : expiresAtMillis, options.use);
        call.changed(key, KeyEvent.GENERIC, "restore");
        if (timeToLive != 0 && !options.absolute) {
            propagateAbsolute(call, expiresAtMillis);
        }
        call.reply().ok();
    }

    /** Has the engine take the value, which no key holds yet. */
    private void read(Bytes payload) {
        boolean complete = false;
        try {
            DumpPayload.read(payload, values.begin(), this::roomBytes);
            complete = true;
        } catch (InvalidDatasetException e) {
            format.log("RESTORE refuses a payload: " + e.getMessage());
            throw Errors.err("Bad data format");
        } catch (IOException e) {
            throw new UncheckedIOException("a payload in memory cannot be read", e);
        } finally {
            if (!complete) {
                values.drop();
            }
        }
    }

    /** What comes of a key whose time is over already: the one before is gone all the same. */
    private static void restoreExpired(Call call, Keyspace keyspace, Bytes key, boolean exists) {
        if (exists) {
            keyspace.remove(key);
            call.changed(key, KeyEvent.GENERIC, "del");
            call.propagateAs(DEL, key);
        }
        call.reply().ok();
    }

    /** Propagates the command with a point in time in place of a time to live. */
    private static void propagateAbsolute(Call call, long expiresAtMillis) {
        Bytes[] effect = new Bytes[call.argCount() + 1];
        for (int i = 0; i < call.argCount(); i++) {
            effect[i] = call.arg(i);
        }
        effect[2] = Bytes.of(Long.toString(expiresAtMillis));
        effect[call.argCount()] = ABSTTL;
        call.propagateAs(effect);
    }
}

package dev.spinel.engine.command.stream;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamProducers;
import dev.spinel.api.data.StreamValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.Errors;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** XCFGSET and XIDMPRECORD, and what XADD has to do with them. */
final class StreamIdempotence {
    private static final int KEY = 1;
    private static final int PRODUCER = 2;
    private static final int ID = 3;
    private static final int ENTRY = 4;

    private static final Bytes XIDMPRECORD = Bytes.of("XIDMPRECORD");

    private StreamIdempotence() {}

    private static StreamValue stream(Call call) {
        StreamValue stream = call.keys().modify(ValueType.STREAM, call.arg(KEY));
        if (stream == null) {
            throw Errors.noSuchKey();
        }
        return stream;
    }

    static void xcfgset(Call call) {
        if (call.argCount() == 2) {
            throw Errors.err("At least one parameter must be specified");
        }
        long duration = StreamProducers.NOT_SET;
        long maxSize = StreamProducers.NOT_SET;
        for (int i = 2; i < call.argCount(); i += 2) {
            boolean more = i + 1 < call.argCount();
            if (more && call.argIs(i, "IDMP-DURATION")) {
                duration = between(call, i, StreamProducers.MAX_DURATION_SECONDS, " seconds");
            } else if (more && call.argIs(i, "IDMP-MAXSIZE")) {
                maxSize = between(call, i, StreamProducers.MAX_MAX_SIZE, "");
            } else {
                throw Errors.syntax();
            }
        }
        StreamProducers producers = stream(call).makeProducers();
        if (producers.configure(duration, maxSize)) {
            call.changed();
            propagateToLog(call);
        } else {
            call.propagateNothing();
        }
        call.reply().ok();
    }

    /** The value of an option. */
    private static long between(Call call, int index, long most, String unit) {
        long value = call.integerArg(index + 1);
        if (value < 1 || value > most) {
            String option = call.arg(index).toString().toUpperCase(Locale.ROOT);
            throw Errors.err(option + " must be between 1 and " + most + unit);
        }
        return value;
    }

    private static void propagateToLog(Call call) {
        Bytes[] arguments = new Bytes[call.argCount()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = call.arg(i);
        }
        call.propagateToLog(arguments);
    }

    /** A log may name an entry that has been removed since, and another one for an ID whose time was over when it was written. */
    static void xidmprecord(Call call) {
        Bytes producer = IdempotentAdd.notEmpty(call, PRODUCER, "XIDMPRECORD requires a non-empty producer ID");
        Bytes id = IdempotentAdd.notEmpty(call, ID, "XIDMPRECORD requires a non-empty idempotent ID");
        StreamId entry = StreamArguments.strictId(call, ENTRY, 0);
        StreamValue stream = stream(call);
        if (!call.isFromLog() && !stream.cursor(entry, entry, false).next()) {
            throw Errors.err("The stream has no entry with the ID specified in XIDMPRECORD");
        }
        StreamProducers producers = stream.makeProducers();
        StreamId known = producers.find(producer, id, call.nowMillis());
        if (known != null && !known.equals(entry) && !call.isFromLog()) {
            throw Errors.err("The idempotent ID specified in XIDMPRECORD belongs to another entry");
        }
        if (!entry.equals(known)) {
            producers.add(producer, id, entry, call.nowMillis());
            call.changed();
            propagateToLog(call);
        } else {
            call.propagateNothing();
        }
        call.reply().ok();
    }

    /** The ID of the entry that was added before under the same idempotent ID; null if there is none. */
    static @Nullable StreamId duplicateOf(Call call, @Nullable StreamValue stream, Bytes producer, Bytes id) {
        StreamProducers producers = stream == null ? null : stream.producers();
        StreamId known = producers == null ? null : producers.find(producer, id, call.nowMillis());
        if (producers != null && known != null) {
            producers.countDuplicate();
            call.propagateNothing();
        }
        return known;
    }

    /** Records an entry that was added and logged. */
    static void record(Call call, StreamValue stream, Bytes producer, Bytes id, StreamId entry) {
        stream.makeProducers().add(producer, id, entry, call.nowMillis());
        if (call.isPropagated()) {
            call.propagateToLog(XIDMPRECORD, call.arg(KEY), producer, id, entry.text());
        }
    }
}

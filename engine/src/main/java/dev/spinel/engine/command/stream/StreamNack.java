package dev.spinel.engine.command.stream;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamGroup;
import dev.spinel.api.data.StreamId;
import dev.spinel.api.data.StreamValue;
import dev.spinel.api.error.Errors;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** XNACK. */
final class StreamNack {
    private static final int KEY = 1;
    private static final int MODE = 3;
    private static final long BY_MODE = -1;

    /** The consumer that released entries are given to in the log. */
    private static final Bytes NOBODY = new Bytes();

    private StreamNack() {}

    /** Why entries are released, which tells how often they were delivered. */
    private enum Mode {
        /** The delivery does not count. */
        SILENT,
        /** The consumer failed. */
        FAIL,
        /** Every consumer is going to fail. */
        FATAL;

        static Mode parse(Call call, int index) {
            for (Mode mode : values()) {
                if (call.argIs(index, mode.name())) {
                    return mode;
                }
            }
            throw Errors.err("mode must be SILENT, FAIL, or FATAL");
        }

        long deliveries(long before) {
            return switch (this) {
                case SILENT -> Math.max(0, before - 1);
                case FAIL -> before;
                case FATAL -> Long.MAX_VALUE;
            };
        }
    }

    static void xnack(Call call) {
        Mode mode = Mode.parse(call, MODE);
        List<StreamId> ids = null;
        long retries = BY_MODE;
        boolean force = false;
        for (int i = MODE + 1; i < call.argCount(); i++) {
            boolean more = i + 1 < call.argCount();
            if (more && ids == null && call.argIs(i, "IDS")) {
                int count = (int) call.integerArg(++i, 1, Integer.MAX_VALUE, "numids must be a positive integer");
                if (count > call.argCount() - i - 1) {
                    throw Errors.err("number of IDs doesn't match numids");
                }
                ids = StreamArguments.ids(call, i + 1, count);
                i += count;
            } else if (more && call.argIs(i, "RETRYCOUNT")) {
                retries = call.integerArg(++i);
                if (retries < 0) {
                    throw Errors.err("Invalid RETRYCOUNT value, must be >= 0");
                }
            } else if (call.argIs(i, "FORCE")) {
                force = true;
            } else {
                throw Errors.err("Unrecognized XNACK option '" + call.arg(i) + "'");
            }
        }
        if (ids == null) {
            throw Errors.err("syntax error, expected IDS keyword");
        }
        Bytes key = call.arg(KEY);
        StreamValue stream = StreamGroups.lookedUp(call, key);
        StreamGroup group = StreamPending.group(call, stream);
        call.propagateNothing();
        long released = 0;
        for (StreamId id : ids) {
            StreamGroup.Pending pending = StreamEntries.pending(group, id);
            boolean isThere =
                    Objects.requireNonNull(stream).cursor(id, id, false).next();
            if (pending != null && !isThere) {
                StreamPending.forget(call, key, group, id);
            } else if (pending != null || (force && isThere)) {
                release(call, key, group, id, retries == BY_MODE ? mode.deliveries(before(pending)) : retries);
                released++;
            }
        }
        if (released > 0) {
            call.readyAt(key, call.nowMillis());
        }
        call.reply().integer(released);
    }

    private static long before(StreamGroup.@Nullable Pending pending) {
        return pending == null ? 0 : pending.deliveries();
    }

    private static void release(Call call, Bytes key, StreamGroup group, StreamId id, long deliveries) {
        group.release(id, deliveries);
        call.changed();
        StreamGroups.propagateClaim(call, key, group, NOBODY, id, 0, deliveries);
    }
}

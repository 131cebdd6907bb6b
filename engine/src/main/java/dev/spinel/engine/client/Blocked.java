package dev.spinel.engine.client;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ValueType;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Why a client is blocked: the request that will run again, and what it waits for.
 *
 * @param request the request
 * @param database index of the database of the keys
 * @param type the type that a key must have
 * @param keys the keys, none when it only waits for the time
 * @param deadlineMillis Unix time at which it gives up, 0 for never
 * @param onTimeout what it is answered then
 * @param onAbsence the error that it is answered when a key has no value of the type any more; null to wait for one
 * @param answer answers it instead, when its time is over or what it waited for is there; null for those that run again
 */
public record Blocked(
        Request request,
        int database,
        ValueType<?> type,
        List<Bytes> keys,
        long deadlineMillis,
        Call.TimeoutReply onTimeout,
        @Nullable String onAbsence,
        @Nullable Consumer<Client> answer) {
    /** A wait for keys: the request runs again. */
    public Blocked(
            Request request,
            int database,
            ValueType<?> type,
            List<Bytes> keys,
            long deadlineMillis,
            Call.TimeoutReply onTimeout,
            @Nullable String onAbsence) {
        this(request, database, type, keys, deadlineMillis, onTimeout, onAbsence, null);
    }

    /** A wait for something else than keys, of which {@code answer} tells in the end. */
    public static Blocked untilAnswered(Request request, int database, long deadlineMillis, Consumer<Client> answer) {
        return new Blocked(
                request, database, ValueType.STRING, List.of(), deadlineMillis, Call.TimeoutReply.NIL, null, answer);
    }
}

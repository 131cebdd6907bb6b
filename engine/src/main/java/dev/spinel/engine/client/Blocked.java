package dev.spinel.engine.client;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.ValueType;
import java.util.List;
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
 */
public record Blocked(
        Request request,
        int database,
        ValueType<?> type,
        List<Bytes> keys,
        long deadlineMillis,
        Call.TimeoutReply onTimeout,
        @Nullable String onAbsence) {}

package dev.spinel.plugin.example;

import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import dev.spinel.api.command.KeySpec.Flag;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.keyspace.KeyEvent;
import dev.spinel.api.keyspace.Keyspace;

/**
 * EXAMPLE.THROTTLE: a rate limiter with windows of fixed length. Writes, and says itself what is logged.
 *
 * <p>Engine thread only, as all that a plugin keeps: hence the plain counter.
 */
final class Throttle {
    private static final int KEY = 1;
    private static final int LIMIT = 2;
    private static final int PERIOD = 3;
    private static final long MAX_PERIOD_MILLIS = 1L << 40;
    private static final Bytes SET = Bytes.of("SET");
    private static final Bytes PXAT = Bytes.of("PXAT");

    /** DENYOOM has the server refuse it when memory is short, before it has done anything. */
    static final CommandSpec SPEC = CommandSpec.named("EXAMPLE.THROTTLE")
            .arity(4)
            .flags(CommandFlag.WRITE, CommandFlag.DENYOOM, CommandFlag.FAST)
            .keys(KeySpec.at(KEY, Flag.RW, Flag.ACCESS, Flag.UPDATE))
            .arguments(key("key", 0), integer("limit"), integer("period-milliseconds"))
            .summary("Counts a call against a limit per period and tells whether it is allowed.")
            .complexity("O(1)")
            .build();

    private long refused;

    void throttle(Call call) {
        // All arguments are checked before anything changes: a command happens wholly or not at all.
        long limit = call.integerArg(LIMIT, 1, Long.MAX_VALUE);
        long periodMillis = call.integerArg(PERIOD, 1, MAX_PERIOD_MILLIS);
        Bytes key = call.arg(KEY);
        Keyspace keys = call.keys();
        StringValue counter = keys.modifyOrCreate(ValueType.STRING, key);
        long used = counter.length() == 0 ? 0 : counter.integer();
        long endMillis = keys.expiresAtMillis(key);
        if (endMillis == Keyspace.NO_EXPIRY) {
            endMillis = call.nowMillis() + periodMillis;
        }
        if (used >= limit) {
            refused++;
            reply(call, false, 0, endMillis);
            return;
        }
        counter.set(used + 1);
        keys.expireAt(key, endMillis);
        call.changed(key, KeyEvent.MODULE, "example.throttle");
        // Run again later, on a replica or from the log, the command itself would meet another clock. This does not.
        call.propagateAs(SET, key, Bytes.of(Long.toString(used + 1)), PXAT, Bytes.of(Long.toString(endMillis)));
        reply(call, true, limit - used - 1, endMillis);
    }

    private static void reply(Call call, boolean allowed, long remaining, long endMillis) {
        ReplyWriter reply = call.reply();
        reply.array(3);
        reply.integer(allowed ? 1 : 0);
        reply.integer(remaining);
        reply.integer(endMillis - call.nowMillis());
    }

    /** Number of calls that were not allowed. */
    long refused() {
        return refused;
    }
}

package dev.spinel.plugin.recipes;

import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Call;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import dev.spinel.api.command.KeySpec.Flag;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;

/**
 * CL.THROTTLE: the command of redis-cell, with its arguments, its reply and its errors. What it keeps is a limit of the kind
 * {@code gcra}. Source: redis-cell at 4d42338. Engine thread only.
 */
final class Throttle {
    private static final int KEY = 1;
    private static final int MAX_BURST = 2;
    private static final int COUNT = 3;
    private static final int PERIOD = 4;
    private static final int QUANTITY = 5;

    static final CommandSpec SPEC = CommandSpec.named("CL.THROTTLE")
            .since("0.1.0")
            .arity(-5)
            .flags(CommandFlag.WRITE, CommandFlag.DENYOOM, CommandFlag.FAST)
            .acl(AclCategory.STRING)
            .keys(KeySpec.at(KEY, Flag.RW, Flag.ACCESS, Flag.UPDATE))
            .arguments(
                    key("key", 0),
                    integer("max-burst"),
                    integer("count-per-period"),
                    integer("period-seconds"),
                    integer("quantity").optional())
            .summary("Takes a quantity at a steady rate after a burst, as redis-cell does.")
            .complexity("O(1)")
            .build();

    private static final long NANOS_PER_SECOND = 1_000_000_000;
    private static final double NANOS_PER_MICRO = 1000;
    private static final long MICROS_PER_SECOND = 1_000_000;
    private static final long MICROS_PER_MILLI = 1000;
    private static final long MAX_PERIOD_SECONDS = Long.MAX_VALUE / NANOS_PER_SECOND;

    private Throttle() {}

    /** Answers {limited, limit, remaining, seconds until a retry or -1, seconds until the limit is whole}. */
    static void throttle(Call call) {
        if (call.argCount() > QUANTITY + 1) {
            throw cellError("Usage: cl.throttle <key> <max_burst> <count per period> <period> [<quantity>]");
        }
        long maxBurst = number(call, MAX_BURST);
        long count = number(call, COUNT);
        long period = number(call, PERIOD);
        long quantity = call.argCount() > QUANTITY ? number(call, QUANTITY) : 1;
        if (maxBurst < 0 || maxBurst == Long.MAX_VALUE || count < 0 || period < 0 || quantity < 0) {
            throw Errors.outOfRange();
        }
        double interval = interval(count, period);
        long limit = maxBurst + 1;
        if (interval * limit > LuaNumbers.MAX_EXACT) {
            throw Errors.outOfRange();
        }

        Bytes key = call.arg(KEY);
        call.requireRoom(2, key.length() + 2L * LuaNumbers.MAX_TEXT_BYTES);
        RateLimit.Request request = RateLimit.Request.of(call, (double) quantity, call.arg(0));
        GcraLimit gcra = new GcraLimit(request, key, interval, limit, 0);
        boolean limited = gcra.retry != 0;
        boolean taken = !limited && quantity > 0;
        if (taken) {
            gcra.take();
        } else {
            gcra.keep();
        }
        ReplyWriter reply = call.reply();
        reply.array(5);
        reply.integer(limited ? 1 : 0);
        reply.integer(limit);
        reply.integer((long) gcra.remaining(taken));
        reply.integer(gcra.retry > 0 ? seconds((long) gcra.retry) : -1);
        reply.integer(seconds((long) gcra.reset(taken)));
    }

    private static long number(Call call, int index) {
        Bytes text = call.arg(index);
        if (!Numbers.isLong(text)) {
            throw cellError("Couldn't parse as integer: " + text.quotable(Integer.MAX_VALUE));
        }
        return Numbers.parseLong(text);
    }

    /** Microseconds per unit; redis-cell cuts them to whole nanoseconds. */
    private static double interval(long count, long periodSeconds) {
        if (count == 0 || periodSeconds > MAX_PERIOD_SECONDS) {
            throw Errors.outOfRange();
        }
        long nanos = (long) ((double) (periodSeconds * NANOS_PER_SECOND) / count);
        if (nanos == 0) {
            throw cellError("Zero rates are not supported");
        }
        return nanos / NANOS_PER_MICRO;
    }

    /** Whole seconds; a rest of a millisecond or more counts as one, so that nobody retries too early. */
    private static long seconds(long micros) {
        return micros / MICROS_PER_SECOND + (micros % MICROS_PER_SECOND >= MICROS_PER_MILLI ? 1 : 0);
    }

    private static CommandException cellError(String text) {
        return new CommandException("Cell error: Store error: " + text);
    }
}

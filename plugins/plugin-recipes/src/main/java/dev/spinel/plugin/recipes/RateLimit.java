package dev.spinel.plugin.recipes;

import static dev.spinel.api.command.Argument.block;
import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.oneOf;
import static dev.spinel.api.command.Argument.real;
import static dev.spinel.api.command.Argument.string;
import static dev.spinel.api.command.Argument.word;

import dev.spinel.api.command.AclCategory;
import dev.spinel.api.command.Call;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import dev.spinel.api.command.KeySpec.Flag;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.Numbers;
import dev.spinel.api.data.StringValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.api.error.CommandException;
import dev.spinel.api.error.Errors;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * RATELIMIT.ACQUIRE: takes a cost from all limits of a limiter, or from none; looks only, if so asked.
 *
 * <p>Does what the script {@code acquire.lua} of the library does, with its keys and arguments; see there. Engine thread only.
 */
final class RateLimit {
    static final CommandSpec SPEC = CommandSpec.named("RATELIMIT.ACQUIRE")
            .since("0.1.0")
            .arity(-14)
            .flags(CommandFlag.WRITE, CommandFlag.DENYOOM)
            .acl(AclCategory.STRING, AclCategory.HASH, AclCategory.SORTEDSET)
            .keys(KeySpec.counted(1, Flag.RW, Flag.ACCESS, Flag.UPDATE))
            .arguments(
                    integer("numkeys"),
                    key("key", 0).multiple(),
                    oneOf("mode", word("take", "take"), word("peek", "peek")),
                    integer("cost"),
                    string("token"),
                    integer("patience-microseconds"),
                    integer("memory-milliseconds"),
                    integer("most"),
                    block(
                                    "limit",
                                    oneOf(
                                            "kind",
                                            word("gcra", "gcra"),
                                            word("bucket", "bucket"),
                                            word("counter", "counter"),
                                            word("log", "log"),
                                            word("fixed", "fixed"),
                                            word("concurrent", "concurrent")),
                                    real("interval-microseconds"),
                                    integer("capacity"),
                                    integer("reservation-or-refill"),
                                    integer("debt"))
                            .multiple())
            .summary("Takes a cost from all limits of a limiter, or from none.")
            .complexity(
                    "O(L) for L limits; for a log O(N*log(M)) with N entries of M that are over, or stand in the way of"
                            + " the cost; for permits O(C*log(M)) with a cost of C.")
            .build();

    private static final String NAME = "ratelimit.acquire";
    private static final int MODE = 0;
    private static final int COST = 1;
    private static final int TOKEN = 2;
    private static final int PATIENCE = 3;
    private static final int MEMORY = 4;
    private static final int MOST = 5;
    private static final int LIMITS = 6;
    /** Arguments of a limit: kind, and four numbers. */
    private static final int PER_LIMIT = 5;

    /** Numbers of a reply: granted, now, wait; and of each limit remaining, retry, reset. */
    private static final int PER_STATE = 3;

    /** The longest time of a limit, 285 years: beyond it doubles do not hold all microseconds. */
    private static final double MAX_MICROS = LuaNumbers.MAX_EXACT;

    /** Fields and values of a state that is not a sorted set, and the length of them together, at most. */
    private static final int STATE_STRINGS = 6;

    private static final int STATE_BYTES = 21 + 3 * LuaNumbers.MAX_TEXT_BYTES;

    /** As many entries as a call adds at most, since the server waits for it. */
    private static final long MAX_PERMITS = 10_000;

    /**
     * What the limits of a call share.
     *
     * @param now the server's time in microseconds since 2020
     * @param token valid until the handler returns
     */
    record Request(Effects effects, double now, double cost, Bytes token) {
        static Request of(Call call, double cost, Bytes token) {
            return new Request(new Effects(call), LuaNumbers.sinceEpoch(call.nowMicros()), cost, token);
        }

        Request withCost(double value) {
            return new Request(effects, now, value, token);
        }
    }

    private RateLimit() {}

    /** Answers {granted, now, wait, and for each limit: remaining, retry, reset}. */
    static void acquire(Call call) {
        ScriptArguments arguments = ScriptArguments.of(call, NAME);
        int limitCount = (arguments.count() - LIMITS) / PER_LIMIT;
        if (limitCount < 1 || arguments.count() != LIMITS + limitCount * PER_LIMIT) {
            throw Errors.wrongArity(NAME);
        }
        boolean takes = arguments.arg(MODE).isWord("TAKE");
        if (!takes && !arguments.arg(MODE).isWord("PEEK")) {
            throw Errors.syntax();
        }
        double cost = ScriptArguments.countArg(call, arguments.indexOf(COST));
        double patience = ScriptArguments.countArg(call, arguments.indexOf(PATIENCE));
        double most = ScriptArguments.countArg(call, arguments.indexOf(MOST));
        boolean remembers = ScriptArguments.countArg(call, arguments.indexOf(MEMORY)) > 0;
        arguments.requireKeys(remembers ? limitCount + 1 : limitCount);
        long forgottenAtMillis = remembers ? arguments.expiryArg(MEMORY) : 0;
        for (int i = 0; i < limitCount; i++) {
            checkLimit(call, arguments.indexOf(LIMITS + i * PER_LIMIT));
        }
        if (remembers) {
            StringValue before = call.keys().read(ValueType.STRING, arguments.key(limitCount));
            if (before != null) {
                repeat(call.reply(), before.bytes(), LuaNumbers.sinceEpoch(call.nowMicros()));
                return;
            }
        }

        requireRoom(arguments, limitCount, takes ? LuaNumbers.max(cost, most) : 0);
        Request request = Request.of(call, cost, arguments.arg(TOKEN));
        Check check = Check.of(request, arguments, limitCount);
        double fits = check.fits() ? check.remaining(most) : 0;
        if (fits > cost) {
            Check more = Check.of(request.withCost(fits), arguments, limitCount);
            if (more.fits()) { // unless what remains was rounded up
                check = more;
            }
        }
        boolean granted = !check.never() && check.delay() <= patience;
        boolean taken = granted && takes && check.cost() > 0;
        double[] answer = check.end(granted, takes, taken);
        if (remembers && taken) {
            request.effects().set(arguments.key(limitCount), joined(answer), forgottenAtMillis);
        }
        reply(call.reply(), answer);
    }

    /**
     * A look at all limits of a call for a cost.
     *
     * @param delay after how long the cost fits all that it ever fits
     * @param never whether it never fits one
     */
    private record Check(Request request, List<LimitCheck> limits, double delay, boolean never) {
        static Check of(Request request, ScriptArguments arguments, int limitCount) {
            List<LimitCheck> limits = new ArrayList<>(limitCount);
            for (int i = 0; i < limitCount; i++) {
                limits.add(
                        limit(arguments.call(), request, arguments.key(i), arguments.indexOf(LIMITS + i * PER_LIMIT)));
            }
            double delay = 0;
            boolean never = false;
            for (LimitCheck limit : limits) {
                limit.settle();
                if (limit.retry < 0) {
                    never = true;
                } else {
                    delay = LuaNumbers.max(delay, limit.retry);
                }
            }
            return new Check(request, limits, delay, never);
        }

        double cost() {
            return request.cost();
        }

        /** Whether the cost fits now. */
        boolean fits() {
            return delay == 0 && !never;
        }

        /** As much of an amount as fits now, in whole units. */
        double remaining(double most) {
            double least = most;
            for (LimitCheck limit : limits) {
                least = LuaNumbers.min(least, Math.floor(limit.remaining(false)));
            }
            return least;
        }

        /** Takes the cost, leaves it, or only looks; returns the numbers of the reply. */
        double[] end(boolean granted, boolean takes, boolean taken) {
            double[] answer = new double[PER_STATE * (1 + limits.size())];
            answer[0] = granted ? cost() : 0;
            answer[1] = request.now();
            answer[2] = granted ? delay : 0;
            int at = PER_STATE;
            for (LimitCheck limit : limits) {
                answer[at++] = limit.remaining(taken);
                answer[at++] = limit.retry;
                answer[at++] = limit.reset(taken);
                if (taken) {
                    limit.take();
                } else if (takes) {
                    limit.keep();
                }
            }
            return answer;
        }
    }

    /**
     * Has memory be found before anything changes, so that either all limits are charged and get their times to live or none is.
     *
     * @param most as much as is taken at most
     */
    private static void requireRoom(ScriptArguments arguments, int limitCount, double most) {
        Call call = arguments.call();
        long entryBytes = arguments.arg(TOKEN).length() + 2 + 2L * LuaNumbers.MAX_TEXT_BYTES;
        long strings = 0;
        // Keys move once their values have grown, and for their times to live.
        long bytes = 0;
        for (int i = 0; i < arguments.keyCount(); i++) {
            bytes += arguments.key(i).length();
        }
        for (int i = 0; i < limitCount; i++) {
            int at = arguments.indexOf(LIMITS + i * PER_LIMIT);
            long entries =
                    call.argIs(at, "CONCURRENT") ? (long) LuaNumbers.min(most, (double) call.integerArg(at + 2)) : 1;
            strings += STATE_STRINGS + 2 * entries;
            bytes += STATE_BYTES + entries * entryBytes;
        }
        if (arguments.keyCount() > limitCount) {
            strings++;
            bytes += PER_STATE * (1L + limitCount) * (LuaNumbers.MAX_TEXT_BYTES + 1);
        }
        call.requireRoom(strings, bytes);
    }

    /** Checks the five arguments of a limit. */
    private static void checkLimit(Call call, int at) {
        double interval = interval(call, at);
        double capacity = ScriptArguments.countArg(call, at + 2);
        double third = ScriptArguments.countArg(call, at + 3);
        double fourth = ScriptArguments.countArg(call, at + 4);
        double longest;
        if (call.argIs(at, "GCRA")) {
            longest = interval * capacity + third;
        } else if (call.argIs(at, "BUCKET")) {
            if (third == 0) {
                throw refused("a bucket is refilled with at least 1");
            }
            longest = (capacity + fourth) / third * interval;
        } else if (call.argIs(at, "CONCURRENT")) {
            if (capacity > MAX_PERMITS) {
                throw refused("there are at most " + MAX_PERMITS + " permits");
            }
            longest = interval;
        } else if (call.argIs(at, "COUNTER") || call.argIs(at, "LOG") || call.argIs(at, "FIXED")) {
            longest = interval;
        } else {
            throw Errors.err("unknown kind of limit '" + call.arg(at).quotable(64) + "'");
        }
        if (longest > MAX_MICROS) {
            throw refused("it takes too long until the limit is whole again");
        }
    }

    private static double interval(Call call, int at) {
        double micros = call.realArg(at + 1);
        if (!(micros > 0 && micros <= MAX_MICROS)) {
            throw refused("an interval is above 0 and at most 2^53 microseconds");
        }
        return micros;
    }

    private static CommandException refused(String reason) {
        return Errors.err("invalid limit: " + reason);
    }

    /** Reads a limit whose arguments were checked. */
    private static LimitCheck limit(Call call, Request request, Bytes key, int at) {
        double interval = call.realArg(at + 1);
        double capacity = call.integerArg(at + 2);
        double third = call.integerArg(at + 3);
        if (call.argIs(at, "GCRA")) {
            return new GcraLimit(request, key, interval, capacity, third);
        }
        if (call.argIs(at, "BUCKET")) {
            return new BucketLimit(request, key, interval, capacity, third, call.integerArg(at + 4));
        }
        if (call.argIs(at, "COUNTER")) {
            return new CounterLimit(request, key, interval, capacity);
        }
        if (call.argIs(at, "LOG")) {
            return new LogLimit(request, key, interval, capacity);
        }
        return call.argIs(at, "FIXED")
                ? new FixedLimit(request, key, interval, capacity)
                : new ConcurrentLimit(request, key, interval, capacity);
    }

    /** An answer as it is kept for a repeated request: its numbers with commas between them. */
    private static Bytes joined(double[] answer) {
        byte[] text = new byte[answer.length * (LuaNumbers.MAX_TEXT_BYTES + 1)];
        int length = 0;
        for (int i = 0; i < answer.length; i++) {
            if (i > 0) {
                text[length++] = ',';
            }
            length += Numbers.formatDouble(answer[i], text, length);
        }
        return Bytes.of(Arrays.copyOf(text, length));
    }

    /** Answers what was answered to the request before, with what is left of its wait. */
    private static void repeat(ReplyWriter reply, Bytes kept, double now) {
        double[] answer = numbers(kept);
        if (answer.length < PER_STATE) {
            throw Errors.err("the remembered answer is not complete");
        }
        answer[2] = LuaNumbers.max(0, answer[2] - LuaNumbers.max(0, now - answer[1]));
        reply(reply, answer);
    }

    private static void reply(ReplyWriter reply, double[] answer) {
        reply.array(answer.length);
        for (double number : answer) {
            reply.integer(LuaNumbers.toInteger(number));
        }
    }

    /** What {@link #joined} joined. */
    private static double[] numbers(Bytes kept) {
        int count = 1;
        for (int i = 0; i < kept.length(); i++) {
            if (kept.at(i) == ',') {
                count++;
            }
        }
        double[] numbers = new double[count];
        Bytes number = new Bytes();
        int start = 0;
        for (int i = 0; i < count; i++) {
            int end = start;
            while (end < kept.length() && kept.at(end) != ',') {
                end++;
            }
            number.set(kept.array(), kept.offset() + start, end - start);
            numbers[i] = LuaNumbers.parse(number);
            start = end + 1;
        }
        return numbers;
    }
}

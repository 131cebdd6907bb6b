package dev.spinel.plugin.recipes;

import static dev.spinel.api.command.Argument.integer;
import static dev.spinel.api.command.Argument.key;
import static dev.spinel.api.command.Argument.string;

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
import dev.spinel.api.error.Errors;
import dev.spinel.api.keyspace.Keyspace;
import org.jspecify.annotations.Nullable;

/**
 * LOCK.ACQUIRE, LOCK.RENEW and LOCK.RELEASE: locks that one owner holds at a time, with a lease and a fence.
 *
 * <p>A lock is the string {@code owner:fence}, which expires with the lease; beside it is the last fence that its lane gave.
 * The commands do what the scripts {@code acquire-mutex.lua}, {@code renew-mutex.lua} and {@code release-mutex.lua} of the
 * library do, and ignore further arguments as these do. Engine thread only.
 */
final class Lock {
    static final CommandSpec ACQUIRE = CommandSpec.named("LOCK.ACQUIRE")
            .since("0.1.0")
            .arity(-6)
            .flags(CommandFlag.WRITE, CommandFlag.DENYOOM, CommandFlag.FAST)
            .acl(AclCategory.STRING)
            .keys(KeySpec.counted(1, Flag.RW, Flag.ACCESS, Flag.UPDATE))
            .arguments(
                    integer("numkeys"),
                    key("lock", 0),
                    key("fence", 0),
                    string("owner"),
                    integer("lease-milliseconds"),
                    string("arg").optional().multiple())
            .summary("Takes a lock with a fence, or tells how long the present lease runs at most.")
            .complexity("O(1)")
            .build();

    static final CommandSpec RENEW = CommandSpec.named("LOCK.RENEW")
            .since("0.1.0")
            .arity(-5)
            .flags(CommandFlag.WRITE, CommandFlag.FAST)
            .acl(AclCategory.STRING)
            .keys(KeySpec.counted(1, Flag.RW, Flag.ACCESS, Flag.UPDATE))
            .arguments(
                    integer("numkeys"),
                    key("lock", 0),
                    string("owner"),
                    integer("lease-milliseconds"),
                    string("arg").optional().multiple())
            .summary("Lets the lease of a lock run anew, unless it has ended.")
            .complexity("O(1)")
            .build();

    /** Index of the channel to which a release is published, since there is one key. */
    private static final int CHANNEL = 4;

    static final CommandSpec RELEASE = CommandSpec.named("LOCK.RELEASE")
            .since("0.1.0")
            .arity(-6)
            .flags(CommandFlag.WRITE, CommandFlag.FAST)
            .acl(AclCategory.STRING)
            .keys(KeySpec.counted(1, Flag.RW, Flag.ACCESS, Flag.DELETE))
            .channel(CHANNEL)
            .arguments(
                    integer("numkeys"),
                    key("lock", 0),
                    string("owner"),
                    string("channel"),
                    string("message"),
                    string("arg").optional().multiple())
            .summary("Ends the lease of a lock and publishes that to those who wait for it.")
            .complexity("O(N) for N subscribers of the channel.")
            .build();

    /** How long to wait for what never expires, and so is no lease: somebody has to remove it. */
    private static final long NO_LEASE_MILLIS = 5_000;

    private static final Bytes COLON = Bytes.of(":");

    private static final int OWNER = 0;
    private static final int LEASE = 1;
    private static final int MESSAGE = 2;

    private Lock() {}

    /** Answers {1, fence}, or {0, milliseconds} if another owner holds the lock. */
    static void acquire(Call call) {
        ScriptArguments arguments = ScriptArguments.of(call, "lock.acquire", 2, 2);
        long endMillis = arguments.expiryArg(LEASE);
        Bytes lock = arguments.key(0);
        Bytes owner = arguments.arg(OWNER);
        Effects effects = new Effects(call);
        Keyspace keys = effects.keys();
        StringValue held = keys.read(ValueType.STRING, lock);
        if (held != null) {
            Bytes text = held.bytes();
            int colon = colonBeforeFence(text);
            if (colon < 0 || !owner.contentEquals(text.array(), text.offset(), colon)) {
                long ends = keys.expiresAtMillis(lock);
                reply(call, 0, ends == Keyspace.NO_EXPIRY ? NO_LEASE_MILLIS : Math.max(0, ends - call.nowMillis()));
                return;
            }
            double fence = Numbers.parseDouble(text.array(), text.offset() + colon + 1, text.length() - colon - 1);
            effects.pexpireat(lock, endMillis);
            reply(call, 1, LuaNumbers.toInteger(fence));
            return;
        }
        Bytes lane = arguments.key(1);
        double fence = nextFence(keys.read(ValueType.STRING, lane), LuaNumbers.sinceEpoch(call.nowMicros()));
        Bytes digits = LuaNumbers.decimal((long) Math.rint(fence));
        // The lock moves for its time to live: it must not lack memory for that when it is there already.
        call.requireRoom(3, lock.length() + owner.length() + 3L * (1 + digits.length()));
        effects.set(lane, digits);
        effects.set(lock, Concatenation.of(owner, COLON, digits), endMillis);
        reply(call, 1, (long) fence);
    }

    private static void reply(Call call, int granted, long value) {
        ReplyWriter reply = call.reply();
        reply.array(2);
        reply.integer(granted);
        reply.integer(value);
    }

    /** Where the colon stands if a text is {@code owner:digits}, otherwise -1. The owner is not empty and has no colon. */
    private static int colonBeforeFence(Bytes text) {
        int colon = ownerLength(text);
        return colon > 0 && isDigits(text, colon + 1) ? colon : -1;
    }

    private static boolean isDigits(Bytes text, int from) {
        for (int i = from; i < text.length(); i++) {
            if (text.at(i) < '0' || text.at(i) > '9') {
                return false;
            }
        }
        return from < text.length();
    }

    /** Number of bytes before the first colon, of all if there is none. */
    private static int ownerLength(Bytes text) {
        int length = 0;
        while (length < text.length() && text.at(length) != ':') {
            length++;
        }
        return length;
    }

    /**
     * The fence of a grant: above the last one, and not below the server's clock, so that fences still rise when the server
     * loses its last writes.
     */
    private static double nextFence(@Nullable StringValue last, double nowMicros) {
        if (last == null) {
            return LuaNumbers.max(1, nowMicros);
        }
        Bytes text = last.bytes();
        double lastFence = isDigits(text, 0) ? Numbers.parseDouble(text) : Double.NaN;
        if (!(lastFence < LuaNumbers.MAX_EXACT)) { // not a number either
            throw Errors.err("the fence is out of range");
        }
        return LuaNumbers.max(lastFence + 1, nowMicros);
    }

    /** Answers 1, or 0 if the owner does not hold the lock any more. */
    static void renew(Call call) {
        ScriptArguments arguments = ScriptArguments.of(call, "lock.renew", 1, 2);
        long endMillis = arguments.expiryArg(LEASE);
        boolean held = isHeld(call.keys(), arguments);
        if (held) {
            new Effects(call).pexpireat(arguments.key(0), endMillis);
        }
        call.reply().integer(held ? 1 : 0);
    }

    /** Answers 1, or 0 if the owner did not hold the lock any more. */
    static void release(Call call) {
        ScriptArguments arguments = ScriptArguments.of(call, "lock.release", 1, 3);
        boolean held = isHeld(call.keys(), arguments);
        if (held) {
            new Effects(call).del(arguments.key(0));
            call.publish(call.arg(CHANNEL), arguments.arg(MESSAGE));
        }
        call.reply().integer(held ? 1 : 0);
    }

    private static boolean isHeld(Keyspace keys, ScriptArguments arguments) {
        StringValue held = keys.read(ValueType.STRING, arguments.key(0));
        if (held == null) {
            return false;
        }
        Bytes text = held.bytes();
        int length = ownerLength(text);
        return length > 0 && arguments.arg(OWNER).contentEquals(text.array(), text.offset(), length);
    }
}

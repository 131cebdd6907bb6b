package dev.spinel.patterns.lock;

import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.NativeCommand;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Script;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;

/**
 * How one kind of lockable thing is leased on the server: its scripts with their keys. All operations name the owner and are
 * idempotent. Thread-safe.
 *
 * @param name what the application calls it
 * @param shared whether several may hold it, so that after one got it the next may try at once
 * @param fair whether the server decides whose turn it is, so that each one who waits has a place there
 * @param channel where releases are published
 * @param message what is published when it is released
 * @param heard the messages that tell all who wait to ask again
 * @param permits how many there are of a semaphore, otherwise 0
 * @param markMillis for how long one who waits is known to others, if that matters to them, otherwise 0
 */
record LeaseProtocol(
        PatternRuntime runtime,
        String name,
        boolean shared,
        boolean fair,
        Call<Attempt> acquire,
        Call<Boolean> renew,
        Call<ReleaseReply> release,
        String channel,
        String message,
        Set<String> heard,
        int permits,
        long markMillis) {
    /** Enough for readers far away to hear of it and to ask. It ends when all of them have: only the dead keep a writer waiting for so long. */
    private static final long READERS_TURN_MILLIS = 1_000;

    private static final Operation<Attempt> ACQUIRE_FAIR = acquireBy("acquire-fair.lua");
    private static final Operation<Attempt> ACQUIRE_MUTEX =
            acquireBy("acquire-mutex.lua").withCommand(NativeCommand.LOCK_ACQUIRE);
    private static final Operation<Attempt> ACQUIRE_PERMIT = acquireBy("acquire-permit.lua");
    private static final Operation<Attempt> ACQUIRE_READ = acquireBy("acquire-read.lua");
    private static final Operation<Attempt> ACQUIRE_WRITE = acquireBy("acquire-write.lua");
    private static final Operation<Boolean> RENEW_MUTEX =
            renewBy("renew-mutex.lua").withCommand(NativeCommand.LOCK_RENEW);
    private static final Operation<Boolean> RENEW_PERMIT = renewBy("renew-permit.lua");
    private static final Operation<ReleaseReply> RELEASE_FAIR = releaseBy("release-fair.lua");
    private static final Operation<ReleaseReply> RELEASE_MUTEX =
            releaseBy("release-mutex.lua").withCommand(NativeCommand.LOCK_RELEASE);
    private static final Operation<ReleaseReply> RELEASE_PERMIT = releaseBy("release-permit.lua");
    private static final Operation<ReleaseReply> RELEASE_WRITE = releaseBy("release-write.lua");

    /** An operation with its keys. */
    record Call<R>(Operation<R> operation, List<String> keys) {}

    /**
     * What an acquisition found.
     *
     * @param value the fence if granted, otherwise how many milliseconds to wait at most
     */
    record Attempt(boolean granted, long value) {}

    /**
     * What a release found.
     *
     * @param held whether the owner held it
     * @param repeated whether an earlier attempt of the same release may have ended it
     */
    record ReleaseReply(boolean held, boolean repeated) {}

    private static Operation<Attempt> acquireBy(String script) {
        return new Operation<>(
                "lock.acquire", Script.load(LeaseProtocol.class, script), Retry.IDEMPOTENT, (reply, repeated) -> {
                    List<Reply> items = reply.asItems();
                    return new Attempt(items.get(0).asLong() == 1, items.get(1).asLong());
                });
    }

    private static Operation<Boolean> renewBy(String script) {
        return new Operation<>(
                "lock.renew",
                Script.load(LeaseProtocol.class, script),
                Retry.IDEMPOTENT,
                (reply, repeated) -> reply.asLong() == 1);
    }

    private static Operation<ReleaseReply> releaseBy(String script) {
        return new Operation<>(
                "lock.release",
                Script.load(LeaseProtocol.class, script),
                Retry.IDEMPOTENT,
                (reply, repeated) -> new ReleaseReply(reply.asLong() == 1, repeated));
    }

    /** A lock that one owner holds at a time. */
    static LeaseProtocol mutex(PatternRuntime runtime, Lane lane, String name) {
        String key = lane.key("mutex", name);
        return new LeaseProtocol(
                runtime,
                name,
                false,
                false,
                new Call<>(ACQUIRE_MUTEX, List.of(key, lane.fenceKey())),
                new Call<>(RENEW_MUTEX, List.of(key)),
                new Call<>(RELEASE_MUTEX, List.of(key)),
                lane.channel(),
                key,
                Set.of(key),
                0,
                0);
    }

    /**
     * A lock that one owner holds at a time, in the order in which they asked for it.
     *
     * @param kind before the kinds of its keys, so that locks of several uses may have the same name
     * @param mark for how long one who waits keeps its place; it renews that while it waits
     */
    static LeaseProtocol fair(PatternRuntime runtime, Lane lane, String kind, String name, Duration mark) {
        String key = lane.key(kind + "fair", name);
        String queue = lane.key(kind + "queue", name);
        String present = lane.key(kind + "present", name);
        return new LeaseProtocol(
                runtime,
                name,
                false,
                true,
                new Call<>(ACQUIRE_FAIR, List.of(key, lane.fenceKey(), queue, present)),
                new Call<>(RENEW_MUTEX, List.of(key)),
                new Call<>(RELEASE_FAIR, List.of(key, queue, present)),
                lane.channel(),
                key,
                Set.of(),
                0,
                mark.toMillis());
    }

    /** A lock that so many owners hold at a time. */
    static LeaseProtocol permit(PatternRuntime runtime, Lane lane, String name, int permits) {
        String key = lane.key("permits", name);
        return new LeaseProtocol(
                runtime,
                name,
                true,
                false,
                new Call<>(ACQUIRE_PERMIT, List.of(key, lane.fenceKey())),
                new Call<>(RENEW_PERMIT, List.of(key)),
                new Call<>(RELEASE_PERMIT, List.of(key)),
                lane.channel(),
                key,
                Set.of(key),
                permits,
                0);
    }

    /**
     * The side of a read-write lock that many share.
     *
     * @param mark for how long it is remembered that a reader waits; it renews that while it waits
     */
    static LeaseProtocol read(PatternRuntime runtime, Lane lane, String name, Duration mark) {
        String readers = lane.key("readers", name);
        String writer = lane.key("writer", name);
        String refused = lane.key("refused-readers", name);
        String turn = lane.key("readers-turn", name);
        return new LeaseProtocol(
                runtime,
                name,
                true,
                false,
                new Call<>(
                        ACQUIRE_READ,
                        List.of(readers, lane.fenceKey(), writer, lane.key("waiting", name), refused, turn)),
                new Call<>(RENEW_PERMIT, List.of(readers)),
                new Call<>(RELEASE_PERMIT, List.of(readers, refused, turn)),
                lane.channel(),
                readers,
                Set.of(writer),
                0,
                mark.toMillis());
    }

    /**
     * The side of a read-write lock that excludes all others.
     *
     * @param mark for how long a waiting writer keeps new readers out; it renews that while it waits
     */
    static LeaseProtocol write(PatternRuntime runtime, Lane lane, String name, Duration mark) {
        String readers = lane.key("readers", name);
        String writer = lane.key("writer", name);
        String waiting = lane.key("waiting", name);
        String turn = lane.key("readers-turn", name);
        return new LeaseProtocol(
                runtime,
                name,
                false,
                false,
                new Call<>(ACQUIRE_WRITE, List.of(writer, lane.fenceKey(), readers, waiting, turn)),
                new Call<>(RENEW_MUTEX, List.of(writer)),
                new Call<>(RELEASE_WRITE, List.of(writer, waiting, lane.key("refused-readers", name), turn)),
                lane.channel(),
                writer,
                Set.of(writer, readers),
                0,
                mark.toMillis());
    }

    /**
     * Tries to take it.
     *
     * @param willWait whether the owner goes on to wait if it is taken
     */
    CompletionStage<Attempt> acquire(String owner, LeaseSettings settings, boolean willWait) {
        Arguments arguments = new Arguments()
                .add(owner)
                .add(settings.lease().toMillis())
                .add(permits > 0 ? permits : willWait ? markMillis : 0);
        if (fair) {
            arguments.add(channel).add(message);
        }
        return runtime.run(acquire.operation(), acquire.keys(), arguments, settings.acknowledgement());
    }

    /** Whether a published message tells an owner to ask again. */
    boolean concerns(String owner, String published) {
        return fair ? published.equals(message + ':' + owner) : heard.contains(published);
    }

    /** Whether the server knows each one who waits, so that each asks for itself: in a fair queue, and readers. */
    boolean knowsAll() {
        return fair || (shared && permits == 0);
    }

    CompletionStage<Boolean> renew(String owner, Duration length, LeaseSettings settings) {
        return runtime.run(
                renew.operation(),
                renew.keys(),
                new Arguments().add(owner).add(length.toMillis()),
                settings.acknowledgement());
    }

    CompletionStage<ReleaseReply> release(String owner) {
        return runtime.run(
                release.operation(),
                release.keys(),
                new Arguments().add(owner).add(channel).add(message).add(READERS_TURN_MILLIS));
    }

    /** Ends what an owner may have got without knowing. Failure is harmless, as the lease runs out, and does not fail the stage. */
    CompletionStage<ReleaseReply> withdraw(String owner) {
        return release(owner).exceptionally(failure -> {
            runtime.listener().failed("lock.withdrawFailed", name, failure);
            return new ReleaseReply(false, false);
        });
    }

    /** A part of the key space: its locks share a hash slot, a fence counter and a channel. */
    record Lane(String prefix, int number) {
        private String tag() {
            return '{' + prefix + ':' + number + '}';
        }

        String key(String kind, String name) {
            return tag() + ':' + kind + ':' + name;
        }

        String fenceKey() {
            return tag() + ":fence";
        }

        String channel() {
            return tag() + ":released";
        }
    }
}

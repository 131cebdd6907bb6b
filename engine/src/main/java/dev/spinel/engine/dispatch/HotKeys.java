package dev.spinel.engine.dispatch;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.client.Client;
import dev.spinel.engine.client.ClientFlag;
import dev.spinel.engine.stats.HeavyHitters;
import dev.spinel.engine.stats.HeavyHitters.Entry;
import java.util.List;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Finds the keys on which most time of the processor is spent, and for which most bytes go through the network, while it is
 * asked to. Engine thread only.
 */
public final class HotKeys {
    /*
     * The dispatcher tells of each call while the recorder is on; while it is off, that is one bit among those which the
     * dispatcher looks at before each call anyway (CallModes).
     *
     * A script is one call, with the keys that it was given; the commands of a transaction are calls of their own, and EXEC is
     * none. A call with several keys counts for each of them in equal parts.
     */
    private final RandomGenerator random;
    private final KeyFinder keyFinder = new KeyFinder();
    private Consumer<Boolean> onSwitch = on -> {};
    private boolean on;
    private int sampleRatio;
    private @Nullable HeavyHitters nanosByKey;
    private @Nullable HeavyHitters bytesByKey;
    private long nanos;
    private long bytes;

    public HotKeys(RandomGenerator random) {
        this.random = random;
    }

    /** Sets who hears that the recorder is switched on and off. */
    void onSwitch(Consumer<Boolean> listener) {
        onSwitch = listener;
    }

    /**
     * Forgets what was recorded and switches the recorder on.
     *
     * @param byTime whether the keys are to be found that take most time
     * @param byBytes whether the keys are to be found that take most bytes
     * @param results how many keys are asked for
     * @param ratio one call in so many is looked at
     */
    public void start(boolean byTime, boolean byBytes, int results, int ratio) {
        reset();
        nanosByKey = byTime ? new HeavyHitters(results) : null;
        bytesByKey = byBytes ? new HeavyHitters(results) : null;
        sampleRatio = ratio;
        on = true;
        onSwitch.accept(true);
    }

    /** Switches the recorder off; what was recorded stays. */
    public void stop() {
        on = false;
        onSwitch.accept(false);
    }

    /** Switches the recorder off and forgets what was recorded. */
    public void reset() {
        stop();
        nanosByKey = null;
        bytesByKey = null;
        nanos = 0;
        bytes = 0;
    }

    /** Records a call that has ended; {@code replyBytes} is the length of its reply. */
    void called(RegisteredCommand command, CallContext call, long tookNanos, long replyBytes) {
        Client client = call.client();
        // The call may be the one that switches the recorder off.
        if (!on || client.is(ClientFlag.SCRIPT) || client.is(ClientFlag.LOG) || command.isExec()) {
            return;
        }
        // What has waited came in once only.
        long callBytes = replyBytes + (client.is(ClientFlag.RETRYING) ? 0 : requestBytes(call));
        nanos += tookNanos;
        bytes += callBytes;
        if (sampleRatio > 1 && random.nextInt(sampleRatio) != 0) {
            return;
        }
        Bytes[] args = call.args();
        int keys = keyFinder.find(command.spec(), args, 0, call.argCount());
        for (int i = 0; i < keys; i++) {
            Bytes key = args[keyFinder.position(i)];
            if (nanosByKey != null) {
                nanosByKey.add(key, tookNanos / keys);
            }
            if (bytesByKey != null) {
                bytesByKey.add(key, callBytes / keys);
            }
        }
    }

    /** The length of a request as clients send it: an array of bulk strings. */
    private static long requestBytes(CallContext call) {
        long length = headBytes(call.argCount());
        for (int i = 0; i < call.argCount(); i++) {
            int argLength = call.arg(i).length();
            length += headBytes(argLength) + argLength + "\r\n".length();
        }
        return length;
    }

    /** The length of a line such as {@code $12}. */
    private static int headBytes(int number) {
        int length = "$0\r\n".length();
        for (int rest = number / 10; rest > 0; rest /= 10) {
            length++;
        }
        return length;
    }

    /** The keys that took most time, in nanoseconds, the first one most; null if they were not asked for. */
    public @Nullable List<Entry> byNanos() {
        return nanosByKey == null ? null : nanosByKey.largest();
    }

    /** The keys that took most bytes, the first one most; null if they were not asked for. */
    public @Nullable List<Entry> byBytes() {
        return bytesByKey == null ? null : bytesByKey.largest();
    }

    /** Time of all calls since the start, in nanoseconds. */
    public long nanos() {
        return nanos;
    }

    /** Bytes of the requests and replies of all calls since the start. */
    public long bytes() {
        return bytes;
    }

    /** What the recorder takes of the heap, in bytes. */
    public long heapBytes() {
        return (nanosByKey == null ? 0 : nanosByKey.heapBytes()) + (bytesByKey == null ? 0 : bytesByKey.heapBytes());
    }
}

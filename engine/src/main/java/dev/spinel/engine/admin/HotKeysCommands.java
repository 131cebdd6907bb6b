package dev.spinel.engine.admin;

import dev.spinel.api.command.Call;
import dev.spinel.api.command.Command;
import dev.spinel.api.command.ReplyWriter;
import dev.spinel.api.error.Errors;
import dev.spinel.api.plugin.ServerPlugin;
import dev.spinel.engine.dispatch.HotKeys;
import dev.spinel.engine.stats.HeavyHitters.Entry;
import java.util.List;

/** HOTKEYS and its subcommands. Engine thread only. */
public final class HotKeysCommands implements ServerPlugin {
    private static final int METRICS = 2;
    private static final int METRICS_FROM = 4;
    private static final int DEFAULT_RESULTS = 10;
    private static final int MAX_RESULTS = 64;
    private static final long MAX_SECONDS = 1_000_000;
    private static final long MILLIS_PER_SECOND = 1000;
    private static final long NANOS_PER_MICRO = 1000;
    private static final int LAST_SLOT = 16_383;

    /** Fields of the reply whatever was asked for, for the time of the processor, and for the network. */
    private static final int COMMON_FIELDS = 7;

    private static final int TIME_FIELDS = 3;
    private static final int NETWORK_FIELDS = 2;

    private final HotKeysSession session;

    public HotKeysCommands(HotKeysSession session) {
        this.session = session;
    }

    @Override
    public String name() {
        return "hotkeys";
    }

    @Override
    public List<Command> commands() {
        return List.of(Command.container(
                HotKeysSpecs.HOTKEYS,
                Command.of(HotKeysSpecs.HOTKEYS_GET, this::get),
                Command.of(
                        HotKeysSpecs.HOTKEYS_HELP,
                        HelpText.of(
                                "HOTKEYS",
                                "GET",
                                "    Return what was found, while the search goes on or after it.",
                                "RESET",
                                "    Forget what was found; the search must have ended.",
                                "START METRICS <count> [CPU] [NET] [COUNT <k>] [DURATION <seconds>] [SAMPLE <ratio>]",
                                "    Find the <k> keys (default: 10, at most 64) that take most of the processor's time",
                                "    or of the network, for some seconds or until STOP, by one command in <ratio>.",
                                "STOP",
                                "    End the search.")),
                Command.of(HotKeysSpecs.HOTKEYS_RESET, this::reset),
                Command.of(HotKeysSpecs.HOTKEYS_START, this::start),
                Command.of(HotKeysSpecs.HOTKEYS_STOP, this::stop)));
    }

    private void start(Call call) {
        session.stopWhenOver();
        if (session.isActive()) {
            throw Errors.err("hotkey tracking session already in progress");
        }
        if (call.argCount() < METRICS_FROM || !call.argIs(2, "METRICS")) {
            throw Errors.err("METRICS parameter is required");
        }
        int metrics = (int) call.integerArg(3, 1, METRICS, "METRICS count must be > 0 and <= " + METRICS);
        int next = METRICS_FROM + metrics;
        boolean byTime = isAmong(call, next, "CPU");
        boolean byBytes = isAmong(call, next, "NET");
        if (next > call.argCount()) {
            throw Errors.err("METRICS count does not match number of metric types provided");
        }
        if (!byTime && !byBytes) {
            throw Errors.err("METRICS no valid metrics passed. Supported: CPU|NET");
        }
        int results = DEFAULT_RESULTS;
        int ratio = 1;
        long seconds = 0;
        for (; next < call.argCount(); next += 2) {
            if (call.argIs(next, "SLOTS")) {
                throw Errors.err("SLOTS parameter cannot be used in non-cluster mode");
            }
            if (next + 1 == call.argCount()) {
                throw Errors.syntax();
            }
            if (call.argIs(next, "COUNT")) {
                results = (int) call.integerArg(next + 1, 1, MAX_RESULTS, "COUNT must be between 1 and " + MAX_RESULTS);
            } else if (call.argIs(next, "DURATION")) {
                seconds = call.integerArg(next + 1, 1, MAX_SECONDS, "DURATION must be between 1 and " + MAX_SECONDS);
            } else if (call.argIs(next, "SAMPLE")) {
                ratio = (int) call.integerArg(next + 1, 1, Integer.MAX_VALUE, "SAMPLE ratio must be positive");
            } else {
                throw Errors.syntax();
            }
        }
        session.start(byTime, byBytes, results, ratio, seconds * MILLIS_PER_SECOND);
        call.reply().ok();
    }

    /** Whether a metric is among those named; others may be, which a later version may know. */
    private static boolean isAmong(Call call, int end, String metric) {
        boolean found = false;
        for (int i = METRICS_FROM; i < Math.min(end, call.argCount()); i++) {
            if (call.argIs(i, metric)) {
                if (found) {
                    throw Errors.err("METRICS " + metric + " defined more than once!");
                }
                found = true;
            }
        }
        return found;
    }

    private void stop(Call call) {
        session.stopWhenOver();
        if (!session.isActive()) {
            call.reply().nil();
            return;
        }
        session.stop();
        call.reply().ok();
    }

    private void reset(Call call) {
        session.stopWhenOver();
        if (session.isActive()) {
            throw Errors.err("hotkey tracking session in progress, stop tracking first");
        }
        session.reset();
        call.reply().ok();
    }

    /** Answers an array of one map, as of one node of a cluster. */
    private void get(Call call) {
        session.stopWhenOver();
        ReplyWriter reply = call.reply();
        if (!session.exists()) {
            reply.nil();
            return;
        }
        HotKeys recorder = session.recorder();
        List<Entry> byNanos = recorder.byNanos();
        List<Entry> byBytes = recorder.byBytes();
        reply.array(1);
        reply.map(COMMON_FIELDS + (byNanos == null ? 0 : TIME_FIELDS) + (byBytes == null ? 0 : NETWORK_FIELDS));
        reply.bulk("tracking-active");
        reply.integer(session.isActive() ? 1 : 0);
        reply.bulk("sample-ratio");
        reply.integer(session.sampleRatio());
        reply.bulk("selected-slots");
        reply.array(1);
        reply.array(2);
        reply.integer(0);
        reply.integer(LAST_SLOT);
        reply.bulk("all-commands-all-slots-us");
        reply.integer(recorder.nanos() / NANOS_PER_MICRO);
        reply.bulk("net-bytes-all-commands-all-slots");
        reply.integer(recorder.bytes());
        reply.bulk("collection-start-time-unix-ms");
        reply.integer(session.startMillis());
        reply.bulk("collection-duration-ms");
        reply.integer(session.durationMillis());
        if (byNanos != null) {
            reply.bulk("total-cpu-time-user-ms");
            reply.integer(session.userMillis());
            reply.bulk("total-cpu-time-sys-ms");
            reply.integer(session.systemMillis());
        }
        if (byBytes != null) {
            reply.bulk("total-net-bytes");
            reply.integer(session.networkBytes());
        }
        if (byNanos != null) {
            reply.bulk("by-cpu-time-us");
            entries(reply, byNanos, NANOS_PER_MICRO);
        }
        if (byBytes != null) {
            reply.bulk("by-net-bytes");
            entries(reply, byBytes, 1);
        }
    }

    private static void entries(ReplyWriter reply, List<Entry> entries, long unit) {
        reply.array(2 * entries.size());
        for (Entry entry : entries) {
            reply.bulk(entry.key());
            reply.integer(entry.sum() / unit);
        }
    }
}

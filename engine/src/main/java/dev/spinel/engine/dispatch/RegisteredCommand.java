package dev.spinel.engine.dispatch;

import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandHandler;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.data.Bytes;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** A command in the table, with what is known and counted of it. Engine thread only. */
public final class RegisteredCommand {
    private static final long MAX_TRACKED_NANOS = 1_000_000_000L;

    private final Command command;
    private final String owner;
    private final String fullName;
    private final @Nullable CommandHandler handler;
    private final int minArguments;
    private final int maxArguments;
    private final int gateMask;
    private final boolean repliesByPush;
    private final boolean isExec;
    private final boolean isForeign;
    private final List<RegisteredCommand> subcommands = new ArrayList<>();
    private long calls;
    private long nanos;
    private long rejectedCalls;
    private long failedCalls;
    private @Nullable Histogram latencies;

    RegisteredCommand(Command command, String owner, boolean foreign, @Nullable RegisteredCommand parent) {
        this.command = command;
        this.owner = owner;
        CommandSpec spec = command.spec();
        String name = spec.name().toLowerCase(Locale.ROOT);
        this.fullName = parent == null ? name : parent.fullName + "|" + name;
        this.handler = command.handler();
        this.minArguments = Math.abs(spec.arity());
        this.maxArguments = spec.arity() > 0 ? spec.arity() : Integer.MAX_VALUE;
        this.gateMask = Gate.maskOf(fullName, spec);
        this.isForeign = foreign;
        this.isExec = fullName.equals("exec");
        this.repliesByPush = spec.is(CommandFlag.PUBSUB) && fullName.endsWith("subscribe");
        for (Command subcommand : command.subcommands()) {
            subcommands.add(new RegisteredCommand(subcommand, owner, foreign, this));
        }
    }

    public Command command() {
        return command;
    }

    public CommandSpec spec() {
        return command.spec();
    }

    /** Name of the plugin that brought the command. */
    public String owner() {
        return owner;
    }

    /** The name in lower case, that of a subcommand as {@code config|get}. */
    public String fullName() {
        return fullName;
    }

    @Nullable
    CommandHandler handler() {
        return handler;
    }

    boolean accepts(int argCount) {
        return argCount >= minArguments && argCount <= maxArguments;
    }

    /** Whether it is EXEC, which answers for the commands that it will run. */
    boolean isExec() {
        return isExec;
    }

    /** Whether a plugin brought it, so that its replies are checked. */
    public boolean isForeign() {
        return isForeign;
    }

    /** Whether its replies are messages, which CLIENT REPLY does not suppress. */
    boolean repliesByPush() {
        return repliesByPush;
    }

    int gateMask() {
        return gateMask;
    }

    public List<RegisteredCommand> subcommands() {
        return subcommands;
    }

    /** The subcommand of a name, in any case, or null. */
    public @Nullable RegisteredCommand subcommand(Bytes name) {
        for (RegisteredCommand subcommand : subcommands) {
            if (name.isWord(subcommand.spec().name())) {
                return subcommand;
            }
        }
        return null;
    }

    void executed(long tookNanos, boolean failed, boolean trackLatency) {
        calls++;
        nanos += tookNanos;
        if (failed) {
            failedCalls++;
        }
        if (trackLatency) {
            Histogram histogram = latencies;
            if (histogram == null) {
                histogram = new Histogram(MAX_TRACKED_NANOS, 2);
                latencies = histogram;
            }
            histogram.recordValue(Math.min(tookNanos, MAX_TRACKED_NANOS));
        }
    }

    void rejected() {
        rejectedCalls++;
    }

    public long calls() {
        return calls;
    }

    /** Time spent in the handler, in nanoseconds. */
    public long nanos() {
        return nanos;
    }

    public long rejectedCalls() {
        return rejectedCalls;
    }

    public long failedCalls() {
        return failedCalls;
    }

    /** Times of the handler in nanoseconds, null when never called or not tracked. */
    public @Nullable Histogram latencies() {
        return latencies;
    }

    /** CONFIG RESETSTAT, for this command and its subcommands. */
    public void resetStatistics() {
        calls = 0;
        nanos = 0;
        rejectedCalls = 0;
        failedCalls = 0;
        latencies = null;
        subcommands.forEach(RegisteredCommand::resetStatistics);
    }

    /** LATENCY HISTOGRAM's reset, for this command and its subcommands. */
    public void resetLatencies() {
        latencies = null;
        subcommands.forEach(RegisteredCommand::resetLatencies);
    }
}

package dev.spinel.engine.dispatch;

import dev.spinel.api.command.Command;
import dev.spinel.api.command.CommandFlag;
import dev.spinel.api.command.CommandHandler;
import dev.spinel.api.command.CommandSpec;
import dev.spinel.api.command.KeySpec;
import dev.spinel.api.data.Bytes;
import dev.spinel.engine.acl.RuleCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.ToIntFunction;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;

/** A command in the table, with what is known and counted of it. Engine thread only. */
public final class RegisteredCommand implements RuleCommand {
    private static final long MAX_TRACKED_NANOS = 1_000_000_000L;
    private static final Set<KeySpec.Flag> ADDS_TO_VALUE = Set.of(KeySpec.Flag.RW, KeySpec.Flag.INSERT);

    private final Command command;
    private final String owner;
    private final String fullName;
    private final @Nullable CommandHandler handler;
    private final int minArguments;
    private final int maxArguments;
    private final int gateMask;
    private final int accessId;
    private final boolean isSubcommand;
    private final ChannelUse channelUse;
    private final boolean repliesByPush;
    private final boolean isExec;
    private final boolean touchesArbitraryKeys;
    private final boolean isForeign;
    private final boolean addsData;
    private final List<RegisteredCommand> subcommands = new ArrayList<>();
    private long calls;
    private long nanos;
    private long rejectedCalls;
    private long failedCalls;
    private @Nullable Histogram latencies;

    /** @param accessIds the index of its bit in access rules, for its full name */
    RegisteredCommand(
            Command command,
            String owner,
            boolean foreign,
            @Nullable RegisteredCommand parent,
            ToIntFunction<String> accessIds) {
        this.command = command;
        this.owner = owner;
        CommandSpec spec = command.spec();
        String name = spec.name().toLowerCase(Locale.ROOT);
        this.fullName = parent == null ? name : parent.fullName + "|" + name;
        this.handler = command.handler();
        this.minArguments = Math.abs(spec.arity());
        this.maxArguments = spec.arity() > 0 ? spec.arity() : Integer.MAX_VALUE;
        this.gateMask = Gate.maskOf(fullName, spec);
        this.accessId = accessIds.applyAsInt(fullName);
        this.isSubcommand = parent != null;
        this.channelUse = ChannelUse.of(fullName);
        this.isForeign = foreign;
        this.addsData =
                spec.is(CommandFlag.DENYOOM) || spec.keySpecs().stream().anyMatch(RegisteredCommand::addsToValue);
        this.isExec = fullName.equals("exec");
        this.touchesArbitraryKeys = spec.is(CommandFlag.TOUCHES_ARBITRARY_KEYS);
        this.repliesByPush = spec.is(CommandFlag.PUBSUB) && fullName.endsWith("subscribe");
        for (Command subcommand : command.subcommands()) {
            subcommands.add(new RegisteredCommand(subcommand, owner, foreign, this, accessIds));
        }
    }

    public Command command() {
        return command;
    }

    @Override
    public CommandSpec spec() {
        return command.spec();
    }

    /** Name of the plugin that brought the command. */
    public String owner() {
        return owner;
    }

    /** The name in lower case, that of a subcommand as {@code config|get}. */
    @Override
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

    /** Whether it may find keys expired that have nothing to do with each other. */
    boolean touchesArbitraryKeys() {
        return touchesArbitraryKeys;
    }

    /** Whether a plugin brought it, so that its replies are checked. */
    @Override
    public boolean isForeign() {
        return isForeign;
    }

    /** Whether its replies are messages, which CLIENT REPLY does not suppress. */
    boolean repliesByPush() {
        return repliesByPush;
    }

    /**
     * Whether it starts only with room for its arguments: all that are refused when memory is short, and SMOVE, which adds
     * to one value what it took from another.
     */
    boolean addsData() {
        return addsData;
    }

    private static boolean addsToValue(KeySpec keys) {
        return keys.flags().containsAll(ADDS_TO_VALUE);
    }

    int gateMask() {
        return gateMask;
    }

    @Override
    public int accessId() {
        return accessId;
    }

    @Override
    public boolean isSubcommand() {
        return isSubcommand;
    }

    /** Which of its arguments are channels. */
    ChannelUse channelUse() {
        return channelUse;
    }

    @Override
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

    /** Counts a run of the handler; one that goes on with a call that blocked is no further call. */
    void executed(long tookNanos, boolean failed, boolean goesOn, boolean trackLatency) {
        if (!goesOn) {
            calls++;
        }
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

    /** Counts the failure of a call that was counted when it blocked. */
    void failed() {
        failedCalls++;
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

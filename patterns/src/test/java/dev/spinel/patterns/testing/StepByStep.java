package dev.spinel.patterns.testing;

import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RetryPolicy;
import dev.spinel.patterns.transport.Way;
import java.time.Duration;

/** What tests of recipes stand on that take one step after the other: without a server, and on a clock that stands still. */
public abstract class StepByStep {
    /** Sends each command once. */
    protected static final RetryPolicy ONCE = new RetryPolicy(1, Duration.ofMillis(1), Duration.ofMillis(1));

    protected final ScriptedTransport transport = new ScriptedTransport();
    protected final ManualScheduler scheduler = new ManualScheduler();
    protected final EventLog events = new EventLog();
    protected final PatternRuntime runtime;

    protected StepByStep() {
        this(RetryPolicy.DEFAULT);
    }

    protected StepByStep(RetryPolicy retryPolicy) {
        runtime = PatternRuntime.builder(transport)
                .ways(Way.SCRIPT)
                .scheduler(scheduler)
                .retryPolicy(retryPolicy)
                .listener(events)
                .build();
    }
}

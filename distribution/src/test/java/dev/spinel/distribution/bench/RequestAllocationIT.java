package dev.spinel.distribution.bench;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collection;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/** What requests leave to the garbage collector, by the allocation profiler of JMH. */
class RequestAllocationIT {
    private static final double MAX_BYTES = 32;

    @ParameterizedTest
    @EnumSource
    void request_allocatesHardlyAnything(RequestBenchmark.Workload workload) throws RunnerException {
        Collection<RunResult> results = new Runner(new OptionsBuilder()
                        .include(RequestBenchmark.class.getName())
                        .param("workload", workload.name())
                        .addProfiler(GCProfiler.class)
                        // A process of its own, without the checks that tests switch on.
                        .forks(1)
                        .jvmArgs("-Xmx1g")
                        .warmupIterations(1)
                        .warmupTime(TimeValue.seconds(3))
                        .measurementIterations(3)
                        .measurementTime(TimeValue.seconds(1))
                        .verbosity(VerboseMode.SILENT)
                        .build())
                .run();

        // Of the best iteration: while the JIT compiler still works, requests allocate what it will do without.
        double bytes = results.iterator()
                .next()
                .getSecondaryResults()
                .get("gc.alloc.rate.norm")
                .getStatistics()
                .getMin();
        // LPUSH and RPOP share a figure: half of what one may allocate leaves neither more than that.
        assertThat(bytes)
                .isLessThanOrEqualTo(workload == RequestBenchmark.Workload.LPUSH_RPOP ? MAX_BYTES / 2 : MAX_BYTES);
    }
}

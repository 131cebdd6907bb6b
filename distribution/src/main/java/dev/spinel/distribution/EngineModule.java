package dev.spinel.distribution;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.spinel.distribution.config.Configuration;
import dev.spinel.engine.Capability;
import dev.spinel.engine.Engine;
import dev.spinel.engine.EngineOptions;
import dev.spinel.engine.admin.PluginHost;
import dev.spinel.engine.admin.ServerProcess;
import java.util.List;
import java.util.SplittableRandom;

/** The engine with its data. */
final class EngineModule extends AbstractModule {
    /** The version of Redis whose commands are complete here, as clients are told. */
    static final String REDIS_VERSION = "7.0.15";

    /** The young generation that the launcher sets, and room to collect it. */
    private static final long MIN_RESERVE_BYTES = 48L << 20;

    private static final double RESERVE_SHARE = 0.3;
    private static final double MAX_RESERVE_SHARE = 0.625;

    /** The version of Spinel; {@code dev} when it does not run from its JAR. */
    static String spinelVersion() {
        String version = EngineModule.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }

    /**
     * The most bytes of the heap that data may take. Three tenths, 48 MiB at least but never more than five eighths, are
     * left for the young generation, for buffers of requests and replies, and for gaps between records.
     */
    static long maxDataBytes(long heapBytes) {
        double reserve =
                Math.min(heapBytes * MAX_RESERVE_SHARE, Math.max(MIN_RESERVE_BYTES, heapBytes * RESERVE_SHARE));
        return heapBytes - (long) reserve;
    }

    @Provides
    @Singleton
    Engine engine(
            Configuration configuration,
            ServerProcess process,
            PluginHost plugins,
            List<Capability> capabilities,
            ServerClock clock,
            ServerLog log) {
        return new Engine(new EngineOptions(
                configuration.registry(),
                configuration.file(),
                new UserFile(configuration.registry()),
                configuration.commandRenames(),
                process,
                plugins,
                capabilities,
                maxDataBytes(Runtime.getRuntime().maxMemory()),
                clock.unixMicros(),
                clock.nanos(),
                new SplittableRandom(),
                REDIS_VERSION,
                spinelVersion(),
                (command, failure) -> log.failure("command " + command + " failed", failure)));
    }
}

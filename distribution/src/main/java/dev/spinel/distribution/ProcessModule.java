package dev.spinel.distribution;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.spinel.engine.admin.ServerProcess;

/** The process around the engine, the log, and the time. */
final class ProcessModule extends AbstractModule {
    private final ServerLog log;
    private final ServerClock clock;

    ProcessModule(ServerLog log, ServerClock clock) {
        this.log = log;
        this.clock = clock;
    }

    @Override
    protected void configure() {
        bind(ServerLog.class).toInstance(log);
        bind(ServerClock.class).toInstance(clock);
        bind(ServerProcess.class).to(JvmProcess.class);
    }

    @Provides
    @Singleton
    JvmProcess jvmProcess() {
        return new JvmProcess(log);
    }
}

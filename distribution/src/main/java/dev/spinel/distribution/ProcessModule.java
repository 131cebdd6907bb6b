package dev.spinel.distribution;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.spinel.engine.admin.ServerProcess;

/** The process around the engine, and the log. */
final class ProcessModule extends AbstractModule {
    private final ServerLog log;

    ProcessModule(ServerLog log) {
        this.log = log;
    }

    @Override
    protected void configure() {
        bind(ServerLog.class).toInstance(log);
        bind(ServerProcess.class).to(JvmProcess.class);
    }

    @Provides
    @Singleton
    JvmProcess jvmProcess() {
        return new JvmProcess(log);
    }
}

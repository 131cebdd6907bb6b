package dev.spinel.distribution;

import com.google.inject.AbstractModule;
import com.google.inject.Provides;
import com.google.inject.Singleton;
import dev.spinel.distribution.config.Configuration;
import dev.spinel.engine.admin.PluginHost;

/** Plugins that are found, loaded and unloaded at run time. */
final class PluginModule extends AbstractModule {
    @Override
    protected void configure() {
        bind(PluginHost.class).to(PluginRegistry.class);
    }

    @Provides
    @Singleton
    PluginRegistry pluginRegistry(ServerLog log, Configuration configuration) {
        return new PluginRegistry(log, configuration.pluginParameters());
    }
}

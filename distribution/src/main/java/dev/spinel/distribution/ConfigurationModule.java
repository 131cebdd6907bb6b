package dev.spinel.distribution;

import com.google.inject.AbstractModule;
import dev.spinel.distribution.config.Configuration;
import dev.spinel.engine.config.ConfigFile;
import dev.spinel.engine.config.ConfigRegistry;

/** The configuration of one server. */
final class ConfigurationModule extends AbstractModule {
    private final Configuration configuration;

    ConfigurationModule(Configuration configuration) {
        this.configuration = configuration;
    }

    @Override
    protected void configure() {
        bind(Configuration.class).toInstance(configuration);
        bind(ConfigRegistry.class).toInstance(configuration.registry());
        bind(ConfigFile.class).toInstance(configuration.file());
    }
}

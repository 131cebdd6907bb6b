package dev.spinel.distribution.config;

import dev.spinel.engine.config.ConfigFile;
import dev.spinel.engine.config.ConfigRegistry;
import java.io.IOException;

/** A server that was started without a configuration file. */
final class NoConfigFile implements ConfigFile {
    @Override
    public String path() {
        return "";
    }

    @Override
    public void rewrite(ConfigRegistry values, Extent extent) throws IOException {
        throw new IOException("there is no configuration file");
    }
}

package dev.spinel.distribution;

import dev.spinel.engine.admin.PluginHost;
import java.util.List;
import java.util.Map;

/** A server that loads no plugins. */
final class NoPlugins implements PluginHost {
    @Override
    public List<LoadedPlugin> loaded() {
        return List.of();
    }

    @Override
    public void load(String path, Map<String, String> config, List<String> arguments) {
        throw new IllegalArgumentException("this server loads no plugins");
    }

    @Override
    public void unload(String name) {
        throw new IllegalArgumentException("no such module with that name");
    }
}

package dev.spinel.distribution;

import java.net.URL;
import java.net.URLClassLoader;

/**
 * The classes of one plugin: those of its JARs and of the Java platform, and of the server only the API.
 *
 * <p>The parent is the platform loader, so a plugin may bring any version of any library, also one that the server uses
 * itself. The API comes from the server even if a JAR holds a copy of it: only then do both sides mean the same types. Any
 * thread.
 */
final class PluginClassLoader extends URLClassLoader {
    private static final String API = "dev.spinel.api.";
    private static final String JSPECIFY = "org.jspecify.";

    private final ClassLoader server;

    static {
        registerAsParallelCapable();
    }

    PluginClassLoader(String directory, URL[] jars, ClassLoader server) {
        super("plugin " + directory, jars, getPlatformClassLoader());
        this.server = server;
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (name.startsWith(API) || name.startsWith(JSPECIFY)) {
            return server.loadClass(name);
        }
        return super.loadClass(name, resolve);
    }
}

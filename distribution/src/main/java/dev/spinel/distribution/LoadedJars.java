package dev.spinel.distribution;

import dev.spinel.api.plugin.ServerPlugin;
import java.io.IOException;
import java.net.URL;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.jar.JarFile;

/**
 * The JARs of one plugin, opened by a class loader until {@link #close}. Engine thread only.
 */
final class LoadedJars implements AutoCloseable {
    private final Path path;
    private final PluginClassLoader loader;

    private LoadedJars(Path path, PluginClassLoader loader) {
        this.path = path;
        this.loader = loader;
    }

    /**
     * Opens a JAR, or all JARs of a directory.
     *
     * @throws IOException with the reason if there is none or one of them is damaged
     */
    static LoadedJars open(Path path) throws IOException {
        List<Path> jars = new ArrayList<>();
        if (Files.isDirectory(path)) {
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(path, "*.jar")) {
                entries.forEach(jars::add);
            }
            // The order decides which of two classes of one name is found; that of a directory listing is arbitrary.
            jars.sort(null);
        } else if (Files.exists(path)) {
            jars.add(path);
        }
        if (jars.isEmpty()) {
            throw new IOException(Files.isDirectory(path) ? "the directory holds no JAR" : "no such file or directory");
        }
        URL[] urls = new URL[jars.size()];
        for (int i = 0; i < urls.length; i++) {
            requireReadable(jars.get(i));
            urls[i] = jars.get(i).toUri().toURL();
        }
        return new LoadedJars(path, new PluginClassLoader(path.toString(), urls, ServerPlugin.class.getClassLoader()));
    }

    /** A class loader skips a damaged JAR silently, and the plugin would only seem to be missing. */
    private static void requireReadable(Path jar) throws IOException {
        try (JarFile file = new JarFile(jar.toFile())) {
            file.getManifest();
        } catch (IOException e) {
            throw new IOException(jar.getFileName() + " is not a readable JAR: " + e.getMessage(), e);
        }
    }

    /**
     * Makes the plugin that the JARs declare as a service.
     *
     * @throws IOException if they declare none, or several
     */
    ServerPlugin instantiate() throws IOException {
        List<ServiceLoader.Provider<ServerPlugin>> providers =
                ServiceLoader.load(ServerPlugin.class, loader).stream().toList();
        if (providers.size() != 1) {
            throw new IOException((providers.isEmpty() ? "no plugin is" : providers.size() + " plugins are")
                    + " declared in META-INF/services/" + ServerPlugin.class.getName() + " (expected: one)");
        }
        return providers.get(0).get();
    }

    Path path() {
        return path;
    }

    PluginClassLoader classLoader() {
        return loader;
    }

    /** Closes the JARs; classes that were not needed before cannot be loaded any more. */
    @Override
    public void close() throws IOException {
        loader.close();
    }
}

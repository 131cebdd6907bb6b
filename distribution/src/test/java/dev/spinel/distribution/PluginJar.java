package dev.spinel.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.spinel.api.plugin.ServerPlugin;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.jar.JarEntry;
import java.util.jar.JarOutputStream;
import java.util.stream.Stream;
import javax.tools.JavaCompiler.CompilationTask;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;

/**
 * A plugin's JAR as an outsider makes it: sources compiled against the API alone, and the service file.
 */
final class PluginJar {
    private static final String SERVICE_FILE = "META-INF/services/" + ServerPlugin.class.getName();
    private static final int MAJOR_VERSION_OFFSET = 7;

    private final Map<String, String> sources = new TreeMap<>();
    private String services = "";
    private boolean fromTheFuture;

    /** Adds a class that the JAR declares as a plugin. */
    PluginJar plugin(String className, String source) {
        services += className + "\n";
        return source(className, source);
    }

    /** Adds a class. */
    PluginJar source(String className, String source) {
        sources.put(className, source);
        return this;
    }

    /** Declares a plugin whose class is missing. */
    PluginJar missingPlugin(String className) {
        services += className + "\n";
        return this;
    }

    /** Has the classes look as if a Java to come had compiled them. */
    PluginJar compiledForNewerJava() {
        fromTheFuture = true;
        return this;
    }

    /** The API of the class path that this test runs on. */
    static Path apiOfThisClassPath() {
        try {
            return Path.of(ServerPlugin.class
                    .getProtectionDomain()
                    .getCodeSource()
                    .getLocation()
                    .toURI());
        } catch (URISyntaxException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Compiles and packs into a file, whose directory is made; the API is a JAR or a directory of classes. */
    Path write(Path jar, Path api) throws IOException {
        Files.createDirectories(jar.toAbsolutePath().getParent());
        Path classes = Files.createTempDirectory("plugin-classes");
        compile(classes, api);
        try (OutputStream file = Files.newOutputStream(jar);
                JarOutputStream out = new JarOutputStream(file)) {
            if (!services.isEmpty()) {
                put(out, SERVICE_FILE, services.getBytes(UTF_8));
            }
            for (Path classFile : classFiles(classes)) {
                byte[] bytes = Files.readAllBytes(classFile);
                if (fromTheFuture) {
                    bytes[MAJOR_VERSION_OFFSET] = (byte) 200;
                }
                put(out, classes.relativize(classFile).toString().replace('\\', '/'), bytes);
            }
        }
        return jar;
    }

    private static void put(JarOutputStream out, String name, byte[] bytes) throws IOException {
        out.putNextEntry(new JarEntry(name));
        out.write(bytes);
        out.closeEntry();
    }

    private static List<Path> classFiles(Path classes) throws IOException {
        try (Stream<Path> files = Files.walk(classes)) {
            return files.filter(Files::isRegularFile).sorted().toList();
        }
    }

    private void compile(Path classes, Path api) {
        if (sources.isEmpty()) {
            return;
        }
        List<JavaFileObject> files = new ArrayList<>();
        sources.forEach((name, source) -> files.add(new Source(name, source)));
        StringWriter messages = new StringWriter();
        CompilationTask task = ToolProvider.getSystemJavaCompiler()
                .getTask(
                        messages,
                        null,
                        null,
                        List.of(
                                "--release",
                                "17",
                                "-proc:none",
                                "-classpath",
                                api.toString(),
                                "-d",
                                classes.toString()),
                        null,
                        files);
        if (!task.call()) {
            throw new IllegalArgumentException(messages.toString());
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String className, String text) {
            super(URI.create("string:///" + className.replace('.', '/') + Kind.SOURCE.extension), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }
}

package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.StringWriter;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in the Javadoc of all modules compile. */
class JavadocExamplesTest {
    private static final Pattern EXAMPLE = Pattern.compile("<pre>\\{@code\n(.*?)\\n \\* }</pre>", Pattern.DOTALL);

    /** What examples take for granted, from the classes that they are in. */
    private static final String TEMPLATE =
            """
            import dev.spinel.distribution.SpinelServer;
            import dev.spinel.patterns.lock.JdbcFence;
            import dev.spinel.patterns.lock.Lease;
            import dev.spinel.patterns.queue.Delivery;
            import dev.spinel.patterns.queue.JdbcInbox;
            import dev.spinel.patterns.queue.WorkQueue;
            import java.sql.Connection;
            import javax.sql.DataSource;

            abstract class Example {
                Connection connection;
                DataSource database;
                JdbcFence fence;
                JdbcInbox inbox;
                Lease lease;
                WorkQueue queue;
                Delivery delivery;

                abstract void pay(Connection by);

                abstract void connectTo(int port);

                Object example() throws Exception {
                    if (connection != null) {
            %s
                    }
                    return null;
                }
            }
            """;

    @TempDir
    private Path compiled;

    @Test
    void examplesCompile() throws IOException {
        List<String> examples = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        for (Path source : sources()) {
            Matcher matcher = EXAMPLE.matcher(Files.readString(source));
            while (matcher.find()) {
                String example = matcher.group(1).replaceAll("(?m)^ \\* ?", "");
                examples.add(source.getFileName() + ": " + example);
                String errors = compile(example);
                if (!errors.isEmpty()) {
                    failures.add(source + ":\n" + errors);
                }
            }
        }
        assertThat(failures).isEmpty();
        assertThat(examples)
                .anyMatch(example -> example.startsWith("JdbcFence.java: connection.setAutoCommit(false);"))
                .anyMatch(example -> example.startsWith("JdbcInbox.java: "))
                .anyMatch(example -> example.startsWith("SpinelServer.java: "));
    }

    @Test
    void whatDoesNotCompile_isFound() {
        assertThat(compile("lease.noSuchMethod();")).contains("cannot find symbol");
    }

    private static List<Path> sources() throws IOException {
        try (Stream<Path> files = Files.walk(Path.of(".."))) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> file.toString().contains("src/main/java/"))
                    .toList();
        }
    }

    /** What the compiler has against it; empty if nothing. */
    private String compile(String example) {
        JavaFileObject source =
                new SimpleJavaFileObject(URI.create("string:///Example.java"), JavaFileObject.Kind.SOURCE) {
                    @Override
                    public CharSequence getCharContent(boolean ignoreEncodingErrors) {
                        return TEMPLATE.formatted(example);
                    }
                };
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter messages = new StringWriter();
        List<String> options =
                List.of("-proc:none", "-d", compiled.toString(), "-classpath", System.getProperty("java.class.path"));
        boolean compiles = compiler.getTask(messages, null, null, options, null, List.of(source))
                .call();
        return compiles ? "" : messages.toString();
    }
}

package dev.spinel.patterns.transport;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/**
 * The scripts of all recipes as one library of functions, for servers from Redis 7.0 on. An operator loads it once, into each primary of a
 * cluster; from then on it is part of the server's snapshots, logs and replicas:
 *
 * <pre>java -cp spinel-patterns.jar dev.spinel.patterns.transport.FunctionLibrary | redis-cli -x FUNCTION LOAD REPLACE</pre>
 *
 * <p>The name of a function is that of its package and files, and ends with the first 8 digits of the script's SHA-1, as in
 * {@code lock_acquire_mutex_1a2b3c4d}: an application never runs a function of another version, but its own script instead.
 *
 * <p>{@code functions.txt} lists the scripts, which operations put together by themselves: one a line, the recipe's package and the
 * files in their order.
 */
public final class FunctionLibrary {
    /** The name of the library on the server. */
    static final String NAME = "spinel_patterns";

    private static final String PACKAGES = "dev.spinel.patterns.";

    private FunctionLibrary() {}

    /** The text as FUNCTION LOAD takes it, about 230 kB. */
    public static String text() {
        StringBuilder text = new StringBuilder("#!lua name=" + NAME + '\n');
        for (Script script : scripts()) {
            text.append("\nredis.register_function('")
                    .append(script.function())
                    .append("', function(KEYS, ARGV)\n")
                    .append(new String(script.body(), UTF_8))
                    .append("\nend)\n");
        }
        return text.toString();
    }

    /** Writes the text to the standard output; takes no arguments. */
    public static void main(String[] arguments) {
        System.out.writeBytes(text().getBytes(UTF_8));
        System.out.flush();
    }

    /** The scripts, each once. */
    static List<Script> scripts() {
        List<Script> scripts = new ArrayList<>();
        try (InputStream in = FunctionLibrary.class.getResourceAsStream("functions.txt")) {
            String index = new String(requireNonNull(in, "functions.txt").readAllBytes(), UTF_8);
            for (String line : index.lines().toList()) {
                List<String> words = List.of(line.split(" ", -1));
                scripts.add(
                        Script.load(FunctionLibrary.class, PACKAGES + words.get(0), words.subList(1, words.size())));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return scripts;
    }
}

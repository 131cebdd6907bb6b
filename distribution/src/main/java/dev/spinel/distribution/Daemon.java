package dev.spinel.distribution;

import dev.spinel.engine.config.ConfigRegistry;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Puts the server into the background ({@code daemonize yes}).
 *
 * <p>A JVM cannot fork, so the process starts itself again with the same command line, in a session of its own where the
 * system has {@code setsid}, and without the terminal's streams. The environment tells the second process that it is one.
 */
final class Daemon {
    private static final Path KERNEL_COMMAND_LINE = Path.of("/proc/self/cmdline");
    private static final String MARK = "SPINEL_DAEMON";

    /** Where Redis writes the process id when it is a daemon and {@code pidfile} is not set. */
    static final String DEFAULT_PID_FILE = "/var/run/redis.pid";

    private Daemon() {}

    /** Whether this process is to start the one that serves, rather than to serve. */
    static boolean isWanted(ConfigRegistry config) {
        return config.get("daemonize").isYes() && System.getenv(MARK) == null && !isSupervised(config);
    }

    private static boolean isSupervised(ConfigRegistry config) {
        String supervisor = config.get("supervised").text();
        boolean auto = supervisor.equals("auto");
        return ((auto || supervisor.equals("systemd")) && System.getenv("NOTIFY_SOCKET") != null)
                || ((auto || supervisor.equals("upstart")) && System.getenv("UPSTART_JOB") != null);
    }

    /**
     * Starts the process that serves.
     *
     * @param standardInput what this process has read of its standard input
     * @return false when the system does not tell the command line of this process
     * @throws IOException if the process cannot be started
     */
    static boolean start(byte[] standardInput) throws IOException {
        List<String> command = commandLine();
        if (command.isEmpty()) {
            return false;
        }
        String session = inPath("setsid");
        if (session != null) {
            command.add(0, session);
        }
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put(MARK, "1");
        try (OutputStream input = builder.start().getOutputStream()) {
            input.write(standardInput);
        }
        return true;
    }

    /** The Java program of this process with its arguments; empty when the system does not tell. */
    private static List<String> commandLine() throws IOException {
        ProcessHandle.Info self = ProcessHandle.current().info();
        List<String> words = new ArrayList<>();
        // Without the limit of 4 KiB that the JVM has for the arguments it tells.
        if (Files.isReadable(KERNEL_COMMAND_LINE)) {
            words.addAll(List.of(Files.readString(KERNEL_COMMAND_LINE).split("\0", -1)));
            words.remove(words.size() - 1);
        } else if (self.arguments().isPresent()) {
            words.add("java");
            words.addAll(List.of(self.arguments().get()));
        }
        String java = self.command().orElse(null);
        if (java == null || words.isEmpty()) {
            return List.of();
        }
        words.set(0, java);
        return words;
    }

    private static @Nullable String inPath(String program) {
        String path = System.getenv("PATH");
        for (String directory : path == null ? new String[0] : path.split(File.pathSeparator, -1)) {
            Path file = Path.of(directory, program);
            if (Files.isExecutable(file)) {
                return file.toString();
            }
        }
        return null;
    }
}

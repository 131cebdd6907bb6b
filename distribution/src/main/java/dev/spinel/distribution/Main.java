package dev.spinel.distribution;

import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;

/** The program that the launcher starts. */
public final class Main {
    private Main() {}

    /** Starts a server and waits until it stops; exits with 1 if it cannot start. */
    public static void main(String[] args) throws InterruptedException {
        ServerLog log = new ServerLog(System.out);
        SpinelServer.Builder builder = SpinelServer.builder().log(log).bindAddress("*");
        int at = 0;
        while (at < args.length) {
            int end = at + 1;
            while (end < args.length && !args[end].startsWith("--")) {
                end++;
            }
            String[] words = Arrays.copyOfRange(args, at, end);
            words[0] = words[0].replaceFirst("^--", "");
            builder.directive(words);
            at = end;
        }
        String home = System.getProperty("spinel.home");
        if (home != null) {
            builder.pluginDirectory(Path.of(home, "plugins"));
        }
        log.notice("Spinel starts, PID: " + ProcessHandle.current().pid());
        try (SpinelServer server = builder.start()) {
            Runtime.getRuntime().addShutdownHook(new Thread(server::close, "spinel-shutdown"));
            log.notice("Server initialized");
            log.notice("Ready to accept connections");
            server.awaitStop();
        } catch (UncheckedIOException e) {
            log.warning(String.valueOf(e.getMessage()));
            System.exit(1);
        }
    }
}

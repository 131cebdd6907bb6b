package dev.spinel.distribution;

import java.io.UncheckedIOException;

/** The program that the launcher starts. */
public final class Main {
    private Main() {}

    /** Starts a server and waits until it stops; exits with 1 if it cannot start. */
    public static void main(String[] args) throws InterruptedException {
        ServerLog log = new ServerLog(System.out);
        SpinelServer.Builder builder = SpinelServer.builder().log(log).bindAddress("*");
        for (int i = 0; i + 1 < args.length; i += 2) {
            if (args[i].equals("--port")) {
                builder.port(Integer.parseInt(args[i + 1]));
            }
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

package dev.spinel.distribution;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import javax.management.JMException;
import javax.management.ObjectName;

/**
 * The class-data archive that the JVM writes when it exits, if the launcher asked for it; later starts map it. The launcher
 * uses it only if this class says that it is worth it. Any thread.
 */
final class ClassDataArchive {
    /** A system property: the archive that will be written, unset for none. */
    private static final String PROPERTY = "spinel.archive";

    /** The ending of the file that says so. */
    private static final String WHOLE = ".whole";

    /** The first Java whose archives do not keep which methods wait for the compiler. */
    private static final int FEATURE_WITHOUT_WAITING_METHODS = 21;

    private static final int PATIENCE_SECONDS = 5;
    private static final int POLL_MILLIS = 20;

    private ClassDataArchive() {}

    /**
     * Says that the archive is worth using, of a server that served and ends now. Before Java 21 an archive keeps that a
     * method was waiting for its compilation, and processes that map it wait for it forever, interpreting the method
     * (JDK-8306460). So the compiler is given the time to finish, and if it takes too long the archive is not used.
     */
    static void prepare() throws InterruptedException {
        String file = System.getProperty(PROPERTY);
        if (file == null) {
            return;
        }
        try {
            if (Runtime.version().feature() >= FEATURE_WITHOUT_WAITING_METHODS || awaitIdleCompiler()) {
                Files.createFile(Path.of(file + WHOLE));
            }
        } catch (JMException | IOException | RuntimeException e) {
            // Later starts take longer, which is all.
        }
    }

    private static boolean awaitIdleCompiler() throws JMException, InterruptedException {
        ObjectName commands = new ObjectName("com.sun.management:type=DiagnosticCommand");
        long deadlineNanos = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        while (!isIdle(String.valueOf(ManagementFactory.getPlatformMBeanServer()
                .invoke(commands, "compilerQueue", new Object[0], new String[0])))) {
            if (System.nanoTime() - deadlineNanos > 0) {
                return false;
            }
            TimeUnit.MILLISECONDS.sleep(POLL_MILLIS);
        }
        return true;
    }

    /** Reads what {@code jcmd Compiler.queue} prints: a paragraph for what is at work and one for each queue. */
    static boolean isIdle(String queues) {
        return queues.lines()
                .map(String::strip)
                .allMatch(line -> line.isEmpty()
                        || line.equals("Current compiles:")
                        || line.endsWith("compile queue:")
                        || line.equals("Empty"));
    }
}

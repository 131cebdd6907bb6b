package dev.spinel.distribution;

import dev.spinel.engine.admin.ServerProcess;
import dev.spinel.engine.stats.NetworkTotals;
import dev.spinel.resp.transport.NettyTransport;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.lang.management.OperatingSystemMXBean;
import java.lang.management.ThreadMXBean;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The virtual machine that runs the server, as INFO, SHUTDOWN and DEBUG see it.
 *
 * <p>{@link #connect} once before the engine runs; then engine thread only, unless a method says otherwise.
 */
final class JvmProcess implements ServerProcess {
    private static final int PAGE_BYTES = 4096;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final Path STAT = Path.of("/proc/self/stat");
    /** Index of the time in the kernel among the fields behind the name, see proc(5). */
    private static final int SYSTEM_TIME_FIELD = 12;

    private static final double TICKS_PER_SECOND = 100;
    private static final Path STATM = Path.of("/proc/self/statm");

    /** How old the figures of the kernel may be. */
    private static final long SAMPLE_NANOS = 100_000_000;

    private final ServerLog log;
    private final String executable;
    private final boolean isLaunched;
    private final AtomicBoolean releasing = new AtomicBoolean();
    private boolean sampled;
    private long sampledNanos;
    private long residentBytes;
    private double systemCpuSeconds;
    private @Nullable NettyTransport<?> transport;
    private Runnable stop = () -> {};
    private Runnable ready = () -> {};
    private Consumer<String> fail = reason -> {};

    /** The figures of Java, which are not needed before somebody asks for them. */
    private static final class Beans {
        static final OperatingSystemMXBean SYSTEM = ManagementFactory.getOperatingSystemMXBean();
        static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

        /** Asked once: in a container Java reads the files of its control group for the answer. */
        static final long MEMORY_BYTES = SYSTEM instanceof com.sun.management.OperatingSystemMXBean machine
                ? machine.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
    }

    JvmProcess(ServerLog log) {
        this.log = log;
        String home = System.getProperty("spinel.home");
        this.isLaunched = home != null;
        this.executable = home == null
                ? ProcessHandle.current().info().command().orElse("")
                : Path.of(home, "bin", "spinel-server").toString();
    }

    /**
     * Tells the transport whose figures it answers and what makes the server go on or stop.
     *
     * @param serverReady called once all data are loaded
     * @param serverFail called with the reason when the server cannot go on
     */
    void connect(
            NettyTransport<?> serverTransport, Runnable serverStop, Runnable serverReady, Consumer<String> serverFail) {
        transport = serverTransport;
        stop = serverStop;
        ready = serverReady;
        fail = serverFail;
    }

    @Override
    public long id() {
        return ProcessHandle.current().pid();
    }

    @Override
    public String executable() {
        return executable;
    }

    @Override
    public String operatingSystem() {
        return System.getProperty("os.name") + " " + System.getProperty("os.version") + " "
                + System.getProperty("os.arch").replace("amd64", "x86_64");
    }

    @Override
    public int tcpPort() {
        return transport == null ? 0 : Math.max(0, transport.port());
    }

    @Override
    public String multiplexing() {
        return transport == null ? "" : transport.io().name().toLowerCase(Locale.ROOT);
    }

    /** The resident set of the process on Linux, the committed heap elsewhere. */
    @Override
    public long residentBytes() {
        sample();
        return residentBytes;
    }

    /** Reads what the kernel tells, at most every {@link #SAMPLE_NANOS}: a monitor asks for many fields at once. */
    private void sample() {
        long now = System.nanoTime();
        if (sampled && now - sampledNanos < SAMPLE_NANOS) {
            return;
        }
        sampled = true;
        sampledNanos = now;
        try {
            String[] pages = Files.readString(STATM).split(" ", 3);
            residentBytes = Long.parseLong(pages[1]) * PAGE_BYTES;
            String stat = Files.readString(STAT);
            String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", SYSTEM_TIME_FIELD + 2);
            systemCpuSeconds = Long.parseLong(fields[SYSTEM_TIME_FIELD]) / TICKS_PER_SECOND;
        } catch (IOException e) {
            residentBytes = Runtime.getRuntime().totalMemory();
            systemCpuSeconds = 0;
        }
    }

    @Override
    public long systemMemoryBytes() {
        return Beans.MEMORY_BYTES;
    }

    @Override
    public double userCpuSeconds() {
        double all = Beans.SYSTEM instanceof com.sun.management.OperatingSystemMXBean machine
                ? machine.getProcessCpuTime() / NANOS_PER_SECOND
                : 0;
        return Math.max(0, all - systemCpuSeconds());
    }

    /** What Linux tells; elsewhere 0, because Java counts it as time in user mode. */
    @Override
    public double systemCpuSeconds() {
        sample();
        return systemCpuSeconds;
    }

    @Override
    public double engineUserCpuSeconds() {
        return Beans.THREADS.getCurrentThreadUserTime() / NANOS_PER_SECOND;
    }

    @Override
    public double engineSystemCpuSeconds() {
        return Math.max(0, Beans.THREADS.getCurrentThreadCpuTime() - Beans.THREADS.getCurrentThreadUserTime())
                / NANOS_PER_SECOND;
    }

    @Override
    public NetworkTotals networkTotals() {
        return transport == null ? NetworkTotals.NONE : transport.totals();
    }

    @Override
    public void log(String text) {
        log.warning(text);
    }

    @Override
    public Thread newThread(Runnable task) {
        Thread thread = new Thread(task, "spinel-files");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public void wakeUp() {
        if (transport != null) {
            transport.wakeUp();
        }
    }

    @Override
    public void ready() {
        ready.run();
    }

    @Override
    public void fail(String reason) {
        fail.accept(reason);
    }

    @Override
    public void stop() {
        stop.run();
    }

    /**
     * Has the collector mark what is in use and give the rest back, beside the server's threads. Does nothing in a virtual
     * machine that the launcher did not start, where it might do so in one long pause.
     */
    @Override
    public void releaseMemory() {
        if (isLaunched && releasing.compareAndSet(false, true)) {
            newThread(() -> {
                        System.gc();
                        releasing.set(false);
                    })
                    .start();
        }
    }
}

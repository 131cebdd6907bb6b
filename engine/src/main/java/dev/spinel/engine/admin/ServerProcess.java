package dev.spinel.engine.admin;

import dev.spinel.engine.stats.NetworkTotals;
import java.util.List;

/** The process around the engine, as the distribution implements it. Engine thread only. */
public interface ServerProcess {
    /** Process id. */
    long id();

    /** Absolute path of what was started. */
    String executable();

    /** Name, release and architecture of the operating system, as {@code uname -srm} prints them. */
    String operatingSystem();

    /** TCP port that the server listens on, 0 for none. */
    int tcpPort();

    /** Mechanism by which sockets are watched, such as {@code epoll}. */
    String multiplexing();

    /** Memory of the process that is in RAM, in bytes. */
    long residentBytes();

    /** RAM of the machine in bytes. */
    long systemMemoryBytes();

    /** CPU time of the process in user mode, in seconds. */
    double userCpuSeconds();

    /** CPU time of the process in the kernel, in seconds. */
    double systemCpuSeconds();

    /** CPU time of the calling thread, the engine's, in user mode, in seconds. */
    double engineUserCpuSeconds();

    /** CPU time of the calling thread, the engine's, in the kernel, in seconds. */
    double engineSystemCpuSeconds();

    /** What the transport has counted since it started. */
    NetworkTotals networkTotals();

    /** Writes a line to the server's log as a warning. */
    void log(String text);

    /** Makes a thread of the server, which does not keep the process alive; any thread. */
    Thread newThread(Runnable task);

    /** Has the engine's thread begin a turn soon; any thread. */
    void wakeUp();

    /** All data are loaded, and requests are executed from now on. */
    void ready();

    /**
     * Ends the process because it cannot go on.
     *
     * @param reason why, for the log
     */
    void fail(String reason);

    /** Stops the server after the current turn; no reply is sent any more. */
    void stop();

    /** Has memory that nothing uses given back to the operating system soon, if that does not stop the server. */
    void releaseMemory();

    /**
     * How SHUTDOWN was asked to stop.
     *
     * @param save whether to save data first
     * @param now whether not to wait for lagging replicas
     * @param force whether to stop although something failed
     */
    record ShutdownMode(Save save, boolean now, boolean force) {
        /** The mode that the words of {@code shutdown-on-sigterm} describe. */
        public static ShutdownMode of(List<String> words) {
            Save save = words.contains("save") ? Save.ALWAYS : words.contains("nosave") ? Save.NEVER : Save.CONFIGURED;
            return new ShutdownMode(save, words.contains("now"), words.contains("force"));
        }
    }

    /** Whether data are saved before stopping. */
    enum Save {
        /** If save points are configured. */
        CONFIGURED,
        ALWAYS,
        NEVER
    }
}

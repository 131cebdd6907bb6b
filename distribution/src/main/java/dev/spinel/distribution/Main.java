package dev.spinel.distribution;

import dev.spinel.distribution.config.CommandLine;
import dev.spinel.distribution.config.Configuration;
import dev.spinel.distribution.config.ConfigurationException;
import dev.spinel.engine.config.ConfigRegistry;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The program that the launcher starts. */
public final class Main {
    private static final String USAGE =
            """
            Usage: spinel-server [file.yml|file.conf] [--directive value ...] [-]
                   spinel-server -            (reads directives from standard input)
                   spinel-server -v | --version
                   spinel-server -h | --help

            Directives are those of redis.conf. What comes later counts: file, standard input, arguments.

            Examples:
                   spinel-server --port 7777 --maxmemory 100mb
                   spinel-server conf/spinel.yml --loglevel verbose
                   echo 'maxmemory 128mb' | spinel-server -
            """;

    /** First arguments that make redis-server something else than a server. */
    private static final Set<String> MODES_OF_REDIS = Set.of("--test-memory", "--check-system", "--sentinel");

    private final ServerLog log;
    private final ConfigRegistry config;

    private Main(ServerLog log, ConfigRegistry config) {
        this.log = log;
        this.config = config;
    }

    /** Starts a server and waits until it stops; exits with 1 if it cannot start. */
    public static void main(String[] args) throws InterruptedException {
        String first = args.length == 0 ? "" : args[0];
        if (first.equals("-v") || first.equals("--version")) {
            System.out.println("Spinel server v=" + EngineModule.spinelVersion() + " redis_version="
                    + EngineModule.REDIS_VERSION + " java=" + Runtime.version());
        } else if (first.equals("-h") || first.equals("--help")) {
            System.out.print(USAGE);
        } else if (MODES_OF_REDIS.contains(first)) {
            System.err.println(first + ": Spinel has no such mode, it only serves.\n\n" + USAGE);
            System.exit(1);
        } else {
            run(args);
        }
    }

    private static void run(String[] args) throws InterruptedException {
        Configuration configuration;
        ServerLog log;
        try {
            CommandLine commandLine = CommandLine.parse(args);
            byte[] standardInput = commandLine.readsStandardInput() ? readStandardInput() : new byte[0];
            configuration = Configuration.load(commandLine, new ByteArrayInputStream(standardInput));
            log = openLog(configuration.registry());
            if (Daemon.isWanted(configuration.registry())) {
                startDaemon(log, standardInput);
            }
        } catch (ConfigurationException e) {
            System.err.println(e.getMessage());
            System.exit(1);
            return;
        }
        Main main = new Main(log, configuration.registry());
        if (!main.serve(configuration, args.length > 0)) {
            System.exit(1);
        }
    }

    private static byte[] readStandardInput() {
        try {
            return System.in.readAllBytes();
        } catch (IOException e) {
            throw ConfigurationException.of("Can't read standard input: " + ConfigurationException.reason(e));
        }
    }

    /** Starts the process that serves and ends this one, or returns when only this one can serve. */
    private static void startDaemon(ServerLog log, byte[] standardInput) {
        try {
            if (Daemon.start(standardInput)) {
                System.exit(0);
            }
        } catch (IOException e) {
            throw ConfigurationException.of("Can't start in the background: " + e.getMessage());
        }
        log.warning("daemonize yes has no effect: this system does not tell the command line of the process. The server"
                + " stays in the foreground; have a supervisor or the shell (spinel-server ... &) put it into the"
                + " background");
    }

    private static ServerLog openLog(ConfigRegistry config) {
        Path directory = Path.of(config.get("dir").text()).toAbsolutePath();
        if (!Files.isDirectory(directory)) {
            throw ConfigurationException.of("Can't chdir to '" + directory + "': No such file or directory");
        }
        ServerLog log;
        String file = config.get("logfile").text();
        if (file.isEmpty()) {
            log = new ServerLog(System.out);
        } else {
            try {
                log = ServerLog.toFile(directory.resolve(file));
            } catch (IOException e) {
                throw ConfigurationException.of("Can't open the log file: " + ConfigurationException.reason(e));
            }
        }
        log.threshold(ServerLog.Level.valueOf(config.get("loglevel").text().toUpperCase(Locale.ROOT)));
        return log;
    }

    /** Runs a server until it stops; false, once the log says why, when it cannot start or a defect ends it. */
    private boolean serve(Configuration configuration, boolean configured) throws InterruptedException {
        log.warning("oO0OoO0OoO0Oo Spinel is starting oO0OoO0OoO0Oo");
        log.warning("Spinel version=" + EngineModule.spinelVersion() + ", Redis version=" + EngineModule.REDIS_VERSION
                + ", Java version=" + Runtime.version() + ", pid="
                + ProcessHandle.current().pid() + ", just started");
        log.warning(
                configured
                        ? "Configuration loaded"
                        : "Warning: no config file specified, using the default config. In order to specify a config"
                                + " file use spinel-server /path/to/spinel.yml");
        String home = System.getProperty("spinel.home");
        try {
            ProcessSignals signals = new ProcessSignals(config, log);
            SpinelServer server = SpinelServer.launch(
                    configuration,
                    log,
                    ServerClock.SYSTEM,
                    List.of(),
                    home == null ? null : Path.of(home, "plugins"),
                    false,
                    true);
            signals.handle(server);
            boolean served = server.awaitStart();
            if (served) {
                writePid();
                tellReady(server);
            }
            server.awaitStop();
            if (server.hasFailed()) {
                return false;
            }
            if (served) {
                ClassDataArchive.prepare();
            }
            finish();
            return true;
        } catch (UncheckedIOException e) {
            log.warning(String.valueOf(e.getMessage()));
            if (String.valueOf(e.getMessage()).startsWith("Could not create server TCP")) {
                log.warning("Failed listening on port " + config.number("port") + " (TCP), aborting.");
            }
        } catch (IllegalArgumentException e) {
            log.warning("Can't start: " + e.getMessage());
        }
        return false;
    }

    private void tellReady(SpinelServer server) {
        if (server.port() != 0 || config.number("tls-port") != 0) {
            log.notice("Ready to accept connections");
        }
        String socket = config.get("unixsocket").text();
        if (!socket.isEmpty()) {
            log.notice("The server is now ready to accept connections at " + socket);
        }
    }

    private void writePid() {
        Path file = pidFile();
        if (file != null) {
            try {
                Files.writeString(file, ProcessHandle.current().pid() + "\n");
            } catch (IOException e) {
                log.warning("Failed to write PID file: " + ConfigurationException.reason(e));
            }
        }
    }

    private @Nullable Path pidFile() {
        String name = config.get("pidfile").text();
        if (name.isEmpty()) {
            return config.get("daemonize").isYes() ? Path.of(Daemon.DEFAULT_PID_FILE) : null;
        }
        return Path.of(config.get("dir").text()).resolve(name);
    }

    private void finish() {
        Path file = pidFile();
        if (file != null) {
            log.notice("Removing the pid file.");
            try {
                Files.deleteIfExists(file);
            } catch (IOException e) {
                log.warning("Can't remove the pid file: " + ConfigurationException.reason(e));
            }
        }
        log.warning("Redis is now ready to exit, bye bye...");
    }
}

package dev.spinel.engine.admin;

import dev.spinel.engine.acl.AclFile;
import dev.spinel.engine.config.ConfigFile;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.stats.NetworkTotals;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A process, a configuration file and plugins that only exist in a test: their figures stand still until a test moves them. */
public final class FixedProcess implements ServerProcess, ConfigFile, AclFile, PluginHost {
    int stops;
    double userSeconds = 1.5;
    long inputBytes = 100;
    final List<String> logged = new ArrayList<>();
    private final Map<String, String> files = new HashMap<>();

    @Override
    public String path() {
        return "";
    }

    @Override
    public void rewrite(ConfigRegistry values, Extent extent) {
        throw new AssertionError("there is no file to rewrite");
    }

    @Override
    public String read(String path) throws IOException {
        String text = files.get(path);
        if (text == null) {
            throw new FileNotFoundException("No such file or directory");
        }
        return text;
    }

    @Override
    public void write(String path, String text) {
        files.put(path, text);
    }

    @Override
    public List<LoadedPlugin> loaded() {
        return List.of(new LoadedPlugin("demo", 3, "/plugins/demo.jar", List.of("x")));
    }

    @Override
    public void load(String path, Map<String, String> config, List<String> arguments) {
        throw new IllegalArgumentException("no such file");
    }

    @Override
    public void unload(String name) {
        throw new IllegalArgumentException("no such module with that name");
    }

    @Override
    public long id() {
        return 1234;
    }

    @Override
    public String executable() {
        return "/bin/spinel";
    }

    @Override
    public String operatingSystem() {
        return "Linux 6 x86_64";
    }

    @Override
    public int tcpPort() {
        return 6379;
    }

    @Override
    public String multiplexing() {
        return "none";
    }

    @Override
    public long residentBytes() {
        return 50L << 20;
    }

    @Override
    public long systemMemoryBytes() {
        return 1L << 34;
    }

    @Override
    public double userCpuSeconds() {
        return userSeconds;
    }

    @Override
    public double systemCpuSeconds() {
        return 0.25;
    }

    @Override
    public double engineUserCpuSeconds() {
        return 1.25;
    }

    @Override
    public double engineSystemCpuSeconds() {
        return 0.125;
    }

    @Override
    public NetworkTotals networkTotals() {
        return new NetworkTotals(inputBytes, 200, 10, 20, 3, 4);
    }

    /** The lines of the log so far. */
    public List<String> logged() {
        return List.copyOf(logged);
    }

    @Override
    public void log(String text) {
        logged.add(text);
    }

    @Override
    public Thread newThread(Runnable task) {
        return new Thread(task);
    }

    @Override
    public void wakeUp() {}

    @Override
    public void ready() {}

    @Override
    public void fail(String reason) {
        throw new AssertionError(reason);
    }

    @Override
    public void stop() {
        stops++;
    }

    @Override
    public void releaseMemory() {}
}

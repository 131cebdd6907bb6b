package dev.spinel.engine;

import dev.spinel.engine.admin.ServerProcess.ShutdownMode;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A capability that does nothing, for tests that need the ports. */
public final class PortsProbe implements Capability {
    private final List<ShutdownMode> shutdowns = new ArrayList<>();
    private final boolean maySave;
    private @Nullable EnginePorts ports;

    public PortsProbe() {
        this(true);
    }

    /** @param maySave whether it lets the server end */
    public PortsProbe(boolean maySave) {
        this.maySave = maySave;
    }

    @Override
    public String name() {
        return "probe";
    }

    @Override
    public void connect(EnginePorts enginePorts) {
        ports = enginePorts;
    }

    public EnginePorts ports() {
        return Objects.requireNonNull(ports);
    }

    @Override
    public boolean prepareShutdown(ShutdownMode mode) {
        shutdowns.add(mode);
        return maySave;
    }

    /** What the server was asked to prepare for. */
    public List<ShutdownMode> shutdowns() {
        return shutdowns;
    }
}

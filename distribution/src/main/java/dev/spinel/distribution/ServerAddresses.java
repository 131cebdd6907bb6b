package dev.spinel.distribution;

import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.resp.transport.ListenSettings;
import dev.spinel.resp.transport.NettyTransport;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a server accepts connections: opens what the directives say, and follows CONFIG SET of {@code bind} and
 * {@code port}.
 *
 * <p>Engine thread only.
 */
final class ServerAddresses {
    private final ConfigRegistry config;
    private final NettyTransport<?> transport;
    private final ServerLog log;
    private @Nullable ListenSettings current;

    ServerAddresses(ConfigRegistry config, NettyTransport<?> transport, ServerLog log) {
        this.config = config;
        this.transport = transport;
        this.log = log;
    }

    /**
     * Opens the addresses.
     *
     * @param anyPort whether port 0 means any free port rather than no TCP
     * @throws IOException with the message for the log
     */
    void open(boolean anyPort) throws IOException {
        ListenSettings settings = settings(anyPort);
        if (settings.bindAddresses().isEmpty() && settings.unixSocket() == null) {
            throw new IOException("Configured to not listen anywhere, exiting.");
        }
        transport.listen(settings);
        if (anyPort && !settings.bindAddresses().isEmpty()) {
            config.load(List.of("port", Integer.toString(transport.port())));
        }
        current = settings(false);
        config.bind("port", value -> change("Unable to listen on this port. Check server logs."));
        config.bind("bind", value -> change("Failed to bind to specified addresses."));
    }

    private void change(String refusal) {
        ListenSettings wanted = settings(false);
        if (wanted.equals(current)) {
            return;
        }
        try {
            transport.listen(wanted);
            current = wanted;
        } catch (IOException e) {
            log.warning(String.valueOf(e.getMessage()));
            throw new IllegalArgumentException(refusal, e);
        }
    }

    private ListenSettings settings(boolean anyPort) {
        int port = (int) config.number("port");
        String socket = config.get("unixsocket").text();
        return new ListenSettings(
                port == 0 && !anyPort ? List.of() : config.get("bind").words(),
                port,
                (int) config.number("tcp-backlog"),
                socket.isEmpty() ? null : Path.of(config.get("dir").text()).resolve(socket),
                (int) config.number("unixsocketperm"));
    }
}

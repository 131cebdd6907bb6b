package dev.spinel.distribution;

import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.resp.transport.ListenSettings;
import dev.spinel.resp.transport.ListenSettings.TlsPort;
import dev.spinel.resp.transport.NettyTransport;
import dev.spinel.resp.transport.TlsSettings;
import dev.spinel.resp.transport.TlsSettings.ClientCertificates;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where a server accepts connections: opens what the directives say, and follows CONFIG SET of {@code bind}, {@code port}
 * and the directives of TLS.
 *
 * <p>Engine thread only.
 */
final class ServerAddresses {
    /** What belongs together: a certificate is changed with its key. */
    private static final List<String> TLS_DIRECTIVES = List.of(
            "tls-port",
            "tls-cert-file",
            "tls-key-file",
            "tls-key-file-pass",
            "tls-ca-cert-file",
            "tls-ca-cert-dir",
            "tls-auth-clients",
            "tls-protocols",
            "tls-ciphers",
            "tls-ciphersuites",
            "tls-session-caching",
            "tls-session-cache-size",
            "tls-session-cache-timeout");

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
        if (anyPort && settings.port() == 0) {
            config.load(List.of("port", Integer.toString(transport.port())));
        }
        current = settings(false);
        config.bind("port", value -> change("Unable to listen on this port. Check server logs."));
        config.bind("bind", value -> change("Failed to bind to specified addresses."));
        config.bindTogether(TLS_DIRECTIVES, this::reloadTls);
    }

    private TlsSettings tls() {
        return new TlsSettings(
                file("tls-cert-file"),
                file("tls-key-file"),
                config.get("tls-key-file-pass").text(),
                file("tls-ca-cert-file"),
                file("tls-ca-cert-dir"),
                switch (config.get("tls-auth-clients").text()) {
                    case "no" -> ClientCertificates.NOT_ASKED;
                    case "optional" -> ClientCertificates.OPTIONAL;
                    default -> ClientCertificates.REQUIRED;
                },
                config.get("tls-protocols").words(),
                names("tls-ciphers"),
                names("tls-ciphersuites"),
                config.get("tls-session-caching").isYes(),
                config.number("tls-session-cache-size"),
                config.number("tls-session-cache-timeout"));
    }

    private @Nullable Path file(String directive) {
        String name = config.get(directive).text();
        return name.isEmpty() ? null : Path.of(config.get("dir").text()).resolve(name);
    }

    private List<String> names(String directive) {
        String text = config.get(directive).text();
        return text.isEmpty() ? List.of() : List.of(text.split(":", -1));
    }

    private void change(String refusal) {
        ListenSettings wanted = settings(false);
        if (!wanted.equals(current)) {
            listen(wanted, refusal);
        }
    }

    /** Reads certificates and keys again, which may have changed although their names have not. */
    private void reloadTls() {
        ListenSettings wanted = settings(false);
        if (wanted.tls() != null || !wanted.equals(current)) {
            listen(wanted, "Unable to update TLS configuration. Check server logs.");
        }
    }

    private void listen(ListenSettings wanted, String refusal) {
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
        int tlsPort = (int) config.number("tls-port");
        boolean listens = port != 0 || tlsPort != 0 || anyPort;
        String socket = config.get("unixsocket").text();
        return new ListenSettings(
                listens ? config.get("bind").words() : List.of(),
                port == 0 && !anyPort ? ListenSettings.NO_PORT : port,
                tlsPort == 0 ? null : new TlsPort(tlsPort, tls()),
                (int) config.number("tcp-backlog"),
                socket.isEmpty() ? null : Path.of(config.get("dir").text()).resolve(socket),
                (int) config.number("unixsocketperm"));
    }
}

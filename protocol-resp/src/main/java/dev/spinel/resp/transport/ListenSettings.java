package dev.spinel.resp.transport;

import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Where a server accepts connections.
 *
 * @param bindAddresses addresses or host names; {@code *} and {@code ::*} for all of IPv4 and IPv6; a leading {@code -}
 *     marks one that may be missing on this machine; empty: no TCP
 * @param port the TCP port, 0 for any free one, {@link #NO_PORT} for none
 * @param tls where clients speak TLS, null for nowhere
 * @param backlog connections that the operating system may keep waiting to be accepted
 * @param unixSocket path of a unix socket to create, replacing what is there; null for none
 * @param unixSocketMode its permissions, such as 0700; 0: as the process creates files
 */
public record ListenSettings(
        List<String> bindAddresses,
        int port,
        @Nullable TlsPort tls,
        int backlog,
        @Nullable Path unixSocket,
        int unixSocketMode) {
    /** A TCP port for TLS, on the same addresses; 0 for any free one. */
    public record TlsPort(int port, TlsSettings settings) {}

    /** Instead of a port without TLS. */
    public static final int NO_PORT = -1;

    public ListenSettings {
        bindAddresses = List.copyOf(bindAddresses);
    }

    /** What the compiler makes of a record is put together when it is first called, which the start would wait for. */
    @Override
    public boolean equals(@Nullable Object object) {
        return object instanceof ListenSettings other
                && bindAddresses.equals(other.bindAddresses)
                && port == other.port
                && Objects.equals(tls, other.tls)
                && backlog == other.backlog
                && Objects.equals(unixSocket, other.unixSocket)
                && unixSocketMode == other.unixSocketMode;
    }

    @Override
    public int hashCode() {
        return Objects.hash(bindAddresses, port, tls, backlog, unixSocket, unixSocketMode);
    }

    /** One TCP address with the default backlog, for tests and embedding. */
    public static ListenSettings tcp(String address, int port) {
        return new ListenSettings(List.of(address), port, null, 511, null, 0);
    }
}

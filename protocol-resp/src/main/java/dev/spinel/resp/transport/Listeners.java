package dev.spinel.resp.transport;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.ManualIoEventLoop;
import io.netty.channel.ServerChannel;
import io.netty.handler.ssl.SslContext;
import java.io.IOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The listening sockets of a server, TCP and unix.
 *
 * <p>Engine thread only; accepted channels are initialised on the thread of their loop.
 */
final class Listeners<C> {
    private static final String ANY_IPV4 = "*";
    private static final String ANY_IPV6 = "::*";

    /** In the order of the bits of a file's mode, from the lowest. */
    private static final PosixFilePermission[] MODE_BITS = {
        PosixFilePermission.OTHERS_EXECUTE, PosixFilePermission.OTHERS_WRITE, PosixFilePermission.OTHERS_READ,
        PosixFilePermission.GROUP_EXECUTE, PosixFilePermission.GROUP_WRITE, PosixFilePermission.GROUP_READ,
        PosixFilePermission.OWNER_EXECUTE, PosixFilePermission.OWNER_WRITE, PosixFilePermission.OWNER_READ
    };

    private final NettyTransport<C> transport;
    private final IoTransport io;
    private final ManualIoEventLoop loop;

    private final List<Channel> channels = new ArrayList<>();
    private @Nullable ListenSettings current;
    private int port;
    private int tlsPort;

    Listeners(NettyTransport<C> transport, IoTransport io, ManualIoEventLoop loop) {
        this.transport = transport;
        this.io = io;
        this.loop = loop;
    }

    int port() {
        return port;
    }

    int tlsPort() {
        return tlsPort;
    }

    /** Closes the listeners of the old settings and opens those of new ones, or the old ones again if that fails. */
    void replace(ListenSettings where) throws IOException {
        ListenSettings old = current;
        int oldPort = port;
        close();
        try {
            open(where);
        } catch (IOException failure) {
            if (old != null) {
                open(new ListenSettings(
                        old.bindAddresses(),
                        old.port() == 0 ? oldPort : old.port(),
                        old.tls(),
                        old.backlog(),
                        old.unixSocket(),
                        old.unixSocketMode()));
            }
            throw failure;
        }
    }

    void close() {
        closeChannels();
        ListenSettings old = current;
        current = null;
        Path path = old == null ? null : old.unixSocket();
        if (path != null) {
            try {
                Files.deleteIfExists(path);
            } catch (IOException e) {
                System.getLogger(Listeners.class.getName())
                        .log(System.Logger.Level.WARNING, "Cannot remove the unix socket " + path, e);
            }
        }
    }

    private void open(ListenSettings where) throws IOException {
        try {
            if (where.port() != ListenSettings.NO_PORT) {
                port = openTcp(where, where.port(), null);
            }
            ListenSettings.TlsPort tls = where.tls();
            if (tls != null) {
                tlsPort = openTcp(where, tls.port(), TlsContexts.of(tls.settings()));
            }
            Path path = where.unixSocket();
            if (path != null) {
                channels.add(openUnix(path, where));
            }
            current = where;
        } catch (IOException e) {
            closeChannels();
            throw e;
        }
    }

    private void closeChannels() {
        for (Channel channel : channels) {
            complete(channel.close());
        }
        channels.clear();
        port = 0;
        tlsPort = 0;
    }

    /** Opens all addresses on one port and returns that, or 0 when there are no addresses. */
    private int openTcp(ListenSettings where, int wantedPort, @Nullable SslContext tls) throws IOException {
        int boundPort = wantedPort;
        int before = channels.size();
        // One IPv6 wildcard socket serves both families, and both cannot be bound to one port.
        boolean dualStack = where.bindAddresses().contains(ANY_IPV4)
                && (where.bindAddresses().contains(ANY_IPV6)
                        || where.bindAddresses().contains("-" + ANY_IPV6));
        for (String entry : where.bindAddresses()) {
            boolean optional = entry.startsWith("-");
            String address = optional ? entry.substring(1) : entry;
            if (dualStack && address.equals(ANY_IPV6)) {
                continue;
            }
            Channel listener = dualStack && address.equals(ANY_IPV4)
                    ? openWildcard(boundPort, where.backlog(), tls)
                    : openAddress(address, optional, boundPort, where.backlog(), tls);
            if (listener != null) {
                channels.add(listener);
                boundPort = ((InetSocketAddress) listener.localAddress()).getPort();
            }
        }
        if (channels.size() == before && !where.bindAddresses().isEmpty()) {
            throw new BindException(
                    "Failed listening on port " + wantedPort + (tls == null ? " (TCP)" : " (TLS)") + ", aborting.");
        }
        return channels.size() == before ? 0 : boundPort;
    }

    private Channel openWildcard(int boundPort, int backlog, @Nullable SslContext tls) throws IOException {
        try {
            return bind(io.tcpListener(), new InetSocketAddress("::", boundPort), backlog, "", tls);
        } catch (IOException withoutIpv6) {
            Channel listener = openAddress(ANY_IPV4, false, boundPort, backlog, tls);
            if (listener == null) {
                throw withoutIpv6;
            }
            return listener;
        }
    }

    /** The listener of one address, or null if that is optional and not there. */
    private @Nullable Channel openAddress(
            String address, boolean optional, int boundPort, int backlog, @Nullable SslContext tls) throws IOException {
        String host = address.equals(ANY_IPV4) ? "0.0.0.0" : address.equals(ANY_IPV6) ? "::" : address;
        try {
            return bind(
                    io.tcpListener(), new InetSocketAddress(InetAddress.getByName(host), boundPort), backlog, "", tls);
        } catch (UnknownHostException e) {
            if (optional) {
                return null;
            }
            throw failure(address, boundPort, "Name or service not known", e);
        } catch (IOException e) {
            String message = String.valueOf(e.getMessage());
            // Netty puts the system call and the number before the operating system's text.
            String reason = message.substring(message.lastIndexOf(": ") + 1).strip();
            if (optional && !reason.contains("in use")) {
                return null;
            }
            throw failure(address, boundPort, "bind: " + reason, e);
        }
    }

    private static IOException failure(String address, int port, String reason, IOException cause) {
        BindException failure = new BindException(
                "Could not create server TCP listening socket " + address + ":" + port + ": " + reason);
        failure.initCause(cause);
        return failure;
    }

    private Channel openUnix(Path path, ListenSettings where) throws IOException {
        try {
            Files.deleteIfExists(path);
            Channel listener = bind(io.unixListener(), io.unixAddress(path), where.backlog(), path.toString(), null);
            if (where.unixSocketMode() != 0) {
                Files.setPosixFilePermissions(path, permissions(where.unixSocketMode()));
            }
            return listener;
        } catch (IOException e) {
            throw new IOException("Failed opening Unix socket: bind: " + e.getMessage(), e);
        }
    }

    private static Set<PosixFilePermission> permissions(int mode) {
        Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
        for (int bit = 0; bit < MODE_BITS.length; bit++) {
            if ((mode & (1 << bit)) != 0) {
                permissions.add(MODE_BITS[bit]);
            }
        }
        return permissions;
    }

    // The replacement that the deprecation names exists for some transports only.
    @SuppressWarnings("deprecation")
    private Channel bind(
            Class<? extends ServerChannel> type,
            SocketAddress address,
            int backlog,
            String path,
            @Nullable SslContext tls)
            throws IOException {
        ServerBootstrap bootstrap = new ServerBootstrap()
                .group(loop, transport.connectionLoops())
                .channel(type)
                .option(ChannelOption.SO_BACKLOG, backlog)
                .childHandler(new ConnectionInitializer<>(transport, io, path, tls));
        if (path.isEmpty()) {
            bootstrap.option(ChannelOption.SO_REUSEADDR, true);
            bootstrap.childOption(ChannelOption.TCP_NODELAY, true);
        }
        ChannelFuture bound = bootstrap.bind(address);
        complete(bound);
        if (bound.cause() instanceof IOException failure) {
            throw failure;
        } else if (bound.cause() != null) {
            throw new IOException(bound.cause());
        }
        return bound.channel();
    }

    private void complete(ChannelFuture operation) {
        while (!operation.isDone()) {
            loop.runNow();
        }
    }

    /** Makes a connection of each accepted channel. */
    private static final class ConnectionInitializer<C> extends ChannelInitializer<Channel> {
        private final NettyTransport<C> transport;
        private final IoTransport io;
        private final String unixPath;
        private final @Nullable SslContext tls;

        ConnectionInitializer(NettyTransport<C> transport, IoTransport io, String unixPath, @Nullable SslContext tls) {
            this.tls = tls;
            this.transport = transport;
            this.io = io;
            this.unixPath = unixPath;
        }

        @Override
        protected void initChannel(Channel channel) {
            // Not known to the JDK's unix sockets, which report the end of input only to a read of its own anyway.
            channel.config().setOption(ChannelOption.ALLOW_HALF_CLOSURE, true);
            int seconds = transport.settings().keepAliveSeconds();
            if (unixPath.isEmpty() && seconds > 0) {
                channel.config().setOption(ChannelOption.SO_KEEPALIVE, true);
                channel.config().setOption(io.keepAliveIdle(), seconds);
                channel.config().setOption(io.keepAliveInterval(), Math.max(1, seconds / 3));
                channel.config().setOption(io.keepAliveCount(), 3);
            }
            if (tls != null) {
                channel.pipeline().addLast(tls.newHandler(channel.alloc()));
            }
            transport.connect(new Endpoint(channel, unixPath, tls != null));
        }
    }
}

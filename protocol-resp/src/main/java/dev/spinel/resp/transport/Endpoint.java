package dev.spinel.resp.transport;

import io.netty.channel.Channel;
import io.netty.channel.unix.UnixChannel;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * The addresses of a connection in Redis's form.
 *
 * <p>Any thread.
 *
 * @param unixPath path of the unix socket through which the client came; empty for TCP
 * @param isTls whether what it sends and gets is encrypted
 */
record Endpoint(Channel channel, String unixPath, boolean isTls) {
    String remoteAddress() {
        return text(channel.remoteAddress());
    }

    String localAddress() {
        return text(channel.localAddress());
    }

    boolean isUnixSocket() {
        return !unixPath.isEmpty();
    }

    /** The file descriptor, or -1 where the transport does not tell it. */
    int fileDescriptor() {
        return channel instanceof UnixChannel unix ? unix.fd().intValue() : -1;
    }

    private String text(@Nullable SocketAddress address) {
        if (isUnixSocket()) {
            return unixPath + ":0";
        }
        if (!(address instanceof InetSocketAddress inet)) {
            return "?:0";
        }
        String host = inet.getAddress().getHostAddress();
        return (inet.getAddress() instanceof Inet6Address ? "[" + host + "]" : host) + ":" + inet.getPort();
    }
}

package dev.spinel.resp.transport;

import io.netty.channel.ChannelOption;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.ServerChannel;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollServerDomainSocketChannel;
import io.netty.channel.epoll.EpollServerSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioChannelOption;
import io.netty.channel.socket.nio.NioServerDomainSocketChannel;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.unix.DomainSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import jdk.net.ExtendedSocketOptions;

/** The way to the operating system's sockets ({@code io-transport}). */
public enum IoTransport {
    /** The JDK's selector; everywhere. */
    NIO {
        @Override
        IoHandlerFactory ioHandlerFactory() {
            return NioIoHandler.newFactory();
        }

        @Override
        Class<? extends ServerChannel> tcpListener() {
            return NioServerSocketChannel.class;
        }

        @Override
        Class<? extends ServerChannel> unixListener() {
            return NioServerDomainSocketChannel.class;
        }

        @Override
        SocketAddress unixAddress(Path path) {
            return UnixDomainSocketAddress.of(path);
        }

        @Override
        ChannelOption<Integer> keepAliveIdle() {
            return NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPIDLE);
        }

        @Override
        ChannelOption<Integer> keepAliveInterval() {
            return NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPINTERVAL);
        }

        @Override
        ChannelOption<Integer> keepAliveCount() {
            return NioChannelOption.of(ExtendedSocketOptions.TCP_KEEPCOUNT);
        }
    },

    /** Linux's epoll through Netty's native library. */
    EPOLL {
        @Override
        IoHandlerFactory ioHandlerFactory() {
            return EpollIoHandler.newFactory();
        }

        @Override
        Class<? extends ServerChannel> tcpListener() {
            return EpollServerSocketChannel.class;
        }

        @Override
        Class<? extends ServerChannel> unixListener() {
            return EpollServerDomainSocketChannel.class;
        }

        @Override
        SocketAddress unixAddress(Path path) {
            return new DomainSocketAddress(path.toFile());
        }

        @Override
        ChannelOption<Integer> keepAliveIdle() {
            return EpollChannelOption.TCP_KEEPIDLE;
        }

        @Override
        ChannelOption<Integer> keepAliveInterval() {
            return EpollChannelOption.TCP_KEEPINTVL;
        }

        @Override
        ChannelOption<Integer> keepAliveCount() {
            return EpollChannelOption.TCP_KEEPCNT;
        }
    };

    /** The fastest one that works on this machine. */
    public static IoTransport fastest() {
        return Epoll.isAvailable() ? EPOLL : NIO;
    }

    abstract IoHandlerFactory ioHandlerFactory();

    abstract Class<? extends ServerChannel> tcpListener();

    abstract Class<? extends ServerChannel> unixListener();

    abstract SocketAddress unixAddress(Path path);

    abstract ChannelOption<Integer> keepAliveIdle();

    abstract ChannelOption<Integer> keepAliveInterval();

    abstract ChannelOption<Integer> keepAliveCount();
}

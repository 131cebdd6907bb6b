package dev.spinel.resp.transport;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import javax.net.ssl.SSLException;

/**
 * The end of a connection's pipeline: what its channel tells that means the same whoever executes its requests.
 *
 * <p>The loop's thread only.
 */
abstract class SocketHandler extends ChannelInboundHandlerAdapter {
    private static final System.Logger LOGGER = System.getLogger(SocketHandler.class.getName());

    private final Endpoint endpoint;

    SocketHandler(Endpoint endpoint) {
        this.endpoint = endpoint;
    }

    /** The peer sends nothing any more, and may still read. */
    abstract void inputEnded();

    /** The connection is of no use any more, as the log says where that is no matter of course; closes it at once. */
    abstract void failed();

    @Override
    public final void channelReadComplete(ChannelHandlerContext ctx) {
        // Flushing waits for the end of the turn.
    }

    @Override
    public final void channelWritabilityChanged(ChannelHandlerContext ctx) {
        // Of no interest: at most one buffer is under way.
    }

    @Override
    public final void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE || event instanceof SslCloseCompletionEvent) {
            inputEnded();
        }
    }

    @Override
    public final void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof DecoderException && cause.getCause() instanceof SSLException) {
            LOGGER.log(
                    System.Logger.Level.INFO,
                    "Error accepting a client connection from {0}: {1}",
                    endpoint.remoteAddress(),
                    cause.getCause().getMessage());
        } else if (!(cause instanceof IOException)) {
            LOGGER.log(
                    System.Logger.Level.ERROR,
                    "Connection " + endpoint.remoteAddress() + " is closed after a failure",
                    cause);
        }
        failed();
    }
}

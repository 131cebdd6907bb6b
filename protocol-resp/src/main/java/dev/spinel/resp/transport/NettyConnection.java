package dev.spinel.resp.transport;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.engine.client.Connection;
import dev.spinel.resp.codec.RequestDecoder;
import dev.spinel.resp.codec.RespWriter;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.channel.unix.UnixChannel;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection: it decodes what it reads, has the requests executed, and keeps their replies until the end of the
 * turn.
 *
 * <p>Engine thread only, which is the loop's thread.
 *
 * @param <C> what the engine keeps of a connected client
 */
// What fails on a channel ends in exceptionCaught or channelInactive, so that the futures of single operations tell
// nothing.
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyConnection<C> extends ChannelInboundHandlerAdapter implements Connection {
    /*
     * Output. Replies gather in the writer's array. At the end of a turn they go to the socket through one direct buffer
     * that all connections share; the usual case copies once and leaves nothing behind. When the socket takes only a part,
     * that buffer belongs to this connection until the socket is writable again and everything in it is sent; what follows
     * stays in the writer. Netty thus never queues more than one buffer per connection, and the unsent bytes can be
     * told exactly.
     */

    /** Requests of at most this many bytes are executed in one turn. */
    private static final int MAX_TURN_BYTES = SharedReadBuffer.SIZE_BYTES;

    private static final System.Logger LOGGER = System.getLogger(NettyConnection.class.getName());

    private final NettyTransport<C> transport;
    private final Channel channel;
    private final String unixPath;
    private final RequestDecoder decoder;
    private final RespWriter writer;

    private @Nullable ChannelHandlerContext context;
    private @Nullable C client;
    /** The client can execute nothing at present; its requests wait. */
    private boolean suspended;
    /** No request is executed any more. */
    private boolean closing;

    private boolean inputEnded;
    private boolean closed;

    private boolean flushQueued;
    private boolean resumeQueued;

    /** How much of the writer's bytes has been handed to Netty. */
    private int handedOver;
    /** The buffer of which the socket has taken only a part. */
    private @Nullable ByteBuf inFlight;

    /** @param unixPath path of the unix socket through which the client came; empty for TCP */
    NettyConnection(NettyTransport<C> transport, Channel channel, String unixPath) {
        this.transport = transport;
        this.channel = channel;
        this.unixPath = unixPath;
        this.decoder = transport.newDecoder();
        this.writer = transport.newWriter();
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        if (transport.admit()) {
            client = transport.executor().connect(this);
        } else {
            reply().error("ERR max number of clients reached");
            closeAfterReply();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closed = true;
        closing = true;
        writer.clear();
        handedOver = 0;
        C leaving = client;
        if (leaving != null) {
            client = null;
            transport.leave();
            transport.executor().disconnect(leaving);
        }
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            while (in.isReadable() && !closing) {
                int count = Math.min(in.readableBytes(), SharedReadBuffer.SIZE_BYTES);
                byte[] target = transport.requestArray();
                int offset = target.length - SharedReadBuffer.SIZE_BYTES;
                in.readBytes(target, offset, count);
                transport.countInput(count);
                decoder.receive(target, offset, count);
                executeRequests();
            }
        } finally {
            in.release();
        }
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        // The end of this pipeline: flushing waits for the end of the turn.
    }

    @Override
    public void channelWritabilityChanged(ChannelHandlerContext ctx) {
        // Of no interest: at most one buffer is under way.
    }

    @Override
    public void userEventTriggered(ChannelHandlerContext ctx, Object event) {
        if (event == ChannelInputShutdownEvent.INSTANCE) {
            // Like Redis: replies to what came before the end are sent as far as the socket takes them, then it closes.
            inputEnded = true;
            closing = true;
            queueFlush();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!(cause instanceof IOException)) {
            LOGGER.log(
                    System.Logger.Level.ERROR, "Connection " + remoteAddress() + " is closed after a failure", cause);
        }
        close();
    }

    /** Executes what has been received, up to the share of one turn. */
    void executeRequests() {
        C executing = client;
        if (executing == null) {
            return;
        }
        int leave = decoder.waitingBytes() - MAX_TURN_BYTES;
        boolean more = true;
        while (more && !suspended && !closing && decoder.waitingBytes() > leave) {
            switch (decoder.next()) {
                case REQUEST ->
                    suspended = !transport.executor().execute(executing, decoder.args(), decoder.argCount());
                case INCOMPLETE -> more = false;
                case ERROR -> {
                    closing = true;
                    queueFlush();
                    transport.executor().protocolError(executing, decoder.error());
                }
            }
        }
        if (closing) {
            return;
        }
        decoder.retain();
        if (decoder.waitingBytes() > transport.settings().maxQueryBufferBytes()) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "Closing client {0} that reached max query buffer length",
                    remoteAddress());
            close();
        } else if (more && !suspended && decoder.waitingBytes() > 0) {
            queueResume();
        }
    }

    /** Goes on after {@link #resume}; called by the transport's turn. */
    void runResumed() {
        resumeQueued = false;
        suspended = false;
        if (!closing) {
            executeRequests();
        }
    }

    /** Hands the output to the operating system as far as it takes it; called at the end of a turn. */
    void flushOutput() {
        flushQueued = false;
        ChannelHandlerContext ctx = context;
        if (closed || ctx == null) {
            writer.clear();
            return;
        }
        while (inFlight == null && handedOver < writer.length()) {
            writeChunk(ctx);
        }
        if (handedOver == writer.length()) {
            writer.clear();
            handedOver = 0;
            if (closing && inFlight == null) {
                channel.close();
            }
        } else if (handedOver > writer.length() / 2) {
            writer.discard(handedOver);
            handedOver = 0;
        }
        C waiting = client;
        if (inputEnded) {
            channel.close();
        } else if (inFlight != null && waiting != null) {
            transport.executor().outputWaits(waiting);
        }
    }

    private void writeChunk(ChannelHandlerContext ctx) {
        int count = Math.min(NettyTransport.WRITE_BYTES, writer.length() - handedOver);
        ByteBuf out = transport.writeBuffer();
        out.writeBytes(writer.array(), handedOver, count);
        handedOver += count;
        transport.countOutput(count);
        ctx.write(out.retain(), ctx.voidPromise());
        ctx.flush();
        if (out.refCnt() > 1) {
            inFlight = out;
            // Completes when everything before it, that is the buffer, has been sent.
            ctx.writeAndFlush(Unpooled.EMPTY_BUFFER).addListener(sent -> {
                inFlight = null;
                queueFlush();
            });
        }
    }

    private void queueFlush() {
        if (!flushQueued) {
            flushQueued = true;
            transport.queueFlush(this);
        }
    }

    private void queueResume() {
        if (!resumeQueued) {
            resumeQueued = true;
            transport.queueResume(this);
        }
    }

    @Override
    public ReplyWriter reply() {
        if (closed) {
            writer.clear();
        } else {
            queueFlush();
        }
        return writer;
    }

    @Override
    public int mark() {
        return writer.length();
    }

    @Override
    public void rollback(int mark) {
        writer.rollback(mark);
    }

    @Override
    public void protocol(int version) {
        writer.protocol(version);
    }

    @Override
    public void restrictRequests(boolean restricted) {
        decoder.restricted(restricted);
    }

    @Override
    public void closeAfterReply() {
        closing = true;
        queueFlush();
    }

    @Override
    public void close() {
        closing = true;
        closed = true;
        channel.close();
    }

    @Override
    public void resume() {
        queueResume();
    }

    @Override
    public String remoteAddress() {
        return text(channel.remoteAddress());
    }

    @Override
    public String localAddress() {
        return text(channel.localAddress());
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

    @Override
    public boolean isUnixSocket() {
        return !unixPath.isEmpty();
    }

    @Override
    public int fileDescriptor() {
        return channel instanceof UnixChannel unix ? unix.fd().intValue() : -1;
    }

    @Override
    public long outputBytes() {
        ByteBuf sending = inFlight;
        return (long) writer.length() - handedOver + (sending == null ? 0 : sending.readableBytes());
    }

    @Override
    public int queryBufferBytes() {
        return decoder.waitingBytes();
    }

    @Override
    public int queryBufferFreeBytes() {
        return decoder.freeBytes();
    }
}

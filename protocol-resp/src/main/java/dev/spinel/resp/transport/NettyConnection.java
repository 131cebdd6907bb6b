package dev.spinel.resp.transport;

import dev.spinel.api.command.ReplyWriter;
import dev.spinel.engine.client.Connection;
import dev.spinel.resp.codec.RequestDecoder;
import dev.spinel.resp.codec.RespReplies;
import dev.spinel.resp.codec.RespWriter;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.socket.ChannelInputShutdownEvent;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.ssl.SslCloseCompletionEvent;
import java.io.IOException;
import javax.net.ssl.SSLException;
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
final class NettyConnection<C> extends ChannelInboundHandlerAdapter implements Connection, TurnMember {
    /** Requests of at most this many bytes are executed in one turn. */
    private static final int MAX_TURN_BYTES = SharedReadBuffer.SIZE_BYTES;

    private static final System.Logger LOGGER = System.getLogger(NettyConnection.class.getName());

    private final NettyTransport<C> transport;
    private final LoopBuffers buffers;
    private final Channel channel;
    private final Endpoint endpoint;
    private final SocketOutput output;
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

    private long receivedBytes;
    private boolean flushQueued;
    private boolean resumeQueued;

    /** How much of the writer's bytes the output has been given. */
    private int handedOver;

    NettyConnection(NettyTransport<C> transport, LoopBuffers buffers, Endpoint endpoint) {
        this.transport = transport;
        this.buffers = buffers;
        this.endpoint = endpoint;
        this.channel = endpoint.channel();
        this.output = new SocketOutput(buffers, this::queueFlush);
        this.decoder = new RequestDecoder(
                transport.settings().requestLimits(),
                buffers.requestViews(),
                transport.settings().bufferBudget());
        this.writer = transport.newWriter(this::mayGrow);
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
        decoder.close();
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
                byte[] target = buffers.requestArray();
                int offset = target.length - SharedReadBuffer.SIZE_BYTES;
                in.readBytes(target, offset, count);
                transport.countInput(count);
                receivedBytes += count;
                decoder.receive(target, offset, count);
                executeRequests();
            }
        } finally {
            // Its memory is that of all reads, one of which may be in progress and have others served.
            in.skipBytes(in.readableBytes());
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
        if (event == ChannelInputShutdownEvent.INSTANCE || event instanceof SslCloseCompletionEvent) {
            // Like Redis: replies to what came before the end are sent as far as the socket takes them, then it closes.
            inputEnded = true;
            closing = true;
            queueFlush();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof DecoderException && cause.getCause() instanceof SSLException) {
            LOGGER.log(
                    System.Logger.Level.INFO,
                    "Error accepting a client connection from {0}: {1}",
                    endpoint.remoteAddress(),
                    cause.getCause().getMessage());
        } else if (!(cause instanceof IOException)) {
            closeAfter(cause);
        }
        close();
    }

    private void closeAfter(Throwable failure) {
        LOGGER.log(System.Logger.Level.ERROR, "Connection " + remoteAddress() + " is closed after a failure", failure);
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
        if (decoder.hasFailed()) {
            LOGGER.log(System.Logger.Level.WARNING, "Closing client {0}: {1}", remoteAddress(), decoder.error());
            close();
            return;
        }
        if (decoder.waitingBytes() > transport.settings().maxQueryBufferBytes()) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "Closing client {0} that reached max query buffer length",
                    remoteAddress());
            transport.countOverlongRequest();
            close();
        } else if (more && !suspended && decoder.waitingBytes() > 0) {
            queueResume();
        }
    }

    @Override
    public void runResumed() {
        resumeQueued = false;
        if (!closing) {
            try {
                executeRequests();
            } catch (RuntimeException | Error failure) {
                closeAfter(failure);
            }
        }
    }

    /** Hands the output to the operating system as far as it takes it. */
    @Override
    public void flushOutput() {
        flushQueued = false;
        ChannelHandlerContext ctx = context;
        if (closed || ctx == null) {
            writer.clear();
            return;
        }
        while (!output.isBusy() && handedOver < writer.length()) {
            int count = output.write(ctx, writer.array(), handedOver, writer.length() - handedOver);
            handedOver += count;
            transport.countOutput(count);
        }
        if (handedOver == writer.length()) {
            writer.clear();
            handedOver = 0;
            if (closing && !output.isBusy()) {
                channel.close();
            }
        } else if (handedOver > writer.length() / 2) {
            writer.discard(handedOver);
            handedOver = 0;
        }
        C waiting = client;
        if (inputEnded) {
            channel.close();
        } else if (output.isBusy() && waiting != null) {
            transport.executor().outputWaits(waiting);
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

    private boolean mayGrow(long bytes) {
        C growing = client;
        return growing == null
                || closed
                || transport.executor().mayGrow(growing, bytes - handedOver + output.pendingBytes());
    }

    @Override
    public ReplyWriter reply() {
        if (closed) {
            writer.clear();
        }
        queueFlush();
        return writer;
    }

    @Override
    public void send(byte[] source, int offset, int length) {
        if (closed) {
            return;
        }
        queueFlush();
        writer.raw(source, offset, length);
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
    public int repliesSince(int mark) {
        return RespReplies.count(writer.array(), mark, writer.length());
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
        // Not when its turn in the queue comes: it may stand there already for what the last turn left over, and the
        // client
        // may have been suspended since.
        suspended = false;
        queueResume();
    }

    @Override
    public void suspend(boolean value) {
        suspended = value;
        if (value) {
            // What other connections read goes where the rest of this one's requests are.
            decoder.retain();
        } else {
            // The reply of the command in progress comes after what was flushed meanwhile.
            queueFlush();
        }
    }

    @Override
    public String remoteAddress() {
        return endpoint.remoteAddress();
    }

    @Override
    public String localAddress() {
        return endpoint.localAddress();
    }

    @Override
    public boolean isUnixSocket() {
        return endpoint.isUnixSocket();
    }

    @Override
    public int fileDescriptor() {
        return endpoint.fileDescriptor();
    }

    @Override
    public long outputBytes() {
        return (long) writer.length() - handedOver + output.pendingBytes();
    }

    @Override
    public long receivedBytes() {
        return receivedBytes;
    }

    @Override
    public int queryBufferBytes() {
        return decoder.bufferedBytes();
    }

    @Override
    public int decodedBytes() {
        return decoder.decodedBytes();
    }

    @Override
    public int queryBufferFreeBytes() {
        return decoder.freeBytes();
    }
}

package dev.spinel.resp.transport;

import dev.spinel.resp.codec.RequestDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import org.jspecify.annotations.Nullable;

/**
 * One client's connection on the engine's own loop: it reads while the loop polls, executes when all connections have read,
 * and writes at the end of the turn.
 *
 * <p>Engine thread only, which is the loop's thread.
 *
 * @param <C> what the engine keeps of a connected client
 */
// What fails on a channel ends in exceptionCaught or channelInactive, so that the futures of single operations tell
// nothing.
@SuppressWarnings("FutureReturnValueIgnored")
final class NettyConnection<C> extends ClientConnection<C> {
    /** Requests of at most this many bytes are executed in one turn. */
    private static final int MAX_TURN_BYTES = SharedReadBuffer.SIZE_BYTES;

    private static final System.Logger LOGGER = System.getLogger(NettyConnection.class.getName());

    private final TurnReads reads;
    private final Channel channel;
    private final Endpoint endpoint;
    private final SocketOutput output;
    private final RequestDecoder decoder;

    private @Nullable ChannelHandlerContext context;
    private boolean inputEnded;
    private long receivedBytes;
    /** How much of the writer's bytes the output has been given. */
    private int handedOver;

    NettyConnection(NettyTransport<C> transport, LoopBuffers buffers, Endpoint endpoint) {
        super(transport);
        this.reads = buffers.reads();
        this.endpoint = endpoint;
        this.channel = endpoint.channel();
        this.output = new SocketOutput(buffers, this::queueFlush);
        this.decoder = new RequestDecoder(
                transport.settings().requestLimits(),
                buffers.requestViews(),
                transport.settings().bufferBudget());
    }

    /** Begins to hear of the channel. */
    void addTo(ChannelPipeline pipeline) {
        pipeline.addLast(new Handler());
    }

    /** What the channel tells. Nothing is executed in these calls: a script may poll the channels within its execution. */
    private final class Handler extends SocketHandler {
        Handler() {
            super(endpoint);
        }

        @Override
        public void channelActive(ChannelHandlerContext ctx) {
            context = ctx;
            open();
        }

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            end();
        }

        @Override
        public void channelRead(ChannelHandlerContext ctx, Object message) {
            ByteBuf in = (ByteBuf) message;
            try {
                while (in.isReadable() && !isClosing()) {
                    int count = reads.receive(in, decoder);
                    transport().countInput(count);
                    receivedBytes += count;
                    queueResume();
                }
            } finally {
                in.release();
            }
        }

        @Override
        void inputEnded() {
            inputEnded = true;
            closeAfterLastRequest();
        }

        @Override
        void failed() {
            close();
        }
    }

    /** Like Redis: replies to what came before the end are sent as far as the socket takes them, then it closes. */
    private void closeAfterLastRequest() {
        if (inputEnded && !isResumeQueued()) {
            closing();
        }
    }

    @Override
    void forgetClient() {
        decoder.close();
        super.forgetClient();
    }

    @Override
    void clearOutput() {
        super.clearOutput();
        handedOver = 0;
    }

    @Override
    void executeRequests(C executing) {
        int leave = decoder.waitingBytes() - MAX_TURN_BYTES;
        boolean more = true;
        while (more && !isSuspended() && !isClosing() && decoder.waitingBytes() > leave) {
            switch (decoder.next()) {
                case REQUEST ->
                    suspended(!transport().executor().execute(executing, decoder.args(), decoder.argCount()));
                case INCOMPLETE -> more = false;
                case ERROR -> {
                    closing();
                    transport().executor().protocolError(executing, decoder.error());
                }
            }
        }
        if (isClosing()) {
            return;
        }
        decoder.retain();
        if (decoder.hasFailed()) {
            closeWith("Closing client {0}: {1}", decoder.error());
        } else if (decoder.waitingBytes() > transport().settings().maxQueryBufferBytes()) {
            transport().countOverlongRequest();
            closeWith("Closing client {0} that reached max query buffer length", "");
        } else if (more && !isSuspended() && decoder.waitingBytes() > 0) {
            queueResume();
        }
        closeAfterLastRequest();
    }

    private void closeWith(String message, String detail) {
        LOGGER.log(System.Logger.Level.WARNING, message, remoteAddress(), detail);
        close();
    }

    @Override
    void writeOutput() {
        ChannelHandlerContext ctx = context;
        if (ctx == null || holdsReplies()) {
            return;
        }
        while (!output.isBusy() && handedOver < writer().length()) {
            int count = output.write(ctx, writer().array(), handedOver, writer().length() - handedOver);
            handedOver += count;
            transport().countOutput(count);
        }
        if (handedOver == writer().length()) {
            clearOutput();
            if (isClosing() && !output.isBusy()) {
                channel.close();
            }
        } else if (handedOver > writer().length() / 2) {
            writer().discard(handedOver);
            handedOver = 0;
        }
        C waiting = client();
        if (inputEnded && isClosing()) {
            channel.close();
        } else if (output.isBusy() && waiting != null) {
            transport().executor().outputWaits(waiting);
        }
    }

    @Override
    long pendingBytes() {
        return (long) output.pendingBytes() - handedOver;
    }

    @Override
    public void restrictRequests(boolean restricted) {
        decoder.restricted(restricted);
    }

    @Override
    public void close() {
        super.close();
        channel.close();
    }

    @Override
    public void suspend(boolean value) {
        super.suspend(value);
        if (value) {
            // What other connections read goes where the rest of this one's requests are.
            decoder.retain();
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

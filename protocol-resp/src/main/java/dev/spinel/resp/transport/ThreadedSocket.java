package dev.spinel.resp.transport;

import dev.spinel.resp.codec.RequestDecoder;
import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import org.jspecify.annotations.Nullable;

/**
 * The I/O loop's half of a connection: it reads, decodes, hands requests over in batches, and writes replies.
 *
 * <p>The loop's thread only, where a method does not say otherwise. {@link ThreadedConnection}, the engine's half, describes
 * how the two work together.
 *
 * @param <C> what the engine keeps of a connected client
 */
// What fails on a channel ends in exceptionCaught or channelInactive, so that the futures of single operations tell
// nothing.
@SuppressWarnings("FutureReturnValueIgnored")
final class ThreadedSocket<C> extends SocketHandler {
    /** A batch ends once its requests have this many bytes, and no more than this is read while it is out. */
    private static final int MAX_BATCH_BYTES = SharedReadBuffer.SIZE_BYTES;

    private static final System.Logger LOGGER = System.getLogger(ThreadedSocket.class.getName());

    private final IoLoops<C> loops;
    private final IoLoops.Loop loop;
    private final ConnectionSettings settings;
    private final Endpoint endpoint;
    private final Channel channel;
    private final ThreadedConnection<C> connection;
    private final RequestDecoder decoder;
    private final RequestBatch batch;
    private final SocketOutput output;
    private final OutputSlot slot = new OutputSlot();
    private final Runnable submission;
    private final Runnable moreOutput;

    private @Nullable ChannelHandlerContext context;
    /** The engine has the batch, or does not know the connection yet. */
    private boolean batchOut = true;

    private boolean suspended;
    private boolean inputEnded;
    /** Nothing that is read matters any more. */
    private boolean closing;

    /** What the engine handed over, null when all of it has been given to the output. */
    private byte @Nullable [] replies;

    private int repliesLength;
    private int repliesGiven;
    /** The slot is taken: not all that the engine handed over has been sent. */
    private boolean sending;

    private boolean closeWhenSent;

    private volatile boolean restricted;
    private volatile int unsentBytes;
    private long readBytes;
    private volatile long receivedBytes;
    private volatile int waitingBytes;
    private volatile int decodedBytes;
    private volatile int freeBytes;

    ThreadedSocket(IoLoops<C> loops, IoLoops.Loop loop, NettyTransport<C> transport, Endpoint endpoint) {
        super(endpoint);
        this.loops = loops;
        this.loop = loop;
        this.settings = transport.settings();
        this.endpoint = endpoint;
        this.channel = endpoint.channel();
        this.decoder =
                new RequestDecoder(settings.requestLimits(), loop.buffers().requestViews(), settings.bufferBudget());
        this.batch = new RequestBatch(loop.batchArrays(), settings.bufferBudget());
        // Not at once: the write that fails may be the one that goes on.
        this.output = new SocketOutput(loop.buffers(), () -> channel.eventLoop().execute(this::writeReplies));
        this.connection = new ThreadedConnection<>(transport, this, endpoint, slot);
        this.submission = () -> connection.submit(batch);
        this.moreOutput = connection::queueFlush;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        context = ctx;
        loops.onEngineThread(connection::opened);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        closing = true;
        context = null;
        decoder.close();
        byte[] unsent = replies;
        if (unsent != null) {
            replies = null;
            loops.giveBack(unsent);
        }
        unsentBytes = 0;
        loops.onEngineThread(connection::end);
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf in = (ByteBuf) message;
        try {
            while (in.isReadable() && !closing) {
                int count = loop.buffers().reads().receive(in, decoder);
                loops.countInput(count);
                readBytes += count;
                receivedBytes = readBytes;
                submitRequests();
                loop.buffers().reads().clear();
            }
        } finally {
            in.release();
        }
    }

    @Override
    void inputEnded() {
        // Like Redis: what came before the end is executed and its replies are sent, then it closes.
        inputEnded = true;
        endAfterLastRequest();
    }

    @Override
    void failed() {
        closing = true;
        channel.close();
    }

    /** Hands over the next batch, if the last one is back and the decoder has a request. */
    private void submitRequests() {
        if (!batchOut) {
            decoder.restricted(restricted);
            // A client that must authenticate first may do so, and larger requests are allowed after that.
            int maxRequests = restricted ? 1 : MAX_BATCH_BYTES;
            if (batch.fill(decoder, maxRequests, MAX_BATCH_BYTES)) {
                batchOut = true;
                loops.onEngineThread(submission);
            }
        }
        decoder.retain();
        if (decoder.hasFailed() && !batchOut) {
            LOGGER.log(
                    System.Logger.Level.WARNING, "Closing client {0}: {1}", endpoint.remoteAddress(), decoder.error());
            closing = true;
            channel.close();
            return;
        }
        waitingBytes = decoder.bufferedBytes();
        decodedBytes = decoder.decodedBytes();
        freeBytes = decoder.freeBytes();
        if (decoder.waitingBytes() > settings.maxQueryBufferBytes()) {
            LOGGER.log(
                    System.Logger.Level.WARNING,
                    "Closing client {0} that reached max query buffer length",
                    endpoint.remoteAddress());
            loops.countOverlongRequest();
            closing = true;
            channel.close();
            return;
        }
        boolean readOn = !batchOut || suspended || decoder.waitingBytes() <= MAX_BATCH_BYTES;
        if (channel.config().isAutoRead() != readOn) {
            channel.config().setAutoRead(readOn);
        }
    }

    private void endAfterLastRequest() {
        if (inputEnded && !closing && (!batchOut || suspended)) {
            closing = true;
            loops.onEngineThread(connection::closeAfterReply);
        }
    }

    /** Hears from the engine, in the order of its turns. */
    void endTurn(TurnEnd end) {
        byte[] handedOver = end.replies();
        if (handedOver != null && context == null) {
            loops.giveBack(handedOver);
        } else if (handedOver != null) {
            replies = handedOver;
            repliesLength = end.length();
            repliesGiven = 0;
            sending = true;
        }
        suspended = end.suspended();
        closing |= end.close();
        closeWhenSent |= end.close();
        if (end.batchDone()) {
            batch.clear();
            batchOut = false;
        }
        writeReplies();
        if (!closing) {
            submitRequests();
            endAfterLastRequest();
        }
    }

    /** Gives the replies to the socket as far as it takes them; then the engine may hand over more. */
    private void writeReplies() {
        ChannelHandlerContext ctx = context;
        if (ctx == null) {
            return;
        }
        byte[] source = replies;
        while (source != null && !output.isBusy()) {
            int count = output.write(ctx, source, repliesGiven, repliesLength - repliesGiven);
            loops.countOutput(count);
            repliesGiven += count;
            if (repliesGiven == repliesLength) {
                loops.giveBack(source);
                source = null;
                replies = null;
            }
        }
        if (source != null || output.isBusy()) {
            unsentBytes = (source == null ? 0 : repliesLength - repliesGiven) + output.pendingBytes();
            return;
        }
        if (sending) {
            sending = false;
            unsentBytes = 0;
            if (slot.free()) {
                loops.onEngineThread(moreOutput);
            }
        }
        if (closeWhenSent) {
            channel.close();
        }
    }

    /** Has the loop hear of the end of a turn; engine thread. */
    void post(TurnEnd end) {
        channel.eventLoop().execute(end);
    }

    /** Closes at once; engine thread. */
    void close() {
        channel.close();
    }

    /** Sets whether requests must be small, from the next batch on; engine thread. */
    void restricted(boolean value) {
        restricted = value;
    }

    /** Bytes handed over and not taken by the operating system; any thread. */
    int unsentBytes() {
        return unsentBytes;
    }

    /** Sets {@link #unsentBytes} for replies that are about to be posted; engine thread, which has taken the slot. */
    void unsentBytes(int count) {
        unsentBytes = count;
    }

    /** Bytes read so far; the engine's thread. */
    long receivedBytes() {
        return receivedBytes;
    }

    /** Bytes received that are neither in the batch nor decoded; any thread. */
    int waitingBytes() {
        return waitingBytes;
    }

    /** Bytes of an incomplete request that are decoded; any thread. */
    int decodedBytes() {
        return decodedBytes;
    }

    /** Room of the decoder's own behind them; any thread. */
    int freeBytes() {
        return freeBytes;
    }
}

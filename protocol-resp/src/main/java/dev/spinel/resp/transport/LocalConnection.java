package dev.spinel.resp.transport;

import dev.spinel.api.data.Bytes;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;

/**
 * A client within the process of the server: requests come as arguments, and replies leave in RESP, with no socket between.
 *
 * <p>{@link #send(List)} and {@link #disconnect} are for any thread, all else for the engine's.
 *
 * @param <C> what the engine keeps of a connected client
 */
public final class LocalConnection<C> extends ClientConnection<C> {
    private final Output output;
    /** Requests that the client cannot execute yet. */
    private final ArrayDeque<List<byte[]>> waiting = new ArrayDeque<>();

    private int waitingBytes;
    private long receivedBytes;

    /** Where replies go. Called on the engine thread: must not block. */
    public interface Output {
        /** Bytes of replies and messages, in order; belong to the receiver. A reply may be in several parts. */
        void replied(byte[] part);

        /** The connection has ended, from whichever side. Nothing follows. */
        void closed();
    }

    LocalConnection(NettyTransport<C> transport, Output output) {
        super(transport);
        this.output = output;
    }

    /**
     * Has a request executed after all that were sent before.
     *
     * @param request the command's name and its arguments, which are not copied and must not change until the reply
     * @throws RejectedExecutionException if the server has stopped: the request is not executed
     */
    public void send(List<byte[]> request) {
        transport().onRunningEngine(() -> received(request));
    }

    /** Ends the connection; requests that were sent before are executed as far as they can be. */
    public void disconnect() {
        try {
            transport().onRunningEngine(this::end);
        } catch (RejectedExecutionException ignored) {
            // The server has stopped, and with it all connections.
        }
    }

    private void received(List<byte[]> request) {
        if (isClosing()) {
            return;
        }
        waiting.add(request);
        int bytes = bytes(request);
        waitingBytes += bytes;
        transport().countInput(bytes);
        receivedBytes += bytes;
        queueResume();
    }

    private static int bytes(List<byte[]> request) {
        int bytes = 0;
        for (byte[] argument : request) {
            bytes += argument.length;
        }
        return bytes;
    }

    @Override
    void executeRequests(C executing) {
        while (!isSuspended() && !isClosing() && !waiting.isEmpty()) {
            List<byte[]> request = waiting.remove();
            Bytes[] args = new Bytes[request.size()];
            for (int i = 0; i < args.length; i++) {
                args[i] = Bytes.of(request.get(i));
            }
            suspended(!transport().executor().execute(executing, args, args.length));
            waitingBytes -= bytes(request);
        }
    }

    @Override
    void writeOutput() {
        if (holdsReplies()) {
            return;
        }
        if (writer().length() > 0) {
            byte[] part = Arrays.copyOf(writer().array(), writer().length());
            clearOutput();
            transport().countOutput(part.length);
            output.replied(part);
        }
        if (isClosing()) {
            forgetClient();
        }
    }

    /** Tells its side too; without effect if that was done. */
    @Override
    void forgetClient() {
        if (transport().forget(this)) {
            waiting.clear();
            waitingBytes = 0;
            super.forgetClient();
            output.closed();
        }
    }

    @Override
    long pendingBytes() {
        return 0;
    }

    /** Requests of the same process are there already, however large. */
    @Override
    public void restrictRequests(boolean restricted) {}

    @Override
    public void close() {
        super.close();
        disconnect();
    }

    @Override
    public String remoteAddress() {
        return "127.0.0.1:0";
    }

    @Override
    public String localAddress() {
        return "127.0.0.1:0";
    }

    @Override
    public boolean isUnixSocket() {
        return false;
    }

    @Override
    public int fileDescriptor() {
        return -1;
    }

    @Override
    public long receivedBytes() {
        return receivedBytes;
    }

    @Override
    public int queryBufferBytes() {
        return waitingBytes;
    }

    @Override
    public int decodedBytes() {
        return 0;
    }

    @Override
    public int queryBufferFreeBytes() {
        return 0;
    }
}

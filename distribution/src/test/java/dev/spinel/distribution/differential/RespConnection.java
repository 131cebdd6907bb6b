package dev.spinel.distribution.differential;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;

/** A plain socket to a server that tells where each reply ends and otherwise leaves its bytes alone. */
final class RespConnection implements AutoCloseable {
    private static final int READ_TIMEOUT_MILLIS = 30_000;

    private final Socket socket;
    private final InputStream in;
    private byte[] buffer = new byte[1 << 16];
    private int start;
    private int at;
    private int end;

    RespConnection(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        in = socket.getInputStream();
    }

    /** Sends the requests in one piece. */
    void send(List<Request> requests) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (Request request : requests) {
            request.writeTo(out);
        }
        socket.getOutputStream().write(out.toByteArray());
    }

    /** Sends one request and waits for its reply. */
    Reply call(String... words) throws IOException {
        send(List.of(Request.of(words)));
        return Reply.parse(receive());
    }

    /** Waits for one reply and returns its bytes. */
    byte[] receive() throws IOException {
        start = at;
        skipReply();
        return Arrays.copyOfRange(buffer, start, at);
    }

    /** Whether the first byte of a reply has arrived. */
    boolean hasReply() throws IOException {
        return at < end || in.available() > 0;
    }

    private void skipReply() throws IOException {
        byte type = next();
        long count = 0;
        boolean negative = false;
        for (byte b = next(); b != '\r'; b = next()) {
            negative |= b == '-';
            count = b >= '0' && b <= '9' ? count * 10 + b - '0' : count;
        }
        next();
        switch (type) {
            case '$', '=', '!' -> skip(negative ? 0 : count + 2);
            case '*', '~', '>' -> skipReplies(negative ? 0 : count);
            case '%' -> skipReplies(2 * count);
            case '+', '-', ':', '_', ',', '#', '(' -> {}
            default ->
                throw new IOException("not the start of a reply: "
                        + Request.printable(Arrays.copyOfRange(buffer, Math.max(start, at - 100), at)));
        }
    }

    private void skipReplies(long count) throws IOException {
        for (long i = 0; i < count; i++) {
            skipReply();
        }
    }

    private void skip(long bytes) throws IOException {
        while (end - at < bytes) {
            fill();
        }
        at += (int) bytes;
    }

    private byte next() throws IOException {
        if (at == end) {
            fill();
        }
        return buffer[at++];
    }

    private void fill() throws IOException {
        if (end == buffer.length) {
            byte[] target = end - start > buffer.length / 2 ? new byte[2 * buffer.length] : buffer;
            System.arraycopy(buffer, start, target, 0, end - start);
            buffer = target;
            at -= start;
            end -= start;
            start = 0;
        }
        int read = in.read(buffer, end, buffer.length - end);
        if (read < 0) {
            throw new EOFException("the server closed the connection");
        }
        end += read;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

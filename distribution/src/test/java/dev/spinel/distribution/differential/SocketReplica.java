package dev.spinel.distribution.differential;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/** A replica that does what a test tells it to, byte by byte, and nothing else. One thread. */
final class SocketReplica implements AutoCloseable {
    private static final int READ_TIMEOUT_MILLIS = 20_000;
    private static final int MARK_LENGTH = 40;

    private final Socket socket;
    private final InputStream in;
    private long streamBytes;

    SocketReplica(int port) throws IOException {
        this(port, 0);
    }

    /** @param receiveBufferBytes how much the operating system takes in before the test reads it, 0 for its default */
    SocketReplica(int port, int receiveBufferBytes) throws IOException {
        socket = new Socket();
        if (receiveBufferBytes > 0) {
            socket.setReceiveBufferSize(receiveBufferBytes);
        }
        socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(READ_TIMEOUT_MILLIS);
        in = new BufferedInputStream(socket.getInputStream());
    }

    void send(String... words) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Request.of(words).writeTo(out);
        socket.getOutputStream().write(out.toByteArray());
    }

    /** Sends what a replica sends while it loads data. */
    void sendEmptyLine() throws IOException {
        socket.getOutputStream().write('\n');
    }

    /** Sends a command and returns the line that answers it. */
    String call(String... words) throws IOException {
        send(words);
        return line();
    }

    private int next() throws IOException {
        int value = in.read();
        if (value < 0) {
            throw new EOFException("the master closed the connection");
        }
        return value;
    }

    /** The next line that is not empty. */
    String line() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = next(); c != '\n' || line.length() == 0; c = next()) {
            if (c != '\r' && c != '\n') {
                line.append((char) c);
            }
        }
        return line.toString();
    }

    /** Reads the snapshot, either of its two forms, and returns its bytes. */
    byte[] snapshot() throws IOException {
        String head = line();
        if (!head.startsWith("$EOF:")) {
            return read(Integer.parseInt(head.substring(1)));
        }
        byte[] mark = head.substring("$EOF:".length()).getBytes(StandardCharsets.ISO_8859_1);
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        byte[] last = read(MARK_LENGTH);
        while (!Arrays.equals(last, mark)) {
            data.write(last[0]);
            System.arraycopy(last, 1, last, 0, MARK_LENGTH - 1);
            last[MARK_LENGTH - 1] = (byte) next();
        }
        return data.toByteArray();
    }

    private byte[] read(int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length < count) {
            throw new EOFException("the master closed the connection");
        }
        return bytes;
    }

    /** The next command of the stream, its words with blanks between. */
    String command() throws IOException {
        int words = number('*');
        String[] command = new String[words];
        for (int i = 0; i < words; i++) {
            int length = number('$');
            command[i] = new String(read(length + 2), 0, length, StandardCharsets.ISO_8859_1);
            streamBytes += length + 2;
        }
        return String.join(" ", List.of(command));
    }

    private int number(char type) throws IOException {
        String line = line();
        if (line.charAt(0) != type) {
            throw new IOException("'" + line + "' in the stream (expected: " + type + ")");
        }
        streamBytes += line.length() + 2;
        return Integer.parseInt(line.substring(1));
    }

    /** Number of bytes of the stream that commands were read of. */
    long streamBytes() {
        return streamBytes;
    }

    /** Whether the master closes the connection, however much it sends before. */
    boolean isClosedByMaster() throws IOException {
        try {
            byte[] buffer = new byte[1 << 16];
            int count = in.read(buffer);
            while (count >= 0) {
                count = in.read(buffer);
            }
            return true;
        } catch (java.net.SocketTimeoutException e) {
            return false;
        } catch (java.net.SocketException reset) {
            return true;
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}

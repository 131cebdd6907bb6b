package dev.spinel.rdb;

import dev.spinel.api.data.Bytes;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** A connection to the server that MIGRATE sends keys to; waits for it. One thread. */
final class TargetServer {
    /** The selected database before any was. */
    static final long NO_DATABASE = -1;

    private static final int MAX_LINE_BYTES = 1024;
    private static final int MAX_PORT = 65535;
    private static final byte[] LINE_END = {'\r', '\n'};
    private static final Bytes RESTORE = Bytes.of("RESTORE");
    private static final Bytes REPLACE = Bytes.of("REPLACE");
    private static final Bytes SELECT = Bytes.of("SELECT");
    private static final Bytes AUTH = Bytes.of("AUTH");

    private final Socket socket;
    private final InputStream in;
    private final OutputStream out;

    /** The database that it was told to select last. */
    long database = NO_DATABASE;

    /** When it was used last, in Unix milliseconds. */
    long lastUseMillis;

    private TargetServer(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = new BufferedOutputStream(socket.getOutputStream());
    }

    /**
     * Connects.
     *
     * @throws ConnectException if the other side refuses
     * @throws IOException if there is no such host or port, or the time is over
     */
    static TargetServer connect(String host, long port, int timeoutMillis) throws IOException {
        if (port < 1 || port > MAX_PORT) {
            throw new ConnectException("port " + port);
        }
        InetSocketAddress address = new InetSocketAddress(host, (int) port);
        if (address.isUnresolved()) {
            throw new UnknownHostException(host);
        }
        Socket socket = new Socket();
        try {
            socket.setTcpNoDelay(true);
            socket.connect(address, timeoutMillis);
            return new TargetServer(socket);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /** Sets how long to wait for each reply. */
    void timeoutMillis(int value) throws IOException {
        socket.setSoTimeout(value);
    }

    void authenticate(@Nullable Bytes user, Bytes password) throws IOException {
        if (user == null) {
            send(AUTH, password);
        } else {
            send(AUTH, user, password);
        }
    }

    void select(long index) throws IOException {
        send(SELECT, Bytes.of(Long.toString(index)));
    }

    void restore(Bytes key, long timeToLiveMillis, Bytes payload, boolean replace) throws IOException {
        Bytes timeToLive = Bytes.of(Long.toString(timeToLiveMillis));
        if (replace) {
            send(RESTORE, key, timeToLive, payload, REPLACE);
        } else {
            send(RESTORE, key, timeToLive, payload);
        }
    }

    private void send(Bytes... arguments) throws IOException {
        out.write(("*" + arguments.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
        for (Bytes argument : arguments) {
            out.write(("$" + argument.length() + "\r\n").getBytes(StandardCharsets.US_ASCII));
            out.write(argument.array(), argument.offset(), argument.length());
            out.write(LINE_END);
        }
    }

    void flush() throws IOException {
        out.flush();
    }

    /** Reads a reply that is a line; returns the text of an error, null if it is none. */
    @Nullable
    String readError() throws IOException {
        StringBuilder line = new StringBuilder();
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("the connection was closed");
            }
            if (line.length() < MAX_LINE_BYTES && next != '\r') {
                line.append((char) next);
            }
        }
        return line.length() > 0 && line.charAt(0) == '-' ? line.substring(1) : null;
    }

    void close() {
        try {
            socket.close();
        } catch (IOException e) {
            // Nothing depends on a connection that is given up.
            return;
        }
    }
}

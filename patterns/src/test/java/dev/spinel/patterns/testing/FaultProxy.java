package dev.spinel.patterns.testing;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

/** A TCP proxy that cuts connections at the moments that hurt: before a request arrives, or before its reply does. */
public final class FaultProxy implements Faults {
    private final ServerSocket listener;
    private final int serverPort;
    private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
    private final Set<Socket> silent = ConcurrentHashMap.newKeySet();
    private final AtomicInteger repliesToLose = new AtomicInteger();
    private final AtomicInteger repliesLost = new AtomicInteger();
    private volatile boolean refusing;
    private volatile long delayMillis;

    public FaultProxy(int serverPort) {
        this.serverPort = serverPort;
        try {
            listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        start(this::accept);
    }

    public String uri() {
        return "redis://127.0.0.1:" + port();
    }

    public int port() {
        return listener.getLocalPort();
    }

    /** Lets nothing more come through on the present connections, which stay open: as a host that is gone without a word. */
    public void silence() {
        silent.addAll(sockets);
    }

    /** Holds back what the server sends from now on for so long. */
    public void delayReplies(Duration time) {
        delayMillis = time.toMillis();
    }

    @Override
    public void loseReplies(int count) {
        repliesToLose.set(count);
    }

    @Override
    public int repliesLost() {
        return repliesLost.get();
    }

    @Override
    public void cut(boolean refuse) {
        refusing = refuse;
        sockets.forEach(FaultProxy::closeQuietly);
        sockets.clear();
        silent.clear();
    }

    @Override
    public void heal() {
        refusing = false;
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                if (refusing) {
                    client.close();
                    continue;
                }
                Socket server = new Socket(InetAddress.getLoopbackAddress(), serverPort);
                client.setTcpNoDelay(true);
                server.setTcpNoDelay(true);
                sockets.add(client);
                sockets.add(server);
                start(() -> pump(client, server, false));
                start(() -> pump(server, client, true));
            } catch (IOException e) {
                // The listener was closed, or the server is down: the client sees its connection end.
                continue;
            }
        }
    }

    private void pump(Socket from, Socket to, boolean replies) {
        byte[] buffer = new byte[16 * 1024];
        try {
            InputStream in = from.getInputStream();
            OutputStream out = to.getOutputStream();
            for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
                if (replies && repliesToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                    repliesLost.incrementAndGet();
                    break;
                }
                if (replies && delayMillis > 0) {
                    Thread.sleep(delayMillis);
                }
                if (!silent.contains(from)) {
                    out.write(buffer, 0, read);
                }
            }
        } catch (IOException | InterruptedException e) {
            // The other side is gone; so is this one now.
        } finally {
            closeQuietly(from);
            closeQuietly(to);
        }
    }

    private static void closeQuietly(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void start(Runnable work) {
        Thread thread = new Thread(work, "fault-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
        cut(true);
    }
}

package dev.spinel.resp.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.channel.epoll.Epoll;
import io.netty.util.ResourceLeakDetector;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every transport over real sockets. */
class NettyTransportIT {
    @Nested
    class Nio extends Contract {
        @Override
        IoTransport io() {
            return IoTransport.NIO;
        }
    }

    @Nested
    class EpollNative extends Contract {
        @Override
        IoTransport io() {
            assumeThat(Epoll.isAvailable()).isTrue();
            return IoTransport.EPOLL;
        }
    }

    abstract static class Contract {
        private static final String LOOPBACK = "127.0.0.1";

        private TestServer server;

        abstract IoTransport io();

        @BeforeEach
        void start() throws IOException {
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
            server = new TestServer(io(), ListenSettings.tcp(LOOPBACK, 0));
        }

        @AfterEach
        void stop() {
            server.close();
        }

        private Client connect() throws IOException {
            return new Client(new Socket(LOOPBACK, server.port()));
        }

        @Test
        void pipeline_isAnsweredInOrder() throws IOException {
            try (Client client = connect()) {
                client.send("PING\r\nECHO hello\r\n*2\r\n$4\r\nECHO\r\n$3\r\na\r\n\r\nNONE 1 2\r\n");
                assertThat(client.receive("+PONG\r\n$5\r\nhello\r\n$3\r\na\r\n\r\n:3\r\n".length()))
                        .isEqualTo("+PONG\r\n$5\r\nhello\r\n$3\r\na\r\n\r\n:3\r\n");
            }
        }

        @Test
        void pipelineOf100000_whoseRepliesAreReadLate_isAnswered() throws Exception {
            try (Client client = connect()) {
                Thread sender = new Thread(() -> {
                    for (int i = 0; i < 1000; i++) {
                        client.sendUnchecked("*2\r\n$4\r\nECHO\r\n$10\r\n0123456789\r\n".repeat(100));
                    }
                });
                sender.start();
                sender.join();
                String one = "$10\r\n0123456789\r\n";
                for (int i = 0; i < 1000; i++) {
                    assertThat(client.receive(100 * one.length())).isEqualTo(one.repeat(100));
                }
            }
        }

        @Test
        void longValues_areEchoed() throws Exception {
            try (Client client = connect()) {
                int length = 20 << 20;
                byte[] value = new byte[length];
                for (int i = 0; i < length; i++) {
                    value[i] = (byte) (i * 31 >> 3);
                }
                client.send("*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$" + length + "\r\n");
                client.out.write(value);
                client.send("\r\nGET k\r\n");
                assertThat(client.receive(5)).isEqualTo("+OK\r\n");
                assertThat(client.receive(("$" + length + "\r\n").length())).isEqualTo("$" + length + "\r\n");
                assertThat(client.in.readNBytes(length)).isEqualTo(value);
            }
        }

        @Test
        void thousandConnections_areServedTogether() throws IOException {
            List<Client> clients = new ArrayList<>();
            try {
                for (int i = 0; i < 1000; i++) {
                    clients.add(connect());
                }
                for (int round = 0; round < 3; round++) {
                    for (Client client : clients) {
                        client.send("PING\r\n");
                    }
                    for (Client client : clients) {
                        assertThat(client.receive(7)).isEqualTo("+PONG\r\n");
                    }
                }
            } finally {
                for (Client client : clients) {
                    client.close();
                }
            }
            Awaitility.await().until(() -> server.onEngineThread(() -> server.executor.connected.isEmpty()));
        }

        @Test
        void slowReader_keepsItsOutputCounted_andIsClosedOnDemand() throws IOException {
            try (Client client = connect()) {
                client.send("FILL 1000000\r\n".repeat(50));
                Awaitility.await().until(() -> server.onEngineThread(() -> server.executor.executed) == 50);
                long waiting = server.onEngineThread(
                        () -> server.executor.connected.get(0).connection().outputBytes());
                assertThat(waiting).isBetween(30_000_000L, 50 * 1_000_012L);
                server.onEngineThread(() -> {
                    server.executor.connected.get(0).connection().close();
                    return 0;
                });
                Awaitility.await().until(() -> server.onEngineThread(() -> server.executor.connected.isEmpty()));
            }
        }

        @Test
        void slowReader_getsEverythingInTheEnd() throws IOException {
            try (Client client = connect()) {
                client.send("FILL 5000000\r\nPING\r\n".repeat(4));
                Awaitility.await().until(() -> server.onEngineThread(() -> server.executor.executed) == 8);
                for (int i = 0; i < 4; i++) {
                    assertThat(client.receive(10)).isEqualTo("$5000000\r\n");
                    assertThat(client.in.readNBytes(5_000_002)).hasSize(5_000_002);
                    assertThat(client.receive(7)).isEqualTo("+PONG\r\n");
                }
                assertThat(server.onEngineThread(() ->
                                server.executor.connected.get(0).connection().outputBytes()))
                        .isZero();
            }
        }

        @Test
        void suspendedClient_keepsItsRequests_untilResumed() throws IOException {
            try (Client blocked = connect();
                    Client other = connect()) {
                blocked.send("BLOCK\r\nECHO later\r\n");
                Awaitility.await().until(() -> server.onEngineThread(() -> server.executor.executed) == 1);
                blocked.send("PING\r\n");
                Awaitility.await()
                        .until(() -> server.onEngineThread(() ->
                                server.executor.connected.get(0).connection().queryBufferBytes() == 18));
                other.send("RELEASE\r\n");
                assertThat(other.receive(5)).isEqualTo("+OK\r\n");
                assertThat(blocked.receive(11 + 11 + 7)).isEqualTo("+RELEASED\r\n$5\r\nlater\r\n+PONG\r\n");
            }
        }

        @Test
        void suspendedClient_thatLeaves_isForgotten() throws IOException {
            try (Client blocked = connect()) {
                blocked.send("BLOCK\r\n");
                Awaitility.await().until(() -> server.onEngineThread(() -> server.executor.executed) == 1);
            }
            Awaitility.await().until(() -> server.onEngineThread(() -> server.executor.connected.isEmpty()));
        }

        @Test
        void steadyState_allocatesNearlyNothing() throws IOException {
            server.close();
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.DISABLED); // its records are allocations
            server = new TestServer(io(), ListenSettings.tcp(LOOPBACK, 0));
            try (Client client = connect()) {
                client.send("SET key value\r\n");
                client.receive(5);
                pipelines(client, 1, 20_000);
                pipelines(client, 16, 500);

                assertThat(allocatedBytes(() -> pipelines(client, 1, 2000)) / 2000)
                        .isLessThan(16);
                assertThat(allocatedBytes(() -> pipelines(client, 16, 500)) / (16 * 500))
                        .isLessThan(2);
            }
        }

        private static void pipelines(Client client, int depth, int count) {
            String requests = "*2\r\n$3\r\nGET\r\n$3\r\nkey\r\n".repeat(depth);
            String replies = "$5\r\nvalue\r\n".repeat(depth);
            for (int i = 0; i < count; i++) {
                client.sendUnchecked(requests);
                client.expectUnchecked(replies);
            }
        }

        /** Bytes that the engine's thread allocates meanwhile. */
        private long allocatedBytes(Runnable action) {
            long before = server.onEngineThread(Contract::allocatedByThisThread);
            action.run();
            return server.onEngineThread(Contract::allocatedByThisThread) - before;
        }

        private static long allocatedByThisThread() {
            return ((com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean())
                    .getCurrentThreadAllocatedBytes();
        }

        @Test
        void halfClosedPeer_getsItsReplies() throws IOException {
            try (Client client = connect()) {
                client.send("PING\r\nECHO bye\r\n");
                client.socket.shutdownOutput();
                assertThat(client.receiveAll()).isEqualTo("+PONG\r\n$3\r\nbye\r\n");
            }
        }

        @Test
        void resetPeer_isForgotten() throws IOException {
            Client client = connect();
            client.send("FILL 1000000\r\n".repeat(20));
            client.receive(10);
            client.socket.setSoLinger(true, 0);
            client.close();
            Awaitility.await().until(() -> server.onEngineThread(() -> server.executor.connected.isEmpty()));
        }

        @Test
        void protocolError_isAnsweredAndCloses() throws IOException {
            try (Client client = connect()) {
                client.send("PING\r\n*1\r\n$x\r\nPING\r\n");
                assertThat(client.receiveAll()).isEqualTo("+PONG\r\n-ERR Protocol error: invalid bulk length\r\n");
            }
        }

        @Test
        void closeAfterReply_executesNothingMore() throws IOException {
            try (Client client = connect()) {
                client.send("FILL 3000000\r\nQUIT\r\nPING\r\n");
                assertThat(client.receiveAll()).hasSize(10 + 3_000_002 + 5).endsWith("\r\n+OK\r\n");
            }
        }

        @Test
        void maxClients_rejectsFurtherOnes() throws IOException {
            server.onEngineThread(() -> {
                server.settings.maxClients(1);
                return 0;
            });
            try (Client first = connect()) {
                first.send("PING\r\n");
                first.receive(7);
                try (Client second = connect()) {
                    assertThat(second.receiveAll()).isEqualTo("-ERR max number of clients reached\r\n");
                }
                assertThat(server.rejectedConnections()).isEqualTo(1);
            }
            Awaitility.await().until(() -> server.onEngineThread(() -> server.executor.connected.isEmpty()));
            try (Client third = connect()) {
                third.send("PING\r\n");
                assertThat(third.receive(7)).isEqualTo("+PONG\r\n");
            }
        }

        @Test
        void queryBufferLimit_closes() throws IOException {
            server.onEngineThread(() -> {
                server.settings.maxQueryBufferBytes(100_000);
                return 0;
            });
            try (Client client = connect()) {
                client.send("*2\r\n$4\r\nECHO\r\n$1000000\r\n");
                assertThatThrownBy(() -> {
                            for (int i = 0; i < 1000; i++) {
                                client.send("x".repeat(1000));
                            }
                            client.receive(1);
                        })
                        .isInstanceOf(IOException.class);
            }
            Awaitility.await().until(() -> server.onEngineThread(() -> server.executor.connected.isEmpty()));
        }

        @Test
        void addresses_areTold() throws IOException {
            try (Client client = connect()) {
                client.send("PING\r\n");
                client.receive(7);
                assertThat(server.onEngineThread(() ->
                                server.executor.connected.get(0).connection().remoteAddress()))
                        .isEqualTo(LOOPBACK + ":" + client.socket.getLocalPort());
                assertThat(server.onEngineThread(() ->
                                server.executor.connected.get(0).connection().localAddress()))
                        .isEqualTo(LOOPBACK + ":" + server.port());
                assertThat(server.onEngineThread(() ->
                                server.executor.connected.get(0).connection().isUnixSocket()))
                        .isFalse();
            }
        }

        @Test
        void busyPort_isAClearError_andKeepsTheOldListener() throws IOException {
            try (ServerSocket busy = new ServerSocket(0, 1, InetAddress.getByName(LOOPBACK))) {
                assertThatThrownBy(() -> server.listen(ListenSettings.tcp(LOOPBACK, busy.getLocalPort())))
                        .isInstanceOf(IOException.class)
                        .hasMessage("Could not create server TCP listening socket " + LOOPBACK + ":"
                                + busy.getLocalPort() + ": bind: Address already in use");
            }
            assertThat(server.currentPort()).isEqualTo(server.port());
            try (Client client = connect()) {
                client.send("PING\r\n");
                assertThat(client.receive(7)).isEqualTo("+PONG\r\n");
            }
        }

        @Test
        void wildcards_listenOnBothFamilies_andMissingOptionalOnesAreSkipped() throws IOException {
            server.listen(new ListenSettings(List.of("*", "-::*", "-203.0.113.7"), 0, 16, null, 0));
            for (String address : List.of(LOOPBACK, "::1")) {
                try (Client client = new Client(new Socket(address, server.currentPort()))) {
                    client.send("PING\r\n");
                    assertThat(client.receive(7)).isEqualTo("+PONG\r\n");
                }
            }
        }

        @Test
        void unixSocket_serves(@TempDir Path directory) throws IOException {
            Path path = directory.resolve("s.sock");
            server.listen(new ListenSettings(List.of(), 0, 16, path, 0700));
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
                    .isEqualTo("rwx------");
            try (SocketChannel client = SocketChannel.open(StandardProtocolFamily.UNIX)) {
                client.connect(UnixDomainSocketAddress.of(path));
                client.write(ByteBuffer.wrap("PING\r\n".getBytes(StandardCharsets.US_ASCII)));
                ByteBuffer reply = ByteBuffer.allocate(7);
                while (reply.hasRemaining()) {
                    client.read(reply);
                }
                assertThat(new String(reply.array(), StandardCharsets.US_ASCII)).isEqualTo("+PONG\r\n");
                assertThat(server.onEngineThread(() ->
                                server.executor.connected.get(0).connection().remoteAddress()))
                        .isEqualTo(path + ":0");
            }
            server.listen(ListenSettings.tcp(LOOPBACK, 0));
            assertThat(path).doesNotExist();
        }
    }

    private static final class Client implements AutoCloseable {
        final Socket socket;
        final OutputStream out;
        final DataInputStream in;

        Client(Socket socket) throws IOException {
            this.socket = socket;
            socket.setSoTimeout(20_000);
            out = socket.getOutputStream();
            in = new DataInputStream(socket.getInputStream());
        }

        void send(String text) throws IOException {
            out.write(text.getBytes(StandardCharsets.ISO_8859_1));
        }

        void sendUnchecked(String text) {
            try {
                send(text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        void expectUnchecked(String text) {
            try {
                assertThat(receive(text.length())).isEqualTo(text);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        String receive(int length) throws IOException {
            byte[] bytes = new byte[length];
            in.readFully(bytes);
            return new String(bytes, StandardCharsets.ISO_8859_1);
        }

        String receiveAll() throws IOException {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        }

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }
}

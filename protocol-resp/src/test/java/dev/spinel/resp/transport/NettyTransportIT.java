package dev.spinel.resp.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netty.buffer.UnpooledByteBufAllocator;
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
import java.net.SocketTimeoutException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
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
        Nio() {
            super(IoTransport.NIO, 1);
        }
    }

    @Nested
    class NioWithThreads extends Contract {
        NioWithThreads() {
            super(IoTransport.NIO, 3);
        }
    }

    @Nested
    class EpollNative extends Contract {
        EpollNative() {
            super(IoTransport.EPOLL, 1);
        }
    }

    @Nested
    class EpollWithThreads extends Contract {
        EpollWithThreads() {
            super(IoTransport.EPOLL, 3);
        }
    }

    abstract static class Contract {
        private static final String LOOPBACK = "127.0.0.1";

        private final IoTransport io;
        private final int ioThreads;
        private long directBytesBefore;
        private TestServer server;

        Contract(IoTransport io, int ioThreads) {
            this.io = io;
            this.ioThreads = ioThreads;
        }

        @BeforeEach
        void start() throws IOException {
            assumeThat(io == IoTransport.NIO || Epoll.isAvailable())
                    .as("epoll exists on Linux only")
                    .isTrue();
            ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
            directBytesBefore = directBytes();
            server = new TestServer(io, ioThreads, ListenSettings.tcp(LOOPBACK, 0));
        }

        @AfterEach
        void stop() {
            if (server != null) {
                server.close();
                assertThat(directBytes()).as("buffers that nobody released").isEqualTo(directBytesBefore);
            }
        }

        private static long directBytes() {
            return UnpooledByteBufAllocator.DEFAULT.metric().usedDirectMemory();
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
            try (Client blocked = connect()) {
                blocked.send("BLOCK\r\nECHO later\r\n");
                Awaitility.await().until(() -> server.onEngineThread(() -> server.executor.executed) == 1);
                blocked.send("PING\r\n");
                Awaitility.await()
                        .until(() -> server.onEngineThread(() ->
                                server.executor.connected.get(0).connection().queryBufferBytes() == 18));
                try (Client other = connect()) {
                    other.send("RELEASE\r\n");
                    assertThat(other.receive(5)).isEqualTo("+OK\r\n");
                }
                assertThat(blocked.receive(11 + 11 + 7)).isEqualTo("+RELEASED\r\n$5\r\nlater\r\n+PONG\r\n");
            }
        }

        @Test
        void commandThatServesOthers_findsTheRequestsOfItsTurn() throws IOException {
            List<Client> clients = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                clients.add(connect());
                clients.get(i).send("PING\r\n");
                assertThat(clients.get(i).receive(7)).isEqualTo("+PONG\r\n");
            }
            server.onEngineThread(() -> {
                for (int i = 0; i < 5; i++) {
                    clients.get(i).sendUnchecked("PING\r\n" + (i == 2 ? "SERVE 15\r\n" : "") + "ECHO " + i + "\r\n");
                }
                return true;
            });
            for (int i = 0; i < 5; i++) {
                assertThat(clients.get(i).receive(i == 2 ? 19 : 14))
                        .isEqualTo("+PONG\r\n" + (i == 2 ? "+OK\r\n" : "") + "$1\r\n" + i + "\r\n");
            }
            // Netty's loop rests for a second after an iteration that failed.
            long began = System.nanoTime();
            clients.get(0).send("PING\r\n");
            assertThat(clients.get(0).receive(7)).isEqualTo("+PONG\r\n");
            assertThat(System.nanoTime() - began).isLessThan(900_000_000);
            for (Client client : clients) {
                client.close();
            }
        }

        @Test
        void peerThatLeavesAtOnce_hasItsRequestsExecuted() throws IOException {
            try (Client client = connect()) {
                client.send("SET k v\r\n".repeat(1000));
            }
            Awaitility.await().until(() -> server.onEngineThread(() -> server.executor.executed) == 1000);
            Awaitility.await().until(() -> server.onEngineThread(() -> server.executor.connected.isEmpty()));
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
            server = new TestServer(io, ioThreads, ListenSettings.tcp(LOOPBACK, 0));
            try (Client client = connect()) {
                client.send("SET key value\r\n");
                client.receive(5);
                pipelines(client, 1, 20_000);
                pipelines(client, 16, 500);

                // With I/O threads, one message per turn.
                int perTurn = ioThreads == 1 ? 16 : 80;
                assertThat(allocatedBytes(() -> pipelines(client, 1, 2000)) / 2000)
                        .isLessThan(perTurn);
                assertThat(allocatedBytes(() -> pipelines(client, 16, 500)) / 500)
                        .isLessThan(2 * perTurn);
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
        void manyPipelines_areAnsweredInOrder_whileOthersAreKilledAndBlocked() throws Exception {
            long seed = System.nanoTime();
            List<Thread> threads = new ArrayList<>();
            List<Throwable> failures = Collections.synchronizedList(new ArrayList<>());
            for (int i = 0; i < 24; i++) {
                Random random = new Random(seed + i);
                boolean killed = i % 4 == 3;
                Thread thread = new Thread(() -> {
                    try (Client client = connect()) {
                        if (killed) {
                            leaveInTheMiddle(client, random);
                        } else {
                            echoPipelines(client, random);
                        }
                    } catch (IOException | RuntimeException | Error e) {
                        failures.add(e);
                    }
                });
                threads.add(thread);
                thread.start();
            }
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(failures).as("seed %d", seed).isEmpty();
            Awaitility.await().until(() -> server.onEngineThread(() -> server.executor.connected.isEmpty()));
        }

        private static void echoPipelines(Client client, Random random) throws IOException {
            for (int round = 0; round < 60; round++) {
                StringBuilder requests = new StringBuilder();
                StringBuilder replies = new StringBuilder();
                int depth = 1 + random.nextInt(200);
                for (int i = 0; i < depth; i++) {
                    int length = random.nextInt(50) == 0 ? random.nextInt(40_000) : random.nextInt(20);
                    String value =
                            String.valueOf((char) ('a' + random.nextInt(26))).repeat(length);
                    requests.append("*2\r\n$4\r\nECHO\r\n$" + length + "\r\n" + value + "\r\n");
                    replies.append("$" + length + "\r\n" + value + "\r\n");
                }
                long piecesSeed = random.nextLong();
                Thread sender = new Thread(() -> sendInPieces(client, requests.toString(), new Random(piecesSeed)));
                sender.start();
                assertThat(client.receive(replies.length())).isEqualTo(replies.toString());
            }
        }

        private static void sendInPieces(Client client, String requests, Random random) {
            int at = 0;
            while (at < requests.length()) {
                int end = Math.min(requests.length(), at + 1 + random.nextInt(20_000));
                client.sendUnchecked(requests.substring(at, end));
                at = end;
            }
        }

        private void leaveInTheMiddle(Client client, Random random) throws IOException {
            client.send("FILL 300000\r\n".repeat(1 + random.nextInt(20))
                    + (random.nextBoolean() ? "BLOCK\r\nPING\r\n" : ""));
            client.receive(1 + random.nextInt(100_000));
            if (random.nextBoolean()) {
                server.onEngineThread(() -> {
                    for (StubExecutor.Client any : server.executor.connected) {
                        if (any.connection().remoteAddress().endsWith(":" + client.socket.getLocalPort())) {
                            any.connection().close();
                        }
                    }
                    return 0;
                });
                client.expectTheEnd();
            } else {
                client.socket.setSoLinger(true, random.nextInt(2));
            }
        }

        @Test
        void pushes_fromOtherClientsCommands_areAllDelivered() throws IOException {
            try (Client blocked = connect();
                    Client other = connect()) {
                blocked.send("PING\r\n");
                blocked.receive(7);
                for (int round = 0; round < 100; round++) {
                    other.send("RELEASE\r\n".repeat(500));
                    other.receive(5 * 500);
                }
                assertThat(blocked.receive(11 * 50_000)).isEqualTo("+RELEASED\r\n".repeat(50_000));
            }
        }

        @Test
        void restrictedClient_isHeldToSmallRequests_untilAllowedMore() throws IOException {
            server.onEngineThread(() -> server.executor.restrictNew = true);
            String large = "*12\r\n" + "$1\r\nx\r\n".repeat(12);
            try (Client client = connect()) {
                client.send("ALLOW\r\n" + large);
                assertThat(client.receive(5 + 5)).isEqualTo("+OK\r\n:12\r\n");
            }
            try (Client client = connect()) {
                client.send("PING\r\n" + large);
                assertThat(client.receiveAll())
                        .isEqualTo("+PONG\r\n-ERR Protocol error: unauthenticated multibulk length\r\n");
            }
        }

        @Test
        void senderThatNeverReads_isNotReadWithoutBound() throws Exception {
            try (Client client = connect()) {
                server.onEngineThread(() -> {
                    server.settings.maxQueryBufferBytes(1 << 20);
                    return 0;
                });
                String pipeline = "*2\r\n$4\r\nECHO\r\n$10\r\n0123456789\r\n".repeat(100_000);
                Thread sender = new Thread(() -> client.sendUnchecked(pipeline));
                sender.start();
                assertThat(client.receive(100_000 * 17)).isEqualTo("$10\r\n0123456789\r\n".repeat(100_000));
            }
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
            server.listen(new ListenSettings(List.of("*", "-::*", "-203.0.113.7"), 0, null, 16, null, 0));
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
            server.listen(new ListenSettings(List.of(), 0, null, 16, path, 0700));
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

        /** Reads until the connection is closed, in whatever way. */
        void expectTheEnd() {
            try {
                in.readAllBytes();
            } catch (SocketTimeoutException e) {
                throw new AssertionError("the connection stays open", e);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("reset");
            }
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

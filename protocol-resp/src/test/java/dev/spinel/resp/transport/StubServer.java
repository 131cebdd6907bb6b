package dev.spinel.resp.transport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/** A server with the stub for its engine, to measure the transport with redis-benchmark: transport, port and io-threads as arguments. */
final class StubServer {
    private StubServer() {}

    public static void main(String[] args) {
        StubExecutor executor = new StubExecutor();
        NettyTransport<StubExecutor.Client> transport = new NettyTransport<>(
                IoTransport.valueOf(args[0]), Integer.parseInt(args[2]), new ConnectionSettings(), executor);
        NettyTransport.newThread(() -> serve(transport, Integer.parseInt(args[1])), "engine", 0)
                .start();
    }

    private static void serve(NettyTransport<StubExecutor.Client> transport, int port) {
        try (transport) {
            transport.listen(new ListenSettings(List.of("127.0.0.1"), port, null, 511, null, 0));
            while (true) {
                transport.poll(1_000_000_000L);
                transport.flush();
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}

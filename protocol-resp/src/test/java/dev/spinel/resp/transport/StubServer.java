package dev.spinel.resp.transport;

import java.io.IOException;
import java.util.List;

/** A server with the stub for its engine, to measure the transport with redis-benchmark: transport and port as arguments. */
final class StubServer {
    private StubServer() {}

    public static void main(String[] args) throws IOException {
        StubExecutor executor = new StubExecutor();
        try (NettyTransport<StubExecutor.Client> transport =
                new NettyTransport<>(IoTransport.valueOf(args[0]), new ConnectionSettings(), executor)) {
            transport.listen(new ListenSettings(List.of("127.0.0.1"), Integer.parseInt(args[1]), 511, null, 0));
            while (true) {
                transport.poll(1_000_000_000L);
                transport.flush();
            }
        }
    }
}

package dev.spinel.distribution;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.DataInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** One client that does not wait for replies. */
class PipelineIT {
    /** A turn executes 64 KiB of requests; here each blocking command lies behind more, while further requests arrive. */
    @Test
    void blockingCommandsInALongPipeline_areAnsweredInTheirOrder() throws Exception {
        String value = "v".repeat(1500);
        String requests = ("SET k " + value + "\r\n").repeat(70) + "BLPOP none 0.002\r\n" + "PING\r\n";
        String replies = "+OK\r\n".repeat(70) + "*-1\r\n" + "+PONG\r\n";
        int rounds = 200;
        try (SpinelServer server = SpinelServer.builder().port(0).start();
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            byte[] bytes = requests.repeat(rounds).getBytes(US_ASCII);
            CompletableFuture<Void> sent = CompletableFuture.runAsync(() -> {
                try {
                    socket.getOutputStream().write(bytes);
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            DataInputStream in = new DataInputStream(socket.getInputStream());
            byte[] received = new byte[replies.length()];
            for (int i = 0; i < rounds; i++) {
                in.readFully(received);
                assertThat(new String(received, US_ASCII)).as("round %d", i).isEqualTo(replies);
            }
            sent.join();
        }
    }
}

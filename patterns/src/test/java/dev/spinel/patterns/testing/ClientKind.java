package dev.spinel.patterns.testing;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spinel.patterns.jedis.JedisTransport;
import dev.spinel.patterns.lettuce.LettuceTransport;
import dev.spinel.patterns.transport.RedisTransport;
import io.lettuce.core.RedisURI;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.RedisClient;

/** The client libraries that every recipe is tested with. */
public enum ClientKind {
    LETTUCE {
        @Override
        public RedisTransport connect(int port, Duration timeout) {
            return LettuceTransport.connect(RedisURI.builder()
                    .withHost("127.0.0.1")
                    .withPort(port)
                    .withTimeout(timeout)
                    .build());
        }
    },
    JEDIS {
        @Override
        public RedisTransport connect(int port, Duration timeout) {
            RedisClient client = RedisClient.builder()
                    .hostAndPort(new HostAndPort("127.0.0.1", port))
                    .clientConfig(DefaultJedisClientConfig.builder()
                            .timeoutMillis(Math.toIntExact(timeout.toMillis()))
                            .build())
                    .build();
            ExecutorService executor = Executors.newCachedThreadPool(task -> {
                Thread thread = new Thread(task, "jedis-test");
                thread.setDaemon(true);
                return thread;
            });
            return new OwningTransport(JedisTransport.over(client, executor), client, executor);
        }
    },
    /** Without sockets, to the server of this JVM that all tests share. */
    IN_PROCESS {
        @Override
        public RedisTransport connect(int port, Duration timeout) {
            return SharedServer.EMBEDDED.orElseThrow().connect();
        }
    };

    /** Whether it reaches any server on this machine. */
    public boolean usesSockets() {
        return this != IN_PROCESS;
    }

    /** Skips a test that needs a server of its own. */
    public void assumeSockets() {
        assumeTrue(usesSockets(), "A process is not reached without sockets");
    }

    /** The name of the kind that another process uses. */
    public String nameElsewhere() {
        return (usesSockets() ? this : LETTUCE).name();
    }

    /** A transport to a server on this machine. Closing it closes all that it uses. */
    public abstract RedisTransport connect(int port, Duration timeout);

    public RedisTransport connect(int port) {
        return connect(port, Duration.ofSeconds(5));
    }

    private static final class OwningTransport extends ForwardingTransport {
        private final RedisClient client;
        private final ExecutorService executor;

        OwningTransport(RedisTransport transport, RedisClient client, ExecutorService executor) {
            super(transport);
            this.client = client;
            this.executor = executor;
        }

        @Override
        public void close() {
            super.close();
            client.close();
            executor.shutdownNow();
        }
    }
}

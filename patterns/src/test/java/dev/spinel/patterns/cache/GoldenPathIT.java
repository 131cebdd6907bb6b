package dev.spinel.patterns.cache;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.cache.ProductService.Product;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.PatternRuntime;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A service over a SQL database with a cache in front, in two processes as far as the server can see, under a spike. */
@Tag("redis-server")
class GoldenPathIT {
    private static final int REQUESTS = 10_000;

    private RedisServer server;
    private Connection keepsDatabase;

    @BeforeEach
    void start() throws SQLException {
        server = RedisServer.start();
        keepsDatabase = DriverManager.getConnection("jdbc:h2:mem:golden");
        ProductService.create(keepsDatabase);
    }

    @AfterEach
    void stop() throws SQLException {
        keepsDatabase.close();
        server.close();
    }

    @ParameterizedTest
    @EnumSource(ClientKind.class)
    void aSpikeOnAColdKey_isOneQuery_alsoAfterEachChange(ClientKind client) throws Exception {
        ExecutorService workers = Executors.newFixedThreadPool(8);
        try (PatternRuntime here = PatternRuntime.over(client.connect(server.port()));
                PatternRuntime there = PatternRuntime.over(client.connect(server.port()))) {
            List<ProductService> services = List.of(
                    new ProductService("jdbc:h2:mem:golden", here, workers),
                    new ProductService("jdbc:h2:mem:golden", there, workers));

            assertThat(spike(services, "p1", REQUESTS)).containsOnly(product("19.90"));
            assertThat(queries(services)).isEqualTo(1);

            services.get(0).reprice("p1", new BigDecimal("24.50"));
            assertThat(spike(services, "p1", REQUESTS / 5)).containsOnly(product("24.50"));
            assertThat(queries(services)).isEqualTo(2);

            assertThat(spike(services, "p2", REQUESTS / 5)).containsOnly(Optional.empty());
            assertThat(queries(services)).isEqualTo(3);
        } finally {
            workers.shutdownNow();
        }
    }

    private static Optional<Product> product(String price) {
        return Optional.of(new Product("p1", "kettle", new BigDecimal(price)));
    }

    private static long queries(List<ProductService> services) {
        return services.stream().mapToLong(ProductService::queries).sum();
    }

    /** All requests at once: half of them from blocked threads, half asynchronous. */
    private static List<Optional<Product>> spike(List<ProductService> services, String id, int requests)
            throws Exception {
        ExecutorService callers = Executors.newFixedThreadPool(50);
        try {
            List<Future<Optional<Product>>> answers = new ArrayList<>();
            for (int i = 0; i < requests; i += 2) {
                ProductService service = services.get(i / 2 % services.size());
                answers.add(callers.submit(() -> service.find(id)));
                CompletableFuture<Optional<Product>> answer =
                        service.findAsync(id).toCompletableFuture();
                answers.add(answer);
            }
            List<Optional<Product>> products = new ArrayList<>();
            for (Future<Optional<Product>> answer : answers) {
                products.add(answer.get(30, TimeUnit.SECONDS));
            }
            assertThat(products).hasSize(requests);
            return products;
        } finally {
            callers.shutdownNow();
        }
    }
}

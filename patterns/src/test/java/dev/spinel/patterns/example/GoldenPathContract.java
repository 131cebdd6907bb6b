package dev.spinel.patterns.example;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.example.ProductService.Product;
import dev.spinel.patterns.example.ProductService.Settings;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.FaultProxy;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.testing.TestDatabase;
import dev.spinel.patterns.transport.PatternRuntime;
import java.io.IOException;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What the example does on any database, in two processes as far as the server can see, under a spike and when parts of it fail. */
@Tag("redis-server")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
abstract class GoldenPathContract {
    private static final int REQUESTS = 10_000;
    private static final Settings BRIEF = new Settings(Duration.ofMillis(50), Duration.ofMillis(500));

    private TestDatabase database;
    private volatile boolean databaseAway;
    private RedisServer server;
    private FaultProxy proxy;
    private ExecutorService workers;

    abstract TestDatabase startDatabase();

    @BeforeAll
    void startServers() {
        database = startDatabase();
        server = RedisServer.start();
    }

    @AfterAll
    void stopServers() {
        if (server != null) {
            server.close();
            database.close();
        }
    }

    @BeforeEach
    void create() throws SQLException {
        database.drop("product, product_fence");
        try (Connection connection = database.open()) {
            ProductService.create(connection);
        }
        databaseAway = false;
        proxy = new FaultProxy(server.port());
        workers = Executors.newFixedThreadPool(8);
    }

    @AfterEach
    void stop() throws IOException {
        workers.shutdownNow();
        proxy.close();
        server.call("FLUSHALL");
    }

    private Connection open() throws SQLException {
        if (databaseAway) {
            throw new SQLException("The database is away", "08001");
        }
        return database.open();
    }

    private ProductService service(PatternRuntime runtime, Settings settings) {
        return new ProductService(this::open, runtime, workers, settings);
    }

    @ParameterizedTest
    @EnumSource(names = {"LETTUCE", "JEDIS"})
    void aSpikeOnAColdKey_isOneQuery_alsoAfterEachChange(ClientKind client) throws Exception {
        try (PatternRuntime here = PatternRuntime.over(client.connect(server.port()));
                PatternRuntime there = PatternRuntime.over(client.connect(server.port()))) {
            List<ProductService> services = List.of(service(here, Settings.DEFAULT), service(there, Settings.DEFAULT));

            assertThat(spike(services, "p1", REQUESTS)).containsOnly(product("19.90"));
            assertThat(queries(services)).isEqualTo(1);

            assertThat(services.get(0).reprice("p1", price -> new BigDecimal("24.50")))
                    .isTrue();
            assertThat(queries(services)).isEqualTo(2);
            assertThat(spike(services, "p1", REQUESTS / 5)).containsOnly(product("24.50"));
            assertThat(queries(services)).isEqualTo(3);

            assertThat(spike(services, "p2", REQUESTS / 5)).containsOnly(Optional.empty());
            assertThat(queries(services)).isEqualTo(4);
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LETTUCE", "JEDIS"})
    void withoutTheDatabase_theLastKnownProductIsServed_andRefreshedWhenItIsBack(ClientKind client) throws Exception {
        try (PatternRuntime runtime = PatternRuntime.over(client.connect(server.port()))) {
            ProductService service = service(runtime, BRIEF);
            assertThat(service.find("p1")).isEqualTo(product("19.90"));
            databaseAway = true;
            long before = service.queries();
            await().until(() -> service.find("p1").equals(product("19.90")) && service.queries() > before);
            for (int i = 0; i < 100; i++) {
                assertThat(service.find("p1")).isEqualTo(product("19.90"));
            }
            assertThat(service.queries() - before)
                    .as("queries of a broken database")
                    .isLessThan(3);
            try (Connection connection = database.open();
                    var statement = connection.createStatement()) {
                statement.execute("update product set price = 30");
            }
            databaseAway = false;
            await().until(() -> service.find("p1").equals(product("30.00")));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LETTUCE", "JEDIS"})
    void changesFromAllProcesses_comeOneAfterTheOther(ClientKind client) throws Exception {
        try (PatternRuntime here = PatternRuntime.over(client.connect(server.port()));
                PatternRuntime there = PatternRuntime.over(client.connect(server.port()))) {
            List<ProductService> services = List.of(service(here, Settings.DEFAULT), service(there, Settings.DEFAULT));
            List<Future<Boolean>> changes = new ArrayList<>();
            for (int i = 0; i < 20; i++) {
                ProductService service = services.get(i % 2);
                changes.add(workers.submit(() -> service.reprice("p1", price -> price.add(BigDecimal.ONE))));
            }
            for (Future<Boolean> change : changes) {
                assertThat(change.get(30, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(services.get(0).find("p1")).isEqualTo(product("39.90"));
            assertThat(services.get(1).find("p1")).isEqualTo(product("39.90"));
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"LETTUCE", "JEDIS"})
    void aChangeByOneWhoLostTheLockMeanwhile_isRefusedByTheDatabase(ClientKind client) throws Exception {
        try (PatternRuntime here = PatternRuntime.over(client.connect(proxy.port(), Duration.ofMillis(500)));
                PatternRuntime there = PatternRuntime.over(client.connect(server.port()))) {
            CountDownLatch computing = new CountDownLatch(1);
            CompletableFuture<BigDecimal> increase = new CompletableFuture<>();
            Future<Boolean> stale = workers.submit(() -> service(here, BRIEF).reprice("p1", price -> {
                computing.countDown();
                return price.add(increase.join());
            }));
            assertThat(computing.await(10, TimeUnit.SECONDS)).isTrue();
            proxy.cut(true);
            ProductService successor = service(there, BRIEF);
            assertThat(successor.reprice("p1", price -> price.add(BigDecimal.ONE)))
                    .isTrue();
            increase.complete(BigDecimal.TEN);
            assertThat(stale.get(20, TimeUnit.SECONDS)).isFalse();
            assertThat(successor.find("p1")).isEqualTo(product("20.90"));
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

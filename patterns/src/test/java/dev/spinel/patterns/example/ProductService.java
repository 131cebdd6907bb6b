package dev.spinel.patterns.example;

import dev.spinel.patterns.cache.CacheAside;
import dev.spinel.patterns.cache.Loader;
import dev.spinel.patterns.lettuce.LettuceTransport;
import dev.spinel.patterns.lock.JdbcFence;
import dev.spinel.patterns.lock.Lease;
import dev.spinel.patterns.lock.Locks;
import dev.spinel.patterns.transport.PatternRuntime;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.UnaryOperator;

/**
 * The golden path: a small service over a SQL database with a cache in front.
 *
 * <p>Products are read through the cache: one query however many want the same one at once, and the last known product while the
 * database is away. They are changed in the database, under a lock and admitted by a fence, and then forgotten by the cache.
 */
final class ProductService {
    private static final JdbcFence FENCE = JdbcFence.of("product_fence");

    private final ConnectionSource database;
    private final CacheAside<Product> cache;
    private final Locks locks;
    private final AtomicLong queries = new AtomicLong();

    /** A product of the database. */
    record Product(String id, String name, BigDecimal price) {}

    /** Where connections to the database come from, such as a pool. */
    @FunctionalInterface
    interface ConnectionSource {
        Connection open() throws SQLException;
    }

    /** What may differ between deployments: how long a product is served unasked, and how long one who changes it may be silent. */
    record Settings(Duration freshFor, Duration lease) {
        static final Settings DEFAULT = new Settings(Duration.ofMinutes(5), Duration.ofSeconds(30));
    }

    ProductService(ConnectionSource database, PatternRuntime runtime, Executor workers, Settings settings) {
        this.database = database;
        locks = Locks.builder(runtime).lease(settings.lease()).build();
        cache = CacheAside.builder(runtime, "products", new ProductCodec(), Loader.blocking(workers, this::select))
                .freshFor(settings.freshFor())
                .staleFor(Duration.ofHours(1))
                .build();
    }

    /** Makes the tables, with a product. */
    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(
                    "create table product (id varchar(20) primary key, name varchar(80), price decimal(10, 2))");
            statement.execute(FENCE.createTable());
            statement.execute("insert into product values ('p1', 'kettle', 19.90)");
        }
    }

    Optional<Product> find(String id) {
        return cache.get(id);
    }

    CompletionStage<Optional<Product>> findAsync(String id) {
        return cache.getAsync(id);
    }

    /**
     * Changes the price of a product, one change at a time over all processes. The cache is told once the change is committed.
     *
     * @param change the new price from the present one; may take its time
     * @return false if nothing was changed: there is no such product, or somebody else got the lock since, as this process was
     *     paused or cut off for longer than its lease
     */
    boolean reprice(String id, UnaryOperator<BigDecimal> change) throws SQLException, InterruptedException {
        try (Lease lease = locks.fairLock("product:" + id).acquire()) {
            Optional<Product> present = select(id);
            boolean changed =
                    present.isPresent() && update(id, change.apply(present.get().price()), lease);
            if (changed) {
                cache.invalidate(id);
            }
            return changed;
        }
    }

    private boolean update(String id, BigDecimal price, Lease lease) throws SQLException {
        try (Connection connection = database.open();
                PreparedStatement update = connection.prepareStatement("update product set price = ? where id = ?")) {
            connection.setAutoCommit(false);
            if (!FENCE.admit(connection, id, lease.fence())) {
                connection.rollback();
                return false;
            }
            update.setBigDecimal(1, price);
            update.setString(2, id);
            boolean changed = update.executeUpdate() == 1;
            connection.commit();
            return changed;
        }
    }

    /** How often the database was asked for a product. */
    long queries() {
        return queries.get();
    }

    private Optional<Product> select(String id) throws SQLException {
        queries.incrementAndGet();
        try (Connection connection = database.open();
                PreparedStatement query = connection.prepareStatement("select name, price from product where id = ?")) {
            query.setString(1, id);
            try (var rows = query.executeQuery()) {
                return rows.next()
                        ? Optional.of(new Product(id, rows.getString(1), rows.getBigDecimal(2)))
                        : Optional.empty();
            }
        }
    }

    /**
     * Changes a price, and asks 10,000 times at once for the product, which is not cached then. Argument: the server's address, such as
     * {@code redis://127.0.0.1}.
     */
    public static void main(String[] arguments) throws Exception {
        String database = "jdbc:h2:mem:example";
        ExecutorService workers = Executors.newFixedThreadPool(4);
        try (Connection open = DriverManager.getConnection(database);
                PatternRuntime runtime = PatternRuntime.over(LettuceTransport.connect(arguments[0]))) {
            create(open);
            ProductService service =
                    new ProductService(() -> DriverManager.getConnection(database), runtime, workers, Settings.DEFAULT);
            boolean changed = service.reprice("p1", price -> price.add(new BigDecimal("4.60")));
            long before = service.queries();
            List<CompletableFuture<Optional<Product>>> answers = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                answers.add(service.findAsync("p1").toCompletableFuture());
            }
            answers.forEach(CompletableFuture::join);
            System.out.printf(
                    "changed: %s; %d answers, such as %s, from %d query%n",
                    changed, answers.size(), answers.get(0).join(), service.queries() - before);
        } finally {
            workers.shutdown();
        }
    }
}

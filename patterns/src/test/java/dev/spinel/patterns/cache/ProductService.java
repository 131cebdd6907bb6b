package dev.spinel.patterns.cache;

import dev.spinel.patterns.lettuce.LettuceTransport;
import dev.spinel.patterns.transport.PatternRuntime;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The golden path: a small service over a SQL database with a cache in front. Reads products through the cache, and changes them in the
 * database.
 */
final class ProductService {
    private final String database;
    private final CacheAside<Product> cache;
    private final AtomicLong queries = new AtomicLong();

    /** A product of the database. */
    record Product(String id, String name, BigDecimal price) {}

    ProductService(String database, PatternRuntime runtime, ExecutorService workers) {
        this.database = database;
        cache = CacheAside.builder(runtime, "products", new ProductCodec(), Loader.blocking(workers, this::select))
                .build();
    }

    /** Makes the table with a product. The database lives as long as one connection to it is open. */
    static void create(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("create table product (id varchar primary key, name varchar, price decimal(10, 2))");
            statement.execute("insert into product values ('p1', 'kettle', 19.90)");
        }
    }

    Optional<Product> find(String id) {
        return cache.get(id);
    }

    CompletionStage<Optional<Product>> findAsync(String id) {
        return cache.getAsync(id);
    }

    /** Changes the price; the cache is told once the change is committed. */
    void reprice(String id, BigDecimal price) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database);
                PreparedStatement update = connection.prepareStatement("update product set price = ? where id = ?")) {
            update.setBigDecimal(1, price);
            update.setString(2, id);
            update.executeUpdate();
        }
        cache.invalidate(id);
    }

    /** How often the database was asked. */
    long queries() {
        return queries.get();
    }

    private Optional<Product> select(String id) throws SQLException {
        queries.incrementAndGet();
        try (Connection connection = DriverManager.getConnection(database);
                PreparedStatement query = connection.prepareStatement("select name, price from product where id = ?")) {
            query.setString(1, id);
            try (var rows = query.executeQuery()) {
                return rows.next()
                        ? Optional.of(new Product(id, rows.getString(1), rows.getBigDecimal(2)))
                        : Optional.empty();
            }
        }
    }

    /** Asks 10,000 times at once for a product that is not cached. Argument: the server's address, such as redis://127.0.0.1. */
    public static void main(String[] arguments) throws SQLException {
        String database = "jdbc:h2:mem:example";
        ExecutorService workers = Executors.newFixedThreadPool(4);
        try (Connection open = DriverManager.getConnection(database);
                PatternRuntime runtime = PatternRuntime.over(LettuceTransport.connect(arguments[0]))) {
            create(open);
            ProductService service = new ProductService(database, runtime, workers);
            service.reprice("p1", new BigDecimal("24.50"));
            List<CompletableFuture<Optional<Product>>> answers = new ArrayList<>();
            for (int i = 0; i < 10_000; i++) {
                answers.add(service.findAsync("p1").toCompletableFuture());
            }
            answers.forEach(CompletableFuture::join);
            System.out.println(answers.size() + " answers, such as "
                    + answers.get(0).join() + ", from " + service.queries() + " query");
        } finally {
            workers.shutdown();
        }
    }
}

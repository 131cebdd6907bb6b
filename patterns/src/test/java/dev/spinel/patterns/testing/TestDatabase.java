package dev.spinel.patterns.testing;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.UUID;

/** A SQL database for one test class, which goes with it. */
public interface TestDatabase extends AutoCloseable {
    /** A new connection, in auto-commit mode. */
    Connection open() throws SQLException;

    @Override
    void close();

    /** Removes tables, if they are there. */
    default void drop(String tables) throws SQLException {
        try (Connection connection = open();
                Statement statement = connection.createStatement()) {
            statement.execute("drop table if exists " + tables);
        }
    }

    /** H2 within this process. */
    static TestDatabase h2() {
        String url = "jdbc:h2:mem:" + UUID.randomUUID();
        Connection keepsDatabase = connect(url);
        return new TestDatabase() {
            @Override
            public Connection open() throws SQLException {
                return DriverManager.getConnection(url);
            }

            @Override
            public void close() {
                try {
                    keepsDatabase.close();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
            }
        };
    }

    private static Connection connect(String url) {
        try {
            return DriverManager.getConnection(url);
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }
}

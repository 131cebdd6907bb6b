package dev.spinel.patterns.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Collections;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A table of a SQL database that tells a transaction of the application whether it may go on. What is written to it is a part of that
 * transaction. Immutable; a connection is used by one thread at a time.
 */
public final class GuardTable {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?");
    /** The class of SQLSTATE for violated constraints. */
    private static final String CONSTRAINT = "23";

    private final String name;

    private GuardTable(String name) {
        this.name = name;
    }

    /**
     * The table of this name.
     *
     * @param name that of a table, perhaps after that of a schema
     * @throws IllegalArgumentException if it is anything else
     */
    public static GuardTable named(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException("Not the name of a table: '" + name + "'");
        }
        return new GuardTable(name);
    }

    /** Its name, safe to be a part of a statement. */
    public String name() {
        return name;
    }

    /**
     * Refuses a connection that commits each statement by itself, so that nothing would be protected.
     *
     * @throws IllegalStateException if it does
     * @throws SQLException if the database fails
     */
    public void checkTransaction(Connection connection) throws SQLException {
        if (connection.getAutoCommit()) {
            throw new IllegalStateException("Table " + name + " protects a transaction: switch auto-commit off");
        }
    }

    /**
     * Adds a row, unless a constraint refuses it, such as that its key is there. Waits for a transaction that has added the same key and not
     * ended yet. The present transaction goes on in both cases: some databases give it up after an error, but for savepoints.
     *
     * @param columns names, with commas between them
     * @param values as many as columns
     * @return the refusal, empty if the row was added
     * @throws SQLException if the database fails
     */
    public Optional<SQLException> insert(Connection connection, String columns, Object... values) throws SQLException {
        String places = String.join(", ", Collections.nCopies(values.length, "?"));
        Savepoint before = connection.setSavepoint();
        try (PreparedStatement insert =
                connection.prepareStatement("insert into " + name + " (" + columns + ") values (" + places + ")")) {
            for (int i = 0; i < values.length; i++) {
                insert.setObject(i + 1, values[i]);
            }
            insert.executeUpdate();
        } catch (SQLException e) {
            String state = e.getSQLState();
            if (state == null || !state.startsWith(CONSTRAINT)) {
                throw e;
            }
            connection.rollback(before);
            return Optional.of(e);
        }
        return Optional.empty();
    }
}

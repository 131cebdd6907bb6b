package dev.spinel.patterns.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * A table of a SQL database that tells a transaction of the application whether it may go on. What is written to it is a part of that
 * transaction. Immutable; a connection is used by one thread at a time.
 */
public final class GuardTable {
    private static final Pattern NAME = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*(\\.[A-Za-z_][A-Za-z0-9_]*)?");
    /** SQLSTATE of a key that is there already, of H2 and PostgreSQL. */
    private static final String DUPLICATE_KEY = "23505";
    /** The class of SQLSTATE for violated constraints. */
    private static final String CONSTRAINT = "23";
    /** SQLSTATE of any violated constraint, of databases that tell which one by a code of their own. */
    private static final String SOME_CONSTRAINT = "23000";
    /** Codes of a key that is there already: Oracle, MySQL and MariaDB, SQL Server. */
    private static final Set<Integer> DUPLICATE_KEY_CODES = Set.of(1, 1062, 2601, 2627);

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
     * Adds a row, unless one with its key is there. Waits for a transaction that has added the same key and not
     * ended yet. The present transaction goes on in both cases, and if another constraint refuses the row: some databases give it up after an error, but for savepoints.
     *
     * @param columns names, with commas between them
     * @param values as many as columns
     * @return the refusal, empty if the row was added
     * @throws SQLException if the database fails, or another constraint refuses the row
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
            if (!isDuplicateKey(state, e.getErrorCode())) {
                throw e;
            }
            return Optional.of(e);
        }
        return Optional.empty();
    }

    private static boolean isDuplicateKey(String state, int code) {
        return state.equals(DUPLICATE_KEY) || (state.equals(SOME_CONSTRAINT) && DUPLICATE_KEY_CODES.contains(code));
    }
}

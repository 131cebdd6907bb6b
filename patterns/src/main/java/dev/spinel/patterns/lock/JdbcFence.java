package dev.spinel.patterns.lock;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.jdbc.GuardTable;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.SQLTransactionRollbackException;
import java.util.Optional;

/**
 * Keeps stale holders of a lock from writing to a SQL database. A table has the highest {@link Lease#fence} that was seen for each
 * resource; a transaction that writes on behalf of a holder first has it admitted:
 *
 * <pre>{@code
 * connection.setAutoCommit(false);
 * if (!fence.admit(connection, "invoice:17", lease.fence())) {
 *     connection.rollback(); // somebody else got the lock since
 * }
 * }</pre>
 *
 * <p>The admission is a compare-and-set of one row, whose lock the database keeps until the transaction ends: of two holders that write
 * at the same time, the later one waits, and the one with the lower fence is refused or had committed before. So a stale holder writes nothing
 * after a newer one was admitted. What it commits before that is not lost if each transaction asks before it reads what it decides on: what
 * a newer one had read before, it would write over.
 *
 * <p>That holds from READ COMMITTED on. At higher levels a transaction that began before the row was changed fails, as one that could not be
 * serialized, and is run again. Immutable; a connection is used by one thread at a time.
 */
public final class JdbcFence {
    private static final String SERIALIZATION_FAILURE = "40001";

    private final GuardTable table;

    private JdbcFence(GuardTable table) {
        this.table = table;
    }

    /**
     * The fence of a table.
     *
     * @param table a name, perhaps after that of a schema
     * @throws IllegalArgumentException if it is anything else
     */
    public static JdbcFence of(String table) {
        return new JdbcFence(GuardTable.named(table));
    }

    /** The statement that creates the table, to be run once. */
    public String createTable() {
        return "create table " + table.name() + " (resource varchar(255) not null primary key, fence bigint not null)";
    }

    /**
     * Admits a writer, unless one with a higher fence was admitted before. Asked before all that the transaction reads.
     *
     * @param connection in a transaction, which the admission is a part of: it counts if that is committed
     * @param resource what is written to, in up to 255 characters
     * @return whether it may write
     * @throws IllegalStateException if the connection commits each statement by itself, so that nothing would be protected
     * @throws SQLException if the database fails, or refuses the row for another reason than that it is there; with state 40001 if the
     *     transaction cannot see the row, as it came after its snapshot: run it again
     */
    public boolean admit(Connection connection, String resource, long fence) throws SQLException {
        requireNonNull(resource, "resource");
        table.checkTransaction(connection);
        if (raise(connection, resource, fence)) {
            return true;
        }
        Optional<SQLException> refusal = table.insert(connection, "resource, fence", resource, fence);
        if (refusal.isEmpty() || raise(connection, resource, fence)) {
            return true;
        }
        if (isHigher(connection, resource, fence)) {
            return false;
        }
        throw new SQLTransactionRollbackException(
                "The fence of '" + resource + "' came after the snapshot of this transaction: run it again",
                SERIALIZATION_FAILURE,
                refusal.get());
    }

    private boolean raise(Connection connection, String resource, long fence) throws SQLException {
        try (PreparedStatement update = connection.prepareStatement(
                "update " + table.name() + " set fence = ? where resource = ? and fence <= ?")) {
            update.setLong(1, fence);
            update.setString(2, resource);
            update.setLong(3, fence);
            return update.executeUpdate() == 1;
        }
    }

    private boolean isHigher(Connection connection, String resource, long fence) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("select fence from " + table.name() + " where resource = ?")) {
            select.setString(1, resource);
            try (ResultSet rows = select.executeQuery()) {
                return rows.next() && rows.getLong(1) > fence;
            }
        }
    }
}

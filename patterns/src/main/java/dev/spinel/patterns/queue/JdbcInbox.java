package dev.spinel.patterns.queue;

import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.jdbc.GuardTable;
import dev.spinel.patterns.queue.QueueSchedules.ServerTime;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Optional;

/**
 * Has the effects of messages in a SQL database applied once, although messages are delivered at least once. A table has the messages
 * that had their effect; a transaction that applies one first has its message admitted:
 *
 * <pre>{@code
 * try (Connection connection = database.getConnection()) { // one for each delivery; rolled back when it is closed
 *     connection.setAutoCommit(false);
 *     if (inbox.admit(connection, queue, delivery)) {
 *         pay(connection);
 *     } // else an earlier delivery did it
 *     connection.commit();
 * }
 * return delivery.acknowledge(); // in both cases
 * }</pre>
 *
 * <p>A transaction that failed has to be rolled back before its connection serves another delivery, or the admission is committed without
 * the effect.
 *
 * <p>Of two workers that are at the same message, because the lease of one ended, the later one waits for the transaction of the other:
 * it is refused if that was committed, and admitted if not. That holds from READ COMMITTED on; at higher levels the database may fail a transaction
 * instead, which is as safe, as the message is delivered again. Effects elsewhere are not protected.
 *
 * <p>A message is known by its queue's name and engine, its id and when it was enqueued. Ids begin again when a queue is deleted and made anew, and are
 * given a second time when the server forgets writes: by their times, such messages are others, and are admitted.
 * Immutable; a connection is used by one thread at a time.
 */
public final class JdbcInbox {
    private final GuardTable table;

    private JdbcInbox(GuardTable table) {
        this.table = table;
    }

    /**
     * The inbox of a table, for any number of queues.
     *
     * @param table a name, perhaps after that of a schema
     * @throws IllegalArgumentException if it is anything else
     */
    public static JdbcInbox of(String table) {
        return new JdbcInbox(GuardTable.named(table));
    }

    /** What rows call a queue: its name, which queues of different engines may share. */
    private static String nameOf(WorkQueue queue) {
        return switch (queue.engine()) {
            case SORTED_SETS -> queue.name();
            case STREAM -> queue.name() + " (stream)";
        };
    }

    /** The statement that creates the table, to be run once. */
    public String createTable() {
        return "create table " + table.name() + " (queue varchar(255) not null, enqueued bigint not null,"
                + " message bigint not null, primary key (queue, enqueued, message))";
    }

    /**
     * Admits a message, unless it was admitted before.
     *
     * @param connection in a transaction, which the admission is a part of: it counts if that is committed
     * @param queue where the message is from, whose name has up to 255 characters, 246 if it is a stream
     * @return whether the effect is to be applied; if not, it is in the database already
     * @throws IllegalStateException if the connection commits each statement by itself, so that nothing would be protected
     * @throws SQLException if the database fails, or refuses the row for another reason than that it is there
     */
    public boolean admit(Connection connection, WorkQueue queue, Delivery delivery) throws SQLException {
        requireNonNull(queue, "queue");
        table.checkTransaction(connection);
        Optional<SQLException> refusal = table.insert(
                connection, "queue, enqueued, message", nameOf(queue), delivery.enqueuedAtMicros(), delivery.id());
        if (refusal.isPresent() && !isAdmitted(connection, queue, delivery)) {
            throw refusal.get();
        }
        return refusal.isEmpty();
    }

    private boolean isAdmitted(Connection connection, WorkQueue queue, Delivery delivery) throws SQLException {
        try (PreparedStatement select = connection.prepareStatement(
                "select 1 from " + table.name() + " where queue = ? and enqueued = ? and message = ?")) {
            select.setString(1, nameOf(queue));
            select.setLong(2, delivery.enqueuedAtMicros());
            select.setLong(3, delivery.id());
            try (ResultSet row = select.executeQuery()) {
                return row.next();
            }
        }
    }

    /**
     * Forgets messages of a queue that were enqueued before a time, by the clock of the queue's server. Whichever of them is delivered after
     * that, or is still in the hands of a worker, has its effect again. So go back further than a message can live: its delay and the time
     * in which it waits, all its attempts and the delays between them, the time for which it may lie among the dead letters and be redriven,
     * and the longest time for which a worker may be paused with it. A message of a schedule counts as enqueued at the time that it is for, which may
     * have passed long before it came to the queue: go back as much further as a {@link Misfire} makes up for, and as the queue may be full or
     * without a scheduler.
     *
     * @param connection in a transaction or not
     * @return how many were forgotten
     * @throws SQLException if the database fails
     */
    public int forgetEnqueuedBefore(Connection connection, WorkQueue queue, Instant time) throws SQLException {
        try (PreparedStatement delete =
                connection.prepareStatement("delete from " + table.name() + " where queue = ? and enqueued < ?")) {
            delete.setString(1, nameOf(queue));
            delete.setLong(2, ServerTime.micros(time));
            return delete.executeUpdate();
        }
    }
}

package dev.spinel.patterns.queue;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.transport.PatternRuntime;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;

/**
 * A process that claims one message, says {@code claimed ATTEMPT}, waits for a line on its input, and then applies the effect of the message in a
 * database by way of an inbox, and acknowledges: {@code applied BOOLEAN} and {@code settled BOOLEAN}. Arguments: client, port, queue, engine,
 * lease in milliseconds, URL of the database.
 */
final class PayingProcess {
    static final JdbcInbox INBOX = JdbcInbox.of("inbox");

    private PayingProcess() {}

    public static void main(String[] arguments) throws IOException, SQLException {
        try (PatternRuntime runtime =
                PatternRuntime.over(ClientKind.valueOf(arguments[0]).connect(Integer.parseInt(arguments[1])))) {
            WorkQueue queue = WorkQueue.builder(runtime, arguments[2])
                    .engine(QueueEngine.valueOf(arguments[3]))
                    .lease(Duration.ofMillis(Long.parseLong(arguments[4])))
                    .build();
            Delivery delivery = queue.claim(1).get(0);
            System.out.println("claimed " + delivery.attempt());
            if (System.in.read() < 0) {
                throw new IOException("The parent has gone");
            }
            System.out.println("applied " + pay(arguments[5], queue, delivery));
            System.out.println("settled " + queue.settle(delivery.acknowledge()));
        }
        System.exit(0);
    }

    /** Writes the payment that a message is about, unless it is written; tells whether it did. */
    static boolean pay(String database, WorkQueue queue, Delivery delivery) throws SQLException {
        try (Connection connection = DriverManager.getConnection(database);
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            boolean admitted = INBOX.admit(connection, queue, delivery);
            if (admitted) {
                statement.execute("insert into payment values ('" + delivery.text() + "')");
            }
            connection.commit();
            return admitted;
        }
    }
}

package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.patterns.lock.JdbcFence;
import dev.spinel.patterns.testing.PostgresServer;
import dev.spinel.patterns.testing.ScriptedTransport;
import dev.spinel.patterns.transport.PatternRuntime;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import org.junit.jupiter.api.Test;

/** The inbox and the fence on PostgreSQL, which gives up a transaction after an error; skipped where it is not installed. */
class JdbcInboxPostgresIT {
    private final JdbcInbox inbox = JdbcInbox.of("inbox");

    @Test
    void aRefusal_leavesTheTransactionUsable() throws SQLException {
        try (PostgresServer server = PostgresServer.start();
                PatternRuntime runtime = PatternRuntime.over(new ScriptedTransport());
                Connection one = server.open();
                Connection two = server.open();
                Statement effect = two.createStatement()) {
            WorkQueue queue = WorkQueue.builder(runtime, "mails").build();
            JdbcFence fence = JdbcFence.of("fence");
            effect.execute(inbox.createTable());
            effect.execute("alter table inbox add check (message < 10)");
            effect.execute(fence.createTable());
            effect.execute("create table effect (text varchar(20))");
            one.setAutoCommit(false);
            two.setAutoCommit(false);
            assertThat(inbox.admit(one, queue, delivery(1))).isTrue();
            assertThat(fence.admit(one, "invoice", 7)).isTrue();
            one.commit();

            effect.execute("insert into effect values ('before')");
            assertThat(inbox.admit(two, queue, delivery(1))).isFalse();
            assertThatThrownBy(() -> inbox.admit(two, queue, delivery(10))).isInstanceOf(SQLException.class);
            assertThat(inbox.admit(two, queue, delivery(2))).isTrue();
            assertThat(fence.admit(two, "invoice", 6)).isFalse();
            assertThat(fence.admit(two, "invoice", 8)).isTrue();
            effect.execute("insert into effect values ('after')");
            two.commit();
            assertThat(effect.executeUpdate("delete from effect")).isEqualTo(2);
            two.commit();
        }
    }

    private static Delivery delivery(long id) {
        return new Delivery("receipt", id, 1, 0, new byte[0], "");
    }
}

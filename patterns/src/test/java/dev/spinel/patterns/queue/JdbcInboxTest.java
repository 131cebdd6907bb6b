package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.patterns.testing.ScriptedTransport;
import dev.spinel.patterns.transport.PatternRuntime;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Which messages the inbox of a database admits, on H2. */
class JdbcInboxTest {
    private static final Instant START = Instant.parse("2026-01-02T03:04:05.000006Z");

    private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";LOCK_TIMEOUT=10000";
    private final JdbcInbox inbox = JdbcInbox.of("inbox");
    private final PatternRuntime runtime = PatternRuntime.over(new ScriptedTransport());
    private final WorkQueue queue = WorkQueue.builder(runtime, "mails").build();
    private Connection one;
    private Connection two;

    @BeforeEach
    void connect() throws SQLException {
        one = DriverManager.getConnection(url);
        try (Statement statement = one.createStatement()) {
            statement.execute(inbox.createTable());
            statement.execute("create table effect (text varchar(20))");
        }
        one.setAutoCommit(false);
        two = DriverManager.getConnection(url);
        two.setAutoCommit(false);
    }

    @AfterEach
    void disconnect() throws SQLException {
        two.close();
        one.close();
        runtime.close();
    }

    /** An attempt of a message that was enqueued so many seconds after the start. */
    private static Delivery delivery(long id, int attempt, long seconds) {
        long micros = QueueSchedules.ServerTime.micros(START.plusSeconds(seconds));
        return new Delivery("receipt", id, attempt, micros, new byte[0], "");
    }

    @Test
    void aMessage_isAdmittedOnce_whicheverAttempt() throws SQLException {
        assertThat(inbox.admit(one, queue, delivery(1, 1, 0))).isTrue();
        assertThat(inbox.admit(one, queue, delivery(1, 1, 0))).isFalse();
        one.commit();
        assertThat(inbox.admit(two, queue, delivery(1, 2, 0))).isFalse();
        assertThat(inbox.admit(two, queue, delivery(2, 1, 0))).isTrue();
    }

    @Test
    void queues_areApart() throws SQLException {
        WorkQueue orders = WorkQueue.builder(runtime, "orders").build();
        assertThat(inbox.admit(one, queue, delivery(1, 1, 0))).isTrue();
        assertThat(inbox.admit(one, orders, delivery(1, 1, 0))).isTrue();
        assertThat(inbox.forgetEnqueuedBefore(one, orders, START.plusSeconds(1)))
                .isOne();
        assertThat(inbox.admit(one, queue, delivery(1, 2, 0))).isFalse();
        assertThat(inbox.admit(one, orders, delivery(1, 2, 0))).isTrue();
    }

    @Test
    void queuesOfOneName_andDifferentEngines_areApart() throws SQLException {
        WorkQueue stream =
                WorkQueue.builder(runtime, "mails").engine(QueueEngine.STREAM).build();
        assertThat(inbox.admit(one, queue, delivery(1, 1, 0))).isTrue();
        assertThat(inbox.admit(one, stream, delivery(1, 1, 0))).isTrue();
        assertThat(inbox.admit(one, stream, delivery(1, 2, 0))).isFalse();
        assertThat(inbox.forgetEnqueuedBefore(one, stream, START.plusSeconds(1)))
                .isOne();
        assertThat(inbox.admit(one, queue, delivery(1, 2, 0))).isFalse();
        assertThat(inbox.admit(one, stream, delivery(1, 2, 0))).isTrue();
    }

    @Test
    void idsThatBeganAgain_areOtherMessages() throws SQLException {
        assertThat(inbox.admit(one, queue, delivery(1, 1, 0))).isTrue();
        assertThat(inbox.admit(one, queue, delivery(1, 1, 60))).isTrue();
    }

    @Test
    void whatWasRolledBack_isAdmittedAgain() throws SQLException {
        assertThat(inbox.admit(one, queue, delivery(1, 1, 0))).isTrue();
        one.rollback();
        assertThat(inbox.admit(two, queue, delivery(1, 2, 0))).isTrue();
    }

    @Test
    void aRefusal_leavesTheTransactionUsable() throws SQLException {
        assertThat(inbox.admit(one, queue, delivery(1, 1, 0))).isTrue();
        one.commit();
        try (Statement statement = two.createStatement()) {
            statement.execute("insert into effect values ('before')");
            assertThat(inbox.admit(two, queue, delivery(1, 2, 0))).isFalse();
            statement.execute("insert into effect values ('after')");
            two.commit();
            assertThat(statement.executeUpdate("delete from effect")).isEqualTo(2);
        }
    }

    @Test
    void aRowThatTheDatabaseRefusesForAnotherReason_isAFailure() throws SQLException {
        try (Statement statement = one.createStatement()) {
            statement.execute("alter table inbox add check (message < 10)");
        }
        assertThatThrownBy(() -> inbox.admit(two, queue, delivery(10, 1, 0))).isInstanceOf(SQLException.class);
        assertThat(inbox.admit(two, queue, delivery(9, 1, 0))).isTrue();
    }

    @Test
    void twoAtOnce_theLaterOneWaits_andIsRefusedIfTheFirstCommits() throws Exception {
        assertThat(inbox.admit(one, queue, delivery(1, 1, 0))).isTrue();
        CompletableFuture<Boolean> later = admitMeanwhile();
        one.commit();
        assertThat(later).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(false);
    }

    @Test
    void twoAtOnce_theLaterOneWaits_andIsAdmittedIfTheFirstRollsBack() throws Exception {
        assertThat(inbox.admit(one, queue, delivery(1, 1, 0))).isTrue();
        CompletableFuture<Boolean> later = admitMeanwhile();
        one.rollback();
        assertThat(later).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(true);
    }

    private CompletableFuture<Boolean> admitMeanwhile() {
        CompletableFuture<Boolean> admitted = CompletableFuture.supplyAsync(() -> {
            try {
                return inbox.admit(two, queue, delivery(1, 2, 0));
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThatThrownBy(() -> admitted.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        return admitted;
    }

    @Test
    void whatIsForgotten_wasEnqueuedBefore() throws SQLException {
        for (int i = 0; i < 10; i++) {
            assertThat(inbox.admit(one, queue, delivery(i, 1, i))).isTrue();
        }
        assertThat(inbox.forgetEnqueuedBefore(one, queue, START.plusSeconds(4))).isEqualTo(4);
        assertThat(inbox.admit(one, queue, delivery(4, 2, 4))).isFalse();
        assertThat(inbox.admit(one, queue, delivery(3, 2, 3))).isTrue();
        one.rollback();
        one.setAutoCommit(true);
        assertThat(inbox.forgetEnqueuedBefore(one, queue, START.plusSeconds(4))).isZero();
    }

    @Test
    void timesThatAreFarAway_forgetNothing_orAll() throws SQLException {
        assertThat(inbox.admit(one, queue, delivery(1, 1, 0))).isTrue();
        assertThat(inbox.forgetEnqueuedBefore(one, queue, Instant.MIN)).isZero();
        assertThat(inbox.forgetEnqueuedBefore(one, queue, Instant.MAX)).isOne();
    }

    @Test
    void whatMakesNoSense_isRefused() throws SQLException {
        assertThatIllegalArgumentException().isThrownBy(() -> JdbcInbox.of("a; drop table b"));
        assertThatIllegalArgumentException().isThrownBy(() -> JdbcInbox.of(""));
        assertThat(JdbcInbox.of("public.inbox").admit(one, queue, delivery(1, 1, 0)))
                .isTrue();
        one.rollback();
        one.setAutoCommit(true);
        assertThatIllegalStateException()
                .isThrownBy(() -> inbox.admit(one, queue, delivery(1, 1, 0)))
                .withMessageContaining("auto-commit");
        assertThatThrownBy(() -> JdbcInbox.of("missing").admit(two, queue, delivery(1, 1, 0)))
                .isInstanceOf(SQLException.class);
    }
}

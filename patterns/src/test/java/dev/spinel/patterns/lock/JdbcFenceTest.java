package dev.spinel.patterns.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the fence of a database admits, on H2. */
class JdbcFenceTest {
    private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";LOCK_TIMEOUT=10000";
    private final JdbcFence fence = JdbcFence.of("lock_fence");
    private Connection one;
    private Connection two;

    @BeforeEach
    void connect() throws SQLException {
        one = DriverManager.getConnection(url);
        try (Statement statement = one.createStatement()) {
            statement.execute(fence.createTable());
            statement.execute("create table account (id int primary key, fence bigint)");
            statement.execute("insert into account values (1, 0)");
        }
        one.setAutoCommit(false);
        two = DriverManager.getConnection(url);
        two.setAutoCommit(false);
    }

    @AfterEach
    void disconnect() throws SQLException {
        two.close();
        one.close();
    }

    @Test
    void lowerFences_areRefused_onceAHigherOneWasCommitted() throws SQLException {
        assertThat(fence.admit(one, "a", 5)).isTrue();
        assertThat(fence.admit(one, "a", 5)).isTrue();
        one.commit();
        assertThat(fence.admit(two, "a", 4)).isFalse();
        assertThat(fence.admit(two, "b", 4)).isTrue();
        assertThat(fence.admit(two, "a", 6)).isTrue();
        two.commit();
        assertThat(fence.admit(one, "a", 5)).isFalse();
        one.rollback();
        assertThat(fence.admit(one, "a", Long.MAX_VALUE)).isTrue();
    }

    @Test
    void whatWasRolledBack_doesNotCount() throws SQLException {
        assertThat(fence.admit(one, "a", 5)).isTrue();
        one.rollback();
        assertThat(fence.admit(two, "a", 4)).isTrue();
    }

    @Test
    void aRefusal_leavesTheTransactionUsable() throws SQLException {
        assertThat(fence.admit(one, "a", 5)).isTrue();
        one.commit();
        try (Statement statement = two.createStatement()) {
            statement.execute("update account set fence = 7");
            assertThat(fence.admit(two, "a", 4)).isFalse();
            statement.execute("update account set fence = fence + 1");
        }
        two.commit();
        assertThat(account()).isEqualTo(8);
    }

    @Test
    void aStaleHolder_waitsForTheTransactionOfTheNewOne_andIsRefused() throws Exception {
        fence.admit(one, "a", 1);
        one.commit();
        fence.admit(one, "a", 5);
        CompletableFuture<Boolean> stale = CompletableFuture.supplyAsync(() -> {
            try {
                return fence.admit(two, "a", 4);
            } catch (SQLException e) {
                throw new IllegalStateException(e);
            }
        });
        assertThatThrownBy(() -> stale.get(200, TimeUnit.MILLISECONDS)).isInstanceOf(TimeoutException.class);
        one.commit();
        assertThat(stale).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(false);
    }

    /** Each writer writes its fence where it is admitted: the account never sees one after a higher one. */
    @Test
    void underConcurrency_writesComeInTheOrderOfTheirFences() throws Exception {
        List<CompletableFuture<Boolean>> writers = new ArrayList<>();
        for (int i = 1; i <= 40; i++) {
            int number = i;
            writers.add(CompletableFuture.supplyAsync(() -> write(number)));
        }
        long admitted = 0;
        for (CompletableFuture<Boolean> writer : writers) {
            admitted += writer.get(20, TimeUnit.SECONDS) ? 1 : 0;
        }
        assertThat(admitted).isPositive();
        assertThat(writers.get(39).join()).as("the highest is never refused").isTrue();
        assertThat(account()).isEqualTo(40);
    }

    private boolean write(int number) {
        try (Connection connection = DriverManager.getConnection(url)) {
            connection.setAutoCommit(false);
            if (!fence.admit(connection, "contended", number)) {
                connection.rollback();
                return false;
            }
            try (Statement statement = connection.createStatement()) {
                // Fails the test if a higher one was here: there is no such row then.
                assertThat(statement.executeUpdate("update account set fence = " + number + " where fence < " + number))
                        .isEqualTo(1);
            }
            connection.commit();
            return true;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    private long account() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select fence from account")) {
            rows.next();
            return rows.getLong(1);
        }
    }

    @Test
    void aRowThatTheDatabaseRefuses_isAFailure() throws SQLException {
        try (Statement statement = one.createStatement()) {
            statement.execute("alter table lock_fence add column owner varchar not null");
        }
        assertThatThrownBy(() -> fence.admit(one, "a", 5)).isInstanceOf(SQLException.class);
        one.rollback();
        assertThatNullPointerException().isThrownBy(() -> fence.admit(one, null, 5));
    }

    /** What drivers tell of a key that is there, and of a column that lacks a value. */
    @ParameterizedTest
    @CsvSource({
        "23505, 23505, true",
        "23505, 0, true",
        "23000, 1062, true",
        "23000, 1, true",
        "23000, 2627, true",
        "23502, 0, false",
        "23000, 1048, false",
        "22001, 1062, false",
        ", 1062, false"
    })
    void onlyAKeyThatIsThere_isARefusal(String state, int code, boolean there) throws SQLException {
        Connection failing = (Connection) Proxy.newProxyInstance(
                getClass().getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                    if (method.getName().equals("prepareStatement") && ((String) arguments[0]).startsWith("insert")) {
                        throw new SQLException("for the test", state, code);
                    }
                    return method.invoke(one, arguments);
                });
        fence.admit(one, "a", 6);
        if (there) {
            assertThat(fence.admit(failing, "a", 5)).isFalse();
        } else {
            assertThatThrownBy(() -> fence.admit(failing, "a", 5)).hasMessage("for the test");
        }
    }

    @Test
    void whatMakesNoSense_isRefused() throws SQLException {
        assertThatIllegalArgumentException().isThrownBy(() -> JdbcFence.of("a; drop table b"));
        assertThatIllegalArgumentException().isThrownBy(() -> JdbcFence.of(""));
        assertThat(JdbcFence.of("public.lock_fence").admit(one, "a", 1)).isTrue();
        one.rollback();
        one.setAutoCommit(true);
        assertThatIllegalStateException()
                .isThrownBy(() -> fence.admit(one, "a", 1))
                .withMessageContaining("auto-commit");
        assertThatThrownBy(() -> JdbcFence.of("missing").admit(two, "a", 1)).isInstanceOf(SQLException.class);
    }

    @Test
    void aTransactionThatCannotSeeTheRow_isToBeRunAgain() throws SQLException {
        two.setTransactionIsolation(Connection.TRANSACTION_SERIALIZABLE);
        try (Statement statement = two.createStatement()) {
            statement.executeQuery("select fence from account").close();
        }
        assertThat(fence.admit(one, "a", 5)).isTrue();
        one.commit();
        assertThatThrownBy(() -> fence.admit(two, "a", 6))
                .isInstanceOfSatisfying(SQLException.class, failure -> assertThat(failure.getSQLState())
                        .isEqualTo("40001"));
        two.rollback();
        assertThat(fence.admit(two, "a", 6)).isTrue();
        two.commit();
    }
}

package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.testing.ChildJvm;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Effects of messages in a database that processes share, on H2. */
class JdbcInboxIT extends RecipeFixture {
    private static final Duration LEASE_OF_THE_PAUSED = Duration.ofMillis(300);

    @TempDir
    private Path directory;

    private String database;
    /** Keeps the database open for other processes. */
    private Connection look;

    JdbcInboxIT(ClientKind client) {
        super(client);
    }

    @BeforeEach
    void open() throws SQLException {
        database = "jdbc:h2:" + directory.resolve("payments") + ";AUTO_SERVER=TRUE";
        look = DriverManager.getConnection(database);
        try (Statement statement = look.createStatement()) {
            statement.execute(PayingProcess.INBOX.createTable());
            statement.execute("create table payment (text varchar(20))");
        }
    }

    @AfterEach
    void close() throws SQLException {
        look.close();
    }

    private WorkQueue queue(QueueEngine engine) {
        return WorkQueue.builder(runtime, name).engine(engine).build();
    }

    @ParameterizedTest
    @EnumSource
    void Q2_aWorkerThatWasPaused_appliesNoEffectAgain(QueueEngine engine) throws Exception {
        WorkQueue queue = queue(engine);
        queue.enqueue(Message.of("invoice 17"));
        try (ChildJvm paused = ChildJvm.run(
                PayingProcess.class.getName(),
                client.nameElsewhere(),
                Integer.toString(server.port()),
                name,
                engine.name(),
                Long.toString(LEASE_OF_THE_PAUSED.toMillis()),
                database)) {
            assertThat(paused.expect("claimed")).isEqualTo("1");
            paused.pause();
            paused.say("pay");
            Delivery again = claim(queue);
            assertThat(again.attempt()).isEqualTo(2);
            assertThat(PayingProcess.pay(database, queue, again)).isTrue();
            paused.resume();
            assertThat(paused.expect("applied")).isEqualTo("false");
            assertThat(paused.expect("settled")).isEqualTo("false");
            assertThat(queue.settle(again.acknowledge())).isTrue();
        }
        assertThat(payments()).isOne();
        assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 0, 0));
    }

    /** As the id is the same, whichever way a message takes; and so is its time. */
    @ParameterizedTest
    @EnumSource
    void aMessage_isKnown_afterRetriesAndAsADeadLetterThatWasRedriven(QueueEngine engine) throws SQLException {
        WorkQueue queue = queue(engine);
        queue.enqueue(Message.of("invoice 17").withDelay(Duration.ofMillis(20)));
        Delivery first = claim(queue);
        assertThat(PayingProcess.pay(database, queue, first)).isTrue();
        queue.settle(first.retry(Duration.ofMillis(20), "for the test"));
        Delivery second = claim(queue);
        assertThat(PayingProcess.pay(database, queue, second)).isFalse();
        queue.settle(second.reject("for the test"));
        assertThat(queue.redrive(List.of(second.id()))).isOne();
        Delivery third = claim(queue);
        assertThat(PayingProcess.pay(database, queue, third)).isFalse();
        assertThat(payments()).isOne();
    }

    @ParameterizedTest
    @EnumSource
    void aQueueThatWasDeleted_givesTheSameIds_toOtherMessages(QueueEngine engine) throws SQLException {
        WorkQueue queue = queue(engine);
        queue.enqueue(Message.of("invoice 17"));
        Delivery before = claim(queue);
        assertThat(PayingProcess.pay(database, queue, before)).isTrue();
        redis.keys("{queue:" + name + "}*").forEach(redis::del);
        queue.enqueue(Message.of("invoice 18"));
        Delivery after = claim(queue);
        assertThat(after.id()).isEqualTo(before.id());
        assertThat(PayingProcess.pay(database, queue, after)).isTrue();
        assertThat(payments()).isEqualTo(2);
    }

    /** What a program in another language added, by a claim whose group is lost afterwards. */
    @Test
    void anEntryThatOthersAdded_isKnownWhenItIsDeliveredAgain() throws SQLException {
        WorkQueue queue = queue(QueueEngine.STREAM);
        String entries = "{queue:" + name + "}:stream:entries";
        redis.xadd(entries, "b", "invoice 17");
        assertThat(PayingProcess.pay(database, queue, claim(queue))).isTrue();
        redis.xgroupDestroy(entries, "workers");
        assertThat(PayingProcess.pay(database, queue, claim(queue))).isFalse();
        assertThat(payments()).isOne();
    }

    private static Delivery claim(WorkQueue queue) {
        return await().until(() -> queue.claim(1), claimed -> !claimed.isEmpty())
                .get(0);
    }

    private long payments() throws SQLException {
        try (Statement statement = look.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from payment")) {
            rows.next();
            return rows.getLong(1);
        }
    }
}

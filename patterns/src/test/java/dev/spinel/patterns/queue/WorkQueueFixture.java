package dev.spinel.patterns.queue;

import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;

/** What tests of queues share. */
abstract class WorkQueueFixture extends RecipeFixture {
    static final int MESSAGES = Integer.getInteger("spinel.patterns.messages", 500);

    final ExecutorService executor = Executors.newCachedThreadPool();

    final QueueEngine engine;

    WorkQueueFixture(ClientKind client, QueueEngine engine) {
        super(client);
        this.engine = engine;
    }

    @AfterEach
    void stopHandlers() {
        executor.shutdownNow();
    }

    WorkQueue.Builder builder() {
        return WorkQueue.builder(runtime, name).engine(engine);
    }

    /** The name of a key of the queue. */
    String key(String place) {
        return QueuePlaces.prefix(engine, name) + place;
    }

    /** Begins an operation whose first attempt runs, and has no reply. */
    <T> CompletionStage<T> loseReplyOf(Supplier<CompletionStage<T>> operation) {
        int before = proxy.repliesLost();
        proxy.loseReplies(1);
        CompletionStage<T> result = operation.get();
        await().until(() -> proxy.repliesLost() > before);
        return result;
    }

    static List<String> texts(List<Delivery> deliveries) {
        return deliveries.stream().map(Delivery::text).toList();
    }

    static List<Settlement> acknowledgements(List<Delivery> deliveries) {
        return deliveries.stream().map(Delivery::acknowledge).toList();
    }

    /** The commands that scripts called since statistics were reset, with their numbers. */
    List<String> calls() {
        return redis.info("commandstats")
                .lines()
                .filter(line ->
                        line.startsWith("cmdstat_z") || line.startsWith("cmdstat_h") || line.startsWith("cmdstat_x"))
                .map(line -> line.substring(0, line.indexOf(',')))
                .sorted()
                .toList();
    }
}

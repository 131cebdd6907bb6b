package dev.spinel.patterns.queue;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.transport.PatternRuntime;
import io.lettuce.core.RedisClient;
import io.lettuce.core.api.sync.RedisCommands;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A process that works a queue off: counts in the hash {@code handled:<queue>} how often it handled each text. Says {@code ready} and
 * the number of its places, and ends when its input does. Arguments: client, port for the queue, port for the counts, queue, engine, lease in
 * milliseconds.
 */
final class WorkerProcess {
    private static final int CONCURRENCY = 8;

    private WorkerProcess() {}

    public static void main(String[] arguments) throws IOException {
        int port = Integer.parseInt(arguments[1]);
        RedisCommands<String, String> redis = RedisClient.create("redis://127.0.0.1:" + arguments[2])
                .connect()
                .sync();
        ExecutorService executor = Executors.newFixedThreadPool(CONCURRENCY);
        PatternRuntime runtime =
                PatternRuntime.over(ClientKind.valueOf(arguments[0]).connect(port));
        WorkQueue queue = WorkQueue.builder(runtime, arguments[3])
                .engine(QueueEngine.valueOf(arguments[4]))
                .lease(Duration.ofMillis(Long.parseLong(arguments[5])))
                .maxDeliveries(100)
                .build();
        try (QueueWorker worker = QueueWorker.builder(queue, executor, delivery -> {
                    redis.hincrby("handled:" + queue.name(), delivery.text(), 1);
                    return delivery.acknowledge();
                })
                .concurrency(CONCURRENCY)
                .start()) {
            System.out.println("ready " + CONCURRENCY + ' ' + worker.running());
            while (System.in.read() >= 0) {
                // Until the parent goes.
            }
        }
        System.exit(0);
    }
}

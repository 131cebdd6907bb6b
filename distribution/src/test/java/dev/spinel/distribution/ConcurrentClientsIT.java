package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Transaction;

/** Clients on threads of their own, whose outcome is determined although their order is not. */
class ConcurrentClientsIT {
    private static final long PATIENCE_SECONDS = 60;

    private SpinelServer server;
    private ExecutorService threads;

    @BeforeEach
    void start() {
        server = SpinelServer.builder().port(0).start();
        threads = Executors.newCachedThreadPool();
    }

    @AfterEach
    void stop() {
        threads.shutdownNow();
        server.close();
    }

    @Test
    void transfersThatWatchTheirAccounts_neitherLoseNorCreateMoney() {
        int accounts = 5;
        int workers = 6;
        int transfersPerWorker = 300;
        try (Jedis jedis = connect()) {
            for (int i = 0; i < accounts; i++) {
                jedis.set("account:" + i, "1000");
            }
            List<CompletableFuture<Void>> running = new ArrayList<>();
            for (int worker = 0; worker < workers; worker++) {
                long seed = worker;
                running.add(CompletableFuture.runAsync(() -> transfer(seed, transfersPerWorker, accounts), threads));
            }
            join(running);

            long total = 0;
            for (int i = 0; i < accounts; i++) {
                total += Long.parseLong(jedis.get("account:" + i));
            }
            assertThat(total).isEqualTo(1000L * accounts);
            assertThat(jedis.get("transfers")).isEqualTo(Integer.toString(workers * transfersPerWorker));
        }
    }

    private void transfer(long seed, int transfers, int accounts) {
        SplittableRandom random = new SplittableRandom(seed);
        try (Jedis jedis = connect()) {
            int done = 0;
            while (done < transfers) {
                int from = random.nextInt(accounts);
                String source = "account:" + from;
                String target = "account:" + (from + 1 + random.nextInt(accounts - 1)) % accounts;
                long amount = random.nextInt(100);
                jedis.watch(source, target);
                long sourceBalance = Long.parseLong(jedis.get(source));
                long targetBalance = Long.parseLong(jedis.get(target));
                Transaction transaction = jedis.multi();
                transaction.set(source, Long.toString(sourceBalance - amount));
                transaction.set(target, Long.toString(targetBalance + amount));
                transaction.incr("transfers");
                if (transaction.exec() != null) {
                    done++;
                }
            }
        }
    }

    @Test
    void blockedConsumers_receiveEachElementOnceAndInOrder() {
        int producers = 3;
        int consumers = 4;
        int elementsPerProducer = 2000;
        List<CompletableFuture<List<String>>> consuming = new ArrayList<>();
        for (int i = 0; i < consumers; i++) {
            consuming.add(CompletableFuture.supplyAsync(this::consume, threads));
        }
        List<CompletableFuture<Void>> producing = new ArrayList<>();
        for (int i = 0; i < producers; i++) {
            int producer = i;
            producing.add(CompletableFuture.runAsync(() -> produce(producer, elementsPerProducer), threads));
        }
        join(producing);
        try (Jedis jedis = connect()) {
            for (int i = 0; i < consumers; i++) {
                jedis.rpush("queue", "end");
            }
        }
        join(consuming);

        List<String> all = new ArrayList<>();
        for (CompletableFuture<List<String>> consumer : consuming) {
            Map<String, Integer> lastOfProducer = new HashMap<>();
            for (String element : consumer.join()) {
                int number = Integer.parseInt(element.substring(2));
                Integer before = lastOfProducer.put(element.substring(0, 1), number);
                assertThat(before == null || before < number).as(element).isTrue();
                all.add(element);
            }
        }
        assertThat(all).hasSize(producers * elementsPerProducer).doesNotHaveDuplicates();
    }

    private List<String> consume() {
        List<String> received = new ArrayList<>();
        try (Jedis jedis = connect()) {
            String element = jedis.blpop((int) PATIENCE_SECONDS, "queue").get(1);
            while (!element.equals("end")) {
                received.add(element);
                element = jedis.blpop((int) PATIENCE_SECONDS, "queue").get(1);
            }
        }
        return received;
    }

    private void produce(int producer, int elements) {
        try (Jedis jedis = connect()) {
            for (int i = 0; i < elements; i++) {
                jedis.rpush("queue", producer + ":" + i);
            }
        }
    }

    private Jedis connect() {
        return new Jedis("127.0.0.1", server.port(), 1000 * (int) PATIENCE_SECONDS);
    }

    private static void join(List<? extends CompletableFuture<?>> futures) {
        assertThat(CompletableFuture.allOf(futures.toArray(CompletableFuture[]::new)))
                .succeedsWithin(PATIENCE_SECONDS, TimeUnit.SECONDS);
    }
}

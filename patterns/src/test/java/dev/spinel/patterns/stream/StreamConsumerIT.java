package dev.spinel.patterns.stream;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.lettuce.LettuceTransport;
import dev.spinel.patterns.testing.ChildJvm;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Script;
import io.lettuce.core.AclSetuserArgs;
import io.lettuce.core.Consumer;
import io.lettuce.core.Range;
import io.lettuce.core.ScriptOutputType;
import io.lettuce.core.XReadArgs.StreamOffset;
import io.lettuce.core.XTrimArgs;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What consumers of streams get, and learn of what they do not, with each client library. */
class StreamConsumerIT extends RecipeFixture {
    private static final String GROUP = "g";

    private final ExecutorService executor = Executors.newCachedThreadPool();
    private final List<StreamConsumer> consumers = new ArrayList<>();
    /** The values of field n of the entries that were handled. */
    private final List<String> handled = new CopyOnWriteArrayList<>();

    private final List<StreamGap> gaps = new CopyOnWriteArrayList<>();

    StreamConsumerIT(ClientKind client) {
        super(client);
    }

    @AfterEach
    void close() {
        consumers.forEach(StreamConsumer::close);
        executor.shutdownNow();
    }

    private EventStream stream() {
        return EventStream.of(other, name);
    }

    private StreamConsumer.Builder consumer(PatternRuntime through, StreamConsumer.Handler handler) {
        return EventStream.of(through, name)
                .consumer(GROUP, executor, handler)
                .onGap(gaps::add)
                .fromTheStart();
    }

    private StreamConsumer.Builder consumer(PatternRuntime through) {
        return consumer(through, entry -> handled.add(entry.text("n")));
    }

    private StreamConsumer start(StreamConsumer.Builder builder) {
        StreamConsumer consumer = builder.start();
        consumers.add(consumer);
        return consumer;
    }

    private void append(int from, int to) {
        for (int n = from; n < to; n++) {
            stream().append(Map.of("n", Integer.toString(n)));
        }
    }

    private static List<String> numbers(int from, int to) {
        return IntStream.range(from, to).mapToObj(Integer::toString).toList();
    }

    /** A consumer that got all entries so far, and does nothing any more. */
    @SuppressWarnings("unchecked") // an array of one for the varargs
    private void readAndDie() {
        redis.xgroupCreate(StreamOffset.from(name, "0"), GROUP);
        redis.xreadgroup(Consumer.from(GROUP, "dead"), StreamOffset.lastConsumed(name));
    }

    private void awaitNothingPending() {
        await().until(() -> redis.xpending(name, GROUP).getCount() == 0);
    }

    @Test
    void entries_areHandledInOrder_andAcknowledged() {
        append(0, 50);
        start(consumer(runtime).concurrency(1));
        await().until(() -> handled.size() == 50);
        append(50, 100);
        await().until(() -> handled.size() == 100);
        assertThat(handled).isEqualTo(numbers(0, 100));
        awaitNothingPending();
        assertThat(gaps).isEmpty();
    }

    @Test
    void aNewGroup_beginsNow_unlessToldOtherwise() {
        append(0, 3);
        StreamConsumer consumer = start(EventStream.of(runtime, name)
                .consumer(GROUP, executor, entry -> handled.add(entry.text("n")))
                .onGap(gaps::add));
        assertThat(consumer.joined().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(5));
        append(3, 5);
        await().until(() -> handled.size() == 2);
        assertThat(handled).containsExactlyInAnyOrder("3", "4");
        assertThat(gaps).isEmpty();
    }

    @Test
    void entriesOfOtherPrograms_areFoundWithoutNews_andHaveAllTheirFields() {
        CompletableFuture<StreamEntry> seen = new CompletableFuture<>();
        start(consumer(runtime, seen::complete).pollInterval(Duration.ofMillis(50)));
        await().until(() -> redis.exists(name) == 1);
        String id = redis.xadd(name, "a", "1", "b", "ä");
        assertThat(seen).succeedsWithin(Duration.ofSeconds(5));
        StreamEntry entry = seen.join();
        assertThat(entry.id()).isEqualTo(id);
        assertThat(entry.deliveries()).isOne();
        assertThat(entry.fields()).containsExactly("a", "b");
        assertThat(entry.text("b")).isEqualTo("ä");
        assertThat(entry.bytes("b")).hasSize(2);
        assertThat(entry.text("c")).isNull();
    }

    @Test
    void theGroupsMembers_shareTheEntries() {
        start(consumer(runtime));
        start(consumer(other));
        append(0, 200);
        await().until(() -> handled.size() >= 200);
        assertThat(handled).containsExactlyInAnyOrderElementsOf(numbers(0, 200));
        awaitNothingPending();
    }

    @Test
    void anIdleConsumer_hearsOfNews_andAsksRarely() {
        start(consumer(runtime).pollInterval(Duration.ofMinutes(1)));
        await().until(() -> !redis.pubsubChannels("*" + name + "*").isEmpty());
        append(0, 1);
        await().until(() -> handled.size() == 1);
        awaitNothingPending();
        transport.takeCommands();
        append(1, 2);
        await().until(() -> handled.size() == 2);
        awaitNothingPending();
        // One that fetches, one that acknowledges, and one more if the news came in between.
        assertThat(transport.takeCommands()).hasSizeBetween(2, 3).containsOnly("EVALSHA");
    }

    @Test
    void whoMayNotPublish_appendsAllTheSame() {
        redis.aclSetuser(
                name,
                AclSetuserArgs.Builder.on()
                        .addPassword("secret")
                        .keyPattern('*' + name + '*')
                        .allCommands());
        try (PatternRuntime silent = PatternRuntime.over(
                LettuceTransport.connect("redis://" + name + ":secret@127.0.0.1:" + server.port()))) {
            String id = EventStream.of(silent, name).append(Map.of("n", "0"));
            assertThat(redis.xrange(name, Range.unbounded()))
                    .singleElement()
                    .satisfies(entry -> assertThat(entry.getId()).isEqualTo(id));
        } finally {
            redis.aclDeluser(name);
        }
    }

    @Test
    void P1_whatAKilledConsumerLeft_isHandledByAnother() throws InterruptedException {
        append(0, 20);
        try (ChildJvm process = ChildJvm.run(
                ConsumingProcess.class.getName(),
                client.nameElsewhere(),
                Integer.toString(server.port()),
                name,
                GROUP)) {
            process.expect("holds");
            process.kill();
        }
        start(consumer(runtime).lease(Duration.ofMillis(300)));
        await().until(() -> handled.size() == 20);
        assertThat(handled).containsExactlyInAnyOrderElementsOf(numbers(0, 20));
        awaitNothingPending();
        assertThat(gaps).isEmpty();
    }

    @Test
    void anAsyncHandler_tellsWhenItIsDone_andHoldsTheEntryUntilThen() {
        Map<String, CompletableFuture<String>> open = new ConcurrentHashMap<>();
        List<Integer> deliveries = new CopyOnWriteArrayList<>();
        append(0, 3);
        start(EventStream.of(runtime, name)
                .consumerAsync(GROUP, entry -> {
                    deliveries.add(entry.deliveries());
                    if (entry.deliveries() == 1 && entry.text("n").equals("1")) {
                        return CompletableFuture.failedFuture(new IOException("for the test"));
                    }
                    if (entry.deliveries() == 1 && entry.text("n").equals("2")) {
                        return null;
                    }
                    return open.computeIfAbsent(entry.text("n"), key -> new CompletableFuture<>());
                })
                .fromTheStart()
                .concurrency(3)
                .lease(Duration.ofMillis(300)));
        // What failed is delivered again, meanwhile the other one is extended.
        await().until(() -> open.keySet().equals(Set.of("0", "1", "2")));
        assertThat(deliveries).containsExactlyInAnyOrder(1, 1, 1, 2, 2);
        assertThat(events.causes("stream.handlerFailed"))
                .hasAtLeastOneElementOfType(IOException.class)
                .hasAtLeastOneElementOfType(NullPointerException.class);
        assertThat(redis.xpending(name, GROUP).getCount()).isEqualTo(3);
        open.get("1").complete("done");
        await().until(() -> redis.xpending(name, GROUP).getCount() == 2);
        open.get("0").complete("done");
        open.get("2").complete("done");
        awaitNothingPending();
        assertThat(deliveries).hasSize(5);
    }

    /** The server looks at ten times as many pending entries as it is asked for; the rest must not starve. */
    @Test
    void P2_manyPendingEntries_areAllTakenOver() {
        append(0, 500);
        readAndDie();
        assertThat(redis.xpending(name, GROUP).getCount()).isEqualTo(500);
        start(consumer(runtime).concurrency(2).lease(Duration.ofMillis(200)));
        await().until(() -> handled.size() >= 500);
        assertThat(handled).containsAll(numbers(0, 500));
        awaitNothingPending();
    }

    @Test
    void longWork_isExtended() throws InterruptedException {
        List<Integer> deliveries = new CopyOnWriteArrayList<>();
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        StreamConsumer.Handler slow = entry -> {
            deliveries.add(entry.deliveries());
            goOn.join();
        };
        append(0, 1);
        start(consumer(runtime, slow).lease(Duration.ofMillis(300)).pollInterval(Duration.ofMillis(50)));
        start(consumer(other, slow).lease(Duration.ofMillis(300)).pollInterval(Duration.ofMillis(50)));
        await().until(() -> deliveries.size() == 1);
        Thread.sleep(1000); // more than three leases, in which nobody else gets it
        assertThat(deliveries).containsExactly(1);
        goOn.complete(null);
        awaitNothingPending();
    }

    @Test
    void P4_anEntryThatFails_isDeliveredAgain_andGivenUpInTheEnd() {
        append(0, 1);
        List<Integer> deliveries = new CopyOnWriteArrayList<>();
        start(consumer(runtime, entry -> {
                    deliveries.add(entry.deliveries());
                    throw new IOException("for the test");
                })
                .lease(Duration.ofMillis(100))
                .maxDeliveries(3));
        String givenUp = stream().givenUpKey(GROUP);
        await().until(() -> redis.xlen(givenUp) == 1);
        assertThat(deliveries).containsExactly(1, 2, 3);
        assertThat(redis.xrange(givenUp, Range.unbounded()).get(0).getBody())
                .containsEntry("n", "0")
                .containsEntry("spinel:deliveries", "3")
                .containsKey("spinel:id");
        assertThat(events.cause("stream.handlerFailed")).hasMessage("for the test");
        assertThat(events.count("stream.givenUp")).isOne();
        awaitNothingPending();
    }

    @Test
    void whatTheExecutorRefuses_isDeliveredLater_andNeverGivenUp() {
        append(0, 60);
        ExecutorService small = new ThreadPoolExecutor(2, 2, 1, TimeUnit.SECONDS, new SynchronousQueue<>());
        List<Integer> deliveries = new CopyOnWriteArrayList<>();
        start(EventStream.of(runtime, name)
                .consumer(GROUP, small, entry -> {
                    deliveries.add(entry.deliveries());
                    Thread.sleep(20);
                    handled.add(entry.text("n"));
                })
                .fromTheStart()
                .lease(Duration.ofMillis(500))
                .maxDeliveries(2));
        await().until(() -> handled.size() == 60);
        small.shutdown();
        assertThat(handled).containsExactlyInAnyOrderElementsOf(numbers(0, 60));
        assertThat(deliveries).containsOnly(1);
        assertThat(events.count("stream.executorRefused")).isPositive();
        assertThat(events.count("stream.givenUp")).isZero();
    }

    @Test
    void anExecutorThatIsShutDown_leavesAllToOthers() {
        append(0, 10);
        ExecutorService ended = Executors.newCachedThreadPool();
        ended.shutdown();
        StreamConsumer refused = start(EventStream.of(runtime, name)
                .consumer(GROUP, ended, entry -> handled.add("never"))
                .fromTheStart()
                .lease(Duration.ofMinutes(1))
                .maxDeliveries(1));
        await().until(() -> events.count("stream.executorRefused") >= 30);
        assertThat(refused.running()).isZero();
        refused.close();
        start(consumer(other).lease(Duration.ofMinutes(1)).maxDeliveries(1));
        await().until(() -> handled.size() == 10);
        assertThat(handled).containsExactlyInAnyOrderElementsOf(numbers(0, 10));
        assertThat(events.count("stream.givenUp")).isZero();
    }

    @Test
    void errorsOfCallbacks_stopNothing() {
        append(0, 10);
        readAndDie();
        redis.xtrim(name, XTrimArgs.Builder.maxlen(4));
        start(consumer(runtime, entry -> {
                    if (entry.deliveries() == 2) {
                        throw new AssertionError("for the test");
                    }
                    handled.add(entry.text("n"));
                })
                .onGap(gap -> {
                    gaps.add(gap);
                    throw new StackOverflowError("for the test");
                })
                .concurrency(1)
                .lease(Duration.ofMillis(100)));
        await().until(() -> handled.size() == 4);
        assertThat(handled).containsExactlyInAnyOrderElementsOf(numbers(6, 10));
        assertThat(gaps).isNotEmpty();
        assertThat(events.count("stream.handlerFailed")).isEqualTo(4 + gaps.size());
    }

    private static Map<String, String> fields(int count) {
        return IntStream.range(0, count)
                .mapToObj(Integer::toString)
                .collect(Collectors.toMap(field -> field, field -> "v" + field));
    }

    @Test
    void P4_anEntryWithMoreFieldsThanACallTakes_isGivenUpInParts_andHoldsUpNothing() {
        stream().append(fields(3500));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> stream().append(fields(3501)))
                .withMessageContaining("3500");
        redis.xadd(name, fields(8000));
        append(0, 1);
        // Past the proxy, whose runtime has a short time-out: what lost its reply would be given up, too.
        start(consumer(other, entry -> {
                    if (entry.text("n") == null) {
                        throw new IOException("for the test");
                    }
                    handled.add(entry.text("n"));
                })
                .lease(Duration.ofMillis(500))
                .maxDeliveries(1));
        await().until(() -> events.count("stream.givenUp") == 2);
        awaitNothingPending();
        assertThat(handled).containsExactly("0");
        Map<String, Map<String, String>> byId = new HashMap<>();
        redis.xrange(stream().givenUpKey(GROUP), Range.unbounded()).forEach(part -> {
            Map<String, String> body = new HashMap<>(part.getBody());
            byId.computeIfAbsent(body.remove("spinel:id"), id -> new HashMap<>())
                    .putAll(body);
        });
        assertThat(byId.values()).hasSize(2).allSatisfy(body -> assertThat(body)
                .containsEntry("spinel:deliveries", "1"));
        byId.values().forEach(body -> body.remove("spinel:deliveries"));
        assertThat(byId.values()).containsExactlyInAnyOrder(fields(3500), fields(8000));
    }

    @Test
    void P5_aSlowEntry_doesNotStallOthers() {
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        start(consumer(runtime, entry -> {
                    if ("0".equals(entry.text("n"))) {
                        goOn.join();
                    }
                    handled.add(entry.text("n"));
                })
                .concurrency(2));
        append(0, 50);
        await().until(() -> handled.size() == 49);
        goOn.complete(null);
        await().until(() -> handled.size() == 50);
    }

    /** Leaves the last five of thirty entries, of which ten were handled. */
    private void trimAwayFifteenUnread() {
        StreamConsumer first = start(consumer(runtime));
        append(0, 10);
        await().until(() -> handled.size() == 10);
        awaitNothingPending();
        first.close();
        append(10, 30);
        redis.xtrim(name, XTrimArgs.Builder.maxlen(5));
    }

    @Test
    void P3_entriesTrimmedUnread_areReported_withTheirNumber() {
        trimAwayFifteenUnread();
        start(consumer(runtime));
        await().until(() -> handled.size() == 15);
        assertThat(handled.subList(10, 15)).containsExactlyInAnyOrderElementsOf(numbers(25, 30));
        assertThat(gaps).singleElement().satisfies(gap -> assertThat(gap.missed())
                .isEqualTo(15));
        assertThat(events.count("stream.gap")).isOne();
        append(30, 40);
        await().until(() -> handled.size() == 25);
        assertThat(gaps).as("reported once").hasSize(1);
    }

    @Test
    void P3_entriesTrimmedUnread_areReported_byAServerWithoutMemory() {
        trimAwayFifteenUnread();
        withoutMemory(() -> {
            start(consumer(runtime));
            await().until(() -> handled.size() == 15);
            awaitNothingPending();
            assertThat(gaps).singleElement().satisfies(gap -> assertThat(gap.missed())
                    .isEqualTo(15));
        });
    }

    @Test
    void trimmingOfWhatWasRead_isNoGap() {
        start(EventStream.keeping(runtime, name, 100)
                .consumer(GROUP, executor, entry -> handled.add(entry.text("n")))
                .onGap(gaps::add)
                .fromTheStart());
        for (int i = 0; i < 10; i++) {
            for (int n = 0; n < 100; n++) {
                EventStream.keeping(other, name, 100).append(Map.of("n", "x"));
            }
            int expected = 100 * (i + 1);
            await().until(() -> handled.size() == expected);
        }
        assertThat(redis.xlen(name)).isLessThan(500);
        assertThat(gaps).isEmpty();
    }

    @Test
    void P3_entriesTrimmedWhilePending_areReported() {
        append(0, 10);
        readAndDie();
        redis.xtrim(name, XTrimArgs.Builder.maxlen(4));
        start(consumer(runtime).lease(Duration.ofMillis(100)));
        await().until(() -> handled.size() == 4);
        await().until(() -> gaps.stream().mapToLong(StreamGap::missed).sum() >= 6);
        assertThat(gaps.stream().mapToLong(StreamGap::missed).sum()).isEqualTo(6);
        awaitNothingPending();
    }

    @Test
    void P3_anEntryTrimmedWhileItIsWorkedOn_isReported_asItMayFail() {
        append(0, 1);
        StreamConsumer consumer = start(consumer(runtime, entry -> {
                    await().until(() -> !gaps.isEmpty());
                    throw new IOException("for the test");
                })
                .lease(Duration.ofMillis(300)));
        await().until(() -> consumer.running() == 1);
        String id = redis.xrange(name, Range.unbounded()).get(0).getId();
        redis.xtrim(name, XTrimArgs.Builder.maxlen(0));
        await().until(() -> events.count("stream.handlerFailed") == 1);
        assertThat(gaps).containsOnly(new StreamGap(id, 1));
        awaitNothingPending();
    }

    @Test
    void P3_entriesTrimmedBeforeTheExecutorRefusesThem_areReported() {
        client.assumeSockets(); // the executor runs on a thread that would have to answer it
        append(0, 3);
        start(EventStream.of(runtime, name)
                .consumer(
                        GROUP,
                        task -> {
                            redis.xtrim(name, XTrimArgs.Builder.maxlen(0));
                            throw new RejectedExecutionException("for the test");
                        },
                        entry -> handled.add("never"))
                .onGap(gaps::add)
                .fromTheStart());
        await().until(() -> gaps.stream().mapToLong(StreamGap::missed).sum() >= 3);
        awaitNothingPending();
        assertThat(gaps.stream().mapToLong(StreamGap::missed).sum()).isEqualTo(3);
    }

    @Test
    void P3_aServerThatForgot_isAGapOfUnknownSize_andTheGroupIsMadeAgain() {
        start(consumer(runtime).pollInterval(Duration.ofMillis(50)));
        append(0, 10);
        await().until(() -> handled.size() == 10);
        awaitNothingPending();
        redis.del(name);
        append(10, 15);
        await().until(() -> handled.size() == 15);
        await().until(() -> gaps.size() == 1);
        assertThat(gaps.get(0).missed()).isNegative();
    }

    @Test
    void P3_aServerThatForgotEverything_isAGapOfUnknownSize_andWhatIsThereIsRead() {
        start(EventStream.of(runtime, name)
                .consumer(GROUP, executor, entry -> handled.add(entry.text("n")))
                .onGap(gaps::add)
                .pollInterval(Duration.ofMinutes(1)));
        await().until(() -> redis.exists(name) == 1);
        append(0, 1);
        await().until(() -> handled.size() == 1);
        awaitNothingPending();
        redis.del(name, '{' + name + "}:groups");
        for (int n = 1; n < 4; n++) {
            redis.xadd(name, "n", Integer.toString(n));
        }
        append(4, 5);
        await().until(() -> handled.size() == 5);
        assertThat(handled).containsExactlyInAnyOrderElementsOf(numbers(0, 5));
        assertThat(gaps).singleElement().satisfies(gap -> assertThat(gap.missed())
                .isNegative());
    }

    @Test
    void P3_aGapWhoseReportWasLost_isReportedAgain() {
        StreamConsumer first = start(consumer(other));
        append(0, 5);
        await().until(() -> handled.size() == 5);
        awaitNothingPending();
        first.close();
        append(5, 10);
        redis.xtrim(name, XTrimArgs.Builder.maxlen(0));
        // The turn that finds the gap is executed, and its reply is lost.
        runtime.run(
                        new Operation<>(
                                "warm up",
                                Script.of("return redis.call('EXISTS', KEYS[1])"),
                                Operation.Retry.IDEMPOTENT,
                                (reply, repeated) -> reply.asLong()),
                        List.of(name),
                        new Arguments())
                .toCompletableFuture()
                .join();
        proxy.loseReplies(1);
        start(consumer(runtime));
        await().until(() -> gaps.size() == 1);
        assertThat(proxy.repliesLost()).isOne();
        assertThat(gaps.get(0).missed()).isEqualTo(5);
    }

    @Test
    void cutConnections_loseNothing() throws InterruptedException {
        long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
        Random random = new Random(seed);
        start(consumer(runtime).lease(Duration.ofMillis(500)));
        for (int i = 0; i < 12; i++) {
            append(i * 20, i * 20 + 20);
            if (random.nextBoolean()) {
                proxy.loseReplies(1);
            } else {
                proxy.cut(false);
            }
        }
        await("seed " + seed).atMost(Duration.ofSeconds(20)).until(() -> handled.containsAll(numbers(0, 240)));
        awaitNothingPending();
        assertThat(gaps).isEmpty();
    }

    @Test
    void closing_waitsForWhatRuns_andFetchesNothingMore() {
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        append(0, 20);
        StreamConsumer consumer = start(consumer(runtime, entry -> {
                    goOn.join();
                    handled.add(entry.text("n"));
                })
                .concurrency(5));
        await().until(() -> consumer.running() == 5);
        var drained = consumer.drain().toCompletableFuture();
        assertThat(drained).isNotDone();
        goOn.complete(null);
        assertThat(drained).succeedsWithin(Duration.ofSeconds(5));
        assertThat(handled).hasSize(5);
        assertThat(redis.xpending(name, GROUP).getCount()).isZero();
    }

    @Test
    void aClosedConsumer_whoseServerIsAway_triesNothingMore() throws InterruptedException {
        append(0, 2);
        CompletableFuture<Void> goOn = new CompletableFuture<>();
        StreamConsumer consumer = start(consumer(runtime, entry -> {
                    if ("1".equals(entry.text("n"))) {
                        goOn.join();
                    }
                })
                .lease(Duration.ofMillis(500)));
        await().until(() -> consumer.running() == 1);
        proxy.cut(true);
        await().until(() -> events.count("stream.turnFailed") > 0);
        consumer.close();
        assertThat(events.count("stream.closedEarly")).isOne();
        goOn.complete(null);
        await().until(() -> consumer.running() == 0);
        Thread.sleep(3000); // one turn may be on its way, with its retries
        int failures = events.count("stream.turnFailed");
        Thread.sleep(1500);
        assertThat(events.count("stream.turnFailed")).isEqualTo(failures);
    }

    @Test
    void aHandlerThatClosesItsConsumer_isNotHeldUp_andAcknowledged() {
        append(0, 3);
        CompletableFuture<StreamConsumer> self = new CompletableFuture<>();
        StreamConsumer consumer = start(consumer(runtime, entry -> {
                    self.join().close();
                    handled.add(entry.text("n"));
                })
                .concurrency(1));
        self.complete(consumer);
        await().until(() -> handled.size() == 1);
        assertThat(consumer.drain().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(5));
        assertThat(handled).containsExactly("0");
        assertThat(redis.xpending(name, GROUP).getCount()).isZero();
        assertThat(events.count("stream.closedEarly")).isZero();
    }

    @Test
    void aClosedConsumer_leavesTheGroup_unlessSomethingIsPending() {
        append(0, 1);
        StreamConsumer done = start(consumer(runtime));
        await().until(() -> handled.size() == 1);
        done.close();
        assertThat(redis.xinfoConsumers(name, GROUP)).isEmpty();
        append(1, 2);
        StreamConsumer failed = start(consumer(runtime, entry -> {
            throw new IOException("for the test");
        }));
        await().until(() -> events.count("stream.handlerFailed") == 1);
        failed.close();
        assertThat(redis.xinfoConsumers(name, GROUP)).hasSize(1);
        assertThat(redis.xpending(name, GROUP).getCount()).isOne();
    }

    @Test
    void consumersThatDiedLongAgo_areForgotten_whenAnotherStarts() throws IOException, InterruptedException {
        String turn;
        try (InputStream resource = EventStream.class.getResourceAsStream("turn.lua")) {
            turn = new String(resource.readAllBytes(), UTF_8);
        }
        assertThat(turn).containsOnlyOnce("3600000");
        append(0, 1);
        readAndDie();
        redis.xgroupCreateconsumer(name, Consumer.from(GROUP, "idle"));
        append(1, 2);
        Thread.sleep(60);
        redis.eval(
                turn.replace("3600000", "50"), // an hour
                ScriptOutputType.MULTI,
                new String[] {name, '{' + name + "}:groups", stream().givenUpKey(GROUP)},
                GROUP,
                "new",
                "0",
                "1",
                "0",
                "0-0",
                "5",
                "0",
                "0",
                "0",
                "0");
        List<Object> names = redis.xinfoConsumers(name, GROUP).stream()
                .<Object>map(consumer -> ((List<?>) consumer).get(1))
                .toList();
        assertThat(names).containsExactlyInAnyOrder("dead", "new");
    }

    @Test
    void keysBesideTheStream_shareItsSlot() {
        assertThat(EventStream.of(other, "orders").channel()).isEqualTo("{orders}:news");
        assertThat(EventStream.of(other, "a{b}c").channel()).isEqualTo("a{b}c:news");
        assertThat(EventStream.of(other, "a{").givenUpKey("g")).isEqualTo("{a{}:given-up:g");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> EventStream.of(other, "a{}c"))
                .withMessageContaining("unbalanced");
    }

    @Test
    void whatMakesNoSense_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> EventStream.keeping(other, name, 0));
        assertThatIllegalArgumentException().isThrownBy(() -> EventStream.of(other, ""));
        assertThatIllegalArgumentException().isThrownBy(() -> stream().append(Map.of()));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> consumer(other).concurrency(0).start());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> consumer(other).maxDeliveries(0).start());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> consumer(other).lease(Duration.ofMillis(99)).start());
        assertThatIllegalArgumentException()
                .isThrownBy(() -> consumer(other).pollInterval(Duration.ZERO).start());
        for (Duration endless : List.of(Duration.ofMillis(Long.MAX_VALUE), Duration.ofSeconds(Long.MAX_VALUE))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> consumer(other).pollInterval(endless).start());
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> consumer(other).lease(endless).start());
        }
    }
}

package dev.spinel.patterns.queue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RetryPolicy;
import dev.spinel.patterns.transport.Way;
import io.lettuce.core.Limit;
import io.lettuce.core.Range;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Queues that somebody deleted parts of: what is left of a message is a dead letter, and all others are delivered. */
class WorkQueueDamageIT extends WorkQueueFixture {
    private static final List<String> NO_IDS = List.of("text", "-1", "1.5", "1:2", "99999999999999999999");

    WorkQueueDamageIT(ClientKind client) {
        super(client, QueueEngine.SORTED_SETS);
    }

    private WorkQueue queue(QueueEngine which) {
        return WorkQueue.builder(runtime, name)
                .engine(which)
                .lease(Duration.ofMillis(200))
                .build();
    }

    /** Leaves two dead letters. */
    private static void buryTwo(WorkQueue queue) {
        queue.enqueueAll(List.of(Message.of("a"), Message.of("b")));
        queue.exchange(
                queue.claim(10).stream()
                        .map(delivery -> delivery.reject("for the test"))
                        .toList(),
                0);
    }

    private void assertOneDeadLetter(QueueEngine which, WorkQueue queue, long id, String body) {
        assertThat(queue.deadLetters(0, 10)).singleElement().satisfies(letter -> {
            assertThat(letter.id()).isEqualTo(id);
            assertThat(letter.text()).isEqualTo(body);
            assertThat(letter.cause()).isEqualTo("a part of it is gone");
        });
        assertThat(queue.redrive(List.of(id))).isOne();
        Delivery again = queue.claim(10).get(0);
        assertThat(again.id()).isEqualTo(id);
        assertThat(again.text()).isEqualTo(body);
        assertThat(queue.settle(again.acknowledge())).isTrue();
        assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 0, 0));
        assertThat(QueuePlaces.read(which, redis, name)).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"SORTED_SETS, metas, a", "SORTED_SETS, bodies, ''", "STREAM, metas, a", "STREAM, bodies, ''"})
    void aDelayedMessage_isADeadLetter_whenItIsDue(QueueEngine which, String hash, String left) {
        WorkQueue queue = queue(which);
        Message delayed = Message.of("a").withDelay(Duration.ofMillis(100));
        long id = queue.enqueueAll(List.of(delayed, delayed)).get(0).id();
        redis.hdel(QueuePlaces.prefix(which, name) + hash, Long.toString(id));
        await().until(() -> {
            queue.exchange(acknowledgements(queue.claim(10)), 0);
            return queue.stats().equals(new QueueStats(0, 0, 0, 1));
        });
        assertOneDeadLetter(which, queue, id, left);
    }

    @ParameterizedTest
    @CsvSource({"metas, a", "bodies, ''"})
    void aReadyMessage_isADeadLetter_whenItIsItsTurn(String hash, String left) {
        WorkQueue queue = queue(QueueEngine.SORTED_SETS);
        long id = queue.enqueueAll(List.of(Message.of("a"), Message.of("b")))
                .get(0)
                .id();
        redis.hdel(key(hash), Long.toString(id));
        List<Delivery> deliveries = queue.claim(10);
        assertThat(texts(deliveries)).containsExactly("b");
        queue.exchange(acknowledgements(deliveries), 0);
        assertOneDeadLetter(engine, queue, id, left);
    }

    @Test
    void aLeasedMessage_isADeadLetter_whenItsLeaseEnds() {
        WorkQueue queue = queue(QueueEngine.SORTED_SETS);
        queue.enqueueAll(List.of(Message.of("a"), Message.of("b")));
        List<Delivery> deliveries = queue.claim(10);
        long id = deliveries.get(0).id();
        redis.hdel(key("metas"), Long.toString(id));
        assertThat(queue.exchange(acknowledgements(deliveries), 0).settled()).containsExactly(false, true);
        await().until(() -> queue.claim(10).isEmpty() && queue.stats().dead() == 1);
        assertOneDeadLetter(engine, queue, id, "a");
    }

    @Test
    void membersThatAreNoMessages_areDropped() {
        WorkQueue queue = WorkQueue.builder(runtime, name)
                .lease(Duration.ofMillis(200))
                .maxLeasedPerGroup(1)
                .build();
        queue.enqueueAll(List.of(
                Message.of("a").withGroup("g"), Message.of("b"), Message.of("c").withGroup("h")));
        for (String member : NO_IDS) {
            for (String place : List.of("ready", "delayed", "leased")) {
                redis.zadd(key(place), 1, member);
            }
            redis.zadd(key("grouped"), 0, "1:g:" + member);
            redis.zadd(key("grouped"), 0, "1:h:" + member);
        }
        Set<String> texts = new HashSet<>();
        await().until(() -> {
            List<Delivery> deliveries = queue.claim(10);
            texts.addAll(texts(deliveries));
            queue.exchange(acknowledgements(deliveries), 0);
            return texts.size() == 3 && queue.stats().equals(new QueueStats(0, 0, 0, 0));
        });
        assertThat(QueuePlaces.read(engine, redis, name)).isEmpty();
    }

    @Test
    void membersThatAreNoEntries_areDropped() {
        WorkQueue queue = queue(QueueEngine.STREAM);
        for (String member : NO_IDS) {
            for (String place : List.of("delayed", "leased", "again")) {
                redis.zadd(QueuePlaces.prefix(QueueEngine.STREAM, name) + place, 1, member);
            }
        }
        queue.enqueue(Message.of("a"));
        List<Delivery> deliveries = queue.claim(10);
        assertThat(texts(deliveries)).containsExactly("a");
        queue.exchange(acknowledgements(deliveries), 0);
        assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 0, 0));
        assertThat(QueuePlaces.read(QueueEngine.STREAM, redis, name)).isEmpty();
    }

    @Test
    void aMessageOfAGroup_freesItsPlace() {
        WorkQueue queue = WorkQueue.builder(runtime, name).maxLeasedPerGroup(1).build();
        long id = queue.enqueueAll(IntStream.range(0, 3)
                        .mapToObj(i -> Message.of("m" + i).withGroup("g"))
                        .toList())
                .get(0)
                .id();
        redis.hdel(key("bodies"), Long.toString(id));
        Exchange nothing = queue.exchange(List.of(), 10);
        assertThat(nothing.deliveries()).isEmpty();
        assertThat(nothing.next()).as("the next one is ready").contains(Duration.ZERO);
        assertThat(texts(queue.claim(10))).containsExactly("m1");
        assertThat(queue.stats("g")).isEqualTo(new GroupStats(1, 1));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1})
    void countsThatAreNoNumbers_areNone(int maxLeasedPerGroup) {
        WorkQueue queue = WorkQueue.builder(runtime, name)
                .maxLeasedPerGroup(maxLeasedPerGroup)
                .build();
        queue.enqueue(Message.of("a").withGroup("g"));
        Delivery a = queue.claim(1).get(0);
        redis.hset(key("busy"), "g", "text");
        assertThat(queue.stats("g")).isEqualTo(new GroupStats(0, 0));
        queue.enqueue(Message.of("b").withGroup("g"));
        assertThat(queue.settle(a.giveBack())).isTrue();
        assertThat(QueuePlaces.read(engine, redis, name))
                .containsValues("ready", "ready")
                .hasSize(2);
        redis.hset(key("busy"), "g", "text");
        redis.del(key("turns"));
        List<Delivery> deliveries = queue.claim(1);
        assertThat(texts(deliveries)).containsExactly("a");
        assertThat(queue.stats("g")).isEqualTo(new GroupStats(1, 1));
        queue.settle(deliveries.get(0).acknowledge());
        assertThat(redis.exists(key("busy"))).isZero();
    }

    /** As many entries that are gone as a claim asks for do not hide those behind them. */
    @Test
    void entriesThatAreReadyAgain_areNotHidden_byOnesThatAreGone() {
        WorkQueue queue = queue(QueueEngine.STREAM);
        queue.enqueueAll(List.of(Message.of("a"), Message.of("b"), Message.of("c")));
        queue.exchange(queue.claim(10).stream().map(Delivery::giveBack).toList(), 0);
        String entries = QueuePlaces.prefix(QueueEngine.STREAM, name) + "entries";
        redis.xrange(entries, Range.unbounded(), Limit.create(0, 2))
                .forEach(entry -> redis.xdel(entries, entry.getId()));
        Exchange nothing = queue.exchange(List.of(), 2);
        assertThat(nothing.deliveries()).isEmpty();
        assertThat(nothing.next()).as("the third one is ready").contains(Duration.ZERO);
        assertThat(texts(queue.claim(2))).containsExactly("c");
    }

    @ParameterizedTest
    @CsvSource({"dead", "causes", "ready", "grouped", "turns", "busy"})
    void aKeyOfAnotherType_isAnError_andLeavesMessagesWhereTheyAre(String place) {
        WorkQueue queue = queue(QueueEngine.SORTED_SETS);
        queue.enqueueAll(List.of(Message.of("a"), Message.of("b")));
        queue.claim(2);
        redis.set(key(place), "text");
        await().untilAsserted(() -> assertThatThrownBy(() -> queue.claim(2)).hasMessageContaining("WRONGTYPE"));
        assertThat(redis.zcard(key("leased"))).isEqualTo(2);
        redis.del(key(place));
        List<Delivery> again = new ArrayList<>();
        await().until(() -> again.addAll(queue.claim(2)) && again.size() == 2);
    }

    private static String readyKey(QueueEngine which, String name) {
        return QueuePlaces.prefix(which, name) + (which == QueueEngine.STREAM ? "entries" : "ready");
    }

    @ParameterizedTest
    @EnumSource
    void whatWasRefused_isNew_whenItIsEnqueuedAgain(QueueEngine which) {
        WorkQueue queue = queue(which);
        Message ready = Message.of("a").withKey("a");
        Message delayed = Message.of("b").withKey("b").withDelay(Duration.ofMillis(50));
        for (String place : List.of(readyKey(which, name), QueuePlaces.prefix(which, name) + "delayed")) {
            redis.set(place, "text");
            assertThatThrownBy(() -> queue.enqueueAll(List.of(ready, delayed))).hasMessageContaining("WRONGTYPE");
            Message alone = place.endsWith("delayed") ? delayed : ready;
            assertThatThrownBy(() -> queue.enqueue(alone)).hasMessageContaining("WRONGTYPE");
            redis.del(place);
            assertThat(QueuePlaces.read(which, redis, name)).isEmpty();
        }
        assertThat(queue.enqueueAll(List.of(ready, delayed, ready)))
                .extracting(Enqueued::status)
                .containsExactly(Enqueued.Status.NEW, Enqueued.Status.NEW, Enqueued.Status.DUPLICATE);
        List<String> texts = new ArrayList<>();
        await().until(() -> texts.addAll(texts(queue.claim(10))) && texts.size() == 2);
        assertThat(texts).containsExactlyInAnyOrder("a", "b");
    }

    @ParameterizedTest
    @EnumSource
    void deadLettersThatCannotBeRedriven_stayDead(QueueEngine which) {
        WorkQueue queue = queue(which);
        buryTwo(queue);
        redis.del(readyKey(which, name));
        redis.set(readyKey(which, name), "text");
        assertThatThrownBy(() -> queue.redrive(List.of(1L, 2L))).hasMessageContaining("WRONGTYPE");
        assertThatThrownBy(() -> queue.redrive(List.of(1L))).hasMessageContaining("WRONGTYPE");
        redis.del(readyKey(which, name));
        assertThat(QueuePlaces.read(which, redis, name).values()).containsExactly("dead", "dead");
        assertThat(queue.redrive(List.of(1L, 2L, 1L))).isEqualTo(2);
        assertThat(texts(queue.claim(10))).containsExactly("a", "b");
        assertThat(QueuePlaces.read(which, redis, name).values()).containsExactly("leased", "leased");
    }

    @Test
    void groupsWhoseTurnsAreGone_areServedAll() {
        WorkQueue queue = WorkQueue.builder(runtime, name).maxLeasedPerGroup(1).build();
        for (String group : List.of("a", "b:c", "ä")) {
            queue.enqueueAll(List.of(
                    Message.of(group + 1).withGroup(group),
                    Message.of(group + 2).withGroup(group)));
        }
        for (String member : List.of("", "text", "01:a:x", "9:a:x", "99999999999999999999:a:x", "0::x")) {
            redis.zadd(key("grouped"), 0, member);
        }
        redis.del(key("turns"));
        List<Delivery> first = queue.claim(10);
        assertThat(texts(first)).containsExactlyInAnyOrder("a1", "b:c1", "ä1");
        assertThat(queue.claim(10)).as("all are at their limit").isEmpty();
        List<Delivery> second = queue.exchange(acknowledgements(first), 10).deliveries();
        assertThat(texts(second)).containsExactlyInAnyOrder("a2", "b:c2", "ä2");
        queue.exchange(acknowledgements(second), 0);
        assertThat(QueuePlaces.read(engine, redis, name)).isEmpty();
    }

    /** What is refused writes nothing, for which a full server would have no room. */
    @ParameterizedTest
    @EnumSource
    void aFullServer_refusesSettlementsThatAreLate(QueueEngine which) {
        WorkQueue queue = queue(which);
        queue.enqueue(Message.of("a"));
        Delivery delivery = queue.claim(1).get(0);
        queue.settle(delivery.acknowledge());
        withoutMemory(() -> {
            assertThat(queue.settle(delivery.acknowledge())).isFalse();
        });
    }

    @ParameterizedTest
    @EnumSource
    void whatAnExchangeDid_isKept_longerThanItIsRepeated(QueueEngine which) {
        PatternRuntime patient = PatternRuntime.builder(transport)
                .ways(Way.SCRIPT)
                .retryPolicy(new RetryPolicy(20, Duration.ofMillis(20), Duration.ofMillis(500), Duration.ofMinutes(1)))
                .build();
        WorkQueue queue = WorkQueue.builder(patient, name)
                .engine(which)
                .rememberFor(Duration.ofMillis(1))
                .build();
        queue.enqueue(Message.of("a").withKey("a"));
        assertThat(queue.claim(1)).hasSize(1);
        List<String> keys = redis.keys(QueuePlaces.prefix(which, name) + "exchange:*");
        assertThat(keys).hasSize(1);
        assertThat(redis.pttl(keys.get(0))).isGreaterThan(60_000);
        assertThat(redis.pttl(QueuePlaces.prefix(which, name) + "once:a")).isGreaterThan(60_000);
    }

    @ParameterizedTest
    @EnumSource
    void whatIsNoId_isDropped(QueueEngine which) {
        WorkQueue queue = queue(which);
        buryTwo(queue);
        for (String noId : NO_IDS) {
            redis.zadd(QueuePlaces.prefix(which, name) + "dead", 1, noId);
            redis.set(QueuePlaces.prefix(which, name) + "once:" + noId, noId);
        }
        assertThat(queue.deadLetters(0, 1)).extracting(DeadLetter::text).containsExactly("a");
        assertThat(queue.deadLetters(1, 1)).extracting(DeadLetter::text).containsExactly("b");
        assertThat(queue.stats().dead()).isEqualTo(2);
        List<Message> messages =
                NO_IDS.stream().map(noId -> Message.of("a").withKey(noId)).toList();
        assertThat(queue.enqueueAll(messages)).extracting(Enqueued::status).containsOnly(Enqueued.Status.NEW);
        assertThat(queue.enqueueAll(messages)).extracting(Enqueued::status).containsOnly(Enqueued.Status.DUPLICATE);
    }

    @ParameterizedTest
    @EnumSource
    void deadLetters_areListed_withWhatIsLeft(QueueEngine which) {
        WorkQueue queue = queue(which);
        buryTwo(queue);
        for (String hash : List.of("metas", "bodies", "causes")) {
            redis.hdel(QueuePlaces.prefix(which, name) + hash, "1");
        }
        List<DeadLetter> letters = queue.deadLetters(0, 10);
        assertThat(letters).extracting(DeadLetter::text).containsExactly("", "b");
        assertThat(letters).extracting(DeadLetter::cause).containsExactly("", "for the test");
        assertThat(letters).extracting(DeadLetter::attempts).containsExactly(0, 1);
        assertThat(queue.redrive(List.of(1L, 2L))).isEqualTo(2);
        assertThat(texts(queue.claim(10))).containsExactly("", "b");
    }

    @ParameterizedTest
    @EnumSource
    void settlementsOfOneLease_takeEffectInOrder_untilOneEndsIt(QueueEngine which) {
        WorkQueue queue = queue(which);
        queue.enqueueAll(List.of(Message.of("a"), Message.of("b"), Message.of("c")));
        List<Delivery> held = queue.claim(10);
        Delivery a = held.get(0);
        Delivery b = held.get(1);
        Delivery c = held.get(2);
        assertThat(queue.exchange(
                                List.of(
                                        a.extend(),
                                        a.acknowledge(),
                                        a.acknowledge(),
                                        b.giveBack(),
                                        b.extend(),
                                        b.reject("late"),
                                        c.retry(Duration.ofHours(1), "later"),
                                        c.giveBack()),
                                0)
                        .settled())
                .containsExactly(true, true, false, true, false, false, true, false);
        assertThat(queue.stats()).isEqualTo(new QueueStats(1, 1, 0, 0));
        QueuePlaces.read(which, redis, name);
        Delivery again = queue.claim(10).get(0);
        assertThat(again.text()).isEqualTo("b");
        assertThat(again.attempt()).isOne();
    }

    @Test
    void deliveriesOfTheOtherEngine_areNotSettled() {
        WorkQueue sets = queue(QueueEngine.SORTED_SETS);
        WorkQueue stream = queue(QueueEngine.STREAM);
        sets.enqueue(Message.of("a"));
        stream.enqueue(Message.of("a"));
        Delivery ofSets = sets.claim(1).get(0);
        Delivery ofStream = stream.claim(1).get(0);
        assertThat(sets.settle(ofStream.acknowledge())).isFalse();
        assertThat(stream.settle(ofSets.acknowledge())).isFalse();
        assertThat(sets.settle(ofSets.acknowledge())).isTrue();
        assertThat(stream.settle(ofStream.acknowledge())).isTrue();
    }
}

package dev.spinel.patterns.topic;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.lettuce.LettuceTransport;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Reply;
import io.lettuce.core.AclSetuserArgs;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What subscribers of topics get, and learn of what they do not, with each client library. */
class TopicIT extends RecipeFixture {
    private final List<TopicSubscription> subscriptions = new ArrayList<>();
    /** Messages as {@code number:body}, and gaps. */
    private final List<Object> heard = new CopyOnWriteArrayList<>();

    TopicIT(ClientKind client) {
        super(client);
    }

    @AfterEach
    void unsubscribe() {
        subscriptions.forEach(TopicSubscription::close);
    }

    private TopicListener recording(List<Object> into) {
        return new TopicListener() {
            @Override
            public void message(String body, long number) {
                into.add(number + ":" + body);
            }

            @Override
            public void gap(Gap gap) {
                into.add(gap);
            }
        };
    }

    private Topic publisher() {
        return Topic.of(other, name);
    }

    /** Through the proxy; returns when it listens. */
    private TopicSubscription subscribe() {
        TopicSubscription subscription = Topic.of(runtime, name).subscribe(recording(heard));
        subscriptions.add(subscription);
        awaitSubscribers(1);
        return subscription;
    }

    private void awaitSubscribers(long count) {
        String channel = Topic.of(other, name).channel();
        await().until(() -> redis.pubsubNumsub(channel).get(channel) == count);
    }

    /** Cuts the connections, and publishes before the subscription is back. */
    private void missWhileCutOff(int messages) {
        proxy.cut(true);
        awaitSubscribers(0);
        for (int i = 0; i < messages; i++) {
            publisher().publish("missed");
        }
        proxy.heal();
    }

    @Test
    void messages_comeInOrder_withTheirNumbers() {
        publisher().publish("before");
        subscribe();
        for (String body : List.of("a", "b:c", "", "ä\n")) {
            publisher().publish(body);
        }
        await().until(() -> heard.size() == 4);
        assertThat(heard).containsExactly("2:a", "3:b:c", "4:", "5:ä\n");
    }

    @Test
    void aTopicWithoutAName_isRefused() {
        assertThatIllegalArgumentException().isThrownBy(() -> Topic.of(other, ""));
    }

    @Test
    void publishing_isOneRoundTrip() {
        Topic topic = Topic.of(runtime, name);
        assertThat(topic.publish("a")).isEqualTo(1);
        transport.takeCommands();
        assertThat(topic.publish("b")).isEqualTo(2);
        assertThat(transport.takeCommands()).containsExactly("EVALSHA");
    }

    @Test
    void P3_whatIsMissedWhileCutOff_isReported_withoutAnotherMessage() {
        subscribe();
        publisher().publish("a");
        await().until(() -> heard.contains("1:a"));
        missWhileCutOff(3);
        await().until(() -> heard.size() == 2);
        assertThat(heard).containsExactly("1:a", new Gap.Missed(2, 4));
        publisher().publish("b");
        await().until(() -> heard.size() == 3);
        assertThat(heard).last().isEqualTo("5:b");
    }

    @Test
    void P3_theFirstMessagesOfATopic_areMissedLikewise() {
        subscribe();
        // The position, that nothing was published yet, was sent; and what is sent later over the same connection has
        // come.
        await().until(() -> transport.lastReply() instanceof Reply.Int);
        List<Object> marks = new CopyOnWriteArrayList<>();
        Topic marker = Topic.of(runtime, name + " marker");
        subscriptions.add(marker.subscribe(recording(marks)));
        await().until(() -> marker.publish("mark") > 0 && !marks.isEmpty());
        missWhileCutOff(2);
        await().until(() -> heard.size() == 1);
        assertThat(heard).containsExactly(new Gap.Missed(1, 2));
        assertThat(((Gap.Missed) heard.get(0)).count()).isEqualTo(2);
    }

    @Test
    void aConnectionThatBreaksAndMissesNothing_reportsNothing() {
        subscribe();
        publisher().publish("a");
        await().until(() -> heard.contains("1:a"));
        missWhileCutOff(0);
        awaitSubscribers(1);
        publisher().publish("b");
        await().until(() -> heard.contains("2:b"));
        assertThat(heard).containsExactly("1:a", "2:b");
    }

    @Test
    void P3_aServerThatForgot_isAGapOfUnknownSize() {
        subscribe();
        publisher().publish("a");
        publisher().publish("b");
        await().until(() -> heard.size() == 2);
        redis.del("{topic:" + name + "}");
        publisher().publish("new");
        await().until(() -> heard.size() == 4);
        assertThat(heard).containsExactly("1:a", "2:b", new Gap.Unknown(2), "1:new");
    }

    @Test
    void P3_aServerThatForgotTheLastNumbers_isAGapOfUnknownSize() {
        subscribe();
        for (int i = 1; i <= 5; i++) {
            publisher().publish("m");
        }
        await().until(() -> heard.size() == 5);
        redis.hset("{topic:" + name + "}", "last", "3");
        publisher().publish("again 4");
        await().until(() -> heard.size() == 7);
        assertThat(heard.subList(5, 7)).containsExactly(new Gap.Unknown(5), "4:again 4");
        redis.hset("{topic:" + name + "}", "last", "2");
        missWhileCutOff(0);
        await().until(() -> heard.size() == 8);
        assertThat(heard).last().isEqualTo(new Gap.Unknown(4));
    }

    /** Whatever happens to the connection, what was heard and what was reported missing are together all that was published. */
    @Test
    void P3_messagesAndGaps_areTogetherEverything() {
        long seed = Long.getLong("spinel.patterns.seed", System.nanoTime());
        Random random = new Random(seed);
        subscribe();
        publisher().publish("m");
        await().until(() -> heard.size() == 1);
        for (int round = 0; round < 12; round++) {
            for (int i = random.nextInt(20); i > 0; i--) {
                publisher().publish("m");
            }
            switch (round == 0 ? 0 : random.nextInt(3)) {
                case 0 -> missWhileCutOff(1 + random.nextInt(5));
                case 1 -> proxy.cut(false);
                default -> proxy.loseReplies(1);
            }
            for (int i = random.nextInt(20); i > 0; i--) {
                publisher().publish("m");
            }
        }
        awaitSubscribers(1);
        long last = publisher().publish("m");
        await("seed " + seed).until(() -> heard.get(heard.size() - 1).equals(last + ":m"));
        long next = 1;
        for (Object event : heard) {
            if (event instanceof Gap.Missed gap) {
                assertThat(gap.first()).as("seed %d: %s", seed, heard).isEqualTo(next);
                next = gap.last() + 1;
            } else {
                assertThat(event).as("seed %d: %s", seed, heard).isEqualTo(next + ":m");
                next++;
            }
        }
        assertThat(heard).as("seed %d", seed).hasAtLeastOneElementOfType(Gap.Missed.class);
    }

    @Test
    void aListenerThatThrows_hearsTheRest() {
        List<Object> alsoHeard = new CopyOnWriteArrayList<>();
        TopicListener recording = recording(alsoHeard);
        subscriptions.add(Topic.of(runtime, name).subscribe(new TopicListener() {
            @Override
            public void message(String body, long number) {
                recording.message(body, number);
                throw new AssertionError("for the test");
            }

            @Override
            public void gap(Gap gap) {
                recording.gap(gap);
            }
        }));
        awaitSubscribers(1);
        publisher().publish("a");
        publisher().publish("b");
        await().until(() -> alsoHeard.size() == 2);
        assertThat(events.cause("topic.listenerFailed")).hasMessage("for the test");
        assertThat(events.count("topic.listenerFailed")).isEqualTo(2);
    }

    @Test
    void whatOthersPublishOnItsChannel_isIgnored_andTold() {
        subscribe();
        String channel = publisher().channel();
        List<String> strange = List.of("hello", "", ":", "1:2", "a:1:b", "1:b:c", "1:-2:b", "1:9999999999999999999:b");
        publisher().publish("a");
        strange.forEach(message -> redis.publish(channel, message));
        publisher().publish("b");
        await().until(() -> heard.size() == 2);
        assertThat(heard).containsExactly("1:a", "2:b");
        assertThat(events.count("topic.messageIgnored")).isEqualTo(strange.size());
        assertThat(events.cause("topic.messageIgnored")).hasMessageContaining("begin with two numbers");
    }

    @Test
    void aPositionThatCannotBeAskedFor_isTold_andAskedForLessAndLess() {
        redis.set("{topic:" + name + '}', "of another type");
        subscribe();
        await().until(() -> events.count("topic.positionFailed") > 0);
        assertThat(events.cause("topic.positionFailed")).hasMessageContaining("WRONGTYPE");
        // After 0, 1 and 3 seconds; then after 7.
        await().during(Duration.ofSeconds(1))
                .atMost(Duration.ofSeconds(7))
                .until(() -> events.count("topic.positionFailed") == 3);
        redis.del("{topic:" + name + '}');
        publisher().publish("a");
        await().until(() -> heard.equals(List.of("1:a")));
    }

    @Test
    void aClosedSubscription_hearsNothing_andLeavesNothingBehind() {
        TopicSubscription closed = subscribe();
        List<Object> alsoHeard = new CopyOnWriteArrayList<>();
        subscriptions.add(Topic.of(other, name).subscribe(recording(alsoHeard)));
        awaitSubscribers(2);
        closed.close();
        awaitSubscribers(1);
        publisher().publish("a");
        await().until(() -> alsoHeard.size() == 1);
        subscriptions.get(1).close();
        await().until(() -> redis.pubsubChannels("{topic:" + name + "}*").isEmpty());
        assertThat(heard).isEmpty();
    }

    @Test
    void aPublicationThatIsNotPermitted_takesNoNumber() {
        redis.aclSetuser(
                name,
                AclSetuserArgs.Builder.on()
                        .addPassword("secret")
                        .keyPattern('*' + name + '*')
                        .allCommands());
        subscribe();
        publisher().publish("a");
        try (PatternRuntime silent = PatternRuntime.over(
                LettuceTransport.connect("redis://" + name + ":secret@127.0.0.1:" + server.port()))) {
            assertThatThrownBy(() -> Topic.of(silent, name).publish("b"))
                    .isInstanceOf(PatternException.ServerError.class)
                    .hasMessageContaining("channel");
        } finally {
            redis.aclDeluser(name);
        }
        publisher().publish("c");
        await().until(() -> heard.size() == 2);
        assertThat(heard).containsExactly("1:a", "2:c");
    }

    @Test
    void aRightThatIsGoneForAWhile_isAskedForAgain() {
        subscribe();
        publisher().publish("a");
        await().until(() -> heard.size() == 1);
        redis.aclSetuser(
                "default", AclSetuserArgs.Builder.resetChannels()); // which ends the connections of subscribers
        try {
            await().until(() -> events.count("runtime.channelRefused") > 0);
        } finally {
            redis.aclSetuser("default", AclSetuserArgs.Builder.allChannels());
        }
        awaitSubscribers(1);
        publisher().publish("b");
        await().until(() -> heard.equals(List.of("1:a", "2:b")));
    }

    @Test
    void aLostReplyOfAPublication_isAnUnknownOutcome() {
        Topic topic = Topic.of(runtime, name);
        topic.publish("a");
        proxy.loseReplies(1);
        assertThatThrownBy(() -> topic.publish("b")).isInstanceOf(PatternException.UnknownOutcome.class);
        await().atMost(Duration.ofSeconds(5)).ignoreExceptions().until(() -> topic.publish("c") == 3);
    }
}

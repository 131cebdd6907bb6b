package dev.spinel.patterns.topic;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.testing.StepByStep;
import dev.spinel.patterns.transport.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When a subscriber asks for the position of its topic, step by step. */
class TopicSubscriptionTest extends StepByStep {
    private static final Reply ANNOUNCED = new Reply.Int(1);

    private final List<Object> heard = new ArrayList<>();
    private final Topic topic = Topic.of(runtime, "t");
    private final String own;

    TopicSubscriptionTest() {
        topic.subscribe(new TopicListener() {
            @Override
            public void message(String body, long number) {
                heard.add(number + ":" + body);
            }

            @Override
            public void gap(Gap gap) {
                heard.add(gap);
            }
        });
        own = transport.subscriptions().get(0).substring(1);
    }

    private void subscribed(String channel) {
        transport.reply(ANNOUNCED);
        transport.channelListener().subscribed(channel);
    }

    @Test
    void aNewSubscriber_asksOnlyOnceMessagesCanBeHeard() {
        subscribed(own);
        assertThat(transport.commands()).isEmpty();
        subscribed(topic.channel());
        assertThat(transport.commands()).hasSize(1);
    }

    @Test
    void afterAReconnect_thePositionIsAskedForWhenBothChannelsAreBack_inWhicheverOrder() {
        subscribed(own);
        subscribed(topic.channel());
        transport.channelListener().message(own, "1:4");
        subscribed(topic.channel());
        int before = transport.commands().size();
        subscribed(own);
        assertThat(transport.commands()).hasSize(before + 1);
        transport.channelListener().message(own, "1:6");
        assertThat(heard).containsExactly(new Gap.Missed(5, 6));
    }

    @Test
    void aSubscription_endsWithItsRuntime() {
        transport.reply(new Reply.Failure("ERR for the test"));
        transport.channelListener().subscribed(topic.channel());
        assertThat(scheduler.waiting()).as("the next question").isOne();
        runtime.close();
        scheduler.advance(Duration.ofMinutes(1));
        assertThat(scheduler.waiting()).isZero();
    }
}

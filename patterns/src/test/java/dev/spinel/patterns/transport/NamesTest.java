package dev.spinel.patterns.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.spinel.patterns.analytics.Funnel;
import dev.spinel.patterns.analytics.TopItems;
import dev.spinel.patterns.analytics.UniqueCounter;
import dev.spinel.patterns.analytics.Window;
import dev.spinel.patterns.analytics.WindowedCounter;
import dev.spinel.patterns.cache.CacheAside;
import dev.spinel.patterns.leaderboard.Leaderboard;
import dev.spinel.patterns.lock.FencedValue;
import dev.spinel.patterns.lock.Locks;
import dev.spinel.patterns.queue.QueueEngine;
import dev.spinel.patterns.queue.WorkQueue;
import dev.spinel.patterns.ratelimit.Limit;
import dev.spinel.patterns.ratelimit.RateLimiter;
import dev.spinel.patterns.session.SessionStore;
import dev.spinel.patterns.testing.ScriptedTransport;
import dev.spinel.patterns.topic.Topic;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Names that would take keys out of their hash slot, or make them those of another name, with every recipe. */
class NamesTest {
    private static final Window WINDOW = Window.of(60, Duration.ofMinutes(1));
    private static final PatternRuntime RUNTIME = PatternRuntime.over(new ScriptedTransport());
    private static final Map<String, Function<String, Object>> RECIPES = Map.ofEntries(
            Map.entry(
                    "group of locks", name -> Locks.builder(RUNTIME).name(name).build()),
            Map.entry("fenced value", name -> FencedValue.of(RUNTIME, name)),
            Map.entry("limiter", name -> RateLimiter.builder(RUNTIME)
                    .name(name)
                    .limits(Limit.Gcra.of("g", 1, Duration.ofSeconds(1)))
                    .build()),
            Map.entry("queue", name -> WorkQueue.builder(RUNTIME, name)
                    .engine(QueueEngine.STREAM)
                    .build()),
            Map.entry("board", name -> Leaderboard.builder(RUNTIME, name).build()),
            Map.entry("cache", name -> CacheAside.builder(
                            RUNTIME, name, Codec.utf8(), key -> CompletableFuture.completedFuture(Optional.of(key)))
                    .build()),
            Map.entry("session store", name -> SessionStore.builder(RUNTIME, name, Codec.utf8())
                    .build()),
            Map.entry("funnel", name -> Funnel.of(RUNTIME, name, Duration.ZERO, "a", "b")),
            Map.entry("topic", name -> Topic.of(RUNTIME, name)));
    private static final Map<String, Function<String, Object>> GROUPS = Map.of(
            "counter", name -> WindowedCounter.of(RUNTIME, name, WINDOW),
            "unique", name -> UniqueCounter.of(RUNTIME, name, WINDOW),
            "top", name -> TopItems.of(RUNTIME, name, WINDOW, 10));

    @Test
    void bracesAreRefused_andSoIsNothing() {
        RECIPES.forEach((owner, build) -> assertRefused(owner, build));
        GROUPS.forEach((kind, build) -> assertRefused("group", build));
    }

    private static void assertRefused(String owner, Function<String, Object> build) {
        for (String bad : List.of("", "{", "}", "a}b", "a{b", "{a}", "x}:once:K")) {
            assertThatIllegalArgumentException()
                    .as(owner)
                    .isThrownBy(() -> build.apply(bad))
                    .withMessageMatching("The name of a " + owner + " is not empty and has no braces( and colons)?,"
                            + " which are for its keys: '.*'");
        }
        assertThat(build.apply("a name, with [brackets]")).isNotNull();
    }

    /** It stands behind the hash tag. */
    @Test
    void theNameOfALock_isAny() {
        assertThat(Locks.over(RUNTIME).lock("a}b{:")).isNotNull();
    }
}

package dev.spinel.patterns.cache;

import dev.spinel.patterns.transport.Arguments;
import dev.spinel.patterns.transport.Operation;
import dev.spinel.patterns.transport.Operation.Retry;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Script;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletionStage;

/**
 * The entries of a cache on the server. All operations are idempotent by their tokens. Thread-safe.
 *
 * @param name the cache's name, which has no colon, so that caches do not meet
 */
record CacheProtocol(PatternRuntime runtime, String name) {
    private static final Operation<Answer> GET =
            new Operation<>("cache.get", script("get.lua"), Retry.IDEMPOTENT, (reply, repeated) -> Answer.read(reply));
    private static final Operation<Boolean> RENEW = told("cache.renew", "renew.lua");
    private static final Operation<Boolean> FILL = told("cache.fill", "fill.lua");
    private static final Operation<Boolean> ABANDON = told("cache.abandon", "abandon.lua");
    private static final Operation<Boolean> INVALIDATE = told("cache.invalidate", "invalidate.lua");
    private static final byte[] NOTHING = {};

    private static Script script(String resource) {
        return Script.load(CacheProtocol.class, resource);
    }

    private static Operation<Boolean> told(String operation, String resource) {
        return new Operation<>(operation, script(resource), Retry.IDEMPOTENT, (reply, repeated) -> reply.asLong() == 1);
    }

    /** What the server says about an entry. */
    sealed interface Answer {
        /**
         * The entry is there.
         *
         * @param value what is stored, or nothing if it is stored that the source has none
         * @param refresh whether the caller has to load it anew
         * @param freshFor how long it is fresh yet; zero if it is stale
         */
        record Hit(boolean present, Reply.Bulk value, boolean refresh, Duration freshFor) implements Answer {}

        /** The entry is missing, and the caller has to load it. */
        record Load() implements Answer {}

        /** The entry is missing, and somebody else loads it, until then at most. */
        record Wait(Duration atMost) implements Answer {}

        /** The entry is missing, and its last load failed not long ago. */
        record Failed(String error) implements Answer {}

        private static Answer read(Reply reply) {
            List<Reply> items = reply.asItems();
            return switch (items.get(0).asText()) {
                case "hit" ->
                    new Hit(
                            items.get(1).asText().equals("value"),
                            new Reply.Bulk(items.get(2).asBytes()),
                            items.get(3).asLong() == 1,
                            Duration.ofMillis(items.get(4).asLong()));
                case "load" -> new Load();
                case "wait" -> new Wait(Duration.ofMillis(items.get(1).asLong()));
                case "failed" -> new Failed(items.get(1).asText());
                default -> throw new IllegalStateException("Unknown answer " + reply);
            };
        }
    }

    /** Where it is published that a load which others wait for has ended. */
    String channel(String key) {
        return key(key);
    }

    /** With what the keys of all entries begin, and no others. */
    String prefix() {
        return "cache:" + name + ':';
    }

    private String key(String key) {
        return prefix() + key;
    }

    private List<String> keys(String key) {
        return List.of(key(key));
    }

    CompletionStage<Answer> get(String key, String token, Duration lease, double earliness) {
        return runtime.run(
                GET, keys(key), new Arguments().add(token).add(lease.toMillis()).add(Double.toString(earliness)));
    }

    /** Prolongs the lease of a load; false if it is lost. */
    CompletionStage<Boolean> renew(String key, String token, Duration lease) {
        return runtime.run(RENEW, keys(key), new Arguments().add(token).add(lease.toMillis()));
    }

    /** Stores a value; with an empty token whatever is there. */
    CompletionStage<Boolean> fill(String key, String token, byte[] value, Duration fresh, Duration served) {
        return runtime.run(
                FILL,
                keys(key),
                new Arguments()
                        .add(token)
                        .add("value")
                        .add(value)
                        .add(fresh.toMillis())
                        .add(served.toMillis())
                        .add(channel(key)));
    }

    /** Stores that there is no value, for so long; zero to store nothing. */
    CompletionStage<Boolean> fillAbsent(String key, String token, Duration served) {
        return runtime.run(
                FILL,
                keys(key),
                new Arguments()
                        .add(token)
                        .add(served.toMillis() > 0 ? "absent" : "none")
                        .add(NOTHING)
                        .add(served.toMillis())
                        .add(served.toMillis())
                        .add(channel(key)));
    }

    CompletionStage<Boolean> abandon(String key, String token, Duration failure, String error) {
        return runtime.run(
                ABANDON,
                keys(key),
                new Arguments().add(token).add(failure.toMillis()).add(error).add(channel(key)));
    }

    CompletionStage<Boolean> invalidate(String key) {
        return runtime.run(INVALIDATE, keys(key), new Arguments().add(channel(key)));
    }
}

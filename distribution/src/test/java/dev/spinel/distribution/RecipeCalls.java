package dev.spinel.distribution;

import dev.spinel.patterns.transport.Reply;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Random calls of recipes, each as a command and as the script that it stands for. One thread. */
final class RecipeCalls {
    private static final long[] LEASES = {1, 2, 10, 500, 5_000, 3_600_000};
    private static final String[] OWNERS = {"ann", "bob", "a:b", "", "cem"};
    private static final String[] QUEUE_SETS = {":ready", ":delayed", ":grouped", ":turns"};
    /** Microseconds per unit, window or lease; not whole where a rate does not divide its period. */
    private static final String[] INTERVALS = {
        "1000",
        "1000000",
        "333333.3333333333",
        "142857.14285714287",
        "60000000",
        "0.3333333333333333",
        "86400000000",
        "1.5E7"
    };

    private static final String[] TIMED_SETS = {":ready", ":delayed", ":leased"};
    private static final String[] NO_IDS = {
        "", "text", "-1", "0", "007", "1:2", "1.5", "1000000000000000", "99999999999999999999"
    };
    private static final String[] GROUPS = {"", "", "g", "a group:7", "\u00e4"};

    private static final String[] SETTLEMENTS = {"ack", "ack", "ack", "retry", "reject", "extend", "return"};

    private static final String[] KINDS = {"gcra", "bucket", "counter", "log", "fixed", "concurrent"};

    private final Random random;
    /** How many requests had names of their own; now and then one comes again, perhaps in the same microsecond. */
    private long tokens;

    private long exchanges;
    private final List<String> receipts = new ArrayList<>();

    /** A recipe as a command and as a script. */
    enum Recipe {
        ACQUIRE("LOCK.ACQUIRE", "lock/acquire-mutex.lua"),
        RENEW("LOCK.RENEW", "lock/renew-mutex.lua"),
        RELEASE("LOCK.RELEASE", "lock/release-mutex.lua"),
        LIMIT("RATELIMIT.ACQUIRE", "ratelimit/acquire.lua"),
        ENQUEUE("QUEUE.ENQUEUE", "queue/adds.lua", "queue/ready-sorted-sets.lua", "queue/enqueue.lua"),
        EXCHANGE("QUEUE.EXCHANGE", "queue/exchange.lua", "queue/exchange-answer.lua");

        final String command;
        private final String[] resources;

        Recipe(String command, String... resources) {
            this.command = command;
            this.resources = resources;
        }

        String script() {
            StringBuilder script = new StringBuilder();
            for (String resource : resources) {
                try (InputStream in = Recipe.class.getResourceAsStream("/dev/spinel/patterns/" + resource)) {
                    script.append(new String(in.readAllBytes(), StandardCharsets.UTF_8));
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            }
            return script.toString();
        }
    }

    /** A call: {@code numkeys key [key ...] arg [arg ...]}. */
    record Call(Recipe recipe, List<String> keys, List<String> arguments) {
        String[] asCommand() {
            return words(recipe.command);
        }

        /** @param sha1 of the script, which is loaded */
        String[] asScript(String sha1) {
            return words("EVALSHA", sha1);
        }

        private String[] words(String... first) {
            List<String> words = new ArrayList<>(List.of(first));
            words.add(Integer.toString(keys.size()));
            words.addAll(keys);
            words.addAll(arguments);
            return words.toArray(String[]::new);
        }
    }

    RecipeCalls(Random random) {
        this.random = random;
    }

    private <T> T oneOf(T[] all) {
        return all[random.nextInt(all.length)];
    }

    Call next() {
        return switch (random.nextInt(8)) {
            case 0, 1 -> lock();
            case 2 -> enqueue();
            case 3, 4 -> exchange();
            default -> limit();
        };
    }

    /** Now and then a queue is full or a group has its number of leased messages; keys come again, also within a call. */
    private Call enqueue() {
        String queue = "queue:" + random.nextInt(2);
        List<String> keys = new ArrayList<>(List.of(
                queue + ":ready",
                queue + ":delayed",
                queue + ":leased",
                queue + ":bodies",
                queue + ":metas",
                queue + ":id",
                queue + ":grouped",
                queue + ":turns",
                queue + ":groups"));
        List<String> arguments = new ArrayList<>(List.of(
                Integer.toString(random.nextInt(3)),
                random.nextInt(3) == 0 ? Integer.toString(1 + random.nextInt(1_000)) : "0",
                Integer.toString(1 + random.nextInt(20)),
                queue + ":news",
                Integer.toString(1 + random.nextInt(5_000))));
        for (int i = random.nextInt(4) == 0 ? random.nextInt(10) : 0; i >= 0; i--) {
            boolean hasKey = random.nextInt(3) == 0;
            arguments.add("b".repeat(random.nextInt(random.nextInt(10) == 0 ? 200 : 20)));
            arguments.add(Integer.toString(random.nextInt(10)));
            arguments.add(random.nextInt(3) == 0 ? Integer.toString(random.nextInt(10_000)) : "0");
            arguments.add(hasKey ? "1" : "0");
            arguments.add(oneOf(GROUPS));
            if (hasKey) {
                keys.add(queue + ":once:" + random.nextInt(20));
            }
        }
        return new Call(Recipe.ENQUEUE, keys, arguments);
    }

    /** Settles what deliveries told of, now and then what came long ago or never; an exchange comes again now and then. */
    private Call exchange() {
        String queue = "queue:" + random.nextInt(2);
        List<String> keys = List.of(
                queue + ":ready",
                queue + ":delayed",
                queue + ":leased",
                queue + ":bodies",
                queue + ":metas",
                queue + ":dead",
                queue + ":causes",
                queue + ":grouped",
                queue + ":turns",
                queue + ":groups",
                queue + ":paused",
                queue + ":lease",
                queue + ":exchange:" + random.nextInt(3));
        List<String> arguments = new ArrayList<>(List.of(
                Long.toString(LEASES[random.nextInt(LEASES.length)]),
                Integer.toString(random.nextInt(5) == 0 ? random.nextInt(40) : random.nextInt(4)),
                queue + ":news",
                Integer.toString(random.nextInt(3)),
                Long.toString(random.nextInt(8) == 0 ? Math.max(0, exchanges - random.nextInt(5)) : ++exchanges),
                Integer.toString(1 + random.nextInt(20_000))));
        for (int i = random.nextInt(random.nextInt(4) == 0 ? 12 : 3); i > 0; i--) {
            arguments.add(receipt());
            arguments.add(oneOf(SETTLEMENTS));
            arguments.add(random.nextInt(3) == 0 ? Integer.toString(random.nextInt(10_000)) : "0");
            arguments.add("c".repeat(random.nextInt(20)));
        }
        return new Call(Recipe.EXCHANGE, keys, arguments);
    }

    private String receipt() {
        if (receipts.isEmpty() || random.nextInt(20) == 0) {
            return random.nextInt(3) == 0 ? "a:b" : random.nextInt(1_000) + ":" + random.nextInt(1_000);
        }
        return receipts.get(receipts.size() - 1 - random.nextInt(Math.min(receipts.size(), 30)));
    }

    /** How many messages exchanges have delivered. */
    int delivered() {
        return receipts.size();
    }

    /** Takes receipts from the reply of an exchange, to settle them later. */
    void heard(Call call, Reply reply) {
        if (call.recipe() == Recipe.EXCHANGE && reply instanceof Reply.Items items) {
            List<Reply> deliveries = items.values().get(2).asItems();
            for (int i = 0; i < deliveries.size(); i += 6) {
                receipts.add(deliveries.get(i).asText());
            }
        }
    }

    private Call lock() {
        String lock = "lock:" + random.nextInt(3);
        String owner = oneOf(OWNERS);
        String lease = Long.toString(LEASES[random.nextInt(LEASES.length)]);
        return switch (random.nextInt(4)) {
            case 0 -> new Call(Recipe.RENEW, List.of(lock), List.of(owner, lease));
            case 1 -> new Call(Recipe.RELEASE, List.of(lock), List.of(owner, "released", lock, "50"));
            default -> new Call(Recipe.ACQUIRE, List.of(lock, "fence"), List.of(owner, lease, "0"));
        };
    }

    /** As many permits as take several ZADDs, now and then of a clock that was ahead. */
    private Call permits() {
        String cost = Integer.toString(random.nextInt(2_500));
        return new Call(
                Recipe.LIMIT,
                List.of("concurrent:many"),
                List.of("take", cost, "token" + ++tokens, "0", "0", "0", "concurrent", "1000000", "4000", "0", "0"));
    }

    private Call limit() {
        if (random.nextInt(200) == 0) {
            return permits();
        }
        List<String> keys = new ArrayList<>();
        boolean remembers = random.nextInt(8) == 0;
        List<String> arguments = new ArrayList<>(List.of(
                random.nextInt(5) == 0 ? "peek" : "take",
                Integer.toString(random.nextInt(12) == 0 ? random.nextInt(40) : random.nextInt(4)),
                "token" + (random.nextInt(6) == 0 ? tokens : ++tokens),
                random.nextInt(4) == 0 ? Integer.toString(random.nextInt(3_000_000)) : "0",
                remembers ? Integer.toString(1 + random.nextInt(2_000)) : "0",
                random.nextInt(3) == 0 ? Integer.toString(random.nextInt(20)) : "0"));
        int count = 1 + (random.nextInt(2) == 0 ? 0 : random.nextInt(4));
        for (int i = 0; i < count; i++) {
            String kind = oneOf(KINDS);
            // A key of its own for each limit of a call.
            int which = 4 * i + random.nextInt(4);
            keys.add(kind + ':' + which);
            // Mostly the settings that belong to the key, as of an application; now and then those of one that was
            // changed.
            int settings = random.nextInt(20) == 0 ? random.nextInt(64) : 7 * which + 3;
            arguments.add(kind);
            arguments.add(INTERVALS[settings % INTERVALS.length]);
            arguments.add(Integer.toString(1 + settings * 5 % 13));
            arguments.add(
                    kind.equals("bucket") ? Integer.toString(1 + settings % 5) : random.nextBoolean() ? "0" : "700000");
            arguments.add(kind.equals("bucket") && settings % 3 == 0 ? "8" : "0");
        }
        if (remembers) {
            keys.add("once:" + random.nextInt(10));
        }
        return new Call(Recipe.LIMIT, keys, arguments);
    }

    /**
     * A command that leaves a state as a server's clock left it that has been set back since, one that nobody took for so long that
     * it has no time to live, or a queue as workers leave it.
     *
     * @param nowMicros since 2020
     */
    String[] foreignState(long nowMicros) {
        double ahead = nowMicros + Math.scalb(random.nextDouble() - 0.3, random.nextInt(40));
        String which = random.nextInt(8) == 0 ? "many" : Integer.toString(random.nextInt(8));
        String when = Double.toString(ahead);
        String window = Long.toString((long) (ahead / 1_000_000));
        String queue = "queue:" + random.nextInt(2);
        return switch (random.nextInt(18)) {
            case 0 -> new String[] {"SET", "gcra:" + which, when, "PX", "5000"};
            case 1 ->
                new String[] {"HSET", "bucket:" + which, "tokens", random.nextInt(20) - 10 + ".25", "since", when};
            case 2 -> new String[] {"HSET", "counter:" + which, "window", window, "current", "3", "previous", "2"};
            case 3 -> new String[] {"HSET", "fixed:" + which, "window", window, "count", "2"};
            case 4 ->
                new String[] {"EVAL", MOVE_ENTRIES, "1", "log:" + which, Long.toString(random.nextInt(2_000_000))};
            case 5 ->
                new String[] {"EVAL", MOVE_ENTRIES, "1", "concurrent:" + which, Long.toString(random.nextInt(2_000_000))
                };
            case 6 -> new String[] {"SET", "lock:" + random.nextInt(3), oneOf(OWNERS) + ":" + random.nextInt(100)};
            case 7 ->
                new String[] {"ZREMRANGEBYRANK", queue + oneOf(QUEUE_SETS), "0", Integer.toString(random.nextInt(200))};
            case 8 ->
                new String[] {
                    "HSET",
                    queue + ":groups",
                    oneOf(GROUPS),
                    random.nextInt(4) == 0 ? "text" : Integer.toString(random.nextInt(3))
                };
            case 9 -> new String[] {"ZADD", queue + ":leased", when, Integer.toString(random.nextInt(1_000))};
            case 10 ->
                new String[] {
                    "HDEL",
                    queue + (random.nextBoolean() ? ":bodies" : ":metas"),
                    Integer.toString(random.nextInt(1_000))
                };
            case 11 ->
                random.nextInt(3) == 0
                        ? new String[] {"SET", queue + ":paused", "1"}
                        : new String[] {"DEL", queue + ":paused"};
            case 12 ->
                new String[] {"ZADD", queue + oneOf(TIMED_SETS), random.nextBoolean() ? "-1" : when, oneOf(NO_IDS)};
            case 13 -> {
                String group = oneOf(GROUPS);
                int length = group.getBytes(StandardCharsets.UTF_8).length;
                yield new String[] {"ZADD", queue + ":grouped", "0", length + ":" + group + ":" + oneOf(NO_IDS)};
            }
            case 14 -> new String[] {"DEL", queue + (random.nextBoolean() ? ":bodies" : ":metas")};
            case 15 -> new String[] {"DEL", queue + ":turns"};
            case 16 -> new String[] {"SET", queue + ":once:" + random.nextInt(20), oneOf(NO_IDS)};
            default -> new String[] {"SET", "fence", Long.toString(nowMicros + random.nextInt(1_000) - 500)};
        };
    }

    private static final String MOVE_ENTRIES =
            """
            for _, member in ipairs(redis.call('ZRANGEBYSCORE', KEYS[1], '(0', '+inf')) do
              redis.call('ZINCRBY', KEYS[1], ARGV[1], member)
            end
            """;
}

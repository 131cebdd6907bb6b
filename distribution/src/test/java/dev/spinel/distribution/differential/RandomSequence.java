package dev.spinel.distribution.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.Set;

/**
 * A random sequence of requests that a seed repeats.
 *
 * @param settings what both servers are set to before
 * @param requests the requests themselves
 */
record RandomSequence(List<Request> settings, List<Request> requests) {
    private static final Set<Comparison> SAFE_TO_SPOIL =
            EnumSet.of(Comparison.EXACT, Comparison.UNORDERED, Comparison.PAIRS);
    /**
     * Without their count some are random, with another timeout the blocking ones take long, and an argument more is
     * another error since ZRANK and ZREVRANK have the option of Redis 7.2. A sketch is made nowhere where bits are set: a
     * damaged one is treated differently (see DIFFERENCES.md). The ID of an entry may become one that the time chooses, and
     * errors of streams hold names, which Redis ends at a zero byte.
     */
    private static final List<String> NEVER_SPOILED =
            List.of("SPOP", "SRANDMEMBER", "HRANDFIELD", "ZRANDMEMBER", "B", "ZRANK", "ZREVRANK", "CONFIG", "PF", "X");

    private static final int SPOILINGS = 5;
    /**
     * The first of them, which leave the arguments of SORT as they are: another key may hold a sorted set, which Redis turns
     * into a skip list, and BY a constant sorts a set in no order there (see DIFFERENCES.md).
     */
    private static final int WITHOUT_REPLACING = 3;

    private static final Set<String> FILLING = Set.of("ZADD", "RPUSH", "SADD");

    private static final int KEYS_PER_TYPE = 6;
    private static final int ONE_SPOILED_OF = 25;
    private static final int ONE_ASKED_FOR_KEYS_OF = 50;

    /** The sequence of a seed. */
    static RandomSequence of(long seed, int length, Grammar grammar) {
        Random random = new Random(seed);
        boolean outsideOfDouble = random.nextBoolean();
        Arguments arguments = new Arguments(random, KEYS_PER_TYPE, outsideOfDouble);
        List<Request> settings = List.of(
                setting(random, "hash-max-listpack-entries", "128", "4", "32"),
                setting(random, "hash-max-listpack-value", "64", "10"),
                setting(random, "set-max-intset-entries", "512", "4", "20"),
                setting(random, "zset-max-listpack-entries", "128", "0", "5", "32"),
                setting(random, "zset-max-listpack-value", "64", "10"),
                setting(random, "list-max-listpack-size", "-2", "-1", "1", "4", "100"),
                setting(random, "list-compress-depth", "0", "1"));
        List<Request> requests = new ArrayList<>();
        while (requests.size() < length) {
            Request request = grammar.request(random, arguments);
            // After a number outside of its range, SORT fails on redis-server with any number (a stale errno).
            if (outsideOfDouble && sorts(request)) {
                continue;
            }
            if (random.nextInt(ONE_SPOILED_OF) == 0 && maySpoil(request)) {
                requests.add(spoiled(request, random, arguments));
            } else {
                requests.add(random.nextInt(ONE_ASKED_FOR_KEYS_OF) == 0 ? keysOf(request, random) : request);
            }
        }
        return new RandomSequence(settings, requests);
    }

    /** What asks for the keys of a request. */
    private static Request keysOf(Request request, Random random) {
        List<byte[]> words = new ArrayList<>();
        words.add("COMMAND".getBytes(ISO_8859_1));
        words.add((random.nextBoolean() ? "GETKEYS" : "GETKEYSANDFLAGS").getBytes(ISO_8859_1));
        words.addAll(request.arguments());
        return new Request(Comparison.EXACT, words);
    }

    private static Request setting(Random random, String name, String... values) {
        return Request.of("CONFIG", "SET", name, values[random.nextInt(values.length)]);
    }

    private static boolean sorts(Request request) {
        return request.name().startsWith("SORT");
    }

    private static boolean maySpoil(Request request) {
        return SAFE_TO_SPOIL.contains(request.comparison())
                && NEVER_SPOILED.stream().noneMatch(request.name()::startsWith)
                && !needsItsMembers(request);
    }

    /** Sorted sets for lexicographic ranges need equal scores; what SORT reads a long member, and none with a zero byte. */
    private static boolean needsItsMembers(Request request) {
        if (!FILLING.contains(request.name())) {
            return false;
        }
        String key = new String(request.arguments().get(1), ISO_8859_1);
        return key.startsWith("x") || key.startsWith("y");
    }

    /** The request with one thing wrong or unusual. */
    private static Request spoiled(Request request, Random random, Arguments arguments) {
        List<byte[]> words = new ArrayList<>(request.arguments());
        int at = random.nextInt(words.size());
        switch (random.nextInt(sorts(request) ? WITHOUT_REPLACING : SPOILINGS)) {
            case 0 -> words.remove(words.size() - 1);
            case 1 -> words.add(arguments.junk());
            case 2 -> words.set(0, request.name().toLowerCase(Locale.ROOT).getBytes(ISO_8859_1));
            case 3 -> words.add(at, words.get(at));
            default -> words.set(at, arguments.junk());
        }
        return words.isEmpty() ? request : new Request(request.comparison(), words);
    }
}

package dev.spinel.distribution.differential;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;

/**
 * All data of a server.
 *
 * @param digest what DEBUG DIGEST answers
 * @param values the values by database and key
 */
record Dataset(String digest, Map<String, Value> values) {
    /** Number of databases that random requests use. */
    static final int DATABASES = 3;

    /** When a consumer was seen is in no log, and nodes are made anew. */
    private static final Set<String> NOT_LASTING = Set.of("seen-time", "radix-tree-keys", "radix-tree-nodes");

    private static final String TTL_KEPT_MILLIS = "3600000";

    /** Has keys that would expire soon stay, so that what is compared later does not depend on the time. */
    static void keepExpiring(RespConnection connection) throws IOException {
        for (int database = 0; database < DATABASES; database++) {
            connection.call("SELECT", Integer.toString(database));
            for (Reply key : connection.call("KEYS", "*").children()) {
                connection.call("PEXPIRE", key.text(), TTL_KEPT_MILLIS, "XX");
            }
        }
    }

    /** The data of the server on a port, once it answers. */
    static Dataset of(int port) throws IOException {
        Map<String, Value> values = new TreeMap<>();
        try (RespConnection connection = new RespConnection(port)) {
            Awaitility.await()
                    .atMost(Duration.ofSeconds(30))
                    .until(() -> connection.call("PING").text().equals("PONG"));
            String digest = connection.call("DEBUG", "DIGEST").text();
            for (int database = 0; database < DATABASES; database++) {
                connection.call("SELECT", Integer.toString(database));
                for (Reply key : connection.call("KEYS", "*").children()) {
                    values.put(database + "/" + key.text(), value(connection, key.text()));
                }
            }
            return new Dataset(digest, values);
        }
    }

    private static Value value(RespConnection connection, String key) throws IOException {
        Reply digest = connection.call("DEBUG", "DIGEST-VALUE", key).children().get(0);
        String type = connection.call("TYPE", key).text();
        connection.send(List.of(ServerPair.content(type, key)));
        Reply content = Reply.parse(connection.receive());
        return new Value(digest.text(), type, content.toString(), type.equals("stream") ? lasting(content) : null);
    }

    /** What a description of a stream and its groups tells of them that a log keeps. */
    private static Reply lasting(Reply description) {
        List<Reply> kept = new ArrayList<>();
        for (Reply child : description.children()) {
            String name = kept.isEmpty() ? "" : kept.get(kept.size() - 1).text();
            kept.add(NOT_LASTING.contains(name) ? kept.get(kept.size() - 1) : lasting(child));
        }
        return new Reply(description.type(), description.text(), kept);
    }

    /**
     * One value.
     *
     * @param stream what is kept of a stream, which the digest does not cover; null for other types
     */
    record Value(String digest, String type, String content, @Nullable Reply stream) {
        Value withoutGroups() {
            return new Value(digest, type, content, null);
        }

        /** Whether it is the same; a score of -0 becomes 0 when a skip list is loaded as a listpack, on Redis too. */
        boolean isSameAs(Value other) {
            return (digest.equals(other.digest) && Objects.equals(stream, other.stream))
                    || (type.equals("zset") && unsignedZeros().equals(other.unsignedZeros()));
        }

        private String unsignedZeros() {
            return content.replace(" $-0,", " $0,").replace(" $-0]", " $0]");
        }
    }

    /** The same but for the groups of streams: redis-server 7.0 does not log all of what reading changes. */
    Dataset withoutGroups() {
        Map<String, Value> without = new TreeMap<>(values);
        without.replaceAll((key, value) -> value.withoutGroups());
        return new Dataset(digest, without);
    }

    /** The keys whose values differ, with both; the digests of all data if no key does. */
    List<String> differencesFrom(Dataset other) {
        Set<String> keys = new TreeSet<>(values.keySet());
        keys.addAll(other.values.keySet());
        List<String> differences = new ArrayList<>();
        for (String key : keys) {
            Value before = other.values.get(key);
            Value after = values.get(key);
            if (before == null || after == null || !before.isSameAs(after)) {
                differences.add("\n" + key + "\n  before: " + before + "\n  after:  " + after);
            }
        }
        if (values.equals(other.values) && !digest.equals(other.digest)) {
            differences.add("digests " + other.digest + " and " + digest);
        }
        return differences;
    }
}

package dev.spinel.distribution.differential;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.awaitility.Awaitility;

/**
 * All data of a server.
 *
 * @param digest what DEBUG DIGEST answers
 * @param values the values by database and key
 */
record Dataset(String digest, Map<String, Value> values) {
    /** Number of databases that random requests use. */
    static final int DATABASES = 3;

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
        return new Value(digest.text(), type, Reply.parse(connection.receive()).toString());
    }

    /** One value. */
    record Value(String digest, String type, String content) {
        /** Whether it is the same; a score of -0 becomes 0 when a skip list is loaded as a listpack, on Redis too. */
        boolean isSameAs(Value other) {
            return digest.equals(other.digest)
                    || (type.equals("zset") && unsignedZeros().equals(other.unsignedZeros()));
        }

        private String unsignedZeros() {
            return content.replace(" $-0,", " $0,").replace(" $-0]", " $0]");
        }
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

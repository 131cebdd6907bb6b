package dev.spinel.distribution.differential;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Two servers that receive the same requests on empty databases and whose replies and state are compared. */
final class ServerPair {
    private static final int PIPELINE = 256;
    private static final int DATABASES = 3;
    private static final List<String> COUNTERS = List.of("total_error_replies");

    private final int expectedPort;
    private final int actualPort;
    private long compared;

    ServerPair(int expectedPort, int actualPort) {
        this.expectedPort = expectedPort;
        this.actualPort = actualPort;
    }

    /** How many replies were compared so far. */
    long compared() {
        return compared;
    }

    /**
     * The first difference when both servers run the requests, then when their whole state is read, or null.
     *
     * @param protocol 2 or 3
     */
    @Nullable
    Difference run(int protocol, List<Request> settings, List<Request> requests) throws IOException {
        try (RespConnection expected = new RespConnection(expectedPort);
                RespConnection actual = new RespConnection(actualPort);
                KeyEventLog expectedEvents = new KeyEventLog(expectedPort);
                KeyEventLog actualEvents = new KeyEventLog(actualPort)) {
            Exchange exchange = new Exchange(expected, actual);
            List<Request> start = new ArrayList<>(settings);
            start.add(Request.of("FLUSHALL"));
            start.add(Request.of("CONFIG", "RESETSTAT"));
            start.add(Request.of(Comparison.SHAPE, "HELLO", Integer.toString(protocol)));
            Difference difference = exchange.compare(start);
            if (difference == null) {
                difference = exchange.compare(requests);
            }
            if (difference == null) {
                difference = exchange.compare(List.of(Request.of("DISCARD"), Request.of("UNWATCH")));
            }
            if (difference == null) {
                difference = compareCounters(expected, actual);
            }
            if (difference == null) {
                difference = expectedEvents.compareWith(actualEvents);
            }
            for (int database = 0; database < DATABASES && difference == null; database++) {
                difference = compareDatabase(exchange, database);
            }
            return difference;
        }
    }

    private static @Nullable Difference compareCounters(RespConnection expected, RespConnection actual)
            throws IOException {
        String expectedInfo = expected.call("INFO", "stats").text();
        String actualInfo = actual.call("INFO", "stats").text();
        for (String counter : COUNTERS) {
            Reply expectedCount = counter(expectedInfo, counter);
            Reply actualCount = counter(actualInfo, counter);
            if (!expectedCount.equals(actualCount)) {
                return new Difference(-1, Request.of("INFO", counter), expectedCount, actualCount);
            }
        }
        return null;
    }

    private static Reply counter(String info, String name) {
        int from = info.indexOf("\n" + name + ":") + name.length() + 2;
        return Reply.parse((":" + info.substring(from, info.indexOf('\n', from) + 1)).getBytes(ISO_8859_1));
    }

    private @Nullable Difference compareDatabase(Exchange exchange, int database) throws IOException {
        Difference difference = exchange.compare(List.of(
                Request.of("SELECT", Integer.toString(database)), Request.of(Comparison.UNORDERED, "KEYS", "*")));
        if (difference != null) {
            return difference;
        }
        List<Reply> keys = Reply.parse(exchange.lastExpected).children();
        for (Reply key : keys) {
            String name = key.text();
            difference = exchange.compare(List.of(
                    Request.of(Comparison.ENCODING, "OBJECT", "ENCODING", name),
                    Request.of(Comparison.NEARMILLIS, "PTTL", name),
                    Request.of("TYPE", name)));
            if (difference == null) {
                difference = exchange.compare(
                        List.of(content(Reply.parse(exchange.lastExpected).text(), name)));
            }
            if (difference != null) {
                return difference;
            }
        }
        return null;
    }

    /** What reads a whole key. */
    static Request content(String type, String key) {
        return switch (type) {
            case "string" -> Request.of("GET", key);
            case "list" -> Request.of("LRANGE", key, "0", "-1");
            case "hash" -> Request.of(Comparison.PAIRS, "HGETALL", key);
            case "set" -> Request.of(Comparison.UNORDERED, "SMEMBERS", key);
            case "zset" -> Request.of("ZRANGE", key, "0", "-1", "WITHSCORES");
            case "stream" -> Request.of(Comparison.AGED, "XINFO", "STREAM", key, "FULL", "COUNT", "0");
            default -> throw new IllegalStateException("no way to read a key of type " + type);
        };
    }

    /** Two connections, and what their transactions have queued. */
    private final class Exchange {
        private final RespConnection expected;
        private final RespConnection actual;
        private final List<Comparison> queued = new ArrayList<>();
        private byte[] lastExpected = new byte[0];

        Exchange(RespConnection expected, RespConnection actual) {
            this.expected = expected;
            this.actual = actual;
        }

        /** Sends the requests, always one pipeline ahead of the replies. */
        @Nullable
        Difference compare(List<Request> requests) throws IOException {
            send(requests, 0);
            for (int i = 0; i < requests.size(); i++) {
                if (i % PIPELINE == 0) {
                    send(requests, i + PIPELINE);
                }
                Difference difference = compareReply(requests.get(i), i);
                if (difference != null) {
                    return difference;
                }
            }
            return null;
        }

        private void send(List<Request> requests, int from) throws IOException {
            if (from < requests.size()) {
                List<Request> pipeline = requests.subList(from, Math.min(from + PIPELINE, requests.size()));
                expected.send(pipeline);
                actual.send(pipeline);
            }
        }

        private @Nullable Difference compareReply(Request request, int index) throws IOException {
            try {
                lastExpected = expected.receive();
            } catch (IOException e) {
                throw new IOException("no reply of redis-server to " + request + ": " + e.getMessage(), e);
            }
            byte[] reply;
            try {
                reply = actual.receive();
            } catch (IOException e) {
                reply = ("-no reply: " + e.getMessage() + "\r\n").getBytes(ISO_8859_1);
            }
            compared++;
            String name = request.name();
            boolean accepted = name.equals("EXEC")
                    ? Comparison.acceptsTransaction(queued, lastExpected, reply)
                    : request.comparison().accepts(lastExpected, reply);
            if (!accepted) {
                return new Difference(index, request, Reply.parse(lastExpected), Reply.parse(reply));
            }
            if (new String(lastExpected, ISO_8859_1).equals("+QUEUED\r\n")) {
                queued.add(request.comparison());
            } else if (name.equals("EXEC") || name.equals("DISCARD") || name.equals("RESET")) {
                queued.clear();
            }
            return null;
        }
    }

    /** Two replies to one request that should be equal. */
    record Difference(int index, Request request, Reply expected, Reply actual) {
        @Override
        public String toString() {
            return request + "\n    redis-server: " + expected + "\n    spinel:       " + actual;
        }
    }
}

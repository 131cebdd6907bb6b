package dev.spinel.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.KeyUse;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Files go from redis-server to here and from here to redis-server. */
@Tag("redis-server")
class RedisExchangeIT {
    private static final RdbFormat FORMAT = new RdbFormat("7.0.15", System::currentTimeMillis);

    @TempDir
    Path directory;

    static Map<String, String> read(Path file) throws IOException {
        RecordedDataset dataset = new RecordedDataset();
        try (InputStream in = Files.newInputStream(file)) {
            DatasetFormat.Reader reader = FORMAT.reader(in, file.toString());
            while (reader.next(dataset)) {
                // Each call reads a key.
            }
        }
        return dataset.values();
    }

    private static String words(int count, int length) {
        return "a few words that come again and again ".repeat(count).substring(0, length);
    }

    /** Makes a value of every type in every encoding that redis-server 7.0 has. */
    static void fill(RedisProcess redis) throws IOException {
        redis.call("SET", "string:empty", "");
        redis.call("SET", "string:raw", "v\0\r\n\u00ff");
        redis.call("SET", "string:compressed", words(300, 10_000));
        redis.call("SET", "string:large", words(30_000, 1_000_000));
        for (String number : new String[] {"0", "-1", "127", "128", "-32769", "2147483648", "-9223372036854775808"}) {
            redis.call("SET", "string:" + number, number);
        }
        redis.call("SET", "string:expiring", "v", "PXAT", "33333333333333");
        for (int size : new int[] {3, 300, 3000}) {
            for (int i = 0; i < size; i++) {
                redis.call("RPUSH", "list:" + size, "element " + i);
                redis.call("RPUSH", "list:" + size, String.valueOf(i * 100_000L - 50_000));
                redis.call("SADD", "set:" + size, "member " + i);
                redis.call("SADD", "intset:" + size, String.valueOf(i * 100_000L - 50_000));
                redis.call("HSET", "hash:" + size, "field " + i, String.valueOf(i));
                redis.call("ZADD", "zset:" + size, String.valueOf(i / 8.0), "member " + i);
            }
        }
        redis.call("ZADD", "zset:3", "inf", "top");
        redis.call("ZADD", "zset:300", "-inf", "bottom");
        redis.call("RPUSH", "list:wide", words(500, 15_000), "b", words(500, 16_000));
        redis.call("HSET", "hash:wide", "field", words(50, 1_500));
        for (int i = 1; i <= 300; i++) {
            redis.call("XADD", "stream", i + "-1", i % 7 == 0 ? "rare" : "field", "value " + i);
        }
        redis.call("XDEL", "stream", "1-1", "150-1", "300-1");
        redis.call("XGROUP", "CREATE", "stream", "group", "100-1", "ENTRIESREAD", "100");
        redis.call("XREADGROUP", "GROUP", "group", "reader", "COUNT", "50", "STREAMS", "stream", ">");
        redis.call("XCLAIM", "stream", "group", "other", "0", "101-1", "TIME", "1000000", "RETRYCOUNT", "7");
        redis.call("XGROUP", "CREATE", "empty", "group", "$", "MKSTREAM");
        redis.call("SELECT", "9");
        redis.call("SET", "string:other", "database");
    }

    @Test
    void fileOfRedis_isReadAsItsValues() throws Exception {
        try (RedisProcess redis = RedisProcess.start(directory)) {
            fill(redis);
            redis.call("SAVE");
            Map<String, String> values = read(directory.resolve("dump.rdb"));
            assertThat(values)
                    .hasSize(12 + 15 + 2 + 2 + 1)
                    .containsEntry("0/string:raw", "string v\0\r\n\u00ff")
                    .containsEntry("0/string:large", "string " + words(30_000, 1_000_000))
                    .containsEntry("0/string:-9223372036854775808", "string -9223372036854775808")
                    .containsEntry("0/string:expiring@33333333333333", "string v")
                    .containsEntry("0/list:3", "list [element 0, -50000, element 1, 50000, element 2, 150000]")
                    .containsEntry("0/intset:3", "set [-50000, 150000, 50000]")
                    .containsEntry("0/hash:3", "hash [field 0=0, field 1=1, field 2=2]")
                    .containsEntry("0/zset:3", "zset [member 0=0, member 1=0.125, member 2=0.25, top=inf]")
                    .containsEntry("0/list:wide", "list [" + words(500, 15_000) + ", b, " + words(500, 16_000) + "]")
                    .containsEntry("9/string:other", "string database");
        }
    }

    /** Reads a file of redis-server, writes it again, has redis-server load that, and compares the digests of all data. */
    @Test
    void fileOfRedis_writtenAgain_isTheSameToRedis() throws Exception {
        Path file = directory.resolve("dump.rdb");
        String digest;
        String stream;
        try (RedisProcess redis = RedisProcess.start(directory, "--set-max-intset-entries", "1000")) {
            fill(redis);
            redis.call("SAVE");
            digest = redis.call("DEBUG", "DIGEST");
            redis.call("SELECT", "0");
            stream = redis.call("XINFO", "STREAM", "stream", "FULL", "COUNT", "0");
        }
        Path copy = Files.createDirectory(directory.resolve("copy")).resolve("dump.rdb");
        rewrite(file, copy, false, false);
        long size = Files.size(file);
        assertThat(Files.size(copy)).isBetween(size * 98 / 100, size * 102 / 100);
        check(copy);
        try (RedisProcess redis = RedisProcess.start(copy.getParent())) {
            assertThat(redis.call("DEBUG", "DIGEST")).isEqualTo(digest);
            assertThat(redis.call("XINFO", "STREAM", "stream", "FULL", "COUNT", "0"))
                    .isEqualTo(stream);
            assertThat(redis.call("OBJECT", "ENCODING", "hash:3")).isEqualTo("listpack");
            assertThat(redis.call("PEXPIRETIME", "string:expiring")).isEqualTo("33333333333333");
        }
    }

    /**
     * Writes what is in a file into another one.
     *
     * @param hasExpiringFields whether there are hashes with fields that expire
     * @param valkey whether those are written as Valkey does
     */
    static void rewrite(Path from, Path to, boolean hasExpiringFields, boolean valkey) throws IOException {
        try (InputStream in = Files.newInputStream(from);
                OutputStream out = Files.newOutputStream(to)) {
            DatasetFormat.Reader reader = FORMAT.reader(in, from.toString());
            DatasetFormat.Writer writer =
                    new RdbWriter(new RdbOutput(out, true, true), new RdbWriter.About("7.0.15", 1, 1, false), valkey);
            if (hasExpiringFields) {
                writer.announceExpiringFields();
            }
            while (reader.next(writer)) {
                // Each call copies a key.
            }
            writer.end();
        }
    }

    private static void check(Path file) throws IOException, InterruptedException {
        String output = outputOfRedisCheck(file, 0);
        assertThat(output).contains("Checksum OK");
        assertThat(outputHere(file, true)).isEqualTo(output);
    }

    private static String outputOfRedisCheck(Path file, int exitCode) throws IOException, InterruptedException {
        Process check = new ProcessBuilder("redis-check-rdb", file.toString())
                .redirectErrorStream(true)
                .start();
        String output = new String(check.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
        assertThat(check.waitFor()).as(output).isEqualTo(exitCode);
        return output;
    }

    private static String outputHere(Path file, boolean intact) {
        ByteArrayOutputStream output = new ByteArrayOutputStream();
        RdbCheck check = new RdbCheck(new PrintStream(output, true), System::currentTimeMillis, () -> 0);
        assertThat(check.check(file)).isEqualTo(intact);
        return output.toString(StandardCharsets.ISO_8859_1);
    }

    /** Both programs find the same damage at the same place, and say so in the same words. */
    @Test
    void damagedFile_isReportedAsRedisDoes() throws Exception {
        Path file = directory.resolve("dump.rdb");
        try (RedisProcess redis = RedisProcess.start(directory)) {
            redis.call("SET", "key", "value", "PXAT", "33333333333333");
            redis.call("SAVE");
        }
        check(file);
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length - 1] ^= 1;
        Files.write(file, bytes);
        assertThat(outputHere(file, false))
                .isEqualTo(outputOfRedisCheck(file, 1))
                .contains("RDB CRC error");
        bytes[0] ^= 1;
        Files.write(file, bytes);
        assertThat(outputHere(file, false))
                .contains("[offset 9] Wrong signature trying to load DB from file")
                .contains("While doing: start");
        bytes[0] ^= 1;
        Files.write(file, Arrays.copyOf(bytes, bytes.length - 12));
        assertThat(outputHere(file, false))
                .contains("[offset " + (bytes.length - 12) + "] Unexpected EOF reading RDB file")
                .contains("Reading key 'key'")
                .contains("Reading type 0 (string)");
    }

    private static Bytes intset(int... values) {
        ByteBuffer buffer = ByteBuffer.allocate(8 + 4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        buffer.putInt(4).putInt(values.length);
        for (int value : values) {
            buffer.putInt(value);
        }
        return Bytes.of(buffer.array());
    }

    /** Random values by every call of a sink, as the engine makes them. */
    private static void tell(DatasetSink sink, Random random) throws IOException {
        ListpackBuilder listpack = new ListpackBuilder();
        for (int i = 0; i < 300; i++) {
            long expiry = random.nextInt(3) > 0 ? DatasetSink.NO_EXPIRY : 4_000_000_000_000L + i;
            sink.key(random.nextInt(3), Bytes.of("key:" + i), expiry, KeyUse.UNKNOWN);
            int count = 1 + random.nextInt(200);
            switch (i % 11) {
                case 0 -> sink.string(Bytes.of(words(3, random.nextInt(100))));
                case 1 -> sink.integer(random.nextLong() >> random.nextInt(64));
                case 2 -> {
                    sink.list(count);
                    for (int j = 0; j < count; j++) {
                        if (random.nextBoolean()) {
                            sink.listElement(Bytes.of(words(30, random.nextInt(1000))));
                        } else {
                            sink.listPage(entries(listpack, random, 1 + random.nextInt(20)));
                        }
                    }
                }
                case 3 -> sink.intset(intset(-7, 5, count + 5));
                case 4 -> {
                    listpack.begin();
                    for (int j = 0; j < count; j++) {
                        add(listpack, "m" + j);
                    }
                    sink.set(listpack.end());
                }
                case 5 -> {
                    sink.set(count);
                    for (int j = 0; j < count; j++) {
                        sink.member(Bytes.of("member" + j));
                    }
                }
                case 6 -> {
                    listpack.begin();
                    for (int j = 0; j < count; j++) {
                        add(listpack, "f" + j);
                        listpack.add(random.nextLong() >> random.nextInt(64));
                    }
                    sink.hash(listpack.end());
                }
                case 7 -> {
                    sink.hash(count);
                    for (int j = 0; j < count; j++) {
                        sink.field(Bytes.of("field" + j), Bytes.of(words(10, random.nextInt(300))));
                    }
                }
                case 8 -> {
                    listpack.begin();
                    for (int j = 0; j < count; j++) {
                        add(listpack, "m" + j);
                        add(listpack, j + ".5");
                    }
                    sink.sortedSet(listpack.end());
                }
                case 9 -> {
                    sink.sortedSet(count);
                    for (int j = 0; j < count; j++) {
                        sink.scored(Bytes.of("member" + j), random.nextGaussian() * 1e10);
                    }
                }
                default -> sink.string(Bytes.of(new byte[random.nextInt(100_000)]));
            }
        }
    }

    private static void add(ListpackBuilder listpack, String text) {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        listpack.add(bytes, 0, bytes.length);
    }

    private static Bytes entries(ListpackBuilder listpack, Random random, int count) {
        listpack.begin();
        for (int i = 0; i < count; i++) {
            if (random.nextBoolean()) {
                listpack.add(random.nextLong() >> random.nextInt(64));
            } else {
                add(listpack, words(200, random.nextInt(random.nextInt(10) == 0 ? 5000 : 100)));
            }
        }
        return listpack.end();
    }

    /** Writes random values, has redis-server load and save them, and reads what it saved. */
    @Test
    void fileWrittenHere_savedAgainByRedis_isTheSameHere() throws Exception {
        long seed = System.nanoTime();
        RecordedDataset expected = new RecordedDataset();
        tell(expected, new Random(seed));
        Path file = directory.resolve("dump.rdb");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            DatasetFormat.Writer writer = FORMAT.writer(out, false);
            tell(writer, new Random(seed));
            writer.end();
        }
        check(file);
        assertThat(read(file)).as("seed %d", seed).isEqualTo(expected.values());
        try (RedisProcess redis = RedisProcess.start(directory)) {
            redis.call("SAVE");
        }
        assertThat(read(file)).as("seed %d", seed).isEqualTo(expected.values());
    }

    private static final Map<String, String> DUMPED_KEYS = Map.of(
            "string:raw", "string v\0\r\n\u00ff",
            "string:-32769", "string -32769",
            "list:3", "list [element 0, -50000, element 1, 50000, element 2, 150000]",
            "intset:3", "set [-50000, 150000, 50000]",
            "set:3", "set [member 0, member 1, member 2]",
            "hash:3", "hash [field 0=0, field 1=1, field 2=2]",
            "zset:3", "zset [member 0=0, member 1=0.125, member 2=0.25, top=inf]");

    static Bytes latin1(String text) {
        return Bytes.of(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    static String encode(Bytes payload, boolean compressing, boolean valkey) throws IOException {
        byte[] encoded = DumpPayload.of(
                sink -> {
                    DumpPayload.read(payload, sink, () -> Long.MAX_VALUE);
                    return true;
                },
                compressing,
                valkey);
        return new String(Objects.requireNonNull(encoded), StandardCharsets.ISO_8859_1);
    }

    /** Without compression, in which programs may differ, the payloads are the same to the byte. */
    @Test
    void payloadOfRedis_encodedAgain_isTheSame() throws Exception {
        try (RedisProcess redis = RedisProcess.start(directory, "--rdbcompression", "no")) {
            fill(redis);
            redis.call("SELECT", "0");
            for (String key : redis.call("KEYS", "*").replaceAll("^\\[|]$", "").split(", ")) {
                Bytes payload = latin1(redis.call("DUMP", key));
                assertThat(DumpPayload.isAcceptable(payload, false, false))
                        .as(key)
                        .isTrue();
                assertThat(encode(payload, false, false)).as(key).isEqualTo(redis.call("DUMP", key));
            }
            for (Map.Entry<String, String> entry : DUMPED_KEYS.entrySet()) {
                RecordedDataset dataset = new RecordedDataset();
                dataset.key(0, Bytes.of("k"), DatasetSink.NO_EXPIRY, KeyUse.UNKNOWN);
                DumpPayload.read(latin1(redis.call("DUMP", entry.getKey())), dataset, () -> Long.MAX_VALUE);
                assertThat(dataset.values()).containsExactly(Map.entry("0/k", entry.getValue()));
            }
        }
    }

    @Test
    void payloadWithCompression_isRestoredByRedis() throws Exception {
        try (RedisProcess redis = RedisProcess.start(directory)) {
            fill(redis);
            redis.call("SELECT", "0");
            for (String key : redis.call("KEYS", "*").replaceAll("^\\[|]$", "").split(", ")) {
                redis.call("PERSIST", key);
                String digest = redis.call("DEBUG", "DIGEST-VALUE", key);
                String encoded = encode(latin1(redis.call("DUMP", key)), true, false);
                assertThat(encoded.length())
                        .as(key)
                        .isLessThan(redis.call("DUMP", key).length() * 102 / 100 + 8);
                assertThat(redis.call("RESTORE", key, "0", encoded, "REPLACE"))
                        .as(key)
                        .isEqualTo("OK");
                assertThat(redis.call("DEBUG", "DIGEST-VALUE", key)).as(key).isEqualTo(digest);
            }
        }
    }
}

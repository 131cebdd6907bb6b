package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.exceptions.JedisDataException;
import redis.clients.jedis.params.RestoreParams;
import redis.clients.jedis.util.SafeEncoder;

/**
 * Damaged payloads and files, given to a whole server for {@code spinel.fuzz.seconds}, 2 by default: it refuses them, or takes
 * them as values that are sound, and goes on.
 */
class SnapshotDamageIT {
    private static final long REFLECTED_POLYNOMIAL = Long.reverse(0xad93d23594c935a9L);
    private static final int FOOTER_BYTES = 10;
    private static final int SECONDS = Integer.getInteger("spinel.fuzz.seconds", 2);

    @TempDir
    Path directory;

    private final long seed = Long.getLong("spinel.fuzz.seed", System.nanoTime());
    private final Random random = new Random(seed);
    private SpinelServer server;
    private Jedis client;

    @BeforeEach
    void start() {
        System.out.println("SnapshotDamageIT: -Dspinel.fuzz.seed=" + seed);
        server = SpinelServer.builder()
                .port(0)
                .directive("dir", directory.toString())
                .directive("rdbcompression", "no")
                .directive("rdbchecksum", "no")
                .directive("enable-debug-command", "yes")
                .start();
        client = new Jedis("127.0.0.1", server.port(), 30_000);
        client.set("string", "value");
        client.set("integer", "1234567");
        for (int size : new int[] {3, 150}) {
            for (int i = 0; i < size; i++) {
                client.rpush("list:" + size, "element " + i, String.valueOf(i));
                client.sadd("set:" + size, "member " + i);
                client.sadd("intset:" + size, String.valueOf(70_000 * i));
                client.hset("hash:" + size, "field " + i, "x".repeat(size));
                client.zadd("zset:" + size, i / 4.0, "member " + i);
                client.hset("expiring:" + size, "field " + i, "v" + i);
                if (i % 3 == 0) {
                    client.hexpire("expiring:" + size, 1_000_000 + i, "field " + i);
                }
            }
        }
    }

    @AfterEach
    void stop() {
        client.close();
        server.close();
    }

    private Object send(String command, String... arguments) {
        return SafeEncoder.encodeObject(client.sendCommand(() -> SafeEncoder.encode(command), arguments));
    }

    /** A copy with a few bytes changed, removed or inserted. */
    private byte[] damaged(byte[] bytes) {
        byte[] result = bytes.clone();
        for (int changes = 1 + random.nextInt(3); changes > 0; changes--) {
            int at = random.nextInt(result.length);
            switch (random.nextInt(4)) {
                case 0 -> result[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> result[at] = (byte) (random.nextBoolean() ? 0xC0 + random.nextInt(64) : random.nextInt(256));
                case 2 -> {
                    byte[] longer = Arrays.copyOf(result, result.length + 1);
                    System.arraycopy(result, at, longer, at + 1, result.length - at);
                    result = longer;
                }
                default -> {
                    if (result.length > 1) {
                        System.arraycopy(result, at + 1, result, at, result.length - at - 1);
                        result = Arrays.copyOf(result, result.length - 1);
                    }
                }
            }
        }
        return result;
    }

    /** A value with the end of a payload: its version and the sum of its bytes. */
    private static byte[] payload(byte[] value) {
        ByteBuffer payload = ByteBuffer.allocate(value.length + FOOTER_BYTES)
                .order(ByteOrder.LITTLE_ENDIAN)
                .put(value)
                .putShort((short) 10);
        long sum = 0;
        for (int i = 0; i < payload.position(); i++) {
            sum ^= payload.get(i) & 0xff;
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                sum = (sum & 1) != 0 ? (sum >>> 1) ^ REFLECTED_POLYNOMIAL : sum >>> 1;
            }
        }
        return payload.putLong(sum).array();
    }

    @Test
    void restore_ofDamage_isRefusedOrSound() {
        List<byte[]> values = new ArrayList<>();
        for (String key : client.keys("*")) {
            byte[] dump = client.dump(key);
            values.add(Arrays.copyOf(dump, dump.length - FOOTER_BYTES));
        }
        RestoreParams replace = RestoreParams.restoreParams().replace();
        int restored = 0;
        int refused = 0;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() < end) {
            byte[] payload = payload(damaged(values.get(random.nextInt(values.size()))));
            String what = "seed " + seed + ": " + HexFormat.of().formatHex(payload);
            try {
                client.restore("key", 0, payload, replace);
                restored++;
            } catch (JedisDataException e) {
                assertThat(e).as(what).hasMessage("ERR Bad data format");
                refused++;
                continue;
            }
            byte[] dump = client.dump("key");
            if (dump == null) {
                // The damage has all fields of a hash expire in the past.
                continue;
            }
            assertThat(client.restore("copy", 0, dump, replace)).as(what).isEqualTo("OK");
            assertThat(send("DEBUG", "DIGEST-VALUE", "copy")).as(what).isEqualTo(send("DEBUG", "DIGEST-VALUE", "key"));
        }
        assertThat(restored).isPositive();
        assertThat(refused).isPositive();
    }

    @Test
    void reload_ofDamage_isRefusedOrSound() throws IOException {
        client.save();
        byte[] file = Files.readAllBytes(directory.resolve("dump.rdb"));
        int loaded = 0;
        int refused = 0;
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(SECONDS);
        while (System.nanoTime() < end) {
            byte[] damaged = damaged(file);
            Files.write(directory.resolve("dump.rdb"), damaged);
            String what = "seed " + seed + ": " + HexFormat.of().formatHex(damaged);
            try {
                send("DEBUG", "RELOAD", "NOSAVE");
                loaded++;
            } catch (JedisDataException e) {
                assertThat(e).as(what).hasMessage("ERR Error trying to load the RDB dump, check server logs.");
                assertThat(client.dbSize()).as(what).isZero();
                refused++;
                continue;
            }
            Object digest = send("DEBUG", "DIGEST");
            assertThat(send("DEBUG", "RELOAD")).as(what).isEqualTo("OK");
            assertThat(send("DEBUG", "DIGEST")).as(what).isEqualTo(digest);
        }
        assertThat(loaded).isPositive();
        assertThat(refused).isPositive();
    }
}

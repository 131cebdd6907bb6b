package dev.spinel.rdb;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.keyspace.Keyspace;
import dev.spinel.engine.PortsProbe;
import dev.spinel.engine.command.CommandTester;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.KeyUse;
import dev.spinel.engine.snapshot.ValueTransfer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any value in a payload with the right checksum, by Jazzer, see {@code RequestDecoderFuzzTest}: the engine refuses it, or has
 * a value of which all commands tell the same, before and after it was saved.
 */
class RestoreFuzzTest {
    private static final long ARENA_BYTES = 256L << 20;
    private static final Pattern USED_MEMORY = Pattern.compile("used_memory:(\\d+)");
    private static final Bytes KEY = Bytes.of("key");
    private static final Bytes COPY = Bytes.of("copy");

    /** What is asked of a value by the answer of TYPE, and done to it, more than once. */
    private static final Map<String, List<String>> COMMANDS = Map.of(
            "string",
            List.of(
                    "STRLEN key",
                    "GETRANGE key 1 -2",
                    "BITCOUNT key",
                    "BITPOS key 1",
                    "PFCOUNT key",
                    "PFADD key a b c",
                    "PFMERGE key key",
                    "INCR key",
                    "INCRBYFLOAT key 0.5",
                    "APPEND key tail",
                    "SETRANGE key 3 x",
                    "SETBIT key 17 1"),
            "list",
            List.of(
                    "LRANGE key 0 -1",
                    "LINDEX key -1",
                    "LPOS key a",
                    "LPUSH key a 1 2",
                    "RPUSH key b -5",
                    "LSET key 1 longer-than-before",
                    "LINSERT key BEFORE a 12345",
                    "LREM key 0 1",
                    "LMOVE key key LEFT RIGHT",
                    "LTRIM key 1 -2",
                    "RPOP key 2"),
            "set",
            List.of(
                    "SMEMBERS key",
                    "SSCAN key 0 COUNT 1000",
                    "SRANDMEMBER key -5",
                    "SISMEMBER key 7",
                    "SADD key a 1 99999999999",
                    "SREM key b 7",
                    "SPOP key"),
            "hash",
            List.of(
                    "HGETALL key",
                    "HSCAN key 0 COUNT 1000",
                    "HRANDFIELD key -5 WITHVALUES",
                    "HTTL key FIELDS 1 f",
                    "HSET key f v g 12",
                    "HINCRBY key g 5",
                    "HEXPIRE key 100 FIELDS 1 f",
                    "HPERSIST key FIELDS 1 f",
                    "HDEL key g v"),
            "zset",
            List.of(
                    "ZRANGE key 0 -1 WITHSCORES",
                    "ZREVRANGEBYSCORE key +inf -inf",
                    "ZRANDMEMBER key -5",
                    "ZSCAN key 0 COUNT 1000",
                    "ZADD key 1.5 a -inf b 3 99",
                    "ZINCRBY key -1 a",
                    "ZRANK key a",
                    "ZREMRANGEBYRANK key 1 1",
                    "ZPOPMAX key"),
            "stream",
            List.of(
                    "XRANGE key - +",
                    "XREVRANGE key + -",
                    "XINFO STREAM key FULL",
                    "XINFO GROUPS key",
                    "XPENDING key group",
                    "XADD key * f v",
                    "XGROUP CREATE key group 0",
                    "XREADGROUP GROUP group consumer COUNT 3 STREAMS key >",
                    "XAUTOCLAIM key group other 0 0",
                    "XDEL key 0-0 0-1",
                    "XTRIM key MAXLEN 2",
                    "XGROUP DELCONSUMER key group consumer",
                    "XGROUP DESTROY key group"));

    private final PortsProbe probe = new PortsProbe();
    private final CommandTester tester = new CommandTester(List.of(probe), ARENA_BYTES);
    private final ValueTransfer values = probe.ports().values();
    private final Keyspace keyspace = probe.ports().keyspaces().get(0);
    private final long emptyBytes = usedBytes();

    static Stream<byte[]> anyValue_isRefusedOrIsOne() {
        return SampleFiles.values().stream().map(RdbBytes::toByteArray);
    }

    /** @param value a type and what follows it */
    @MethodSource
    @FuzzTest(maxDuration = "10s")
    void anyValue_isRefusedOrIsOne(byte @NotNull [] value) throws IOException {
        if (restore(RdbDamageTest.withFooter(value), KEY)) {
            String type = tester.send("TYPE key");
            requireSameWhenSaved();
            for (int round = 0; round < 2; round++) {
                COMMANDS.getOrDefault(type, List.of()).forEach(tester::send);
                requireSameWhenSaved();
            }
            tester.send("DEL key");
        }
        assertThat(usedBytes()).isEqualTo(emptyBytes);
    }

    private boolean restore(byte[] payload, Bytes key) throws IOException {
        try {
            DumpPayload.read(Bytes.of(payload), values.begin(), () -> ARENA_BYTES);
        } catch (InvalidDatasetException e) {
            values.drop();
            return false;
        }
        values.put(keyspace, key, Keyspace.NO_EXPIRY, KeyUse.UNKNOWN);
        return true;
    }

    private void requireSameWhenSaved() throws IOException {
        byte[] saved = DumpPayload.of(sink -> values.tell(keyspace, KEY, sink), true, false);
        if (saved != null) {
            assertThat(restore(saved, COPY)).isTrue();
            assertThat(tester.send("DEBUG DIGEST-VALUE copy")).isEqualTo(tester.send("DEBUG DIGEST-VALUE key"));
            tester.send("DEL copy");
        }
    }

    private long usedBytes() {
        Matcher used = USED_MEMORY.matcher(tester.send("INFO memory"));
        assertThat(used.find()).isTrue();
        return Long.parseLong(used.group(1));
    }
}

package dev.spinel.engine.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class EvictionTest {
    private static final String OOM = "-OOM command not allowed when used memory > 'maxmemory'.";

    private final CommandTester tester = new CommandTester();
    private final String value = "v".repeat(1000);

    private long info(String field) {
        String text = tester.send("INFO everything");
        int at = text.indexOf(field + ":") + field.length() + 1;
        return Long.parseLong(text.substring(at, text.indexOf('\r', at)));
    }

    private void limit(String policy, long roomBytes) {
        tester.send("CONFIG SET maxmemory-policy " + policy);
        tester.send("CONFIG SET maxmemory " + (info("used_memory") + roomBytes));
    }

    private void fill(int from, int count, String options) {
        for (int i = from; i < from + count; i++) {
            assertThat(tester.send("SET key:" + i + " " + value + options)).isEqualTo("OK");
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "allkeys-lru",
                "allkeys-lrm",
                "allkeys-lfu",
                "allkeys-random",
                "volatile-lru",
                "volatile-lrm",
                "volatile-lfu",
                "volatile-random",
                "volatile-ttl"
            })
    void anyPolicy_keepsMemoryBelowTheLimit(String policy) {
        limit(policy, 200_000);
        for (int i = 0; i < 1000; i++) {
            tester.send("SELECT " + i % 2);
            fill(i, 1, " EX 1000");
            assertThat(info("used_memory")).isLessThanOrEqualTo(info("maxmemory") + 2000);
        }
        assertThat(info("evicted_keys")).isGreaterThan(500);
    }

    @Test
    void noEviction_refusesWritesUntilThereIsRoom() {
        limit("noeviction", 100_000);
        fill(0, 90, "");
        String reply = "OK";
        for (int i = 100; i < 200 && reply.equals("OK"); i++) {
            reply = tester.send("SET key:" + i + " " + value);
        }
        assertThat(reply).isEqualTo(OOM);
        assertThat(tester.send("GET key:0")).isNotEmpty();
        tester.send("DEL key:0 key:1 key:2");
        assertThat(tester.send("SET small 1")).isEqualTo("OK");
        assertThat(info("evicted_keys")).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"volatile-lru", "volatile-lfu", "volatile-random", "volatile-ttl"})
    void volatilePolicy_sparesKeysWithoutTimeToLive(String policy) {
        fill(0, 2000, "");
        tester.send("SET old " + value + " EX 1000");
        limit(policy, 500);
        assertThat(tester.send("SET a " + value)).isEqualTo("OK");
        assertThat(tester.send("SET b 1")).isEqualTo("OK");
        assertThat(tester.send("EXISTS old")).isEqualTo("0");
        assertThat(tester.send("DBSIZE")).isEqualTo("2002");
        fillUntilRefused();
        assertThat(info("evicted_keys")).isEqualTo(1);
    }

    private void fillUntilRefused() {
        for (int i = 0; i < 100; i++) {
            if (tester.send("SET more:" + i + " " + value).equals(OOM)) {
                return;
            }
        }
        throw new AssertionError("never refused");
    }

    @Test
    void evictedKey_isDeletedInTheLogAndForWatchers() {
        tester.send("CONFIG SET notify-keyspace-events Ee");
        CommandTester.Session watcher = tester.connect();
        CommandTester.Session subscriber = tester.connect();
        subscriber.send("SUBSCRIBE __keyevent@0__:evicted");
        tester.send("SET old 1");
        watcher.send("WATCH old");
        watcher.send("MULTI");
        tester.takeEffects();
        limit("allkeys-lru", -1);
        tester.send("GET other");
        assertThat(tester.takeEffects()).isEqualTo(List.of("DEL old"));
        assertThat(subscriber.take()).contains("__keyevent@0__:evicted", "old");
        assertThat(watcher.send("EXEC")).isEqualTo("nil-array");
    }

    @Test
    void leastRecentlyUsed_goFirst() {
        fill(0, 200, "");
        tester.advanceMillis(100_000);
        for (int i = 0; i < 100; i++) {
            tester.send("GET key:" + i);
        }
        limit("allkeys-lru", 0);
        fill(1000, 50, "");
        int lost = 0;
        for (int i = 0; i < 100; i++) {
            lost += tester.send("EXISTS key:" + i).equals("0") ? 1 : 0;
        }
        assertThat(info("evicted_keys")).isBetween(45L, 60L);
        assertThat(lost).isLessThanOrEqualTo(3);
    }

    @Test
    void frequency_growsByUseAndDecaysByTime() {
        tester.send("CONFIG SET maxmemory-policy allkeys-lfu");
        tester.send("SET key 1");
        assertThat(tester.send("OBJECT FREQ key")).isEqualTo("5");
        for (int i = 0; i < 1000; i++) {
            tester.send("GET key");
        }
        long counter = Long.parseLong(tester.send("OBJECT FREQ key"));
        assertThat(counter).isBetween(12L, 30L);
        tester.advanceMillis(5 * 60_000);
        assertThat(tester.send("OBJECT FREQ key")).isEqualTo(Long.toString(counter - 5));
        tester.advanceMillis(100 * 60_000);
        assertThat(tester.send("OBJECT FREQ key")).isEqualTo("0");
        assertThat(tester.send("OBJECT IDLETIME key")).startsWith("-ERR An LFU maxmemory policy is selected");
    }

    @Test
    void modificationAge_isNotChangedByReads() {
        tester.send("CONFIG SET maxmemory-policy allkeys-lrm");
        tester.send("SET string 1");
        tester.send("RPUSH list a");
        tester.advanceMillis(50_000);
        for (String line : new String[] {"GET string", "LLEN list", "TOUCH string", "EXISTS list"}) {
            tester.send(line);
        }
        assertThat(tester.send("OBJECT IDLETIME string")).isEqualTo("50");
        assertThat(tester.send("OBJECT IDLETIME list")).isEqualTo("50");
        tester.send("INCR string");
        tester.send("RPUSH list b");
        assertThat(tester.send("OBJECT IDLETIME string")).isEqualTo("0");
        assertThat(tester.send("OBJECT IDLETIME list")).isEqualTo("0");
    }

    @Test
    void modificationAge_isNotChangedByWritesWithoutEffect() {
        tester.send("CONFIG SET maxmemory-policy allkeys-lrm");
        tester.send("HSET hash a 1");
        tester.advanceMillis(50_000);
        tester.send("HDEL hash nosuch");
        tester.send("HSETNX hash a 2");
        assertThat(tester.send("OBJECT IDLETIME hash")).isEqualTo("50");
        tester.send("EXPIRE hash 1000");
        assertThat(tester.send("OBJECT IDLETIME hash")).isEqualTo("0");
    }

    @Test
    void digest_isNoAccess() {
        tester.send("CONFIG SET maxmemory-policy allkeys-lru");
        tester.send("HSET hash a 1");
        tester.advanceMillis(50_000);
        tester.send("DEBUG DIGEST");
        tester.send("DEBUG DIGEST-VALUE hash");
        assertThat(tester.send("OBJECT IDLETIME hash")).isEqualTo("50");
    }

    @Test
    void leastRecentlyModified_goesFirstThoughItIsRead() {
        tester.send("CONFIG SET maxmemory-samples 64");
        limit("allkeys-lrm", 120_000);
        fill(0, 50, "");
        tester.advanceMillis(60_000);
        fill(50, 40, "");
        for (int i = 0; i < 50; i++) {
            tester.send("GET key:" + i);
        }
        tester.advanceMillis(60_000);
        fill(90, 50, "");
        int lost = 0;
        for (int i = 50; i < 90; i++) {
            lost += tester.send("EXISTS key:" + i).equals("0") ? 1 : 0;
        }
        assertThat(info("evicted_keys")).isGreaterThan(20);
        assertThat(lost).isLessThanOrEqualTo(3);
    }
}

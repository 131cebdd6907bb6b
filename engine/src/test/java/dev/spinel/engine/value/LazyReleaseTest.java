package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.engine.command.CommandTester;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LazyReleaseTest {
    private final CommandTester tester = new CommandTester();

    private void fill(String command, int elements) {
        for (int i = 0; i < elements; i++) {
            tester.send(command + (command.startsWith("zadd") ? " " + i : "") + " element:" + i
                    + (command.startsWith("hset") ? " value" : ""));
        }
    }

    private String figure(String name) {
        return tester.send("info memory")
                .lines()
                .filter(line -> line.startsWith(name + ":"))
                .findFirst()
                .orElseThrow()
                .substring(name.length() + 1)
                .strip();
    }

    private void awaitRelease() {
        for (int turns = 0;
                turns < 10_000 && !figure("lazyfree_pending_objects").equals("0");
                turns++) {
            tester.advanceMillis(1);
        }
        assertThat(figure("lazyfree_pending_objects")).isEqualTo("0");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sadd key", "hset key", "zadd key", "rpush key"})
    void unlink_releasesLargeValuesBetweenTurns(String command) {
        String before = figure("allocator_allocated");
        fill(command, 5000);
        assertThat(tester.send("unlink key")).contains("1");
        assertThat(figure("lazyfree_pending_objects")).isEqualTo("1");
        assertThat(Long.parseLong(figure("allocator_allocated"))).isGreaterThan(Long.parseLong(before));
        awaitRelease();
        assertThat(figure("lazyfreed_objects")).isEqualTo("1");
        assertThat(figure("allocator_allocated")).isEqualTo(before);
    }

    @Test
    void del_releasesAtOnceUnlessConfigured() {
        String before = figure("allocator_allocated");
        fill("sadd key", 1000);
        tester.send("del key");
        assertThat(figure("allocator_allocated")).isEqualTo(before);
        assertThat(figure("lazyfree_pending_objects")).isEqualTo("0");
        tester.send("config set lazyfree-lazy-user-del yes");
        fill("sadd key", 1000);
        tester.send("del key");
        assertThat(figure("lazyfree_pending_objects")).isEqualTo("1");
    }

    @Test
    void replacedValue_waitsWithServerDel() {
        tester.send("config set lazyfree-lazy-server-del yes");
        fill("sadd key", 1000);
        tester.send("set key value");
        assertThat(figure("lazyfree_pending_objects")).isEqualTo("1");
        awaitRelease();
        assertThat(tester.send("get key")).contains("value");
    }

    @ParameterizedTest
    @ValueSource(strings = {"flushall async", "flushdb async", "flushdb"})
    void flush_emptiesAtOnceAndReleasesLater(String command) {
        tester.send("config set lazyfree-lazy-user-flush yes");
        String before = figure("allocator_allocated");
        fill("sadd key", 3000);
        for (int i = 0; i < 3000; i++) {
            tester.send("set key:" + i + " value");
        }
        tester.send("expire key:1 100");
        tester.send(command);
        assertThat(tester.send("dbsize")).contains("0");
        assertThat(figure("lazyfree_pending_objects")).isEqualTo("3001");
        assertThat(tester.send("set key:1 new")).contains("OK");
        awaitRelease();
        assertThat(figure("lazyfreed_objects")).isEqualTo("3001");
        assertThat(tester.send("get key:1")).contains("new");
        tester.send("del key:1");
        assertThat(figure("allocator_allocated")).isEqualTo(before);
        tester.send("config resetstat");
        assertThat(figure("lazyfreed_objects")).isEqualTo("0");
    }

    @Test
    void run_stopsWhenTheTimeIsUp() {
        LazyRelease release = new LazyRelease();
        int[] pieces = new int[1];
        release.add(() -> ++pieces[0] == 3, 7);
        release.run(0);
        assertThat(pieces[0]).isZero();
        assertThat(release.pendingObjects()).isEqualTo(7);
        release.run(Long.MAX_VALUE);
        assertThat(pieces[0]).isEqualTo(3);
        assertThat(release.isPending()).isFalse();
        assertThat(release.releasedObjects()).isEqualTo(7);
    }
}

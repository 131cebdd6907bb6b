package dev.spinel.engine.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.engine.PortsProbe;
import dev.spinel.engine.admin.FixedProcess;
import dev.spinel.engine.command.CommandTester;
import dev.spinel.engine.command.RandomCommands;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.ForwardingSink;
import dev.spinel.engine.dataset.IgnoringSink;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.KeyUse;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;

/** Snapshots of data that change meanwhile, loaded into another engine. */
final class SnapshotsTest {
    /** What changes large values in all ways that there are. */
    private static final String[] LARGE_CHANGES = {
        "HSET bighash field%n changed",
        "HDEL bighash field%n",
        "HINCRBY bighash counter 1",
        "HEXPIRE bighash 100 FIELDS 2 field%n field%n",
        "HPERSIST bighash FIELDS 1 field%n",
        "HSETEX bighash EX 200 FIELDS 1 field%n %v",
        "SADD bigset new%n",
        "SREM bigset member%n",
        "SPOP bigset 3",
        "ZADD bigzset %n member%n",
        "ZINCRBY bigzset 1.5 member%n",
        "ZREM bigzset member%n",
        "ZREMRANGEBYRANK bigzset 0 2",
        "ZPOPMAX bigzset 2",
        "LPUSH biglist %v",
        "RPUSH biglist %v %v",
        "LPOP biglist",
        "RPOP biglist 3",
        "LSET biglist %n a-longer-element-than-before",
        "LREM biglist 1 element%n",
        "LINSERT biglist BEFORE element%n inserted",
        "LTRIM biglist 3 -3",
        "XADD bigstream * field %v",
        "XADD bigstream MAXLEN ~ 11000 * other %v",
        "XDEL bigstream %n-1",
        "XTRIM bigstream MINID = %n",
        "XREADGROUP GROUP group consumer COUNT 20 STREAMS bigstream >",
        "XACK bigstream group %n-1",
        "XGROUP DELCONSUMER bigstream group consumer2",
        "XCLAIM bigstream group consumer2 0 %n-1",
        "XNACK bigstream group FAIL IDS 1 %n-1",
        "XADD bigstream IDMP producer%n id%n * f v",
    };

    private static final String[] RARE_CHANGES = {
        "RENAME bighash bighash2",
        "RENAME bighash2 bighash",
        "COPY biglist biglist2 REPLACE",
        "DEL bigset",
        "SUNIONSTORE bigset bigset2 bigset",
        "UNLINK bigzset",
        "ZUNIONSTORE bigzset 1 bigzset2",
        "LTRIM biglist 1000 1500",
        "XGROUP DESTROY bigstream group",
        "XTRIM bigstream MAXLEN 100",
        "COPY bigstream bigstream2 REPLACE",
        "MOVE biglist2 1",
        "FLUSHDB ASYNC",
        "FLUSHDB",
        "SWAPDB 0 1",
    };

    private final PortsProbe probe = new PortsProbe();
    private final CommandTester server = new CommandTester(new FixedProcess(), List.of(probe));

    /** Loads a snapshot into an engine of its own. */
    private static class Copy implements SnapshotTarget {
        private final PortsProbe probe = new PortsProbe();
        private final CommandTester engine = new CommandTester(new FixedProcess(), List.of(probe));

        @Nullable
        Throwable failure;

        boolean completed;
        boolean discarded;
        boolean ended;

        @Override
        public DatasetSink open() throws IOException {
            probe.ports().loader().begin(true);
            return probe.ports().loader();
        }

        @Override
        public void complete() throws IOException {
            completed = true;
        }

        @Override
        public void discard() {
            discarded = true;
        }

        @Override
        public void ended(@Nullable Throwable reason) {
            failure = reason;
            ended = true;
        }
    }

    private void fillLarge(int elements) {
        for (int i = 0; i < elements; i += 100) {
            StringBuilder hash = new StringBuilder("HSET bighash");
            StringBuilder set = new StringBuilder();
            StringBuilder zset = new StringBuilder();
            StringBuilder list = new StringBuilder("RPUSH biglist");
            for (int k = i; k < i + 100; k++) {
                hash.append(" field").append(k).append(" some-value-").append(k);
                set.append(" member").append(k);
                zset.append(' ').append(k % 300).append(" member").append(k);
                list.append(" element").append(k);
            }
            server.send(hash.toString());
            server.send("SADD bigset" + set);
            server.send("SADD bigset2" + set);
            server.send("ZADD bigzset" + zset);
            server.send("ZADD bigzset2" + zset);
            server.send(list.toString());
            for (int k = i; k < i + 100; k++) {
                server.send("XADD bigstream " + (k + 1) + "-1 field some-value-" + k);
            }
        }
        server.send("XGROUP CREATE bigstream group 0");
        server.send("XREADGROUP GROUP group consumer COUNT 5000 STREAMS bigstream >");
    }

    @RepeatedTest(8)
    void dataThatChange_areWhatTheyWereAtTheCut() {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        RandomCommands commands = new RandomCommands(random);
        for (int cut = 0; cut < 3; cut++) {
            fillLarge(12_000);
            for (int i = 0; i < 3000; i++) {
                server.send(commands.next());
            }
            server.send("SELECT 0");
            String expected = server.send("DEBUG DIGEST");
            String expectedStream = server.send("XINFO STREAM bigstream FULL COUNT 0");
            String expectedAbove = inDatabase1("DBSIZE");
            Copy copy = new Copy();
            probe.ports().snapshots().start(copy);
            long turns = 0;
            while (!copy.ended) {
                int changes = random.nextInt(60);
                for (int i = 0; i < changes; i++) {
                    boolean rare = random.nextInt(400) == 0;
                    String[] templates = rare ? RARE_CHANGES : LARGE_CHANGES;
                    server.send(
                            random.nextInt(3) == 0
                                    ? commands.next()
                                    : commands.fill(templates[random.nextInt(templates.length)]));
                }
                server.endTurn();
                turns++;
            }
            assertThat(copy.failure).as("seed %s", seed).isNull();
            assertThat(copy.completed).isTrue();
            assertThat(turns).isGreaterThan(3);
            assertThat(copy.engine.send("DEBUG DIGEST"))
                    .as("seed %s, cut %s", seed, cut)
                    .isEqualTo(expected);
            assertThat(copy.engine.send("XINFO STREAM bigstream FULL COUNT 0"))
                    .as("seed %s, cut %s", seed, cut)
                    .isEqualTo(expectedStream);
            copy.engine.send("SELECT 1");
            assertThat(copy.engine.send("DBSIZE")).as("seed %s", seed).isEqualTo(expectedAbove);
            server.send("SELECT 0");
        }
        assertEverythingIsReleased();
    }

    @Test
    void sizesOfDatabases_areToldFirst() {
        server.send("MSET a 1 b 2 c 3");
        server.send("EXPIRE a 100");
        server.send("SELECT 3");
        server.send("SET d 4");
        List<String> told = new ArrayList<>();
        Copy copy = new Copy() {
            @Override
            public DatasetSink open() {
                return new IgnoringSink() {
                    @Override
                    public void expectKeys(int database, long keys, long expiring) {
                        told.add(database + ": " + keys + ", " + expiring);
                    }

                    @Override
                    public void key(int database, Bytes key, long expiresAtMillis, long use) {
                        told.add(key.toString());
                    }
                };
            }
        };
        probe.ports().snapshots().start(copy);
        server.send("DEL d");
        while (!copy.ended) {
            server.endTurn();
        }
        assertThat(told).startsWith("0: 3, 1", "3: 1, 0").hasSize(6);
        told.clear();
        probe.ports().snapshots().write(copy);
        assertThat(told).startsWith("0: 3, 1").hasSize(4);
    }

    private String inDatabase1(String line) {
        server.send("SELECT 1");
        String reply = server.send(line);
        server.send("SELECT 0");
        return reply;
    }

    /** The arena is as empty as a new one once all keys are gone, also those that a snapshot outlived. */
    private void assertEverythingIsReleased() {
        server.send("FLUSHALL");
        server.send("SELECT 0");
        String empty = allocated(new CommandTester());
        for (int turn = 0; turn < 20_000 && !allocated(server).equals(empty); turn++) {
            server.endTurn();
        }
        assertThat(allocated(server)).isEqualTo(empty);
    }

    private static String allocated(CommandTester tester) {
        return tester.send("INFO memory")
                .lines()
                .filter(line -> line.startsWith("allocator_allocated:"))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void loadedFieldThatExpiresLaterThanRedisKnows_getsTheLatestTime() throws IOException {
        Copy copy = new Copy();
        DatasetSink sink = copy.open();
        sink.key(0, Bytes.of("h"), DatasetSink.NO_EXPIRY, KeyUse.UNKNOWN);
        sink.expiringHash(2, 0);
        sink.expiringField(Bytes.of("f"), Bytes.of("v"), Long.MAX_VALUE);
        assertThatThrownBy(() -> sink.expiringField(Bytes.of("g"), Bytes.of("v"), 0))
                .isInstanceOf(InvalidDatasetException.class);
        assertThat(copy.engine.send("HPEXPIRETIME h FIELDS 1 f")).isEqualTo("[" + HashValue.MAX_EXPIRY_MILLIS + "]");
    }

    /** Has one that is running end, without a turn of the engine. */
    private static void finish(Snapshots snapshots) {
        while (!snapshots.isIdle()) {
            snapshots.advance(1_000_000, false);
        }
    }

    @Test
    void streamWithProducersAndReleasedEntries_isLoadedAsItWas() {
        server.send("XADD s IDMP p a * f 1");
        server.send("XCFGSET s IDMP-MAXSIZE 3");
        for (int i = 0; i < 5; i++) {
            server.send("XADD s IDMP p " + i + " * f v");
            server.send("XADD s IDMPAUTO q * f " + i);
        }
        server.send("XADD s IDMP " + "p".repeat(100_000) + " long * f v");
        server.send("XADD s IDMP " + "p".repeat(100_000) + " longer * f v");
        server.send("XADD s IDMP p 4 * f v");
        server.send("XGROUP CREATE s g 0");
        server.send("XREADGROUP GROUP g alice COUNT 3 STREAMS s >");
        String last = server.nowMillis() + "-2";
        server.send("XNACK s g FATAL IDS 2 " + last + " " + server.nowMillis() + "-0");
        Copy written = new Copy();
        probe.ports().snapshots().write(written);
        assertThat(written.completed).isTrue();
        for (String line : new String[] {
            "XINFO STREAM s FULL", "XPENDING s g - + 10", "XADD s IDMP p 2 * f v", "XADD s IDMP p 1 * f v"
        }) {
            assertThat(written.engine.send(line)).as(line).isEqualTo(server.send(line));
        }
        assertThat(server.send("XINFO STREAM s"))
                .contains("idmp-maxsize 3 pids-tracked 3 iids-tracked 8 iids-added 14 iids-duplicates 2");
        assertThat(written.engine.send("XREADGROUP GROUP g bob CLAIM 500 COUNT 1 STREAMS s >"))
                .contains("[" + server.nowMillis() + "-0 ");
        assertThat(server.send("XREADGROUP GROUP g bob CLAIM 500 COUNT 1 STREAMS s >"))
                .contains("[" + last + " ");
    }

    @Test
    void write_tellsWhatThereIsWhileAnotherOneIsRunning() {
        fillLarge(5000);
        server.send("HEXPIRE bighash 100 FIELDS 1 field2");
        Copy running = new Copy();
        probe.ports().snapshots().start(running);
        server.send("HSET bighash field1 changed");
        Copy written = new Copy();
        probe.ports().snapshots().write(written);
        assertThat(written.ended).isTrue();
        assertThat(written.completed).isTrue();
        assertThat(written.engine.send("HGET bighash field1")).isEqualTo("changed");
        assertThat(written.engine.send("DEBUG DIGEST")).isEqualTo(server.send("DEBUG DIGEST"));
        assertThat(running.ended).isFalse();
        finish(probe.ports().snapshots());
        assertThat(running.engine.send("HGET bighash field1")).contains("some-value-1");
        assertEverythingIsReleased();
    }

    @Test
    void write_thatFails_discards() {
        IOException full = new IOException("No space left on device");
        Copy failing = new Copy() {
            @Override
            public void complete() throws IOException {
                throw full;
            }
        };
        probe.ports().snapshots().write(failing);
        assertThat(failing.failure).isSameAs(full);
        assertThat(failing.discarded).isTrue();
    }

    @Test
    void cancel_discardsAndLetsTheNextOneBegin() {
        fillLarge(5000);
        Copy cancelled = new Copy();
        probe.ports().snapshots().start(cancelled);
        server.send("DEL biglist");
        assertThatThrownBy(() -> probe.ports().snapshots().start(new Copy())).isInstanceOf(IllegalStateException.class);
        probe.ports().snapshots().cancel();
        assertThat(cancelled.discarded).isTrue();
        assertThat(cancelled.failure).isInstanceOf(CancellationException.class);
        Copy next = new Copy();
        probe.ports().snapshots().start(next);
        server.send("FLUSHALL");
        finish(probe.ports().snapshots());
        assertThat(next.failure).isNull();
        assertThat(next.engine.send("DBSIZE")).contains("6");
        assertEverythingIsReleased();
    }

    @Test
    void cancel_leavesAWalkThatTellsNothing() {
        for (int i = 0; i < 20_000; i++) {
            server.send("SET k" + i + " v");
        }
        Snapshots snapshots = probe.ports().snapshots();
        snapshots.start(new Copy());
        snapshots.advance(0, false);
        snapshots.cancel();
        long told = snapshots.keysProcessed();
        assertThat(told).isBetween(1L, 1000L);
        assertThat(snapshots.isIdle()).isFalse();
        server.send("SET k19999 changed");
        for (int turn = 0; turn < 100; turn++) {
            snapshots.advance(0, false);
        }
        assertThat(snapshots.keysProcessed()).isEqualTo(told);
        for (int turn = 0; turn < 1000; turn++) {
            snapshots.advance(0, false);
        }
        assertThat(snapshots.isIdle()).isTrue();
        Copy next = new Copy();
        snapshots.start(next);
        finish(snapshots);
        assertThat(next.engine.send("DBSIZE")).contains("20000");
        assertThat(next.engine.send("GET k19999")).isEqualTo("changed");
    }

    @Test
    void contents_withoutKeys_cutsNothing() {
        server.send("SET k v");
        Copy copy = new Copy() {
            @Override
            public Contents contents() {
                return new Contents(false, true);
            }
        };
        probe.ports().snapshots().start(copy);
        assertThat(probe.ports().snapshots().keysTotal()).isZero();
        finish(probe.ports().snapshots());
        assertThat(copy.completed).isTrue();
        assertThat(copy.engine.send("DBSIZE")).contains("0");
    }

    @Test
    void keyDelay_keepsASnapshotRunningUntilItIsCancelledOrTheDelayEnds() {
        server.send("SET k v");
        server.send("CONFIG SET rdb-key-save-delay 2000000000");
        Copy cancelled = new Copy();
        probe.ports().snapshots().start(cancelled);
        probe.ports().snapshots().advance(1_000_000, false);
        assertThat(probe.ports().snapshots().isRunning()).isTrue();
        probe.ports().snapshots().cancel();
        assertThat(cancelled.failure).isInstanceOf(CancellationException.class);
        Copy next = new Copy();
        probe.ports().snapshots().start(next);
        server.send("CONFIG SET rdb-key-save-delay 0");
        finish(probe.ports().snapshots());
        assertThat(next.failure).isNull();
    }

    @Test
    void failingTarget_endsWithItsFailureAndLeavesTheServerAsItWas() {
        fillLarge(5000);
        IOException full = new IOException("No space left on device");
        Copy failing = new Copy() {
            @Override
            public DatasetSink open() throws IOException {
                throw full;
            }
        };
        probe.ports().snapshots().start(failing);
        for (int turn = 0; turn < 100_000 && !failing.ended; turn++) {
            server.endTurn();
        }
        assertThat(failing.failure).isSameAs(full);
        assertThat(failing.discarded).isTrue();
        assertThat(server.send("HGET bighash field1")).contains("some-value-1");
        assertEverythingIsReleased();
    }

    @Test
    void changesBeyondTheRoomThereIs_failTheSnapshotAndNothingElse() throws InterruptedException {
        for (int i = 0; i < 2000; i++) {
            server.send("SET k" + i + " " + "v".repeat(1000));
        }
        fillLarge(5000);
        CountDownLatch diskIsSlow = new CountDownLatch(1);
        Copy slow = new Copy() {
            @Override
            public DatasetSink open() throws IOException {
                try {
                    diskIsSlow.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return super.open();
            }
        };
        Snapshots snapshots =
                new Snapshots(probe.ports().keyspaces(), Thread::new, () -> {}, sink -> {}, () -> 1 << 20);
        snapshots.start(slow);
        for (int i = 0; i < 2000; i++) {
            server.send("SET k" + i + " changed");
            assertThat(snapshots.recordedBytes()).isLessThan((1 << 20) + (64 << 10));
        }
        server.send("HSET bighash field1 changed");
        diskIsSlow.countDown();
        while (!snapshots.isIdle()) {
            snapshots.advance(1_000_000, false);
        }
        assertThat(slow.failure).isInstanceOf(IOException.class).hasMessageContaining("not enough memory");
        assertThat(slow.discarded).isTrue();
        assertThat(server.send("GET k1999")).isEqualTo("changed");
        assertEverythingIsReleased();
    }

    @Test
    void stringOfMegabytes_isToldInPieces() {
        server.send("SET before v");
        server.send("SETRANGE big 10000000 end");
        server.send("SET after v");
        String expected = server.send("DEBUG DIGEST");
        List<Integer> pieces = new ArrayList<>();
        Copy copy = new Copy() {
            @Override
            public DatasetSink open() throws IOException {
                DatasetSink loader = super.open();
                return new ForwardingSink() {
                    @Override
                    protected DatasetSink target() {
                        return loader;
                    }

                    @Override
                    public void longString(byte[][] value) throws IOException {
                        for (byte[] piece : value) {
                            pieces.add(piece.length);
                        }
                        super.longString(value);
                    }

                    @Override
                    public void announceExpiringFields() {}

                    @Override
                    public void library(Bytes code) {}

                    @Override
                    public void key(int database, Bytes key, long expiresAtMillis, long use) throws IOException {
                        loader.key(database, key, expiresAtMillis, use);
                    }
                };
            }
        };
        probe.ports().snapshots().start(copy);
        server.send("SET big changed");
        finish(probe.ports().snapshots());
        assertThat(copy.failure).isNull();
        assertThat(copy.engine.send("DEBUG DIGEST")).isEqualTo(expected);
        assertThat(pieces).hasSize(39).allMatch(length -> length <= 256 << 10);
    }

    @Test
    void stringWithoutRoom_failsTheSnapshot() {
        server.send("SETRANGE big 10000000 end");
        Copy copy = new Copy();
        Snapshots snapshots =
                new Snapshots(probe.ports().keyspaces(), Thread::new, () -> {}, sink -> {}, () -> 9 << 20);
        snapshots.start(copy);
        finish(snapshots);
        assertThat(copy.failure).hasMessageContaining("not enough memory");
    }

    @Test
    void threadThatCannotBeStarted_failsTheSnapshotAndLetsTheNextOneBegin() {
        server.send("SET k v");
        ThreadFactory exhausted = task -> {
            throw new OutOfMemoryError("unable to create native thread");
        };
        Snapshots snapshots =
                new Snapshots(probe.ports().keyspaces(), exhausted, () -> {}, sink -> {}, () -> Long.MAX_VALUE);
        Copy failing = new Copy();
        snapshots.start(failing);
        while (!snapshots.isIdle()) {
            snapshots.advance(1_000_000, false);
        }
        assertThat(failing.failure).hasMessageContaining("unable to create native thread");
        assertThat(failing.discarded).isTrue();
        server.send("SET k changed");
        Copy next = new Copy();
        probe.ports().snapshots().start(next);
        finish(probe.ports().snapshots());
        assertThat(next.engine.send("GET k")).isEqualTo("changed");
    }

    /** A target that waits for its disk before or after it can be cancelled. */
    private static final class Held extends Copy {
        private final boolean completing;
        private final CountDownLatch reached = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        Held(boolean completing) {
            this.completing = completing;
        }

        private void hold() throws IOException {
            reached.countDown();
            try {
                released.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public void prepare() throws IOException {
            if (!completing) {
                hold();
            }
        }

        @Override
        public void complete() throws IOException {
            if (completing) {
                hold();
            }
            super.complete();
        }
    }

    private void startUntilHeld(Held target) throws InterruptedException {
        probe.ports().snapshots().start(target);
        while (target.reached.getCount() > 0) {
            probe.ports().snapshots().advance(1_000_000, false);
        }
    }

    @Test
    void requestCancel_whileTheDiskIsSlow_doesNotWaitAndPutsNothingInPlace() throws InterruptedException {
        server.send("SET k v");
        Held target = new Held(false);
        startUntilHeld(target);
        assertThat(probe.ports().snapshots().requestCancel()).isTrue();
        assertThat(target.ended).isFalse();
        target.released.countDown();
        finish(probe.ports().snapshots());
        assertThat(target.completed).isFalse();
        assertThat(target.discarded).isTrue();
        assertThat(target.failure).isInstanceOf(CancellationException.class);
    }

    @Test
    void requestCancel_whileTheTargetIsPutInPlace_isTooLate() throws InterruptedException {
        server.send("SET k v");
        Held target = new Held(true);
        startUntilHeld(target);
        assertThat(probe.ports().snapshots().requestCancel()).isFalse();
        target.released.countDown();
        finish(probe.ports().snapshots());
        assertThat(target.completed).isTrue();
        assertThat(target.failure).isNull();
    }
}

package dev.spinel.aof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dispatch.EngineClock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class AofWriterTest {
    private static final long SECOND = 1_000_000_000;
    private static final String SELECT_0 = "*2\r\n$6\r\nSELECT\r\n$1\r\n0\r\n";
    private static final String SET = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$1\r\n1\r\n";
    private static final String DEL = "*2\r\n$3\r\nDEL\r\n$1\r\nk\r\n";
    private static final String MULTI = "*1\r\n$5\r\nMULTI\r\n";
    private static final String EXEC = "*1\r\n$4\r\nEXEC\r\n";

    private long nanos;
    private final EngineClock clock = new EngineClock(() -> 1_700_000_000_000_000L, () -> nanos);
    private final FileWorker worker = new FileWorker(Thread::new);
    private final AtomicInteger wakeUps = new AtomicInteger();
    private final AtomicInteger fatals = new AtomicInteger();
    private final List<String> log = new ArrayList<>();
    private final AofWriter writer =
            new AofWriter(clock, worker, wakeUps::incrementAndGet, fatals::incrementAndGet, log::add);
    private final MemoryFile file = new MemoryFile();

    AofWriterTest() {
        writer.open(file, 0);
    }

    @AfterEach
    void endWorker() {
        worker.close();
    }

    private void effect(int database, String... words) {
        Bytes[] args = new Bytes[words.length];
        for (int i = 0; i < words.length; i++) {
            args[i] = Bytes.of(words[i]);
        }
        writer.effect(database, args, args.length);
    }

    private void set() {
        effect(0, "SET", "k", "1");
        writer.endUnit();
    }

    private long turnAfter(long passedNanos) {
        nanos += passedNanos;
        clock.update();
        return writer.turn();
    }

    private void awaitFsync() {
        await().until(() -> !writer.isSyncing());
    }

    @Nested
    class Units {
        @Test
        void oneEffect_notWrapped() {
            set();
            set();
            turnAfter(0);
            assertThat(file.text()).isEqualTo(SELECT_0 + SET + SET);
        }

        @Test
        void severalEffects_wrapped() {
            effect(0, "SET", "k", "1");
            effect(0, "DEL", "k");
            writer.endUnit();
            set();
            turnAfter(0);
            assertThat(file.text()).isEqualTo(SELECT_0 + MULTI + SET + DEL + EXEC + SET);
            assertThat(writer.appended()).isEqualTo(file.text().length());
        }

        @Test
        void writeUnits_writesAndSyncsThoseThatHaveEnded() {
            writer.policy(FsyncPolicy.ALWAYS);
            set();
            effect(0, "SET", "k", "1");
            effect(0, "DEL", "k");
            writer.writeUnits();
            assertThat(file.text()).isEqualTo(SELECT_0 + SET);
            assertThat(file.syncedBytes()).isEqualTo(file.size());
            writer.endUnit();
            turnAfter(0);
            assertThat(file.text()).isEqualTo(SELECT_0 + SET + MULTI + SET + DEL + EXEC);
        }

        @Test
        void otherDatabase_selectedFirst() {
            effect(0, "SET", "k", "1");
            effect(12, "DEL", "k");
            writer.endUnit();
            turnAfter(0);
            assertThat(file.text())
                    .isEqualTo(SELECT_0 + MULTI + SET + "*2\r\n$6\r\nSELECT\r\n$2\r\n12\r\n" + DEL + EXEC);
        }

        @Test
        void switchToAmidUnit_endsItInTheOldFile() {
            MemoryFile next = new MemoryFile();
            effect(0, "SET", "k", "1");
            effect(0, "DEL", "k");
            assertThat(writer.switchTo(next)).isTrue();
            effect(0, "SET", "k", "1");
            writer.endUnit();
            turnAfter(0);
            assertThat(file.text()).isEqualTo(SELECT_0 + MULTI + SET + DEL + EXEC);
            assertThat(next.text()).isEqualTo(SELECT_0 + SET);
            await().until(file::isClosed);
            assertThat(file.syncedBytes()).isEqualTo(file.size());
        }

        /** The log is as whole as the weakest of its files. */
        @Test
        void oldFileCannotBeSynced_nothingIsSafeUntilABaseHoldsIt() {
            set();
            turnAfter(0);
            file.forceFails(true);
            assertThat(writer.switchTo(new MemoryFile())).isTrue();
            await().until(file::isClosed);
            set();
            turnAfter(SECOND);
            awaitFsync();
            assertThat(writer.synced()).isZero();
            writer.earlierFilesReplaced();
            turnAfter(SECOND);
            awaitFsync();
            assertThat(writer.synced()).isEqualTo(writer.appended());
        }

        @Test
        void flushAndSyncAmidUnit_writesWhatIsWhole() {
            set();
            effect(0, "SET", "k", "1");
            effect(0, "DEL", "k");
            assertThat(writer.flushAndSync()).isTrue();
            assertThat(file.text()).isEqualTo(SELECT_0 + SET);
            effect(0, "SET", "k", "1");
            writer.endUnit();
            turnAfter(0);
            assertThat(file.text()).isEqualTo(SELECT_0 + SET + MULTI + SET + DEL + SET + EXEC);
            assertThat(writer.appended()).isEqualTo(file.text().length());
        }

        @Test
        void flushAndSyncAfterTheFirstEffect_leavesRoomForMulti() {
            effect(0, "SET", "k", "1");
            assertThat(writer.flushAndSync()).isTrue();
            assertThat(file.text()).isEmpty();
            effect(0, "DEL", "k");
            writer.endUnit();
            turnAfter(0);
            assertThat(file.text()).isEqualTo(SELECT_0 + MULTI + SET + DEL + EXEC);
        }

        @Test
        void timestamps_onceASecondBeforeTheUnit() {
            writer.timestamps(true);
            set();
            set();
            turnAfter(SECOND);
            awaitFsync();
            effect(0, "SET", "k", "1");
            effect(0, "DEL", "k");
            writer.endUnit();
            turnAfter(0);
            assertThat(file.text())
                    .isEqualTo("#TS:1700000000\r\n" + SELECT_0 + SET + SET + "#TS:1700000001\r\n" + MULTI + SET + DEL
                            + EXEC);
        }
    }

    /** Units that are larger than what waits in memory. */
    @Nested
    class LargeUnits {
        private static final int LARGE = 5 << 20;
        private final String value = "x".repeat(LARGE);
        private final String setLarge = "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$" + LARGE + "\r\n" + value + "\r\n";

        private void effects(int count) {
            for (int i = 0; i < count; i++) {
                effect(0, "SET", "k", value);
            }
        }

        @Test
        void areWrittenInParts() {
            set();
            effects(3);
            assertThat(file.text().length()).isGreaterThan(2 * LARGE);
            assertThat(writer.bufferedBytes()).isLessThan(2L * LARGE);
            effects(1);
            writer.endUnit();
            set();
            turnAfter(0);
            assertThat(file.text()).isEqualTo(SELECT_0 + SET + MULTI + setLarge.repeat(4) + EXEC + SET);
            assertThat(writer.appended()).isEqualTo(file.text().length());
            assertThat(writer.bufferedBytes()).isZero();
        }

        @Test
        void close_removesThePart() {
            set();
            effects(3);
            assertThat(writer.flushAndSync()).isTrue();
            writer.endUnit();
            writer.close();
            assertThat(file.text()).isEqualTo(SELECT_0 + SET);
        }

        @Test
        void fullDisk_partStaysAndTheRestIsRetried() {
            effects(2);
            file.freeBytes(100);
            effects(2);
            assertThat(file.text()).isEmpty();
            assertThat(writer.diskError()).isEqualTo("No space left on device");
            file.freeBytes(Long.MAX_VALUE);
            writer.endUnit();
            turnAfter(SECOND);
            assertThat(file.text()).isEqualTo(SELECT_0 + MULTI + setLarge.repeat(4) + EXEC);
        }

        @Test
        void severalInATurn_areWrittenAsTheyCome() {
            effects(2);
            writer.endUnit();
            set();
            assertThat(file.text()).isEqualTo(SELECT_0 + MULTI + setLarge.repeat(2) + EXEC);
            turnAfter(0);
            assertThat(file.text()).isEqualTo(SELECT_0 + MULTI + setLarge.repeat(2) + EXEC + SET);
        }
    }

    @Nested
    class EverySecond {
        @Test
        void turn_writesAtOnceAndSyncsInTheBackgroundAfterASecond() {
            set();
            assertThat(turnAfter(0)).isEqualTo(SECOND);
            assertThat(file.text()).isEqualTo(SELECT_0 + SET);
            assertThat(file.forces()).isZero();
            turnAfter(SECOND);
            await().untilAsserted(() -> assertThat(writer.synced()).isEqualTo(writer.appended()));
            assertThat(file.forces()).isEqualTo(1);
            await().until(() -> wakeUps.get() == 1);
            assertThat(turnAfter(5 * SECOND)).isEqualTo(Long.MAX_VALUE);
            assertThat(file.forces()).isEqualTo(1);
        }

        @Test
        void slowFsync_writePostponedForTwoSecondsAtMost() {
            CountDownLatch latch = new CountDownLatch(1);
            file.forceWaits(latch);
            set();
            turnAfter(0);
            turnAfter(SECOND);
            await().until(() -> file.forces() == 1);
            set();
            assertThat(turnAfter(0)).isEqualTo(2 * SECOND);
            assertThat(turnAfter(SECOND)).isEqualTo(SECOND);
            assertThat(file.text()).isEqualTo(SELECT_0 + SET);
            assertThat(writer.delayedFsyncs()).isZero();
            turnAfter(SECOND);
            assertThat(file.text()).isEqualTo(SELECT_0 + SET + SET);
            assertThat(writer.delayedFsyncs()).isEqualTo(1);
            assertThat(log).anyMatch(line -> line.startsWith("Asynchronous AOF fsync is taking too long"));
            latch.countDown();
        }

        @Test
        void fsyncDone_postponedWriteGoesOut() {
            CountDownLatch latch = new CountDownLatch(1);
            file.forceWaits(latch);
            set();
            turnAfter(0);
            turnAfter(SECOND);
            set();
            turnAfter(0);
            latch.countDown();
            awaitFsync();
            turnAfter(0);
            assertThat(file.text()).isEqualTo(SELECT_0 + SET + SET);
        }

        @Test
        void fullDisk_cutOffReportedAndRetried() {
            set();
            turnAfter(0);
            file.freeBytes(5);
            set();
            turnAfter(0);
            assertThat(file.text()).isEqualTo(SELECT_0 + SET);
            assertThat(writer.diskError()).isEqualTo("No space left on device");
            assertThat(log).contains("Short write while writing to the AOF file: (nwritten=5, expected=27)");
            assertThat(fatals).hasValue(0);
            turnAfter(SECOND);
            assertThat(log).hasSize(1);
            awaitFsync();
            file.freeBytes(1000);
            turnAfter(SECOND);
            assertThat(file.text()).isEqualTo(SELECT_0 + SET + SET);
            assertThat(writer.diskError()).isNull();
            assertThat(log).contains("AOF write error looks solved, Redis can write again.");
        }

        @Test
        void fullDisk_switchToRefused() {
            file.freeBytes(5);
            set();
            assertThat(writer.switchTo(new MemoryFile())).isFalse();
            file.freeBytes(1000);
            turnAfter(SECOND);
            assertThat(file.text()).isEqualTo(SELECT_0 + SET);
        }

        @Test
        void shortWriteThatCannotBeCutOff_isGoneOnFrom() {
            file.freeBytes(5);
            file.truncateFails(true);
            set();
            turnAfter(0);
            assertThat(log).anyMatch(line -> line.startsWith("Could not remove short write"));
            file.freeBytes(1000);
            turnAfter(SECOND);
            assertThat(file.text()).isEqualTo(SELECT_0 + SET);
        }

        @Test
        void failedFsync_reportedAndRetried() {
            file.forceFails(true);
            set();
            turnAfter(0);
            turnAfter(SECOND);
            awaitFsync();
            turnAfter(0);
            assertThat(writer.diskError()).isEqualTo("Input/output error");
            assertThat(log).containsExactly("Fail to fsync the AOF file: Input/output error.");
            assertThat(writer.synced()).isZero();
            file.forceFails(false);
            turnAfter(SECOND);
            await().untilAsserted(() -> assertThat(writer.synced()).isEqualTo(writer.appended()));
            assertThat(writer.diskError()).isNull();
        }
    }

    @Nested
    class Always {
        @Test
        void turn_syncsOnceForAllCommands() {
            writer.policy(FsyncPolicy.ALWAYS);
            set();
            set();
            set();
            turnAfter(0);
            assertThat(file.forces()).isEqualTo(1);
            assertThat(file.syncedBytes()).isEqualTo(writer.appended());
            assertThat(writer.synced()).isEqualTo(writer.appended());
            turnAfter(0);
            assertThat(file.forces()).isEqualTo(1);
        }

        @Test
        void failedWrite_fatal() {
            writer.policy(FsyncPolicy.ALWAYS);
            file.freeBytes(0);
            set();
            turnAfter(0);
            assertThat(fatals).hasValue(1);
            assertThat(log)
                    .contains("Can't recover from AOF write error when the AOF fsync policy is 'always'. Exiting...");
        }

        @Test
        void failedFsync_fatal() {
            writer.policy(FsyncPolicy.ALWAYS);
            file.forceFails(true);
            set();
            turnAfter(0);
            assertThat(fatals).hasValue(1);
            assertThat(log)
                    .containsExactly(
                            "Can't persist AOF for fsync error when the AOF fsync policy is 'always': Input/output"
                                    + " error. Exiting...");
        }

        @Test
        void heldFsync_madeUpForLater() {
            writer.policy(FsyncPolicy.ALWAYS);
            writer.holdFsync(true);
            set();
            turnAfter(0);
            assertThat(file.forces()).isZero();
            writer.holdFsync(false);
            turnAfter(0);
            assertThat(writer.synced()).isEqualTo(writer.appended());
        }
    }

    @Test
    void policyNo_neverSyncs() {
        writer.policy(FsyncPolicy.NO);
        set();
        turnAfter(0);
        assertThat(turnAfter(10 * SECOND)).isEqualTo(Long.MAX_VALUE);
        assertThat(file.forces()).isZero();
        assertThat(writer.flushAndSync()).isTrue();
        assertThat(writer.synced()).isEqualTo(writer.appended());
    }

    @Test
    void close_endsWriting() {
        set();
        writer.close();
        set();
        assertThat(writer.turn()).isEqualTo(Long.MAX_VALUE);
        await().until(file::isClosed);
        assertThat(file.text()).isEmpty();
    }
}

package dev.spinel.engine.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.Bytes;
import dev.spinel.engine.dataset.DatasetFormat;
import dev.spinel.engine.dataset.DatasetSink;
import dev.spinel.engine.dataset.IgnoringSink;
import dev.spinel.engine.dataset.InvalidDatasetException;
import dev.spinel.engine.dataset.KeyUse;
import java.io.IOException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class ReadAheadTest {
    private static final int MEMBERS = 1_000_000;

    private final AtomicLong membersRead = new AtomicLong();
    private final CountDownLatch goOn = new CountDownLatch(1);
    private long membersTaken;

    private final DatasetSink sink = new IgnoringSink() {
        @Override
        public void member(Bytes member) {
            membersTaken++;
        }
    };

    /** A file of one set, which the reader gives in one call, and in the midst of which it waits. */
    private final class OneSet implements DatasetFormat.Reader {
        private boolean isRead;

        @Override
        public boolean next(DatasetSink target) throws IOException {
            if (isRead) {
                return false;
            }
            target.key(0, Bytes.of("set"), DatasetSink.NO_EXPIRY, KeyUse.UNKNOWN);
            target.set(MEMBERS);
            for (int i = 0; i < MEMBERS; i++) {
                if (i == MEMBERS / 2) {
                    await();
                }
                target.member(Bytes.of("member:" + i));
                membersRead.incrementAndGet();
            }
            isRead = true;
            return true;
        }

        private void await() throws IOException {
            try {
                goOn.await();
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        }

        @Override
        public long position() {
            return membersRead.get();
        }
    }

    @Test
    void largeValue_isGivenWhileItIsRead() throws IOException {
        try (ReadAhead reader = new ReadAhead(new OneSet(), "set.rdb", Thread::new)) {
            while (membersTaken < MEMBERS / 3) {
                assertThat(reader.next(sink)).isTrue();
                // 4 MiB in events of some 20 bytes.
                assertThat(membersRead.get() - membersTaken).isLessThan(300_000);
            }
            goOn.countDown();
            while (reader.next(sink)) {
                // Each call gives some members.
            }
            assertThat(membersTaken).isEqualTo(MEMBERS);
            assertThat(reader.position()).isEqualTo(MEMBERS);
        }
    }

    @Test
    void refusalOfTheSink_namesTheSourceAndHowFarItWasRead() throws IOException {
        goOn.countDown();
        DatasetSink refusing = new IgnoringSink() {
            @Override
            public void member(Bytes member) throws InvalidDatasetException {
                throw new InvalidDatasetException("No room for " + member);
            }
        };
        try (ReadAhead reader = new ReadAhead(new OneSet(), "set.rdb", Thread::new)) {
            assertThatThrownBy(() -> {
                        while (reader.next(refusing)) {
                            // Goes on to the first member.
                        }
                    })
                    .isInstanceOf(InvalidDatasetException.class)
                    .hasMessageMatching("No room for member:0 \\(set.rdb, before offset [1-9]\\d*\\)");
        }
    }

    @Test
    void next_doesNotWaitForAReaderThatIsSlow() throws IOException {
        try (ReadAhead reader = new ReadAhead(new OneSet(), "set.rdb", Thread::new)) {
            long idle = 0;
            while (idle < 5) {
                long before = membersTaken;
                assertThat(reader.next(sink)).isTrue();
                idle = membersRead.get() == MEMBERS / 2 && membersTaken == before ? idle + 1 : 0;
            }
            goOn.countDown();
        }
    }

    @Test
    void close_inTheMidstOfALargeValue_readsNoFurther() throws IOException {
        ReadAhead reader = new ReadAhead(new OneSet(), "set.rdb", Thread::new);
        assertThat(reader.next(sink)).isTrue();
        goOn.countDown();
        reader.close();
        assertThat(membersRead.get()).isLessThan(MEMBERS);
    }

    @Test
    void failureInTheMidstOfAValue_isToldAfterWhatCameBefore() throws IOException {
        DatasetFormat.Reader failing = new DatasetFormat.Reader() {
            @Override
            public boolean next(DatasetSink target) throws IOException {
                target.key(0, Bytes.of("set"), DatasetSink.NO_EXPIRY, KeyUse.UNKNOWN);
                target.set(MEMBERS);
                for (int i = 0; i < 10_000; i++) {
                    target.member(Bytes.of("member:" + i));
                }
                throw new IOException("Input/output error");
            }

            @Override
            public long position() {
                return 0;
            }
        };
        try (ReadAhead reader = new ReadAhead(failing, "set.rdb", Thread::new)) {
            assertThatThrownBy(() -> {
                        while (reader.next(sink)) {
                            // Goes on to the failure.
                        }
                    })
                    .hasMessage("Input/output error");
            assertThat(membersTaken).isBetween(1L, 10_000L);
        }
    }
}

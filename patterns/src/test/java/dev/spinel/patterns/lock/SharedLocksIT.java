package dev.spinel.patterns.lock;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RedisTransport;
import dev.spinel.patterns.transport.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What those promise that several may hold: semaphores, and the read sides of read-write locks, with each client library. */
class SharedLocksIT extends RecipeFixture {
    private static final Duration LENGTH = Duration.ofMillis(Long.getLong("spinel.patterns.millisPerProperty", 750));

    SharedLocksIT(ClientKind client) {
        super(client);
    }

    /** Whether a test under load goes on: up to ten seconds longer on a machine that is slow, until it has enough to tell. */
    private static boolean goesOn(long endNanos, BooleanSupplier enough) {
        long over = System.nanoTime() - endNanos;
        return over < 0 || (over < SECONDS.toNanos(10) && !enough.getAsBoolean());
    }

    @Nested
    class Semaphore {
        @Test
        void neverMoreThanItsPermits() throws Exception {
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger most = new AtomicInteger();
            AtomicInteger entries = new AtomicInteger();
            long end = System.nanoTime() + LENGTH.toNanos();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                DistributedLock semaphore =
                        Locks.over(i % 2 == 0 ? runtime : other).semaphore(name, 3);
                threads.add(new Thread(() -> {
                    while (goesOn(end, () -> entries.get() > 50)) {
                        try (Lease lease = semaphore.acquire()) {
                            most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                            entries.addAndGet(lease.isValid() ? 1 : 0);
                            Thread.sleep(2);
                            inside.decrementAndGet();
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(most).hasValue(3);
            assertThat(entries).hasValueGreaterThan(50);
            assertThat(redis.keys("*" + name)).isEmpty();
        }

        @Test
        void whatIsFree_isGotByAll_howeverShortTheWait() {
            Locks locks = Locks.over(runtime);
            for (DistributedLock shared :
                    List.of(locks.semaphore(name, 20), locks.readWriteLock(name).read())) {
                for (int waitMicros = 0; waitMicros < 3_000; waitMicros += 150) {
                    List<CompletableFuture<Optional<Lease>>> brief = new ArrayList<>();
                    for (int i = 0; i < 20; i++) {
                        brief.add(shared.tryAcquireAsync(Duration.ofNanos(1 + 1000L * waitMicros))
                                .toCompletableFuture());
                    }
                    for (CompletableFuture<Optional<Lease>> got : brief) {
                        assertThat(got).succeedsWithin(Duration.ofSeconds(5)).matches(Optional::isPresent);
                    }
                    brief.forEach(got -> got.join().orElseThrow().release());
                }
            }
        }

        @Test
        void aDeadHoldersPermit_returns_andALiveOneIsRenewed() throws Exception {
            Locks renewing =
                    Locks.builder(runtime).lease(Duration.ofMillis(1000)).build();
            Locks bounded = Locks.builder(other)
                    .lease(Duration.ofMillis(1000))
                    .maxHold(Duration.ofMillis(1000))
                    .build();
            Lease live = renewing.semaphore(name, 2).acquire();
            Lease dead = bounded.semaphore(name, 2).acquire();
            assertThat(renewing.semaphore(name, 2).tryAcquire()).isEmpty();
            Lease next = renewing.semaphore(name, 2)
                    .tryAcquire(Duration.ofSeconds(5))
                    .orElseThrow();
            assertThat(renewing.semaphore(name, 2).tryAcquire()).isEmpty();
            assertThat(dead.release()).isEqualTo(ReleaseResult.LOST);
            assertThat(live.release()).isEqualTo(ReleaseResult.RELEASED);
            assertThat(next.release()).isEqualTo(ReleaseResult.RELEASED);
        }
    }

    @Nested
    class ReadWrite {
        @Test
        void readersShare_writersExclude() throws Exception {
            DistributedReadWriteLock mine = Locks.over(runtime).readWriteLock(name);
            DistributedReadWriteLock theirs = Locks.over(other).readWriteLock(name);
            Lease one = mine.read().acquire();
            Lease two = theirs.read().tryAcquire().orElseThrow();
            assertThat(mine.write().tryAcquire()).isEmpty();
            one.release();
            assertThat(mine.write().tryAcquire()).isEmpty();
            two.release();
            Lease writer = mine.write().tryAcquire().orElseThrow();
            assertThat(writer.fence()).isGreaterThan(two.fence());
            assertThat(theirs.read().tryAcquire()).isEmpty();
            assertThat(theirs.write().tryAcquire()).isEmpty();
            assertThat(writer.release()).isEqualTo(ReleaseResult.RELEASED);
            Lease reader = theirs.read().tryAcquire().orElseThrow();
            assertThat(reader.fence()).isGreaterThan(writer.fence());
            reader.release();
        }

        @Test
        void aWaitingWriter_goesBeforeNewReaders_untilItGivesUp() throws Exception {
            DistributedReadWriteLock mine = Locks.over(runtime).readWriteLock(name);
            DistributedReadWriteLock theirs = Locks.over(other).readWriteLock(name);
            Lease reader = theirs.read().acquire();
            CompletableFuture<Lease> writer = mine.write().acquireAsync().toCompletableFuture();
            await().until(() -> redis.keys("*:waiting:" + name).size() == 1);
            assertThat(theirs.read().tryAcquire()).isEmpty();
            CompletableFuture<Lease> late = theirs.read().acquireAsync().toCompletableFuture();
            writer.cancel(false);
            assertThat(late).succeedsWithin(Duration.ofSeconds(2));
            CompletableFuture<Lease> again = mine.write().acquireAsync().toCompletableFuture();
            reader.release();
            late.get().release();
            assertThat(again).succeedsWithin(Duration.ofSeconds(2));
            again.get().release();
            await().untilAsserted(() -> assertThat(redis.keys("*" + name)).isEmpty());
        }

        @Test
        void aReaderFarAway_getsInBetweenWriters() throws Exception {
            AtomicBoolean done = new AtomicBoolean();
            List<Thread> writers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                DistributedLock lock =
                        Locks.over(i == 0 ? runtime : other).readWriteLock(name).write();
                writers.add(new Thread(() -> {
                    while (!done.get()) {
                        try (Lease lease = lock.acquire()) {
                            Thread.sleep(lease.isValid() ? 20 : 0);
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                }));
            }
            writers.forEach(Thread::start);
            try (PatternRuntime far = PatternRuntime.over(new SlowTransport(client.connect(server.port())))) {
                DistributedLock lock = Locks.over(far).readWriteLock(name).read();
                for (int i = 0; i < 3; i++) {
                    assertThat(lock.tryAcquire(Duration.ofSeconds(4)))
                            .hasValueSatisfying(
                                    lease -> assertThat(lease.release()).isEqualTo(ReleaseResult.RELEASED));
                }
                done.set(true);
                for (Thread writer : writers) {
                    writer.join();
                }
            }
        }

        /** What is sent arrives 150 ms later. */
        private record SlowTransport(RedisTransport transport) implements RedisTransport {
            @Override
            public CompletionStage<Reply> send(Command command) {
                return CompletableFuture.supplyAsync(
                                () -> command, CompletableFuture.delayedExecutor(150, MILLISECONDS))
                        .thenCompose(transport::send);
            }

            @Override
            public ChannelSession openChannels(ChannelListener listener) {
                return transport.openChannels(listener);
            }

            @Override
            public void close() {
                transport.close();
            }
        }

        @Test
        void allReadersOfAProcessThatWaited_goBeforeTheNextWriter() throws Exception {
            try (PatternRuntime far = PatternRuntime.over(new SlowTransport(client.connect(server.port())))) {
                DistributedLock write = Locks.over(other).readWriteLock(name).write();
                DistributedLock read = Locks.over(far).readWriteLock(name).read();
                Lease held = write.acquire();
                AtomicInteger in = new AtomicInteger();
                List<CompletableFuture<ReleaseResult>> readers = new ArrayList<>();
                for (int i = 0; i < 20; i++) {
                    readers.add(read.acquireAsync()
                            .thenCompose(lease -> {
                                in.incrementAndGet();
                                return lease.releaseAsync();
                            })
                            .toCompletableFuture());
                }
                await().until(() -> redis.keys("*:refused-readers:" + name).stream()
                                .mapToLong(redis::scard)
                                .sum()
                        == 20);
                CompletableFuture<Integer> before = write.acquireAsync()
                        .thenCompose(next -> {
                            int readersBefore = in.get();
                            return next.releaseAsync().thenApply(result -> readersBefore);
                        })
                        .toCompletableFuture();
                await().until(() -> redis.keys("*:waiting:" + name).size() == 1);
                held.release();
                assertThat(before).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(20);
                CompletableFuture.allOf(readers.toArray(CompletableFuture[]::new))
                        .get(5, SECONDS);
            }
        }

        @Test
        void aReaderThatGaveUp_holdsUpNoWriter() throws Exception {
            DistributedReadWriteLock sides = Locks.over(runtime).readWriteLock(name);
            Lease writer = sides.write().acquire();
            assertThat(sides.read().tryAcquire(Duration.ofMillis(50))).isEmpty();
            await().until(() -> redis.keys("*:refused-readers:" + name).isEmpty());
            writer.release();
            sides.write().tryAcquire().orElseThrow().release();
        }

        @Test
        void underLoad_noWriterMeetsAnybody() throws Exception {
            AtomicInteger readers = new AtomicInteger();
            AtomicInteger writers = new AtomicInteger();
            AtomicInteger reads = new AtomicInteger();
            AtomicInteger writes = new AtomicInteger();
            AtomicBoolean met = new AtomicBoolean();
            long end = System.nanoTime() + LENGTH.toNanos();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                boolean writing = i < 2;
                DistributedReadWriteLock lock =
                        Locks.over(i % 2 == 0 ? runtime : other).readWriteLock(name);
                threads.add(new Thread(() -> {
                    while (goesOn(end, () -> reads.get() > 8 && writes.get() > 3)) {
                        try (Lease lease = (writing ? lock.write() : lock.read()).acquire()) {
                            (writing ? writers : readers).incrementAndGet();
                            (writing ? writes : reads).incrementAndGet();
                            if (!lease.isValid() || writers.get() > 1 || (writers.get() == 1 && readers.get() > 0)) {
                                met.set(true);
                            }
                            Thread.sleep(1);
                            (writing ? writers : readers).decrementAndGet();
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                }));
            }
            threads.forEach(Thread::start);
            for (Thread thread : threads) {
                thread.join();
            }
            assertThat(met).isFalse();
            assertThat(reads).as("reads, which must not starve").hasValueGreaterThan(8);
            assertThat(writes).as("writes, which must not starve").hasValueGreaterThan(3);
        }
    }
}

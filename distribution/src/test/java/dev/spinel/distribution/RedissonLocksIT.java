package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.redisson.api.RBucket;
import org.redisson.api.RCountDownLatch;
import org.redisson.api.RFencedLock;
import org.redisson.api.RIdGenerator;
import org.redisson.api.RLock;
import org.redisson.api.RPermitExpirableSemaphore;
import org.redisson.api.RRateLimiter;
import org.redisson.api.RReadWriteLock;
import org.redisson.api.RSemaphore;
import org.redisson.api.RateType;
import org.redisson.api.RedissonClient;
import org.redisson.client.codec.StringCodec;

/** What two programs see of each other that lock, count down and wait with Redisson. */
class RedissonLocksIT extends RedissonFixture {
    @Nested
    class Locks {
        @Test
        void lock_isReentrantAndReleasedByTheLastUnlock() throws Exception {
            RLock lock = client.getLock("lock");
            lock.lock();
            assertThat(lock.tryLock()).isTrue();
            assertThat(lock.getHoldCount()).isEqualTo(2);

            lock.unlock();
            assertThat(valueOf(inBackground(() -> other.getLock("lock").tryLock())))
                    .isFalse();
            lock.unlock();
            assertThat(valueOf(inBackground(() -> other.getLock("lock").tryLock())))
                    .isTrue();
        }

        @Test
        void unlock_byAnother_isRefused() throws Exception {
            client.getLock("lock").lock();

            assertThatThrownBy(() -> other.getLock("lock").unlock()).isInstanceOf(IllegalMonitorStateException.class);
            assertThat(other.getLock("lock").forceUnlock()).isTrue();
            assertThat(client.getLock("lock").isLocked()).isFalse();
        }

        @Test
        void tryLock_givesUpAfterItsWait() throws Exception {
            client.getLock("lock").lock(60, TimeUnit.SECONDS);

            long start = System.nanoTime();
            assertThat(other.getLock("lock").tryLock(100, TimeUnit.MILLISECONDS))
                    .isFalse();
            // Redisson goes by a clock of whole milliseconds.
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThan(Duration.ofMillis(98));
        }

        @Test
        void waitingLock_isWokenByTheUnlock() throws Exception {
            RLock lock = client.getLock("lock");
            // Without the message of the unlock the other one would try again after a minute.
            lock.lock(60, TimeUnit.SECONDS);
            CompletableFuture<Boolean> waiting =
                    inBackground(() -> other.getLock("lock").tryLock(30, TimeUnit.SECONDS));
            awaitSubscribers("redisson_lock__channel:{lock}", 1);

            lock.unlock();

            assertThat(valueOf(waiting)).isTrue();
        }

        @Test
        void watchdog_prolongsTheLockForAsLongAsItsHolderLives() throws Exception {
            RedissonClient mortal = connect();
            try {
                assertThat(mortal.getLock("lock").tryLock()).isTrue();
                for (int renewals = 0; renewals < 4; renewals++) {
                    await().until(() -> client.getLock("lock").remainTimeToLive() < WATCHDOG_MILLIS - 150);
                    await().until(() -> client.getLock("lock").remainTimeToLive() > WATCHDOG_MILLIS - 100);
                }
            } finally {
                shutdown(mortal);
            }
            assertThat(client.getLock("lock").tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS))
                    .isTrue();
        }

        @Test
        void contention_ofTwoClients_excludesEachOther() throws Exception {
            List<CompletableFuture<Void>> workers = new ArrayList<>();
            for (RedissonClient contender : List.of(client, other, client, other)) {
                workers.add(inBackground(() -> {
                    RLock lock = contender.getLock("lock");
                    RBucket<Integer> counter = contender.getBucket("counter");
                    for (int i = 0; i < 25; i++) {
                        lock.lock();
                        try {
                            counter.set(counter.isExists() ? counter.get() + 1 : 1);
                        } finally {
                            lock.unlock();
                        }
                    }
                    return null;
                }));
            }
            for (CompletableFuture<Void> worker : workers) {
                valueOf(worker);
            }

            assertThat(client.getBucket("counter").get()).isEqualTo(100);
        }

        @Test
        void fairLock_isHandedOutInTheOrderOfAsking() throws Exception {
            List<String> order = new CopyOnWriteArrayList<>();
            RLock lock = client.getFairLock("lock");
            lock.lock();
            List<CompletableFuture<Void>> waiting = new ArrayList<>();
            for (String name : List.of("first", "second", "third")) {
                RLock contended = (name.equals("second") ? client : other).getFairLock("lock");
                waiting.add(inBackground(() -> {
                    contended.lock();
                    order.add(name);
                    contended.unlock();
                    return null;
                }));
                await().until(() -> client.getList("redisson_lock_queue:{lock}", StringCodec.INSTANCE)
                                .size()
                        == waiting.size());
            }

            lock.unlock();

            for (CompletableFuture<Void> each : waiting) {
                valueOf(each);
            }
            assertThat(order).containsExactly("first", "second", "third");
        }

        @Test
        void readWriteLock_isSharedByReadersOnly() throws Exception {
            RReadWriteLock mine = client.getReadWriteLock("lock");
            RReadWriteLock theirs = other.getReadWriteLock("lock");
            assertThat(mine.readLock().tryLock()).isTrue();
            assertThat(theirs.readLock().tryLock()).isTrue();
            assertThat(valueOf(inBackground(() -> theirs.writeLock().tryLock())))
                    .isFalse();

            mine.readLock().unlock();
            CompletableFuture<Boolean> writer =
                    inBackground(() -> mine.writeLock().tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS));
            awaitSubscribers("redisson_rwlock:{lock}", 1);
            theirs.readLock().unlock();

            assertThat(valueOf(writer)).isTrue();
            assertThat(theirs.readLock().tryLock()).isFalse();
        }

        @Test
        void fencedLock_givesHigherAndHigherTokens() throws Exception {
            RFencedLock lock = client.getFencedLock("lock");
            long first = lock.lockAndGetToken();
            lock.unlock();

            assertThat(other.getFencedLock("lock").tryLockAndGetToken()).isGreaterThan(first);
        }

        @Test
        void multiLock_takesAllOrNone() throws Exception {
            other.getLock("b").lock();
            RLock both = client.getMultiLock(client.getLock("a"), client.getLock("b"));

            assertThat(both.tryLock()).isFalse();
            assertThat(client.getLock("a").isLocked()).isFalse();
            other.getLock("b").unlock();
            assertThat(both.tryLock()).isTrue();
            assertThat(client.getLock("a").isLocked()).isTrue();
            both.unlock();
            assertThat(client.getLock("a").isLocked()).isFalse();
        }

        @Test
        void spinLock_excludes() throws Exception {
            client.getSpinLock("lock").lock();
            CompletableFuture<Boolean> waiting =
                    inBackground(() -> other.getSpinLock("lock").tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS));

            client.getSpinLock("lock").unlock();

            assertThat(valueOf(waiting)).isTrue();
        }
    }

    @Nested
    class Synchronizers {
        @Test
        void semaphore_waitsForAPermitOfAnother() throws Exception {
            RSemaphore semaphore = client.getSemaphore("semaphore");
            assertThat(semaphore.trySetPermits(2)).isTrue();
            assertThat(semaphore.trySetPermits(5)).isFalse();
            semaphore.acquire(2);
            assertThat(other.getSemaphore("semaphore").tryAcquire()).isFalse();
            CompletableFuture<Boolean> waiting = inBackground(
                    () -> other.getSemaphore("semaphore").tryAcquire(Duration.ofSeconds(PATIENCE_SECONDS)));
            awaitSubscribers("redisson_sc:{semaphore}", 1);

            semaphore.release();

            assertThat(valueOf(waiting)).isTrue();
            assertThat(semaphore.availablePermits()).isZero();
        }

        @Test
        void permit_goesBackWhenItsLeaseIsOver() throws Exception {
            RPermitExpirableSemaphore semaphore = client.getPermitExpirableSemaphore("semaphore");
            semaphore.trySetPermits(1);
            String lost = semaphore.acquire(60, TimeUnit.SECONDS);
            assertThat(other.getPermitExpirableSemaphore("semaphore").tryAcquire())
                    .isNull();
            assertThat(semaphore.updateLeaseTime(lost, 50, TimeUnit.MILLISECONDS))
                    .isTrue();

            String next =
                    other.getPermitExpirableSemaphore("semaphore").tryAcquire(PATIENCE_SECONDS, 60, TimeUnit.SECONDS);

            assertThat(next).isNotNull().isNotEqualTo(lost);
            assertThat(semaphore.tryRelease(lost)).isFalse();
            assertThat(semaphore.getLeaseTime(next)).isBetween(50_000L, 60_000L);
            assertThat(semaphore.tryRelease(next)).isTrue();
            assertThat(semaphore.availablePermits()).isEqualTo(1);
        }

        @Test
        void latch_opensAtZero() throws Exception {
            RCountDownLatch latch = client.getCountDownLatch("latch");
            assertThat(latch.trySetCount(2)).isTrue();
            CompletableFuture<Boolean> waiting =
                    inBackground(() -> other.getCountDownLatch("latch").await(PATIENCE_SECONDS, TimeUnit.SECONDS));
            awaitSubscribers("redisson_countdownlatch__channel__{latch}", 1);

            latch.countDown();
            assertThat(latch.getCount()).isEqualTo(1);
            assertThat(waiting).isNotDone();
            latch.countDown();

            assertThat(valueOf(waiting)).isTrue();
            assertThat(latch.isExists()).isFalse();
        }

        @Test
        void rateLimiter_grantsItsRateAndNoMore() throws Exception {
            RRateLimiter limiter = client.getRateLimiter("hourly");
            assertThat(limiter.trySetRate(RateType.OVERALL, 5, Duration.ofHours(1)))
                    .isTrue();
            assertThat(other.getRateLimiter("hourly").tryAcquire(3)).isTrue();
            assertThat(limiter.tryAcquire(3)).isFalse();
            assertThat(limiter.tryAcquire(2)).isTrue();
            assertThat(limiter.availablePermits()).isZero();
        }

        @Test
        void rateLimiter_isWaitedFor() throws Exception {
            RRateLimiter limiter = client.getRateLimiter("limiter");
            limiter.trySetRate(RateType.OVERALL, 1, Duration.ofMillis(200));
            long start = System.nanoTime();
            for (int i = 0; i < 3; i++) {
                assertThat(limiter.tryAcquire(Duration.ofSeconds(PATIENCE_SECONDS)))
                        .isTrue();
            }
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(390));
        }

        @Test
        void idGenerator_givesEachNumberOnce() throws Exception {
            RIdGenerator mine = client.getIdGenerator("ids");
            RIdGenerator theirs = other.getIdGenerator("ids");
            assertThat(mine.tryInit(1000, 7)).isTrue();

            Set<Long> ids = new HashSet<>();
            for (int i = 0; i < 20; i++) {
                assertThat(ids.add(mine.nextId())).isTrue();
                assertThat(ids.add(theirs.nextId())).isTrue();
            }
            assertThat(ids).allMatch(id -> id >= 1000 && id < 1050);
        }
    }
}

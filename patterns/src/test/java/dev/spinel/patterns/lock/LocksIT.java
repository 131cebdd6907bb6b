package dev.spinel.patterns.lock;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.spinel.patterns.testing.ChildJvm;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.transport.Command;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.RedisTransport;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.Way;
import io.lettuce.core.ClientListArgs;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What locks promise, with each client library, also when holders, connections and servers fail. */
class LocksIT extends RecipeFixture {
    private static final Duration LENGTH = Duration.ofMillis(Long.getLong("spinel.patterns.millisPerProperty", 1500));

    private static final int CYCLES = Integer.getInteger("spinel.patterns.cycles", 600);
    private static final int NAMES = Integer.getInteger("spinel.patterns.names", 1500);

    LocksIT(ClientKind client) {
        super(client);
    }

    private static Locks locks(PatternRuntime runtime, long leaseMillis) {
        return Locks.builder(runtime).lease(Duration.ofMillis(leaseMillis)).build();
    }

    private static Duration timed(Runnable action) {
        long start = System.nanoTime();
        action.run();
        return Duration.ofNanos(System.nanoTime() - start);
    }

    @Nested
    class Mutex {
        @Test
        void oneHolderAtATime_withRisingFences() {
            DistributedLock mine = Locks.over(runtime).lock(name);
            DistributedLock theirs = Locks.over(other).lock(name);
            Lease first = mine.tryAcquire().orElseThrow();
            assertThat(theirs.tryAcquire()).isEmpty();
            assertThat(mine.tryAcquire()).isEmpty();
            assertThat(first.release()).isEqualTo(ReleaseResult.RELEASED);
            Lease second = theirs.tryAcquire().orElseThrow();
            assertThat(second.fence()).isGreaterThan(first.fence());
            assertThat(first.release()).isEqualTo(ReleaseResult.RELEASED);
            assertThat(mine.tryAcquire()).isEmpty();
            second.close();
        }

        @Test
        void takingAndReleasing_areOneRoundTripEach() throws InterruptedException {
            DistributedLock lock = Locks.over(runtime).lock(name);
            lock.acquire().release();
            transport.takeCommands();
            Lease lease = lock.acquire();
            assertThat(transport.takeCommands()).containsExactly("EVALSHA");
            lease.release();
            assertThat(transport.takeCommands()).containsExactly("EVALSHA");
        }

        @Test
        void aWaiter_isWokenByTheRelease_andAsksRarelyBefore() throws Exception {
            Lease held = Locks.over(other).lock(name).acquire();
            CompletableFuture<Lease> waiter =
                    Locks.over(runtime).lock(name).acquireAsync().toCompletableFuture();
            // Time in which a waiter that polls would ask often.
            Thread.sleep(300);
            assertThat(waiter).isNotDone();
            // The first attempt, and another one when the subscription took effect; EVAL if the server was new.
            assertThat(transport.takeCommands()).hasSizeLessThanOrEqualTo(3);
            held.release();
            Duration woken = timed(() -> assertThat(waiter).succeedsWithin(Duration.ofSeconds(3)));
            assertThat(woken).isLessThan(Duration.ofMillis(800));
            assertThat(transport.takeCommands()).hasSize(1);
            waiter.get().release();
        }

        @Test
        void waitersOfAProcess_areServedInOrder() throws Exception {
            DistributedLock lock = Locks.over(runtime).lock(name);
            Lease held = lock.acquire();
            List<Integer> order = Collections.synchronizedList(new ArrayList<>());
            List<CompletableFuture<ReleaseResult>> waiters = new ArrayList<>();
            for (int i = 0; i < 10; i++) {
                int number = i;
                waiters.add(lock.acquireAsync()
                        .thenCompose(lease -> {
                            order.add(number);
                            return lease.releaseAsync();
                        })
                        .toCompletableFuture());
            }
            held.release();
            CompletableFuture.allOf(waiters.toArray(CompletableFuture[]::new)).get(10, SECONDS);
            assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
        }

        /**
         * Each takes the lock, and has another one release it: a hundred a second at least, on a machine that does much else, and no thread keeps its
         * carrier while it waits.
         */
        @Test
        void L13_aThousandVirtualThreads_holdOneAfterTheOther_andPinNoCarrier() throws Exception {
            DistributedLock lock = Locks.over(runtime).lock(name);
            ExecutorService executor = virtualThreads();
            holdOneAfterTheOther(lock, executor, 20); // classes are initialized with their carriers pinned
            try (Recording recording = new Recording()) {
                recording.enable("jdk.VirtualThreadPinned").withThreshold(Duration.ofMillis(1));
                recording.start();
                assertThat(timed(() -> holdOneAfterTheOther(lock, executor, 1000)))
                        .isLessThan(Duration.ofSeconds(10));
                recording.stop();
                Path file = Files.createTempFile("pinned", ".jfr");
                recording.dump(file);
                assertThat(RecordingFile.readAllEvents(file)).isEmpty();
                Files.delete(file);
            }
            executor.shutdown();
        }

        private static void holdOneAfterTheOther(DistributedLock lock, ExecutorService executor, int threads) {
            AtomicInteger inside = new AtomicInteger();
            List<Long> fences = Collections.synchronizedList(new ArrayList<>());
            List<Future<ReleaseResult>> releases = new ArrayList<>();
            for (int i = 0; i < threads; i++) {
                releases.add(executor.submit(() -> {
                    Lease lease = lock.acquire();
                    assertThat(inside.incrementAndGet()).isOne();
                    fences.add(lease.fence());
                    // Time in which another one would come in, if it could.
                    Thread.sleep(1);
                    inside.decrementAndGet();
                    return executor.submit(() -> lease.release()).get();
                }));
            }
            assertThat(releases).allSatisfy(release -> assertThat(release)
                    .succeedsWithin(Duration.ofSeconds(30))
                    .isEqualTo(ReleaseResult.RELEASED));
            assertThat(fences).hasSize(threads).isSorted().doesNotHaveDuplicates();
        }

        /** Java 17 has none, so that the test is left out there. */
        private static ExecutorService virtualThreads() throws ReflectiveOperationException {
            Optional<Method> factory = Arrays.stream(Executors.class.getMethods())
                    .filter(method -> method.getName().equals("newVirtualThreadPerTaskExecutor"))
                    .findAny();
            assumeTrue(factory.isPresent(), "virtual threads came with Java 21");
            return (ExecutorService) factory.orElseThrow().invoke(null);
        }

        @Test
        void aWaitEnds_afterItsTime_orWhenInterrupted() throws Exception {
            Lease held = Locks.over(other).lock(name).acquire();
            DistributedLock lock = Locks.over(runtime).lock(name);
            assertThat(lock.tryAcquire(Duration.ofMillis(100))).isEmpty();
            AtomicBoolean interrupted = new AtomicBoolean();
            Thread waiter = new Thread(() -> {
                try {
                    lock.acquire();
                } catch (InterruptedException e) {
                    interrupted.set(true);
                }
            });
            waiter.start();
            Thread.sleep(100);
            waiter.interrupt();
            waiter.join();
            assertThat(interrupted).isTrue();
            held.release();
            await().untilAsserted(() -> assertThat(redis.keys("*" + name)).isEmpty());
        }

        @Test
        void aFreeLock_isGot_howeverShortTheWait() throws Exception {
            DistributedLock lock = Locks.over(runtime).lock(name);
            for (Duration wait : List.of(Duration.ZERO, Duration.ofSeconds(-1), Duration.ofNanos(1))) {
                lock.tryAcquire(wait).orElseThrow().release();
            }
            Lock view = lock.asJavaLock();
            assertThat(view.tryLock(0, SECONDS)).isTrue();
            view.unlock();
            Lease held = Locks.over(other).lock(name).acquire();
            assertThat(lock.tryAcquire(Duration.ZERO)).isEmpty();
            assertThat(lock.tryAcquire(Duration.ofNanos(1))).isEmpty();
            assertThat(view.tryLock(0, SECONDS)).isFalse();
            held.release();
            await().untilAsserted(() -> assertThat(redis.keys("*" + name)).isEmpty());
        }

        @Test
        void aWaitWithoutEnd_isOne_andNoWaitAtAllIsRefusedBeforeItAsks() throws Exception {
            DistributedLock lock = Locks.over(runtime).lock(name);
            lock.tryAcquire(Duration.ofSeconds(Long.MAX_VALUE)).orElseThrow().release();
            transport.takeCommands();
            assertThatNullPointerException().isThrownBy(() -> lock.tryAcquire((Duration) null));
            assertThat(transport.takeCommands()).isEmpty();
        }

        @Test
        void L9_cancelledWaits_leaveNothingBehind() throws Exception {
            DistributedLock lock = locks(runtime, 200).lock(name);
            Random random = new Random(1);
            for (int i = 0; i < CYCLES / 2; i++) {
                CompletableFuture<Lease> one = lock.acquireAsync().toCompletableFuture();
                CompletableFuture<Lease> two = lock.acquireAsync().toCompletableFuture();
                if (random.nextBoolean()) {
                    Thread.sleep(1);
                }
                for (CompletableFuture<Lease> future : List.of(one, two)) {
                    if (!future.cancel(false)) {
                        future.join().releaseAsync();
                    }
                }
            }
            await().untilAsserted(() -> {
                assertThat(redis.keys("*" + name)).isEmpty();
                assertThat(redis.pubsubChannels("{lock:*")).isEmpty();
            });
            transport.takeCommands();
            Thread.sleep(500);
            assertThat(transport.takeCommands()).isEmpty();
        }

        @Test
        void L11_keysThatStay_areBoundedWhateverTheNames() {
            Locks locks = Locks.builder(other).name("bounded").build();
            for (int i = 0; i < NAMES / 100; i++) {
                List<CompletableFuture<?>> done = new ArrayList<>();
                for (int j = 0; j < 100; j++) {
                    done.add(locks.lock(name + i + ' ' + j)
                            .tryAcquireAsync()
                            .thenCompose(lease -> lease.orElseThrow().releaseAsync())
                            .toCompletableFuture());
                }
                done.forEach(CompletableFuture::join);
            }
            assertThat(redis.keys("{bounded:*")).hasSizeLessThanOrEqualTo(1024).allMatch(key -> key.endsWith(":fence"));
        }
    }

    @Nested
    class Faults {
        @Test
        void L1_underCutConnectionsAndHolders_noTwoAtATime_andFencesFollowTime() throws Exception {
            record Hold(long startNanos, long endNanos, long fence) {}
            List<Hold> holds = Collections.synchronizedList(new ArrayList<>());
            long end = System.nanoTime() + LENGTH.toNanos();
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                Random random = new Random(i);
                Locks locks = Locks.builder(i % 2 == 0 ? runtime : other)
                        .lease(Duration.ofMillis(100))
                        .maxHold(Duration.ofMillis(random.nextBoolean() ? 100 : 300))
                        .pollInterval(Duration.ofMillis(50))
                        .build();
                DistributedLock lock = locks.lock(name);
                threads.add(new Thread(() -> {
                    while (System.nanoTime() < end) {
                        try {
                            Lease lease = lock.acquire();
                            long start = System.nanoTime();
                            long until = start + lease.remaining().toNanos();
                            int pauseMillis = random.nextInt(20) == 0 ? 150 : random.nextInt(5);
                            for (int slept = 0; slept < pauseMillis && lease.isValid(); slept++) {
                                Thread.sleep(1);
                                until = Math.max(
                                        until,
                                        System.nanoTime() + lease.remaining().toNanos());
                            }
                            // A thread that was late with its first look has held nothing.
                            if (until > start) {
                                holds.add(new Hold(start, Math.min(until, System.nanoTime()), lease.fence()));
                            }
                            // Some are forgotten, as by a process that died.
                            if (random.nextInt(10) > 0) {
                                lease.release();
                            }
                        } catch (PatternException e) {
                            // The connection was cut at a bad moment; what was taken runs out.
                        } catch (InterruptedException e) {
                            return;
                        }
                    }
                }));
            }
            threads.forEach(Thread::start);
            Random random = new Random(99);
            while (System.nanoTime() < end) {
                Thread.sleep(100);
                if (random.nextBoolean()) {
                    proxy.loseReplies(1);
                } else {
                    proxy.cut(false);
                }
            }
            for (Thread thread : threads) {
                thread.join();
            }
            holds.sort(Comparator.comparingLong(Hold::startNanos));
            assertThat(holds).hasSizeGreaterThan(10);
            for (int i = 1; i < holds.size(); i++) {
                assertThat(holds.get(i).startNanos())
                        .as("%s, then %s", holds.get(i - 1), holds.get(i))
                        .isGreaterThanOrEqualTo(holds.get(i - 1).endNanos());
                assertThat(holds.get(i).fence()).isGreaterThan(holds.get(i - 1).fence());
            }
        }

        @Test
        void L2_aKilledHolder_isSucceededAfterItsLease() throws Exception {
            try (ChildJvm holder = ChildJvm.run(
                    LockHolder.class.getName(), client.nameElsewhere(), Integer.toString(server.port()), name, "500")) {
                long fence = Long.parseLong(holder.expect("held"));
                Thread.sleep(600);
                DistributedLock lock = locks(runtime, 500).lock(name);
                assertThat(lock.tryAcquire()).as("renewed").isEmpty();
                holder.kill();
                Optional<Lease> successor = lock.tryAcquire(Duration.ofSeconds(2));
                assertThat(successor).isPresent();
                assertThat(successor.get().fence()).isGreaterThan(fence);
                successor.get().release();
            }
        }

        @Test
        void L3_aPausedHolder_isToldThatItLost_andItsWriteIsRefused() throws Exception {
            try (ChildJvm holder = ChildJvm.run(
                    LockHolder.class.getName(), client.nameElsewhere(), Integer.toString(server.port()), name, "500")) {
                long stale = Long.parseLong(holder.expect("held"));
                holder.pause();
                Lease successor = locks(runtime, 500).lock(name).acquire();
                FencedValue resource = FencedValue.of(other, name);
                assertThat(resource.set("by the successor", successor.fence())).isTrue();
                holder.resume();
                assertThat(holder.expect("lost")).isIn("EXPIRED", "GONE");
                holder.say("write");
                assertThat(holder.expect("written")).isEqualTo("false");
                assertThat(resource.get()).contains("by the successor");
                holder.say("release");
                assertThat(holder.expect("released")).isEqualTo("LOST");
                assertThat(successor.isValid()).isTrue();
                assertThat(successor.fence()).isGreaterThan(stale);
                assertThat(successor.release()).isEqualTo(ReleaseResult.RELEASED);
            }
        }

        @Test
        void L4_aLostReplyOfAnAcquisition_isOneGrant() {
            DistributedLock lock = Locks.over(runtime).lock(name);
            lock.tryAcquire().orElseThrow().release();
            proxy.loseReplies(1);
            Lease lease = lock.tryAcquire().orElseThrow();
            assertThat(proxy.repliesLost()).isEqualTo(1);
            String key = redis.keys("*" + name).get(0);
            assertThat(redis.get(key)).endsWith(":" + lease.fence());
            assertThat(lease.release()).isEqualTo(ReleaseResult.RELEASED);
        }

        @Test
        void L5_aLostReplyOfARelease_isARelease_andSparesTheSuccessor() {
            Lease lease = Locks.over(runtime).lock(name).tryAcquire().orElseThrow();
            Locks.over(runtime).lock("warm up").tryAcquire().orElseThrow().release();
            proxy.loseReplies(1);
            CompletableFuture<ReleaseResult> released = lease.releaseAsync().toCompletableFuture();
            await().until(() -> proxy.repliesLost() == 1);
            Optional<Lease> successor = Locks.over(other).lock(name).tryAcquire();
            assertThat(released).succeedsWithin(Duration.ofSeconds(5)).isEqualTo(ReleaseResult.RELEASED);
            assertThat(successor).isPresent();
            assertThat(successor.get().release()).isEqualTo(ReleaseResult.RELEASED);
        }

        @Test
        void L8_withoutAnyMessage_aWaiterStillGetsIt() throws Exception {
            try (PatternRuntime deaf = PatternRuntime.over(new DeafTransport(client.connect(server.port())))) {
                Locks locks =
                        Locks.builder(deaf).pollInterval(Duration.ofMillis(200)).build();
                Lease held = Locks.over(other).lock(name).acquire();
                CompletableFuture<Lease> waiter =
                        locks.lock(name).acquireAsync().toCompletableFuture();
                Thread.sleep(100);
                held.release();
                assertThat(waiter).succeedsWithin(Duration.ofSeconds(2));
                waiter.get().release();
            }
        }

        @Test
        void aSubscriptionThatBreaks_isMadeAgain() throws Exception {
            Lease held = Locks.over(other).lock(name).acquire();
            CompletableFuture<Lease> waiter =
                    Locks.over(runtime).lock(name).acquireAsync().toCompletableFuture();
            await().until(() -> !redis.pubsubChannels("{lock:*").isEmpty());
            String before = subscribers();
            proxy.cut(false);
            await().until(() -> !subscribers().isEmpty() && !subscribers().equals(before));
            held.release();
            assertThat(waiter).succeedsWithin(Duration.ofSeconds(2));
            waiter.get().release();
        }

        /** The ids of the connections that subscribe. */
        private String subscribers() {
            return redis.clientList(ClientListArgs.Builder.typePubsub())
                    .lines()
                    .map(line -> line.substring(0, line.indexOf(' ')))
                    .sorted()
                    .toList()
                    .toString()
                    .replace("[]", "");
        }

        @Test
        void L7_aServerClockSetBackAnHour_leavesFencesRising_andLeasesAsLongAsEver() throws Exception {
            DistributedLock lock = locks(runtime, 300).lock(name);
            Lease before = lock.acquire();
            before.release();
            String counter = redis.keys("{lock:*}:fence").stream()
                    .filter(key -> redis.get(key).equals(Long.toString(before.fence())))
                    .findFirst()
                    .orElseThrow();
            // As if it had been written by a clock an hour ahead.
            long ahead = before.fence() + 3_600_000_000L;
            redis.set(counter, Long.toString(ahead));
            Lease after = Locks.builder(runtime)
                    .lease(Duration.ofMillis(300))
                    .maxHold(Duration.ofMillis(300))
                    .build()
                    .lock(name)
                    .acquire();
            assertThat(after.fence()).isGreaterThan(ahead);
            assertThat(after.remaining()).isBetween(Duration.ofMillis(1), Duration.ofMillis(300));
            Lease successor = locks(other, 300).lock(name).acquire();
            assertThat(after.isValid()).isFalse();
            assertThat(successor.fence()).isGreaterThan(after.fence());
            successor.release();
        }

        @Test
        void aDamagedFenceCounter_grantsNothing() {
            Locks locks = Locks.builder(runtime).name("damaged").build();
            DistributedReadWriteLock sides = locks.readWriteLock(name);
            List<DistributedLock> all = List.of(
                    locks.lock(name), locks.fairLock(name), locks.semaphore(name, 1), sides.read(), sides.write());
            all.get(0).tryAcquire().orElseThrow().release();
            String counter = redis.keys("{damaged:*}:fence").get(0);
            for (String damaged : List.of("", "abc", "1.5", "1e300", "inf", "nan", "-1", "9007199254740992")) {
                redis.set(counter, damaged);
                for (DistributedLock lock : all) {
                    assertThatThrownBy(lock::tryAcquire)
                            .isInstanceOf(PatternException.ServerError.class)
                            .hasMessageContaining("the fence is out of range");
                }
            }
            redis.del(counter);
            assertThat(redis.keys("*:" + name)).isEmpty();
        }

        @Test
        void aLockThatNeverExpires_isAskedForRarely() throws Exception {
            Locks locks = Locks.over(runtime);
            DistributedReadWriteLock sides = locks.readWriteLock(name);
            for (DistributedLock lock : List.of(locks.lock(name), locks.fairLock(name), sides.write())) {
                lock.tryAcquire().orElseThrow();
                String key = redis.keys("*" + name).stream()
                        .filter(held -> redis.type(held).equals("string"))
                        .findFirst()
                        .orElseThrow();
                redis.persist(key);
                transport.takeCommands();
                assertThat(lock.tryAcquire(Duration.ofMillis(300))).isEmpty();
                // The first attempt, another one when the subscription took effect, and the withdrawal; EVAL if the
                // server was new.
                assertThat(transport.takeCommands()).hasSizeLessThanOrEqualTo(6);
                if (lock == sides.write()) {
                    assertThat(sides.read().tryAcquire()).isEmpty();
                }
                redis.del(key);
            }
        }

        @Test
        void aServerWithoutMemory_renewsWhatIsHeld() throws Exception {
            Locks locks = locks(runtime, 1200);
            List<Lease> held = List.of(
                    locks.lock(name).acquire(),
                    locks.fairLock(name).acquire(),
                    locks.semaphore(name, 1).acquire(),
                    locks.readWriteLock(name).read().acquire(),
                    locks.readWriteLock(name + " written").write().acquire());
            withoutMemory(() -> {
                // All of them would end meanwhile.
                Thread.sleep(1500);
                assertThat(held).allMatch(Lease::isValid);
                assertThat(held).allMatch(lease -> lease.release() == ReleaseResult.RELEASED);
            });
        }

        @Test
        void L10_aDeletedLock_isALoss() {
            Lease lease = locks(runtime, 300).lock(name).tryAcquire().orElseThrow();
            redis.del(redis.keys("*" + name).get(0));
            assertThat(lease.lost().toCompletableFuture())
                    .succeedsWithin(Duration.ofSeconds(2))
                    .isEqualTo(LossReason.GONE);
            assertThat(lease.release()).isEqualTo(ReleaseResult.LOST);
        }

        @Test
        void aHolderThatIsCutOff_knowsBeforeOthersGetIn() throws Exception {
            Lease lease = locks(runtime, 600).lock(name).tryAcquire().orElseThrow();
            CompletableFuture<LossReason> lost = lease.lost().toCompletableFuture();
            CompletableFuture<Lease> successor =
                    locks(other, 600).lock(name).acquireAsync().toCompletableFuture();
            CompletableFuture<Boolean> toldBefore = successor.thenApply(got -> !lease.isValid());
            proxy.cut(true);
            assertThat(toldBefore).succeedsWithin(Duration.ofSeconds(3)).isEqualTo(true);
            assertThat(lost).succeedsWithin(Duration.ofSeconds(1)).isEqualTo(LossReason.EXPIRED);
            successor.get().release();
        }

        @Test
        void aPausedServer_delaysButDoesNotBreak() {
            DistributedLock lock = Locks.over(runtime).lock(name);
            redis.dispatch(
                    io.lettuce.core.protocol.CommandType.CLIENT,
                    new io.lettuce.core.output.StatusOutput<>(io.lettuce.core.codec.StringCodec.UTF8),
                    new io.lettuce.core.protocol.CommandArgs<>(io.lettuce.core.codec.StringCodec.UTF8)
                            .add("PAUSE")
                            .add(400));
            Lease[] lease = new Lease[1];
            Duration took = timed(() -> lease[0] = lock.tryAcquire().orElseThrow());
            assertThat(took).isGreaterThan(Duration.ofMillis(200));
            // The time of the pause counts against the lease.
            assertThat(lease[0].remaining()).isLessThan(Duration.ofSeconds(30).minus(Duration.ofMillis(200)));
            assertThat(lease[0].release()).isEqualTo(ReleaseResult.RELEASED);
        }

        @Test
        void L6_aServerThatForgot_grantsHigherFences() throws Exception {
            client.assumeSockets();
            try (RedisServer forgetful = RedisServer.start();
                    PatternRuntime here = PatternRuntime.over(client.connect(forgetful.port()))) {
                DistributedLock lock = locks(here, 500).lock(name);
                Lease before = lock.acquire();
                forgetful.kill();
                forgetful.startAgain();
                Lease after = await().ignoreExceptions()
                        .until(() -> lock.tryAcquire(), Optional::isPresent)
                        .orElseThrow();
                assertThat(after.fence()).isGreaterThan(before.fence());
                assertThat(before.lost().toCompletableFuture()).succeedsWithin(Duration.ofSeconds(3));
                assertThat(after.release()).isEqualTo(ReleaseResult.RELEASED);
            }
        }

        @Test
        void aServerThatStaysAway_failsTheOneWhoAsks() {
            DistributedLock lock = Locks.over(runtime).lock(name);
            proxy.cut(true);
            assertThatThrownBy(lock::acquire).isInstanceOf(PatternException.class);
            assertThatThrownBy(lock::tryAcquire).isInstanceOf(PatternException.class);
            proxy.heal();
            await().ignoreExceptions().until(() -> lock.acquire().release() == ReleaseResult.RELEASED);
        }

        /** Nothing that is published arrives. */
        private record DeafTransport(RedisTransport transport) implements RedisTransport {
            @Override
            public CompletionStage<Reply> send(Command command) {
                return transport.send(command);
            }

            @Override
            public ChannelSession openChannels(ChannelListener listener) {
                return new ChannelSession() {
                    @Override
                    public void subscribe(String channel) {}

                    @Override
                    public void unsubscribe(String channel) {}

                    @Override
                    public void close() {}
                };
            }

            @Override
            public void close() {
                transport.close();
            }
        }
    }

    /** On a server of their own, whose user has the rights that the README names and no others. */
    @Nested
    class Rights {
        private static final String README =
                "~{lock:* ~{fenced:* &{lock:* +@connection +@read +@write -@dangerous +@pubsub"
                        + " +evalsha +eval +fcall +time +command|info +function|list";

        private void withRights(String rights, Check check) throws Exception {
            client.assumeSockets();
            try (RedisServer restricted = RedisServer.start()) {
                assertThat(restricted.call("ACL SETUSER default reset on nopass " + rights))
                        .startsWith("+OK");
                try (PatternRuntime here = PatternRuntime.builder(client.connect(restricted.port()))
                        .ways(Way.SCRIPT)
                        .build()) {
                    check.of(
                            here,
                            Locks.builder(here)
                                    .pollInterval(Duration.ofMillis(500))
                                    .build());
                }
            }
        }

        private interface Check {
            void of(PatternRuntime runtime, Locks locks) throws Exception;
        }

        private List<DistributedLock> all(Locks locks) {
            return List.of(
                    locks.lock(name),
                    locks.fairLock(name),
                    locks.semaphore(name, 1),
                    locks.readWriteLock(name).write());
        }

        private void handOver(DistributedLock lock) throws Exception {
            Lease held = lock.acquire();
            CompletableFuture<Lease> waiter = lock.acquireAsync().toCompletableFuture();
            Thread.sleep(100); // it is denied, and subscribes
            assertThat(lock.tryAcquire()).isEmpty();
            assertThat(held.release()).isEqualTo(ReleaseResult.RELEASED);
            assertThat(waiter).succeedsWithin(Duration.ofSeconds(3));
            assertThat(waiter.join().release()).isEqualTo(ReleaseResult.RELEASED);
        }

        @Test
        void thoseOfTheReadme_areEnough() throws Exception {
            withRights(README, (here, locks) -> {
                for (DistributedLock lock : all(locks)) {
                    handOver(lock);
                }
                DistributedLock readers = locks.readWriteLock(name).read();
                readers.acquire().release();
                assertThat(FencedValue.of(here, name).set("written", 1)).isTrue();
            });
        }

        @Test
        void withoutTheChannel_whoWaitsAsksInTime() throws Exception {
            withRights(README.replace("&{lock:* ", "resetchannels "), (here, locks) -> {
                for (DistributedLock lock : all(locks)) {
                    handOver(lock);
                }
            });
        }
    }

    @Nested
    class JavaLock {
        @Test
        void isReentrant_andOwnedByAThread() throws Exception {
            Lock lock = Locks.over(runtime).lock(name).asJavaLock();
            lock.lock();
            assertThat(lock.tryLock()).isTrue();
            assertThat(lock.tryLock(1, SECONDS)).isTrue();
            lock.unlock();
            lock.unlock();
            assertThat(Locks.over(other).lock(name).tryAcquire()).isEmpty();
            CompletableFuture<Void> elsewhere = CompletableFuture.runAsync(() -> {
                assertThat(lock.tryLock()).isFalse();
                assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
            });
            assertThat(elsewhere).succeedsWithin(Duration.ofSeconds(5));
            lock.unlock();
            assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
            Lock theirs = Locks.over(other).lock(name).asJavaLock();
            assertThat(theirs.tryLock()).isTrue();
            assertThat(lock.tryLock(50, MILLISECONDS)).isFalse();
            theirs.unlock();
            lock.lockInterruptibly();
            lock.unlock();
        }

        @Test
        void whatSeveralMayHold_isHeldByThreadsBesideEachOther() {
            Locks locks = Locks.over(runtime);
            for (DistributedLock shared :
                    List.of(locks.semaphore(name, 2), locks.readWriteLock(name).read())) {
                Lock lock = shared.asJavaLock();
                lock.lock();
                lock.lock();
                CompletableFuture<Void> elsewhere = CompletableFuture.runAsync(() -> {
                    assertThat(lock.tryLock()).isTrue();
                    assertThat(lock.tryLock()).isTrue();
                    lock.unlock();
                    lock.unlock();
                    assertThatThrownBy(lock::unlock).isInstanceOf(IllegalMonitorStateException.class);
                });
                assertThat(elsewhere).succeedsWithin(Duration.ofSeconds(5));
                lock.unlock();
                lock.unlock();
                assertThat(redis.keys("*" + name)).isEmpty();
            }
        }

        @Test
        void aLostLease_isToldByUnlock() {
            Lock lock = Locks.over(runtime).lock(name).asJavaLock();
            lock.lock();
            redis.del(redis.keys("*" + name).get(0));
            assertThatThrownBy(lock::unlock).isInstanceOf(LockLostException.class);
            lock.lock();
            lock.unlock();
        }
    }
}

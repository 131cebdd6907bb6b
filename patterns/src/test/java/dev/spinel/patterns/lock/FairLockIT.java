package dev.spinel.patterns.lock;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.spinel.patterns.lock.LeaderElection.Term;
import dev.spinel.patterns.testing.ChildJvm;
import dev.spinel.patterns.testing.ClientKind;
import dev.spinel.patterns.testing.RecipeFixture;
import dev.spinel.patterns.transport.PatternRuntime;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Lock;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** Fair locks, and leaders that are elected by them, with each client library. */
class FairLockIT extends RecipeFixture {

    FairLockIT(ClientKind client) {
        super(client);
    }

    private long queued() {
        return redis.keys("*queue:" + name).stream().mapToLong(redis::zcard).sum();
    }

    private CompletableFuture<Lease> joinQueue(DistributedLock lock) {
        long before = queued();
        CompletableFuture<Lease> waiter = lock.acquireAsync().toCompletableFuture();
        await().until(() -> queued() == before + 1);
        return waiter;
    }

    @Nested
    class Fair {
        @Test
        void L12_allProcesses_areServedInTheOrderInWhichTheyAsked() throws Exception {
            List<DistributedLock> locks = List.of(
                    Locks.over(runtime).fairLock(name), Locks.over(other).fairLock(name));
            Lease held = locks.get(0).acquire();
            List<Integer> order = Collections.synchronizedList(new ArrayList<>());
            List<CompletableFuture<ReleaseResult>> done = new ArrayList<>();
            // Most of them in one process, so that turns of processes would not do.
            int[] process = {0, 0, 0, 1, 0, 1, 0, 0, 1, 0};
            for (int i = 0; i < process.length; i++) {
                int number = i;
                done.add(joinQueue(locks.get(process[i])).thenCompose(lease -> {
                    order.add(number);
                    return lease.releaseAsync();
                }));
            }
            assertThat(locks.get(1).tryAcquire()).isEmpty();
            held.release();
            CompletableFuture.allOf(done.toArray(CompletableFuture[]::new)).get(10, SECONDS);
            assertThat(order).containsExactly(0, 1, 2, 3, 4, 5, 6, 7, 8, 9);
            assertThat(redis.keys("*:" + name)).isEmpty();
        }

        @Test
        void aRelease_wakesTheNextOneOnly() throws Exception {
            DistributedLock lock = Locks.over(runtime).fairLock(name);
            Lease held = Locks.over(other).fairLock(name).acquire();
            CompletableFuture<Lease> next = joinQueue(lock);
            List<CompletableFuture<Lease>> others = new ArrayList<>();
            for (int i = 0; i < 5; i++) {
                others.add(joinQueue(lock));
            }
            // All subscriptions have taken effect, after which each one asks once more.
            Thread.sleep(200);
            transport.takeCommands();
            held.release();
            assertThat(next).succeedsWithin(Duration.ofSeconds(2));
            Thread.sleep(100);
            assertThat(transport.takeCommands()).hasSize(1);
            assertThat(others).noneMatch(CompletableFuture::isDone);
            others.forEach(waiter -> waiter.cancel(false));
            next.join().release();
            await().until(() -> redis.keys("*:" + name).isEmpty());
        }

        @Test
        void nobodyOvertakes_whoeverWaits() throws Exception {
            DistributedLock mine = Locks.over(runtime).fairLock(name);
            DistributedLock theirs = Locks.over(other).fairLock(name);
            Lease held = mine.acquire();
            CompletableFuture<Lease> first = joinQueue(theirs);
            proxy.cut(true); // the release does not arrive, and the lease is not renewed
            proxy.heal();
            held.close();
            assertThat(first).succeedsWithin(Duration.ofSeconds(5));
            assertThat(mine.tryAcquire()).isEmpty();
            assertThat(mine.tryAcquire(Duration.ofMillis(50))).isEmpty();
            await().until(() -> queued() == 0);
            first.join().release();
            mine.tryAcquire().orElseThrow().release();
        }

        @Test
        void whoGivesUp_leavesTheQueue() throws Exception {
            DistributedLock lock = Locks.over(runtime).fairLock(name);
            Lease held = Locks.over(other).fairLock(name).acquire();
            CompletableFuture<Lease> first = joinQueue(lock);
            CompletableFuture<Lease> second = joinQueue(lock);
            first.cancel(false);
            await().until(() -> queued() == 1);
            assertThat(lock.tryAcquire(Duration.ofMillis(50))).isEmpty();
            held.release();
            assertThat(second).succeedsWithin(Duration.ofSeconds(2));
            second.join().release();
            await().until(() -> redis.keys("*:" + name).isEmpty());
        }

        @Test
        void theDead_arePassedOver() throws Exception {
            Locks patient =
                    Locks.builder(runtime).pollInterval(Duration.ofMillis(200)).build();
            Lease held = patient.fairLock(name).acquire();
            PatternRuntime dying = PatternRuntime.over(client.connect(server.port()));
            Locks brief =
                    Locks.builder(dying).pollInterval(Duration.ofMillis(200)).build();
            CompletableFuture<Lease> dead = joinQueue(brief.fairLock(name));
            CompletableFuture<Lease> alive = joinQueue(patient.fairLock(name));
            dying.close();
            held.release();
            assertThat(alive).succeedsWithin(Duration.ofSeconds(3));
            assertThat(dead.isDone() && !dead.isCompletedExceptionally()).isFalse();
            alive.join().release();
        }

        @Test
        void theDead_arePassedOver_alsoIfNobodyKnowsUntilWhenTheyWereThere() throws Exception {
            DistributedLock lock = Locks.over(runtime).fairLock(name);
            Lease held = lock.acquire();
            try (PatternRuntime dying = PatternRuntime.over(client.connect(server.port()))) {
                joinQueue(Locks.over(dying).fairLock(name));
                joinQueue(Locks.over(dying).fairLock(name));
            }
            redis.del(redis.keys("*:present:" + name).get(0));
            held.release();
            lock.tryAcquire().orElseThrow().release();
            assertThat(redis.keys("*:" + name)).isEmpty();
        }

        @Test
        void L4_aLostReply_isOnePlaceAndOneGrant() throws Exception {
            DistributedLock lock = Locks.over(runtime).fairLock(name);
            lock.acquire().release();
            proxy.loseReplies(1);
            Lease lease = lock.acquire();
            assertThat(proxy.repliesLost()).isEqualTo(1);
            proxy.loseReplies(1);
            CompletableFuture<Lease> waiter = joinQueue(lock);
            await().until(() -> proxy.repliesLost() == 2);
            lease.release();
            assertThat(waiter).succeedsWithin(Duration.ofSeconds(3));
            assertThat(waiter.join().release()).isEqualTo(ReleaseResult.RELEASED);
            assertThat(queued()).isZero();
        }

        @Test
        void L1_underLoad_oneAtATime_withRisingFences() throws Exception {
            AtomicInteger inside = new AtomicInteger();
            AtomicInteger met = new AtomicInteger();
            List<Long> fences = Collections.synchronizedList(new ArrayList<>());
            List<Thread> threads = new ArrayList<>();
            for (int i = 0; i < 6; i++) {
                Lock lock =
                        Locks.over(i % 2 == 0 ? runtime : other).fairLock(name).asJavaLock();
                DistributedLock plain = Locks.over(i % 2 == 0 ? runtime : other).fairLock(name);
                boolean java = i < 2;
                threads.add(new Thread(() -> {
                    for (int j = 0; j < 30; j++) {
                        if (java) {
                            lock.lock();
                            met.addAndGet(inside.incrementAndGet() > 1 ? 1 : 0);
                            inside.decrementAndGet();
                            lock.unlock();
                            continue;
                        }
                        try (Lease lease = plain.acquire()) {
                            met.addAndGet(inside.incrementAndGet() > 1 ? 1 : 0);
                            fences.add(lease.fence());
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
            assertThat(met).hasValue(0);
            assertThat(fences).hasSize(120).isSorted().doesNotHaveDuplicates();
        }
    }

    @Nested
    class Leaders {
        private final BlockingQueue<Term> terms = new LinkedBlockingQueue<>();
        private final List<LeaderElection> elections = new ArrayList<>();

        @AfterEach
        void leave() {
            elections.forEach(LeaderElection::close);
        }

        private LeaderElection join(PatternRuntime through, LeaderElection.Candidate candidate) {
            return join(through, Duration.ofSeconds(30), candidate);
        }

        private LeaderElection join(PatternRuntime through, Duration lease, LeaderElection.Candidate candidate) {
            Locks locks = Locks.builder(through).lease(lease).build();
            LeaderElection election = LeaderElection.join(locks, name, Runnable::run, candidate);
            elections.add(election);
            return election;
        }

        private Term next() throws InterruptedException {
            Term term = terms.poll(5, SECONDS);
            assertThat(term).isNotNull();
            return term;
        }

        @Test
        void oneLeads_untilItResigns_andTheNextOneHasAHigherTerm() throws Exception {
            LeaderElection mine = join(runtime, terms::add);
            Term first = next();
            assertThat(mine.term()).contains(first);
            LeaderElection theirs = join(other, terms::add);
            await().until(() -> queued() == 1);
            assertThat(theirs.term()).isEmpty();
            first.resign();
            Term second = next();
            assertThat(second.number()).isGreaterThan(first.number());
            assertThat(first.isCurrent()).isFalse();
            assertThat(mine.term()).isEmpty();
            assertThat(theirs.term()).contains(second);
            // The first one stands again.
            await().until(() -> queued() == 1);
            theirs.close();
            Term third = next();
            assertThat(third.number()).isGreaterThan(second.number());
            assertThat(mine.term()).contains(third);
            first.resign();
            assertThat(third.isCurrent()).isTrue();
        }

        @Test
        void aLeaderThatIsCutOff_knowsBeforeAnotherIsElected_andStandsAgain() throws Exception {
            LeaderElection mine = join(runtime, Duration.ofMillis(600), terms::add);
            Term first = next();
            CompletableFuture<LossReason> lost = first.lost().toCompletableFuture();
            CompletableFuture<Boolean> toldBefore = new CompletableFuture<>();
            join(other, term -> {
                toldBefore.complete(!first.isCurrent());
                terms.add(term);
            });
            await().until(() -> queued() == 1);
            proxy.cut(true);
            Term second = next();
            assertThat(toldBefore).isCompletedWithValue(true);
            assertThat(lost).succeedsWithin(Duration.ofSeconds(1)).isEqualTo(LossReason.EXPIRED);
            assertThat(mine.term()).isEmpty();
            proxy.heal();
            await().until(() -> queued() == 1);
            second.resign();
            assertThat(next().number()).isGreaterThan(second.number());
            assertThat(mine.term()).isPresent();
        }

        @Test
        void aLeaderThatDies_isReplaced() throws Exception {
            try (ChildJvm process = ChildJvm.run(
                    LeadingProcess.class.getName(), client.nameElsewhere(), Integer.toString(server.port()), name)) {
                long number = Long.parseLong(process.expect("leads"));
                join(runtime, terms::add);
                await().until(() -> queued() == 1);
                process.kill();
                assertThat(next().number()).isGreaterThan(number);
            }
        }

        @Test
        void theFairLockOfTheSameName_isAnother() throws Exception {
            join(runtime, terms::add);
            next();
            Lease lease = Locks.over(other).fairLock(name).tryAcquire().orElseThrow();
            assertThat(lease.release()).isEqualTo(ReleaseResult.RELEASED);
        }

        @Test
        void aCandidateThatFails_resigns() throws Exception {
            AtomicInteger failures = new AtomicInteger();
            join(runtime, term -> {
                if (failures.incrementAndGet() < 3) {
                    throw new IOException("for the test");
                }
                terms.add(term);
            });
            assertThat(next().isCurrent()).isTrue();
            assertThat(failures).hasValue(3);
            assertThat(events.cause("leader.candidateFailed")).hasMessage("for the test");
        }

        @Test
        void closing_leavesNothingBehind() throws Exception {
            LeaderElection mine = join(runtime, terms::add);
            Term term = next();
            LeaderElection theirs = join(other, terms::add);
            await().until(() -> queued() == 1);
            theirs.close();
            await().until(() -> queued() == 0);
            mine.close();
            assertThat(term.isCurrent()).isFalse();
            assertThat(redis.keys("*:" + name)).isEmpty();
            assertThat(terms).isEmpty();
        }
    }
}

package dev.spinel.patterns.lock;

import static java.nio.charset.StandardCharsets.UTF_8;
import static java.util.Objects.requireNonNull;

import dev.spinel.patterns.lock.LeaseProtocol.Lane;
import dev.spinel.patterns.transport.Names;
import dev.spinel.patterns.transport.PatternRuntime;
import dev.spinel.patterns.transport.ReplicaAcknowledgement;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Makes locks, fair ones, read-write locks and semaphores that processes share by name. Thread-safe, and made once per application; the
 * locks it makes are light, and each keeps its own queue of waiters: share them among the threads that contend.
 *
 * <p>Guarantees, on a single server that keeps its data: never two holders at a time by the server's clock; each grant has a
 * higher {@link Lease#fence fence} than all before; a dead holder's lease ends by itself; a lost reply neither grants twice nor
 * releases another's lease. A server that loses acknowledged writes (failover of asynchronous replicas, restart without a log)
 * may grant a lock that is held, but for what a replica acknowledged that takes over ({@link Builder#replicas}): the fences still rise, so that a
 * resource that checks them stays right. Setting the server's clock back lengthens the leases of the dead by as much, and fences may fall only if
 * the lane's counter was lost too.
 *
 * <p>Names are spread over {@value #LANES} lanes of the key space, each in one slot of a cluster, with one fence counter and one
 * channel: what stays on the server is bounded, however many names are used. Events: {@code lock.lost},
 * {@code lock.renewalFailed}, {@code lock.releaseFailed}, {@code lock.withdrawFailed}, {@code lock.grantedTooLate}, each with
 * the lock's name.
 */
public final class Locks {
    private static final int LANES = 1024;
    private static final Duration SHORTEST_LEASE = Duration.ofMillis(100);

    private final PatternRuntime runtime;
    private final String prefix;
    private final LeaseSettings settings;

    private Locks(Builder builder) {
        runtime = builder.runtime;
        prefix = builder.name;
        settings = new LeaseSettings(
                builder.lease.truncatedTo(ChronoUnit.MILLIS),
                builder.maxHold.truncatedTo(ChronoUnit.MILLIS),
                builder.pollInterval,
                builder.acknowledgement);
    }

    /** With default settings. */
    public static Locks over(PatternRuntime runtime) {
        return builder(runtime).build();
    }

    /** To be configured. */
    public static Builder builder(PatternRuntime runtime) {
        return new Builder(runtime);
    }

    /** A lock that one holds at a time. */
    public DistributedLock lock(String name) {
        return new DistributedLock(LeaseProtocol.mutex(runtime, lane(name), name), settings);
    }

    /**
     * A lock that one holds at a time, and that all who wait for it get in the order in which they asked, over all processes. One who dies
     * while waiting is passed over within twice the poll interval. Those who wait ask the server once per poll interval each, to keep
     * their places. Not the same as {@link #lock} of that name.
     */
    public DistributedLock fairLock(String name) {
        return fairLock("", name);
    }

    /** The leadership of a name: a fair lock, but not that of the name. */
    DistributedLock seat(String name) {
        return fairLock("leader-", name);
    }

    private DistributedLock fairLock(String kind, String name) {
        Duration mark = settings.pollInterval().multipliedBy(2);
        return new DistributedLock(LeaseProtocol.fair(runtime, lane(name), kind, name, mark), settings);
    }

    /** A lock that many readers or one writer hold at a time. */
    public DistributedReadWriteLock readWriteLock(String name) {
        Duration mark = settings.pollInterval().multipliedBy(2);
        return new DistributedReadWriteLock(
                new DistributedLock(LeaseProtocol.read(runtime, lane(name), name, mark), settings),
                new DistributedLock(LeaseProtocol.write(runtime, lane(name), name, mark), settings));
    }

    /**
     * A lock that so many hold at a time, one permit each. All users of a name must give the same number.
     *
     * @throws IllegalArgumentException if there is no permit
     */
    public DistributedLock semaphore(String name, int permits) {
        if (permits < 1) {
            throw new IllegalArgumentException("Semaphore '" + name + "' needs at least one permit, not " + permits);
        }
        return new DistributedLock(LeaseProtocol.permit(runtime, lane(name), name, permits), settings);
    }

    private Lane lane(String name) {
        CRC32 hash = new CRC32();
        hash.update(name.getBytes(UTF_8));
        return new Lane(prefix, (int) (hash.getValue() % LANES));
    }

    /** Settings of locks. */
    public static final class Builder {
        private final PatternRuntime runtime;
        private String name = "lock";
        private Duration lease = Duration.ofSeconds(30);
        private Duration maxHold = Duration.ofHours(1);
        private Duration pollInterval = Duration.ofSeconds(5);
        private @Nullable ReplicaAcknowledgement acknowledgement;

        private Builder(PatternRuntime runtime) {
            this.runtime = requireNonNull(runtime, "runtime");
        }

        /** The start of all keys on the server, {@code lock} if not set. Without braces, which are for the hash tag. */
        public Builder name(String value) {
            name = requireNonNull(value, "name");
            return this;
        }

        /**
         * How long a grant or a renewal lasts, in whole milliseconds, 30 seconds if not set: how long others wait after a holder died. Renewed after a
         * third of it; longer than the transport's time-out, so that a slow answer does not lose it. One that is not
         * longer than a round trip is refused by {@link #build}, as far as the transport can measure it; one that turns out to be too short for the server
         * is found when two grants in a row come too late.
         */
        public Builder lease(Duration value) {
            lease = requireNonNull(value, "lease");
            return this;
        }

        /**
         * How long renewals go on, in whole milliseconds, an hour if not set: a holder that hangs loses the lock then. The same as the lease for no
         * renewals.
         */
        public Builder maxHold(Duration value) {
            maxHold = requireNonNull(value, "maxHold");
            return this;
        }

        /**
         * After what time a waiter asks again if it heard nothing, 5 seconds if not set: what a lost message costs. Longer than a round trip, as
         * those who wait for fair and read-write locks are forgotten after twice that.
         */
        public Builder pollInterval(Duration value) {
            pollInterval = requireNonNull(value, "pollInterval");
            return this;
        }

        /**
         * Grants and renewals count when so many replicas of the server have them; none if not set. A lock that is held then is held after a
         * failover to one of these, too. If too few of them acknowledge it in time, taking it fails with {@link
         * dev.spinel.patterns.transport.PatternException.UnknownOutcome}, also for those who wait, and what was got is given back; a renewal is
         * tried again until the lease ends.
         *
         * <p>A replica that did not acknowledge may be promoted as well: with as many as there are, no failover gives a lock to two, if the servers' clocks
         * agree, but while one of them is away none is granted. Costs no further round trip of the client, but that of the server to its replicas,
         * and needs permission for {@code SET} and {@code WAIT}.
         *
         * @param timeout between 1 ms and a minute, shorter than the transport waits for replies, and much shorter than the lease
         * @throws IllegalArgumentException if the values are out of range
         */
        public Builder replicas(int replicas, Duration timeout) {
            acknowledgement = new ReplicaAcknowledgement(replicas, timeout);
            return this;
        }

        /**
         * The factory of locks. May block for a few round trips, which are measured, two seconds at most.
         *
         * @throws IllegalArgumentException if the settings make no sense together
         */
        public Locks build() {
            Names.withoutBraces("group of locks", name);
            check("lease", lease, SHORTEST_LEASE);
            check("maxHold", maxHold, lease);
            check("pollInterval", pollInterval, Duration.ofMillis(10));
            runtime.checkLease("Locks '" + name + '\'', lease);
            if (acknowledgement == null) {
                return new Locks(this);
            }
            if (acknowledgement.timeout().compareTo(lease) >= 0) {
                throw new IllegalArgumentException(
                        "Locks '" + name + "': replicas have less time to acknowledge than a lease lasts, which is "
                                + lease + ", not " + acknowledgement.timeout());
            }
            runtime.checkAcknowledgement("Locks '" + name + '\'', acknowledgement);
            return new Locks(this);
        }

        private void check(String setting, Duration value, Duration least) {
            if (value.compareTo(least) < 0 || value.compareTo(Duration.ofDays(366)) > 0) {
                throw new IllegalArgumentException(
                        "Locks '" + name + "': " + setting + " is between " + least + " and 366 days, not " + value);
            }
        }
    }
}

package dev.spinel.patterns;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.patterns.analytics.Funnel;
import dev.spinel.patterns.analytics.TopItems;
import dev.spinel.patterns.analytics.UniqueCounter;
import dev.spinel.patterns.analytics.Window;
import dev.spinel.patterns.analytics.WindowedCounter;
import dev.spinel.patterns.cache.CacheAside;
import dev.spinel.patterns.cache.Loader;
import dev.spinel.patterns.cache.NearCache;
import dev.spinel.patterns.leaderboard.Board;
import dev.spinel.patterns.leaderboard.BoardWindow;
import dev.spinel.patterns.leaderboard.Change;
import dev.spinel.patterns.leaderboard.Leaderboard;
import dev.spinel.patterns.leaderboard.Merge;
import dev.spinel.patterns.leaderboard.Page;
import dev.spinel.patterns.leaderboard.RankMode;
import dev.spinel.patterns.leaderboard.ShardedLeaderboard;
import dev.spinel.patterns.leaderboard.Standing;
import dev.spinel.patterns.leaderboard.Submission;
import dev.spinel.patterns.leaderboard.TieBreak;
import dev.spinel.patterns.lettuce.LettuceTransport;
import dev.spinel.patterns.lock.DistributedLock;
import dev.spinel.patterns.lock.DistributedReadWriteLock;
import dev.spinel.patterns.lock.JdbcFence;
import dev.spinel.patterns.lock.LeaderElection;
import dev.spinel.patterns.lock.Lease;
import dev.spinel.patterns.lock.Locks;
import dev.spinel.patterns.queue.CronExpression;
import dev.spinel.patterns.queue.JdbcInbox;
import dev.spinel.patterns.queue.Message;
import dev.spinel.patterns.queue.Misfire;
import dev.spinel.patterns.queue.QueueEngine;
import dev.spinel.patterns.queue.QueueScheduler;
import dev.spinel.patterns.queue.QueueSchedules;
import dev.spinel.patterns.queue.QueueStats;
import dev.spinel.patterns.queue.QueueWorker;
import dev.spinel.patterns.queue.Schedule;
import dev.spinel.patterns.queue.ScheduleState;
import dev.spinel.patterns.queue.WorkQueue;
import dev.spinel.patterns.ratelimit.Decision;
import dev.spinel.patterns.ratelimit.FailureMode;
import dev.spinel.patterns.ratelimit.Limit;
import dev.spinel.patterns.ratelimit.RateLimiter;
import dev.spinel.patterns.session.ExpiredSession;
import dev.spinel.patterns.session.Session;
import dev.spinel.patterns.session.SessionReaper;
import dev.spinel.patterns.session.SessionStore;
import dev.spinel.patterns.stream.EventStream;
import dev.spinel.patterns.stream.StreamConsumer;
import dev.spinel.patterns.testing.RedisServer;
import dev.spinel.patterns.topic.Gap;
import dev.spinel.patterns.topic.Topic;
import dev.spinel.patterns.topic.TopicListener;
import dev.spinel.patterns.topic.TopicSubscription;
import dev.spinel.patterns.transport.Codec;
import dev.spinel.patterns.transport.PatternException;
import dev.spinel.patterns.transport.PatternRuntime;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The examples of the README: they compile, run, and are the ones that are printed there. */
class ReadmeIT {
    private static final Pattern EXAMPLE = Pattern.compile("```java\n(.*?)```", Pattern.DOTALL);

    private final Map<String, String> response = new HashMap<>();
    private int status;
    private long fenceOfTheLastWrite;
    private final AtomicInteger version = new AtomicInteger(1);
    private CompletableFuture<Boolean> paid = new CompletableFuture<>();
    private final CompletableFuture<String> printed = new CompletableFuture<>();
    private final CompletableFuture<Long> scheduled = new CompletableFuture<>();
    private final CompletableFuture<String> sent = new CompletableFuture<>();
    private final List<Message> enqueuedLater = new ArrayList<>();
    private final CompletableFuture<String> shown = new CompletableFuture<>();
    private final CompletableFuture<String> billed = new CompletableFuture<>();

    @Test
    @Tag("redis-server")
    void examples_run() throws Exception {
        try (RedisServer server = RedisServer.start()) {
            try (PatternRuntime runtime = PatternRuntime.over(LettuceTransport.connect(server.uri()))) {
                limit(runtime);
                lease(runtime);
                lock(runtime);
                share(runtime);
                fence(runtime);
                lead(runtime);
                rank(runtime);
                compete(runtime);
                spread(runtime);
                fade(runtime);
                work(runtime);
                payOnce(runtime);
                outlast(runtime);
                cache(runtime);
                near(runtime);
                remember(runtime);
                count(runtime);
                publish(runtime);
                stream(runtime);
            }
        }
        assertThat(response).containsKey("RateLimit");
        assertThat(status).isZero();
        assertThat(fenceOfTheLastWrite).isPositive();
        assertThat(printed).isCompletedWithValue("page");
    }

    private void limit(PatternRuntime runtime) {
        RateLimiter limiter = RateLimiter.builder(runtime)
                .name("api")
                .limits(
                        Limit.Gcra.of("second", 10, Duration.ofSeconds(1)),
                        Limit.FixedWindow.of("day", 10_000, Duration.ofDays(1)))
                .onFailure(FailureMode.OPEN)
                .build();

        Decision decision = limiter.tryAcquire("user:42");
        response.putAll(decision.fields().asMap());
        if (!decision.allowed()) {
            status = 429;
        }
    }

    private void lease(PatternRuntime runtime) {
        RateLimiter ingest = RateLimiter.builder(runtime)
                .name("ingest")
                .limits(Limit.Gcra.of("minute", 600_000, Duration.ofMinutes(1)))
                .tokenLease(64, Duration.ofMillis(100))
                .build();
        assertThat(ingest.tryAcquire("sensor 7").allowed()).isTrue();
    }

    private void lock(PatternRuntime runtime) throws InterruptedException {
        Locks locks = Locks.builder(runtime).lease(Duration.ofSeconds(30)).build();
        DistributedLock lock = locks.lock("invoice:17");

        try (Lease lease = lock.acquire()) {
            lease.lost().thenAccept(reason -> System.err.println("stop: " + reason));
            write("invoice:17", lease.fence());
        }
    }

    private void share(PatternRuntime runtime) throws InterruptedException {
        Locks locks = Locks.over(runtime);
        DistributedLock printers = locks.semaphore("printers", 3);
        try (Lease permit = printers.acquire()) {
            print("page", permit::isValid);
        }
        DistributedReadWriteLock catalogue = locks.readWriteLock("catalogue");
        try (Lease writer = catalogue.write().acquire()) {
            write("catalogue", writer.fence());
        }
    }

    private void fence(PatternRuntime runtime) throws Exception {
        Locks locks = Locks.over(runtime);
        try (Connection connection = DriverManager.getConnection("jdbc:h2:mem:");
                Statement statement = connection.createStatement()) {
            statement.execute(JdbcFence.of("lock_fence").createTable());
            JdbcFence fence = JdbcFence.of("lock_fence");
            try (Lease lease = locks.fairLock("invoice:17").acquire()) {
                connection.setAutoCommit(false);
                if (fence.admit(connection, "invoice:17", lease.fence())) {
                    pay(connection);
                    connection.commit();
                }
            }
        }
        assertThat(paid).isCompletedWithValue(true);
    }

    private void pay(Connection connection) throws SQLException {
        paid.complete(connection.isValid(1));
    }

    private void lead(PatternRuntime runtime) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(1);
        Locks locks = Locks.over(runtime);
        LeaderElection election = LeaderElection.join(locks, "scheduler", executor, term -> {
            while (term.isCurrent()) {
                schedule(term.number());
            }
        });
        scheduled.get(10, TimeUnit.SECONDS);
        election.close();
        executor.shutdown();
    }

    private void schedule(long term) throws InterruptedException {
        scheduled.complete(term);
        Thread.sleep(1);
    }

    private void rank(PatternRuntime runtime) {
        Leaderboard board = Leaderboard.builder(runtime, "season-7")
                .ranks(RankMode.COMPETITION)
                .ties(TieBreak.EARLIER_FIRST)
                .build();

        Submission submission = board.add("ann", 25, "match 1234");
        long rank = submission.standing().rank();
        Page neighbours = board.around("ann", 5, 5);
        Page best = board.top(10);
        assertThat(rank).isOne();
        assertThat(best).isEqualTo(neighbours);
    }

    private void compete(PatternRuntime runtime) {
        BoardWindow day = BoardWindow.day();
        Leaderboard arena = Leaderboard.builder(runtime, "arena")
                .ties(TieBreak.SUB_SCORE)
                .windows(ZoneId.of("Europe/Berlin"), day, BoardWindow.week(), BoardWindow.season("winter"))
                .build();

        arena.submit(Change.best("ann", 1250)
                .withSubScore(17)
                .withData("replay/9f2c")
                .withId("match 1234"));
        Page today = arena.window(day).withData().top(10);
        Page yesterday = arena.window(day, 1).around("ann", 5, 5);
        List<Standing> friends = arena.among(List.of("ann", "bob", "eve"));

        List<Board> lastSeven = IntStream.rangeClosed(1, 7)
                .mapToObj(back -> arena.window(day, back))
                .toList();
        arena.merge("last seven days", Merge.SUM, Duration.ofDays(30), lastSeven);
        arena.archive("season 7", Duration.ofDays(400));
        Page podium = arena.named("season 7").top(3);

        assertThat(today.standings()).extracting(Standing::data).containsExactly(Optional.of("replay/9f2c"));
        assertThat(yesterday.standings()).isEmpty();
        assertThat(friends).isEqualTo(podium.standings());
    }

    private void spread(PatternRuntime runtime) {
        ShardedLeaderboard world =
                Leaderboard.builder(runtime, "world").ties(TieBreak.SUB_SCORE).buildSharded(64);
        world.submit(Change.add("ann", 25).withSubScore(17));
        Optional<Standing> everywhere = world.standing("ann");
        Page champions = world.top(10);
        assertThat(champions.standings()).containsExactly(everywhere.orElseThrow());
    }

    private void fade(PatternRuntime runtime) {
        Leaderboard trending = Leaderboard.builder(runtime, "trending")
                .halfLife(Duration.ofDays(7))
                .build();
        trending.add("dune", 1, "order 17");
        assertThat(trending.size()).isOne();
    }

    private void work(PatternRuntime runtime) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(10);
        WorkQueue queue = WorkQueue.builder(runtime, "mails").maxDeliveries(5).build();
        queue.enqueue(Message.of("welcome ann").withKey("signup:ann").withPriority(5));

        QueueWorker worker = QueueWorker.builder(queue, executor, delivery -> {
                    send(delivery.text(), delivery.id());
                    return delivery.acknowledge();
                })
                .concurrency(10)
                .start();

        sent.get(10, TimeUnit.SECONDS);
        worker.close();
        executor.shutdown();
        WorkQueue exports =
                WorkQueue.builder(runtime, "exports").maxLeasedPerGroup(2).build();
        exports.enqueue(Message.of("orders of 2026").withGroup("tenant:17"));
        assertThat(exports.stats("tenant:17").ready()).isOne();
        WorkQueue events =
                WorkQueue.builder(runtime, "events").engine(QueueEngine.STREAM).build();
        events.enqueue(Message.of("ann came"));
        assertThat(events.claim(1)).hasSize(1);
        QueueSchedules schedules = QueueSchedules.of(queue);
        schedules.put(Schedule.of(
                        "digest",
                        CronExpression.parse("0 9 * * MON-FRI"),
                        ZoneId.of("Europe/Berlin"),
                        Message.of("send the digest"))
                .withMisfire(Misfire.skip()));
        QueueScheduler scheduler = QueueScheduler.builder(queue).start();
        assertThat(schedules.list()).extracting(ScheduleState::paused).containsExactly(false);
        scheduler.close();
        assertThat(queue.stats()).isEqualTo(new QueueStats(0, 0, 0, 0));
    }

    private void payOnce(PatternRuntime runtime) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(1);
        WorkQueue payments = WorkQueue.builder(runtime, "payments").build();
        paid = new CompletableFuture<>();
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:payments");
        try (Connection keepsDatabase = database.getConnection();
                Statement statement = keepsDatabase.createStatement()) {
            statement.execute(JdbcInbox.of("inbox").createTable());
            JdbcInbox inbox = JdbcInbox.of("inbox");
            QueueWorker payer = QueueWorker.builder(payments, executor, delivery -> {
                        try (Connection connection = database.getConnection()) {
                            connection.setAutoCommit(false);
                            if (inbox.admit(connection, payments, delivery)) {
                                pay(connection);
                            }
                            connection.commit();
                        }
                        return delivery.acknowledge();
                    })
                    .start();

            payments.enqueue(Message.of("invoice 17"));
            assertThat(paid.get(10, TimeUnit.SECONDS)).isTrue();
            payer.close();
        }
        executor.shutdown();
    }

    private void cache(PatternRuntime runtime) {
        ExecutorService executor = Executors.newFixedThreadPool(10);
        CacheAside<String> users = CacheAside.builder(
                        runtime, "users", Codec.utf8(), Loader.blocking(executor, this::selectUser))
                .freshFor(Duration.ofMinutes(10))
                .staleFor(Duration.ofHours(1))
                .absentFor(Duration.ofSeconds(30))
                .build();

        Optional<String> user = users.get("ann");
        update("ann");
        users.invalidate("ann");
        assertThat(user).contains("ann 1");
        assertThat(users.get("ann")).contains("ann 2");
        executor.shutdown();
    }

    private void near(PatternRuntime runtime) {
        ExecutorService executor = Executors.newFixedThreadPool(10);
        CacheAside<String> products = CacheAside.builder(
                        runtime, "products", Codec.utf8(), Loader.blocking(executor, this::selectUser))
                .near(NearCache.of(10_000).withMaxLag(Duration.ofSeconds(2)))
                .build();
        assertThat(products.get("kettle")).isPresent();
        products.close();
        executor.shutdown();
    }

    private Optional<String> selectUser(String name) {
        return Optional.of(name + ' ' + version.get());
    }

    private void update(String name) {
        version.incrementAndGet();
    }

    private void remember(PatternRuntime runtime) {
        ExecutorService executor = Executors.newFixedThreadPool(10);
        SessionStore<String> sessions = SessionStore.builder(runtime, "web", Codec.utf8())
                .idleTimeout(Duration.ofMinutes(30))
                .lifetime(Duration.ofHours(12))
                .build();
        Session<String> session = sessions.create();
        session.setPrincipal("ann");
        session.set("cart", "kettle");
        boolean alive = sessions.save(session) && sessions.rotate(session);
        List<String> everywhere = sessions.findByPrincipal("ann");
        SessionReaper reaper =
                SessionReaper.builder(sessions, executor, this::archive).start();
        reaper.close();
        executor.shutdown();
        assertThat(alive).isTrue();
        assertThat(everywhere).containsExactly(session.id());
    }

    private void archive(ExpiredSession session) {
        System.err.println("expired: " + session);
    }

    private void count(PatternRuntime runtime) {
        Window week = Window.of(7, Duration.ofDays(1));
        WindowedCounter views = WindowedCounter.of(runtime, "views", week);
        long total = views.add("/home", 1, "request 17");
        UniqueCounter visitors = UniqueCounter.of(runtime, "visitors", week);
        visitors.add("/home", "ann");
        long today = visitors.count("/home", 1);
        TopItems sales = TopItems.of(runtime, "sales", week, 1000);
        sales.add("books", "Dune");
        List<TopItems.Item> best = sales.top("books", 10).items();
        Funnel funnel = Funnel.of(runtime, "shop", Duration.ofDays(30), "visit", "order", "pay");
        funnel.record("ann", "visit");
        assertThat(total + today + best.size()).isEqualTo(3);
    }

    private void publish(PatternRuntime runtime) throws Exception {
        Topic prices = Topic.of(runtime, "prices");
        TopicSubscription subscription = prices.subscribe(new TopicListener() {
            @Override
            public void message(String body, long number) {
                show(body);
            }

            @Override
            public void gap(Gap gap) {
                showAllAgain();
            }
        });
        prices.publish("kettle 24.50");
        // The first message may have come before the subscription took effect.
        for (int i = 0; i < 100 && !shown.isDone(); i++) {
            prices.publish("kettle 24.50");
            Thread.sleep(20);
        }
        assertThat(shown).isCompletedWithValue("kettle 24.50");
        subscription.close();
    }

    private void show(String price) {
        shown.complete(price);
    }

    private void showAllAgain() {
        shown.complete("all");
    }

    private void stream(PatternRuntime runtime) throws Exception {
        ExecutorService executor = Executors.newFixedThreadPool(10);
        EventStream orders = EventStream.keeping(runtime, "orders", 100_000);
        orders.append(Map.of("customer", "ann", "total", "24.50"));
        StreamConsumer billing = orders.consumer("billing", executor, entry -> bill(entry.text("customer"), entry.id()))
                .onGap(gap -> System.err.println("never seen: " + gap))
                .fromTheStart()
                .start();
        assertThat(billed.get(10, TimeUnit.SECONDS)).isEqualTo("ann");
        billing.close();
        executor.shutdown();
    }

    private void bill(String customer, String order) {
        billed.complete(customer);
        assertThat(order).contains("-");
    }

    /** Here there is no replica. */
    private void outlast(PatternRuntime runtime) {
        WorkQueue orders = WorkQueue.builder(runtime, "orders")
                .replicas(1, Duration.ofMillis(500))
                .build();
        Message order = Message.of("order 17").withKey("order:17");
        try {
            orders.enqueue(order);
        } catch (PatternException.UnknownOutcome e) {
            enqueueLater(order);
        }
        assertThat(enqueuedLater).containsExactly(order);
    }

    private void enqueueLater(Message order) {
        enqueuedLater.add(order);
    }

    private void send(String mail, long id) {
        sent.complete(mail + id);
    }

    private void print(String what, BooleanSupplier allowed) {
        if (allowed.getAsBoolean()) {
            printed.complete(what);
        }
    }

    /** A resource that refuses stale holders. */
    private void write(String what, long fence) {
        assertThat(fence).as(what).isGreaterThan(fenceOfTheLastWrite);
        fenceOfTheLastWrite = fence;
    }

    @Test
    void examples_areThoseOfTheReadme() throws IOException {
        String source = lines(Files.readString(Path.of("src/test/java/dev/spinel/patterns/ReadmeIT.java")));
        Matcher examples = EXAMPLE.matcher(Files.readString(Path.of("README.md")));
        int found = 0;
        while (examples.find()) {
            assertThat(source).contains(lines(examples.group(1)));
            found++;
        }
        assertThat(found).isEqualTo(23);
    }

    /** Without indentation and empty lines. */
    private static String lines(String text) {
        return text.lines().map(String::strip).filter(line -> !line.isEmpty()).collect(Collectors.joining("\n"));
    }
}

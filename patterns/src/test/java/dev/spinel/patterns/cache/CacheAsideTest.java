package dev.spinel.patterns.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.spinel.patterns.testing.StepByStep;
import dev.spinel.patterns.transport.Codec;
import dev.spinel.patterns.transport.Reply;
import dev.spinel.patterns.transport.TransportException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.Test;

/** The cache step by step, without a server and on a clock that stands still. */
class CacheAsideTest extends StepByStep {
    private static final Reply LOAD = new Reply.Items(List.of(text("load")));
    private static final Reply YES = new Reply.Int(1);
    private static final Reply NO = new Reply.Int(0);

    private CompletableFuture<Optional<String>> load = new CompletableFuture<>();
    private final CacheAside<String> cache =
            CacheAside.builder(runtime, "c", Codec.utf8(), key -> load).build();

    private static Reply text(String text) {
        return new Reply.Bulk(Codec.utf8().encode(text));
    }

    private static Reply hit(String kind, String value) {
        return new Reply.Items(List.of(text("hit"), text(kind), text(value), NO, new Reply.Int(60_000)));
    }

    private CompletableFuture<Optional<String>> get() {
        return cache.getAsync("k").toCompletableFuture();
    }

    @Test
    void aHit_isOneCommand() {
        transport.reply(hit("value", "v")).reply(hit("absent", ""));
        assertThat(get()).isCompletedWithValue(Optional.of("v"));
        assertThat(get()).isCompletedWithValue(Optional.empty());
        assertThat(transport.commands()).hasSize(2);
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void whileALoadIsUnderWayHere_nobodyElseAsksTheServer() {
        transport.reply(LOAD);
        CompletableFuture<Optional<String>> first = get();
        CompletableFuture<Optional<String>> second = get();
        assertThat(transport.commands()).hasSize(1);
        transport.reply(YES);
        load.complete(Optional.of("v"));
        assertThat(first).isCompletedWithValue(Optional.of("v"));
        assertThat(second).isCompletedWithValue(Optional.of("v"));
        assertThat(transport.commands()).hasSize(2);
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void whoAsksAfterTheFillWasSent_isServedByTheServer_notByThatFill() {
        transport.reply(LOAD);
        CompletableFuture<Optional<String>> before = get();
        CompletableFuture<Optional<String>> meanwhile = get();
        CompletableFuture<Reply> filled = transport.hold();
        load.complete(Optional.of("older"));
        assertThat(before).isCompletedWithValue(Optional.of("older"));
        assertThat(meanwhile).isNotDone();
        transport.reply(hit("value", "newer"));
        CompletableFuture<Optional<String>> after = get();
        assertThat(after).isCompletedWithValue(Optional.of("newer"));
        filled.complete(YES);
        assertThat(meanwhile).isCompletedWithValue(Optional.of("older"));
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void aRefusedLoad_servesOnlyThoseWhoAskedBeforeItBegan() {
        transport.reply(LOAD);
        CompletableFuture<Optional<String>> first = get();
        CompletableFuture<Optional<String>> second = get();
        transport.reply(NO).reply(hit("value", "newer"));
        load.complete(Optional.of("older"));
        assertThat(first).isCompletedWithValue(Optional.of("older"));
        assertThat(second).isCompletedWithValue(Optional.of("newer"));
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void onceTheEntryIsFound_whoeverComesAsksTheServer_andIsToldAsAHit() {
        transport.reply(new Reply.Items(List.of(text("wait"), new Reply.Int(10_000))));
        CompletableFuture<Optional<String>> first = get();
        CompletableFuture<Reply> found = transport.hold();
        transport.channelListener().subscribed("cache:c:k");
        CompletableFuture<Optional<String>> meanwhile = get();
        CompletableFuture<Reply> foundAgain = transport.hold();
        found.complete(hit("value", "v"));
        assertThat(first).isCompletedWithValue(Optional.of("v"));
        assertThat(meanwhile).as("it may have come after an invalidation").isNotDone();
        transport.reply(hit("value", "v"));
        assertThat(get()).isCompletedWithValue(Optional.of("v"));
        foundAgain.complete(hit("value", "v"));
        assertThat(meanwhile).isCompletedWithValue(Optional.of("v"));
        assertThat(events.names()).containsExactly("cache.miss", "cache.miss", "cache.hit");
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void aLoadThatCannotBeStored_givesItsLeaseBack() {
        transport
                .reply(LOAD)
                .reply(new Reply.Failure("ERR string exceeds maximum allowed size"))
                .reply(YES);
        CompletableFuture<Optional<String>> call = get();
        load.complete(Optional.of("v"));
        assertThat(call).isCompletedWithValue(Optional.of("v"));
        assertThat(events.names()).containsExactly("cache.miss", "cache.load", "cache.fillFailed");
        assertThat(transport.commands()).as("get, fill and abandon").hasSize(3);
        assertThat(transport.lastCommand().arguments().get(4))
                .as("how long nobody tries again")
                .isEqualTo(Codec.utf8().encode("0"));
    }

    /** What is kept of the failure of the last load. */
    private String keptError() {
        return Codec.utf8().decode(transport.lastCommand().arguments().get(5));
    }

    @Test
    void theTextOfAFailure_isWhatTheSourceThrew() {
        transport.reply(LOAD).reply(YES);
        CompletableFuture<Optional<String>> call = get();
        load.completeExceptionally(new IOException("away"));
        assertThat(keptError()).isEqualTo("java.io.IOException: away");
        assertThat(call)
                .failsWithin(Duration.ZERO)
                .withThrowableOfType(ExecutionException.class)
                .withCauseExactlyInstanceOf(CacheLoadException.class)
                .withRootCauseExactlyInstanceOf(IOException.class);
    }

    @Test
    void theTextOfAFailedRefresh_isWhatTheSourceThrew() {
        transport
                .reply(new Reply.Items(List.of(text("hit"), text("value"), text("v"), YES, NO)))
                .reply(YES);
        assertThat(get()).isCompletedWithValue(Optional.of("v"));
        load.completeExceptionally(new IOException("away"));
        assertThat(keptError()).isEqualTo("java.io.IOException: away");
    }

    @Test
    void theTextOfAFailure_isCut() {
        transport.reply(LOAD).reply(YES);
        assertThat(get()).isNotDone();
        load.completeExceptionally(new IOException("x".repeat(100_000)));
        assertThat(keptError()).hasSize(500);
    }

    @Test
    void aFailureWithoutAText_failsWhoWaits() {
        transport.reply(LOAD).reply(YES);
        CompletableFuture<Optional<String>> call = get();
        load.completeExceptionally(new IOException() {
            @Override
            public String toString() {
                return null;
            }
        });
        assertThat(keptError()).isEqualTo("null");
        assertThat(call).isCompletedExceptionally();
    }

    @Test
    void aSlowLoad_keepsItsLease_andIsNotRepeated() {
        transport.reply(LOAD);
        CompletableFuture<Optional<String>> call = get();
        transport
                .reply(YES)
                .fail(TransportException.notSent(new IOException("cut")))
                .reply(YES);
        scheduler.advance(Duration.ofSeconds(14));
        assertThat(transport.commands()).as("one that was lost and repeated").hasSize(4);
        transport.reply(YES);
        load.complete(Optional.of("v"));
        assertThat(call).isCompletedWithValue(Optional.of("v"));
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void aLoadThatNeverEnds_isGivenUp_whenItsFirstCallerIs() {
        transport.reply(LOAD);
        CompletableFuture<Optional<String>> first = get();
        for (int i = 0; i < 5; i++) {
            transport.reply(YES);
        }
        scheduler.advance(Duration.ofSeconds(29));
        CompletableFuture<Optional<String>> second = get();
        load = new CompletableFuture<>();
        transport.reply(LOAD);
        scheduler.advance(Duration.ofSeconds(1));
        assertThat(first).isCompletedExceptionally();
        transport.reply(YES);
        load.complete(Optional.of("second"));
        assertThat(second).isCompletedWithValue(Optional.of("second"));
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void aLoadThatLostItsLease_makesRoomForAnother() {
        transport.reply(LOAD);
        CompletableFuture<Optional<String>> call = get();
        CompletableFuture<Optional<String>> overdue = load;
        load = new CompletableFuture<>();
        transport.reply(NO).reply(LOAD);
        scheduler.advance(Duration.ofSeconds(5));
        assertThat(transport.commands()).hasSize(3);
        transport.reply(YES);
        load.complete(Optional.of("second"));
        assertThat(call).isCompletedWithValue(Optional.of("second"));
        transport.reply(NO);
        overdue.complete(Optional.of("first"));
        assertThat(transport.commands())
                .as("the late fill, for the server to refuse")
                .hasSize(5);
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void aLoadThatWasGivenUp_stillServesThoseWhoAskedBeforeIt() {
        transport.reply(LOAD);
        CompletableFuture<Optional<String>> before = get();
        CompletableFuture<Optional<String>> since = get();
        CompletableFuture<Optional<String>> overdue = load;
        load = new CompletableFuture<>();
        transport.reply(NO).reply(LOAD);
        scheduler.advance(Duration.ofSeconds(5));
        transport.reply(NO);
        overdue.complete(Optional.of("first"));
        assertThat(before).isCompletedWithValue(Optional.of("first"));
        assertThat(since).isNotDone();
        transport.reply(YES);
        load.complete(Optional.of("second"));
        assertThat(since).isCompletedWithValue(Optional.of("second"));
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void aServerThatDoesNotAnswer_holdsNobodyForLongerThanMaxWait() {
        CompletableFuture<Reply> late = transport.hold();
        CompletableFuture<Optional<String>> call = get();
        scheduler.advance(Duration.ofMillis(29_999));
        assertThat(call).isNotDone();
        scheduler.advance(Duration.ofMillis(1));
        assertThat(call).isCompletedExceptionally();
        transport.reply(YES);
        late.complete(LOAD);
        load.complete(Optional.of("v"));
        assertThat(transport.commands()).as("the load is stored for others").hasSize(2);
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void maxWait_countsFromTheQuestion_alsoIfTheAnswerComesLate() {
        CompletableFuture<Reply> late = transport.hold();
        CompletableFuture<Optional<String>> call = get();
        scheduler.advance(Duration.ofSeconds(27));
        late.complete(LOAD);
        scheduler.advance(Duration.ofSeconds(3));
        assertThat(call).isCompletedExceptionally();
    }

    private void assertFailsAtOnce(Loader<String> loader, Class<? extends Throwable> cause, String message) {
        CacheAside<String> failing =
                CacheAside.builder(runtime, "c", Codec.utf8(), loader).build();
        transport.reply(LOAD).reply(YES);
        assertThat(failing.getAsync("k").toCompletableFuture())
                .isCompletedExceptionally()
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .havingCause()
                .isInstanceOf(CacheLoadException.class)
                .havingCause()
                .isInstanceOf(cause)
                .withMessageContaining(message);
        assertThat(transport.lastCommand().arguments().get(4))
                .as("how long nobody tries again")
                .isEqualTo(Codec.utf8().encode("1000"));
        assertThat(scheduler.waiting()).isZero();
    }

    @Test
    void aLoaderThatReturnsNull_orThrowsAnError_failsItsCallersAtOnce() {
        String returnedNull = "The loader returned null";
        assertFailsAtOnce(key -> null, NullPointerException.class, returnedNull);
        assertFailsAtOnce(key -> CompletableFuture.completedFuture(null), NullPointerException.class, returnedNull);
        assertFailsAtOnce(Loader.blocking(Runnable::run, key -> null), NullPointerException.class, returnedNull);
        assertFailsAtOnce(
                key -> {
                    throw new NoClassDefFoundError("a driver");
                },
                NoClassDefFoundError.class,
                "a driver");
        assertFailsAtOnce(
                Loader.blocking(Runnable::run, key -> {
                    throw new NoClassDefFoundError("a driver");
                }),
                NoClassDefFoundError.class,
                "a driver");
    }

    @Test
    void aCodecThatThrowsAnError_cannotReadTheEntry() {
        Codec<String> broken = new Codec<>() {
            @Override
            public byte[] encode(String value) {
                return Codec.utf8().encode(value);
            }

            @Override
            public String decode(byte[] bytes) {
                throw new NoClassDefFoundError("a type");
            }
        };
        CacheAside<String> failing =
                CacheAside.builder(runtime, "c", broken, key -> load).build();
        load.complete(Optional.of("v"));
        transport.reply(hit("value", "old")).reply(YES);
        assertThat(failing.getAsync("k").toCompletableFuture()).isCompletedWithValue(Optional.of("v"));
        assertThat(transport.commands()).as("the entry is forgotten").hasSize(2);
    }

    @Test
    void settingsThatMakeNoSense_areRefused() {
        assertRefused(builder("c").freshFor(Duration.ZERO), "freshFor is between PT0.001S");
        assertRefused(builder("c").staleFor(Duration.ofMillis(-1)), "staleFor");
        assertRefused(builder("c").absentFor(Duration.ofMillis(-1)), "absentFor");
        assertRefused(builder("c").failuresFor(Duration.ofDays(4000)), "failuresFor");
        assertRefused(builder("c").lease(Duration.ofMillis(99)), "lease is between PT0.1S");
        assertRefused(builder("c").maxWait(Duration.ofSeconds(9)), "maxWait is between PT10S");
        assertRefused(builder("c").pollInterval(Duration.ZERO), "pollInterval");
        assertRefused(builder("c").jitter(1.1), "jitter");
        assertRefused(builder("c").jitter(Double.NaN), "jitter");
        assertRefused(builder("c").earlyRefresh(-1), "earlyRefresh");
        assertRefused(builder("a:b"), "no braces and colons");
        assertRefused(builder("a{b"), "no braces and colons");
        assertRefused(builder(""), "not empty");
    }

    private CacheAside.Builder<String> builder(String name) {
        return CacheAside.builder(runtime, name, Codec.utf8(), key -> load);
    }

    private static void assertRefused(CacheAside.Builder<String> builder, String reason) {
        assertThatIllegalArgumentException().isThrownBy(builder::build).withMessageContaining(reason);
    }
}

package dev.spinel.patterns.cache;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import dev.spinel.patterns.testing.StepByStep;
import dev.spinel.patterns.transport.Codec;
import dev.spinel.patterns.transport.Reply;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

/** The races of copies with the messages that end them, step by step, without a server and on a clock that stands still. */
class NearCacheTest extends StepByStep {
    private static final Duration LAG = Duration.ofSeconds(3);
    private static final Duration QUESTIONS = LAG.dividedBy(3);

    private final CompletableFuture<Boolean> began = transport.nextConfirmation();
    private final CacheAside<String> cache = cache(NearCache.of(100).withMaxLag(LAG));

    private CacheAside<String> cache(NearCache near) {
        return CacheAside.builder(runtime, "c", Codec.utf8(), key -> new CompletableFuture<>())
                .near(near)
                .build();
    }

    private static Reply text(String text) {
        return new Reply.Bulk(Codec.utf8().encode(text));
    }

    private static Reply hit(String value, long freshMillis) {
        return new Reply.Items(
                List.of(text("hit"), text("value"), text(value), new Reply.Int(0), new Reply.Int(freshMillis)));
    }

    private static Reply hit(String value) {
        return hit(value, 600_000);
    }

    private void assertGives(String value) {
        assertThat(cache.getAsync("k").toCompletableFuture()).isCompletedWithValue(Optional.of(value));
    }

    /** Asks the server, which answers with the value. */
    private void assertFetches(String value) {
        int before = transport.commands().size();
        transport.reply(hit(value));
        assertGives(value);
        assertThat(transport.commands()).hasSize(before + 1);
    }

    private void assertHasCopy(String value) {
        int before = transport.commands().size();
        assertGives(value);
        assertThat(transport.commands()).hasSize(before);
    }

    @Test
    void aCopy_isServedWithoutAsking_onceTheServerTracks() {
        assertFetches("v1");
        assertFetches("v1");
        began.complete(false);
        assertFetches("v1");
        assertHasCopy("v1");
        assertThat(events.names()).containsExactly("cache.hit", "cache.hit", "cache.hit", "cache.nearHit");
    }

    @Test
    void aMessageAfterTheAnswer_endsTheCopy() {
        began.complete(false);
        assertFetches("v1");
        transport.tracker().invalidated("cache:c:other");
        assertHasCopy("v1");
        transport.tracker().invalidated("cache:c:k");
        assertFetches("v2");
    }

    @Test
    void aMessageBetweenQuestionAndAnswer_leavesNoCopy() {
        began.complete(false);
        CompletableFuture<Reply> answer = transport.hold();
        CompletableFuture<Optional<String>> call = cache.getAsync("k").toCompletableFuture();
        transport.tracker().invalidated("cache:c:k");
        answer.complete(hit("v1"));
        assertThat(call).as("it asked before").isCompletedWithValue(Optional.of("v1"));
        assertFetches("v2");
        assertHasCopy("v2");
    }

    @Test
    void anInvalidationByThisProcess_betweenQuestionAndAnswer_leavesNoCopy() {
        began.complete(false);
        CompletableFuture<Reply> answer = transport.hold();
        CompletableFuture<Optional<String>> call = cache.getAsync("k").toCompletableFuture();
        transport.reply(new Reply.Int(1));
        cache.invalidate("k");
        answer.complete(hit("v1"));
        assertThat(call).isCompletedWithValue(Optional.of("v1"));
        assertFetches("v2");
    }

    @Test
    void anInvalidationByThisProcess_endsTheCopy_beforeTheServerTells() {
        began.complete(false);
        assertFetches("v1");
        transport.reply(new Reply.Int(1));
        cache.invalidate("k");
        assertFetches("v2");
        transport.reply(new Reply.Int(1));
        cache.put("k", "v3");
        assertFetches("v3");
    }

    @Test
    void anAnswerToAnEarlierQuestion_doesNotReplaceThatToALaterOne() {
        began.complete(false);
        CompletableFuture<Reply> slow = transport.hold();
        var unused = cache.getAsync("k");
        transport.tracker().invalidated("cache:c:k");
        assertFetches("v2");
        slow.complete(hit("v1"));
        assertHasCopy("v2");
    }

    @Test
    void questionsThatOverlap_leaveACopy_howeverManyThereAre() {
        began.complete(false);
        CompletableFuture<Reply> first = transport.hold();
        var unused = cache.getAsync("k");
        CompletableFuture<Reply> second = transport.hold();
        CompletableFuture<Optional<String>> later = cache.getAsync("k").toCompletableFuture();
        first.complete(hit("v1"));
        assertHasCopy("v1");
        second.complete(hit("v2"));
        assertThat(later).isCompletedWithValue(Optional.of("v2"));
        assertHasCopy("v2");
    }

    @Test
    void aMessageAfterQuestionsThatOverlap_leavesNoCopyOfAnyAnswer() {
        began.complete(false);
        List<CompletableFuture<Reply>> answers = List.of(transport.hold(), transport.hold());
        var unused = List.of(cache.getAsync("k"), cache.getAsync("k"));
        transport.tracker().invalidated("cache:c:k");
        answers.forEach(answer -> answer.complete(hit("v1")));
        assertFetches("v2");
        assertHasCopy("v2");
    }

    @Test
    void C4_aBrokenConnection_dropsAllCopies_andThoseUnderWay() {
        began.complete(false);
        assertFetches("v1");
        CompletableFuture<Reply> answer = transport.hold();
        var unused = cache.getAsync("other");
        transport.tracker().lost();
        answer.complete(hit("v1"));
        assertThat(events.count("cache.nearLost")).isOne();
        assertFetches("v2");
        assertFetches("v2");
        CompletableFuture<Boolean> again = transport.nextConfirmation();
        scheduler.advance(QUESTIONS);
        again.complete(false);
        assertFetches("v3");
        assertHasCopy("v3");
    }

    @Test
    void C4_aNewConnectionThatNobodyNoticed_dropsAllCopies() {
        began.complete(false);
        assertFetches("v1");
        CompletableFuture<Boolean> next = transport.nextConfirmation();
        scheduler.advance(QUESTIONS);
        assertHasCopy("v1");
        next.complete(false);
        assertFetches("v2");
    }

    @Test
    void C4_aSilentConnection_makesCopiesUseless_afterTheLag() {
        began.complete(false);
        assertFetches("v1");
        CompletableFuture<Boolean> unanswered = transport.nextConfirmation();
        scheduler.advance(LAG);
        assertHasCopy("v1");
        scheduler.advance(Duration.ofNanos(1));
        assertFetches("v1");
        transport.nextConfirmation();
        unanswered.complete(true);
        assertHasCopy("v1");
    }

    @Test
    void C4_aServerThatDoesNotAnswer_isAskedAgain_andCopiesAreNotUsed() {
        began.completeExceptionally(new IOException("ERR unknown subcommand"));
        assertFetches("v1");
        assertFetches("v1");
        CompletableFuture<Boolean> next = transport.nextConfirmation();
        scheduler.advance(QUESTIONS);
        next.complete(false);
        assertFetches("v1");
        assertHasCopy("v1");
    }

    @Test
    void aServerThatDoesNotTrack_isTold_onceForEachCause() {
        began.completeExceptionally(new IOException("NOPERM client|tracking"));
        for (String cause : List.of("NOPERM client|tracking", "connection refused")) {
            CompletableFuture<Boolean> next = transport.nextConfirmation();
            scheduler.advance(QUESTIONS);
            next.completeExceptionally(new IOException(cause));
        }
        assertThat(events.names()).containsExactly("cache.nearRefused", "cache.nearRefused");
        assertThat(events.cause("cache.nearRefused")).hasMessage("connection refused");
        CompletableFuture<Boolean> tracked = transport.nextConfirmation();
        scheduler.advance(QUESTIONS);
        tracked.complete(false);
        CompletableFuture<Boolean> last = transport.nextConfirmation();
        scheduler.advance(QUESTIONS);
        last.completeExceptionally(new IOException("connection refused"));
        assertThat(events.count("cache.nearRefused")).as("again").isEqualTo(3);
    }

    @Test
    void aCopy_isKeptForHalfOfTheTimeThatItsEntryIsFresh() {
        began.complete(false);
        transport.reply(hit("v1", 1000));
        assertGives("v1");
        scheduler.advance(Duration.ofMillis(499));
        assertHasCopy("v1");
        scheduler.advance(Duration.ofMillis(1));
        transport.reply(hit("stale", 0));
        assertGives("stale");
        assertFetches("v2");
    }

    @Test
    void copies_areBounded() {
        NearEntries<String> entries = new NearEntries<>(160);
        for (int i = 0; i < 10_000; i++) {
            String key = Integer.toString(i);
            entries.fill(key, entries.reserve(key, 0), Optional.of(key), 1);
            assertThat(entries.find("0", 0))
                    .as("used all the time")
                    .isEqualTo(new NearEntries.Copy<>(Optional.of("0")));
        }
        assertThat(entries.size()).isEqualTo(160);
    }

    @Test
    void noMoreCopiesAreKept_thanAskedFor_howeverFewOrMany() {
        for (int max : List.of(1, 17, 100, 1000, Integer.MAX_VALUE)) {
            NearEntries<Integer> entries = new NearEntries<>(max);
            for (int i = 0; i < 5000; i++) {
                String key = Integer.toString(i);
                entries.fill(key, entries.reserve(key, 0), Optional.of(i), 1);
                assertThat(entries.find(key, 0)).isEqualTo(new NearEntries.Copy<>(Optional.of(i)));
            }
            assertThat(entries.size()).isEqualTo(Math.min(max, 5000));
        }
    }

    @Test
    void missesAndFailures_keepNoPlaces() {
        NearEntries<String> entries = new NearEntries<>(16);
        NearEntries.Place<String> place = entries.reserve("k", 0);
        assertThat(entries.find("k", 0)).isNull();
        entries.giveBack("k", place);
        assertThat(entries.size()).isZero();
    }

    @Test
    void aMiss_leavesTheCopyOfAnotherQuestion() {
        NearEntries<String> entries = new NearEntries<>(16);
        NearEntries.Place<String> place = entries.reserve("k", 0);
        entries.fill("k", entries.reserve("k", 0), Optional.of("v"), 1);
        entries.giveBack("k", place);
        assertThat(entries.find("k", 0)).isEqualTo(new NearEntries.Copy<>(Optional.of("v")));
    }

    @Test
    void closing_endsTheQuestions() {
        began.complete(false);
        assertFetches("v1");
        cache.close();
        assertThat(scheduler.waiting()).isZero();
        assertFetches("v1");
    }

    @Test
    void closingTheRuntime_endsTheQuestions_ofACacheThatWasNotClosed() {
        began.complete(false);
        CompletableFuture<Boolean> underWay = transport.nextConfirmation();
        scheduler.advance(QUESTIONS);
        runtime.close();
        underWay.completeExceptionally(new IOException("closed"));
        assertThat(scheduler.waiting()).isZero();
        assertThat(events.count("cache.nearRefused")).isZero();
    }

    @Test
    void settingsThatMakeNoSense_areRefused() {
        NearCache near = NearCache.of(1);
        assertThatIllegalArgumentException().isThrownBy(() -> NearCache.of(0)).withMessageContaining("maxEntries");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> near.withKeepFor(Duration.ZERO))
                .withMessageContaining("keepFor");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> near.withMaxLag(Duration.ofMillis(99)))
                .withMessageContaining("maxLag");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> near.withKeepUntracked(Duration.ofMillis(-1)))
                .withMessageContaining("keepUntracked");
        Duration ever = ChronoUnit.FOREVER.getDuration();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> near.withKeepFor(ever))
                .withMessageContaining("keepFor");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> near.withMaxLag(ever))
                .withMessageContaining("maxLag");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> near.withKeepUntracked(ever))
                .withMessageContaining("keepUntracked");
    }
}

package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.entry;
import static org.assertj.core.api.Assertions.within;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.redisson.api.BatchOptions;
import org.redisson.api.FunctionMode;
import org.redisson.api.FunctionResult;
import org.redisson.api.RAtomicDouble;
import org.redisson.api.RAtomicLong;
import org.redisson.api.RBatch;
import org.redisson.api.RBinaryStream;
import org.redisson.api.RBitSet;
import org.redisson.api.RBloomFilter;
import org.redisson.api.RBucket;
import org.redisson.api.RFunction;
import org.redisson.api.RFuture;
import org.redisson.api.RGeo;
import org.redisson.api.RHyperLogLog;
import org.redisson.api.RKeys;
import org.redisson.api.RLongAdder;
import org.redisson.api.RScript;
import org.redisson.api.RTimeSeries;
import org.redisson.api.RTransaction;
import org.redisson.api.RType;
import org.redisson.api.TransactionOptions;
import org.redisson.api.geo.GeoOrder;
import org.redisson.api.geo.GeoSearchArgs;
import org.redisson.api.geo.GeoUnit;
import org.redisson.api.options.KeysScanOptions;
import org.redisson.api.stream.StreamAddArgs;
import org.redisson.client.RedisException;
import org.redisson.client.codec.StringCodec;
import org.redisson.transaction.TransactionException;

/** What two programs see of each other's values of Redisson, and of keys, scripts and transactions. */
class RedissonValuesIT extends RedissonFixture {
    @Nested
    class ScriptsAndBatches {
        @Test
        void script_isCachedAndCalledByItsHash() {
            RScript script = client.getScript(StringCodec.INSTANCE);
            String sha = script.scriptLoad(
                    "redis.call('SET', KEYS[1], ARGV[1]) return {ARGV[1], redis.call('GET', KEYS[1])}");

            assertThat(script.scriptExists(sha, "0".repeat(40))).containsExactly(true, false);
            assertThat(other.getScript(StringCodec.INSTANCE)
                            .<List<Object>>evalSha(
                                    RScript.Mode.READ_WRITE, sha, RScript.ReturnType.LIST, List.of("key"), "value"))
                    .containsExactly("value", "value");
            assertThat(script.<Long>eval(RScript.Mode.READ_ONLY, "return 42", RScript.ReturnType.LONG))
                    .isEqualTo(42);
            assertThatThrownBy(() -> script.eval(
                            RScript.Mode.READ_WRITE, "return redis.error_reply('MY error')", RScript.ReturnType.VALUE))
                    .isInstanceOf(RedisException.class)
                    .hasMessageStartingWith("MY error");
        }

        @Test
        void function_isLoadedListedCalledAndRestored() {
            RFunction functions = client.getFunction(StringCodec.INSTANCE);
            functions.load(
                    "library",
                    "redis.register_function('answer', function(keys, args) return args[1] .. keys[1] end)"
                            + " redis.register_function{function_name='seven',"
                            + " callback=function() return 7 end, flags={'no-writes'}}");

            assertThat(functions.list("lib*")).singleElement().satisfies(library -> {
                assertThat(library.getName()).isEqualTo("library");
                assertThat(library.getFunctions())
                        .extracting(function -> function.getName())
                        .containsExactlyInAnyOrder("answer", "seven");
            });
            assertThat(functions.<String>call(
                            FunctionMode.WRITE, "answer", FunctionResult.VALUE, List.of("key"), "the "))
                    .isEqualTo("the key");
            byte[] dump = functions.dump();
            functions.flush();
            functions.restore(dump);
            assertThat(functions.<Long>call(FunctionMode.READ, "seven", FunctionResult.LONG))
                    .isEqualTo(7);
            assertThat(functions.stats().getEngines().get("LUA").getFunctions()).isEqualTo(2);
            functions.delete("library");
            assertThat(functions.list()).isEmpty();
        }

        @Test
        void batch_answersEachCommandInOrder() throws Exception {
            for (BatchOptions.ExecutionMode mode : BatchOptions.ExecutionMode.values()) {
                if (mode == BatchOptions.ExecutionMode.REDIS_READ_ATOMIC) {
                    continue;
                }
                client.getKeys().flushall();
                RBatch batch = client.createBatch(BatchOptions.defaults().executionMode(mode));
                RFuture<Boolean> put = batch.<String, Integer>getMap("map").fastPutAsync("a", 1);
                batch.getAtomicLong("counter").incrementAndGetAsync();
                batch.getAtomicLong("counter").addAndGetAsync(41);
                batch.getBucket("absent").getAsync();
                List<Object> answers = new ArrayList<>(batch.execute().getResponses());

                assertThat(answers).as(mode.name()).containsExactly(true, 1L, 42L, null);
                assertThat(put.toCompletableFuture()).isCompletedWithValue(true);
            }
        }

        @Test
        void batch_withAnError_failsAndKeepsWhatSucceeded() {
            client.getMap("map").fastPut("a", 1);
            RBatch batch = client.createBatch(
                    BatchOptions.defaults().executionMode(BatchOptions.ExecutionMode.IN_MEMORY_ATOMIC));
            batch.getAtomicLong("map").incrementAndGetAsync();
            batch.getAtomicLong("counter").incrementAndGetAsync();

            assertThatThrownBy(batch::execute)
                    .isInstanceOf(RedisException.class)
                    .hasMessageContaining("WRONGTYPE Operation against a key holding the wrong kind of value");
            assertThat(client.getAtomicLong("counter").get()).isEqualTo(1);
        }

        @Test
        void largeBatch_isSentAsAPipeline() {
            RBatch batch = client.createBatch();
            for (int i = 0; i < 1000; i++) {
                batch.getBucket("key:" + i).setAsync(i);
            }

            assertThat(batch.execute().getResponses()).hasSize(1000);
            assertThat(client.getKeys().count()).isEqualTo(1000);
        }

        @Test
        void transaction_isSeenWhenItIsCommitted() {
            RTransaction transaction = client.createTransaction(TransactionOptions.defaults());
            transaction.<String, Integer>getMap("map").put("a", 1);
            transaction.getBucket("bucket").set("value");
            assertThat(other.getMap("map")).isEmpty();

            transaction.commit();

            assertThat(other.<String, Integer>getMap("map").readAllMap()).containsExactly(entry("a", 1));
            assertThat(other.getBucket("bucket").get()).isEqualTo("value");
        }

        @Test
        void transaction_isRolledBackOrRunsOutOfTime() {
            RTransaction rolledBack = client.createTransaction(TransactionOptions.defaults());
            rolledBack.<String>getSet("set").add("a");
            rolledBack.rollback();
            RTransaction late =
                    client.createTransaction(TransactionOptions.defaults().timeout(50, TimeUnit.MILLISECONDS));
            assertThatThrownBy(() -> {
                        late.<String>getSet("set").add("b");
                        await().pollDelay(Duration.ofMillis(51)).until(() -> true);
                        late.commit();
                    })
                    .isInstanceOf(TransactionException.class);
            assertThat(client.getSet("set").isExists()).isFalse();
        }
    }

    @Nested
    class Values {
        @Test
        void bucket_isSetComparedAndExpires() {
            RBucket<String> bucket = client.getBucket("bucket");
            assertThat(bucket.setIfAbsent("a")).isTrue();
            assertThat(other.getBucket("bucket").setIfAbsent("b")).isFalse();
            assertThat(bucket.compareAndSet("x", "y")).isFalse();
            assertThat(bucket.compareAndSet("a", "b")).isTrue();
            assertThat(bucket.getAndSet("c", Duration.ofHours(1))).isEqualTo("b");
            assertThat(bucket.remainTimeToLive()).isBetween(3_500_000L, 3_600_000L);
            bucket.setAndKeepTTL("d");
            assertThat(bucket.getAndClearExpire()).isEqualTo("d");
            assertThat(bucket.remainTimeToLive()).isEqualTo(-1);
            assertThat(bucket.getAndExpire(Duration.ofMillis(20))).isEqualTo("d");
            await().until(() -> bucket.get() == null);
        }

        @Test
        void buckets_areSetTogetherOrNotAtAll() {
            assertThat(client.getBuckets().trySet(Map.of("a", 1, "b", 2))).isTrue();
            assertThat(client.getBuckets().trySet(Map.of("b", 3, "c", 4))).isFalse();

            assertThat(other.getBuckets().<Integer>get("a", "b", "c"))
                    .containsExactlyInAnyOrderEntriesOf(Map.of("a", 1, "b", 2));
        }

        @Test
        void numbers_countAtomically() throws Exception {
            RAtomicLong number = client.getAtomicLong("number");
            RAtomicDouble fraction = client.getAtomicDouble("fraction");
            RLongAdder adder = client.getLongAdder("adder");
            RLongAdder theirs = other.getLongAdder("adder");

            assertThat(number.getAndAdd(5)).isZero();
            assertThat(number.compareAndSet(5, 7)).isTrue();
            assertThat(number.decrementAndGet()).isEqualTo(6);
            assertThat(number.getAndDelete()).isEqualTo(6);
            assertThat(fraction.addAndGet(0.1)).isEqualTo(0.1);
            assertThat(fraction.addAndGet(0.2)).isEqualTo(0.3, within(1e-9));
            adder.add(40);
            theirs.add(2);
            assertThat(adder.sum()).isEqualTo(42);
            adder.destroy();
            theirs.destroy();
        }

        @Test
        void bitSet_isCountedCombinedAndHoldsNumbers() {
            RBitSet bits = client.getBitSet("bits");
            bits.set(3);
            bits.set(10, 20);
            other.getBitSet("more").set(3);
            other.getBitSet("more").set(1000);

            assertThat(bits.cardinality()).isEqualTo(11);
            assertThat(bits.length()).isEqualTo(20);
            assertThat(bits.get(3, 4)).containsExactly(true, false);
            assertThat(bits.or("more")).isPositive();
            assertThat(bits.cardinality()).isEqualTo(12);
            assertThat(bits.asBitSet().stream().max()).hasValue(1000);
            assertThat(client.getBitSet("numbers").setInteger(32, -5)).isZero();
            assertThat(client.getBitSet("numbers").incrementAndGetInteger(32, 7))
                    .isEqualTo(2);
        }

        @Test
        void hyperLogLog_countsAboutRight() {
            RHyperLogLog<Integer> mine = client.getHyperLogLog("mine");
            RHyperLogLog<Integer> theirs = client.getHyperLogLog("theirs");
            mine.addAll(numbers(0, 600));
            theirs.addAll(numbers(300, 900));

            assertThat(mine.count()).isCloseTo(600, within(20L));
            assertThat(mine.countWith("theirs")).isCloseTo(900, within(30L));
            mine.mergeWith("theirs");
            assertThat(mine.count()).isCloseTo(900, within(30L));
        }

        @Test
        void geo_findsWhatIsNear() {
            RGeo<String> geo = client.getGeo("geo");
            geo.add(13.361389, 38.115556, "Palermo");
            geo.add(15.087269, 37.502669, "Catania");

            assertThat(geo.dist("Palermo", "Catania", GeoUnit.METERS)).isCloseTo(166_274.1516, within(0.001));
            assertThat(geo.hash("Palermo")).containsExactly(entry("Palermo", "sqc8b49rny0"));
            assertThat(geo.pos("Catania").get("Catania").getLongitude()).isCloseTo(15.087269, within(1e-5));
            assertThat(geo.search(GeoSearchArgs.from(15, 37)
                            .radius(200, GeoUnit.KILOMETERS)
                            .order(GeoOrder.ASC)))
                    .containsExactly("Catania", "Palermo");
            assertThat(geo.searchWithDistance(GeoSearchArgs.from("Palermo").box(100, 100, GeoUnit.KILOMETERS)))
                    .containsExactly(entry("Palermo", 0.0));
        }

        @Test
        void bloomFilter_forgetsNothing() {
            RBloomFilter<Integer> filter = client.getBloomFilter("filter");
            assertThat(filter.tryInit(200, 0.01)).isTrue();
            List<Integer> numbers = numbers(0, 200);
            assertThat(filter.add(numbers)).isBetween(190L, 200L);

            assertThat(other.<Integer>getBloomFilter("filter").contains(numbers))
                    .isEqualTo(200);
            assertThat(filter.contains(numbers(500, 700))).isLessThan(20);
            assertThat(filter.count()).isCloseTo(200, within(20L));
        }

        @Test
        void timeSeries_isRangedAndForgets() {
            RTimeSeries<Double, String> series = client.getTimeSeries("series");
            series.add(100, 1.5, "a");
            series.add(200, 2.5, "b");
            series.add(300, 3.5, "c", Duration.ofMillis(100));

            assertThat(series.range(100, 200)).containsExactly(1.5, 2.5);
            assertThat(series.getEntry(200).getLabel()).isEqualTo("b");
            await().until(() -> series.size() == 2);
            assertThat(series.last()).isEqualTo(2.5);
            assertThat(series.removeRange(0, 150)).isEqualTo(1);
            assertThat(other.<Double, String>getTimeSeries("series").pollFirst())
                    .isEqualTo(2.5);
            series.destroy();
        }

        @Test
        void binaryStream_isWrittenAndRead() throws Exception {
            RBinaryStream stream = client.getBinaryStream("stream");
            byte[] bytes = new byte[100_000];
            new Random(1).nextBytes(bytes);
            stream.getOutputStream().write(bytes);

            assertThat(other.getBinaryStream("stream").getInputStream().readAllBytes())
                    .isEqualTo(bytes);
        }
    }

    @Nested
    class Keys {
        @Test
        void keys_areScannedAndDeletedByPattern() {
            RKeys keys = client.getKeys();
            Map<String, Integer> values = new HashMap<>();
            numbers(0, 1000).forEach(i -> values.put((i % 2 == 0 ? "even:" : "odd:") + i, i));
            client.getBuckets().set(values);

            assertThat(keys.getKeysStream()).hasSize(1000).doesNotHaveDuplicates();
            assertThat(keys.getKeysStream(
                            KeysScanOptions.defaults().pattern("odd:*").chunkSize(50)))
                    .hasSize(500)
                    .allMatch(key -> key.startsWith("odd:"));
            assertThat(keys.deleteByPattern("even:*")).isEqualTo(500);
            assertThat(keys.unlinkByPattern("odd:1*")).isEqualTo(56);
            assertThat(keys.countExists("odd:1", "odd:3")).isEqualTo(1);
            assertThat(keys.randomKey()).startsWith("odd:");
        }

        @Test
        void keys_expireAreRenamedAndHaveTypes() {
            RKeys keys = client.getKeys();
            client.getList("list").add("element");
            client.getScoredSortedSet("scores").add(1, "member");
            client.getStream("stream").add(StreamAddArgs.entry("a", "b"));

            assertThat(keys.getType("list")).isEqualTo(RType.LIST);
            assertThat(keys.getType("scores")).isEqualTo(RType.ZSET);
            assertThat(keys.getType("stream")).isEqualTo(RType.STREAM);
            assertThat(keys.expire(Duration.ofHours(1), "list", "absent")).isEqualTo(1);
            assertThat(keys.remainTimeToLive("list")).isBetween(3_500_000L, 3_600_000L);
            assertThat(keys.clearExpire("list")).isTrue();
            keys.rename("list", "renamed");
            assertThat(keys.touch("list", "renamed")).isEqualTo(1);
            assertThat(keys.move("renamed", 1)).isTrue();
            assertThat(keys.delete("scores", "stream", "renamed")).isEqualTo(2);
        }

        @Test
        void object_isDumpedCopiedAndRestored() {
            client.getMap("map").put("a", 1);
            byte[] state = client.getMap("map").dump();
            client.getMap("copy").restore(state, 1, TimeUnit.HOURS);

            assertThat(other.<String, Integer>getMap("copy").readAllMap()).containsExactly(entry("a", 1));
            assertThat(other.getMap("copy").remainTimeToLive()).isBetween(3_500_000L, 3_600_000L);
            assertThat(client.getMap("copy").sizeInMemory()).isPositive();
        }
    }
}

package dev.spinel.engine.keyspace;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.HashValue;
import dev.spinel.api.data.ValueType;
import dev.spinel.engine.memory.Arena;
import dev.spinel.engine.memory.KeyHash;
import dev.spinel.engine.value.EncodingLimits;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Active expiry of keys and of the fields of a large hash beside each other. */
class ExpireCycleTest {
    private static final Bytes HASH = Bytes.of("hash");
    private static final long START = 1_700_000_000_000L;

    private final Keyspaces keyspaces = new Keyspaces(
            1, new Arena(0), new KeyHash(1), new EncodingLimits(), new Random(1), new Deaf(), System::nanoTime);
    private final Database database = keyspaces.get(0);

    /** Takes no interest in what happens. */
    private static final class Deaf implements KeyspaceListener {
        @Override
        public void added(Database database, Bytes key, ValueType<?> type) {}

        @Override
        public void expired(Database database, Bytes key) {}

        @Override
        public void fieldsExpired(Database database, Bytes key, List<Bytes> fields, boolean emptied) {}

        @Override
        public void evicted(Database database, Bytes key, boolean lazily) {}

        @Override
        public void missed(Database database, Bytes key) {}

        @Override
        public void emptied(Database database, Bytes key) {}
    }

    private HashValue hash() {
        return database.modifyOrCreate(ValueType.HASH, HASH);
    }

    /** Makes a hash in which every so many fields expire soon. */
    private void fill(int fields, int distance) {
        keyspaces.begin(START);
        for (int i = 0; i < fields; i++) {
            long expiry = START + (i % distance == 0 ? 10 : 1_000_000);
            hash().put(Bytes.of("field" + i), Bytes.of("value"), expiry);
        }
    }

    @Test
    void fewFieldsOfALargeHash_areAllFoundInOneCycle() {
        fill(200_000, 40_000);
        keyspaces.begin(START + 20);
        keyspaces.expireCycle(TimeUnit.MINUTES.toNanos(1));
        assertThat(hash().size()).isEqualTo(200_000 - 5);
    }

    @Test
    void hashWithManyFieldsThatAreOver_doesNotHoldUpKeys() {
        fill(20_000, 1);
        keyspaces.begin(START + 20);
        keyspaces.expireCycle(0);
        Bytes key = Bytes.of("key");
        database.setString(key, Bytes.of("value"), false);
        database.expireAt(key, START + 30);
        keyspaces.begin(START + 40);
        keyspaces.expireCycle(0);
        assertThat(hash().size()).isBetween(1L, 19_000L);
        assertThat(database.size()).isEqualTo(1);
    }
}

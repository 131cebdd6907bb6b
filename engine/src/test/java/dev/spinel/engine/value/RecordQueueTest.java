package dev.spinel.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import dev.spinel.api.data.StreamId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;

final class RecordQueueTest {
    private static List<String> told(RecordQueue queue) throws IOException {
        List<String> told = new ArrayList<>();
        queue.forEach((id, millis, sequence) -> told.add(id + "=" + millis + "-" + sequence));
        return told;
    }

    @RepeatedTest(3)
    void randomRecords_areThoseOfAMap() throws IOException {
        long seed = new Random().nextLong();
        Random random = new Random(seed);
        RecordQueue queue = new RecordQueue();
        LinkedHashMap<String, StreamId> model = new LinkedHashMap<>();
        for (int i = 0; i < 20_000; i++) {
            String id = "x".repeat(random.nextInt(30)) + random.nextInt(500);
            StreamId expected = model.get(id);
            assertThat(queue.find(Bytes.of(id))).as("seed %s, step %s", seed, i).isEqualTo(expected);
            int most = (i / 2000) % 2 == 0 ? 400 : 20;
            if (random.nextBoolean()) {
                model.remove(id);
                queue.remove(Bytes.of(id));
            }
            while (model.size() > most || model.containsKey(id)) {
                String oldest = model.keySet().iterator().next();
                assertThat(queue.firstMillis()).isEqualTo(model.remove(oldest).millis());
                queue.removeFirst();
            }
            queue.remove(Bytes.of(id));
            StreamId entry = new StreamId(i, random.nextInt());
            model.put(id, entry);
            queue.reserve(Bytes.of(id));
            long reserved = queue.heapBytes();
            queue.add(Bytes.of(id), entry);
            assertThat(queue.heapBytes()).isEqualTo(reserved);
            if (i % 1000 == 0) {
                queue = new RecordQueue(queue);
            }
        }
        List<String> expected = new ArrayList<>();
        model.forEach((id, entry) -> expected.add(id + "=" + entry.millis() + "-" + entry.sequence()));
        assertThat(told(queue)).as("seed %s", seed).isEqualTo(expected);
        assertThat(queue.count()).isEqualTo(model.size());
        assertThat(queue.heapBytes()).isLessThan(400 * 60 * 8);
    }
}

package dev.spinel.replication;

import static org.assertj.core.api.Assertions.assertThat;

import dev.spinel.api.data.Bytes;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

class BacklogTest {
    private static byte[] random(Random random, int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    private static byte[] read(Backlog backlog, long from) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        long at = from;
        while (at < backlog.end()) {
            int count = backlog.contiguous(at);
            out.write(backlog.chunk(at), backlog.index(at), count);
            at += count;
        }
        return out.toByteArray();
    }

    @Test
    void append_readFromAnyKeptOffset_isWhatWasAppended() {
        Random random = new Random(1);
        Backlog backlog = new Backlog(5_000_000_123L);
        ByteArrayOutputStream expected = new ByteArrayOutputStream();
        long base = backlog.start();
        for (int step = 0; step < 400; step++) {
            byte[] piece = random(random, random.nextInt(3 * Backlog.CHUNK_BYTES));
            backlog.append(piece, 0, piece.length);
            expected.writeBytes(piece);
            if (random.nextInt(4) == 0) {
                backlog.discardBefore(backlog.start() + random.nextLong(backlog.end() - backlog.start() + 1));
            }
            long from = backlog.start() + random.nextLong(backlog.end() - backlog.start() + 1);
            byte[] all = expected.toByteArray();
            assertThat(read(backlog, from))
                    .as("step %d", step)
                    .isEqualTo(Arrays.copyOfRange(all, (int) (from - base), all.length));
        }
        assertThat(backlog.end()).isEqualTo(base + expected.size());
    }

    @Test
    void append_partOfArray_takesThatPart() {
        Backlog backlog = new Backlog(0);
        backlog.append(new byte[] {1, 2, 3, 4}, 1, 2);
        assertThat(read(backlog, 0)).containsExactly(2, 3);
    }

    @Test
    void append_commands_areAsClientsSendThem() {
        Random random = new Random(3);
        Backlog backlog = new Backlog(100);
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 3000; i++) {
            Bytes[] args = new Bytes[1 + random.nextInt(12)];
            expected.append('*').append(args.length).append("\r\n");
            for (int k = 0; k < args.length; k++) {
                String word = "w".repeat(random.nextInt(random.nextInt(50) == 0 ? 20_000 : 40));
                args[k] = Bytes.of(word);
                expected.append('$').append(word.length()).append("\r\n");
                expected.append(word).append("\r\n");
            }
            backlog.append(args, args.length);
        }
        assertThat(new String(read(backlog, 100), StandardCharsets.US_ASCII)).isEqualTo(expected.toString());
    }

    @Test
    void insert_anywhere_movesTheRest() {
        Random random = new Random(2);
        for (int round = 0; round < 300; round++) {
            Backlog backlog = new Backlog(random.nextInt(2 * Backlog.CHUNK_BYTES));
            long start = backlog.start();
            byte[] before = random(random, random.nextInt(Backlog.CHUNK_BYTES));
            byte[] after = random(random, random.nextInt(3 * Backlog.CHUNK_BYTES));
            byte[] inserted = random(random, 15);
            backlog.append(before, 0, before.length);
            long offset = backlog.end();
            backlog.append(after, 0, after.length);
            backlog.insert(offset, inserted);
            ByteArrayOutputStream expected = new ByteArrayOutputStream();
            expected.writeBytes(before);
            expected.writeBytes(inserted);
            expected.writeBytes(after);
            assertThat(read(backlog, start)).as("round %d", round).isEqualTo(expected.toByteArray());
        }
    }

    @Test
    void discardBefore_everything_leavesNothingAndGoesOn() {
        Backlog backlog = new Backlog(0);
        backlog.append(new byte[100], 0, 100);
        backlog.discardBefore(100);
        assertThat(backlog.start()).isEqualTo(100);
        backlog.append(new byte[] {7}, 0, 1);
        assertThat(read(backlog, 100)).containsExactly(7);
    }

    @Test
    void discardBefore_endOfChunk_goesOnInTheNext() {
        Backlog backlog = new Backlog(0);
        backlog.append(new byte[Backlog.CHUNK_BYTES], 0, Backlog.CHUNK_BYTES);
        backlog.discardBefore(Backlog.CHUNK_BYTES);
        backlog.append(new byte[] {9}, 0, 1);
        assertThat(backlog.start()).isEqualTo(Backlog.CHUNK_BYTES);
        assertThat(read(backlog, Backlog.CHUNK_BYTES)).containsExactly(9);
    }

    @Test
    void heapBytes_afterDiscarding_isThatOfWhatIsKept() {
        Backlog backlog = new Backlog(0);
        backlog.append(new byte[50 * Backlog.CHUNK_BYTES], 0, 50 * Backlog.CHUNK_BYTES);
        assertThat(backlog.heapBytes()).isEqualTo(50L * Backlog.CHUNK_BYTES);
        backlog.discardBefore(48L * Backlog.CHUNK_BYTES);
        // Two that are kept, and one to be used again.
        assertThat(backlog.heapBytes()).isEqualTo(3L * Backlog.CHUNK_BYTES);
    }
}

package dev.spinel.aof;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import dev.spinel.api.data.Bytes;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import org.junit.jupiter.api.Test;

class CommandBufferTest {
    private static final byte[] MARKER = "*1\r\n$5\r\nMULTI\r\n".getBytes(StandardCharsets.US_ASCII);

    private final CommandBuffer buffer = new CommandBuffer();

    private static Bytes[] args(String... words) {
        Bytes[] args = new Bytes[words.length];
        for (int i = 0; i < words.length; i++) {
            args[i] = Bytes.of(words[i].getBytes(StandardCharsets.ISO_8859_1));
        }
        return args;
    }

    private static String wire(String... words) {
        StringBuilder wire = new StringBuilder("*" + words.length + "\r\n");
        for (String word : words) {
            wire.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
        }
        return wire.toString();
    }

    private String written() {
        MemoryFile file = new MemoryFile();
        buffer.writeTo(file, buffer.size());
        return file.text();
    }

    @Test
    void command_isInItsFormOnTheWire() {
        buffer.command(args("SET", "", "a value of more than nine bytes", "ignored"), 3);
        assertThat(written()).isEqualTo(wire("SET", "", "a value of more than nine bytes"));
        assertThat(buffer.size()).isEqualTo(written().length());
    }

    @Test
    void lengthsAndCounts_ofAllDigits() {
        StringBuilder expected = new StringBuilder();
        for (int length : new int[] {0, 1, 9, 10, 11, 19, 99, 100, 101, 999, 65_500, 65_536, 100_000}) {
            buffer.command(args("x".repeat(length)), 1);
            expected.append(wire("x".repeat(length)));
        }
        String[] words = "w".repeat(123).split("");
        buffer.command(args(words), words.length);
        expected.append(wire(words));
        assertThat(written()).isEqualTo(expected.toString());
    }

    /** Chunks are used again, so a thread that appends and releases allocates nothing. */
    @Test
    void commandAndRelease_steadyState_allocatesNothing() {
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Bytes[] set = args("SET", "key:000000012345", "v".repeat(32));
        long before = 0;
        for (int round = 0; round < 20; round++) {
            if (round == 10) {
                before = threads.getCurrentThreadAllocatedBytes();
            }
            for (int i = 0; i < 5000; i++) {
                buffer.mark();
                buffer.command(set, 3);
            }
            buffer.release(buffer.size());
        }
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(5000);
    }

    @Test
    void insertAtMark_anyPlaceOfAChunk_keepsTheRest() {
        StringBuilder expected = new StringBuilder();
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            String first = "x".repeat(random.nextInt(40));
            String second = "y".repeat(random.nextInt(40));
            buffer.mark();
            buffer.command(args("SET", first), 2);
            if (random.nextBoolean()) {
                buffer.insertAtMark(MARKER);
                expected.append("*1\r\n$5\r\nMULTI\r\n");
            }
            buffer.command(args(second), 1);
            expected.append(wire("SET", first)).append(wire(second));
        }
        assertThat(written()).isEqualTo(expected.toString());
        assertThat(buffer.size()).isEqualTo(expected.length());
    }

    @Test
    void insertAtMark_unitOverSeveralChunks_keepsTheRest() {
        String large = "z".repeat(200_000);
        buffer.command(args("a".repeat(60_000)), 1);
        buffer.mark();
        buffer.command(args("SET", large), 2);
        buffer.insertAtMark(MARKER);
        assertThat(written()).isEqualTo(wire("a".repeat(60_000)) + "*1\r\n$5\r\nMULTI\r\n" + wire("SET", large));
    }

    @Test
    void release_anyNumberOfBytes_leavesTheRest() {
        Random random = new Random(11);
        StringBuilder expected = new StringBuilder();
        for (int i = 0; i < 300; i++) {
            String value = "v".repeat(random.nextInt(3000));
            buffer.command(args(value), 1);
            expected.append(wire(value));
            int released = random.nextInt((int) buffer.size() + 1);
            buffer.release(released);
            expected.delete(0, released);
            assertThat(buffer.size()).isEqualTo(expected.length());
        }
        assertThat(written()).isEqualTo(expected.toString());
    }
}

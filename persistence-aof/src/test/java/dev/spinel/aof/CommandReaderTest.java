package dev.spinel.aof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.api.data.Bytes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CommandReaderTest {
    @TempDir
    private Path directory;

    private CommandReader reader(String text) throws IOException {
        return reader(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private CommandReader reader(byte[] bytes) throws IOException {
        Path file = directory.resolve("log");
        Files.write(file, bytes);
        return CommandReader.open(file, 0);
    }

    private static List<String> command(CommandReader reader) {
        List<String> words = new ArrayList<>();
        for (int i = 0; i < reader.argCount(); i++) {
            words.add(new String(reader.args()[i].toByteArray(), StandardCharsets.ISO_8859_1));
        }
        return words;
    }

    @Test
    void next_givesCommandsAndAnnotationsWithTheirPlaces() throws IOException {
        try (CommandReader reader =
                reader("*2\r\n$3\r\nGET\r\n$0\r\n\r\n#TS:1700000000\r\n# more\n*1\r\n$4\r\nPI\r\n\r\n")) {
            assertThat(reader.next()).isTrue();
            assertThat(command(reader)).containsExactly("GET", "");
            assertThat(reader.commandOffset()).isZero();
            assertThat(reader.position()).isEqualTo(19);
            assertThat(reader.lines()).isEqualTo(5);
            assertThat(reader.next()).isTrue();
            assertThat(reader.isAnnotation()).isTrue();
            assertThat(reader.timestamp()).isEqualTo(1_700_000_000);
            assertThat(reader.next()).isTrue();
            assertThat(reader.timestamp()).isZero();
            assertThat(reader.next()).isTrue();
            assertThat(reader.isAnnotation()).isFalse();
            assertThat(command(reader)).containsExactly("PI\r\n");
            assertThat(reader.commandOffset()).isEqualTo(42);
            assertThat(reader.position()).isEqualTo(reader.fileBytes());
            assertThat(reader.next()).isFalse();
        }
    }

    @Test
    void next_commandsOfAllSizes_acrossTheEndsOfTheBuffer() throws IOException {
        Random random = new Random(3);
        CommandBuffer buffer = new CommandBuffer();
        List<byte[]> values = new ArrayList<>();
        for (int i = 0; i < 300; i++) {
            byte[] value = new byte[i % 50 == 49 ? 1 << 20 : random.nextInt(9000)];
            random.nextBytes(value);
            values.add(value);
            buffer.command(new Bytes[] {Bytes.of("SET"), Bytes.of(value)}, 2);
        }
        MemoryFile file = new MemoryFile();
        buffer.writeTo(file, buffer.size());
        try (CommandReader reader = reader(file.text())) {
            for (byte[] value : values) {
                assertThat(reader.next()).isTrue();
                assertThat(reader.argCount()).isEqualTo(2);
                assertThat(reader.args()[1].toByteArray()).isEqualTo(value);
            }
            assertThat(reader.next()).isFalse();
        }
    }

    @Test
    void next_truncatedAnywhere_truncatedWithWholeCommandsBefore() throws IOException {
        String text = "*3\r\n$3\r\nSET\r\n$3\r\nkey\r\n$5\r\nvalue\r\n*1\r\n$4\r\nPING\r\n#TS:1\r\n";
        List<Integer> ends = List.of(0, 33, 47, 54);
        for (int length = 0; length < text.length(); length++) {
            try (CommandReader reader = reader(text.substring(0, length))) {
                int whole = 0;
                while (whole + 1 < ends.size() && ends.get(whole + 1) <= length) {
                    assertThat(reader.next()).as("at length %d", length).isTrue();
                    whole++;
                }
                assertThat(reader.position()).isEqualTo((long) ends.get(whole));
                if (ends.contains(length)) {
                    assertThat(reader.next()).isFalse();
                } else {
                    assertThatThrownBy(reader::next).isInstanceOf(TruncatedLogException.class);
                    assertThat(reader.isFollowedByCommands()).isFalse();
                }
                assertThat(reader.position()).isEqualTo((long) ends.get(whole));
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "PING|0|Expected prefix '*', got: 'P'",
                "*0~|0|Expected a command of one argument at least, got none",
                "*x~|1|Expected \\r\\n, got: 780d",
                "*1\\n$4~PING~|2|Expected \\r\\n, got: 0a24",
                "*-1~|1|Expected \\r\\n, got: 2d31",
                "*1~+4~PING~|4|Expected prefix '$', got: '+'",
                "*1~$4~PINGxx|12|Expected \\r\\n, got: 7878",
                "*1~$3~PING~|11|Expected \\r\\n, got: 470d",
                "*1~$9999999999999999999~|5|Expected a number, got too many digits",
                "#TS:12a~|0|Invalid timestamp annotation",
            })
    void next_malformed_refusedWithOffset(String text, long offset, String message) throws IOException {
        try (CommandReader reader = reader(text.replace("~", "\r\n").replace("\\n", "\n"))) {
            assertThatThrownBy(reader::next)
                    .isInstanceOfSatisfying(InvalidLogException.class, e -> assertThat(e.offset())
                            .isEqualTo(offset))
                    .isNotInstanceOf(TruncatedLogException.class)
                    .hasMessage(message);
        }
    }

    @ParameterizedTest
    @CsvSource({"*999999999999~", "*2000000000~$3~SET~", "*1~$2000000000~PING~", "*1~$999999999999999999~PING~"})
    void next_lengthBeyondTheEnd_noMemoryForIt(String text) throws IOException {
        try (CommandReader reader = reader(text.replace("~", "\r\n"))) {
            assertThatThrownBy(reader::next).isInstanceOf(TruncatedLogException.class);
        }
    }

    @Test
    void isFollowedByCommands_damagedLength_true() throws IOException {
        try (CommandReader reader = reader("*2\r\n$3\r\nGET\r\n$900000\r\nk\r\n" + "*1\r\n$4\r\nPING\r\n".repeat(2))) {
            assertThatThrownBy(reader::next).isInstanceOf(TruncatedLogException.class);
            assertThat(reader.isFollowedByCommands()).isTrue();
            assertThat(reader.position()).isZero();
        }
    }

    @Test
    void isFollowedByCommands_valueThatHoldsSome_false() throws IOException {
        try (CommandReader reader =
                reader("*2\r\n$3\r\nGET\r\n$900000\r\nk\r\n" + "*1\r\n$4\r\nPING\r\n" + "*1\r\n$4\r\nPI")) {
            assertThatThrownBy(reader::next).isInstanceOf(TruncatedLogException.class);
            assertThat(reader.isFollowedByCommands()).isFalse();
            assertThat(reader.position()).isZero();
        }
    }

    @Test
    void isFollowedByCommands_farBehind_true() throws IOException {
        try (CommandReader reader =
                reader("*2\r\n$3\r\nGET\r\n$9000000\r\n" + "k".repeat(1_000_000) + "\r\n*1\r\n$4\r\nPING\r\n")) {
            assertThatThrownBy(reader::next).isInstanceOf(TruncatedLogException.class);
            assertThat(reader.isFollowedByCommands()).isTrue();
        }
    }
}

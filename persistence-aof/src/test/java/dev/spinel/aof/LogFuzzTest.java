package dev.spinel.aof;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.code_intelligence.jazzer.mutation.annotation.NotNull;
import dev.spinel.api.data.Bytes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AnnotatedElementContext;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.io.TempDirFactory;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Any bytes as a file of a log, by Jazzer, see {@code RequestDecoderFuzzTest}: its commands are read up to the first byte that is
 * wrong, the checker tells the same, and what it leaves of a damaged file are whole commands and transactions.
 */
class LogFuzzTest {
    private static final String SET = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n";
    private static final String MULTI = "*1\r\n$5\r\nMULTI\r\n";
    private static final String EXEC = "*1\r\n$4\r\nEXEC\r\n";

    @TempDir(factory = Memory.class)
    private Path directory;

    /** Makes directories that are no disk's, where that is possible: the checker waits for what it writes. */
    static final class Memory implements TempDirFactory {
        private static final Path ROOT = Path.of("/dev/shm");

        @Override
        public Path createTempDirectory(AnnotatedElementContext element, ExtensionContext context) throws IOException {
            return Files.isWritable(ROOT)
                    ? Files.createTempDirectory(ROOT, "spinel-log-fuzz")
                    : Files.createTempDirectory("spinel-log-fuzz");
        }
    }

    static Stream<byte[]> anyLog_isReadUpToItsDamage() {
        return Stream.of(
                        SET,
                        "#TS:1700000000\r\n" + SET + "# note\n" + SET,
                        SET + MULTI + SET + EXEC + SET,
                        MULTI + SET,
                        SET + EXEC,
                        SET + "*2\r\n$3\r\nDEL\r\n$5\r\nab",
                        "*2\r\n$3\r\nDEL\r\n$999999999\r\nab\r\n" + SET,
                        "*1000000000\r\n$3\r\nDEL\r\n",
                        "*2\r\n$3\r\nDEL\r\n$0\r\n\r\n")
                .map(text -> text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @MethodSource
    @FuzzTest(maxDuration = "10s")
    void anyLog_isReadUpToItsDamage(byte @NotNull [] bytes) throws IOException {
        Files.writeString(directory.resolve("manifest"), "file log seq 1 type i\n");
        Path file = directory.resolve("log");
        Files.write(file, bytes);
        Log log = read(file);
        assertThat(log.wholeBytes).isLessThanOrEqualTo(bytes.length);
        if (AofDirectory.startsAsSnapshot(file)) {
            return;
        }

        boolean isValid = log.error == null && !log.inTransaction;
        assertThat(check("")).isEqualTo(isValid ? 0 : 1);
        assertThat(file).hasBinaryContent(bytes);

        assertThat(check("y\n", "--fix")).isZero();
        assertThat(file).hasBinaryContent(Arrays.copyOf(bytes, (int) log.validBytes));
        Log fixed = read(file);
        assertThat(fixed.error).isNull();
        assertThat(fixed.inTransaction).isFalse();
        assertThat(fixed.commands).isEqualTo(log.commands.subList(0, fixed.commands.size()));
        assertThat(check("")).isZero();
    }

    /** What is read of a file. */
    private static final class Log {
        private final List<String> commands = new ArrayList<>();
        private InvalidLogException error;
        private boolean inTransaction;
        private long wholeBytes;
        private long validBytes;
    }

    private static Log read(Path file) throws IOException {
        Log log = new Log();
        try (CommandReader reader = CommandReader.open(file, 0)) {
            while (reader.next()) {
                assertThat(reader.commandOffset()).isEqualTo(log.wholeBytes);
                assertThat(reader.position()).isGreaterThan(log.wholeBytes);
                log.wholeBytes = reader.position();
                if (!reader.isAnnotation()) {
                    boolean unexpected = reader.args()[0].isWord("MULTI") && log.inTransaction
                            || reader.args()[0].isWord("EXEC") && !log.inTransaction;
                    if (unexpected) {
                        log.error = new InvalidLogException(reader.commandOffset(), "not expected here");
                        return log;
                    }
                    log.inTransaction =
                            reader.args()[0].isWord("MULTI") || log.inTransaction && !reader.args()[0].isWord("EXEC");
                    log.commands.add(textOf(reader));
                }
                if (!log.inTransaction) {
                    log.validBytes = reader.position();
                }
            }
        } catch (InvalidLogException e) {
            assertThat(e.offset()).isBetween(log.wholeBytes, Files.size(file));
            log.error = e;
        }
        return log;
    }

    private static String textOf(CommandReader reader) {
        StringBuilder text = new StringBuilder();
        for (Bytes arg : Arrays.asList(reader.args()).subList(0, reader.argCount())) {
            text.append(arg.length()).append(':').append(arg.quotable(Integer.MAX_VALUE));
        }
        return text.toString();
    }

    private int check(String answer, String... options) {
        List<String> args = new ArrayList<>(List.of(options));
        args.add(directory.resolve("manifest").toString());
        return new AofCheck(
                        "spinel-check-aof",
                        new NoFormat(),
                        new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8))
                .run(args);
    }
}

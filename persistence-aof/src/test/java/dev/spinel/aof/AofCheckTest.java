package dev.spinel.aof;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lines and exit codes; those that redis-check-aof 7.0.15 prints for the same files, but for the offsets of damage. */
class AofCheckTest {
    private static final String SET = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n";
    private static final String MULTI = "*1\r\n$5\r\nMULTI\r\n";
    private static final String EXEC = "*1\r\n$4\r\nEXEC\r\n";

    @TempDir
    private Path directory;

    private int exitCode;

    private void file(String name, String text) throws IOException {
        Files.write(directory.resolve(name), text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private long size(String name) throws IOException {
        return Files.size(directory.resolve(name));
    }

    /** Runs the check on the last word, a file of the directory, and answers its prompt. */
    private List<String> check(String answer, String... words) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String[] args = words.clone();
        args[args.length - 1] = directory.resolve(args[args.length - 1]).toString();
        exitCode = new AofCheck(
                        "spinel-check-aof",
                        new NoFormat(),
                        new ByteArrayInputStream(answer.getBytes(StandardCharsets.UTF_8)),
                        new PrintStream(out, true, StandardCharsets.UTF_8))
                .run(List.of(args));
        return out.toString(StandardCharsets.UTF_8)
                .replace(directory + "/", "")
                .lines()
                .toList();
    }

    @Test
    void severalParts_valid() throws IOException {
        file("m", "file b seq 1 type b\nfile i1 seq 1 type i\nfile i2 seq 2 type i\n");
        file("b", SET);
        file("i1", SET + MULTI + SET + EXEC);
        file("i2", "");
        assertThat(check("", "m"))
                .containsExactly(
                        "Start checking Multi Part AOF",
                        "Start to check BASE AOF (RESP format).",
                        "AOF analyzed: filename=b, size=27, ok_up_to=27, ok_up_to_line=8, diff=0",
                        "BASE AOF b is valid",
                        "Start to check INCR files.",
                        "AOF analyzed: filename=i1, size=83, ok_up_to=83, ok_up_to_line=28, diff=0",
                        "INCR AOF i1 is valid",
                        "INCR AOF i2 is empty",
                        "All AOF files and manifest are valid");
        assertThat(exitCode).isZero();
    }

    @Test
    void truncatedLastPart_fixedWhenConfirmed() throws IOException {
        file("m", "file b seq 1 type b\nfile i1 seq 1 type i\n");
        file("b", SET);
        file("i1", SET + SET.substring(0, 24));
        assertThat(check("", "m"))
                .endsWith(
                        "0x              2f: Expected to read 1 bytes, got 0 bytes",
                        "AOF analyzed: filename=i1, size=51, ok_up_to=27, ok_up_to_line=15, diff=24",
                        "AOF i1 is not valid. Use the --fix option to try fixing it.");
        assertThat(exitCode).isEqualTo(1);
        assertThat(check("n\n", "--fix", "m")).endsWith("Continue? [y/N]: Aborting...");
        assertThat(exitCode).isEqualTo(1);
        assertThat(size("i1")).isEqualTo(51);
        assertThat(check("y\n", "--fix", "m"))
                .endsWith(
                        "This will shrink the AOF i1 from 51 bytes, with 24 bytes, to 27 bytes",
                        "Continue? [y/N]: Successfully truncated AOF i1",
                        "All AOF files and manifest are valid");
        assertThat(exitCode).isZero();
        assertThat(size("i1")).isEqualTo(27);
    }

    @Test
    void truncatedPartBeforeTheLast_notFixed() throws IOException {
        file("m", "file b seq 1 type b\nfile i1 seq 1 type i\n");
        file("b", SET + SET.substring(0, 15));
        file("i1", SET);
        assertThat(check("y\n", "--fix", "m")).endsWith("Failed to truncate AOF b because it is not the last file");
        assertThat(exitCode).isEqualTo(1);
        assertThat(size("b")).isEqualTo(42);
    }

    @Test
    void damageAmidAFile_namedWithItsOffset() throws IOException {
        file("x", SET + SET.replace("$3", "x3") + SET);
        assertThat(check("", "x"))
                .containsExactly(
                        "Start checking Old-Style AOF",
                        "0x              1f: Expected prefix '$', got: 'x'",
                        "AOF analyzed: filename=x, size=81, ok_up_to=27, ok_up_to_line=8, diff=54",
                        "AOF x is not valid. Use the --fix option to try fixing it.");
    }

    @Test
    void damagedLength_saysWhatFixingCosts() throws IOException {
        file("x", SET + SET.replace("$3", "$999") + SET + SET);
        assertThat(check("", "x"))
                .contains("Whole commands follow behind the damage; cutting it off removes them, too.");
        assertThat(exitCode).isEqualTo(1);
    }

    @Test
    void transactions_mustEndAndNotNest() throws IOException {
        file("open", SET + MULTI + SET);
        assertThat(check("", "open"))
                .contains(
                        "0x              45: Reached EOF before reading EXEC for MULTI",
                        "AOF analyzed: filename=open, size=69, ok_up_to=27, ok_up_to_line=8, diff=42");
        file("nested", MULTI + MULTI);
        assertThat(check("", "nested")).contains("0x               f: Unexpected MULTI in AOF nested");
        file("ended", EXEC);
        assertThat(check("", "ended")).contains("0x               0: Unexpected EXEC in AOF ended");
    }

    @Test
    void truncateToTimestamp_lastPartOnly() throws IOException {
        file("m", "file i1 seq 1 type i\nfile i2 seq 2 type i\n");
        file("i1", "#TS:100\r\n" + SET + "#TS:200\r\n" + SET);
        file("i2", "#TS:300\r\n" + SET + "#TS:400\r\n" + MULTI + SET + EXEC);
        assertThat(check("", "--truncate-to-timestamp", "50", "m"))
                .endsWith("AOF i1 has nothing before timestamp 50, aborting...");
        assertThat(check("", "--truncate-to-timestamp", "150", "m"))
                .contains("Failed to truncate AOF i1 to timestamp 150 to offset 36 because it is not the last file.");
        assertThat(exitCode).isEqualTo(1);
        assertThat(check("", "--truncate-to-timestamp", "450", "m"))
                .containsExactly(
                        "Start checking Multi Part AOF",
                        "Start to check INCR files.",
                        "Truncate nothing in AOF i1 to timestamp 450",
                        "INCR AOF i1 is valid",
                        "Truncate nothing in AOF i2 to timestamp 450",
                        "INCR AOF i2 is valid",
                        "All AOF files and manifest are valid");
        assertThat(size("i2")).isEqualTo(101);
        assertThat(check("", "--truncate-to-timestamp", "350", "m"))
                .endsWith(
                        "Truncate nothing in AOF i1 to timestamp 350",
                        "INCR AOF i1 is valid",
                        "Successfully truncated AOF i2 to timestamp 350",
                        "All AOF files and manifest are valid");
        assertThat(exitCode).isZero();
        assertThat(size("i2")).isEqualTo(36);
    }

    @Test
    void unusable_refused() throws IOException {
        assertThat(check("", "gone")).containsExactly("Cannot open file gone: No such file or directory");
        assertThat(exitCode).isEqualTo(1);
        file("m", "file gone seq 1 type i\n");
        assertThat(check("", "m")).endsWith("Cannot open file gone: No such file or directory, aborting...");
        file("n", "file gone\n");
        assertThat(check("", "n")).endsWith(">>> 'file gone'", "Invalid AOF manifest file format");
        assertThat(check("", "--truncate-to-timestamp", "abc", "m")).containsExactly("Invalid timestamp, aborting...");
        assertThat(check("", "--foo", "m"))
                .containsExactly(
                        "Usage: spinel-check-aof [--fix|--truncate-to-timestamp $timestamp] <file.manifest|file.aof>");
        assertThat(exitCode).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"REDIS0010", "VALKEY080"})
    void damagedSnapshot_refused(String magic) throws IOException {
        file("x", magic);
        assertThat(check("", "x"))
                .contains("--- RDB ERROR DETECTED ---")
                .endsWith("RDB preamble of AOF file is not sane, aborting.");
        assertThat(exitCode).isEqualTo(1);
    }
}

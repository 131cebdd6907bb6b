package dev.spinel.aof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.aof.LogPart.Kind;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {
    private static Manifest parse(String text) throws InvalidManifestException {
        return Manifest.parse("a.manifest", text.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void parse_readsAllKindsCommentsAndUnknownWords() throws Exception {
        Manifest manifest = parse(
                """
                # made by hand
                file a.2.base.rdb seq 2 type b
                FILE a.1.incr.aof seq 1 type h more words
                file "a b.2.incr.aof" seq 2 type i
                file a.5.incr.aof seq 5 type i
                """);
        assertThat(manifest.base()).isEqualTo(new LogPart("a.2.base.rdb", 2, Kind.BASE));
        assertThat(manifest.history()).containsExactly(new LogPart("a.1.incr.aof", 1, Kind.HISTORY));
        assertThat(manifest.increments())
                .containsExactly(
                        new LogPart("a b.2.incr.aof", 2, Kind.INCREMENT),
                        new LogPart("a.5.incr.aof", 5, Kind.INCREMENT));
        assertThat(manifest.withIncrement("a").lastIncrement())
                .isEqualTo(new LogPart("a.6.incr.aof", 6, Kind.INCREMENT));
    }

    /** As a manifest is whose history a server removed without renumbering, or one made by hand. */
    @Test
    void newParts_neverTakeTheNameOfHistory() throws Exception {
        Manifest manifest = parse(
                """
                file a.1.base.aof seq 1 type b
                file a.7.incr.aof seq 7 type h
                file a.4.base.aof seq 4 type h
                file a.2.incr.aof seq 2 type i
                """);
        assertThat(manifest.withIncrement("a").lastIncrement())
                .isEqualTo(new LogPart("a.8.incr.aof", 8, Kind.INCREMENT));
        assertThat(manifest.withBase("a", false, 1).base()).isEqualTo(new LogPart("a.8.base.aof", 8, Kind.BASE));
    }

    @Test
    void obsoleteFiles_areNeverInUse() throws Exception {
        Manifest manifest = parse(
                """
                file a.1.base.aof seq 1 type b
                file a.1.incr.aof seq 1 type h
                file a.2.incr.aof seq 2 type h
                file a.2.incr.aof seq 2 type i
                """);
        assertThat(manifest.obsoleteFiles()).containsExactly("a.1.incr.aof");
    }

    /** The texts are those that the program redis-server 7.0.15 holds. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            ignoreLeadingAndTrailingWhitespace = false,
            value = {
                "|Found an empty AOF manifest",
                "\\n|Invalid AOF manifest file format",
                "file a seq 1 type b|The AOF manifest file contains too long line",
                "file a seq 1\\n|Invalid AOF manifest file format",
                "file a seq 1 type b more\\n|Invalid AOF manifest file format",
                "file a seq 0 type b\\n|Invalid AOF manifest file format",
                "file a seq x type b\\n|Invalid AOF manifest file format",
                "file \"a seq 1 type b\\n|Invalid AOF manifest file format",
                "file a seq 1 kind b\\n|Invalid AOF manifest file format",
                "file ../a seq 1 type b\\n|File can't be a path, just a filename",
                "file a seq 1 type b\\nfile c seq 2 type b\\n|Found duplicate base file information",
                "file a seq 2 type i\\nfile c seq 1 type i\\n|Found a non-monotonic sequence number",
                "file a seq 2 type i\\nfile c seq 2 type i\\n|Found a non-monotonic sequence number",
                "file a seq 1 type x\\n|Unknown AOF file type",
            })
    void parse_malformed_refusedWithRedisText(String text, String reason) {
        assertThatThrownBy(() -> parse(text == null ? "" : text.replace("\\n", "\n")))
                .isInstanceOfSatisfying(InvalidManifestException.class, e -> assertThat(e.reason())
                        .isEqualTo(reason))
                .hasMessageContaining("a.manifest");
    }

    @Test
    void parse_lineOf1024Bytes_tooLong() {
        assertThatThrownBy(() -> parse("file " + "a".repeat(1010) + " seq 1 type b\n"))
                .hasMessageContaining("too long line");
    }

    @Test
    void format_isReadBack() throws Exception {
        Manifest manifest = Manifest.EMPTY
                .withBase("my log\u00e9", true, 0)
                .withIncrement("my log\u00e9")
                .withIncrement("my log\u00e9")
                .withBase("my log\u00e9", false, 1);
        assertThat(manifest.format())
                .isEqualTo(
                        """
                        file "my log\\xc3\\xa9.2.base.aof" seq 2 type b
                        file "my log\\xc3\\xa9.1.incr.aof" seq 1 type h
                        file "my log\\xc3\\xa9.1.base.rdb" seq 1 type h
                        file "my log\\xc3\\xa9.2.incr.aof" seq 2 type i
                        """);
        assertThat(parse(manifest.format()).format()).isEqualTo(manifest.format());
    }

    @Test
    void withBase_keepsTheLastIncrementsOnly() {
        Manifest manifest = Manifest.EMPTY.withIncrement("a").withIncrement("a").withBase("a", true, 0);
        assertThat(manifest.increments()).isEmpty();
        assertThat(manifest.history()).extracting(LogPart::name).containsExactly("a.2.incr.aof", "a.1.incr.aof");
        assertThat(manifest.withoutHistory().withIncrement("a").format())
                .isEqualTo("file a.1.base.rdb seq 1 type b\nfile a.3.incr.aof seq 3 type i\n");
    }
}

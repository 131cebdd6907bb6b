package dev.spinel.aof;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.spinel.engine.EnginePorts;
import dev.spinel.engine.config.ConfigRegistry;
import dev.spinel.engine.dispatch.EngineClock;
import dev.spinel.engine.dispatch.ServerState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AofLoaderTest {
    private static final String SET_A = "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$1\r\n1\r\n";
    private static final String SET_B = "*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$1\r\n2\r\n";
    private static final String MULTI = "*1\r\n$5\r\nMULTI\r\n";
    private static final String EXEC = "*1\r\n$4\r\nEXEC\r\n";

    @TempDir
    private Path server;

    private final ConfigRegistry config = ConfigRegistry.withServerDirectives();
    private final List<String> commands = new ArrayList<>();
    private final List<String> log = new ArrayList<>();
    private final List<Long> progress = new ArrayList<>();
    private AofDirectory directory;

    private final ServerState state = new ServerState() {
        @Override
        public void loading(boolean value) {
            throw new AssertionError("begins and ends by itself at the start");
        }

        @Override
        public void loadingProgress(long totalBytes, long loadedBytes) {
            progress.add(loadedBytes);
        }

        @Override
        public void diskError(DiskUser user, @Nullable String error) {
            throw new AssertionError("not while loading");
        }

        @Override
        public void tooFewReplicas(boolean value) {
            throw new AssertionError("not while loading");
        }
    };

    @BeforeEach
    void makeDirectory() throws IOException {
        directory = new AofDirectory(server, "dir", "a", LogFile.OF_SYSTEM);
        directory.create();
    }

    private EnginePorts ports() {
        return new EnginePorts(
                config,
                new EngineClock(() -> 0, () -> 0),
                null,
                null,
                null,
                null,
                null,
                null,
                state,
                null,
                null,
                null,
                null,
                null,
                () -> new RecordingReplay(commands),
                Thread::new,
                () -> {},
                () -> 0,
                log::add);
    }

    private void file(String name, String text) throws IOException {
        Files.write(directory.file(name), text.getBytes(StandardCharsets.ISO_8859_1));
    }

    private void load() throws IOException {
        commands.clear();
        log.clear();
        AofLoader loader = new AofLoader(ports(), new NoFormat(), directory, directory.readManifest());
        try {
            while (!loader.run(1)) {
                assertThat(progress).isNotEmpty();
            }
        } finally {
            loader.close();
        }
    }

    @Test
    void run_baseThenIncrements_inOrder() throws IOException {
        file("a.manifest", "file b seq 1 type b\nfile h seq 1 type h\nfile i1 seq 1 type i\nfile i2 seq 2 type i\n");
        file("b", "#TS:1\r\n" + SET_A);
        file("i1", "");
        file("i2", MULTI + SET_B + SET_A + EXEC);
        load();
        assertThat(commands).containsExactly("SET a 1", "SET b 2", "SET a 1");
        assertThat(log).anyMatch(line -> line.startsWith("DB loaded from base file b: "));
        assertThat(log).anyMatch(line -> line.startsWith("DB loaded from incr file i2: "));
        assertThat(progress.get(progress.size() - 1)).isEqualTo(34 + 15 + 54 + 14);
    }

    @Test
    void run_missingFile_refused() throws IOException {
        file("a.manifest", "file b seq 1 type b\n");
        assertThatThrownBy(this::load)
                .hasMessage("Unable to obtain the AOF file b length. stat: No such file or directory");
    }

    @Test
    void run_unknownCommand_refusedWithFileAndOffset() throws IOException {
        file("a.manifest", "file i seq 1 type i\n");
        file("i", SET_A + "*1\r\n$3\r\nSXT\r\n" + SET_B);
        assertThatThrownBy(this::load).hasMessage("Unknown command 'SXT' reading the append only file i at offset 27");
    }

    @Test
    void run_commandThatFails_loggedAndGoneOn() throws IOException {
        file("a.manifest", "file i seq 1 type i\n");
        file("i", "*2\r\n$3\r\nSET\r\n$9\r\nwrongtype\r\n" + SET_B);
        load();
        assertThat(commands).containsExactly("SET b 2");
        assertThat(log).anyMatch(line -> line.startsWith("== CRITICAL ==") && line.contains("WRONGTYPE"));
    }

    /** Served without them, the data would be less than the log holds, and the next rewrite would make that final. */
    @ParameterizedTest
    @ValueSource(strings = {"large|OOM command not allowed", "defect|internal error: a defect"})
    void run_commandThatTheServerFailsAt_refused(String wordAndReason) throws IOException {
        String word = wordAndReason.substring(0, wordAndReason.indexOf('|'));
        String text = SET_A + "*2\r\n$3\r\nSET\r\n$" + word.length() + "\r\n" + word + "\r\n" + SET_B;
        file("a.manifest", "file i seq 1 type i\n");
        file("i", text);
        assertThatThrownBy(this::load)
                .hasMessageStartingWith(
                        "Fatal error: can't replay the command 'SET' of the append only file i at offset 27: "
                                + wordAndReason.substring(word.length() + 1));
        assertThat(commands).containsExactly("SET a 1");
        assertThat(Files.size(directory.file("i"))).isEqualTo(text.length());
    }

    @Nested
    class Truncated {
        @BeforeEach
        void oneIncrement() throws IOException {
            file("a.manifest", "file i seq 1 type i\n");
        }

        @Test
        void anyLength_cutOffAfterTheLastWholeCommandOrTransaction() throws IOException {
            String text = SET_A + MULTI + SET_B + SET_A + EXEC + SET_B;
            int afterTransaction = SET_A.length() + MULTI.length() + 2 * SET_A.length() + EXEC.length();
            for (int length = 1; length <= text.length(); length++) {
                file("i", text.substring(0, length));
                load();
                int valid = length < SET_A.length()
                        ? 0
                        : length < afterTransaction
                                ? SET_A.length()
                                : length < text.length() ? afterTransaction : text.length();
                assertThat(Files.size(directory.file("i")))
                        .as("length %d", length)
                        .isEqualTo(valid);
                assertThat(commands)
                        .hasSize(valid == 0 ? 0 : valid == SET_A.length() ? 1 : valid < text.length() ? 3 : 4);
                if (valid < length) {
                    assertThat(log)
                            .contains(
                                    "!!! Warning: short read while loading the AOF file i!!!",
                                    "!!! Truncating the AOF i at offset " + valid + " !!!",
                                    "AOF i loaded anyway because aof-load-truncated is enabled");
                }
            }
        }

        @Test
        void notAllowed_refusedAndKept() throws IOException {
            config.load(List.of("aof-load-truncated", "no"));
            file("i", SET_A + SET_B.substring(0, 20));
            assertThatThrownBy(AofLoaderTest.this::load)
                    .hasMessageStartingWith("Unexpected end of file reading the append only file i. You can: 1)")
                    .hasMessageContaining("(offset 27: Expected 3 arguments, more than the file holds)");
            assertThat(Files.size(directory.file("i"))).isEqualTo(SET_A.length() + 20);
        }

        @Test
        void notTheLastFile_refusedAndKept() throws IOException {
            file("a.manifest", "file i seq 1 type i\nfile j seq 2 type i\n");
            file("i", SET_A + SET_B.substring(0, 20));
            file("j", SET_A);
            assertThatThrownBy(AofLoaderTest.this::load)
                    .hasMessageContaining("file i at offset ")
                    .hasMessageEndingWith("Fatal error: the truncated file is not the last file");
            assertThat(Files.size(directory.file("i"))).isEqualTo(SET_A.length() + 20);
        }

        /** A value may be the text of a log, or of what a client sends. */
        @Test
        void amidAValueThatHoldsCommands_cutOff() throws IOException {
            String value = (SET_A + SET_B).repeat(20_000);
            String text = SET_A + "*3\r\n$3\r\nSET\r\n$1\r\nb\r\n$" + value.length() + "\r\n" + value;
            file("i", text.substring(0, text.length() - 5));
            load();
            assertThat(commands).containsExactly("SET a 1");
            assertThat(Files.size(directory.file("i"))).isEqualTo(SET_A.length());
        }

        @Test
        void damagedLengthBeforeMoreCommandsThanTheBufferHolds_refusedAndKept() throws IOException {
            String damaged = SET_A.replace("$1\r\na", "$9123456\r\na") + (SET_A + SET_B).repeat(20_000);
            file("i", damaged);
            assertThatThrownBy(AofLoaderTest.this::load).hasMessageContaining("offset 13: ");
            assertThat(Files.size(directory.file("i"))).isEqualTo(damaged.length());
        }

        @Test
        void damagedLengthBeforeOtherCommands_refusedAndKept() throws IOException {
            String damaged = SET_A.replace("$1\r\na", "$91234\r\na") + SET_B + SET_B;
            file("i", damaged);
            assertThatThrownBy(AofLoaderTest.this::load)
                    .hasMessageStartingWith("Bad file format reading the append only file i: ")
                    .hasMessageContaining("offset 13: ");
            assertThat(Files.size(directory.file("i"))).isEqualTo(damaged.length());
        }
    }

    /** Every bit flips: loading ends, with all commands, or fewer, or a message that says where. */
    @Test
    void run_anyByteChanged_loadsOrIsRefusedWithFileAndOffset() throws IOException {
        file("a.manifest", "file i seq 1 type i\n");
        byte[] good = (SET_A + MULTI + SET_B + EXEC + SET_B).getBytes(StandardCharsets.ISO_8859_1);
        int refused = 0;
        for (int at = 0; at < good.length; at++) {
            for (int bit = 0; bit < 8; bit++) {
                byte[] bad = good.clone();
                bad[at] ^= (byte) (1 << bit);
                Files.write(directory.file("i"), bad);
                try {
                    load();
                } catch (IOException e) {
                    refused++;
                    assertThat(e.getMessage()).contains("file i").contains("offset ");
                    assertThat(Files.readAllBytes(directory.file("i"))).isEqualTo(bad);
                }
            }
        }
        assertThat(refused).isGreaterThan(good.length * 4);
    }

    /** The seed is the time; a failure names it. */
    @Test
    void run_randomDamage_loadsOrIsRefused() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        file("a.manifest", "file i seq 1 type i\n");
        byte[] good = (SET_A + SET_B + MULTI + SET_B + SET_A + EXEC).repeat(20).getBytes(StandardCharsets.ISO_8859_1);
        for (int round = 0; round < 400; round++) {
            byte[] bad = good.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                int from = random.nextInt(bad.length);
                int length = Math.min(random.nextInt(30), bad.length - from);
                if (random.nextBoolean()) {
                    System.arraycopy(good, random.nextInt(good.length - length), bad, from, length);
                } else {
                    bad[from] = (byte) random.nextInt(256);
                }
            }
            Files.write(directory.file("i"), bad);
            try {
                load();
            } catch (IOException e) {
                assertThat(e.getMessage()).as("seed %d, round %d", seed, round).contains("offset ");
            }
        }
    }
}

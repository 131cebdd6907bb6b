package dev.spinel.distribution;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/**
 * The launcher of the packed distribution. A stand-in for java, which prints its arguments, shows what the launcher
 * makes of each Java version without that version being installed.
 */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a POSIX shell script")
class LauncherIT {
    /** The first bytes of an archive on a little-endian machine. */
    private static final byte[] MAGIC = {(byte) 0xa8, (byte) 0xab, 0x0b, (byte) 0xf0};

    @TempDir
    private Path directory;

    private Path javaHome;
    private Path cache;

    @BeforeEach
    void createStandInForJava() throws IOException {
        javaHome = directory.resolve("java home");
        cache = directory.resolve("a cache");
        Path java = javaHome.resolve("bin/java");
        Files.createDirectories(java.getParent());
        Files.writeString(java, "#!/bin/sh\nprintf '%s\\n' \"pid $$\" \"$@\"\n");
        Files.setPosixFilePermissions(java, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    @Nested
    class JvmOptions {
        @Test
        void java17_getsOnlyWhatItKnows() throws Exception {
            List<String> arguments = launch("17.0.15").arguments();

            assertThat(arguments)
                    .contains("-XX:+UseG1GC", "-XX:G1HeapRegionSize=4m", "-XX:MaxRAMPercentage=75")
                    .contains("-XX:CompileCommandFile="
                            + launcher().resolve("../../lib/compile-commands").normalize())
                    .anyMatch(argument ->
                            argument.startsWith("-XX:ArchiveClassesAtExit=" + cache + "/spinel-java-17.0.15-"))
                    .doesNotContain("-XX:+UseCompactObjectHeaders", "--sun-misc-unsafe-memory-access=allow");
        }

        @Test
        void java17_usesTheArchiveThatIsThere() throws Exception {
            Path archive = archiveNamedBy(launch("17.0.15"));
            leave(archive, MAGIC, true);

            assertThat(launch("17.0.15").arguments())
                    .contains("-XX:SharedArchiveFile=" + archive)
                    .noneMatch(argument -> argument.contains("ArchiveClassesAtExit"));
        }

        @Test
        void java17_writesAnotherArchiveIfTheRunWasNone() throws Exception {
            Path archive = archiveNamedBy(launch("17.0.15"));
            leave(archive, MAGIC, false);

            assertThat(archiveNamedBy(launch("17.0.15"))).isEqualTo(archive);
            assertThat(cache).isEmptyDirectory();
        }

        @Test
        void java17_writesAnotherArchiveIfTheWritingWasCutOff() throws Exception {
            Path archive = archiveNamedBy(launch("17.0.15"));
            leave(archive, new byte[MAGIC.length], true);

            assertThat(archiveNamedBy(launch("17.0.15"))).isEqualTo(archive);
            assertThat(cache).isEmptyDirectory();
        }

        @Test
        void java17_leavesWhatIsBeingWrittenAlone() throws Exception {
            Path archive = archiveNamedBy(launch("17.0.15"));
            Path own = Path.of(archive + "." + ProcessHandle.current().pid());
            Files.write(own, MAGIC);

            assertThat(archiveNamedBy(launch("17.0.15"))).isEqualTo(archive);
            assertThat(own).exists();
        }

        @Test
        void java17_replacesAnArchiveOlderThanTheLibraries() throws Exception {
            Path archive = Files.createFile(archiveNamedBy(launch("17.0.15")));
            Files.setLastModifiedTime(archive, FileTime.fromMillis(0));

            assertThat(archiveNamedBy(launch("17.0.15"))).isEqualTo(archive);
        }

        /** Leaves what a run leaves that has ended, the one with the process id of a stand-in. */
        private void leave(Path archive, byte[] content, boolean whole) throws Exception {
            Path own = Path.of(archive + "." + launch("17.0.15").pid());
            Files.write(own, content);
            if (whole) {
                Files.createFile(Path.of(own + ".whole"));
            }
        }

        @Test
        void java25_getsCompactHeaders() throws Exception {
            assertThat(launch("25.0.3").arguments())
                    .contains(
                            "-XX:+UseCompactObjectHeaders",
                            "--enable-native-access=ALL-UNNAMED",
                            "--sun-misc-unsafe-memory-access=allow")
                    .anyMatch(argument ->
                            argument.startsWith("-XX:ArchiveClassesAtExit=" + cache + "/spinel-java-25.0.3-"));
        }

        @Test
        void heap_fromTheEnvironment() throws Exception {
            List<String> arguments =
                    launch("17", Map.of("SPINEL_HEAP", "3g"), launcher()).arguments();

            assertThat(arguments).contains("-Xmx3g").noneMatch(argument -> argument.contains("MaxRAMPercentage"));
        }

        @Test
        void javaOpts_comeAfterTheLaunchersOwn() throws Exception {
            List<String> arguments = launch("17", Map.of("JAVA_OPTS", "-Xmn64m -Dx=y"), launcher())
                    .arguments();

            assertThat(arguments.indexOf("-Xmn64m")).isGreaterThan(arguments.indexOf("-XX:MaxNewSize=8m"));
            assertThat(arguments).containsSubsequence("-Dx=y", "dev.spinel.distribution.Main");
        }
    }

    @Nested
    class Start {
        @Test
        void serverArguments_followTheMainClassUnchanged() throws Exception {
            List<String> arguments = launch("17", Map.of(), launcher(), "a b.yml", "--port", "0", "")
                    .arguments();

            int main = arguments.indexOf("dev.spinel.distribution.Main");
            assertThat(arguments.subList(main + 1, arguments.size())).containsExactly("a b.yml", "--port", "0", "");
        }

        @Test
        void processId_staysTheSame() throws Exception {
            Launch launch = launch("17");

            assertThat(launch.lines().get(0)).isEqualTo("pid " + launch.pid());
        }

        @Test
        @EnabledOnOs(value = OS.LINUX, disabledReason = "what a process ignores is told by /proc; env of coreutils")
        void ignoredInterrupt_isHeardAgain() throws Exception {
            Files.writeString(javaHome.resolve("bin/java"), "#!/bin/sh\nexec grep SigIgn /proc/self/status\n");
            Path script = directory.resolve("background");
            Files.writeString(script, "#!/bin/sh\ntrap '' INT\nexec " + launcher() + "\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));

            String ignored = launch("17", Map.of(), script).lines().get(0).replaceAll(".*\\s", "");
            assertThat(Long.parseLong(ignored, 16) & (1 << 1)).isZero();
        }

        @Test
        void symbolicLink_leadsToTheDistribution() throws Exception {
            Path link = Files.createSymbolicLink(directory.resolve("redis-server"), launcher());

            Path home = launcher().getParent().getParent();
            assertThat(launch("17", Map.of(), link).arguments()).contains("-Dspinel.home=" + home, home + "/lib/*");
        }

        @Test
        void version_isThatOfTheDistribution() throws Exception {
            String directoryName =
                    launcher().getParent().getParent().getFileName().toString();
            ProcessBuilder builder = new ProcessBuilder(launcher().toString(), "--version");
            builder.environment().put("SPINEL_CACHE", cache.toString());
            Process process = builder.start();

            assertThat(new String(process.getInputStream().readAllBytes(), UTF_8))
                    .startsWith("Spinel server v=" + directoryName.substring("spinel-".length()) + " ");
        }

        @Test
        void oldJava_isRefused() throws Exception {
            Launch launch = launch("11.0.2");

            assertThat(launch.exitCode()).isEqualTo(1);
            assertThat(launch.lines()).singleElement().asString().contains("Java 17 or newer is needed", "11.0.2");
        }
    }

    private Launch launch(String javaVersion) throws IOException, InterruptedException {
        return launch(javaVersion, Map.of(), launcher());
    }

    private Launch launch(String javaVersion, Map<String, String> environment, Path launcher, String... arguments)
            throws IOException, InterruptedException {
        Files.writeString(javaHome.resolve("release"), "JAVA_VERSION=\"" + javaVersion + "\"\n");
        ProcessBuilder builder = new ProcessBuilder(Stream.concat(Stream.of(launcher.toString()), Stream.of(arguments))
                .toList());
        builder.environment().keySet().removeAll(List.of("JAVA_OPTS", "SPINEL_HEAP"));
        builder.environment().put("JAVA_HOME", javaHome.toString());
        builder.environment().put("SPINEL_CACHE", cache.toString());
        builder.environment().putAll(environment);
        Process process = builder.redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), UTF_8);
        return new Launch(process.pid(), process.waitFor(), output.lines().toList());
    }

    private static Path archiveNamedBy(Launch launch) {
        String option = "-XX:ArchiveClassesAtExit=";
        String ending = "." + launch.pid();
        assertThat(launch.arguments()).anyMatch(argument -> argument.startsWith("-Dspinel.archive="));
        return launch.arguments().stream()
                .filter(argument -> argument.startsWith(option) && argument.endsWith(ending))
                .map(argument -> Path.of(argument.substring(option.length(), argument.length() - ending.length())))
                .findAny()
                .orElseThrow();
    }

    static Path launcher() throws IOException {
        try (Stream<Path> entries = Files.list(Path.of("target").toAbsolutePath())) {
            return entries.map(entry -> entry.resolve("bin/spinel-server"))
                    .filter(Files::exists)
                    .findAny()
                    .orElseThrow();
        }
    }

    private record Launch(long pid, int exitCode, List<String> lines) {
        List<String> arguments() {
            return lines.subList(1, lines.size());
        }
    }
}

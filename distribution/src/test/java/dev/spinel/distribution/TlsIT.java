package dev.spinel.distribution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** TLS as redis-cli speaks it, with certificates that openssl makes for the test. */
class TlsIT {
    @TempDir
    static Path directory;

    private static int tlsPort;

    @BeforeAll
    static void makeCertificates() throws Exception {
        authority("ca");
        certificate("server", "ca", "");
        certificate("client", "ca", "");
        certificate("renewed", "ca", "");
        certificate("locked", "ca", "hidden");
        authority("strangers");
        certificate("stranger", "strangers", "");
        try (ServerSocket probe = new ServerSocket(0)) {
            tlsPort = probe.getLocalPort();
        }
    }

    private static void authority(String name) throws Exception {
        run("openssl req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=" + name + " -keyout " + name + ".key -out "
                + name + ".crt");
    }

    private static void certificate(String name, String issuer, String password) throws Exception {
        run("openssl req -new -newkey rsa:2048 -subj /CN=" + name + " -keyout " + name + ".key -out " + name + ".csr"
                + " -nodes");
        if (!password.isEmpty()) {
            Path key = directory.resolve(name + ".key");
            Files.move(key, directory.resolve("plain.key"));
            run("openssl pkcs8 -topk8 -v2 aes-256-cbc -passout pass:" + password + " -in plain.key -out " + name
                    + ".key");
        }
        run("openssl x509 -req -days 2 -in " + name + ".csr -CA " + issuer + ".crt -CAkey " + issuer
                + ".key -CAcreateserial -out " + name + ".crt");
    }

    private static String run(String line) throws Exception {
        List<String> words = new ArrayList<>(List.of(line.split(" +")));
        Process process = new ProcessBuilder(words)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return output.strip();
    }

    private static String cli(String options, String command) throws Exception {
        return run("redis-cli --tls -p " + tlsPort + " --cacert ca.crt " + options + " " + command);
    }

    private static final String CLIENT = "--cert client.crt --key client.key";

    private static SpinelServer.Builder server(String certificate) {
        return SpinelServer.builder()
                .port(0)
                .directive("dir", directory.toString())
                .directive("tls-port", Integer.toString(tlsPort))
                .directive("tls-cert-file", certificate + ".crt")
                .directive("tls-key-file", certificate + ".key")
                .directive("tls-ca-cert-file", "ca.crt");
    }

    @Test
    void clientCertificate_isAskedForAsConfigured() throws Exception {
        try (SpinelServer server = server("server").start()) {
            assertThat(cli(CLIENT, "ping")).isEqualTo("PONG");
            assertThat(cli("", "ping")).doesNotContain("PONG");
            assertThat(cli("--cert stranger.crt --key stranger.key", "ping")).doesNotContain("PONG");
            assertThat(cli(CLIENT, "config set tls-auth-clients optional")).isEqualTo("OK");
            assertThat(cli("", "ping")).isEqualTo("PONG");
            assertThat(cli("--cert stranger.crt --key stranger.key", "ping")).doesNotContain("PONG");
            assertThat(cli("", "config set tls-auth-clients no")).isEqualTo("OK");
            assertThat(cli("", "ping")).isEqualTo("PONG");
            assertThat(run("redis-cli -p " + server.port() + " ping")).isEqualTo("PONG");
        }
    }

    @Test
    void largeValues_arriveWhole() throws Exception {
        try (SpinelServer server = server("server").start()) {
            assertThat(server.port()).isPositive();
            cli(CLIENT, "setrange big 5000000 end");
            assertThat(cli(CLIENT, "strlen big")).isEqualTo("5000003");
            assertThat(cli(CLIENT, "get big")).endsWith("end").hasSize(5_000_003);
            Files.writeString(directory.resolve("value"), "x".repeat(3_000_000));
            Process put = new ProcessBuilder(
                            List.of(("redis-cli --tls -p " + tlsPort + " --cacert ca.crt " + CLIENT + " -x set long")
                                    .split(" ")))
                    .directory(directory.toFile())
                    .redirectInput(directory.resolve("value").toFile())
                    .start();
            assertThat(put.waitFor(30, TimeUnit.SECONDS)).isTrue();
            assertThat(cli(CLIENT, "strlen long")).isEqualTo("3000000");
        }
    }

    @Test
    void ioThreads_speakTlsToo() throws Exception {
        try (SpinelServer server = server("server").directive("io-threads", "4").start()) {
            assertThat(server.port()).isPositive();
            assertThat(cli(CLIENT, "setrange big 1000000 end")).isEqualTo("1000003");
            assertThat(cli(CLIENT, "get big")).endsWith("end");
            assertThat(cli(CLIENT, "config set tls-auth-clients no tls-protocols TLSv1.2"))
                    .isEqualTo("OK");
            assertThat(cli("", "strlen big")).isEqualTo("1000003");
            assertThat(run("openssl s_client -tls1_3 -connect 127.0.0.1:" + tlsPort))
                    .contains("alert protocol version");
        }
    }

    @Test
    void certificateAndKey_areChangedTogether() throws Exception {
        try (SpinelServer server = server("server").start()) {
            assertThat(server.port()).isPositive();
            assertThat(cli(CLIENT, "config set tls-cert-file renewed.crt"))
                    .contains("Unable to update TLS configuration. Check server logs.");
            assertThat(cli(CLIENT, "config get tls-cert-file")).endsWith("server.crt");
            assertThat(cli(CLIENT, "config set tls-cert-file renewed.crt tls-key-file renewed.key"))
                    .isEqualTo("OK");
            assertThat(run("openssl s_client -connect 127.0.0.1:" + tlsPort)).contains("CN = renewed");
        }
    }

    @Test
    void passPhrase_opensTheKey() throws Exception {
        try (SpinelServer server =
                server("locked").directive("tls-key-file-pass", "hidden").start()) {
            assertThat(server.port()).isPositive();
            assertThat(cli(CLIENT, "ping")).isEqualTo("PONG");
        }
        assertRefused(server("locked").directive("tls-key-file-pass", "wrong"), "Failed to load private key");
    }

    @Test
    void whatCannotWork_keepsTheServerFromStarting() {
        assertRefused(server("nothing"), "nothing.crt: No such file or directory");
        assertRefused(server("server").directive("tls-key-file", "client.key"), "key values mismatch");
        assertRefused(server("server").directive("tls-cert-file", ""), "No tls-cert-file configured!");
        assertRefused(
                server("server").directive("tls-ca-cert-file", ""),
                "Either tls-ca-cert-file or tls-ca-cert-dir must be specified");
        assertRefused(server("server").directive("tls-protocols", "SSLv3"), "Invalid tls-protocols specified");
    }

    @Test
    void certificateOutOfTime_keepsTheServerFromStarting() throws Exception {
        run("openssl x509 -req -days -1 -in server.csr -CA ca.crt -CAkey ca.key -CAcreateserial -out expired.crt");
        assertRefused(server("server").directive("tls-cert-file", "expired.crt"), "it is valid from");
    }

    @Test
    void protocols_areLimited() throws Exception {
        try (SpinelServer server = server("server")
                .directive("tls-auth-clients", "no")
                .directive("tls-protocols", "TLSv1.2")
                .directive("tls-ciphers", "ECDHE-RSA-AES128-GCM-SHA256")
                .start()) {
            assertThat(server.port()).isPositive();
            assertThat(run("openssl s_client -connect 127.0.0.1:" + tlsPort))
                    .contains("TLSv1.2", "ECDHE-RSA-AES128-GCM-SHA256");
            assertThat(run("openssl s_client -tls1_3 -connect 127.0.0.1:" + tlsPort))
                    .contains("alert protocol version", "no peer certificate available");
        }
    }

    private static void assertRefused(SpinelServer.Builder builder, String reason) {
        assertThatThrownBy(builder::start)
                .isInstanceOfAny(UncheckedIOException.class, IOException.class)
                .hasMessageContaining(reason);
    }
}

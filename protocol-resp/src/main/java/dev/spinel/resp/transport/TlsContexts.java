package dev.spinel.resp.transport;

import dev.spinel.resp.transport.TlsSettings.ClientCertificates;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SupportedCipherSuiteFilter;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Makes what a server needs for TLS of its settings, by OpenSSL if Netty's native library is on the class path and by the JDK
 * otherwise. Any thread.
 */
final class TlsContexts {
    private TlsContexts() {}

    /**
     * The context of some settings.
     *
     * @throws IOException with a message for the log that names the file, when one is missing, not readable, no longer or not
     *     yet valid, or does not belong to the others
     */
    static SslContext of(TlsSettings settings) throws IOException {
        Path certificate = required(settings.certificate(), "tls-cert-file");
        Path key = required(settings.key(), "tls-key-file");
        List<X509Certificate> trusted = trusted(settings);
        if (trusted.isEmpty() && settings.clientCertificates() != ClientCertificates.NOT_ASKED) {
            throw new IOException("Either tls-ca-cert-file or tls-ca-cert-dir must be specified when tls-cluster,"
                    + " tls-replication or tls-auth-clients are enabled!");
        }
        List<X509Certificate> chain = certificates(certificate);
        if (chain.isEmpty()) {
            throw failure("Failed to load certificate", certificate, "no certificate in it");
        }
        requireValid(chain.get(0), certificate);
        try {
            PrivateKey privateKey =
                    PrivateKeys.read(key, settings.keyPassword(), chain.get(0).getPublicKey());
            SslContextBuilder builder = SslContextBuilder.forServer(privateKey, chain);
            builder.clientAuth(
                    switch (settings.clientCertificates()) {
                        case NOT_ASKED -> ClientAuth.NONE;
                        case REQUIRED -> ClientAuth.REQUIRE;
                        case OPTIONAL -> ClientAuth.OPTIONAL;
                    });
            if (!trusted.isEmpty()) {
                builder.trustManager(trusted);
            }
            if (!settings.protocols().isEmpty()) {
                builder.protocols(protocols(settings.protocols()));
            }
            Set<String> ciphers = ciphers(settings);
            if (!ciphers.isEmpty()) {
                builder.ciphers(ciphers, SupportedCipherSuiteFilter.INSTANCE);
            }
            if (settings.cachesSessions()) {
                builder.sessionCacheSize(settings.sessionCacheEntries());
                builder.sessionTimeout(settings.sessionSeconds());
            } else {
                builder.sessionCacheSize(1).sessionTimeout(1);
            }
            return builder.build();
        } catch (GeneralSecurityException | IOException e) {
            throw failure("Failed to load private key", key, reason(e));
        } catch (IllegalArgumentException e) {
            throw new IOException(reason(e), e);
        }
    }

    private static Path required(@Nullable Path file, String directive) throws IOException {
        if (file == null) {
            throw new IOException("No " + directive + " configured!");
        }
        if (!Files.isReadable(file)) {
            throw failure(
                    "Failed to load " + directive,
                    file,
                    Files.exists(file) ? "Permission denied" : "No such file or directory");
        }
        return file;
    }

    private static IOException failure(String what, Path file, String reason) {
        return new IOException(what + ": " + file + ": " + reason);
    }

    private static String reason(Throwable failure) {
        Throwable innermost = failure;
        for (Throwable cause = failure.getCause(); cause != null; cause = cause.getCause()) {
            innermost = cause;
        }
        return String.valueOf(innermost.getMessage());
    }

    private static List<X509Certificate> trusted(TlsSettings settings) throws IOException {
        List<X509Certificate> trusted = new ArrayList<>();
        if (settings.trustedFile() != null) {
            trusted.addAll(certificates(required(settings.trustedFile(), "tls-ca-cert-file")));
        }
        if (settings.trustedDirectory() != null) {
            Path directory = required(settings.trustedDirectory(), "tls-ca-cert-dir");
            try (DirectoryStream<Path> files = Files.newDirectoryStream(directory, Files::isRegularFile)) {
                for (Path file : files) {
                    trusted.addAll(certificates(file));
                }
            }
        }
        return trusted;
    }

    private static List<X509Certificate> certificates(Path file) throws IOException {
        List<X509Certificate> certificates = new ArrayList<>();
        try (InputStream in = Files.newInputStream(file)) {
            for (Certificate each : CertificateFactory.getInstance("X.509").generateCertificates(in)) {
                certificates.add((X509Certificate) each);
            }
        } catch (CertificateException e) {
            throw failure("Failed to load certificate", file, reason(e));
        }
        return certificates;
    }

    private static void requireValid(X509Certificate certificate, Path file) throws IOException {
        try {
            certificate.checkValidity();
        } catch (CertificateException e) {
            throw failure(
                    "Failed to load certificate",
                    file,
                    "it is valid from " + certificate.getNotBefore() + " to " + certificate.getNotAfter());
        }
    }

    private static List<String> protocols(List<String> names) {
        List<String> protocols = new ArrayList<>();
        for (String name : names) {
            String protocol = name.toLowerCase(Locale.ROOT);
            if (!protocol.matches("tlsv1(\\.[123])?")) {
                throw new IllegalArgumentException("Invalid tls-protocols specified. Use a combination of 'TLSv1',"
                        + " 'TLSv1.1', 'TLSv1.2' and 'TLSv1.3'.");
            }
            protocols.add(protocol.replace("tls", "TLS"));
        }
        return protocols;
    }

    /** The suites that the settings name, as the JDK calls them; none for the default ones. */
    private static Set<String> ciphers(TlsSettings settings) {
        Set<String> chosen = new LinkedHashSet<>();
        if (settings.ciphers().isEmpty() && settings.cipherSuites().isEmpty()) {
            return chosen;
        }
        List<String> supported = supportedSuites();
        for (String suite : supported) {
            boolean forTls13 = !suite.contains("_WITH_");
            List<String> names = forTls13 ? settings.cipherSuites() : settings.ciphers();
            if (names.isEmpty() || names.stream().anyMatch(name -> isCalled(suite, name))) {
                chosen.add(suite);
            }
        }
        for (String name : settings.cipherSuites()) {
            if (supported.stream().noneMatch(suite -> isCalled(suite, name))) {
                throw new IllegalArgumentException("Failed to configure ciphersuites: " + name);
            }
        }
        if (!settings.ciphers().isEmpty() && chosen.stream().noneMatch(suite -> suite.contains("_WITH_"))) {
            throw new IllegalArgumentException("Failed to configure ciphers: " + String.join(":", settings.ciphers()));
        }
        return chosen;
    }

    private static List<String> supportedSuites() {
        try {
            return List.of(SSLContext.getDefault().getDefaultSSLParameters().getCipherSuites());
        } catch (GeneralSecurityException e) {
            throw new IllegalArgumentException("no TLS in this JDK", e);
        }
    }

    /** Whether OpenSSL, or the JDK, calls a suite so; the words of OpenSSL for many suites at once stand for all. */
    private static boolean isCalled(String suite, String name) {
        if (name.equals("ALL") || name.equals("DEFAULT") || name.equals("HIGH")) {
            return true;
        }
        String jdkName = suite.replaceAll("^TLS_|WITH_|CBC_|_", "");
        String openSslName = name.replaceAll("^TLS_|WITH_|CBC_|[-_]", "");
        return jdkName.equals(openSslName)
                || jdkName.equals("RSA" + openSslName)
                || jdkName.equals(openSslName + "SHA256");
    }
}

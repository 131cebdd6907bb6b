package dev.spinel.resp.transport;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How a server proves who it is over TLS, and what it asks of clients.
 *
 * @param certificate chain of certificates in PEM, or null if none is configured
 * @param key private key in PEM (PKCS#8), or null if none is configured
 * @param keyPassword pass phrase of the key, empty for none
 * @param trustedFile certificates in PEM of those who may sign for clients, or null
 * @param trustedDirectory directory of such files, or null
 * @param clientCertificates whether clients have to prove who they are
 * @param protocols such as {@code TLSv1.3}; empty for the default
 * @param ciphers suites of TLS 1.2 and before, by the names of OpenSSL or of the JDK; empty for the default
 * @param cipherSuites suites of TLS 1.3; empty for the default
 * @param cachesSessions whether clients may resume sessions
 * @param sessionCacheEntries most sessions that are kept, 0 for no limit
 * @param sessionSeconds how long a session can be resumed
 */
public record TlsSettings(
        @Nullable Path certificate,
        @Nullable Path key,
        String keyPassword,
        @Nullable Path trustedFile,
        @Nullable Path trustedDirectory,
        ClientCertificates clientCertificates,
        List<String> protocols,
        List<String> ciphers,
        List<String> cipherSuites,
        boolean cachesSessions,
        long sessionCacheEntries,
        long sessionSeconds) {
    public TlsSettings {
        protocols = List.copyOf(protocols);
        ciphers = List.copyOf(ciphers);
        cipherSuites = List.copyOf(cipherSuites);
    }

    /** What is asked of clients. */
    public enum ClientCertificates {
        NOT_ASKED,
        REQUIRED,
        /** A client need not have one, but what it has must be valid. */
        OPTIONAL
    }

    /** Does not show the pass phrase. */
    @Override
    public String toString() {
        return "TlsSettings[certificate=" + certificate + ", key=" + key + ", clientCertificates=" + clientCertificates
                + "]";
    }
}

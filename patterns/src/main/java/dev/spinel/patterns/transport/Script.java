package dev.spinel.patterns.transport;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** A Lua script and the digest under which servers cache it. Immutable. */
public final class Script {
    private final byte[] body;
    private final byte[] sha1;

    private Script(byte[] body) {
        this.body = body;
        try {
            this.sha1 = HexFormat.of()
                    .formatHex(MessageDigest.getInstance("SHA-1").digest(body))
                    .getBytes(US_ASCII);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-1", e);
        }
    }

    /** A script with this text. */
    public static Script of(String body) {
        return new Script(body.getBytes(UTF_8));
    }

    /**
     * Reads a script from resources, one after the other.
     *
     * @param resources the files' names, relative to the package of {@code owner}
     * @throws UncheckedIOException if one cannot be read
     */
    public static Script load(Class<?> owner, String... resources) {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String resource : resources) {
            try (InputStream in = owner.getResourceAsStream(resource)) {
                if (in == null) {
                    throw new FileNotFoundException("No resource " + resource + " beside " + owner.getName());
                }
                in.transferTo(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
        return new Script(body.toByteArray());
    }

    /** The text as EVAL takes it. */
    byte[] body() {
        return body;
    }

    /** The digest as EVALSHA takes it: 40 hexadecimal digits. */
    byte[] sha1() {
        return sha1;
    }
}

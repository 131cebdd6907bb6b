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
import java.util.List;

/** A Lua script, the digest under which servers cache it, and its name in the {@link FunctionLibrary}. Immutable. */
public final class Script {
    /** How many digits of the digest tell versions of a function apart. */
    private static final int FUNCTION_DIGITS = 8;

    private final byte[] body;
    private final byte[] sha1;
    private final String function;

    private Script(String name, byte[] body) {
        this.body = body;
        String digest;
        try {
            digest = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-1").digest(body));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("Every Java platform has SHA-1", e);
        }
        sha1 = digest.getBytes(US_ASCII);
        function = name + '_' + digest.substring(0, FUNCTION_DIGITS);
    }

    /** A script with this text, which is not in the library. */
    public static Script of(String body) {
        return new Script("script", body.getBytes(UTF_8));
    }

    /**
     * Reads a script from resources, one after the other.
     *
     * @param resources the files' names, relative to the package of {@code owner}
     * @throws UncheckedIOException if one cannot be read
     */
    public static Script load(Class<?> owner, String... resources) {
        return load(owner, owner.getPackageName(), List.of(resources));
    }

    /** Reads a script from resources of a package that the class loader of {@code owner} finds, otherwise as {@link #load(Class, String...)}. */
    static Script load(Class<?> owner, String packageName, List<String> resources) {
        StringBuilder name = new StringBuilder(packageName.substring(packageName.lastIndexOf('.') + 1));
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        for (String resource : resources) {
            String path = '/' + packageName.replace('.', '/') + '/' + resource;
            try (InputStream in = owner.getResourceAsStream(path)) {
                if (in == null) {
                    throw new FileNotFoundException("No resource " + path);
                }
                in.transferTo(body);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
            name.append('_').append(resource.replace(".lua", "").replace('-', '_'));
        }
        return new Script(name.toString(), body.toByteArray());
    }

    /** The text as EVAL takes it. */
    byte[] body() {
        return body;
    }

    /** The digest as EVALSHA takes it: 40 hexadecimal digits. */
    byte[] sha1() {
        return sha1;
    }

    /** The name of its function: the last part of its package, its files, and the beginning of the digest, joined by underscores. */
    String function() {
        return function;
    }
}

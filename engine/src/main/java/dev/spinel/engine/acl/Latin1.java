package dev.spinel.engine.acl;

import dev.spinel.api.data.Bytes;
import java.nio.charset.StandardCharsets;

/**
 * Names, passwords and patterns as text of which each char is one byte, so that what is not UTF-8 is kept as it is. Any
 * thread.
 */
public final class Latin1 {
    private Latin1() {}

    /** The bytes as text, a char for each. */
    public static String text(Bytes bytes) {
        return new String(bytes.array(), bytes.offset(), bytes.length(), StandardCharsets.ISO_8859_1);
    }

    /** The bytes of such a text. */
    public static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    /** The text of UTF-8 bytes, as errors and logs show them. */
    public static String readable(String text) {
        return new String(bytes(text), StandardCharsets.UTF_8);
    }

    /** A text from a configuration file in this form. */
    public static String ofReadable(String text) {
        return new String(text.getBytes(StandardCharsets.UTF_8), StandardCharsets.ISO_8859_1);
    }
}

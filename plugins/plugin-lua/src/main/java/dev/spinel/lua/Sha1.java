package dev.spinel.lua;

import dev.spinel.api.data.Bytes;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The SHA-1 of scripts, by which they are called. */
final class Sha1 {
    private Sha1() {}

    /** Forty hexadecimal digits in lower case. */
    static String hex(Bytes text) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-1");
            digest.update(text.array(), text.offset(), text.length());
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }
}

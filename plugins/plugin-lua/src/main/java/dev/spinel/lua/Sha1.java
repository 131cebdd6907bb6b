package dev.spinel.lua;

import dev.spinel.api.data.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** Makes the SHA-1 of scripts, by which they are called. One thread at a time. */
final class Sha1 {
    private static final byte[] DIGITS = "0123456789abcdef".getBytes(StandardCharsets.US_ASCII);
    private static final int DIGITS_PER_DIGEST = 40;

    private final MessageDigest digest = newDigest();
    private final byte[] digits = new byte[DIGITS_PER_DIGEST];
    private final Bytes view = Bytes.of(digits);

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-1");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-1", e);
        }
    }

    /** Forty hexadecimal digits in lower case; valid until the next call. */
    Bytes hex(byte[] array, int offset, int length) {
        digest.update(array, offset, length);
        byte[] bytes = digest.digest();
        for (int i = 0; i < bytes.length; i++) {
            digits[2 * i] = DIGITS[bytes[i] >> 4 & 0xF];
            digits[2 * i + 1] = DIGITS[bytes[i] & 0xF];
        }
        return view;
    }
}

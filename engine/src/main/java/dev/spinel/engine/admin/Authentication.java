package dev.spinel.engine.admin;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;

/** Who may use the server: the one password of the default user. Engine thread only. */
public final class Authentication {
    private String password = "";

    /** Sets the password; empty for none ({@code requirepass}). */
    public void password(String value) {
        password = value;
    }

    /** Whether new clients have to authenticate. */
    public boolean isRequired() {
        return !password.isEmpty();
    }

    /** Whether a user with this password may in; compares in constant time. */
    boolean accepts(byte[] user, byte[] candidate) {
        boolean known = MessageDigest.isEqual(user, "default".getBytes(StandardCharsets.UTF_8));
        boolean right = !isRequired() || MessageDigest.isEqual(candidate, password.getBytes(StandardCharsets.UTF_8));
        return known && right;
    }
}

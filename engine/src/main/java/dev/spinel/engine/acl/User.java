package dev.spinel.engine.acl;

import dev.spinel.api.data.Bytes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A user: whether and how it may log in, and what it may do. Engine thread only. */
public final class User {
    private final String name;
    private final List<String> passwords = new ArrayList<>();
    private final List<Permissions> permissions = new ArrayList<>();
    private boolean enabled;
    private boolean noPassword;
    private @Nullable Boolean sanitizes;

    /** A user that may not log in and do nothing, but use all channels if {@code allChannels} says so. */
    User(String name, boolean allChannels) {
        this.name = name;
        permissions.add(new Permissions(allChannels));
    }

    /** A user of the same name and rules. */
    User copy() {
        User copy = new User(name, false);
        copy.assign(this);
        return copy;
    }

    /** Takes over all but the name of another user. */
    void assign(User other) {
        passwords.clear();
        passwords.addAll(other.passwords);
        permissions.clear();
        other.permissions.forEach(each -> permissions.add(each.copy()));
        enabled = other.enabled;
        noPassword = other.noPassword;
        sanitizes = other.sanitizes;
    }

    /** The name, in the form of {@link Latin1}. */
    public String name() {
        return name;
    }

    /** Whether clients may log in as this user. */
    public boolean isEnabled() {
        return enabled;
    }

    /** Whether any password will do. */
    public boolean needsNoPassword() {
        return noPassword;
    }

    /** Whether it may do everything, so that nothing needs to be looked at. */
    public boolean isUnrestricted() {
        for (int i = 0; i < permissions.size(); i++) {
            if (permissions.get(i).allowEverything()) {
                return true;
            }
        }
        return false;
    }

    /** The permissions of its own rules, then those of its selectors. */
    public List<Permissions> permissions() {
        return permissions;
    }

    /** The words of its flags, in Redis's order. */
    public List<String> flags() {
        List<String> flags = new ArrayList<>();
        flags.add(enabled ? "on" : "off");
        if (noPassword) {
            flags.add("nopass");
        }
        if (sanitizes != null) {
            flags.add(sanitizes ? "sanitize-payload" : "skip-sanitize-payload");
        }
        return flags;
    }

    /** SHA-256 hashes of its passwords in hexadecimal. */
    public List<String> passwordHashes() {
        return passwords;
    }

    /** Whether it may log in with a password; the time taken does not tell how much of one was right. */
    boolean accepts(Bytes password) {
        if (!enabled) {
            return false;
        }
        if (noPassword) {
            return true;
        }
        byte[] hash = hash(password.toByteArray()).getBytes(StandardCharsets.US_ASCII);
        boolean accepted = false;
        for (String each : passwords) {
            accepted |= MessageDigest.isEqual(hash, each.getBytes(StandardCharsets.US_ASCII));
        }
        return accepted;
    }

    /** The SHA-256 hash of a password in hexadecimal. */
    static String hash(byte[] password) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(password));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("a JDK without SHA-256 (expected: any)", e);
        }
    }

    void setEnabled(boolean value) {
        enabled = value;
    }

    /** Sets whether payloads that it restores are to be checked in depth; until then nothing is said about it. */
    void setSanitizes(boolean value) {
        sanitizes = value;
    }

    /** Removes all passwords, and sets whether none is needed. */
    void clearPasswords(boolean needsNone) {
        passwords.clear();
        noPassword = needsNone;
    }

    void addPassword(String hash) {
        if (!passwords.contains(hash)) {
            passwords.add(hash);
        }
        noPassword = false;
    }

    /** Removes a password; false when there is no such one. */
    boolean removePassword(String hash) {
        return passwords.remove(hash);
    }

    void addSelector(Permissions selector) {
        permissions.add(selector);
    }

    void clearSelectors() {
        permissions.subList(1, permissions.size()).clear();
    }
}

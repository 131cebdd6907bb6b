package dev.spinel.engine.command.stream;

import dev.spinel.api.command.Call;
import dev.spinel.api.data.Bytes;
import dev.spinel.api.error.Errors;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import org.jspecify.annotations.Nullable;

/**
 * What XADD is told with IDMP or IDMPAUTO.
 *
 * @param producer names who adds
 * @param id the idempotent ID; null for one that follows from the entry
 */
record IdempotentAdd(Bytes producer, @Nullable Bytes id) {
    /** The option at an index, or null if there is none. */
    static @Nullable IdempotentAdd parse(Call call, int index) {
        if (index + 1 < call.argCount() && call.argIs(index, "IDMPAUTO")) {
            return new IdempotentAdd(notEmpty(call, index + 1, "IDMPAUTO requires a non-empty producer ID"), null);
        }
        if (index + 2 < call.argCount() && call.argIs(index, "IDMP")) {
            return new IdempotentAdd(
                    notEmpty(call, index + 1, "IDMP requires a non-empty producer ID"),
                    notEmpty(call, index + 2, "IDMP requires a non-empty idempotent ID"));
        }
        return null;
    }

    /** An argument that must not be empty. */
    static Bytes notEmpty(Call call, int index, String error) {
        if (call.arg(index).isEmpty()) {
            throw Errors.err(error);
        }
        return call.arg(index);
    }

    /** Number of arguments behind the name of the option. */
    int arguments() {
        return id == null ? 1 : 2;
    }

    /**
     * The idempotent ID of an entry: the one given, else the sum of two numbers each from the SHA-256 digests of its fields with
     * their values, whose order thus does not matter.
     *
     * @param strings holds fields and values in turn
     */
    Bytes idOf(Bytes[] strings) {
        if (id != null) {
            return id;
        }
        MessageDigest digest = sha256();
        long first = 0;
        long second = 0;
        for (int i = 0; i < strings.length; i += 2) {
            digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, strings[i].length()));
            update(digest, strings[i]);
            update(digest, strings[i + 1]);
            ByteBuffer pair = ByteBuffer.wrap(digest.digest());
            first += pair.getLong();
            second += pair.getLong();
        }
        return Bytes.of(ByteBuffer.allocate(2 * Long.BYTES)
                .putLong(first)
                .putLong(second)
                .array());
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static void update(MessageDigest digest, Bytes string) {
        digest.update(string.array(), string.offset(), string.length());
    }
}

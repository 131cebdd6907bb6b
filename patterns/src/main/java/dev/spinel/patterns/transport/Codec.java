package dev.spinel.patterns.transport;

import static java.nio.charset.StandardCharsets.UTF_8;

/**
 * How values of an application become bytes on the server and back. Thread-safe. Both directions may throw: {@code encode} for a
 * value that has no form, {@code decode} for bytes that it does not know, such as those of another version.
 */
public interface Codec<V> {
    /** The bytes of a value; not changed by anybody afterwards. */
    byte[] encode(V value);

    /** The value of bytes that {@link #encode} made, perhaps in another process. */
    V decode(byte[] bytes);

    /** Texts as UTF-8. */
    static Codec<String> utf8() {
        return new Codec<>() {
            @Override
            public byte[] encode(String value) {
                return value.getBytes(UTF_8);
            }

            @Override
            public String decode(byte[] bytes) {
                return new String(bytes, UTF_8);
            }
        };
    }

    /** Bytes as they are. */
    static Codec<byte[]> bytes() {
        return new Codec<>() {
            @Override
            public byte[] encode(byte[] value) {
                return value;
            }

            @Override
            public byte[] decode(byte[] bytes) {
                return bytes;
            }
        };
    }
}
